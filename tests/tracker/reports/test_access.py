"""Access: who looked at whom, one row for each patient, and only the clinic's own."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from patients.acting import Acting, acting_as
from patients.models import Clinic, Patient, PatientTransfer, Staff
from patients.rules.vocabulary import Role, TransferStatus
from tests.factories import rows
from tests.tracker.reports.asking import report_rows, the_question
from tracker.audit.record import record_access
from tracker.audit.words import AccessKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return rows.a_clinic()


@pytest.fixture
def admin(clinic: Clinic) -> Staff:
    return rows.a_member(Role.ADMIN, clinic)


@pytest.fixture
def nurse(clinic: Clinic) -> Staff:
    return rows.a_member(Role.NURSE, clinic, username="nell", first_name="Nell", last_name="Nurse")


def looked(by: Staff, *patients: Patient, kind: AccessKind = AccessKind.VIEW, **fields: Any) -> None:
    clinic_id = fields.pop("clinic_id", None)
    emergency_id = fields.pop("emergency_id", None)
    with acting_as(Acting(by.pk, "request-7", "page record", emergency_id=emergency_id)):
        record_access(kind, [patient.pk for patient in patients], clinic_id=clinic_id, **fields)


def test_a_list_gives_a_row_for_each_patient(admin: Staff, nurse: Staff, clinic: Clinic) -> None:
    patients = [rows.a_patient(nurse, hospital_number=f"H{number}") for number in (1, 2, 3)]
    looked(nurse, patients[0])
    looked(nurse, *patients, kind=AccessKind.LIST, clinic_id=clinic.pk)
    found = report_rows(admin, "access")
    assert [(row["how"], row["hospital_number"]) for row in found] == [
        ("page of the record", "H1"),
        *(("list that names the patient", number) for number in ("H1", "H2", "H3")),
    ]
    assert {(row["person"], row["login"], row["role"]) for row in found} == {("Nell Nurse", "nell", "nurse")}
    assert {(row["origin"], row["request_id"], row["emergency"]) for row in found} == {
        ("page record", "request-7", False)
    }


def test_a_list_over_several_clinics_shows_each_clinic_its_own(admin: Staff, nurse: Staff) -> None:
    other = rows.a_member(Role.ADMIN)
    mine, theirs = rows.a_patient(nurse, hospital_number="H1"), rows.a_patient(other, hospital_number="X1")
    looked(nurse, mine, theirs, kind=AccessKind.LIST)
    assert [row["hospital_number"] for row in report_rows(admin, "access")] == ["H1"]
    assert [row["hospital_number"] for row in report_rows(other, "access")] == ["X1"]


def test_a_search_that_found_nobody_belongs_to_the_clinic_it_names(admin: Staff, nurse: Staff, clinic: Clinic) -> None:
    looked(nurse, kind=AccessKind.SEARCH, clinic_id=clinic.pk)
    looked(nurse, kind=AccessKind.SEARCH)
    (row,) = report_rows(admin, "access")
    assert (row["how"], row["hospital_number"]) == ("search that found the patient", "")


def test_who_was_handed_over_belongs_to_the_clinic_of_that_moment(admin: Staff, nurse: Staff, clinic: Clinic) -> None:
    other = rows.a_member(Role.ADMIN)
    patient, another = rows.a_patient(nurse, hospital_number="H1"), rows.a_patient(nurse, hospital_number="H2")
    looked(nurse, patient, another, kind=AccessKind.LIST)
    PatientTransfer.objects.create(
        patient=patient,
        from_clinic=clinic,
        to_clinic=rows.clinic_of(other),
        reason="moved",
        hospital_number_before="H1",
        hospital_number_after="X1",
        status=TransferStatus.ACCEPTED.value,
        asked_by=nurse,
        decided_by=other,
        decided_at=timezone.now(),
    )
    Patient.objects.filter(pk=patient.pk).update(clinic=rows.clinic_of(other), hospital_number="X1")
    looked(other, Patient.objects.get(pk=patient.pk), another, kind=AccessKind.LIST)
    assert [row["hospital_number"] for row in report_rows(admin, "access")] == ["H1", "H2", "H2"]
    assert [row["hospital_number"] for row in report_rows(admin, "access", patient="h1")] == ["H1"]
    assert [row["hospital_number"] for row in report_rows(other, "access")] == ["X1"]


def test_narrowed_by_person_patient_how_and_emergency(admin: Staff, nurse: Staff) -> None:
    one, two = rows.a_patient(nurse, hospital_number="H1"), rows.a_patient(nurse, hospital_number="H2")
    stranger = rows.a_member()
    looked(nurse, one)
    looked(admin, two, kind=AccessKind.PRINT)
    looked(stranger, one, emergency_id=5)
    assert [row["login"] for row in report_rows(admin, "access", person=str(admin.pk))] == [admin.username]
    assert [row["hospital_number"] for row in report_rows(admin, "access", patient="H2")] == ["H2"]
    assert [row["how"] for row in report_rows(admin, "access", how="print")] == ["print"]
    (row,) = report_rows(admin, "access", emergency="yes")
    assert (row["login"], row["role"], row["emergency"]) == (stranger.username, "not of this clinic", True)


def test_what_comes_later_and_other_days_are_not_in_it(admin: Staff, nurse: Staff) -> None:
    patient = rows.a_patient(nurse)
    looked(nurse, patient)
    report, question = the_question(admin, "access")
    looked(nurse, patient)
    assert report.count(admin, question) == 1 == len(list(report.rows(admin, question)))
    days = timedelta(days=10)
    earlier = type(question)(
        question.report, question.clinic, question.period_from - days, question.period_until - days, question.as_of
    )
    assert report.count(admin, earlier) == 0


def test_long_reports_go_on_inside_a_list(admin: Staff, nurse: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    patients = [rows.a_patient(nurse) for _ in range(7)]
    looked(nurse, *patients, kind=AccessKind.LIST)
    looked(nurse, *patients, kind=AccessKind.LIST)
    whole = report_rows(admin, "access")
    assert len(whole) == 14
    monkeypatch.setattr("tracker.reports.access.FIRST", 2)
    monkeypatch.setattr("tracker.reports.access.AT_ONCE", 3)
    assert report_rows(admin, "access") == whole
