"""How reports read the audit trail: what was committed at one moment, page by page, never whole."""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, JSONField, Q, QuerySet, Value
from django.utils import timezone

from tracker.models import Event
from tracker.reports.definitions import AsOf, Question

FIRST = 100  # rows of the first page, which is all that a screen shows
AT_ONCE = 5_000  # rows of every further one: enough that its queries cost little, few enough that it weighs little


def as_of_now() -> AsOf:
    """What is committed at this moment, and what the present transaction itself has written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_current_snapshot()::text, COALESCE(pg_current_xact_id_if_assigned()::text, ''), "
            "COALESCE((SELECT max(id) FROM audit.event), 0)"
        )
        snapshot, transaction, last_event = cursor.fetchone()
    return AsOf(timezone.now(), snapshot, transaction, last_event)


class _Visible(Func):
    """Whether the event's transaction had ended when a snapshot was taken."""

    function = "pg_visible_in_snapshot"
    output_field = BooleanField()

    def __init__(self, snapshot: str) -> None:
        super().__init__(F("transaction"), Func(Value(snapshot), template="CAST(%(expressions)s AS pg_snapshot)"))


class _Own(Func):
    """Whether the event was written by this very transaction."""

    template = "%(expressions)s"
    arg_joiner = " = "
    output_field = BooleanField()

    def __init__(self, transaction: str) -> None:
        super().__init__(F("transaction"), Func(Value(transaction), template="CAST(%(expressions)s AS xid8)"))


class ChangedFields(Func):
    """The names of the columns whose value an update changed, as a JSON list. No value leaves the trail."""

    template = (
        "(SELECT COALESCE(jsonb_agg(field.name ORDER BY field.name), '[]') "
        "FROM (VALUES (%(expressions)s)) AS event_row (new, old), jsonb_each(event_row.new) AS field (name, value) "
        "WHERE field.value IS DISTINCT FROM event_row.old -> field.name)"
    )
    output_field = JSONField()

    def __init__(self) -> None:
        super().__init__(F("new"), F("old"))


def events_of(question: Question) -> QuerySet[Event]:
    """The events of the period that had happened by then, of whichever clinic: the report narrows them."""
    period = Event.objects.filter(at__gte=question.begins, at__lt=question.ends)
    return period.filter(committed_by(question.as_of))


def committed_by(as_of: AsOf) -> Q:
    """The events that somebody who asked at that moment could see, and nobody's since, however low its number."""
    known = Q(_Visible(as_of.snapshot))
    if as_of.transaction:
        known |= Q(_Own(as_of.transaction))
    return known & Q(pk__lte=as_of.last_event)


def pages(events: QuerySet[Event], *columns: str) -> Iterator[list[Any]]:
    """The events in the order in which they happened, as named rows of these columns (with at and id), by pages.

    Each page is a query of its own that goes on where the last one ended, so that no cursor, no transaction and no
    long list is held: the events to be read never change.
    """
    wanted = events.order_by("at", "id").values_list("at", "id", *columns, named=True)
    size, further = FIRST, wanted
    while page := list(further[:size]):
        yield page
        if len(page) < size:
            return
        last, size = page[-1], AT_ONCE
        further = wanted.filter(at__gte=last.at).filter(Q(at__gt=last.at) | Q(id__gt=last.id))
