"""The frozen shapes that the monitoring protocol files are read into. Days are whole days, a month is 4 weeks.

The schedule file fixes the month at 4 weeks, as NHS Grampian prints the 2017 schedule: 3 months are 84 days, 6 months
168 days and a year 364 days. Every such interval is a little shorter than the calendar's, never longer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from monitoring.rules.findings import ItemKind
from monitoring.rules.vocabulary import AlertGrade, RiskTier, Symptom
from patients.rules.reasons import RuleKind
from patients.rules.vocabulary import Sex, Vocabulary
from regimens.protocol.schema import InfusionSettings
from regimens.rules.vocabulary import Frequency, Route

if TYPE_CHECKING:
    from monitoring.protocol.audits import AuditsFile


class RestartedBy(Vocabulary):
    """Which dose change sends a schedule back to its first phase."""

    NEVER = "never", "no dose change"
    INCREASE = "increase", "a dose increase"
    ANY_CHANGE = "any_change", "any dose change"


class ResultType(Vocabulary):
    NUMERIC = "numeric", "number"
    TEXT = "text", "words"


class ComparedWith(Vocabulary):
    """What the number in a threshold band is measured against."""

    VALUE = "value", "the value itself"
    UPPER_LIMIT = "upper_limit", "multiples of the laboratory's upper limit"
    LOWEST_IN_12_MONTHS = "lowest_in_12_months", "percent above the lowest value of the 12 months before"
    PLUSES = "pluses", "number of pluses on a dipstick"
    POSITIVE = "positive", "positive (1) or negative (0)"
    DEFICIENCY = "deficiency", "low or deficient (2), intermediate (1) or normal (0)"


LITTLE = Decimal(2)
"""The number that `DEFICIENCY` gives to little or none; 1 is less than normal, 0 normal."""


class Direction(Vocabulary):
    """Which way of a trend asks to be looked at."""

    FALLING = "falling", "falling"
    RISING = "rising", "rising"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule carries: a unique id, the source it rests on, the kind of that source, and a note."""

    id: str
    source: str
    kind: RuleKind
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """`unit` times `multiply_by` is the analyte's own unit."""

    unit: str
    multiply_by: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyte:
    """One thing a laboratory or a nurse reports.

    `units` are spellings of one unit, the first being the one to show; `conversions` are other units. `lowest` and
    `highest` bound what can have been meant (they catch a slip of unit or finger and are no clinical limit).
    """

    id: str
    name: str
    result_type: ResultType
    units: tuple[str, ...] = ()
    conversions: tuple[Conversion, ...] = ()
    loinc: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    lowest: Decimal | None = None
    highest: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to be looked at. `satisfied_by` lists alternatives; all analytes of one alternative, on one day, do.

    `by_risk_assessment`: done by recording a risk assessment, and by no result. `own_interval`: another interval for
    one patient holds for it only when the decision names the item, not when it speaks of a drug's tests in general.
    """

    id: str
    name: str
    kind: ItemKind
    satisfied_by: tuple[tuple[str, ...], ...]
    by_risk_assessment: bool = False
    own_interval: bool = False
    soon_days: int | None = None
    grace_days: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSet:
    """Items that rules name together."""

    id: str
    name: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Days [from_day, to_day) after the start; no `to_day` means for ever. `not_before_days`: sooner is too early.

    `taken_with` names items or item sets at whose visit it is taken, from `not_before_days` after the last one on: it
    is never due later for it, only planned sooner.
    """

    name: str
    from_day: int
    interval_days: int
    to_day: int | None = None
    not_before_days: int = 0
    taken_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A schedule: phases after the start of a course, and what sends it back to the first phase for how long."""

    id: str
    name: str
    source: str
    kind: RuleKind
    phases: tuple[Phase, ...]
    restarted_by: RestartedBy = RestartedBy.NEVER
    restart_days: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientGroup:
    """Whom a rule applies to, by sex and age in years (both ends included). Age not recorded counts as inside."""

    id: str
    name: str
    sexes: tuple[Sex, ...]
    age_from: int
    age_to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OnceRule(Rule):
    """Something done once, `due_days` after the start (0: before the first dose).

    A sample from `counts_days_before` days before that day on satisfies it; with `ever` any earlier one does. `times`
    samples at least `apart_days` apart are needed.
    """

    items: tuple[str, ...]
    due_days: int = 0
    counts_days_before: int = 90
    ever: bool = False
    times: int = 1
    apart_days: int = 0
    group: str = ""
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatRule(Rule):
    """Items repeated along a profile. `routes`: only for courses given so (empty: every route)."""

    items: tuple[str, ...]
    profile: str
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TroughWindow:
    """Hours after the dose, both ends included, within which a sample is a trough for these dose frequencies."""

    hours_from: Decimal
    hours_to: Decimal
    frequencies: tuple[Frequency, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TroughRule(Rule):
    """A trough level along a profile. The window without frequencies serves every frequency not named by another."""

    item: str
    profile: str
    windows: tuple[TroughWindow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionRule(Rule):
    """A cycle every `interval_days`, counted from the first day of the last one. Doses in g/kg, days per cycle.

    `interval_days` None: the sources give none, and only a clinician's plan says when. `printed_dose`: interval, dose
    and days are those of that entry in the drug catalogue, and are written in when the files are read.
    `second_after_days`: a course has a second infusion so long after its first.
    """

    item: str
    interval_days: int | None = None
    printed_dose: str = ""
    second_after_days: int | None = None
    grams_per_kilogram: Decimal | None = None
    days_from: int | None = None
    days_to: int | None = None
    instructions: str = ""
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterInfusionRule(Rule):
    """Items due `days` after the first day of each cycle; a sample up to `early_days` sooner counts.

    `after_stop_days`: asked for so many days after a cycle although the course has been stopped (0: not once stopped).
    """

    items: tuple[str, ...]
    days: int
    early_days: int
    phase: str
    routes: tuple[Route, ...] = ()
    after_stop_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeInfusionRule(Rule):
    """What must have been looked at before each infusion, at most `within_days` days before its first day.

    0 days: on the day itself. `ever`: once, at any time. With `asked` it is also due for itself, by the day of the next
    infusion; without, it is shown before the infusion and asked for by another rule, or on the day.
    """

    items: tuple[str, ...]
    within_days: int = 0
    ever: bool = False
    asked: bool = False
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleReviewRule(Rule):
    """A review once `after_cycles` cycles were given since the last one, and before cycle `latest_cycle` is over.

    Both numbers are those of the drug catalogue, and are written in when the files are read. A plan may say another
    number in between.
    """

    item: str
    due_days: int
    after_cycles: int = 0
    latest_cycle: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureRule(Rule):
    """Due once the prednisolone equivalent has been at least this many mg a day for this many days.

    `while_exposed`: asked only while the dose is still that high. `interval_days`: asked again so long after each time
    it was done. A sample up to `counts_days_before` days before the dose got that high counts; with `ever`, any. Up to
    `gap_days` days in a row below the dose are left out of the count and do not begin it anew.
    """

    items: tuple[str, ...]
    milligrams_per_day: Decimal
    for_days: int
    while_exposed: bool
    gap_days: int = 0
    counts_days_before: int = 28
    ever: bool = False
    interval_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaperRule(Rule):
    """A checkpoint at each planned taper step; without a plan (or after its end), every `interval_days`.

    Without a plan the first comes `interval_days` after `first_days`; once the dose is below
    `maintenance_below_milligrams` a day, every `maintenance_interval_days`.
    """

    item: str
    early_days: int
    first_days: int
    interval_days: int
    maintenance_below_milligrams: Decimal
    maintenance_interval_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeScreeningRule(Rule):
    """Eye screening from `from_days` after the start, or `early_from_days` at higher risk, then every interval.

    Higher risk: a daily dose over `over_milligrams_per_kilogram`, or eGFR below `egfr_below`, both strictly.
    """

    item: str
    from_days: int
    early_from_days: int
    interval_days: int
    over_milligrams_per_kilogram: Decimal
    egfr_below: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRule(Rule):
    """A review every `interval_days`, whoever asked for the last one; the first is due `first_days` after the start.

    For a drug begun before `asked_from` the first is due `first_days` after that day: nobody could have known earlier.
    """

    item: str
    first_days: int
    interval_days: int
    asked_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(Rule):
    """A band in which a result asks for action. `above` and `below` are strict, `at_least` and `at_most` are not.

    `drugs`: only while one of these is taken (empty: always). `unit` is empty for multiples, percents and pluses.
    `grade`: how soon it needs a person. With `fall_percent` the band asks for a fall as well, against the highest value
    of the 12 months before: from outside the band, or by at least so many percent. A value that has lain there all
    along is only looked at; with nothing to compare it counts as fallen. `after_stop_days`: for so many days after the
    stop of the drug too, the day of the stop counted in (None: as the drug says, else as for every drug).
    """

    analyte: str
    action: str
    grade: AlertGrade
    compared_with: ComparedWith = ComparedWith.VALUE
    unit: str = ""
    above: Decimal | None = None
    at_least: Decimal | None = None
    below: Decimal | None = None
    at_most: Decimal | None = None
    drugs: tuple[str, ...] = ()
    fall_percent: Decimal | None = None
    after_stop_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend(Rule):
    """Two in a row the same way: three samples, each step at least `step_percent` of the value before it.

    `within_days`: from the first of the three to the last, at most. `once_below` and `once_above`: only when the last
    value lies strictly beyond this, in the analyte's own unit.
    """

    analyte: str
    direction: Direction
    step_percent: Decimal
    within_days: int
    action: str
    grade: AlertGrade
    once_below: Decimal | None = None
    once_above: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRule(Rule):
    """What a trough level outside the patient's own target range asks for. Only a valid trough is compared."""

    grade_above: AlertGrade
    action_above: str
    grade_below: AlertGrade
    action_below: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomRule(Rule):
    """Symptoms told at a contact that ask for action at once."""

    symptoms: tuple[Symptom, ...]
    action: str
    grade: AlertGrade


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisingRule(Rule):
    """What can still raise an alert: whatever was entered within `entered_within_days`.

    What was entered more than `late_after_days` after its day raises nothing once a newer value of the test is here,
    and if it was told at a contact it is only looked at. A drug's own bands hold for `limits_after_stop_days` days
    after its stop where neither band nor drug says otherwise.
    """

    entered_within_days: int
    late_after_days: int
    limits_after_stop_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHeader:
    """Where a file stands: its version, since when it holds, and who has signed it off clinically ("": nobody yet)."""

    version: str
    effective_from: date
    reviewed_on: date
    next_review: date
    signed_off_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile(FileHeader):
    """The rules of one drug, or rules that several drug files take over by naming this file in `shares`."""

    id: str
    name: str
    baseline: tuple[OnceRule, ...] = ()
    once: tuple[OnceRule, ...] = ()
    repeat: tuple[RepeatRule, ...] = ()
    trough: tuple[TroughRule, ...] = ()
    infusion: tuple[InfusionRule, ...] = ()
    before_infusion: tuple[BeforeInfusionRule, ...] = ()
    after_infusion: tuple[AfterInfusionRule, ...] = ()
    cycle_review: tuple[CycleReviewRule, ...] = ()
    exposure: tuple[ExposureRule, ...] = ()
    taper: tuple[TaperRule, ...] = ()
    eye_screening: tuple[EyeScreeningRule, ...] = ()
    review: tuple[ReviewRule, ...] = ()


