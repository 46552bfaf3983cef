"""Activity: who entered, changed or deleted what. Names of fields, never their values."""

from collections.abc import Iterator

from django.db.models import Case, JSONField, QuerySet, Value, When

from patients.models import Clinic, Staff
from tracker.audit.wording import thing_of
from tracker.models import Event, EventKind
from tracker.reports.definitions import Column, ColumnType, Filter, Question, Report, Row
from tracker.reports.people import (
    StaffNames,
    hospital_numbers,
    ids_in,
    patient_numbered,
    people_choices,
    role_then,
)
from tracker.reports.trail import ChangedFields, events_of, pages
from tracker.reports.words import Done, fields_in_words, watched_kinds

_CHANGES = (EventKind.INSERT, EventKind.UPDATE, EventKind.DELETE, EventKind.TRUNCATE)
_BACKGROUND = "background"
PERSON = Filter(
    "person", "Person",
    lambda staff, clinic: [*people_choices(staff, clinic), (_BACKGROUND, "nobody signed in (work in the background)")],
)  # fmt: skip
PATIENT = Filter("patient", "Patient’s hospital number", help="Exactly as this clinic writes or wrote it.")


def _kinds(staff: Staff, clinic: Clinic) -> list[tuple[str, str]]:
    return watched_kinds()


def by_person_and_patient(events: QuerySet[Event], question: Question) -> QuerySet[Event]:
    """Narrowed to whom the filters name; nobody when they name no one whom the clinic knows."""
    person, number = question.filters.get("person", ""), question.filters.get("patient", "")
    if person:
        events = events.filter(actor__isnull=True) if person == _BACKGROUND else events.filter(actor=int(person))
    if number:
        events = events.filter(patient__in=patient_numbered(question.clinic, number))
    return events


def _events(question: Question) -> QuerySet[Event]:
    found = by_person_and_patient(events_of(question), question).filter(clinic=question.clinic, kind__in=_CHANGES)
    filters = question.filters
    if filters.get("kind"):
        found = found.filter(subject=filters["kind"])
    if filters.get("done"):
        found = found.filter(kind=filters["done"])
    return found


def _rows(staff: Staff, question: Question) -> Iterator[Row]:
    names, clinic = StaffNames(), question.clinic
    changed = Case(When(kind=EventKind.UPDATE, then=ChangedFields()), default=Value([], JSONField()))
    columns = ("kind", "subject", "row_id", "patient_id", "actor_id", "roles", "request_id", "origin", "reason")
    for page in pages(_events(question).annotate(changed=changed), *columns, "changed"):
        names.learn(ids_in(page, "actor_id"))
        numbers = hospital_numbers(clinic, ids_in(page, "patient_id"))
        for event in page:
            yield Row(
                (
                    event.at.astimezone(question.zone),
                    names.name(event.actor_id),
                    names.login(event.actor_id),
                    role_then(event.roles, clinic),
                    Done(event.kind).label,
                    thing_of(event.subject),
                    event.row_id or "",
                    numbers.get(event.patient_id, ""),
                    fields_in_words(event.subject, event.changed),
                    event.reason,
                    event.origin,
                    event.request_id,
                    event.id,
                ),
                event.patient_id,
            )


AT = Column("at", "When", "When it happened.", ColumnType.MOMENT)
WHO = Column("person", "Person", "Who did it, by name; “nobody signed in” for work in the background.")
LOGIN = Column("login", "Login", "Their user name.", empty="nobody was signed in", printed=False)
ROLE = Column(
    "role", "Role then", "Their role in this clinic at that moment; “not of this clinic” for staff of another.",
    empty="they had no role, or nobody was signed in",
)  # fmt: skip
NUMBER = Column(
    "hospital_number", "Patient", "The patient’s hospital number in this clinic.", empty="it is about no single patient"
)
REASON = Column("reason", "Reason", "Why, as they gave it.", empty="no reason was asked for")
ORIGIN = Column("origin", "From", "The page, API route, command or task it came from.", empty="not known")
REQUEST = Column("request_id", "Request", "Number of the request or task.", empty="not known", printed=False)
EVENT = Column("event", "Trail no.", "Its number in the audit trail.", ColumnType.NUMBER)

ACTIVITY = Report(
    slug="activity",
    title="Activity",
    answers="Who entered, changed or deleted what in the clinic’s records and settings, when, from where and why.",
    left_out="Values, old or new, are not in it: names of the changed fields are. Who only looked is in the report on "
    "access; accounts and rights of staff are in the one on permission changes.",
    columns=(
        AT, WHO, LOGIN, ROLE,
        Column("done", "Done", "What happened.", allowed=tuple(word.label for word in Done)),
        Column("kind", "Entry", "What kind of entry it is."),
        Column("entry_id", "Entry no.", "Number of the entry.", empty="it concerns a whole table", printed=False),
        NUMBER,
        Column("fields", "Fields changed", "Names of the fields that were changed.", empty="nothing was changed but "
               "the whole entry entered or deleted"),
        REASON, ORIGIN, REQUEST, EVENT,
    ),
    rows=_rows,
    count=lambda staff, question: _events(question).count(),
    filters=(
        PERSON,
        PATIENT,
        Filter("kind", "Kind of entry", _kinds),
        Filter("done", "What was done", lambda staff, clinic: Done.choices()),
    ),
)  # fmt: skip
