from datetime import date
from decimal import Decimal

import pytest

from monitoring.rules.wording import amount_of_time, day, number, span, unit, value_shown


def test_dates_are_written_the_clinical_way() -> None:
    assert day(date(2026, 4, 5)) == "05-Apr-2026"


@pytest.mark.parametrize(
    ("value", "shown"),
    [("7.50", "7.5"), ("10", "10"), ("100.0", "100"), ("0.5", "0.5"), ("1E+2", "100"), ("NaN", "NaN")],
)
def test_numbers_have_no_trailing_zero_and_no_exponent(value: str, shown: str) -> None:
    assert number(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("days", "every", "length"),
    [(1, "day", "1 day"), (7, "week", "1 week"), (10, "10 days", "10 days"), (14, "2 weeks", "2 weeks")],
)
def test_lengths_of_time(days: int, every: str, length: str) -> None:
    assert (span(days), amount_of_time(days)) == (every, length)


def test_values_with_their_units() -> None:
    assert value_shown(Decimal("3.50"), "<", "10*9/L", "") == "<3.5 ×10⁹/L"
    assert value_shown(Decimal("3.5"), "", "", "") == "3.5 (unit not recorded)"
    assert value_shown(None, "", "", "negative") == "negative"
    assert value_shown(None, "", "", "") == "not recorded"
    assert unit("kg") == "kg"
