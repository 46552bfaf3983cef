"""Handing a patient over: what each clinic sees before and after, and what ends with it."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Assignment, Mail
from monitoring.rules.vocabulary import MailKind, MailStatus
from monitoring.selectors.mail import why_not_to_send
from patients.actions import record_weight
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Clinic, Patient, PatientTransfer, Staff
from patients.rules.vocabulary import Role, TransferStatus
from patients.selectors import patient_for, roles_changed, search_patients
from tests.factories.rows import (
    a_clinic,
    a_member,
    a_patient,
    an_alert,
    an_assignment,
    clinic_of,
    some_contact_details,
)
from tracker.patient_life.transfers import (
    accept_transfer,
    ask_transfer,
    clinics_to_hand_over_to,
    decline_transfer,
    transfer_to_decide,
    transfers_for,
    withdraw_transfer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender() -> Staff:
    return a_member(password=None)


@pytest.fixture
def receiver() -> Staff:
    return a_member(password=None)


def ask(by: Staff, to: Staff, patient: Patient | None = None, **changed: Any) -> PatientTransfer:
    patient = patient or a_patient(by)
    given = {"patient_id": patient.pk, "to_clinic": clinic_of(to).pk, "reason": "moved to the coast", **changed}
    return ask_transfer(by=by, **given)


def test_until_it_is_accepted_nothing_changes(sender: Staff, receiver: Staff) -> None:
    row = ask(sender, receiver)
    assert patient_for(sender, row.patient_id)
    with pytest.raises(NotFound):
        patient_for(receiver, row.patient_id)
    assert list(search_patients(receiver, row.patient.family_name)) == []
    assert [one.pk for one in transfers_for(receiver).to_decide] == [row.pk]
    assert [one.pk for one in transfers_for(sender).asked] == [row.pk]


def test_accepted_the_patient_is_theirs_alone(sender: Staff, receiver: Staff) -> None:
    row = ask(sender, receiver)
    before = row.patient.hospital_number
    accept_transfer(by=receiver, transfer_id=row.pk, hospital_number="COAST1")
    with pytest.raises(NotFound):
        patient_for(sender, row.patient_id)
    with pytest.raises(NotFound):
        record_weight(by=sender, patient_id=row.patient_id, on=timezone.localdate(), kilograms=Decimal(70))
    patient = patient_for(receiver, row.patient_id)
    assert (patient.hospital_number, patient.clinic) == ("COAST1", clinic_of(receiver))
    assert list(search_patients(receiver, before)) == [patient]
    assert list(search_patients(sender, before)) == []
    (settled,) = transfers_for(sender).settled
    assert (settled.pk, settled.status) == (row.pk, TransferStatus.ACCEPTED)


def test_work_and_planned_mail_end_with_the_clinic_that_hands_over(sender: Staff, receiver: Staff) -> None:
    patient, other = a_patient(sender), a_patient(sender)
    an_assignment(patient, sender)
    kept = an_assignment(other, sender)
    now = timezone.now()
    usual: dict[str, Any] = {"clinic": clinic_of(sender), "for_day": now.date(), "not_before": now, "created_at": now}
    to_patient = Mail.objects.create(
        key="a", message_id="a", kind=MailKind.PATIENT_OVERDUE, contact_details=some_contact_details(patient), **usual
    )
    about = Mail.objects.create(
        key="b", message_id="b", kind=MailKind.STAFF_ALERT, staff=sender, alert=an_alert(patient), **usual
    )
    sent = Mail.objects.create(
        key="c", message_id="c", kind=MailKind.STAFF_ALERT, staff=sender, alert=an_alert(patient),
        status=MailStatus.SENT, sent_at=now, **usual,
    )  # fmt: skip
    elses = Mail.objects.create(
        key="d", message_id="d", kind=MailKind.STAFF_ALERT, staff=sender, alert=an_alert(other), **usual
    )
    accept_transfer(by=receiver, transfer_id=ask(sender, receiver, patient).pk, hospital_number="COAST1")
    assert list(Assignment.objects.current()) == [kept]
    assert Assignment.objects.get(patient=patient).superseded_reason == "handed over to another clinic"
    stands = {mail.pk: mail.status for mail in Mail.objects.all()}
    assert (stands[to_patient.pk], stands[about.pk]) == (MailStatus.CANCELLED, MailStatus.CANCELLED)
    assert (stands[sent.pk], stands[elses.pk]) == (MailStatus.SENT, MailStatus.PLANNED)


def test_the_trail_keeps_the_clinic_of_each_moment(sender: Staff, receiver: Staff) -> None:
    row = ask(sender, receiver)
    accept_transfer(by=receiver, transfer_id=row.pk, hospital_number="COAST1")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, clinic_id FROM audit.event WHERE subject = 'patients_patient' AND patient_id = %s "
            "ORDER BY id",
            [row.patient_id],
        )
        assert cursor.fetchall() == [("insert", clinic_of(sender).pk), ("update", clinic_of(receiver).pk)]


def test_a_number_in_use_is_refused(sender: Staff, receiver: Staff) -> None:
    row = ask(sender, receiver)
    taken = a_patient(receiver).hospital_number
    for number in (taken, " ", ""):
        with pytest.raises(Refused) as refused:
            accept_transfer(by=receiver, transfer_id=row.pk, hospital_number=number)
        assert refused.value.field == "hospital_number"
    assert Patient.objects.get(pk=row.patient_id).clinic == clinic_of(sender)


def test_somebody_with_a_record_there_already_is_taken_over_to_be_merged(sender: Staff, receiver: Staff) -> None:
    there = a_patient(receiver, nhs_number="9990000018")
    row = ask(sender, receiver, a_patient(sender, nhs_number="9990000018"))
    accepted = accept_transfer(by=receiver, transfer_id=row.pk, hospital_number="COAST1")
    assert there.hospital_number in accepted.decision_note
    assert Patient.objects.get(pk=row.patient_id).nhs_number == ""


def test_declined_and_withdrawn_it_stays(sender: Staff, receiver: Staff) -> None:
    declined = ask(sender, receiver)
    with pytest.raises(Refused):
        decline_transfer(by=receiver, transfer_id=declined.pk, note=" ")
    decline_transfer(by=receiver, transfer_id=declined.pk, note="no room")
    withdrawn = ask(sender, receiver, declined.patient)
    withdraw_transfer(by=sender, transfer_id=withdrawn.pk)
    assert patient_for(sender, declined.patient_id)
    for row in (declined, withdrawn):
        with pytest.raises(Refused, match="already"):
            accept_transfer(by=receiver, transfer_id=row.pk, hospital_number="COAST1")
        with pytest.raises(NotFound):
            transfer_to_decide(receiver, row.pk)


def test_only_one_waits_at_a_time_and_never_for_the_own_clinic(sender: Staff, receiver: Staff) -> None:
    row = ask(sender, receiver)
    with pytest.raises(Refused, match="already being handed over"):
        ask(sender, receiver, row.patient)
    with pytest.raises(Refused) as refused:
        ask(sender, sender)
    assert refused.value.field == "to_clinic"
    assert list(clinics_to_hand_over_to(sender, row.patient)) == list(Clinic.objects.exclude(pk=clinic_of(sender).pk))


def test_neither_side_does_the_others_part(sender: Staff, receiver: Staff) -> None:
    row = ask(sender, receiver)
    for act in (
        lambda: accept_transfer(by=sender, transfer_id=row.pk, hospital_number="COAST1"),
        lambda: decline_transfer(by=sender, transfer_id=row.pk, note="no"),
        lambda: withdraw_transfer(by=receiver, transfer_id=row.pk),
        lambda: transfer_to_decide(sender, row.pk),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_third_clinic_sees_nothing(sender: Staff, receiver: Staff) -> None:
    row, third = ask(sender, receiver), a_member()
    with pytest.raises(NotFound):
        withdraw_transfer(by=third, transfer_id=row.pk)
    found = transfers_for(third)
    assert (found.to_decide, found.asked, list(found.settled)) == ([], [], [])
    with pytest.raises(NotFound):
        ask(third, receiver, row.patient)


@pytest.mark.parametrize(
    ("role", "may"), [(Role.DOCTOR, True), (Role.ADMIN, True), (Role.NURSE, False), (Role.AUDITOR, False)]
)
def test_by_role(sender: Staff, receiver: Staff, role: Role, may: bool) -> None:
    by, patient = a_member(role, clinic_of(sender)), a_patient(sender)
    if may:
        assert ask(by, receiver, patient).pk
    else:
        with pytest.raises(NotAllowed):
            ask(by, receiver, patient)
    row = ask(sender, receiver)
    there = a_member(role, clinic_of(receiver))
    if may:
        assert accept_transfer(by=there, transfer_id=row.pk, hospital_number="COAST1").pk
    else:
        with pytest.raises(NotFound):
            accept_transfer(by=there, transfer_id=row.pk, hospital_number="COAST1")


def test_a_closed_account_hands_nobody_over(sender: Staff, receiver: Staff) -> None:
    row = ask(sender, receiver)
    receiver.is_active = False
    with pytest.raises(NotFound):
        accept_transfer(by=receiver, transfer_id=row.pk, hospital_number="COAST1")
    assert a_clinic().pk


def test_whoever_asked_does_not_accept_too(sender: Staff, receiver: Staff) -> None:
    """Otherwise one person with roles in both could take a patient out of a clinic that nobody else was asked about."""
    row = ask(sender, receiver)
    sender.memberships.create(clinic=clinic_of(receiver), role=Role.DOCTOR)
    roles_changed(sender)
    with pytest.raises(Refused, match="Somebody else"):
        accept_transfer(by=sender, transfer_id=row.pk, hospital_number="COAST1")
    assert Patient.objects.get(pk=row.patient_id).clinic == row.from_clinic
    decline_transfer(by=sender, transfer_id=row.pk, note="asked by mistake")


def test_an_email_on_its_way_is_not_sent_after_the_patient_went(sender: Staff, receiver: Staff) -> None:
    """A worker may hold one claimed while the patient goes, and one that was given up can be tried again."""
    sender.email = "sender@example.org"
    sender.save()
    patient, now = a_patient(sender), timezone.now()
    mail = Mail.objects.create(
        key="b", message_id="b", kind=MailKind.STAFF_ALERT, staff=sender, alert=an_alert(patient), attempts=1,
        clinic=clinic_of(sender), for_day=now.date(), not_before=now, created_at=now,
        status=MailStatus.CLAIMED, claimed_at=now, claimed_by=uuid4(),
    )  # fmt: skip
    assert why_not_to_send(mail, now) == ""
    accept_transfer(by=receiver, transfer_id=ask(sender, receiver, patient).pk, hospital_number="COAST1")
    assert "another clinic" in why_not_to_send(Mail.objects.get(pk=mail.pk), now)


def test_the_list_of_emails_does_not_tell_the_number_in_the_other_clinic(receiver: Staff) -> None:
    admin = a_member(Role.ADMIN)
    patient, now = a_patient(admin), timezone.now()
    Mail.objects.create(
        key="a", message_id="a", kind=MailKind.PATIENT_OVERDUE, contact_details=some_contact_details(patient),
        clinic=clinic_of(admin), for_day=now.date(), not_before=now, created_at=now,
    )  # fmt: skip
    client = Client()
    client.force_login(admin)
    assert patient.hospital_number in client.get(reverse("mail")).content.decode()
    accept_transfer(by=receiver, transfer_id=ask(admin, receiver, patient).pk, hospital_number="COAST1")
    shown = client.get(reverse("mail")).content.decode()
    assert "COAST1" not in shown
    assert reverse("record", args=[patient.pk]) not in shown
    assert "handed over" in shown
