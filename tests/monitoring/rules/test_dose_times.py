"""Hours from a dose to a sample by the clinic's clocks. In 2026 London's go forward on 29-Mar and back on 25-Oct."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rules.dose_times import TimeProblem, hours_after_dose

LONDON = ZoneInfo("Europe/London")


def at(text: str) -> datetime:
    return datetime.strptime(text, "%d-%b-%Y %H:%M")  # noqa: DTZ007 - what the clocks showed


@pytest.mark.parametrize(
    ("dosed", "sampled", "hours"),
    [
        ("04-Apr-2026 20:30", "05-Apr-2026 08:30", "12"),
        ("04-Apr-2026 21:30", "05-Apr-2026 08:29", "10.98"),
        ("04-Apr-2026 21:30", "05-Apr-2026 08:30", "11"),
        ("05-Apr-2026 08:30", "05-Apr-2026 08:30", "0"),
        # Forward: the night is an hour shorter than the clocks show.
        ("28-Mar-2026 20:00", "29-Mar-2026 08:00", "11"),
        ("28-Mar-2026 21:00", "29-Mar-2026 08:00", "10"),
        ("29-Mar-2026 08:00", "29-Mar-2026 20:00", "12"),
        # Back: it is an hour longer.
        ("24-Oct-2026 20:00", "25-Oct-2026 08:00", "13"),
        ("24-Oct-2026 21:00", "25-Oct-2026 08:00", "12"),
        ("25-Oct-2026 02:00", "25-Oct-2026 08:00", "6"),
        ("25-Oct-2026 00:59", "25-Oct-2026 08:00", "8.02"),
    ],
)
def test_hours_that_have_passed(dosed: str, sampled: str, hours: str) -> None:
    assert hours_after_dose(at(dosed), at(sampled), LONDON) == Decimal(hours)


@pytest.mark.parametrize(
    ("dosed", "sampled", "problem"),
    [
        ("29-Mar-2026 01:00", "29-Mar-2026 08:00", TimeProblem.NO_SUCH_TIME),
        ("29-Mar-2026 01:59", "29-Mar-2026 08:00", TimeProblem.NO_SUCH_TIME),
        ("25-Oct-2026 01:00", "25-Oct-2026 13:00", TimeProblem.SHOWN_TWICE),
        ("24-Oct-2026 13:00", "25-Oct-2026 01:59", TimeProblem.SHOWN_TWICE),
        ("05-Apr-2026 08:31", "05-Apr-2026 08:30", TimeProblem.SAMPLE_FIRST),
    ],
)
def test_times_that_give_no_hours(dosed: str, sampled: str, problem: TimeProblem) -> None:
    assert hours_after_dose(at(dosed), at(sampled), LONDON) is problem


@given(
    days=st.integers(min_value=0, max_value=1500),
    minute=st.integers(min_value=0, max_value=24 * 60 - 1),
    minutes=st.integers(min_value=0, max_value=168 * 60),
)
def test_what_the_clocks_showed_gives_back_what_has_passed(days: int, minute: int, minutes: int) -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=days, minutes=minute)
    shown = [
        moment.astimezone(LONDON).replace(tzinfo=None, fold=0) for moment in (start, start + timedelta(minutes=minutes))
    ]
    found = hours_after_dose(*shown, LONDON)
    if found is not TimeProblem.SHOWN_TWICE:
        assert found == (Decimal(minutes) / 60).quantize(Decimal("0.01"))
