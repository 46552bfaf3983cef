"""The shape of the pathway's protocol files. Every rule in them says what it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from patients.protocol.activity import ActivityProtocol
from patients.rules.reasons import Predicate, Reason, RuleKind
from patients.rules.vocabulary import ConditionKind
from regimens.rules.findings import AnnotationKind, Phase, SeverityGroup, Tier
from regimens.rules.vocabulary import CourseRole, DoseUnit, Frequency, Route


class DosePer(StrEnum):
    """The span that a printed dose is counted over."""

    DAY = "day"
    WEEK = "week"
    DOSE = "dose"
    COURSE = "course"


class Comparison(StrEnum):
    """Whether a target counts as reached only below its number, or at the number too."""

    BELOW = "below"
    AT_MOST = "at_most"


class Certainty(StrEnum):
    """How sure a code is: read in a named source, from general knowledge only, or not found."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    NOT_FOUND = "not_found"


class Part(StrEnum):
    """The corticosteroid that everybody gets on a rung, or the immunosuppressant chosen beside it."""

    BASE = "base"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class DoseRule:
    """What is printed about a dose, shown on `rungs`. Limits are None where nothing is printed.

    `minimum` and `maximum` are amounts per `per`, in `unit`; the `_per_kilogram` limits are the same for each kg of
    body weight. `start_minimum_per_kilogram` binds the first dose only, because tapering goes below it.

    `frequencies` (at the start: `start_frequencies`) are how often it is printed to be taken; empty where nothing is
    said. More than `undivided_maximum` a `per` is taken in divided doses. A course given in cycles lasts
    `days_minimum` to `days_maximum` days in a row, each cycle `interval_days` or more after the one before.
    """

    id: str
    text: str
    source: str
    kind: RuleKind
    rungs: tuple[str, ...]
    note: str = ""
    unit: DoseUnit | None = None
    per: DosePer | None = None
    minimum: Decimal | None = None
    start_minimum: Decimal | None = None
    start_maximum: Decimal | None = None
    maximum: Decimal | None = None
    start_minimum_per_kilogram: Decimal | None = None
    maximum_per_kilogram: Decimal | None = None
    frequencies: tuple[Frequency, ...] = ()
    start_frequencies: tuple[Frequency, ...] = ()
    undivided_maximum: Decimal | None = None
    days_minimum: int | None = None
    days_maximum: int | None = None
    interval_days: int | None = None


@dataclass(frozen=True, slots=True)
class UsualUpper:
    """The highest dose in use of a drug whose dose the published algorithm does not print.

    For the ten-times check of the dose guard only: never shown as a recommendation, never a range. `routes` empty:
    any route. At least one of the amounts is given, each per `per`, in `unit`.
    """

    id: str
    unit: DoseUnit
    per: DosePer
    source: str
    kind: RuleKind
    note: str
    amount: Decimal | None = None
    per_kilogram: Decimal | None = None
    per_square_metre: Decimal | None = None
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True)
class DrugClass:
    """Drugs of which two at a time are one treatment given twice. `routes` empty: by any route.

    `corticosteroids_outside`: the catalogue's words for corticosteroids outside it belong to the class too.
    """

    id: str
    name: str
    drugs: tuple[str, ...]
    source: str
    kind: RuleKind
    routes: tuple[Route, ...] = ()
    corticosteroids_outside: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class TargetDose:
    """The dose from which the weeks of an adequate trial are counted."""

    id: str
    amount: Decimal
    unit: DoseUnit
    per: DosePer
    source: str
    kind: RuleKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class TrialLength:
    """How many weeks an adequate trial of one drug takes, where that differs from the setting."""

    id: str
    weeks: int
    source: str
    kind: RuleKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class InfusionSettings:
    """How the dose of an infusion is worked out from a body weight; kg, cm and whole days unless said otherwise.

    The ideal weight is Devine's, from `ideal_from_inches` of height and `ideal_from_age` years on. The adjusted adds
    `adjusted_share` of what the actual weight lies above the ideal, from a BMI of `adjusted_from_body_mass_index` on. A
    weight more than `weight_current_days` old, or one that differs by more than `weight_change_percent` from that of
    the infusion before, is said. A planned date is answered by an infusion at most `date_answered_within_days` away.
    """

    id: str
    ideal_kilograms_female: Decimal
    ideal_kilograms_male: Decimal
    ideal_kilograms_per_inch: Decimal
    ideal_from_inches: Decimal
    ideal_from_age: int
    adjusted_from_body_mass_index: Decimal
    adjusted_share: Decimal
    weight_current_days: int
    weight_change_percent: Decimal
    date_answered_within_days: int
    source: str
    kind: RuleKind
    note: str


