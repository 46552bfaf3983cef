"""Whether a thing is due: one pure function of when it was last done, how often, and what day it is.

What staff decide about an open item (a pause, a sample on its way, a snooze) changes how it stands, and never its due
date nor how late it is.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from monitoring.rules.findings import DueStatus
from monitoring.rules.vocabulary import Bucket
from patients.rules.quick_init import quick_init

DAYS_IN_VIEW = 7
"""What is due within so many days from today is due this week."""


@dataclass(frozen=True, slots=True)
class Window:
    """`soon_days` before the due date it is due soon; up to `grace_days` after it, it is due and not yet overdue."""

    soon_days: int
    grace_days: int


@dataclass(frozen=True, slots=True)
class SnoozeUntil:
    """Put off on `made_on` until the day before `until`."""

    made_on: date
    until: date


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """A sample taken on `taken_on`, its result expected before `until`. From then on it is asked for again."""

    taken_on: date
    until: date


@dataclass(frozen=True, slots=True)
class PauseUntil:
    """Monitoring paused from `from_on` until the day before `until`."""

    from_on: date
    until: date


@quick_init
@dataclass(frozen=True, slots=True)
class Standing:
    """How a thing stands on a day.

    `days_overdue` counts from the due date, and is 0 until the window is over. The three days say until when each of a
    snooze, a wait and a pause holds, None where it does not; the status names the strongest of those that hold.
    """

    due_on: date
    status: DueStatus
    days_overdue: int
    snoozed_until: date | None
    waiting_until: date | None = None
    paused_until: date | None = None


def days_after(day: date, days: int) -> date:
    """The day so many days later, held within the calendar at either end."""
    try:
        return day + timedelta(days)
    except OverflowError:
        return date.max if days > 0 else date.min


def status(
    counted_from: date,
    interval_days: int,
    window: Window,
    snooze: SnoozeUntil | None,
    as_of: date,
    *,
    waiting: WaitUntil | None = None,
    pause: PauseUntil | None = None,
) -> Standing:
    """How a thing stands on `as_of`.

    `counted_from` is the day it was last done, or, when it never was, the day from which the interval counts (the
    start of the course). The due date lies `interval_days` after it.

    A snooze, a wait for a result and a pause each hold on days from their first to before their `until`, and show only
    where there is something to hold back: on what is not due yet they have no effect. Of those that hold a pause is the
    strongest, then the wait, then the snooze. On what is overdue `days_overdue` still counts.
    """
    due_on = days_after(counted_from, interval_days)
    days_past = (as_of - due_on).days
    if days_past < -window.soon_days:
        return Standing(due_on, DueStatus.NOT_DUE, 0, None)
    is_overdue = days_past > window.grace_days
    days_overdue = days_past if is_overdue else 0
    if snooze is None and waiting is None and pause is None:
        return Standing(due_on, _awake(days_past, is_overdue=is_overdue), days_overdue, None)
    snoozed_until = snooze.until if snooze is not None and snooze.made_on <= as_of < snooze.until else None
    waiting_until = waiting.until if waiting is not None and waiting.taken_on <= as_of < waiting.until else None
    paused_until = pause.until if pause is not None and pause.from_on <= as_of < pause.until else None
    if paused_until is not None:
        word = DueStatus.PAUSED
    elif waiting_until is not None:
        word = DueStatus.WAITING
    elif snoozed_until is not None:
        word = DueStatus.SNOOZED
    else:
        word = _awake(days_past, is_overdue=is_overdue)
    return Standing(due_on, word, days_overdue, snoozed_until, waiting_until, paused_until)


def bucket(standing: Standing, as_of: date) -> Bucket:
    """Where an open item lies on the worklist of the day: in exactly one bucket."""
    held = _HELD.get(standing.status)
    if held is not None:
        return held
    if standing.due_on <= as_of:
        return Bucket.TODAY
    return Bucket.THIS_WEEK if (standing.due_on - as_of).days <= DAYS_IN_VIEW else Bucket.LATER


_HELD = {
    DueStatus.PAUSED: Bucket.PARKED,
    DueStatus.WAITING: Bucket.WAITING,
    DueStatus.SNOOZED: Bucket.SNOOZED,
    DueStatus.OVERDUE: Bucket.OVERDUE,
}


def _awake(days_past: int, *, is_overdue: bool) -> DueStatus:
    if is_overdue:
        return DueStatus.OVERDUE
    return DueStatus.DUE if days_past >= 0 else DueStatus.DUE_SOON
