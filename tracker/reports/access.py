"""Access: who looked at whom. A list that named many patients gives one row for each of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from psycopg import sql

from patients.models import Clinic, Staff
from patients.rules.vocabulary import TransferStatus
from tracker.audit.words import AccessKind
from tracker.models import EventKind
from tracker.reports.activity import AT, EVENT, LOGIN, NUMBER, ORIGIN, PATIENT, REQUEST, ROLE, WHO
from tracker.reports.definitions import Column, ColumnType, Filter, Question, Report, Row
from tracker.reports.people import StaffNames, hospital_numbers, ids_in, patient_numbered, people_choices, role_then
from tracker.reports.trail import AT_ONCE, FIRST

# Each patient of each access, where they belonged to the clinic at that moment: who has since been handed over belonged
# to the clinic that first handed them on after it. The events of lists over several clinics belong to none.
_FOUND = sql.SQL("""
FROM audit.event e
CROSS JOIN LATERAL unnest(COALESCE(e.patient_ids, ARRAY[e.patient_id])) WITH ORDINALITY AS seen (patient_id, part)
LEFT JOIN patients_patient p ON p.id = seen.patient_id
WHERE e.kind = %(kind)s AND e.at >= %(begins)s AND e.at < %(ends)s AND e.id <= %(last_event)s
AND (e.clinic_id = %(clinic)s OR e.patient_ids IS NOT NULL)
AND (
    pg_visible_in_snapshot(e.transaction, CAST(%(snapshot)s AS pg_snapshot))
    OR e.transaction = CAST(NULLIF(%(transaction)s, '') AS xid8)
)
AND CASE WHEN e.patient_ids IS NULL THEN e.clinic_id = %(clinic)s ELSE COALESCE(
    (
        SELECT t.from_clinic_id FROM patients_patienttransfer t
        WHERE t.patient_id = seen.patient_id AND t.status = %(accepted)s AND t.decided_at > e.at
        ORDER BY t.decided_at LIMIT 1
    ),
    p.clinic_id
) = %(clinic)s END
AND (%(person)s::bigint IS NULL OR e.actor_id = %(person)s)
AND (%(how)s = '' OR e.subject = %(how)s)
AND (%(patients)s::bigint[] IS NULL OR seen.patient_id = ANY (%(patients)s))
AND (NOT %(emergency)s OR e.emergency_id IS NOT NULL)
""")
_COLUMNS = sql.SQL(
    "SELECT e.at, e.id, seen.part, e.subject, seen.patient_id, e.actor_id, e.roles, e.origin, e.request_id, "
    "e.emergency_id "
)
_PAGE = sql.SQL(
    "AND (e.at, e.id, seen.part) > (%(after_at)s, %(after_id)s, %(after_part)s) "
    "ORDER BY e.at, e.id, seen.part LIMIT %(limit)s"
)


class _Seen(NamedTuple):
    at: datetime
    id: int
    part: int
    subject: str
    patient_id: int | None
    actor_id: int | None
    roles: str
    origin: str
    request_id: str
    emergency_id: int | None


def _asked(question: Question) -> dict[str, Any]:
    filters, as_of = question.filters, question.as_of
    number = filters.get("patient", "")
    return {
        "kind": EventKind.ACCESS.value,
        "begins": question.begins,
        "ends": question.ends,
        "clinic": question.clinic.pk,
        "snapshot": as_of.snapshot,
        "transaction": as_of.transaction,
        "last_event": as_of.last_event,
        "accepted": TransferStatus.ACCEPTED.value,
        "person": int(filters["person"]) if filters.get("person") else None,
        "how": filters.get("how", ""),
        "patients": patient_numbered(question.clinic, number) if number else None,
        "emergency": filters.get("emergency") == "yes",
    }


def _pages(question: Question) -> Iterator[list[_Seen]]:
    asked = _asked(question) | {"limit": FIRST, "after_at": question.begins, "after_id": 0, "after_part": 0}
    query = (_COLUMNS + _FOUND + _PAGE).as_string()
    while True:
        with connection.cursor() as cursor:
            cursor.execute(query, asked)
            page = [_Seen(*row) for row in cursor.fetchall()]
        if page:
            yield page
        if len(page) < asked["limit"]:
            return
        last = page[-1]
        asked |= {"limit": AT_ONCE, "after_at": last.at, "after_id": last.id, "after_part": last.part}


def _count(staff: Staff, question: Question) -> int:
    with connection.cursor() as cursor:
        cursor.execute((sql.SQL("SELECT count(*) ") + _FOUND).as_string(), _asked(question))
        (found,) = cursor.fetchone()
    return int(found)


def _rows(staff: Staff, question: Question) -> Iterator[Row]:
    names, clinic = StaffNames(), question.clinic
    for page in _pages(question):
        names.learn(ids_in(page, "actor_id"))
        numbers = hospital_numbers(clinic, ids_in(page, "patient_id"))
        for seen in page:
            yield Row(
                (
                    seen.at.astimezone(question.zone),
                    names.name(seen.actor_id),
                    names.login(seen.actor_id),
                    role_then(seen.roles, clinic),
                    _how(seen.subject),
                    "" if seen.patient_id is None else numbers.get(seen.patient_id, ""),
                    seen.emergency_id is not None,
                    seen.origin,
                    seen.request_id,
                    seen.id,
                ),
                seen.patient_id,
            )


def _how(subject: str) -> str:
    return AccessKind(subject).label if subject in set(AccessKind) else subject


def _people(staff: Staff, clinic: Clinic) -> list[tuple[str, str]]:
    return people_choices(staff, clinic)


ACCESS = Report(
    slug="access",
    title="Access",
    answers="Who looked at which patient’s data, when and how: pages, lists, searches, prints, exports, programs.",
    left_out="What they saw is not in it. A list over several clinics counts with this clinic’s own patients only.",
    columns=(
        AT, WHO, LOGIN, ROLE,
        Column("how", "How", "How the data was read.", allowed=tuple(kind.label for kind in AccessKind)),
        Column("hospital_number", NUMBER.heading, NUMBER.meaning, empty="a search or list that named nobody"),
        Column("emergency", "Emergency", "Whether it was read under an emergency access.", ColumnType.YES_NO),
        ORIGIN, REQUEST, EVENT,
    ),
    rows=_rows,
    count=_count,
    filters=(
        Filter("person", "Person", _people, "Staff of other clinics are in the report on emergency access."),
        PATIENT,
        Filter("how", "How", lambda staff, clinic: AccessKind.choices()),
        Filter("emergency", "Emergency access", lambda staff, clinic: [("yes", "under an emergency access only")]),
    ),
)  # fmt: skip
