"""Dates and numbers in words."""

from datetime import date
from decimal import Decimal

import pytest

from patients.rules.vocabulary import DatePrecision
from patients.rules.wording import display_date, display_number


@pytest.mark.parametrize(
    ("precision", "words"),
    [
        (DatePrecision.DAY, "05-Apr-2026"),
        (DatePrecision.MONTH, "about Apr-2026"),
        (DatePrecision.YEAR, "about 2026"),
        (DatePrecision.ESTIMATED, "about 05-Apr-2026"),
    ],
)
def test_a_date_never_says_more_than_is_known(precision: DatePrecision, words: str) -> None:
    assert display_date(date(2026, 4, 5), precision) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [("7.50", "7.5"), ("1000", "1000"), ("0.30", "0.3"), ("1E+3", "1000"), ("-0", "0"), ("10.0", "10")],
)
def test_numbers_are_plain(value: str, words: str) -> None:
    assert display_number(Decimal(value)) == words