@dataclass(frozen=True, slots=True)
class InfusionDefaults:
    """What a plan of one drug's infusions is offered: vial sizes in `unit`, and the bounds of its review in cycles."""

    id: str
    unit: DoseUnit
    vial_sizes: tuple[Decimal, ...]
    review_after_cycles: int
    review_latest_cycle: int
    source: str
    kind: RuleKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class Drug:
    """One catalogue entry. `case_name` is the generic name as case files print it, where it differs from `name`."""

    id: str
    name: str
    role: CourseRole
    routes: tuple[Route, ...]
    atc: str
    dmd_current: str
    dmd_previous: str
    rxnorm_certainty: Certainty
    rxnorm: str = ""
    case_name: str = ""
    synonyms: tuple[str, ...] = ()
    adverse_effects: tuple[str, ...] = ()
    monitoring_named: tuple[str, ...] = ()
    prednisolone_equivalence: Decimal | None = None
    given_in_cycles: bool = False
    doses: tuple[DoseRule, ...] = ()
    target: TargetDose | None = None
    usual_uppers: tuple[UsualUpper, ...] = ()
    trial: TrialLength | None = None
    infusions: InfusionDefaults | None = None
    note: str = ""

    @property
    def word_in_cases(self) -> str:
        return self.case_name or self.name


@dataclass(frozen=True, slots=True)
class Catalogue:
    """drugs.toml. `signed_off_by`: who has signed it off clinically ("": nobody yet)."""

    version: str
    effective_from: date
    reviewed_on: date
    next_review: date
    source: str
    corticosteroids_outside: tuple[str, ...]
    infusions: InfusionSettings
    drugs: tuple[Drug, ...]
    classes: tuple[DrugClass, ...] = ()
    signed_off_by: str = ""


