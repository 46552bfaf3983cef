"""What a drug can ask for: once, along a schedule, around infusions, by exposure, at taper steps and reviews."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from monitoring.protocol.definitions.origins import Rule
from regimens.rules.vocabulary import Frequency, Route


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
