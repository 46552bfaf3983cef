"""Taking back work on due items: at once by the person who entered it, or later as entered in error."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from monitoring.actions.work_in_step import bring_in_step
from monitoring.models import Assignment, Contact, NotNeeded, SampleTaken, Snooze
from monitoring.selectors.record import snoozes_for
from monitoring.selectors.work import assignments_for, contacts_for, not_needed_for, samples_taken_for
from patients.acting import explained
from patients.clock import day_in, today_in
from patients.entries import store, supersede
from patients.errors import NotFound, Refused
from patients.models import Patient, Staff
from patients.models.entry import Entry
from patients.rules.permissions import Permission
from patients.selectors import patient_to_write, patients_for

E = TypeVar("E", bound=Entry)
Work = Contact | SampleTaken | NotNeeded | Snooze | Assignment

_GONE = "No such entry among your patients, or it was already replaced or withdrawn."
_UNDONE: dict[str, Callable[[Staff], QuerySet[Work]]] = {
    "contact": contacts_for,
    "sample": samples_taken_for,
    "not_needed": not_needed_for,
    "snooze": snoozes_for,
    "assignment": assignments_for,
}
GIVEN_BACK = "given_back"


@transaction.atomic
@explained()
def undo_work(*, by: Staff, kind: str, entry_id: int, reason: str = "undone") -> Work:
    """Takes back what the same person entered on the same day, and puts back what it had replaced.

    `kind` is the entry's word, or GIVEN_BACK for an assignment that was taken away. A sample is taken back with all of
    its items. Raises NotFound, NotAllowed, Refused.
    """
    if kind == GIVEN_BACK:
        return _give_again(by, entry_id)
    if kind not in _UNDONE:
        raise NotFound("No such kind of entry.")
    row = _UNDONE[kind](by).filter(pk=entry_id).first()
    if row is None:
        raise NotFound(_GONE)
    patient = patient_to_write(by, row.patient_id, Permission.RECORD_MONITORING)
    _same_person_same_day(row.recorded_by_id, row.recorded_at, by, patient)
    rows: list[Work] = [row]
    if isinstance(row, SampleTaken):
        together = samples_taken_for(by).filter(patient=patient, recorded_by=by, recorded_at=row.recorded_at)
        rows = list(together.order_by("pk"))
    for each in rows:
        _put_back(each, by, supersede(each, by=by, reason=reason))
    bring_in_step(patient, today_in(patient.clinic))
    return row


@transaction.atomic
@explained()
def withdraw_contact(*, by: Staff, entry_id: int, reason: str) -> Contact:
    """Withdraws one contact. Raises NotFound, NotAllowed, Refused."""
    return _withdraw(contacts_for(by), by, entry_id, reason)


@transaction.atomic
@explained()
def withdraw_sample(*, by: Staff, entry_id: int, reason: str) -> SampleTaken:
    """Withdraws one sample taken: its item no longer waits. Raises NotFound, NotAllowed, Refused."""
    return _withdraw(samples_taken_for(by), by, entry_id, reason)


@transaction.atomic
@explained()
def withdraw_not_needed(*, by: Staff, entry_id: int, reason: str) -> NotNeeded:
    """Withdraws one item not needed: the schedule asks for it again. Raises NotFound, NotAllowed, Refused."""
    return _withdraw(not_needed_for(by), by, entry_id, reason)


@transaction.atomic
@explained()
def withdraw_snooze(*, by: Staff, entry_id: int, reason: str) -> Snooze:
    """Withdraws one putting-off: the item is back on the worklist. Raises NotFound, NotAllowed, Refused."""
    return _withdraw(snoozes_for(by), by, entry_id, reason)


@transaction.atomic
@explained()
def withdraw_assignment(*, by: Staff, entry_id: int, reason: str) -> Assignment:
    """Withdraws one assignment: the work is nobody's in particular. Raises NotFound, NotAllowed, Refused."""
    return _withdraw(assignments_for(by), by, entry_id, reason)


def _withdraw(rows: QuerySet[E], by: Staff, entry_id: int, reason: str) -> E:
    row = rows.filter(pk=entry_id).first()
    if row is None:
        raise NotFound(_GONE)
    patient: Patient = patient_to_write(by, row.patient_id, Permission.RECORD_MONITORING)  # type: ignore[attr-defined]  # E is of a patient
    supersede(row, by=by, reason=reason)
    bring_in_step(patient, today_in(patient.clinic))
    return row


def _give_again(by: Staff, entry_id: int) -> Assignment:
    """Undoes the taking away of an assignment. Raises NotFound, NotAllowed, Refused."""
    row = Assignment.objects.filter(patient__in=patients_for(by), pk=entry_id, superseded_at__isnull=False).first()
    if row is None or row.superseded_at is None:
        raise NotFound(_GONE)
    patient = patient_to_write(by, row.patient_id, Permission.RECORD_MONITORING)
    _same_person_same_day(row.superseded_by_id, row.superseded_at, by, patient)
    same = Assignment.objects.filter(patient=patient, item=row.item, occasion=row.occasion)
    if same.current().exists() or same.filter(replaces=row).exists():
        raise Refused("It was assigned again meanwhile.")
    again = _again(row, by, timezone.now(), replaces=row)
    bring_in_step(patient, today_in(patient.clinic))
    return again


def _same_person_same_day(who: int | None, at: datetime, by: Staff, patient: Patient) -> None:
    if who != by.pk or day_in(patient.clinic, at) != today_in(patient.clinic):
        raise Refused(
            "Only the person who entered it can undo it, and only on the same day. Withdraw it on the patient’s record "
            "instead, with the reason."
        )


def _put_back(row: Work, by: Staff, moment: datetime) -> None:
    """What the row had replaced says again what it said, as a new entry: the old one stays replaced in the record."""
    if row.replaces is not None:
        _again(row.replaces, by, moment, replaces=row)


def _again(earlier: E, by: Staff, moment: datetime, *, replaces: E) -> E:
    own = {"id", "recorded_at", "recorded_by_id", "replaces_id"}
    own |= {"superseded_at", "superseded_by_id", "superseded_reason"}
    said = {
        field.attname: getattr(earlier, field.attname)
        for field in earlier._meta.concrete_fields
        if field.attname not in own
    }
    return store(type(earlier)(**said, recorded_at=moment, recorded_by=by, replaces=replaces))
