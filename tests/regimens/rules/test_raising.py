"""Whether a dose change goes up; where that cannot be told, it may."""

import pytest

from patients.rules.reasons import Truth
from regimens.rules.proposals import ChangeDose
from regimens.rules.raising import goes_up
from regimens.rules.record import DosePeriod
from regimens.rules.vocabulary import DoseUnit, Frequency
from tests.regimens.rules.build import course, on, record
from tests.regimens.rules.guarding import DAILY, GRAM, MG, MICROGRAM, PER_KG, PER_M2, TWICE, WEEKLY, amount

UP, NOT_UP, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
WORDS = Frequency.AS_TEXT


def compared(before: DosePeriod | None, new: DosePeriod, *, weight: bool = True) -> Truth:
    taken = course("azathioprine", 0, doses=() if before is None else (before,))
    change = ChangeDose(course=taken.id, on=on(10), dose=new)
    return goes_up(taken, change, record(taken).patient.weights[0] if weight else None)


@pytest.mark.parametrize(
    ("before", "new", "expected"),
    [
        (amount("10", WEEKLY, day=0), amount("10", WEEKLY), NOT_UP),
        (amount("10", WEEKLY, day=0), amount("10.5", WEEKLY), UP),
        (amount("10", WEEKLY, day=0), amount("7.5", WEEKLY), NOT_UP),
        (amount("50", DAILY, day=0), amount("50", TWICE), UP),
        (amount("50", TWICE, day=0), amount("100", DAILY), NOT_UP),
        (amount("50", TWICE, day=0), amount("101", DAILY), UP),
        (amount("1", DAILY, GRAM, day=0), amount("1000", DAILY, MG), NOT_UP),
        (amount("1", DAILY, GRAM, day=0), amount("1000000", DAILY, MICROGRAM), NOT_UP),
        (amount("1", DAILY, MG, PER_KG, day=0), amount("70", DAILY), NOT_UP),
        (amount("1", DAILY, MG, PER_KG, day=0), amount("71", DAILY), UP),
        (amount("70", DAILY, day=0), amount("1.1", DAILY, MG, PER_KG), UP),
        (amount("5", DAILY, DoseUnit.MILLILITRE, day=0), amount("6", DAILY, DoseUnit.MILLILITRE), UP),
        (amount("5", DAILY, DoseUnit.MILLILITRE, day=0), amount("6", DAILY), UNKNOWN),
        (amount("5", WORDS, day=0), amount("4", WORDS), NOT_UP),
        (amount("5", Frequency.NOT_RECORDED, day=0), amount("4", Frequency.NOT_RECORDED), UNKNOWN),
        (amount("5", DAILY, MG, PER_M2, day=0), amount("5", DAILY), UNKNOWN),
        (amount(None, day=0), amount("5"), UNKNOWN),
        (amount("5", day=0), amount(None), UNKNOWN),
        (None, amount("5"), UNKNOWN),
        (amount("5", day=10), amount("4"), UNKNOWN),
    ],
)
def test_more_in_a_week_than_on_the_day_before(before: DosePeriod | None, new: DosePeriod, expected: Truth) -> None:
    assert compared(before, new) is expected


def test_without_a_weight_a_dose_per_kg_and_a_flat_one_cannot_be_compared() -> None:
    assert compared(amount("1", DAILY, MG, PER_KG, day=0), amount("71"), weight=False) is UNKNOWN
