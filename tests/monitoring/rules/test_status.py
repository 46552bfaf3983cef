from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rules.findings import DueStatus
from monitoring.rules.status import (
    PauseUntil,
    SnoozeUntil,
    Standing,
    WaitUntil,
    Window,
    bucket,
    days_after,
    status,
)
from monitoring.rules.vocabulary import Bucket

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


NOT_DUE, SOON, DUE_NOW, OVERDUE = DueStatus.NOT_DUE, DueStatus.DUE_SOON, DueStatus.DUE, DueStatus.OVERDUE
SNOOZED, WAITING, PAUSED = DueStatus.SNOOZED, DueStatus.WAITING, DueStatus.PAUSED

# Everything that can be: days past the due date (one position of each), whether a snooze, a sample on its way and a
# pause hold, and what that makes of it. Window: soon from 7 days before, overdue after 3 days.
TRUTH_TABLE = [
    # past, snooze, waiting, pause: status, days overdue, bucket
    (-30, False, False, False, NOT_DUE, 0, Bucket.LATER),
    (-30, False, False, True, NOT_DUE, 0, Bucket.LATER),
    (-30, False, True, False, NOT_DUE, 0, Bucket.LATER),
    (-30, False, True, True, NOT_DUE, 0, Bucket.LATER),
    (-30, True, False, False, NOT_DUE, 0, Bucket.LATER),
    (-30, True, False, True, NOT_DUE, 0, Bucket.LATER),
    (-30, True, True, False, NOT_DUE, 0, Bucket.LATER),
    (-30, True, True, True, NOT_DUE, 0, Bucket.LATER),
    (-4, False, False, False, SOON, 0, Bucket.THIS_WEEK),
    (-4, False, False, True, PAUSED, 0, Bucket.PARKED),
    (-4, False, True, False, WAITING, 0, Bucket.WAITING),
    (-4, False, True, True, PAUSED, 0, Bucket.PARKED),
    (-4, True, False, False, SNOOZED, 0, Bucket.SNOOZED),
    (-4, True, False, True, PAUSED, 0, Bucket.PARKED),
    (-4, True, True, False, WAITING, 0, Bucket.WAITING),
    (-4, True, True, True, PAUSED, 0, Bucket.PARKED),
    (2, False, False, False, DUE_NOW, 0, Bucket.TODAY),
    (2, False, False, True, PAUSED, 0, Bucket.PARKED),
    (2, False, True, False, WAITING, 0, Bucket.WAITING),
    (2, False, True, True, PAUSED, 0, Bucket.PARKED),
    (2, True, False, False, SNOOZED, 0, Bucket.SNOOZED),
    (2, True, False, True, PAUSED, 0, Bucket.PARKED),
    (2, True, True, False, WAITING, 0, Bucket.WAITING),
    (2, True, True, True, PAUSED, 0, Bucket.PARKED),
    (30, False, False, False, OVERDUE, 30, Bucket.OVERDUE),
    (30, False, False, True, PAUSED, 30, Bucket.PARKED),
    (30, False, True, False, WAITING, 30, Bucket.WAITING),
    (30, False, True, True, PAUSED, 30, Bucket.PARKED),
    (30, True, False, False, SNOOZED, 30, Bucket.SNOOZED),
    (30, True, False, True, PAUSED, 30, Bucket.PARKED),
    (30, True, True, False, WAITING, 30, Bucket.WAITING),
    (30, True, True, True, PAUSED, 30, Bucket.PARKED),
]


def test_the_truth_table_leaves_nothing_out() -> None:
    rows = [row[:4] for row in TRUTH_TABLE]
    assert sorted(rows) == sorted(product((-30, -4, 2, 30), *[(False, True)] * 3))


@pytest.mark.parametrize(("past", "snooze", "waiting", "pause", "word", "overdue", "where"), TRUTH_TABLE)
def test_the_truth_table(
    past: int, snooze: bool, waiting: bool, pause: bool, word: DueStatus, overdue: int, where: Bucket
) -> None:
    as_of = DUE + timedelta(past)
    first, until = as_of, as_of + timedelta(1)
    found = status(
        LAST,
        28,
        WINDOW,
        SnoozeUntil(first, until) if snooze else None,
        as_of,
        waiting=WaitUntil(first, until) if waiting else None,
        pause=PauseUntil(first, until) if pause else None,
    )
    in_view = word is not NOT_DUE
    assert (found.status, found.days_overdue, found.due_on) == (word, overdue, DUE)
    assert found.snoozed_until == (until if snooze and in_view else None)
    assert found.waiting_until == (until if waiting and in_view else None)
    assert found.paused_until == (until if pause and in_view else None)
    assert bucket(found, as_of) is where


@pytest.mark.parametrize(("first", "until", "holds"), [(0, 1, True), (-5, 1, True), (1, 9, False), (-5, 0, False)])
def test_a_wait_and_a_pause_hold_from_their_first_day_to_before_their_end(first: int, until: int, holds: bool) -> None:
    begun, ended = DUE + timedelta(first), DUE + timedelta(until)
    waiting = status(LAST, 28, WINDOW, None, DUE, waiting=WaitUntil(begun, ended))
    paused = status(LAST, 28, WINDOW, None, DUE, pause=PauseUntil(begun, ended))
    assert waiting.status is (WAITING if holds else DUE_NOW)
    assert paused.status is (PAUSED if holds else DUE_NOW)


@pytest.mark.parametrize(
    ("past", "where"),
    [
        (-8, Bucket.LATER),
        (-7, Bucket.THIS_WEEK),
        (-1, Bucket.THIS_WEEK),
        (0, Bucket.TODAY),
        (3, Bucket.TODAY),
        (4, Bucket.OVERDUE),
    ],
)
def test_both_sides_of_each_bucket(past: int, where: Bucket) -> None:
    assert bucket(on(past), DUE + timedelta(past)) is where


