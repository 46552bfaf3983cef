"""When drafts go by themselves, and what is told of those that are there."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import Heartbeat
from monitoring.selectors.heartbeats import CLEARED, jobs
from patients.models import Draft, Membership, Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories.rows import a_member, a_patient, clinic_of
from tracker.patient_life.subject_access import make_subject_pack
from tracker.patient_life.transfers import accept_transfer, ask_transfer
from tracker.staffing.members import end_membership
from tracker.staffing.server import deactivate
from tracker.tasks import clear_expired

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse() -> Staff:
    return a_member(Role.NURSE, password=None, first_name="Nina", last_name="Nurse")


def a_draft(staff: Staff, patient: Patient, note: str = "half a sentence") -> Draft:
    address = f"/patients/{patient.pk}/weights/new/"
    return Draft.objects.create(
        staff=staff, patient=patient, address=address, typed={"note": [note]}, saved_at=timezone.now()
    )


def test_with_the_membership(nurse: Staff) -> None:
    patient = a_patient(nurse)
    a_draft(nurse, patient)
    admin = a_member(Role.ADMIN, clinic_of(nurse), password=None)
    row = Membership.objects.get(staff=nurse)
    end_membership(by=admin, clinic_id=row.clinic_id, membership_id=row.pk, reason="left")
    assert not Draft.objects.exists()


def test_with_the_account(nurse: Staff) -> None:
    a_draft(nurse, a_patient(nurse))
    deactivate(username=nurse.username)
    assert not Draft.objects.exists()


def test_with_the_patient_who_is_handed_over(nurse: Staff) -> None:
    doctor, receiver = a_member(Role.DOCTOR, clinic_of(nurse), password=None), a_member(password=None)
    patient, other = a_patient(nurse), a_patient(nurse)
    a_draft(nurse, patient)
    stays = a_draft(nurse, other)
    row = ask_transfer(by=doctor, patient_id=patient.pk, to_clinic=clinic_of(receiver).pk, reason="moved")
    assert Draft.objects.count() == 2
    accept_transfer(by=receiver, transfer_id=row.pk, hospital_number="there-1")
    assert list(Draft.objects.all()) == [stays]


def test_in_the_night_and_the_job_says_that_it_ran(nurse: Staff) -> None:
    old = a_draft(nurse, a_patient(nurse))
    Draft.objects.filter(pk=old.pk).update(saved_at=timezone.now() - timedelta(days=15))
    stays = a_draft(nurse, a_patient(nurse))
    clear_expired()
    assert list(Draft.objects.all()) == [stays]
    assert Heartbeat.objects.filter(name=CLEARED).exists()
    assert CLEARED in {job.name for job in jobs()}


def test_whoever_asks_what_is_held_about_them_is_told_of_them(nurse: Staff) -> None:
    admin = a_member(Role.ADMIN, clinic_of(nurse), password=None)
    patient, other = a_patient(nurse), a_patient(nurse)
    a_draft(nurse, patient)
    a_draft(nurse, other, "of somebody else")
    made = make_subject_pack(by=admin, patient_id=patient.pk, reason="in person, passport seen")
    with zipfile.ZipFile(io.BytesIO(made.content)) as pack:
        (told,) = (json.loads(line) for line in pack.read("drafts.jsonl").decode().splitlines())
        assert "of somebody else" not in "".join(pack.read(name).decode() for name in pack.namelist())
    assert (told["staff"], told["typed"]) == ("Nina Nurse", {"note": ["half a sentence"]})
