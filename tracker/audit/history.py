"""The history of a record, of one entry and of a clinic's settings, as the audit trail holds it.

What is no change for a reader is left out: rows that only the software keeps, and the half of a correction that marks
the old row, because the new one tells both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from patients.errors import NotFound
from patients.models import Clinic, Patient, Staff
from patients.rules.permissions import Permission
from patients.seen import seen
from patients.selectors import may, require, require_reading, roles_by_clinic
from regimens.models import DosePeriod
from tracker.audit.field_words import HIDDEN, PRECISION_OF, field_label
from tracker.audit.values import Row, fields_of
from tracker.audit.wording import OTHER_TABLES, ChangeInWords, Teller, thing_of
from tracker.entry_kinds import BY_WORD
from tracker.models import Event, EventKind

CHANGES = (EventKind.INSERT, EventKind.UPDATE, EventKind.DELETE, EventKind.TRUNCATE)
CLINIC_TABLES = ("patients_clinic", "patients_membership")
# Kept for delivery alone, and shown on the page of e-mails; what the change of the patient's own row tells already.
_LEFT_OUT = ("monitoring_mail", "patients_identitycorrection")
_DOSES = DosePeriod._meta.db_table

# Rows that belong to one entry: their table, and the column that names it.
_PARTS = {
    "assessment": ("patients_assessmentenzyme", "assessment_id"),
    "taper": ("regimens_taperstep", "plan_id"),
    "infusion_plan": ("regimens_plannedinfusion", "plan_id"),
    "contact_details": ("patients_reminderoptout", "details_id"),
    "dose": ("regimens_dosecheck", "dose_id"),
    "alert": ("monitoring_alertstep", "alert_id"),
}

_TELLS = """(
    "audit"."event"."kind" <> 'update'
    OR ("audit"."event"."new" - %s::text[]) IS DISTINCT FROM ("audit"."event"."old" - %s::text[])
)"""
_REPLACED = """(
    "audit"."event"."kind" = 'update' AND "audit"."event"."old"->>'superseded_at' IS NULL
    AND "audit"."event"."new"->>'superseded_at' IS NOT NULL AND EXISTS (
        SELECT FROM audit.event n WHERE n.transaction = "audit"."event"."transaction" AND n.kind = 'insert'
        AND n.subject = "audit"."event"."subject" AND n.patient_id = "audit"."event"."patient_id"
        AND n.new->>'replaces_id' = "audit"."event"."row_id"
    )
)"""
# Whether one of these columns was set or changed, against the row before or the one whose place it takes; or the row
# that has them was withdrawn.
_OF_FIELDS = """(
    EXISTS (
        SELECT FROM unnest(%s::text[]) AS f (name)
        WHERE NULLIF("audit"."event"."new"->>f.name, '') IS DISTINCT FROM NULLIF(COALESCE("audit"."event"."old", (
            SELECT o.old FROM audit.event o WHERE o.transaction = "audit"."event"."transaction" AND o.kind = 'update'
            AND o.subject = "audit"."event"."subject" AND o.row_id = "audit"."event"."new"->>'replaces_id' LIMIT 1
        ))->>f.name, '')
    ) OR (
        "audit"."event"."new"->>'superseded_at' IS NOT NULL AND jsonb_exists_any("audit"."event"."new", %s::text[])
    )
)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFilters:
    """What narrows a history; "" and None mean any. `table` is what is changed, `field` a field by its name in words.

    Days are whole days by the clinic's clocks, both ends included.
    """

    table: str = ""
    field: str = ""
    person: int | None = None
    first_on: date | None = None
    last_on: date | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """What a history can be narrowed to: values with their words."""

    tables: tuple[tuple[str, str], ...]
    fields: tuple[str, ...]
    people: tuple[tuple[int, str], ...]


def history_of(staff: Staff, patient: Patient, filters: HistoryFilters | None = None) -> QuerySet[Event]:
    """Every change of a patient's record, and of records merged into it, the latest first. Raises NotAllowed."""
    require_reading(staff, patient)
    seen([patient.pk])
    return _narrowed(_of_patient(patient), patient.clinic, filters)


