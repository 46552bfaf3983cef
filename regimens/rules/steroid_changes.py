"""When the amount of one corticosteroid changed: its daily doses as they followed each other, and its pulses.

Amounts are mg of prednisolone. A dose, frequency or equivalence that is not known is None, never 0.
"""

from datetime import date
from decimal import Decimal
from operator import itemgetter

from patients.rules.as_of import latest
from patients.rules.entry_order import entry_order
from patients.rules.record import Weight
from regimens.protocol.schema import DosePer, PathwayProtocol
from regimens.rules.doses import amount_per, milligrams
from regimens.rules.record import Course, DosePeriod, Infusion, TaperStep
from regimens.rules.vocabulary import CourseRole, DoseBasis, DoseUnit, Frequency, Route

_NONE = Decimal(0)
_ONE = Decimal(1)
# Looked up once: they stand beside every dose of every patient.
_CORTICOSTEROID, _FLAT, _ONCE_DAILY = CourseRole.CORTICOSTEROID, DoseBasis.FLAT, Frequency.ONCE_DAILY
_MILLIGRAM, _TOPICAL = DoseUnit.MILLIGRAM, Route.TOPICAL

Change = tuple[date, Decimal | None]
"""From this day on, so many mg of prednisolone a day; None is not known."""

_by_day = itemgetter(0)


def in_pulses(course: Course, protocol: PathwayProtocol) -> bool:
    """Whether the corticosteroid is given in pulses, which have no daily dose: by vein, or in cycles."""
    drug = protocol.drugs.get(course.drug)
    return course.route is Route.INTRAVENOUS or (drug is not None and drug.given_in_cycles)


def was_taken(course: Course, as_of: date) -> bool:
    """Whether it is a corticosteroid that was begun by the day, and not on the skin."""
    return (
        course.role is _CORTICOSTEROID
        and course.start_on <= as_of
        and not course.never_given
        and course.route is not _TOPICAL
    )


def daily_changes(course: Course, factor: Decimal | None, as_of: date, weights: tuple[Weight, ...]) -> list[Change]:
    """The days on which the daily amount of one course changed, oldest first: its start, doses, taper steps, stop.

    Of one day's rows a dose outranks a step of the taper, which is a plan.
    """
    start_on, stop_on = course.start_on, course.stop_on
    last = as_of if stop_on is None or stop_on > as_of else stop_on
    found: list[Change] = [(start_on, None)]
    rows = doses_and_steps(course, last)
    for place, (day, row) in enumerate(rows):
        from_on = day if day > start_on else start_on
        if isinstance(row, DosePeriod) and row.basis is not _FLAT and factor is not None:
            until = rows[place + 1][0] if place + 1 < len(rows) else last
            following = _by_weight(row, from_on, until, factor, weights)
        else:
            taken = _a_day(row)
            if factor != _ONE and taken is not None:
                taken = None if factor is None else taken * factor
            following = [(from_on, taken)]
        if found[-1][0] == from_on:
            found.pop()
        found += following
    if stop_on is not None and stop_on <= as_of:
        stop = stop_on if stop_on > start_on else start_on
        if found[-1][0] == stop:
            found.pop()
        found.append((stop, _NONE))
    return found


def doses_and_steps(course: Course, last: date) -> list[tuple[date, DosePeriod | TaperStep]]:
    """Doses and steps of the taper up to the day, in the order in which each takes the place of the one before."""
    doses = [dose for dose in course.doses if dose.from_on <= last]
    doses.sort(key=lambda dose: (dose.from_on, entry_order(dose.id)))
    rows: list[tuple[date, DosePeriod | TaperStep]] = [(dose.from_on, dose) for dose in doses]
    if course.taper:
        steps = [step for step in course.taper if step.on <= last]
        if steps:
            steps.sort(key=lambda step: (step.on, entry_order(step.id)))
            rows = [*((step.on, step) for step in steps), *rows]
            rows.sort(key=_by_day)  # stable: a dose stays behind the steps of its day
    return rows


def _a_day(row: DosePeriod | TaperStep) -> Decimal | None:
    """mg a day of a dose that no body weight changes; None when not known."""
    if isinstance(row, TaperStep):
        return row.milligrams_per_day
    if row.frequency is _ONCE_DAILY and row.unit is _MILLIGRAM and row.basis is _FLAT:
        return row.amount  # nearly every row; the general way gives the same
    amount = amount_per(DosePer.DAY, row, None)
    return amount.flat if amount.exact else None


def _by_weight(
    row: DosePeriod, from_on: date, until: date, factor: Decimal, weights: tuple[Weight, ...]
) -> list[Change]:
    """A dose per kg changes with each weight taken meanwhile; before the first weight it is not known."""
    found: list[Change] = []
    for day in sorted({from_on, *(weight.on for weight in weights if from_on < weight.on <= until)}):
        amount = amount_per(DosePer.DAY, row, latest(weights, day))
        known = amount.flat is not None and amount.exact
        found.append((day, amount.flat * factor if known and amount.flat is not None else None))
    return found


def pulses_of(course: Course, factor: Decimal | None, as_of: date, weights: tuple[Weight, ...]) -> list[Change]:
    """(first day, mg of prednisolone or None) of each pulse begun by the day.

    From the infusions given. Where none is recorded, a stopped course counts each of its days at the recorded dose,
    as one pulse; one that runs, or a dose without a daily frequency, is one pulse of unknown amount.
    """
    begun = [infusion for infusion in course.infusions if infusion.first_on <= as_of]
    if begun:
        return [(infusion.first_on, _infused(infusion, factor)) for infusion in begun]
    if course.stop_on is None or course.stop_on > as_of or factor is None:
        return [(course.start_on, None)]
    total = _NONE
    changes = daily_changes(course, factor, course.stop_on, weights)
    for (day, amount), following in zip(changes, changes[1:], strict=False):
        length = (following[0] - day).days
        if amount is None and length:
            return [(course.start_on, None)]
        total += (amount or _NONE) * length
    return [(course.start_on, total)]


def _infused(infusion: Infusion, factor: Decimal | None) -> Decimal | None:
    amount = milligrams(DosePeriod(infusion.id, infusion.first_on, infusion.total, infusion.unit))
    return None if amount is None or factor is None else amount * factor
