from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rules.findings import DueStatus
from monitoring.rules.status import SnoozeUntil, Standing, Window, days_after, status

LAST = date(2026, 3, 1)
DUE = LAST + timedelta(28)
WINDOW = Window(soon_days=7, grace_days=3)


def on(days_past_due: int, snooze: SnoozeUntil | None = None, window: Window = WINDOW) -> Standing:
    return status(LAST, 28, window, snooze, DUE + timedelta(days_past_due))


@pytest.mark.parametrize(
    ("days_past_due", "expected", "days_overdue"),
    [
        (-28, DueStatus.NOT_DUE, 0),
        (-8, DueStatus.NOT_DUE, 0),
        (-7, DueStatus.DUE_SOON, 0),
        (-1, DueStatus.DUE_SOON, 0),
        (0, DueStatus.DUE, 0),
        (3, DueStatus.DUE, 0),
        (4, DueStatus.OVERDUE, 4),
        (400, DueStatus.OVERDUE, 400),
    ],
)
def test_both_sides_of_each_limit(days_past_due: int, expected: DueStatus, days_overdue: int) -> None:
    assert on(days_past_due) == Standing(DUE, expected, days_overdue, None)


@pytest.mark.parametrize(
    ("made", "until", "days_past_due", "expected", "days_overdue"),
    [
        (-2, 10, -8, DueStatus.NOT_DUE, 0),
        (-9, 10, -8, DueStatus.NOT_DUE, 0),
        (-9, 10, -7, DueStatus.SNOOZED, 0),
        (0, 10, 0, DueStatus.SNOOZED, 0),
        (1, 10, 0, DueStatus.DUE, 0),
        (0, 10, 9, DueStatus.SNOOZED, 9),
        (0, 10, 10, DueStatus.OVERDUE, 10),
        (0, 3, 3, DueStatus.DUE, 0),
    ],
)
def test_a_snooze_holds_from_its_day_to_before_its_end_and_hides_no_day(
    made: int, until: int, days_past_due: int, expected: DueStatus, days_overdue: int
) -> None:
    snooze = SnoozeUntil(DUE + timedelta(made), DUE + timedelta(until))
    found = on(days_past_due, snooze)
    assert (found.status, found.days_overdue) == (expected, days_overdue)
    assert found.snoozed_until == (snooze.until if expected is DueStatus.SNOOZED else None)


def test_without_grace_it_is_overdue_the_day_after() -> None:
    window = Window(soon_days=0, grace_days=0)
    assert on(-1, window=window).status is DueStatus.NOT_DUE
    assert on(0, window=window).status is DueStatus.DUE
    assert on(1, window=window).days_overdue == 1


def test_the_calendar_has_ends() -> None:
    assert days_after(date.max, 1) == date.max
    assert days_after(date.min, -1) == date.min


days = st.dates(date(2000, 1, 1), date(2050, 1, 1))
windows = st.builds(Window, st.integers(0, 60), st.integers(0, 60))
snoozes = st.none() | st.builds(SnoozeUntil, days, days)


@given(days, st.integers(0, 800), windows, snoozes, days)
def test_overdue_days_never_depend_on_the_snooze(
    last: date, interval: int, window: Window, snooze: SnoozeUntil | None, as_of: date
) -> None:
    found = status(last, interval, window, snooze, as_of)
    assert found.days_overdue == status(last, interval, window, None, as_of).days_overdue
    past = (as_of - last).days - interval
    assert found.days_overdue == (past if past > window.grace_days else 0)
    assert (found.status is DueStatus.SNOOZED) == (found.snoozed_until is not None)


@given(days, st.integers(0, 800), windows, days, st.integers(1, 400))
def test_a_later_look_is_never_more_overdue(last: date, interval: int, window: Window, as_of: date, later: int) -> None:
    before = status(last, interval, window, None, as_of)
    afterwards = status(last + timedelta(later), interval, window, None, as_of)
    order = [DueStatus.NOT_DUE, DueStatus.DUE_SOON, DueStatus.DUE, DueStatus.OVERDUE]
    assert afterwards.days_overdue <= before.days_overdue
    assert order.index(afterwards.status) <= order.index(before.status)
