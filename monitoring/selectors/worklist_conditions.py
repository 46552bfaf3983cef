"""The status, bucket and lateness rules as conditions on columns. Tests hold each to the rules' own answers."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta

from django.db.models import DateField, ExpressionWrapper, F, Q, Value

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.protocol.load import load
from monitoring.rules.findings import DueStatus
from monitoring.rules.lateness import A_WEEK, Lateness
from monitoring.rules.status import DAYS_IN_VIEW, Window
from monitoring.rules.vocabulary import Bucket
from monitoring.selectors.worklist_filters import ATTENTION

_IN_VIEW = timedelta(DAYS_IN_VIEW)


def window_of(protocol: MonitoringProtocol, item_id: str) -> Window:
    """From how many days before its due date an item is due soon, and how many days after it is not yet overdue."""
    item, defaults = protocol.items.get(item_id), protocol.defaults
    soon = item.soon_days if item is not None else None
    grace = item.grace_days if item is not None else None
    return Window(defaults.soon_days if soon is None else soon, defaults.grace_days if grace is None else grace)


def status_is(status: str, as_of: date) -> Q:
    """Open items that stand so on the day, or for ATTENTION are due soon, due or overdue.

    A pause, a sample on its way and a snooze hold only what is in sight.
    """
    in_sight, late = _in_sight(as_of), _late(as_of)
    paused, waiting, snoozed, awake = _held(as_of)
    if status == ATTENTION:
        return awake & in_sight
    return {
        DueStatus.NOT_DUE: ~in_sight,
        DueStatus.PAUSED: paused & in_sight,
        DueStatus.WAITING: waiting & in_sight,
        DueStatus.SNOOZED: snoozed & in_sight,
        DueStatus.DUE_SOON: awake & in_sight & Q(due_on__gt=as_of),
        DueStatus.DUE: awake & Q(due_on__lte=as_of) & ~late,
        DueStatus.OVERDUE: awake & late,
    }[DueStatus(status)]


def bucket_is(bucket: str, as_of: date) -> Q:
    """Open items in the bucket, or for ATTENTION in any of those that need somebody now."""
    in_sight, late = _in_sight(as_of), _late(as_of)
    paused, waiting, snoozed, awake = _held(as_of)
    if bucket == ATTENTION:  # overdue, due now and due this week in one condition, which an index serves
        return Q(due_on__lte=as_of + _IN_VIEW) & (awake | ~in_sight)
    return {
        Bucket.PARKED: paused & in_sight,
        Bucket.WAITING: waiting & in_sight,
        Bucket.SNOOZED: snoozed & in_sight,
        Bucket.OVERDUE: awake & late,
        Bucket.TODAY: awake & Q(due_on__lte=as_of) & ~late,
        Bucket.THIS_WEEK: Q(due_on__gt=as_of, due_on__lte=as_of + _IN_VIEW) & (awake | ~in_sight),
        Bucket.LATER: Q(due_on__gt=as_of + _IN_VIEW) & (awake | ~in_sight),
    }[Bucket(bucket)]


def lateness_is(lateness: Lateness, as_of: date) -> Q:
    """Items that are late to that step, whether or not somebody put them off or waits for their result."""
    late = _late(as_of)
    if lateness is Lateness.ANY:
        return late
    if lateness is Lateness.OVER_A_WEEK:
        return late & Q(due_on__lt=as_of - timedelta(A_WEEK))
    interval_before = ExpressionWrapper(Value(as_of, DateField()) - F("interval_days"), output_field=DateField())
    return late & Q(interval_days__isnull=False) & Q(due_on__lt=interval_before)


def _held(as_of: date) -> tuple[Q, Q, Q, Q]:
    """Paused, else waiting for a result, else put off, else none of them. Every row is in exactly one."""
    paused = Q(paused_until__gt=as_of)
    running = Q(paused_until__isnull=True) | Q(paused_until__lte=as_of)
    waiting = running & Q(waiting_until__gt=as_of)
    wanted = running & (Q(waiting_until__isnull=True) | Q(waiting_until__lte=as_of))
    snoozed = wanted & Q(snoozed_until__gt=as_of)
    awake = wanted & (Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=as_of))
    return paused, waiting, snoozed, awake


def _in_sight(as_of: date) -> Q:
    """Due soon, due or overdue by the date alone."""
    return _by_window(lambda window: Q(due_on__lte=as_of + timedelta(window.soon_days)))


def _late(as_of: date) -> Q:
    """Overdue by the date alone."""
    return _by_window(lambda window: Q(due_on__lt=as_of - timedelta(window.grace_days)))


def _by_window(condition: Callable[[Window], Q]) -> Q:
    """The condition for each item with its own window; what the protocol does not know has the usual one."""
    protocol = load()  # the schedules of a folder share one set of windows
    usual = window_of(protocol, "")
    items_of: dict[Window, list[str]] = defaultdict(list)
    for item_id in protocol.items:
        window = window_of(protocol, item_id)
        if window != usual:
            items_of[window].append(item_id)
    found = condition(usual) & ~Q(item__in=[item for items in items_of.values() for item in items])
    for window, items in items_of.items():
        found |= condition(window) & Q(item__in=items)
    return found
