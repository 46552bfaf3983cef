"""Checks the audit trail: that what was sealed is still there, unchanged and in its order, and nothing slipped in.

Everything is read in one snapshot, on a connection of its own, by SQL that is sent from here. It needs no more rights
than the application has.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

import psycopg
from django.db import connection as of_django
from psycopg.rows import tuple_row

from tracker.audit.chain import Connection, GuardsChanged, Start, Walk
from tracker.audit.findings import SHOWN, TrailReport
from tracker.audit.guards import guards_now, missing_guards
from tracker.audit.seal import Head

_START = """
SELECT s.id, s.last_position, s.sealed_at, s.head, s.guards, l.digest
FROM audit.seal s LEFT JOIN audit.link l ON l.position = s.last_position
WHERE s.sealed_at < %s ORDER BY s.id DESC LIMIT 1
"""
_BOUND = "SELECT cluster, until_transaction::text, until_event FROM audit.seal WHERE id = %s"
_LOOSE_SEALS = """
SELECT s.id, s.last_position FROM audit.seal s LEFT JOIN audit.link l ON l.position = s.last_position
WHERE l.position IS NULL AND s.id > %s ORDER BY s.id
"""
# What has no link although everything of its transaction was sealed; what names a transaction that has not begun; and
# what simply waits.
_WITHOUT_LINK = """
SELECT
    count(*) FILTER (WHERE NOT waits), (array_agg(id ORDER BY id) FILTER (WHERE NOT waits))[1:%(shown)s],
    count(*) FILTER (WHERE waits), min(extract(epoch FROM at)::float8) FILTER (WHERE waits)
FROM (
    SELECT e.id, e.at, NOT %(same)s OR (
        (e.transaction, e.id) >= (%(transaction)s::xid8, %(event)s)
        AND e.transaction < pg_snapshot_xmax(pg_current_snapshot())
    ) AS waits
    FROM audit.event e LEFT JOIN audit.link l ON l.event_id = e.id
    WHERE l.event_id IS NULL AND (%(whole)s OR (e.transaction, e.id) >= (%(from_transaction)s::xid8, %(from_event)s))
) AS w
"""
_MIGRATED = "SELECT app, name FROM public.django_migrations WHERE applied BETWEEN %s AND %s ORDER BY id"
_A_MIGRATION_LASTS = timedelta(minutes=15)  # between the note that it was applied and the end of its transaction


def verify_trail(since: date | None = None, heads: Iterable[Head] = (), digest: str | None = None) -> TrailReport:
    """Checks everything sealed since the seal before that day, or all of it.

    `heads` were written down elsewhere, `digest` is the head of any seal as somebody read it from paper. Raises
    DatabaseError or psycopg.Error where the trail cannot be read at all.
    """
    report = TrailReport()
    with _snapshot() as connection:
        start = _start(connection, since) if since else None
        report.trusted = start.head if start else None
        walk = Walk(report, start)
        walk.go(connection)
        _end(connection, start, report)
        _without_link(connection, start, report)
        for what in missing_guards(connection):
            report.found(what)
        _guards_changed(connection, walk, report)
        _compare(connection, heads, digest, report)
    return report


@contextmanager
def _snapshot() -> Iterator[Connection]:
    own = of_django.copy()
    try:
        own.ensure_connection()
        connection = cast(Connection, own.connection)
        connection.autocommit = False
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.row_factory = tuple_row
        connection.cursor_factory = psycopg.Cursor  # Django's own takes COPY for a write
        connection.execute("SET LOCAL search_path = pg_catalog")
        yield connection
    finally:
        own.close()


def _start(connection: Connection, since: date) -> Start | None:
    day = datetime.combine(since, time.min, UTC)
    row = connection.execute(_START, [day]).fetchone()
    if row is None:
        return None
    return Start(Head(row[0], row[1], row[2], bytes(row[3]).hex()), bytes(row[5] or b""), bytes(row[4]))


def _end(connection: Connection, start: Start | None, report: TrailReport) -> None:
    """Seals behind the end of the chain: what they closed is missing."""
    first = report.trusted.seal if report.trusted else 0
    for number, position in connection.execute(_LOOSE_SEALS, [first]):
        report.found(f"seal {number} closes the chain here, and the chain has no such position", position)
    if report.head is None and start is not None:
        report.head = start.head


def _without_link(connection: Connection, start: Start | None, report: TrailReport) -> None:
    last = _bound(connection, report.head.seal if report.head else None)
    first = _bound(connection, start.head.seal if start else None)
    here = connection.execute("SELECT system_identifier::text FROM pg_control_system()").fetchone()
    same = last is not None and here is not None and last[0] == here[0]
    row = connection.execute(
        _WITHOUT_LINK,
        {
            "shown": SHOWN,
            "same": same,
            "transaction": last[1] if last else "0",
            "event": last[2] if last else 0,
            "whole": first is None or not same or (last is not None and first[0] != last[0]),
            "from_transaction": first[1] if first else "0",
            "from_event": first[2] if first else 0,
        },
    ).fetchone()
    assert row is not None  # an aggregate has one row
    for event_id in row[1] or ():
        report.found(
            "this event has no place in the chain: it was put in later, or its link was removed", None, event_id
        )
    report.broken_count += row[0] - len(row[1] or ())
    report.unsealed = row[2]
    report.unsealed_since = datetime.fromtimestamp(row[3], UTC) if row[3] is not None else None
    if last is not None and not same:
        report.notes.append(
            "This is another server than the one that sealed last: the trail was restored or moved. Run "
            "`manage.py seal_audit`, then check again."
        )


def _bound(connection: Connection, seal: int | None) -> tuple[Any, ...] | None:
    return connection.execute(_BOUND, [seal]).fetchone() if seal is not None else None


def _guards_changed(connection: Connection, walk: Walk, report: TrailReport) -> None:
    """A change of functions or triggers is told; without a migration at that time it is a finding."""
    changes = list(walk.guards_changed)
    if walk.guards is not None and report.head and guards_now(connection) != walk.guards:
        changes.append(GuardsChanged(report.head.seal + 1, report.head.sealed_at, datetime.now(UTC)))
    for change in changes:
        window = [change.after - _A_MIGRATION_LASTS, change.until]
        migrations = [f"{app} {name}" for app, name in connection.execute(_MIGRATED, window)]
        when = f"between {_words(change.after)} and {_words(change.until)}"
        if migrations:
            report.notes.append(f"The triggers or functions of the trail changed {when}, with {', '.join(migrations)}.")
        else:
            report.found(f"the triggers or functions of the trail changed {when}, and no migration was applied then")


def _words(at: datetime) -> str:
    return f"{at:%d-%b-%Y %H:%M} UTC"


def _compare(connection: Connection, heads: Iterable[Head], digest: str | None, report: TrailReport) -> None:
    for head in heads:
        report.heads_compared += 1
        row = connection.execute("SELECT head, last_position FROM audit.seal WHERE id = %s", [head.seal]).fetchone()
        written = f"written down with the moment {_words(head.sealed_at.astimezone(UTC))}"
        if row is None:
            report.found(f"seal {head.seal}, {written}, is not there: the trail was cut off", head.position)
        elif (bytes(row[0] or b"").hex(), row[1]) != (head.digest, head.position):
            report.found(
                f"seal {head.seal}, {written}, has another head now: the trail was written anew", head.position
            )
    if digest is not None:
        report.heads_compared += 1
        if connection.execute("SELECT FROM audit.seal WHERE head = %s", [bytes.fromhex(digest)]).fetchone() is None:
            report.found("no seal has the head that was given: the trail was cut off or written anew")