def test_the_week_in_view_does_not_depend_on_when_the_item_says_it_is_due_soon() -> None:
    for soon in (0, 56):
        window = Window(soon_days=soon, grace_days=3)
        assert bucket(on(-7, window=window), DUE + timedelta(-7)) is Bucket.THIS_WEEK
        assert bucket(on(-8, window=window), DUE + timedelta(-8)) is Bucket.LATER


days = st.dates(date(2000, 1, 1), date(2050, 1, 1))
windows = st.builds(Window, st.integers(0, 60), st.integers(0, 60))
snoozes = st.none() | st.builds(SnoozeUntil, days, days)
waits = st.none() | st.builds(WaitUntil, days, days)
pauses = st.none() | st.builds(PauseUntil, days, days)
# Close enough to each other that every window, hold and bucket is met.
near = st.integers(-80, 80)


@given(near, windows, snoozes, waits, pauses, st.sampled_from(["near", "far"]))
def test_lateness_never_depends_on_a_snooze_a_wait_or_a_pause(
    past: int,
    window: Window,
    snooze: SnoozeUntil | None,
    waiting: WaitUntil | None,
    pause: PauseUntil | None,
    where: str,
) -> None:
    as_of = DUE + timedelta(past if where == "near" else 20 * past)
    found = status(LAST, 28, window, snooze, as_of, waiting=waiting, pause=pause)
    plain = status(LAST, 28, window, None, as_of)
    days_past = (as_of - DUE).days
    assert (found.due_on, found.days_overdue) == (plain.due_on, plain.days_overdue)
    assert found.days_overdue == (days_past if days_past > window.grace_days else 0)


@st.composite
def held(draw: st.DrawFn) -> tuple[Window, SnoozeUntil | None, WaitUntil | None, PauseUntil | None]:
    """A window and holds that lie around the due date."""

    def span() -> tuple[date, date] | None:
        if not draw(st.booleans()):
            return None
        first = DUE + timedelta(draw(near))
        return first, first + timedelta(draw(st.integers(0, 60)))

    snooze, waiting, pause = span(), span(), span()
    return (
        draw(windows),
        None if snooze is None else SnoozeUntil(*snooze),
        None if waiting is None else WaitUntil(*waiting),
        None if pause is None else PauseUntil(*pause),
    )


@given(held(), near)
def test_an_item_lies_in_exactly_one_bucket_and_says_why(
    held: tuple[Window, SnoozeUntil | None, WaitUntil | None, PauseUntil | None], past: int
) -> None:
    window, snooze, waiting, pause = held
    as_of = DUE + timedelta(past)
    found = status(LAST, 28, window, snooze, as_of, waiting=waiting, pause=pause)
    tests = {
        Bucket.PARKED: found.paused_until is not None,
        Bucket.WAITING: found.paused_until is None and found.waiting_until is not None,
        Bucket.SNOOZED: not (found.paused_until or found.waiting_until) and found.snoozed_until is not None,
    }
    is_held = any(tests.values())
    tests |= {
        Bucket.OVERDUE: not is_held and past > window.grace_days,
        Bucket.TODAY: not is_held and 0 <= past <= window.grace_days,
        Bucket.THIS_WEEK: not is_held and -7 <= past < 0,
        Bucket.LATER: not is_held and past < -7,
    }
    assert [word for word, holds in tests.items() if holds] == [bucket(found, as_of)]
    words = {PAUSED: Bucket.PARKED, WAITING: Bucket.WAITING, SNOOZED: Bucket.SNOOZED}
    assert words.get(found.status) == (bucket(found, as_of) if is_held else None)


ORDER = [NOT_DUE, SOON, DUE_NOW, OVERDUE]
BUCKETS = [Bucket.LATER, Bucket.THIS_WEEK, Bucket.TODAY, Bucket.OVERDUE]


@given(near, windows, st.integers(0, 60))
def test_time_alone_only_makes_it_later(past: int, window: Window, later: int) -> None:
    before, then = (DUE + timedelta(past + more) for more in (0, later))
    early, late = (status(LAST, 28, window, None, on_day) for on_day in (before, then))
    assert ORDER.index(early.status) <= ORDER.index(late.status)
    assert BUCKETS.index(bucket(early, before)) <= BUCKETS.index(bucket(late, then))
    assert early.days_overdue <= late.days_overdue


@given(held(), near)
def test_a_standing_asked_again_by_what_it_says_is_the_same(
    held: tuple[Window, SnoozeUntil | None, WaitUntil | None, PauseUntil | None], past: int
) -> None:
    """So a row that keeps the due date and the three days of a finding stands as the finding does."""
    window, snooze, waiting, pause = held
    as_of = DUE + timedelta(past)
    found = status(LAST, 28, window, snooze, as_of, waiting=waiting, pause=pause)
    again = status(
        found.due_on,
        0,
        window,
        SnoozeUntil(date.min, found.snoozed_until) if found.snoozed_until else None,
        as_of,
        waiting=WaitUntil(date.min, found.waiting_until) if found.waiting_until else None,
        pause=PauseUntil(date.min, found.paused_until) if found.paused_until else None,
    )
    assert again == found


@given(days, st.integers(0, 800), windows, days, st.integers(1, 400))
def test_a_later_look_is_never_more_overdue(last: date, interval: int, window: Window, as_of: date, later: int) -> None:
    before = status(last, interval, window, None, as_of)
    afterwards = status(last + timedelta(later), interval, window, None, as_of)
    assert afterwards.days_overdue <= before.days_overdue
    assert ORDER.index(afterwards.status) <= ORDER.index(before.status)
