"""How much a dose comes to: over a day, a week, one dose or a course, flat, per kg and per m². All in mg."""

from dataclasses import dataclass
from decimal import Decimal

from patients.rules.record import Weight
from regimens.protocol.schema import DosePer, DoseRule
from regimens.rules.doses import MORE_OFTEN_THAN_WEEKLY, doses_per, milligrams
from regimens.rules.record import DosePeriod
from regimens.rules.vocabulary import DoseBasis, Frequency


@dataclass(frozen=True, slots=True)
class Taken:
    """An amount per span. `exact` is False where how often is not known, and one dose stands for the span."""

    basis: DoseBasis
    least: Decimal
    """What is taken in the span, in mg, mg/kg or mg/m² by the basis."""
    most: Decimal
    """The same, or one dose where that is more: 50 mg every 2 weeks is 50 mg on the day that it is taken."""
    exact: bool

    def flat(self, amount: Decimal, kilograms: Decimal | None) -> Decimal | None:
        """One of the two in mg; None where it needs a weight, or a body surface."""
        if self.basis is DoseBasis.FLAT:
            return amount
        return amount * kilograms if self.basis is DoseBasis.PER_KILOGRAM and kilograms is not None else None

    def per_kilogram(self, amount: Decimal, kilograms: Decimal | None) -> Decimal | None:
        """One of the two in mg/kg; None where it needs a weight, or a body surface."""
        if self.basis is DoseBasis.PER_KILOGRAM:
            return amount
        return amount / kilograms if self.basis is DoseBasis.FLAT and kilograms is not None else None


def taken_per(per: DosePer, dose: DosePeriod) -> Taken | None:
    """None without an amount in a unit of mass."""
    one = milligrams(dose)
    if one is None:
        return None
    times = doses_per(per, dose.frequency)
    least = one if times is None else one * times
    return Taken(dose.basis, least, max(one, least), times is not None)


def kilograms_of(weight: Weight | None) -> Decimal | None:
    return None if weight is None else weight.kilograms


def within_course(rule: DoseRule, dose: DosePeriod) -> DoseRule | None:
    """The rule's limits for how the dose is written down, in the rule's unit; None where the rule itself holds.

    A course of pulses may be given as its total: 1 g on 3 to 5 days is 3 to 5 g. A course over at least 2 days may be
    given day by day: 2 g/kg over 2 days is 1 g/kg a day (limits derived from the printed ones).
    """
    if rule.days_minimum is None or rule.days_maximum is None or rule.unit is None:
        return None
    if rule.per is DosePer.DOSE and dose.frequency is Frequency.PER_COURSE:
        return _scaled(rule, DosePer.COURSE, Decimal(rule.days_minimum), Decimal(rule.days_maximum))
    if rule.per is DosePer.COURSE and dose.frequency in MORE_OFTEN_THAN_WEEKLY:
        return _scaled(rule, DosePer.DAY, Decimal(1), Decimal(1) / rule.days_minimum)
    return None


def _scaled(rule: DoseRule, per: DosePer, low: Decimal, high: Decimal) -> DoseRule:
    """The limits for another span. A lower limit of a whole course says nothing of one of its days."""
    whole = per is DosePer.COURSE
    return DoseRule(
        id=rule.id,
        text=rule.text,
        source=rule.source,
        kind=rule.kind,
        rungs=rule.rungs,
        note=rule.note,
        unit=rule.unit,
        per=per,
        minimum=rule.minimum * low if whole and rule.minimum is not None else None,
        maximum=None if rule.maximum is None else rule.maximum * high,
        maximum_per_kilogram=None if rule.maximum_per_kilogram is None else rule.maximum_per_kilogram * high,
    )
