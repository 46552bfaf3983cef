"""An emergency access is reviewed by the clinic whose record was opened, wherever the patient has gone since."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from monitoring.letters import identified
from patients.actions import review_emergency_access
from patients.emergencies import (
    emergencies_in,
    emergencies_to_review,
    patient_then,
    waiting_in,
    with_emergencies_waiting,
)
from patients.errors import NotFound
from patients.models import Clinic, EmergencyAccess, Patient, Staff
from patients.rules.vocabulary import EmergencyFinding, Role
from tests.factories.rows import a_member, a_patient, an_emergency, clinic_of
from tracker.models import Event
from tracker.patient_life.transfers import accept_transfer, ask_transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender() -> Staff:
    return a_member(Role.ADMIN, password=None)


@pytest.fixture
def receiver() -> Staff:
    return a_member(Role.ADMIN, password=None)


def opened(patient: Patient) -> EmergencyAccess:
    """By somebody of a third clinic, two hours ago, and over by now."""
    at = timezone.now() - timedelta(hours=2)
    return EmergencyAccess.objects.create(
        staff=a_member(Role.DOCTOR, password=None),
        patient=patient,
        reason="unconscious on our ward",
        opened_at=at,
        ends_at=at + timedelta(hours=1),
    )


def hand_over(patient: Patient, sender: Staff, receiver: Staff, number: str) -> None:
    row = ask_transfer(by=sender, patient_id=patient.pk, to_clinic=clinic_of(receiver).pk, reason="moved to the coast")
    accept_transfer(by=receiver, transfer_id=row.pk, hospital_number=number)


def waiting(staff: Staff) -> tuple[list[int], list[int], int]:
    """As the list, as the e-mails and as the number on every page have it."""
    clinic = clinic_of(staff)
    counted = with_emergencies_waiting(Clinic.objects.filter(pk=clinic.pk)).get()
    listed = [row.pk for row in emergencies_to_review(staff) if row.reviewed_at is None]
    return listed, [row.pk for row in waiting_in(clinic)], emergencies_in(counted)[0]


def test_it_stays_with_the_clinic_whose_record_was_opened(sender: Staff, receiver: Staff) -> None:
    patient = a_patient(sender)
    row = opened(patient)
    assert waiting(sender) == ([row.pk], [row.pk], 1)
    hand_over(patient, sender, receiver, "COAST1")
    assert waiting(sender) == ([row.pk], [row.pk], 1)
    assert waiting(receiver) == ([], [], 0)
    with pytest.raises(NotFound):
        review_emergency_access(by=receiver, emergency_id=row.pk, finding=EmergencyFinding.JUSTIFIED)
    found = review_emergency_access(by=sender, emergency_id=row.pk, finding=EmergencyFinding.JUSTIFIED)
    assert found.reviewed_by == sender
    assert waiting(sender) == ([], [], 0)
    assert [one.pk for one in emergencies_to_review(sender)] == [row.pk]


def test_one_that_is_open_ends_with_the_hand_over(client: Client, sender: Staff, receiver: Staff) -> None:
    patient, reader = a_patient(sender), a_member(Role.DOCTOR, password=None)
    row, record = an_emergency(reader, patient), reverse("record", args=[patient.pk])
    band = "Emergency access is open"
    client.force_login(reader)
    page = client.get(record)
    assert (page.status_code, band in page.content.decode()) == (200, True)

    hand_over(patient, sender, receiver, "COAST1")

    assert client.get(record).status_code == 404
    assert band not in client.get(reverse("worklist")).content.decode()
    row.refresh_from_db()
    assert row.closed_at is not None
    assert row.closed_at < row.ends_at
    closed = Event.objects.filter(subject=EmergencyAccess._meta.db_table, row_id=str(row.pk)).latest("pk")
    assert closed.reason == "The patient was handed over to another clinic: moved to the coast"
    assert (waiting(sender)[0], waiting(receiver)[0]) == ([row.pk], [])
    client.force_login(sender)
    for address in (reverse("emergency_reviews"), reverse("review_emergency", args=[row.pk])):
        assert "because the patient was handed over to another clinic" in client.get(address).content.decode()


def test_one_that_was_over_before_ended_by_itself(client: Client, sender: Staff, receiver: Staff) -> None:
    patient = a_patient(sender)
    row = opened(patient)
    hand_over(patient, sender, receiver, "COAST1")
    row.refresh_from_db()
    assert row.closed_at is None
    client.force_login(sender)
    page = client.get(reverse("review_emergency", args=[row.pk])).content.decode()
    assert "because the patient was handed over" not in page


def test_each_of_two_goes_to_the_clinic_of_its_time(sender: Staff, receiver: Staff) -> None:
    patient, last = a_patient(sender), a_member(Role.ADMIN, password=None)
    first = opened(patient)
    hand_over(patient, sender, receiver, "COAST1")
    between = opened(patient)
    EmergencyAccess.objects.filter(pk=between.pk).update(
        opened_at=timezone.now(), ends_at=timezone.now() + timedelta(1)
    )
    patient.refresh_from_db()
    hand_over(patient, receiver, last, "HILL1")
    since = opened(patient)
    EmergencyAccess.objects.filter(pk=since.pk).update(opened_at=timezone.now(), ends_at=timezone.now() + timedelta(1))
    assert [waiting(staff)[0] for staff in (sender, receiver, last)] == [[first.pk], [between.pk], [since.pk]]


def test_a_transfer_that_was_only_asked_for_moves_nothing(sender: Staff, receiver: Staff) -> None:
    patient = a_patient(sender)
    row = opened(patient)
    ask_transfer(by=sender, patient_id=patient.pk, to_clinic=clinic_of(receiver).pk, reason="moved to the coast")
    assert waiting(sender) == ([row.pk], [row.pk], 1)
    assert waiting(receiver) == ([], [], 0)


def test_the_reviewer_reads_the_number_they_knew_and_not_the_other_clinics(
    client: Client, sender: Staff, receiver: Staff
) -> None:
    patient = a_patient(sender, family_name="Ashdown", hospital_number="MOOR7")
    row = opened(patient)
    hand_over(patient, sender, receiver, "COAST1")
    client.force_login(sender)
    assert identified(patient_then(waiting_in(clinic_of(sender)).get())).startswith("MOOR7")
    for address in (reverse("emergency_reviews"), reverse("review_emergency", kwargs={"emergency_id": row.pk})):
        page = client.get(address).content.decode()
        assert "MOOR7" in page
        assert "ASHDOWN" in page
        assert "since handed over to another clinic" in page
        assert "COAST1" not in page
        assert reverse("record", kwargs={"patient_id": patient.pk}) not in page
    sent = client.post(
        reverse("review_emergency", kwargs={"emergency_id": row.pk}), {"finding": EmergencyFinding.JUSTIFIED.value}
    )
    assert sent["Location"] == reverse("emergency_reviews")
    client.force_login(receiver)
    assert client.get(reverse("review_emergency", kwargs={"emergency_id": row.pk})).status_code == 404
