"""Whom a reminder never reached: until one goes out, nothing needs attention, or somebody has spoken with them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from monitoring.models import DueItem, Mail
from monitoring.rules.vocabulary import ContactOutcome, MailKind, MailStatus
from monitoring.selectors.unreached import patients_not_reached
from patients.models import Patient, Staff
from patients.rules.vocabulary import PatientStatus, Role
from tests.factories import rows

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 1)
MAILED = date(2026, 5, 20)


def a_reminder(patient: Patient, status: str = MailStatus.GIVEN_UP, for_day: date = MAILED, **fields: Any) -> Mail:
    details = patient.contact_details.first() or rows.some_contact_details(patient)
    number = Mail.objects.count()
    usual = {
        "key": f"r{number}",
        "message_id": f"r{number}",
        "kind": MailKind.PATIENT_OVERDUE.value,
        "clinic": patient.clinic,
        "contact_details": details,
        "for_day": for_day,
        "not_before": datetime(2026, 5, 20, 8, tzinfo=UTC),
        "created_at": datetime(2026, 5, 20, 8, tzinfo=UTC),
        "status": str(status),
    }
    return Mail.objects.create(**{**usual, **fields})


@pytest.fixture
def patient() -> Patient:
    patient = rows.a_patient(rows.a_member(Role.NURSE))
    rows.a_due_item(patient, due_on=date(2026, 5, 1))
    a_reminder(patient)
    return patient


def listed(patient: Patient, by: Staff | None = None) -> list[int]:
    staff = by or patient.recorded_by
    return [one.pk for one in patients_not_reached(staff, patient.clinic_id, TODAY)]


def test_somebody_whose_reminder_was_given_up(patient: Patient) -> None:
    assert listed(patient) == [patient.pk]


@pytest.mark.parametrize(("days", "found"), [(29, True), (30, False)])
def test_for_as_long_as_given_up_mails_are_shown(patient: Patient, days: int, found: bool) -> None:
    Mail.objects.update(for_day=TODAY - timedelta(days))
    assert bool(listed(patient)) is found


@pytest.mark.parametrize("status", [MailStatus.FAILED, MailStatus.PLANNED, MailStatus.CANCELLED])
def test_one_that_is_still_tried_is_none(patient: Patient, status: MailStatus) -> None:
    Mail.objects.update(status=status.value)
    assert listed(patient) == []


@pytest.mark.parametrize(
    ("outcome", "still"),
    [
        (ContactOutcome.NO_ANSWER, True),
        (ContactOutcome.MESSAGE_LEFT, True),
        (ContactOutcome.WRONG_DETAILS, True),
        (ContactOutcome.WILL_ATTEND, False),
        (ContactOutcome.DECLINED, False),
    ],
)
def test_a_call_that_nobody_answered_is_no_contact(patient: Patient, outcome: ContactOutcome, still: bool) -> None:
    rows.a_contact(patient, MAILED, outcome)
    assert bool(listed(patient)) is still


def test_an_earlier_contact_does_not_count(patient: Patient) -> None:
    rows.a_contact(patient, MAILED - timedelta(1), ContactOutcome.WILL_ATTEND)
    assert listed(patient)


def test_a_reminder_that_went_out_later_ends_it(patient: Patient) -> None:
    sent = {"status": MailStatus.SENT.value}
    a_reminder(patient, **sent, sent_at=datetime(2026, 5, 19, tzinfo=UTC))
    assert listed(patient)
    a_reminder(patient, **sent, sent_at=datetime(2026, 5, 25, tzinfo=UTC))
    assert listed(patient) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda patient: DueItem.objects.filter(patient=patient).update(due_on=date(2026, 9, 1)),
        lambda patient: DueItem.objects.filter(patient=patient).update(snoozed_until=date(2026, 9, 1)),
        lambda patient: Patient.objects.filter(pk=patient.pk).update(
            status=PatientStatus.DISCHARGED.value, status_on=TODAY, status_reason="moved"
        ),
    ],
)
def test_nobody_is_telephoned_for_nothing(patient: Patient, change: Callable[[Patient], None]) -> None:
    change(patient)
    assert listed(patient) == []


def test_another_clinics_patients_are_not_listed(patient: Patient) -> None:
    assert listed(patient, by=rows.a_member(Role.NURSE)) == []