@dataclass(frozen=True, slots=True)
class RungOption:
    """One choice printed on a rung: one drug, or drugs meant to be given together."""

    drugs: tuple[str, ...]
    tier: Tier
    part: Part = Part.PARTNER
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rung:
    """An induction line of one severity group, a maintenance step of any severity, or the adjunct."""

    id: str
    code: str
    title: str
    phase: Phase
    trigger: str
    source: str
    kind: RuleKind
    options: tuple[RungOption, ...]
    group: SeverityGroup | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What to say beside some drugs when a condition or an antibody is present. All named tests must hold.

    `antibodies` and `conditions` hold when one of their entries does; `any_antibody` when any antibody is positive.
    `lifts` puts the drug at the top of its list; `early` says it as a notice before the drug's own line is due.
    """

    id: str
    text: str
    annotation: AnnotationKind
    drugs: tuple[str, ...]
    source: str
    kind: RuleKind
    rungs: tuple[str, ...] = ()
    conditions: tuple[ConditionKind, ...] = ()
    antibodies: tuple[str, ...] = ()
    any_antibody: bool = False
    severe_weakness: bool = False
    phases: tuple[Phase, ...] = ()
    lifts: bool = False
    early: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Banner:
    """A notice for the whole patient while a condition is present."""

    id: str
    text: str
    conditions: tuple[ConditionKind, ...]
    source: str
    kind: RuleKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class GuardCaution:
    """Said by the dose guard alone: an adverse effect named of these drugs meets a condition of the same organ."""

    id: str
    text: str
    drugs: tuple[str, ...]
    conditions: tuple[ConditionKind, ...]
    source: str
    kind: RuleKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """The numbers of the dose guard. Whoever uses other ones says so in `source` and `note`.

    A dose above `times_usual` times the usual needs a reason. `assumed_kilograms` and `assumed_square_metres` stand
    for a body weight or surface that is not recorded, in that check only. A weight measured more than
    `weight_current_days` days before the dose is said to be old.
    """

    id: str
    times_usual: int
    assumed_kilograms: Decimal
    assumed_square_metres: Decimal
    weight_current_days: int
    source: str
    kind: RuleKind
    note: str


@dataclass(frozen=True, slots=True)
class TaperSettings:
    """The numbers around a corticosteroid taper. Days are counts, doses mg of prednisolone a day.

    A planned step may be decided on from `decided_days_ahead` days before it. A stop after more than
    `sudden_stop_after_days` days without a break is sudden from a last dose of `sudden_stop_from` or more.
    """

    id: str
    decided_days_ahead: int
    sudden_stop_after_days: int
    sudden_stop_from: Decimal
    source: str
    kind: RuleKind
    note: str


@dataclass(frozen=True, slots=True)
class ExpectedTaper:
    """A published example of a taper, drawn beside the patient's own for comparison; never a prescription.

    `milligrams_per_kilogram` up to `ceiling` mg a day for `first_days` days; then `cut` mg less every `cut_days` days,
    until `down_to` mg a day.
    """

    id: str
    title: str
    milligrams_per_kilogram: Decimal
    ceiling: Decimal
    first_days: int
    cut: Decimal
    cut_days: int
    down_to: Decimal
    source: str
    kind: RuleKind
    note: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that the code applies: its sentence, what it rests on, and the readings behind it."""

    id: str
    text: str
    source: str
    kind: RuleKind
    readings: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where the published text is open, and how this project reads it."""

    number: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The numbers that are this project's own choice. Days and weeks are counts, doses mg of prednisolone a day."""

    adequate_trial_weeks: int
    remission_steroid_below: Decimal
    reassessment_days_before_relapse: int
    adult_age: int
    response_baseline_days_before: int
    response_baseline_days_after: int
    response_days_after_stop: int
    response_days_after_stop_in_cycles: int
    remission_held_weeks: int
    steroid_target: Decimal
    steroid_target_comparison: Comparison
    steroid_target_weeks: int
    steroid_settled_weeks: int
    steroid_dependence_from: Decimal
    steroid_dependence_weeks: int
    steroid_dependence_weeks_unlowered: int
    steroid_raise_explained_days: int
    longest_deferral_days: int


@dataclass(frozen=True, slots=True)
class PathwayFile:
    """pathway.toml. `signed_off_by`: who has signed it off clinically ("": nobody yet)."""

    version: str
    effective_from: date
    reviewed_on: date
    next_review: date
    source: str
    settings: Settings
    guard: GuardSettings
    taper: TaperSettings
    monotherapy_conditions: tuple[ConditionKind, ...]
    lung_conditions: tuple[ConditionKind, ...]
    rungs: tuple[Rung, ...]
    remarks: tuple[Remark, ...]
    banners: tuple[Banner, ...]
    rules: tuple[Rule, ...]
    readings: tuple[Reading, ...]
    guard_cautions: tuple[GuardCaution, ...] = ()
    expected_tapers: tuple[ExpectedTaper, ...] = ()
    signed_off_by: str = ""


@dataclass(frozen=True, eq=False)
class PathwayProtocol:
    """Both files, checked against each other, with the look-ups that the rules use. Compared by identity."""

    version: str
    file: PathwayFile
    catalogue: Catalogue
    drugs: Mapping[str, Drug]
    rungs: Mapping[str, Rung]
    rules: Mapping[str, Rule]
    plain_reasons: Mapping[str, Reason]
    activity: ActivityProtocol

    @property
    def settings(self) -> Settings:
        return self.file.settings

    def because(self, rule_id: str, *predicates: Predicate) -> Reason:
        """The reason for a finding made under a rule; without predicates one shared value."""
        plain = self.plain_reasons[rule_id]
        if not predicates:
            return plain
        return Reason(plain.rule_id, plain.text, plain.kind, plain.source, plain.protocol_version, predicates)
