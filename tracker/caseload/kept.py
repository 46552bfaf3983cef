"""What was worked out of each patient, kept until that patient's record changes.

To evaluate a clinic takes seconds, and most records have not changed since the last page. What the rules found of each
patient is kept in the cache with the snapshot that it was read in; whoever changed since, by the audit trail, is
worked out anew. So nothing that is shown is older than the record (docs/adr/0045). It holds no name and no
number of a patient but the id, and may vanish at any time.
"""

import gc
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from functools import cache as once
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.db import connection
from redis import RedisError

from monitoring.facts import monitoring_records
from monitoring.rules.record import MonitoringRecord
from monitoring.schedules import protocol_of
from patients.models import Clinic
from patients.rules.vocabulary import Vocabulary
from regimens.protocol.cohort import load_cohort
from regimens.protocol.load import load as load_pathway
from tracker.caseload.members import (
    Course,
    InDate,
    Member,
    Protocols,
    course_of,
    in_date_on,
    member_of,
    past_quarters_of,
    quarter_ends,
)

_KEPT_FOR = 3 * 60 * 60  # seconds; what bounds how much of the trail is looked through. Written anew each hour.
_AT_ONCE = 500
"""Patients read together: what bounds the memory. Up to so many, the number of queries is the same for any number."""


class Part(Vocabulary):
    """What is kept of a patient, each part by itself: a page works out only what it shows."""

    MEMBER = "member", "where they stand"
    COURSE = "course", "how treatment went"
    QUARTERS = "quarters", "tests in date at the ends of past quarters"


@dataclass(frozen=True, slots=True)
class Kept:
    """The parts of the patients of one clinic, by patient id. Quarters end with the day itself."""

    members: Mapping[int, Member]
    courses: Mapping[int, Course]
    quarters: Mapping[int, tuple[InDate, ...]]


@dataclass(frozen=True, slots=True)
class _Stored:
    """`snapshot`: PostgreSQL's, of a moment before anything was read."""

    snapshot: str
    found: dict[int, Any]


def protocols_of(clinic: Clinic) -> Protocols:
    """What the clinic's patients are judged by."""
    return Protocols(protocol_of(clinic), load_pathway(), load_cohort())


def parts_of(
    clinic: Clinic, patient_ids: Collection[int], wanted: Collection[Part], as_of: date, *, anew: bool = False
) -> Kept:
    """The parts of these patients, all those of the clinic. Whoever calls decides who may see them.

    `anew`: what is kept is written again, with the snapshot of now, also where nothing of it had to be worked out.
    """
    protocols = protocols_of(clinic)
    snapshot = _snapshot()  # before anything is read: what commits meanwhile is read again next time
    found: dict[Part, dict[int, Any]] = {}
    missing: dict[Part, list[int]] = {}
    parts = {Part.MEMBER, *wanted} if Part.QUARTERS in wanted else set(wanted)
    for part in parts:
        kept = {} if snapshot is None else _still_true(_key(clinic, protocols, part, as_of), snapshot)
        found[part] = {pk: kept[pk] for pk in patient_ids if pk in kept}
        missing[part] = [pk for pk in patient_ids if pk not in kept]
    with _collector_at_rest():
        _work_out(clinic, protocols, missing, found, as_of)
    for part in parts:
        if (missing[part] or anew) and snapshot is not None:
            with suppress(RedisError):
                cache.set(_key(clinic, protocols, part, as_of), _Stored(snapshot, found[part]), _KEPT_FOR)
    members, past = found.get(Part.MEMBER, {}), found.get(Part.QUARTERS, {})
    quarters = {pk: (*ended, in_date_on(members[pk], as_of)) for pk, ended in past.items()}
    return Kept(members, found.get(Part.COURSE, {}), quarters)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """No garbage collection meanwhile: in values that hold no cycle it finds nothing, for a third of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _work_out(
    clinic: Clinic,
    protocols: Protocols,
    missing: Mapping[Part, Collection[int]],
    found: Mapping[Part, dict[int, Any]],
    as_of: date,
) -> None:
    """Reads each patient of whom anything is missing once, and adds what is."""
    make: dict[Part, Callable[[int, MonitoringRecord], Any]] = {
        Part.MEMBER: lambda pk, record: member_of(pk, clinic.pk, record, protocols, as_of),
        Part.COURSE: lambda pk, record: course_of(record, protocols, as_of),
        Part.QUARTERS: lambda pk, record: past_quarters_of(record, protocols, as_of),
    }
    by_part = {part: set(ids) for part, ids in missing.items()}
    ids = sorted(set().union(*by_part.values()))
    for start in range(0, len(ids), _AT_ONCE):
        for pk, record in monitoring_records(ids[start : start + _AT_ONCE]).items():
            for part, wanted in by_part.items():
                if pk in wanted:
                    found[part][pk] = make[part](pk, record)


def _snapshot() -> str | None:
    """Which transactions can be read now; None inside of one that has written, which may yet be taken back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text WHERE pg_current_xact_id_if_assigned() IS NULL")
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def _still_true(key: str, now: str) -> dict[int, Any]:
    """What is kept of whoever has not changed since, by the trail: nothing where nobody can say."""
    try:
        stored = cache.get(key)
    except RedisError:
        return {}
    # Written on another server, where transactions count differently: such a snapshot may lie in the future.
    if not isinstance(stored, _Stored) or _newest(stored.snapshot) > _newest(now):
        return {}
    changed = _changed_since(stored.snapshot)
    return {} if changed is None else {pk: value for pk, value in stored.found.items() if pk not in changed}


def _changed_since(snapshot: str) -> frozenset[int] | None:
    """The patients whose record changed in a transaction that the snapshot did not show; None if nobody can say whose.

    A transaction that was open then and has ended since is among them, whatever its number.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT kind = 'truncate', patient_id FROM audit.event "
            "WHERE transaction >= pg_snapshot_xmin(%(then)s::pg_snapshot) "
            "AND NOT pg_visible_in_snapshot(transaction, %(then)s::pg_snapshot) "
            "AND kind IN ('insert', 'update', 'delete', 'truncate')",
            {"then": snapshot},
        )
        rows = cursor.fetchall()
    if any(truncated for truncated, _ in rows):
        return None
    return frozenset(patient_id for _, patient_id in rows if patient_id is not None)


def _newest(snapshot: str) -> int:
    """The first transaction that a snapshot cannot show: the second number of its text, `12:17:13,15`."""
    return int(snapshot.split(":")[1])


def _key(clinic: Clinic, protocols: Protocols, part: Part, as_of: date) -> str:
    """By everything beside the record that decides: the code, each protocol, and the day or the quarter before it."""
    day = quarter_ends(as_of, 2)[0] if part is Part.QUARTERS else as_of
    versions = (
        _code(),
        protocols.pathway.version,
        protocols.pathway.activity.version,
        protocols.monitoring.schedule_id,
        protocols.monitoring.version,
        protocols.monitoring.audits.version if protocols.monitoring.audits is not None else "",
        protocols.cohort.version,
    )
    return f"cohort:{clinic.pk}:{':'.join(versions)}:{day.isoformat()}:{part.value}".replace(" ", "_")


@once
def _code() -> str:
    """Stands for the code and data that this process runs: what another release kept is not taken for its own."""
    root = Path(__file__).resolve().parents[2]
    digest = sha256()
    for app in ("patients", "regimens", "monitoring", "tracker/caseload"):
        for path in sorted((root / app).rglob("*")):
            if path.suffix in (".py", ".toml"):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
