"""Whether a dose change goes up: from what was taken until then, over a week."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from patients.rules.entry_order import entry_order
from patients.rules.reasons import Truth
from patients.rules.record import Weight
from regimens.protocol.schema import DosePer
from regimens.rules.doses import doses_per, milligrams
from regimens.rules.guard_findings import GuardFinding
from regimens.rules.guard_subject import sound_weight
from regimens.rules.proposals import ChangeDose
from regimens.rules.record import Course, DosePeriod, TreatmentRecord
from regimens.rules.vocabulary import DoseBasis, Frequency

_AS_WRITTEN = frozenset({Frequency.AS_TEXT, Frequency.PER_COURSE, Frequency.SINGLE})


def goes_up(course: Course, change: ChangeDose, weight: Weight | None) -> Truth:
    """Whether more is taken in a week from the change on than on the day before it; `course` is without the change.

    `weight` brings a dose per kg and a flat one together. Unknown where either dose cannot be told: what is asked of a
    higher dose is then asked as well.
    """
    before = dose_before(course, change.on)
    was, now = (None, None) if before is None else was_and_now(before, change.dose, weight)
    if was is None or now is None:
        return Truth.UNKNOWN
    return Truth.TRUE if now > was else Truth.FALSE


def dose_before(course: Course, on: date) -> DosePeriod | None:
    """The dose that held until the day."""
    held = (one for one in course.doses if one.from_on < on)
    return max(held, key=lambda one: (one.from_on, entry_order(one.id)), default=None)


def was_and_now(before: DosePeriod, after: DosePeriod, weight: Weight | None) -> tuple[Decimal | None, Decimal | None]:
    """Two doses as amounts that can be compared, each None where it cannot be told."""
    if _said(before) == _said(after) and before.frequency is not Frequency.NOT_RECORDED:
        alike = before.unit is after.unit
        was, now = (one.amount if alike else milligrams(one) for one in (before, after))
    else:
        was, now = (_a_week(one, weight, before.basis) for one in (before, after))
    return was, now


def said_of_a_raise(
    record: TreatmentRecord, change: ChangeDose, against: Sequence[GuardFinding]
) -> Sequence[GuardFinding]:
    """What speaks against a higher dose, unless the dose is known not to go up. `record` is without the change."""
    course = next((one for one in record.courses if one.id == change.course), None)
    if course is not None and goes_up(course, change, sound_weight(record, change.on)) is Truth.FALSE:
        return ()
    return against


def _said(dose: DosePeriod) -> tuple[DoseBasis, Frequency, str]:
    """How a dose is counted and how often it is taken: of two that agree in it, the amounts alone decide."""
    words = " ".join(dose.frequency_text.split()).casefold() if dose.frequency in _AS_WRITTEN else ""
    return dose.basis, dose.frequency, words


def _a_week(dose: DosePeriod, weight: Weight | None, basis: DoseBasis) -> Decimal | None:
    """mg in a week, counted as `basis` says: flat, per kg or per m²; None where that cannot be told."""
    one = milligrams(dose)
    times = doses_per(DosePer.WEEK, dose.frequency)
    if one is None or times is None:
        return None
    if dose.basis is basis:
        return one * times
    if weight is None or DoseBasis.PER_SQUARE_METRE in (basis, dose.basis):
        return None
    return one * times * weight.kilograms if basis is DoseBasis.FLAT else one * times / weight.kilograms
