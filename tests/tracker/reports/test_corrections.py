"""Corrections: what was replaced or withdrawn, by whom, after how long and why."""

from datetime import timedelta

import pytest
from django.utils import timezone

from patients.acting import Acting, acting_as
from patients.actions import withdraw_weight
from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.reports.asking import report_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor() -> Staff:
    return rows.a_member(Role.DOCTOR, username="dora", first_name="Dora", last_name="Doctor")


@pytest.fixture
def admin(doctor: Staff) -> Staff:
    return rows.a_member(Role.ADMIN, rows.clinic_of(doctor))


def test_a_withdrawn_entry(admin: Staff, doctor: Staff) -> None:
    patient = rows.a_patient(doctor, hospital_number="H1")
    nurse = rows.a_member(Role.NURSE, rows.clinic_of(doctor), first_name="Nell", last_name="Nurse")
    weight = rows.a_weight(patient, "81.5", recorded_by=nurse, recorded_at=timezone.now() - timedelta(days=3))
    with acting_as(Acting(doctor.pk)):
        withdraw_weight(by=doctor, entry_id=weight.pk, reason="scales were broken")
    (row,) = report_rows(admin, "corrections")
    assert row | {"at": None, "entered_at": None, "event": None} == {
        "at": None,
        "person": "Dora Doctor",
        "login": "dora",
        "role": "doctor",
        "done": "withdrawn",
        "kind": "weight",
        "entry_id": str(weight.pk),
        "hospital_number": "H1",
        "entered_by": "Nell Nurse",
        "entered_at": None,
        "days": 3,
        "reason": "scales were broken",
        "event": None,
    }
    assert "81.5" not in str(row)


def test_a_replaced_entry(admin: Staff, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    weight = rows.a_weight(patient)
    weight.superseded_at, weight.superseded_by, weight.superseded_reason = timezone.now(), doctor, "typing error"
    with acting_as(Acting(doctor.pk)):
        weight.save()
        rows.a_weight(patient, "71", replaces=weight)
    (row,) = report_rows(admin, "corrections")
    # Everything of one test is one transaction, as a correction's withdrawal and successor are.
    assert (row["done"], row["days"], row["reason"]) == ("replaced by another entry", 0, "typing error")


def test_other_changes_and_other_clinics_are_no_corrections_here(admin: Staff, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    rows.a_weight(patient)
    patient.given_names = "Another"
    patient.save()
    other = rows.a_member()
    weight = rows.a_weight(rows.a_patient(other))
    with acting_as(Acting(other.pk)):
        withdraw_weight(by=other, entry_id=weight.pk, reason="not theirs")
    assert report_rows(admin, "corrections") == []
    assert report_rows(admin, "corrections", patient=patient.hospital_number) == []