def entry_history(staff: Staff, patient: Patient, word: str, entry_id: int) -> QuerySet[Event]:
    """Every change of one entry: the whole chain of what replaced what, with its parts, the latest first.

    `word` is a kind of entry, "alert" or "particulars". Raises NotFound for another patient's, NotAllowed.
    """
    require_reading(staff, patient)
    table, ids = _chain(patient, word, entry_id)
    wanted = Q(subject=table, row_id__in=[str(each) for each in ids])
    if word in _PARTS:
        part, link = _PARTS[word]
        wanted |= Q(**{"subject": part, f"new__{link}__in": ids}) | Q(**{"subject": part, f"old__{link}__in": ids})
    seen([patient.pk])
    return _narrowed(_of_patient(patient).filter(wanted), patient.clinic, None)


def clinic_history(staff: Staff, clinic_id: int, filters: HistoryFilters | None = None) -> QuerySet[Event]:
    """Every change of a clinic's settings and of who belongs to it, the latest first.

    For whoever manages the clinic or runs its audits. Raises NotFound for a clinic that is not theirs, NotAllowed.
    """
    clinic = clinic_managed(staff, clinic_id)
    rows = Event.objects.filter(clinic=clinic_id, subject__in=CLINIC_TABLES, kind__in=CHANGES)
    return _narrowed(rows, clinic, filters)


def clinic_managed(staff: Staff, clinic_id: int) -> Clinic:
    """A clinic whose settings and staff the person may look back on. Raises NotFound, NotAllowed."""
    if clinic_id not in roles_by_clinic(staff):
        raise NotFound("No such clinic among yours.", "clinic")
    if not may(staff, clinic_id, Permission.RUN_AUDITS):
        require(staff, clinic_id, Permission.MANAGE_CLINIC)
    return Clinic.objects.get(pk=clinic_id)


def offered(events: QuerySet[Event]) -> Offered:
    """What these changes can be narrowed to, in two queries."""
    pairs = list(events.order_by().values_list("subject", "actor_id").distinct())
    tables = {table for table, _ in pairs}
    labels = {field_label(table, column) for table in tables for column in fields_of(table) if column not in HIDDEN}
    people = Staff.objects.filter(pk__in={actor for _, actor in pairs if actor is not None})
    by_name = people.order_by("last_name", "first_name", "username")
    return Offered(
        tables=tuple(sorted(((table, thing_of(table)) for table in tables), key=lambda pair: pair[1])),
        fields=tuple(sorted(labels, key=str.casefold)),
        people=tuple((person.pk, person.get_full_name() or person.username) for person in by_name),
    )


def told(events: Iterable[Event], clinic: Clinic) -> list[ChangeInWords]:
    """Changes in words, by the clinic's clocks, in five queries at most."""
    rows = list(events)
    before = _replaced_rows(rows) | _doses_before(rows)
    teller = Teller(clinic.time_zone)
    teller.learn(rows)
    return [teller.tell(row, before.get(row.pk)) for row in rows]


def entry_label(word: str) -> str:
    """What a kind of entry is called. Raises NotFound for a word that is none."""
    if word in OTHER_TABLES:
        return thing_of(OTHER_TABLES[word])
    if word not in BY_WORD:
        raise NotFound("No such kind of entry.")
    return BY_WORD[word].label


def _of_patient(patient: Patient) -> QuerySet[Event]:
    merged = Patient.objects.filter(merged_into=patient).values_list("pk", flat=True)
    rows = Event.objects.filter(Q(patient=patient) | Q(patient__in=merged), kind__in=CHANGES)
    return rows.exclude(subject__in=_LEFT_OUT)


def _narrowed(rows: QuerySet[Event], clinic: Clinic, filters: HistoryFilters | None) -> QuerySet[Event]:
    kept_by_software = sorted(HIDDEN - {"superseded_at", "unit", "basis", *PRECISION_OF.values()})
    rows = rows.filter(
        RawSQL(_TELLS, [kept_by_software, kept_by_software], output_field=BooleanField())  # noqa: S611 - our own text
    ).exclude(RawSQL(_REPLACED, [], output_field=BooleanField()))  # noqa: S611 - no text from outside
    wanted, zone = filters or HistoryFilters(), ZoneInfo(clinic.time_zone)
    if wanted.table:
        rows = rows.filter(subject=wanted.table)
    if wanted.person is not None:
        rows = rows.filter(actor=wanted.person)
    if wanted.first_on is not None:
        rows = rows.filter(at__gte=datetime.combine(wanted.first_on, time.min, zone))
    if wanted.last_on is not None:
        rows = rows.filter(at__lt=datetime.combine(wanted.last_on + timedelta(days=1), time.min, zone))
    if wanted.field:
        rows = rows.filter(_of_field(rows, wanted.field))
    return rows.order_by("-id")