RULE_LISTS = (
    "baseline",
    "once",
    "repeat",
    "trough",
    "infusion",
    "before_infusion",
    "after_infusion",
    "cycle_review",
    "exposure",
    "taper",
    "eye_screening",
    "review",
)
"""The lists of rules in a `RuleFile`, in the order in which they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugMonitoring(RuleFile):
    """Everything one drug asks for. A drug that asks for nothing says why in `nothing_needed`.

    `prednisolone_equivalent`: mg of prednisolone that 1 mg of this drug counts as (None: not a systemic daily
    corticosteroid). `cycle_within_days`: infusions that start within so many days of a cycle's first belong to it.
    `after_stop`: what a reader must know once the drug is stopped; `limits_after_stop_days`: for so many days its bands
    still hold (None: as for every drug). `threshold`: bands for this drug alone.
    `start_threshold`: bands in which it is not begun, read before the first infusion only.
    """

    shares: tuple[str, ...] = ()
    nothing_needed: str = ""
    after_stop: str = ""
    limits_after_stop_days: int | None = None
    prednisolone_equivalent: Decimal | None = None
    cycle_within_days: int = 0
    threshold: tuple[Threshold, ...] = ()
    start_threshold: tuple[Threshold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair(Rule):
    """A stricter schedule while all of `drugs` are taken; it starts with the last of them."""

    name: str
    drugs: tuple[str, ...]
    items: tuple[str, ...]
    profile: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """Days before and after a due date that its status is judged by, and how items share a visit.

    `soon_days`: due soon from so many days before. `grace_days`: due, not yet overdue, up to so many days after.
    `pull_forward_days`: an item may join a visit at most so many days before its own due date.
    """

    soon_days: int
    grace_days: int
    pull_forward_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Muscle:
    """How a raised liver enzyme is read beside the muscle enzyme: CK sampled within so many days of it."""

    analytes: tuple[str, ...]
    muscle_analyte: str
    within_days: int
    source: str
    kind: RuleKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedVisitsRule(Rule):
    """More than `most` booked visits missed in a row: not safe to continue without the specialist."""

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileInterval:
    """The interval of a profile's last phase for one risk tier."""

    profile: str
    interval_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskTierRule(Rule):
    """How often a patient of this tier is looked at in the last phase of each profile named; other profiles stand."""

    tier: RiskTier
    intervals: tuple[ProfileInterval, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleFile(FileHeader):
    """One schedule. With risk tiers, an assessment counts for `assessment_holds_days` days after its own."""

    id: str
    name: str
    defaults: Defaults
    profile: tuple[Profile, ...]
    missed_visits: MissedVisitsRule
    patient_group: tuple[PatientGroup, ...] = ()
    assessment_holds_days: int | None = None
    risk_tier: tuple[RiskTierRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsFile(FileHeader):
    item: tuple[Item, ...]
    item_set: tuple[ItemSet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FarFromLast(Rule):
    """A value more than so many `times` as high or as low as the patient's own last one is asked about."""

    times: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalytesFile(FileHeader):
    analyte: tuple[Analyte, ...]
    far_from_last: FarFromLast | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdsFile(FileHeader):
    muscle: Muscle
    threshold: tuple[Threshold, ...]
    target_range: TargetRule
    symptoms: SymptomRule
    raising: RaisingRule
    trend: tuple[Trend, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsFile(FileHeader):
    pair: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class MonitoringProtocol:
    """The whole protocol, checked, with item sets and shared rules written out. Mappings are by id, `files` by name."""

    schedule_id: str
    schedule_name: str
    version: str
    header: FileHeader
    defaults: Defaults
    profiles: Mapping[str, Profile]
    groups: Mapping[str, PatientGroup]
    items: Mapping[str, Item]
    analytes: Mapping[str, Analyte]
    drugs: Mapping[str, DrugMonitoring]
    pairs: tuple[Pair, ...]
    muscle: Muscle
    target_range: TargetRule
    symptoms: SymptomRule
    raising: RaisingRule
    missed_visits: MissedVisitsRule
    infusions: InfusionSettings
    thresholds: Mapping[str, tuple[Threshold, ...]] = field(default_factory=dict)
    trends: Mapping[str, tuple[Trend, ...]] = field(default_factory=dict)
    files: Mapping[str, FileHeader] = field(default_factory=dict)
    assessment_holds_days: int | None = None
    risk_tiers: Mapping[RiskTier, RiskTierRule] = field(default_factory=dict)
    far_from_last: FarFromLast | None = None
    audits: "AuditsFile | None" = None
