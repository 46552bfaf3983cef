"""When e-mails go, by clocks that jump: both changeover days of 2026 in London, and quiet hours over midnight."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rules.sending import (
    WAITS,
    QuietHours,
    alert_key,
    digest_is_due,
    digest_key,
    next_attempt,
    patient_key,
    visit_of,
)
from monitoring.rules.vocabulary import MailKind

LONDON = ZoneInfo("Europe/London")
NIGHT = QuietHours(time(20, 0), time(7, 0), LONDON)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-01-10 07:29:59", False),
        ("2026-01-10 07:30:00", True),
        ("2026-01-10 23:59:59", True),
        ("2026-01-11 00:00:00", False),
        ("2026-07-10 06:29:59", False),  # summer: the clocks are an hour ahead
        ("2026-07-10 06:30:00", True),
    ],
)
def test_digest_by_the_clinics_clocks(now: str, due: bool) -> None:
    assert digest_is_due(at(now), time(7, 30), LONDON) is due


def test_a_digest_time_that_does_not_exist_is_passed_when_the_clocks_jump() -> None:
    assert not digest_is_due(at("2026-03-29 00:59:59"), time(1, 30), LONDON)
    assert digest_is_due(at("2026-03-29 01:00:00"), time(1, 30), LONDON)  # 02:00 on the wall


def test_a_digest_time_that_exists_twice_is_due_at_the_first() -> None:
    assert not digest_is_due(at("2026-10-25 00:29:59"), time(1, 30), LONDON)
    assert digest_is_due(at("2026-10-25 00:30:00"), time(1, 30), LONDON)


@pytest.mark.parametrize(
    ("now", "quiet", "until"),
    [
        ("2026-01-10 19:59:59", False, "2026-01-10 19:59:59"),
        ("2026-01-10 20:00:00", True, "2026-01-11 07:00:00"),
        ("2026-01-11 06:59:59", True, "2026-01-11 07:00:00"),
        ("2026-01-11 07:00:00", False, "2026-01-11 07:00:00"),
        ("2026-03-28 21:00:00", True, "2026-03-29 06:00:00"),  # an hour shorter
        ("2026-10-24 21:00:00", True, "2026-10-25 07:00:00"),  # an hour longer
    ],
)
def test_quiet_hours_over_midnight(now: str, quiet: bool, until: str) -> None:
    assert NIGHT.holds(at(now)) is quiet
    assert NIGHT.over(at(now)) == at(until)


@pytest.mark.parametrize(("now", "quiet"), [("11:59:59", False), ("12:00:00", True), ("13:00:00", False)])
def test_quiet_hours_within_a_day(now: str, quiet: bool) -> None:
    assert QuietHours(time(12), time(13), LONDON).holds(at(f"2026-01-10 {now}")) is quiet


times = st.times(min_value=time(0), max_value=time(23, 59)).map(lambda each: each.replace(second=0, microsecond=0))


@given(
    begin=times,
    end=times,
    minutes=st.integers(0, 366 * 24 * 60),
    zone=st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
def test_quiet_always_ends_later_than_now_and_within_a_day_and_an_hour(
    begin: time, end: time, minutes: int, zone: str
) -> None:
    now = at("2026-01-01 00:00:00") + timedelta(minutes=minutes)
    quiet = QuietHours(begin, end, ZoneInfo(zone))
    if begin == end:  # the database refuses it
        return
    over = quiet.over(now)
    if quiet.holds(now):
        assert now < over <= now + timedelta(hours=25)
    else:
        assert over == now


def test_waits_grow_and_end() -> None:
    now = at("2026-01-10 12:00:00")
    waits = [next_attempt(attempts, now) for attempts in range(1, 6)]
    assert waits[:4] == [now + wait for wait in WAITS]
    assert waits[4] is None
    assert [wait.total_seconds() / 60 for wait in WAITS] == [5, 30, 120, 720]


def test_what_is_urgent_never_waits_long() -> None:
    now = at("2026-01-10 12:00:00")
    waits = [next_attempt(attempts, now, urgent=True) for attempts in range(1, 6)]
    assert waits[4] is None
    assert [(wait - now).total_seconds() / 60 for wait in waits[:4] if wait] == [5, 10, 10, 10]


def test_keys_name_what_is_told_to_whom_and_when() -> None:
    day = date(2026, 4, 5)
    assert digest_key(3, day) == "digest:3:2026-04-05"
    assert alert_key(4, 5) == "alert:4:5"
    key = patient_key(6, MailKind.PATIENT_OVERDUE, day)
    assert key == "patient:6:patient_overdue:2026-04-05"
    assert visit_of(key) == day
    with pytest.raises(ValueError, match="isoformat"):
        visit_of("alert:4:5")