def _of_field(rows: QuerySet[Event], label: str) -> Q:
    """Changes of any column that is called so; a name may stand for other columns in other tables."""
    columns: dict[str, list[str]] = {}
    for table in rows.order_by().values_list("subject", flat=True).distinct():
        named = [column for column in fields_of(table) if column not in HIDDEN and field_label(table, column) == label]
        if named:
            columns[table] = named
    wanted = Q(pk__in=[])
    for table, named in columns.items():
        changed = RawSQL(_OF_FIELDS, [named, named], output_field=BooleanField())  # noqa: S611 - as above
        wanted |= Q(changed, subject=table)
    return wanted


def _chain(patient: Patient, word: str, entry_id: int) -> tuple[str, list[int]]:
    """The table of a kind of entry, and every row that the entry replaced or was replaced by, itself included."""
    if word in OTHER_TABLES:
        table = OTHER_TABLES[word]
        if not _of_patient(patient).filter(subject=table, row_id=str(entry_id)).exists():
            raise NotFound("No such entry of this patient.")
        return table, [entry_id]
    kind = BY_WORD.get(word)
    if kind is None:
        raise NotFound("No such kind of entry.")
    rows: Any = kind.model._default_manager
    before: dict[int, int | None] = dict(rows.filter(**{kind.patient: patient}).values_list("pk", "replaces_id"))
    if entry_id not in before:
        raise NotFound("No such entry of this patient.")
    after = {old: new for new, old in before.items() if old is not None}
    chain, earlier, later = [entry_id], before[entry_id], after.get(entry_id)
    while earlier is not None:
        chain.append(earlier)
        earlier = before.get(earlier)
    while later is not None:
        chain.append(later)
        later = after.get(later)
    return kind.model._meta.db_table, chain


def _replaced_rows(events: Sequence[Event]) -> dict[int, Row]:
    """For each event that enters a row in another one's place: that other row, by the id of the event."""
    replacing = {
        (event.subject, str(event.new["replaces_id"])): event.pk
        for event in events
        if event.kind == EventKind.INSERT and event.new and event.new.get("replaces_id") is not None
    }
    if not replacing:
        return {}
    tables: dict[str, list[str]] = {}
    for table, row_id in replacing:
        tables.setdefault(table, []).append(row_id)
    wanted = Q(pk__in=[])
    for table, row_ids in tables.items():
        wanted |= Q(subject=table, row_id__in=row_ids)
    found = Event.objects.filter(wanted, kind=EventKind.UPDATE, new__superseded_at__isnull=False).order_by("id")
    return {replacing[each.subject, each.row_id or ""]: each.old or {} for each in found}


def _doses_before(events: Sequence[Event]) -> dict[int, Row]:
    """For each new dose of a course: the dose that was taken before it, as it was known then."""
    entered = [
        event
        for event in events
        if event.kind == EventKind.INSERT and event.subject == _DOSES and event.new and not event.new.get("replaces_id")
    ]
    if not entered:
        return {}
    doses = DosePeriod._base_manager.filter(course__in={event.new["course_id"] for event in entered if event.new})
    found: dict[int, Row] = {}
    for event in entered:
        assert event.new is not None  # looked at above
        from_on = date.fromisoformat(event.new["from_on"])
        known = [
            dose
            for dose in doses
            if dose.course_id == event.new["course_id"]
            and dose.from_on < from_on
            and dose.recorded_at < datetime.fromisoformat(event.new["recorded_at"])
            and (dose.superseded_at is None or dose.superseded_at > event.at)
        ]
        if known:
            found[event.pk] = _as_row(max(known, key=lambda dose: (dose.from_on, dose.pk)), event.new)
    return found


def _as_row(dose: DosePeriod, new: Row) -> dict[str, Any]:
    """What the earlier dose says; the day and the notes are each dose's own and no change."""
    own = {"from_on", "note"}
    said = {column: new[column] for column in new if column in own}
    columns = ("amount", "unit", "basis", "frequency", "frequency_text", "weekday", "brand")
    return said | {column: _plain(getattr(dose, column)) for column in columns}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else float(value)
