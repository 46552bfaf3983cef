"""One drug: its codes, what is printed about its dose, and how long a trial of it takes."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from patients.rules.reasons import RuleKind
from regimens.rules.vocabulary import CourseRole, DoseUnit, Frequency, Route


class DosePer(StrEnum):
    """The span that a printed dose is counted over."""

    DAY = "day"
    WEEK = "week"
    DOSE = "dose"
    COURSE = "course"


class Certainty(StrEnum):
    """How sure a code is: read in a named source, from general knowledge only, or not found."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    NOT_FOUND = "not_found"


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

    For the dose guard only, which asks above it: never shown as a recommendation, never a range. `routes` empty: any
    route. At least one of the amounts is given, each per `per`, in `unit`.
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
class DoseStop:
    """A drug whose dose needs a reason sooner than others': above `times_usual` times the usual."""

    id: str
    times_usual: int
    source: str
    kind: RuleKind
    note: str


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
    dose_stop: DoseStop | None = None
    trial: TrialLength | None = None
    infusions: InfusionDefaults | None = None
    note: str = ""

    @property
    def word_in_cases(self) -> str:
        return self.case_name or self.name
