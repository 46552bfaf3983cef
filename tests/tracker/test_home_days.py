"""The last working day, over weekends, and where a day begins by a clinic's clocks."""

from datetime import UTC, date, datetime

import pytest

from patients.models import Clinic
from tracker.home.days import beginning_of, last_working_day


@pytest.mark.parametrize(
    ("today", "found"),
    [
        (date(2026, 6, 1), date(2026, 5, 29)),  # Monday: Friday
        (date(2026, 6, 2), date(2026, 6, 1)),  # Tuesday: Monday
        (date(2026, 6, 5), date(2026, 6, 4)),
        (date(2026, 6, 6), date(2026, 6, 5)),  # Saturday: Friday
        (date(2026, 6, 7), date(2026, 6, 5)),  # Sunday: Friday
        (date(2026, 1, 1), date(2025, 12, 31)),
    ],
)
def test_the_last_working_day(today: date, found: date) -> None:
    assert last_working_day(today) == found


def test_a_day_begins_by_the_clocks_of_the_clinic() -> None:
    clinic = Clinic(time_zone="Europe/London")
    assert beginning_of(date(2026, 6, 1), clinic) == datetime(2026, 5, 31, 23, tzinfo=UTC)
    assert beginning_of(date(2026, 1, 1), clinic) == datetime(2026, 1, 1, tzinfo=UTC)
