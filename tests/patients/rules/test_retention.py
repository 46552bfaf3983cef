"""Until when a record is kept: adults, children, the dead, and unknown birthdays."""

from datetime import date

import pytest

from patients.rules.reasons import Truth
from patients.rules.retention import kept_until

LAST = date(2010, 3, 1)


@pytest.mark.parametrize(
    ("born", "died_on", "until"),
    [
        (date(1960, 1, 1), None, date(2018, 3, 1)),
        (date(1960, 1, 1), date(2005, 3, 1), date(2013, 3, 1)),  # what was entered after death counts no more
        (date(1992, 3, 1), None, date(2018, 3, 1)),  # 18 on that day: an adult
        (date(1992, 3, 2), None, date(2018, 3, 2)),  # 17: the 26th birthday
        (date(1993, 3, 1), None, date(2019, 3, 1)),  # 17
        (date(1993, 3, 2), None, date(2018, 3, 2)),  # 16: the 25th birthday, one day longer than eight years
        (date(2000, 6, 1), None, date(2025, 6, 1)),
        (date(2000, 6, 1), date(2010, 2, 1), date(2018, 2, 1)),
        (None, None, date(2018, 3, 1)),
    ],
)
def test_until_when(born: date | None, died_on: date | None, until: date) -> None:
    assert kept_until(last_on=LAST, died_on=died_on, born=born, years=8).until == until


def test_an_unknown_birthday_is_said() -> None:
    kept = kept_until(last_on=LAST, died_on=None, born=None, years=8)
    assert kept.reason.predicates[1].truth is Truth.UNKNOWN
    assert "whether they were a child is not known" in kept.reason.text


def test_a_clinic_may_keep_longer_and_the_longer_period_holds() -> None:
    assert kept_until(last_on=LAST, died_on=None, born=date(2000, 6, 1), years=30).until == date(2040, 3, 1)


def test_from_a_leap_day() -> None:
    assert kept_until(last_on=date(2012, 2, 29), died_on=None, born=date(1960, 1, 1), years=1).until == date(2013, 3, 1)
