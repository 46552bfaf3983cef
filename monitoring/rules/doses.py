"""Doses over time: which dose holds on a day, and which change of dose was an increase.

Doses are compared over 4 weeks, as whole multiples, so that nothing is rounded. What cannot be compared (an amount not
recorded, mg against mg/kg, a frequency in words) is said to be unknown, and the schedules treat it as an increase.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from patients.rules.entry_order import entry_order
from patients.rules.record import Weight
from regimens.rules.record import Course, DosePeriod
from regimens.rules.vocabulary import DoseBasis, DoseUnit, Frequency

DAYS_COMPARED = 28
_DOSES_IN_28_DAYS: dict[Frequency, int] = {
    Frequency.ONCE_DAILY: 28,
    Frequency.TWICE_DAILY: 56,
    Frequency.THREE_TIMES_DAILY: 84,
    Frequency.PER_DAY_TOTAL: 28,
    Frequency.ALTERNATE_DAYS: 14,
    Frequency.ONCE_WEEKLY: 4,
    Frequency.EVERY_2_WEEKS: 2,
    Frequency.EVERY_4_WEEKS: 1,
}
_MILLIGRAMS: dict[DoseUnit, Decimal] = {
    DoseUnit.MICROGRAM: Decimal("0.001"),
    DoseUnit.MILLIGRAM: Decimal(1),
    DoseUnit.GRAM: Decimal(1000),
}
_LARGEST = Decimal(10**9)


class Change(Enum):
    """What a new dose period did to the dose."""

    INCREASE = "increase"
    DECREASE = "decrease"
    UNKNOWN = "unknown"
    TIMES = "times"
    """As much as before, at other times: once a day for twice a day."""
    BRAND = "brand"
    """As much as before, of another known brand."""


@dataclass(frozen=True, slots=True)
class DoseChange:
    on: date
    change: Change


def is_amount(value: Decimal | None) -> bool:
    """Whether the number can be an amount at all: finite, not negative, not absurd."""
    return value is not None and value.is_finite() and 0 <= value < _LARGEST


def dose_on(course: Course, on: date) -> DosePeriod | None:
    """The dose that holds on the day: of those begun, the last; None when none was recorded by then."""
    begun = (period for period in course.doses if period.from_on <= on)
    return max(begun, key=lambda period: (period.from_on, entry_order(period.id)), default=None)


def dose_changes(course: Course, as_of: date) -> list[DoseChange]:
    """The changes of dose after the start and up to `as_of`, oldest first. A period that repeats the dose is none.

    The brand changes when one is recorded that is not the last one recorded; a brand not recorded says nothing.
    """
    if len(course.doses) < 2:
        return []
    periods = sorted(
        (p for p in course.doses if p.from_on <= as_of), key=lambda period: (period.from_on, entry_order(period.id))
    )
    changes = []
    brand = periods[0].brand if periods else ""
    for before, after in zip(periods, periods[1:], strict=False):
        is_other_brand = after.brand != "" and brand not in ("", after.brand)
        brand = after.brand or brand
        if after.from_on <= course.start_on:
            continue
        change = compare(before, after)
        if change is None and is_other_brand:
            change = Change.BRAND
        if change is not None:
            changes.append(DoseChange(after.from_on, change))
    return changes


def compare(before: DosePeriod, after: DosePeriod) -> Change | None:
    """How the dose changed; None when neither the dose nor how often it is taken did."""
    if _same(before, after):
        return None
    old, new = _comparable(before), _comparable(after)
    if old is not None and new is not None and old[0] == new[0]:
        if old[1] == new[1]:
            return Change.TIMES if _other_times(before.frequency, after.frequency) else None
        return Change.INCREASE if new[1] > old[1] else Change.DECREASE
    return Change.UNKNOWN


def milligrams_in_28_days(period: DosePeriod | None, weights: Sequence[Weight]) -> Decimal | None:
    """Milligrams in 4 weeks; a dose per kg by the weight nearest before it (or first after). None: not known."""
    found = _comparable(period) if period is not None else None
    if period is None or found is None or found[0][2] is not None or found[0][1] != "mg":
        return None
    basis, amount = found[0][0], found[1]
    if basis == DoseBasis.FLAT:
        return amount
    if basis == DoseBasis.PER_KILOGRAM:
        weight = weight_on(weights, period.from_on) or first_weight(weights)
        return amount * weight.kilograms if weight is not None else None
    return None


def weight_on(weights: Sequence[Weight], on: date) -> Weight | None:
    """The last usable weight on or before the day."""
    usable = [weight for weight in weights if weight.on <= on and _is_weight(weight)]
    return max(usable, key=lambda weight: (weight.on, entry_order(weight.id)), default=None)


def first_weight(weights: Sequence[Weight]) -> Weight | None:
    """The first usable weight of all."""
    return min(
        (weight for weight in weights if _is_weight(weight)),
        key=lambda weight: (weight.on, entry_order(weight.id)),
        default=None,
    )


def _is_weight(weight: Weight) -> bool:
    return is_amount(weight.kilograms) and weight.kilograms > 0


def _same(before: DosePeriod, after: DosePeriod) -> bool:
    return (
        _equal(before.amount, after.amount)
        and before.unit == after.unit
        and before.basis == after.basis
        and before.frequency == after.frequency
        and before.frequency_text == after.frequency_text
    )


def _other_times(before: Frequency, after: Frequency) -> bool:
    """A total for the day says nothing of how often it is taken."""
    return before != after and Frequency.PER_DAY_TOTAL not in (before, after)


def _equal(first: Decimal | None, second: Decimal | None) -> bool:
    if first is None or second is None or first.is_nan() or second.is_nan():
        return str(first) == str(second)
    return first == second


_Scale = tuple[DoseBasis, str, tuple[str, str] | None]


def _comparable(period: DosePeriod) -> tuple[_Scale, Decimal] | None:
    """The dose as an amount on a scale; two doses compare only on the same scale. None when it has no amount."""
    amount = period.amount
    if amount is None or not is_amount(amount) or period.unit is None:
        return None
    factor = _MILLIGRAMS.get(period.unit)
    unit = "mg" if factor is not None else str(period.unit)
    amount = amount * factor if factor is not None else amount
    times = _DOSES_IN_28_DAYS.get(period.frequency)
    if times is not None:
        return (period.basis, unit, None), amount * times
    if period.frequency == Frequency.NOT_RECORDED:
        return None
    return (period.basis, unit, (str(period.frequency), period.frequency_text)), amount
