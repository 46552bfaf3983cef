"""Doses over a day, a week or a course, compared with what is printed. Amounts are Decimal mg unless said otherwise."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from patients.rules.entry_order import entry_order
from patients.rules.quick_init import quick_init
from patients.rules.record import Weight
from patients.rules.wording import display_number
from regimens.protocol.schema import DosePer, DoseRule, TargetDose
from regimens.rules.record import Course, DosePeriod
from regimens.rules.vocabulary import DoseBasis, DoseUnit, Frequency

_IN_MILLIGRAMS = {
    DoseUnit.MICROGRAM: Decimal("0.001"),
    DoseUnit.MILLIGRAM: Decimal(1),
    DoseUnit.GRAM: Decimal(1000),
}
_DOSES_A_DAY = {
    Frequency.ONCE_DAILY: Decimal(1),
    Frequency.PER_DAY_TOTAL: Decimal(1),
    Frequency.TWICE_DAILY: Decimal(2),
    Frequency.THREE_TIMES_DAILY: Decimal(3),
    Frequency.ALTERNATE_DAYS: Decimal("0.5"),
}
_DOSES_A_WEEK = {
    Frequency.ONCE_WEEKLY: Decimal(1),
    Frequency.EVERY_2_WEEKS: Decimal("0.5"),
    Frequency.EVERY_4_WEEKS: Decimal("0.25"),
} | {frequency: doses * 7 for frequency, doses in _DOSES_A_DAY.items()}
_WHOLE_COURSES = (Frequency.PER_COURSE, Frequency.EVERY_4_WEEKS)
MORE_OFTEN_THAN_WEEKLY = frozenset(_DOSES_A_DAY)


def current_dose(course: Course, as_of: date) -> DosePeriod | None:
    """The dose period in force on the day."""
    found: DosePeriod | None = None
    for period in course.doses:
        on = period.from_on
        if on <= as_of and (found is None or on > found.from_on or (on == found.from_on and _is_later(period, found))):
            found = period
    return found


def _is_later(period: DosePeriod, other: DosePeriod) -> bool:
    return entry_order(period.id) > entry_order(other.id)


def milligrams(period: DosePeriod) -> Decimal | None:
    """The amount as written, in mg (or mg per kg, or per m²); None when amount or unit is missing or no mass."""
    if period.amount is None or period.unit is None:
        return None
    return in_milligrams(period.amount, period.unit)


def in_milligrams(amount: Decimal, unit: DoseUnit) -> Decimal | None:
    """The amount in mg; None when the unit is no mass."""
    factor = _IN_MILLIGRAMS.get(unit)
    return None if factor is None else amount * factor


def doses_per(per: DosePer, frequency: Frequency) -> Decimal | None:
    """How many doses one span holds; None when the frequency does not say."""
    if per is DosePer.DOSE:
        return Decimal(1)
    if per is DosePer.DAY:
        return _DOSES_A_DAY.get(frequency)
    if per is DosePer.WEEK:
        return _DOSES_A_WEEK.get(frequency)
    return Decimal(1) if frequency in _WHOLE_COURSES else None


@quick_init
@dataclass(frozen=True, slots=True)
class Amount:
    """What is taken per span: in mg, and in mg per kg of body weight, each None when it cannot be known.

    `exact` is False when the frequency is not known and the amount of one dose stands as the least it can be.
    """

    flat: Decimal | None
    per_kilogram: Decimal | None
    exact: bool


def amount_per(per: DosePer, period: DosePeriod, weight: Weight | None) -> Amount:
    one = milligrams(period)
    doses = doses_per(per, period.frequency)
    if one is None or period.basis is DoseBasis.PER_SQUARE_METRE:
        return Amount(None, None, False)
    taken = one if doses is None else one * doses
    if period.basis is DoseBasis.PER_KILOGRAM:
        return Amount(taken * weight.kilograms if weight else None, taken, doses is not None)
    return Amount(taken, taken / weight.kilograms if weight and weight.kilograms else None, doses is not None)


def outside(rule: DoseRule, period: DosePeriod, weight: Weight | None, *, first: bool) -> list[str]:
    """Each way in which the dose leaves the printed range, in words. Empty when none is known."""
    if rule.per is None or rule.unit is None:
        return []
    amount = amount_per(rule.per, period, weight)
    factor = _IN_MILLIGRAMS[rule.unit]
    found: list[str] = []
    if amount.flat is not None:
        flat = amount.flat / factor
        if rule.maximum is not None and flat > rule.maximum:
            found.append(_beyond(flat, "above", rule.maximum, f"{rule.unit.label} a {rule.per.value}"))
        if rule.minimum is not None and amount.exact and flat < rule.minimum:
            found.append(_beyond(flat, "below", rule.minimum, f"{rule.unit.label} a {rule.per.value}"))
    if amount.per_kilogram is not None:
        relative = amount.per_kilogram / factor
        highest, least = rule.maximum_per_kilogram, rule.start_minimum_per_kilogram
        if highest is not None and relative > highest:
            found.append(_beyond(relative, "above", highest, f"{rule.unit.label}/kg a {rule.per.value}"))
        if least is not None and first and amount.exact and relative < least:
            found.append(_beyond(relative, "below", least, f"{rule.unit.label}/kg a {rule.per.value}"))
    return found


def _beyond(taken: Decimal, side: str, limit: Decimal, unit: str) -> str:
    return f"{rounded(taken)} {unit} is {side} {display_number(limit)} {unit}"


def rounded(value: Decimal) -> str:
    """Three decimals for a person; the comparison was made with the full value."""
    return display_number(value.quantize(Decimal("0.001"))) if abs(value) < Decimal("1e20") else display_number(value)


def rounded_beside(value: Decimal, limit: Decimal) -> str:
    """As `rounded`; "just over 25" where rounding would hide that the value is not the limit."""
    text = rounded(value)
    if text == display_number(limit) and value != limit:
        return f"just {'over' if value > limit else 'under'} {text}"
    return text


def needs_weight(rule: DoseRule, period: DosePeriod) -> bool:
    """Whether this dose can be checked only with a body weight."""
    per_kilogram = period.basis is DoseBasis.PER_KILOGRAM
    has_relative = rule.maximum_per_kilogram is not None or rule.start_minimum_per_kilogram is not None
    has_flat = rule.maximum is not None or rule.minimum is not None
    return (has_relative and not per_kilogram) or (has_flat and per_kilogram)


def daily_milligrams(course: Course, as_of: date, weight: Weight | None) -> Decimal | None:
    """mg taken a day on the day; a later step of the planned taper replaces the recorded dose. None when unknown."""
    period = current_dose(course, as_of)
    steps = [step for step in course.taper if step.on <= as_of]
    if steps:
        step = max(steps, key=lambda step: (step.on, entry_order(step.id)))
        if period is None or step.on > period.from_on:
            return step.milligrams_per_day
    if period is None:
        return None
    amount = amount_per(DosePer.DAY, period, weight)
    return amount.flat if amount.exact else None


def at_target_since(course: Course, target: TargetDose, as_of: date, weight: Weight | None) -> tuple[bool, date | None]:
    """(known, since): whether the present dose is known, and since when it has been at the target without a break."""
    needed = target.amount * _IN_MILLIGRAMS[target.unit]
    since: date | None = None
    periods = sorted(
        (period for period in course.doses if period.from_on <= as_of),
        key=lambda period: (period.from_on, entry_order(period.id)),
        reverse=True,
    )
    for period in periods:
        amount = amount_per(target.per, period, weight)
        if amount.flat is None or not amount.exact:
            return since is not None, since
        if amount.flat < needed:
            return True, since
        since = max(period.from_on, course.start_on)
    return since is not None, since


def times_in_words(times: int) -> str:
    """`twice`, `10 times`."""
    return "twice" if times == 2 else f"{times} times"
