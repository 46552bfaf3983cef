"""Whether a thing is due: one pure function of when it was last done, how often, and what day it is."""

from dataclasses import dataclass
from datetime import date, timedelta

from monitoring.rules.findings import DueStatus


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
class Standing:
    """`days_overdue` counts from the due date, and is 0 until the window is over. A snooze never changes it."""

    due_on: date
    status: DueStatus
    days_overdue: int
    snoozed_until: date | None


def days_after(day: date, days: int) -> date:
    """The day so many days later, held within the calendar at either end."""
    try:
        return day + timedelta(days)
    except OverflowError:
        return date.max if days > 0 else date.min


def status(counted_from: date, interval_days: int, window: Window, snooze: SnoozeUntil | None, as_of: date) -> Standing:
    """How a thing stands on `as_of`.

    `counted_from` is the day it was last done, or, when it never was, the day from which the interval counts (the
    start of the course). The due date lies `interval_days` after it. A snooze holds on days from `made_on` to before
    `until`, and shows only where there is something to put off: on what is not due it has no effect. On what is
    overdue the status says snoozed and `days_overdue` still counts.
    """
    due_on = days_after(counted_from, interval_days)
    days_past = (as_of - due_on).days
    if days_past < -window.soon_days:
        return Standing(due_on, DueStatus.NOT_DUE, 0, None)
    is_overdue = days_past > window.grace_days
    days_overdue = days_past if is_overdue else 0
    if snooze is not None and snooze.made_on <= as_of < snooze.until:
        return Standing(due_on, DueStatus.SNOOZED, days_overdue, snooze.until)
    if is_overdue:
        return Standing(due_on, DueStatus.OVERDUE, days_overdue, None)
    return Standing(due_on, DueStatus.DUE if days_past >= 0 else DueStatus.DUE_SOON, 0, None)
