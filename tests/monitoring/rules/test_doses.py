from decimal import Decimal

import pytest

from monitoring.rules.doses import Change, DoseChange, compare, dose_changes, dose_on, milligrams_in_28_days
from regimens.rules.record import DosePeriod
from regimens.rules.vocabulary import DoseBasis, DoseUnit, Frequency
from tests.monitoring.rules.builders import after, course, dose, weight

WEEKLY = Frequency.ONCE_WEEKLY


@pytest.mark.parametrize(
    ("before", "then", "expected"),
    [
        (dose(0, "7.5", WEEKLY), dose(28, "10", WEEKLY), Change.INCREASE),
        (dose(0, "10", WEEKLY), dose(28, "7.5", WEEKLY), Change.DECREASE),
        (dose(0, "10", WEEKLY), dose(28, "10.0", WEEKLY), None),
        (dose(0, "500"), dose(28, "500", Frequency.TWICE_DAILY), Change.INCREASE),
        (dose(0, "500", Frequency.TWICE_DAILY), dose(28, "1", unit=DoseUnit.GRAM), Change.TIMES),
        (dose(0, "500", Frequency.TWICE_DAILY), dose(28, "1000", Frequency.PER_DAY_TOTAL), None),
        (dose(0, "1000", Frequency.PER_DAY_TOTAL), dose(28, "500", Frequency.THREE_TIMES_DAILY), Change.INCREASE),
        (dose(0, "20"), dose(28, "20", Frequency.ALTERNATE_DAYS), Change.DECREASE),
        (dose(0, None), dose(28, "10", WEEKLY), Change.UNKNOWN),
        (dose(0, "10", WEEKLY), dose(28, None), Change.UNKNOWN),
        (dose(0, None), dose(28, None), None),
        (dose(0, "10", Frequency.NOT_RECORDED), dose(28, "12", Frequency.NOT_RECORDED), Change.UNKNOWN),
        (dose(0, "2", basis=DoseBasis.PER_KILOGRAM), dose(28, "150"), Change.UNKNOWN),
        (
            dose(0, "10", Frequency.AS_TEXT, frequency_text="on clinic days"),
            dose(28, "12", Frequency.AS_TEXT, frequency_text="on clinic days"),
            Change.INCREASE,
        ),
    ],
)
def test_what_a_new_dose_period_did(before: DosePeriod, then: DosePeriod, expected: Change | None) -> None:
    assert compare(before, then) is expected


def test_changes_count_after_the_start_and_up_to_the_day() -> None:
    one = course("methotrexate", dose(-7, "5", WEEKLY), dose(0, "7.5", WEEKLY), dose(28, "10", WEEKLY), dose(56, "15"))
    assert [change.on for change in dose_changes(one, after(55))] == [after(28)]
    assert [change.on for change in dose_changes(one, after(56))] == [after(28), after(56)]


def test_the_dose_that_holds_on_a_day() -> None:
    one = course("prednisolone", dose(28, "30"), dose(0, "60"))
    assert dose_on(one, after(-1)) is None
    found = [dose_on(one, after(day)) for day in (0, 27, 28)]
    assert [period.amount for period in found if period] == [60, 60, 30]


def test_milligrams_in_four_weeks() -> None:
    assert milligrams_in_28_days(dose(0, "20"), ()) == 560
    per_kilogram = dose(0, "1", basis=DoseBasis.PER_KILOGRAM)
    assert milligrams_in_28_days(per_kilogram, (weight(-10, "70"), weight(5, "90"))) == 1960
    assert milligrams_in_28_days(per_kilogram, ()) is None
    assert milligrams_in_28_days(dose(0, "5", unit=DoseUnit.MILLILITRE), ()) is None
    for odd in ("NaN", "Infinity", "-1", "1E+400"):
        assert milligrams_in_28_days(DosePeriod("d", after(0), Decimal(odd), DoseUnit.MILLIGRAM), ()) is None


def test_another_known_brand_is_a_change_and_no_increase() -> None:
    brands = ("", "Prograf", "", "Prograf", "Adoport", "", "Prograf")
    one = course("tacrolimus", *(dose(10 * place, "2", brand=brand) for place, brand in enumerate(brands)))
    assert dose_changes(one, after(100)) == [DoseChange(after(40), Change.BRAND), DoseChange(after(60), Change.BRAND)]
    raised = course("tacrolimus", dose(0, "2", brand="Prograf"), dose(10, "3", brand="Adoport"))
    assert dose_changes(raised, after(100)) == [DoseChange(after(10), Change.INCREASE)]
