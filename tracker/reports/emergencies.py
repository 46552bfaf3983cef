"""Emergency access: who opened a patient of this clinic from another one, why, and what the review found."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, QuerySet

from patients.models import EmergencyAccess, Staff
from patients.rules.vocabulary import EmergencyFinding
from tracker.models import Event, EventKind
from tracker.reports.activity import EVENT, LOGIN, WHO
from tracker.reports.definitions import Column, ColumnType, Question, Report, Row
from tracker.reports.people import StaffNames, hospital_numbers, ids_in
from tracker.reports.trail import committed_by, events_of, pages

_TABLE = EmergencyAccess._meta.db_table
NOT_REVIEWED = "not reviewed"


def _events(question: Question) -> QuerySet[Event]:
    return events_of(question).filter(clinic=question.clinic, kind=EventKind.INSERT, subject=_TABLE)


def _reads(question: Question, ids: list[int]) -> dict[int, int]:
    """How often something was read under each of these accesses, by then."""
    reads = Event.objects.filter(committed_by(question.as_of), kind=EventKind.ACCESS, emergency_id__in=ids)
    return dict(reads.filter(at__gte=question.begins).values_list("emergency_id").annotate(Count("pk")))


def _rows(staff: Staff, question: Question) -> Iterator[Row]:
    names, clinic, zone, moment = StaffNames(), question.clinic, question.zone, question.as_of.moment

    def local(at: datetime | None) -> datetime | None:
        return at.astimezone(zone) if at is not None and at <= moment else None

    for page in pages(_events(question), "row_id", "patient_id"):
        ids = [int(event.row_id) for event in page]
        found = EmergencyAccess.objects.in_bulk(ids)
        reads = _reads(question, ids)
        names.learn({one.staff_id for one in found.values()} | {one.reviewed_by_id for one in found.values()})
        numbers = hospital_numbers(clinic, ids_in(page, "patient_id"))
        for event in page:
            access = found[int(event.row_id)]
            reviewed = local(access.reviewed_at) is not None
            yield Row(
                (
                    access.opened_at.astimezone(zone),
                    names.name(access.staff_id),
                    names.login(access.staff_id),
                    numbers.get(access.patient_id, ""),
                    access.reason,
                    access.ends_at.astimezone(zone),
                    local(access.closed_at),
                    reads.get(access.pk, 0),
                    EmergencyFinding(access.finding).label if reviewed else NOT_REVIEWED,
                    access.finding_note if reviewed else "",
                    names.name(access.reviewed_by_id) if reviewed else "",
                    local(access.reviewed_at),
                    event.id,
                ),
                access.patient_id,
            )


EMERGENCY = Report(
    slug="emergency-access",
    title="Emergency access",
    answers="Who opened a record of this clinic in an emergency, with what reason, and what its review found.",
    left_out="Each single page that was read under it is in the report on access.",
    columns=(
        Column("at", "Opened", "When it was opened.", ColumnType.MOMENT),
        WHO,
        LOGIN,
        Column("hospital_number", "Patient", "The patient’s hospital number in this clinic."),
        Column("reason", "Reason", "Why, as they gave it."),
        Column("ends_at", "Open until", "When it ends or ended by itself.", ColumnType.MOMENT),
        Column(
            "closed_at",
            "Closed",
            "When it was closed before that: by themselves, by this clinic, or as the patient was handed over.",
            ColumnType.MOMENT,
            empty="nobody closed it",
        ),
        Column("reads", "Reads", "How often something of the record was read under it.", ColumnType.NUMBER),
        Column(
            "finding", "Finding", "What the review found.", allowed=(*(one.label for one in EmergencyFinding),
            NOT_REVIEWED),
        ),
        Column("note", "Note", "What the reviewer added.", empty="nothing was added, or it is not reviewed"),
        Column("reviewed_by", "Reviewed by", "Who reviewed it.", empty="it is not reviewed"),
        Column("reviewed_at", "Reviewed", "When it was reviewed.", ColumnType.MOMENT, empty="it is not reviewed"),
        EVENT,
    ),
    rows=_rows,
    count=lambda staff, question: _events(question).count(),
)  # fmt: skip
