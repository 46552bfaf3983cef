"""Walks the hash chain of the audit trail from one seal to the end, in one stream, and recomputes every digest.

The rows come by COPY from plain SQL that is sent from here; the hashing is done here. Nothing but tables is asked of
the database, so that a changed function there cannot answer in their stead.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from tracker.audit.canonical import EVENT_TEXT, FORM, SEAL_TEXT
from tracker.audit.findings import TrailReport
from tracker.audit.seal import Head

LATE = 24 * 60 * 60
"""Seconds. An event sealed so long after its own moment is told: its transaction was open or nobody sealed, or it was
written into the trail later than it says."""

# Row by row along the chain's own index: no sort and no hash table, however long the trail is.
_PLAN = (
    "SET LOCAL enable_hashjoin = off",
    "SET LOCAL enable_mergejoin = off",
    "SET LOCAL enable_sort = off",
    "SET LOCAL max_parallel_workers_per_gather = 0",
    "SET LOCAL jit = off",
)
_WALK = f"""
COPY (
    SELECT l.position, l.event_id, l.digest, convert_to(CASE WHEN e.id IS NOT NULL THEN {EVENT_TEXT} END, 'UTF8'),
        extract(epoch FROM e.at)::float8, s.id, s.first_position, extract(epoch FROM s.sealed_at)::float8,
        s.form::int8, s.guards, s.head, convert_to(CASE WHEN s.id IS NOT NULL THEN {SEAL_TEXT} END, 'UTF8')
    FROM audit.link l
    LEFT JOIN audit.event e ON e.id = l.event_id
    LEFT JOIN audit.seal s ON s.last_position = l.position
    WHERE l.position > %s
    ORDER BY l.position
) TO STDOUT (FORMAT BINARY)
"""  # noqa: S608 - no text from outside
_TYPES = ("int8", "int8", "bytea", "bytea", "float8", "int8", "int8", "float8", "int8", "bytea", "bytea", "bytea")

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Start:
    """The seal behind which a walk begins, taken as it stands."""

    head: Head
    digest: bytes
    guards: bytes


@dataclass(frozen=True, slots=True)
class GuardsChanged:
    """The functions and triggers of the trail were other ones at this seal than at the one before."""

    seal: int
    after: datetime
    until: datetime


class Walk:
    """One walk along the chain. What is wrong goes into the report; what is stored there is gone on from, so that one
    changed row is one finding and not the rest of the trail.
    """

    def __init__(self, report: TrailReport, start: Start | None) -> None:
        self._report = report
        self._expected = 1 if start is None else start.head.position + 1
        self._digest = b"" if start is None else start.digest
        self._seal = 0 if start is None else start.head.seal
        self._sealed_to = self._expected - 1
        self._sealed_at = 0.0 if start is None else start.head.sealed_at.timestamp()
        self._head = b"" if start is None else bytes.fromhex(start.head.digest)
        self._oldest, self._oldest_event = float("inf"), 0
        self.guards: bytes | None = None if start is None else start.guards
        self.guards_changed: list[GuardsChanged] = []

    def go(self, connection: Connection) -> None:
        """Reads everything from where the walk begins to the end of the chain."""
        first = self._expected
        for position, event_id, digest, text, at, *seal in _rows(connection, first - 1):
            if position != self._expected:
                self._misplaced(position, event_id)
            if text is None:
                self._report.found("the event that was sealed here is gone", position, event_id)
            elif hashlib.sha256(self._digest + text).digest() != digest:
                what = "this event is not what was sealed here: it was changed, or another one stands in its place"
                self._report.found(what, position, event_id)
            if at is not None and at < self._oldest:
                self._oldest, self._oldest_event = at, event_id
            self._digest, self._expected = digest or b"", position + 1
            self._report.events += 1
            if seal[0] is not None:
                self._close(position, *seal)
        if self._expected - 1 > self._sealed_to:
            self._report.found("no seal closes the chain from here to its end", self._sealed_to + 1)

    def _misplaced(self, position: int, event_id: int) -> None:
        if position < self._expected:
            self._report.found("this position is taken twice", position, event_id)
            return
        missing = position - self._expected
        until = f" and everything to position {position - 1}" if missing > 1 else ""
        self._report.found(f"this position{until} is missing from the chain", self._expected, count=missing)

    def _close(
        self,
        position: int,
        number: int,
        first: int,
        sealed_at: float,
        form: int,
        guards: bytes,
        head: bytes,
        text: bytes,
    ) -> None:
        """One seal: its number, its bounds and its head; then the walk stands behind it."""
        report = self._report
        if number != self._seal + 1:
            report.found(f"seal {number} follows seal {self._seal}: what was between them is missing", position)
        if first != self._sealed_to + 1:
            report.found(f"seal {number} begins at {first}, the one before it ends at {self._sealed_to}", position)
        if form != FORM:
            report.found(f"seal {number} was made under form {form}, which this software does not know", position)
        if hashlib.sha256(self._head + self._digest + text).digest() != head:
            report.found(f"seal {number} is not what was written: it was changed, or one before it was", position)
        if sealed_at - self._oldest > LATE:
            report.late, report.first_late = report.late + 1, report.first_late or self._oldest_event
        if self.guards is not None and guards != self.guards:
            self.guards_changed.append(GuardsChanged(number, _moment(self._sealed_at), _moment(sealed_at)))
        report.seals += 1
        report.head = Head(number, position, _moment(sealed_at), (head or b"").hex())
        self._seal, self._sealed_to, self._sealed_at = number, position, sealed_at
        self._head, self.guards, self._oldest = head or b"", guards, float("inf")


def _moment(epoch: float) -> datetime:
    try:
        return datetime.fromtimestamp(epoch, UTC)
    except (OverflowError, ValueError):  # an infinite one, which nobody but a forger writes
        return datetime.max.replace(tzinfo=UTC)


def _rows(connection: Connection, after: int) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        for statement in _PLAN:
            cursor.execute(statement)
        with cursor.copy(_WALK, [after]) as copy:
            copy.set_types(_TYPES)
            yield from copy.rows()
