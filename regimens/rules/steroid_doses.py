"""The daily corticosteroid over time, all courses together, in mg of prednisolone a day.

Pulses are left out: a drug given in cycles or by vein has no daily dose. What is given by mouth and whose dose,
frequency or equivalence is not known makes the total unknown, never 0.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from patients.rules.as_of import latest
from patients.rules.reasons import FactReference
from patients.rules.record import Weight
from patients.rules.wording import display_date, display_number
from regimens.protocol.schema import DosePer, PathwayProtocol
from regimens.rules.dose_reference import dose_reference
from regimens.rules.doses import amount_per, current_dose
from regimens.rules.record import DosePeriod, TaperStep
from regimens.rules.scene import Scene
from regimens.rules.standing import Trial
from regimens.rules.steroid_changes import doses_and_steps, in_pulses
from regimens.rules.vocabulary import DoseBasis, DoseUnit, Frequency

_NONE = Decimal(0)
# Looked up once: they stand beside every dose of every patient.
_ONCE_DAILY, _MILLIGRAM, _FLAT = Frequency.ONCE_DAILY, DoseUnit.MILLIGRAM, DoseBasis.FLAT


class SteroidLevel(NamedTuple):
    """From a day on, the total (None: not known), and what changed on that day. `row` None: a start or a stop."""

    on: date
    milligrams: Decimal | None
    trial: Trial
    row: DosePeriod | TaperStep | None

    @property
    def given(self) -> bool:
        """Whether a corticosteroid is taken, at a known dose or not."""
        return self.milligrams is None or self.milligrams > _NONE

    @property
    def facts(self) -> tuple[FactReference, ...]:
        """The course, and the dose or the step of the taper that set this level."""
        if self.row is None:
            return (self.trial.reference,)
        if isinstance(self.row, TaperStep):
            label = f"taper to {display_number(self.row.milligrams_per_day)} mg a day, {display_date(self.row.on)}"
            return (self.trial.reference, FactReference("taper_step", self.row.id, label))
        return (self.trial.reference, dose_reference(self.trial, self.row))


def pulses(trial: Trial, protocol: PathwayProtocol) -> bool:
    """Whether the course is given in pulses, which have no daily dose."""
    return in_pulses(trial.course, protocol)


def daily_trials(scene: Scene) -> list[Trial]:
    """Systemic corticosteroids that are, or were, taken day by day."""
    return [
        trial for trial in scene.trials if trial.corticosteroid and trial.taken and not pulses(trial, scene.protocol)
    ]


def milligrams_now(scene: Scene) -> Decimal | None:
    """The daily total of the day, None when not known: the end of `steroid_levels` without the way there."""
    total = _NONE
    for trial in daily_trials(scene):
        if not trial.running:
            continue
        drug = scene.protocol.drugs.get(trial.drug)
        factor = drug.prednisolone_equivalence if drug is not None else None
        row = _row_in_force(trial, scene.as_of)
        taken = None if row is None else _daily(row, scene.weight)
        if taken is None or factor is None:
            return None
        total += taken * factor
    return total


def _row_in_force(trial: Trial, as_of: date) -> DosePeriod | TaperStep | None:
    """The dose of the day, or the step of the taper where that is later. A dose outranks a step of its own day."""
    dose = current_dose(trial.course, as_of)
    step = latest(trial.course.taper, as_of)
    if step is None or (dose is not None and dose.from_on >= step.on):
        return dose
    return step


def steroid_levels(scene: Scene) -> list[SteroidLevel]:
    """Every change of the daily total up to the day, oldest first; of several changes on one day the last."""
    trials = daily_trials(scene)
    changes = [change for trial in trials for change in _changes(trial, scene.protocol, scene.as_of, scene.weight)]
    if len(trials) == 1:
        return _last_of_each_day(changes)
    # Python's sort is stable: the changes of one course stay in their order, and the courses in theirs.
    changes.sort(key=lambda change: change.on)
    now: dict[str, Decimal | None] = {}
    totals = []
    for change in changes:
        now[change.trial.course.id] = change.milligrams
        totals.append(SteroidLevel(change.on, _total(now), change.trial, change.row))
    return _last_of_each_day(totals)


def _total(now: dict[str, Decimal | None]) -> Decimal | None:
    total = _NONE
    for milligrams in now.values():
        if milligrams is None:
            return None
        total += milligrams
    return total


def _last_of_each_day(levels: list[SteroidLevel]) -> list[SteroidLevel]:
    kept: list[SteroidLevel] = []
    for level in levels:
        if kept and kept[-1].on == level.on:
            kept[-1] = level
        else:
            kept.append(level)
    return kept


def _changes(trial: Trial, protocol: PathwayProtocol, as_of: date, weight: Weight | None) -> list[SteroidLevel]:
    """One course: its start, its doses and the steps of its taper, its stop. A dose outranks a step of its own day."""
    course = trial.course
    stop_on = course.stop_on if course.stop_on is not None and course.stop_on <= as_of else None
    last = stop_on or as_of
    drug = protocol.drugs.get(trial.drug)
    factor = drug.prednisolone_equivalence if drug is not None else None
    start_on = course.start_on
    levels = [SteroidLevel(start_on, None, trial, None)]
    for day, row in doses_and_steps(course, last):
        taken = _daily(row, weight)
        milligrams = None if taken is None or factor is None else taken * factor
        levels.append(SteroidLevel(day if day > start_on else start_on, milligrams, trial, row))
    if stop_on is not None:
        levels.append(SteroidLevel(stop_on, _NONE, trial, None))
    return levels


def _daily(row: DosePeriod | TaperStep, weight: Weight | None) -> Decimal | None:
    if isinstance(row, TaperStep):
        return row.milligrams_per_day
    if row.frequency is _ONCE_DAILY and row.unit is _MILLIGRAM and row.basis is _FLAT:
        return row.amount  # nearly every row; the general way gives the same
    amount = amount_per(DosePer.DAY, row, weight)
    return amount.flat if amount.exact else None


def treated_since(levels: list[SteroidLevel]) -> int | None:
    """Where the present unbroken corticosteroid treatment began, as a place in the levels; None when none is given."""
    if not levels or not levels[-1].given:
        return None
    place = len(levels) - 1
    while place > 0 and levels[place - 1].given:
        place -= 1
    return place


def last_raise(levels: list[SteroidLevel], first: int) -> int | None:
    """The place of the latest raise after a lowering, both known and not before the place `first`."""
    lowered = False
    found: int | None = None
    before = levels[first].milligrams
    for place in range(first + 1, len(levels)):
        now = levels[place].milligrams
        if now is not None and before is not None:
            if now < before:
                lowered = True
            elif lowered and now > before:
                found, lowered = place, False
        before = now
    return found
