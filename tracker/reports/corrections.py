"""Corrections: entries that were replaced or withdrawn, by whom, after how many days and why."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import CharField, Exists, F, OuterRef, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from patients.models import Staff
from patients.rules.vocabulary import Vocabulary
from tracker.audit.wording import thing_of
from tracker.models import Event, EventKind
from tracker.reports.activity import EVENT, LOGIN, NUMBER, PATIENT, PERSON, ROLE, by_person_and_patient
from tracker.reports.definitions import Column, ColumnType, Question, Report, Row
from tracker.reports.people import StaffNames, hospital_numbers, ids_in, role_then
from tracker.reports.trail import events_of, pages


class Correction(Vocabulary):
    """What became of an entry."""

    REPLACED = "replaced", "replaced by another entry"
    WITHDRAWN = "withdrawn", "withdrawn"


def _events(question: Question) -> QuerySet[Event]:
    found = by_person_and_patient(events_of(question), question)
    found = found.filter(clinic=question.clinic, kind=EventKind.UPDATE)
    found = found.annotate(superseded=KT("new__superseded_at"), superseded_before=KT("old__superseded_at"))
    return found.filter(superseded__isnull=False, superseded_before__isnull=True)


def _rows(staff: Staff, question: Question) -> Iterator[Row]:
    names, clinic = StaffNames(), question.clinic
    # What takes an entry's place is written in the same transaction and names it.
    successor = Event.objects.filter(
        transaction=OuterRef("transaction"), kind=EventKind.INSERT, subject=OuterRef("subject")
    )
    successor = successor.annotate(replaces=KT("new__replaces_id")).filter(replaces=OuterRef("row_id"))
    events = _events(question).annotate(
        replaced=Exists(successor),
        entered_at=KT("new__recorded_at"),
        entered_by=Cast(KT("new__recorded_by_id"), CharField()),
        why=KT("new__superseded_reason"),
        gone_by=F("actor_id"),
    )
    columns = ("subject", "row_id", "patient_id", "actor_id", "roles", "reason", "replaced")
    for page in pages(events, *columns, "entered_at", "entered_by", "why"):
        names.learn(ids_in(page, "actor_id") | {int(event.entered_by) for event in page if event.entered_by})
        numbers = hospital_numbers(clinic, ids_in(page, "patient_id"))
        for event in page:
            at = event.at.astimezone(question.zone)
            entered = datetime.fromisoformat(event.entered_at).astimezone(question.zone)
            yield Row(
                (
                    at,
                    names.name(event.actor_id),
                    names.login(event.actor_id),
                    role_then(event.roles, clinic),
                    (Correction.REPLACED if event.replaced else Correction.WITHDRAWN).label,
                    thing_of(event.subject),
                    event.row_id,
                    numbers.get(event.patient_id, ""),
                    names.name(int(event.entered_by)) if event.entered_by else "",
                    entered,
                    (at.date() - entered.date()).days,
                    event.why or event.reason,
                    event.id,
                ),
                event.patient_id,
            )


CORRECTIONS = Report(
    slug="corrections",
    title="Corrections",
    answers="Which entries were replaced or withdrawn: who had entered them, who corrected them, after how long, why.",
    left_out="Values are not in it, neither those corrected nor those that took their place. An entry that was stopped "
    "or ended in the course of care is no correction.",
    columns=(
        Column("at", "Corrected", "When the entry was replaced or withdrawn.", ColumnType.MOMENT),
        Column("person", "By", "Who replaced or withdrew it, by name."),
        LOGIN,
        ROLE,
        Column("done", "Done", "What became of the entry.", allowed=tuple(word.label for word in Correction)),
        Column("kind", "Entry", "What kind of entry it is."),
        Column("entry_id", "Entry no.", "Number of the entry that was corrected.", printed=False),
        NUMBER,
        Column("entered_by", "Entered by", "Who had entered it."),
        Column("entered_at", "Entered", "When it had been entered.", ColumnType.MOMENT),
        Column("days", "Days between", "Whole days by the calendar from entering to correcting.", ColumnType.NUMBER),
        Column("reason", "Reason", "Why, as they gave it.", empty="no reason is recorded"),
        EVENT,
    ),
    rows=_rows,
    count=lambda staff, question: _events(question).count(),
    filters=(PERSON, PATIENT),
)
