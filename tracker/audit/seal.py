"""Seals what the audit trail has taken up. PostgreSQL does it, in sql/seal.sql; here it is asked to."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings
from django.db import connection

BATCH = 10_000  # events in one seal at most, and so in one transaction

# The first event that waits, by the order in which it will be sealed. Beyond the transactions of today lie only rows
# that were sealed on another server.
_WAITING = """
SELECT e.at FROM audit.event e
WHERE (e.transaction, e.id) >= (%s::xid8, %s) AND e.transaction < pg_snapshot_xmax(pg_current_snapshot())
    AND (SELECT l.event_id FROM audit.link l WHERE l.event_id = e.id) IS NULL
ORDER BY e.transaction, e.id LIMIT 1
"""
_LAST = """
SELECT id, last_position, sealed_at, head, until_transaction::text, until_event FROM audit.seal ORDER BY id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of the trail after one seal: enough to tell later whether anything up to it was changed."""

    seal: int
    position: int
    sealed_at: datetime
    digest: str


class Sealer(Enum):
    """How a run of sealing ended."""

    DONE = "nothing is left to seal"
    OUT_OF_TIME = "time was up before everything was sealed"
    ELSEWHERE = "another sealer is at work"


@dataclass(frozen=True, slots=True)
class Sealing:
    """What one run has done."""

    events: int
    ended: Sealer


def seal_trail(seconds: float | None = None, batch: int = BATCH) -> Sealing:
    """Seals every event that can be seen, so of transactions that have ended, batch by batch, each in its own.

    Ends early after `seconds`, or when somebody else is sealing; the next run takes up what is left.
    """
    started, events = time.monotonic(), 0
    while True:
        sealed = _seal_batch(batch)
        if sealed is None:
            return Sealing(events, Sealer.ELSEWHERE)
        events += sealed
        if sealed < batch:
            return Sealing(events, Sealer.DONE)
        if seconds is not None and time.monotonic() - started >= seconds:
            return Sealing(events, Sealer.OUT_OF_TIME)


def _seal_batch(batch: int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit.seal_events(%s)", [batch])
        (sealed,) = cursor.fetchone()
    return None if sealed is None else int(sealed)


def head_of_trail() -> Head | None:
    """The newest head; None while nothing was sealed yet."""
    found = _last_seal()
    return None if found is None else Head(found[0], found[1], found[2], bytes(found[3]).hex())


def waiting_since() -> datetime | None:
    """When the event was written that has waited longest to be sealed; None when none waits.

    What a transaction that is still open has written does not count: nobody can see it yet.
    """
    found = _last_seal()
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, ["0", 0] if found is None else [found[4], found[5]])
        row = cursor.fetchone()
    return row[0] if row else None


def waits_too_long(now: datetime) -> bool:
    """Whether some event has waited for longer than a background job may be late (HEARTBEAT_LATE_MINUTES)."""
    since = waiting_since()
    return since is not None and now - since > timedelta(minutes=settings.HEARTBEAT_LATE_MINUTES)


def _last_seal() -> tuple[int, int, datetime, bytes, str, int] | None:
    with connection.cursor() as cursor:
        cursor.execute(_LAST)
        found: tuple[int, int, datetime, bytes, str, int] | None = cursor.fetchone()
    return found
