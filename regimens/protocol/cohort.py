"""How groups of patients are counted: reads cohort.toml, strictly. Nothing of it advises about one patient."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from patients.protocol.place import Part, built_in, part_in_force
from patients.protocol.tables import ProtocolError, build, check_version, read_toml, unique_by_id
from regimens.protocol.schema import Rule
from regimens.rules.vocabulary import StopReason

COHORT = "cohort.toml"


@dataclass(frozen=True, slots=True)
class CohortSettings:
    """The numbers of the counts. Days, months, weeks and years are whole; `steroid_at_most` is mg prednisolone a day.

    `age_bands_from` and `weeks_late_above` are where each band begins, the lowest first.
    """

    restart_days: int
    fewest_on_a_curve: int
    confidence_percent: int
    response_months: tuple[int, ...]
    response_window_days: int
    steroid_months: tuple[int, ...]
    steroid_at_most: Decimal
    age_bands_from: tuple[int, ...]
    weeks_late_above: tuple[int, ...]
    quarters_shown: int
    no_results_days: int


@dataclass(frozen=True, slots=True)
class Stops:
    """Reasons for a stop, and whether they count as an end of the drug; the others only end the watching."""

    reasons: tuple[StopReason, ...]
    counts: bool


@dataclass(frozen=True, slots=True)
class Antibodies:
    """The antibodies that are counted by name, as they are printed; any other is counted as one of the others."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CohortFile:
    """cohort.toml. `signed_off_by`: who has signed it off clinically ("": nobody yet)."""

    version: str
    effective_from: date
    reviewed_on: date
    next_review: date
    settings: CohortSettings
    stops: tuple[Stops, ...]
    antibodies: tuple[Antibodies, ...]
    rules: tuple[Rule, ...]
    signed_off_by: str = ""

    @property
    def stops_that_count(self) -> frozenset[StopReason]:
        return frozenset(reason for stops in self.stops if stops.counts for reason in stops.reasons)

    @property
    def antibody_names(self) -> tuple[str, ...]:
        return tuple(name for listed in self.antibodies for name in listed.names)

    def rule(self, rule_id: str) -> Rule:
        """The rule of that id. Raises KeyError."""
        return unique_by_id(self.rules, COHORT)[rule_id]


def load_cohort(folder: Path | None = None) -> CohortFile:
    """The file in force, or that of `folder`, read once. Raises ProtocolError saying what is wrong where."""
    return _read(folder or part_in_force(Part.PATHWAY))


@lru_cache(maxsize=16)
def _read(folder: Path) -> CohortFile:
    file = build(CohortFile, read_toml(folder / COHORT), COHORT)
    check_version(file.version, COHORT)
    if not file.reviewed_on < file.next_review:
        raise ProtocolError(f"{COHORT}: next_review must lie after reviewed_on")
    _check_settings(file.settings)
    _check_rules(file, folder)
    named = Counter(reason for stops in file.stops for reason in stops.reasons)
    for reason in StopReason:
        if named[reason] != 1:
            raise ProtocolError(f"{COHORT}, stops: {reason.value!r} must be named exactly once, found {named[reason]}")
    return file


def _check_rules(file: CohortFile, folder: Path) -> None:
    """A clinic may reword a rule, not leave it out; and a sentence must say the numbers that are counted by."""
    rules, settings = unique_by_id(file.rules, COHORT), file.settings
    if folder != built_in(Part.PATHWAY):
        for rule in _read(built_in(Part.PATHWAY)).rules:
            if rule.id not in rules:
                raise ProtocolError(f"{COHORT}: the rule {rule.id!r} is missing")
    said: dict[str, tuple[int | Decimal, ...]] = {
        "cohort.spell": (settings.restart_days,),
        "cohort.response": (*settings.response_months, settings.response_window_days),
        "cohort.steroid": (settings.steroid_at_most,),
        "cohort.small_numbers": (settings.fewest_on_a_curve,),
    }
    for identity, numbers in said.items():
        words = rules[identity].text.replace(",", " ").split() if identity in rules else []
        for number in numbers:
            if identity in rules and str(number) not in words:
                raise ProtocolError(f"{COHORT}, id {identity!r}: its text must say {number}, as the settings do")


def _check_settings(settings: CohortSettings) -> None:
    single = (
        "restart_days",
        "fewest_on_a_curve",
        "response_window_days",
        "steroid_at_most",
        "quarters_shown",
        "no_results_days",
    )
    for name in single:
        if getattr(settings, name) <= 0:
            raise ProtocolError(f"{COHORT}, settings, key {name!r}: must be above 0, found {getattr(settings, name)}")
    if not 0 < settings.confidence_percent < 100:
        raise ProtocolError(f"{COHORT}, settings, key 'confidence_percent': must lie between 0 and 100")
    for name in ("response_months", "steroid_months", "age_bands_from", "weeks_late_above"):
        values = getattr(settings, name)
        if not values or values[0] < 0 or any(one >= two for one, two in zip(values, values[1:], strict=False)):
            raise ProtocolError(f"{COHORT}, settings, key {name!r}: whole numbers that rise, found {list(values)}")
