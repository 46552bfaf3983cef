"""Activity: who entered, changed or deleted what, without a single value."""

from datetime import date

import pytest

from patients.acting import Acting, acting_as
from patients.actions import change_status
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Clinic, Membership, Patient, Staff
from patients.rules.vocabulary import PatientStatus, Role
from tests.factories import rows
from tests.tracker.reports.asking import report_rows, the_question
from tracker.reports.questions import rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return rows.a_clinic()


@pytest.fixture
def admin(clinic: Clinic) -> Staff:
    return rows.a_member(Role.ADMIN, clinic, first_name="Ada", last_name="Admin")


@pytest.fixture
def doctor(clinic: Clinic) -> Staff:
    return rows.a_member(Role.DOCTOR, clinic, username="dora", first_name="Dora", last_name="Doctor")


@pytest.fixture
def patient(doctor: Staff) -> Patient:
    with acting_as(Acting(doctor.pk, "request-1", "page register_patient")):
        return rows.a_patient(doctor, hospital_number="H42")


def test_an_entry_is_told_with_person_role_and_origin(admin: Staff, doctor: Staff, patient: Patient) -> None:
    with acting_as(Acting(doctor.pk, "request-2", "page add_weight")):
        weight = rows.a_weight(patient, "81.5")
    (row,) = report_rows(admin, "activity", kind="patients_weight")
    assert row | {"at": None, "event": None} == {
        "at": None,
        "person": "Dora Doctor",
        "login": "dora",
        "role": "doctor",
        "done": "entered",
        "kind": "weight",
        "entry_id": str(weight.pk),
        "hospital_number": "H42",
        "fields": "",
        "reason": "",
        "origin": "page add_weight",
        "request_id": "request-2",
        "event": None,
    }


def test_a_change_names_its_fields_and_no_value(admin: Staff, doctor: Staff, patient: Patient) -> None:
    with acting_as(Acting(doctor.pk)):
        change_status(
            by=doctor, patient_id=patient.pk, status=PatientStatus.DISCHARGED, on=date(2026, 5, 4), reason="moved away",
            version=patient.version,
        )  # fmt: skip
    changes = report_rows(admin, "activity", kind="patients_patient", done="update")
    fields = {name for row in changes for name in str(row["fields"]).split(", ")}
    assert {"status", "status on", "status reason"} <= fields
    assert "family name" not in fields
    said = " ".join(str(value) for row in changes for value in row.values())
    assert "discharged" not in said
    assert "2026-05-04" not in said
    assert {row["reason"] for row in changes} == {"moved away"}


def test_no_value_of_a_full_record_is_in_it(admin: Staff, doctor: Staff) -> None:
    patient = rows.a_patient(doctor, family_name="Quillfeather", given_names="Zebediah", nhs_number="9990000018")
    rows.a_weight(patient, "81.37")
    rows.a_result(patient, "alt", "4711.5", date(2026, 5, 20), unit="U/L", upper_limit=40)
    rows.a_course(patient, "methotrexate", date(2026, 1, 12), "17.25")
    rows.a_condition(patient, description="a rare thing")
    said = " ".join(str(value) for row in report_rows(admin, "activity") for value in row.values()).lower()
    for value in ("quillfeather", "zebediah", "9990000018", "81.37", "4711.5", "methotrexate", "17.25", "a rare thing"):
        assert value not in said


def test_narrowed_by_person_patient_kind_and_what_was_done(admin: Staff, doctor: Staff, patient: Patient) -> None:
    with acting_as(Acting(doctor.pk)):
        rows.a_weight(patient)
    other = rows.a_patient(doctor, hospital_number="H43")
    assert {row["login"] for row in report_rows(admin, "activity", person=str(doctor.pk))} == {"dora"}
    assert {row["hospital_number"] for row in report_rows(admin, "activity", patient="h42")} == {"H42"}
    assert report_rows(admin, "activity", patient="H44") == []
    assert {row["kind"] for row in report_rows(admin, "activity", kind="patients_weight")} == {"weight"}
    background = report_rows(admin, "activity", person="background", patient=other.hospital_number)
    assert {row["person"] for row in background} == {"nobody signed in"}
    assert report_rows(admin, "activity", done="delete") == []


def test_a_filter_that_nobody_offered_is_refused(admin: Staff, doctor: Staff) -> None:
    stranger = rows.a_member()
    for name, value in (("person", str(stranger.pk)), ("kind", "auth_permission"), ("colour", "red")):
        with pytest.raises(Refused, match=name):
            the_question(admin, "activity", None, **{name: value})


def test_another_clinics_events_are_not_in_it(admin: Staff, patient: Patient) -> None:
    other = rows.a_member(Role.ADMIN)
    rows.a_weight(rows.a_patient(other, hospital_number="H99"))
    assert "H99" not in {row["hospital_number"] for row in report_rows(admin, "activity")}
    assert "H42" not in {row["hospital_number"] for row in report_rows(other, "activity")}
    with pytest.raises(NotFound):
        report_rows(admin, "activity", rows.clinic_of(other))


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.NURSE])
def test_who_may_not_run_reports_is_told_so(clinic: Clinic, admin: Staff, role: Role) -> None:
    member = rows.a_member(role, clinic)
    with pytest.raises(NotAllowed):
        report_rows(member, "activity")
    report, question = the_question(admin, "activity")
    with pytest.raises(NotAllowed):
        next(rows_of(member, report, question))


def test_an_auditor_and_whoever_leads_may(clinic: Clinic, admin: Staff, patient: Patient) -> None:
    lead = rows.a_member(Role.DOCTOR, clinic)
    Membership.objects.filter(staff=lead).update(is_lead=True)
    lead = Staff.objects.get(pk=lead.pk)
    auditor = rows.a_member(Role.AUDITOR, clinic)
    expected = {row["event"] for row in report_rows(admin, "activity", patient="H42")}
    for reader in (auditor, lead):
        assert {row["event"] for row in report_rows(reader, "activity", patient="H42")} == expected


def test_what_comes_later_does_not_slip_in(admin: Staff, doctor: Staff, patient: Patient) -> None:
    report, question = the_question(admin, "activity", patient="H42")
    before = report.count(admin, question)
    rows.a_weight(patient)
    assert report.count(admin, question) == before == len(list(report.rows(admin, question)))
    assert len(report_rows(admin, "activity", patient="H42")) == before + 1


def test_long_reports_go_on_where_a_page_ends(
    admin: Staff, doctor: Staff, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(7):
        rows.a_weight(patient)
    whole = report_rows(admin, "activity")
    monkeypatch.setattr("tracker.reports.trail.FIRST", 2)
    monkeypatch.setattr("tracker.reports.trail.AT_ONCE", 3)
    assert report_rows(admin, "activity") == whole
    events = [int(str(row["event"])) for row in whole]
    assert events == sorted(set(events))
