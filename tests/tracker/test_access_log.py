"""The page of who looked at a record: for whom it is, what it says, and how it is narrowed."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from patients.acting import Acting, acting_as
from patients.errors import NotAllowed
from patients.models import Membership, Patient, Staff
from patients.rules.vocabulary import PatientStatus, Role
from tests.factories import rows
from tests.tracker.pages import query_budget, text_of
from tracker.audit.accesses import AccessFilters, accesses_of, page_words, role_words, told
from tracker.audit.record import record_access
from tracker.audit.words import AccessKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    return member(Role.ADMIN, first_name="Ada", last_name="Admin")


@pytest.fixture
def nurse(admin: Staff) -> Staff:
    return member(Role.NURSE, rows.clinic_of(admin), first_name="Nell", last_name="Nurse")


@pytest.fixture
def patient(admin: Staff) -> Patient:
    return rows.a_patient(admin)


@pytest.fixture
def page(client: Client, admin: Staff) -> Client:
    client.force_login(admin)
    return client


def member(role: Role, clinic: Any = None, **fields: Any) -> Staff:
    return rows.a_member(role, clinic, password=None, **fields)


def looked(
    by: Staff, *patients: Patient, kind: AccessKind = AccessKind.VIEW, page: str = "record", **acting: Any
) -> None:
    with acting_as(Acting(actor_id=by.pk, request_id=f"request-{by.pk}", **acting)):
        record_access(kind, [one.pk for one in patients], page=page, format="page", patients=len(patients))


def shown(client: Client, patient: Patient, query: str = "") -> str:
    answer = client.get(reverse("access_log", args=[patient.pk]) + query)
    assert answer.status_code == 200
    return text_of(answer)


class TestWhoMaySee:
    @pytest.mark.parametrize(
        ("role", "status"), [(Role.ADMIN, 200), (Role.AUDITOR, 200), (Role.DOCTOR, 403), (Role.NURSE, 403)]
    )
    def test_by_role(self, client: Client, patient: Patient, role: Role, status: int) -> None:
        client.force_login(member(role, patient.clinic))
        assert client.get(reverse("access_log", args=[patient.pk])).status_code == status
        link = reverse("access_log", args=[patient.pk])
        assert (link in client.get(reverse("record", args=[patient.pk])).content.decode()) is (status == 200)

    def test_a_lead_may(self, client: Client, patient: Patient, nurse: Staff) -> None:
        Membership.objects.filter(staff=nurse).update(is_lead=True)
        client.force_login(nurse)
        assert client.get(reverse("access_log", args=[patient.pk])).status_code == 200

    def test_another_clinics_patient_is_not_there(self, client: Client, patient: Patient) -> None:
        client.force_login(member(Role.ADMIN))
        assert client.get(reverse("access_log", args=[patient.pk])).status_code == 404

    def test_not_under_an_emergency_access(self, client: Client, patient: Patient) -> None:
        doctor = member(Role.DOCTOR)
        rows.an_emergency(doctor, patient)
        client.force_login(doctor)
        assert client.get(reverse("access_log", args=[patient.pk])).status_code == 403
        with pytest.raises(NotAllowed):
            accesses_of(doctor, patient)


class TestWhatItSays:
    def test_who_in_which_role_what_and_why(self, page: Client, patient: Patient, nurse: Staff) -> None:
        looked(nurse, patient)
        text = shown(page, patient)
        assert "Nell Nurse nurse" in text
        assert "Patient record page of the record" in text
        assert "works in the clinic" in text
        assert f"request-{nurse.pk}" in text

    def test_the_role_as_it_was_then(self, page: Client, patient: Patient, nurse: Staff) -> None:
        looked(nurse, patient)
        Membership.objects.filter(staff=nurse).update(role=Role.DOCTOR)
        assert "Nell Nurse nurse" in shown(page, patient)

    def test_an_emergency_with_its_reason_and_where_the_reader_works(self, page: Client, patient: Patient) -> None:
        doctor = member(Role.DOCTOR, first_name="Dora", last_name="Elsewhere")
        looked(doctor, patient, emergency_id=7, reason="not awake")
        text = shown(page, patient)
        assert f"Dora Elsewhere doctor in {rows.clinic_of(doctor).name}" in text
        assert "emergency access not awake" in text

    def test_a_list_says_how_many_others_it_showed(self, page: Client, patient: Patient, nurse: Staff) -> None:
        others = [rows.a_patient(nurse) for _ in range(2)]
        looked(nurse, patient, *others, kind=AccessKind.PRINT, page="worklist_print")
        text = shown(page, patient)
        assert "Worklist print print; 2 other patients in the same answer" in text
        assert others[0].hospital_number not in text

    def test_looking_here_is_told_here(self, page: Client, patient: Patient) -> None:
        shown(page, patient)
        assert "Ada Admin administrator" in shown(page, patient)
        assert "Who looked at this record page of the record" in shown(page, patient)

    def test_what_nobody_known_read(self, page: Client, patient: Patient) -> None:
        record_access(AccessKind.EXPORT, [patient.pk], page="subject_access", format="JSON", patients=1)
        assert "nobody known no role at that time" in shown(page, patient)

    def test_nothing_of_other_patients(self, page: Client, patient: Patient, nurse: Staff) -> None:
        looked(nurse, rows.a_patient(nurse))
        assert "request-" not in shown(page, patient)

    def test_what_was_read_of_a_record_that_was_merged_into_it(
        self, page: Client, patient: Patient, nurse: Staff
    ) -> None:
        merged = rows.a_patient(nurse)
        looked(nurse, merged)
        gone = {"status": PatientStatus.MERGED, "status_on": date(2026, 1, 1), "status_reason": "one person"}
        Patient.objects.filter(pk=merged.pk).update(merged_into=patient, **gone)
        assert "Nell Nurse nurse" in shown(page, patient)

    def test_by_the_clocks_of_the_clinic(self, patient: Patient, admin: Staff, nurse: Staff) -> None:
        looked(nurse, patient)
        patient.clinic.time_zone = "Asia/Tokyo"
        (row,) = told(accesses_of(admin, patient), patient.clinic)
        assert row.at.utcoffset() is not None
        assert str(row.at.tzinfo) == "Asia/Tokyo"


class TestNarrowing:
    @pytest.fixture(autouse=True)
    def _accesses(self, patient: Patient, admin: Staff, nurse: Staff) -> None:
        looked(nurse, patient)
        looked(admin, patient, kind=AccessKind.EXPORT, page="worklist_export")

    def test_by_person(self, page: Client, patient: Patient, nurse: Staff) -> None:
        assert "1 time under these filters" in shown(page, patient, f"?person={nurse.pk}")

    def test_by_kind(self, page: Client, patient: Patient) -> None:
        text = shown(page, patient, "?kind=export")
        assert "1 time under these filters" in text
        assert "Worklist export export" in text

    @pytest.mark.parametrize(
        ("first", "last", "found"),
        [(0, None, 2), (1, None, 0), (None, 0, 2), (None, -1, 0), (0, 0, 2)],
    )
    def test_by_day_both_ends_included(
        self, patient: Patient, admin: Staff, first: int | None, last: int | None, found: int
    ) -> None:
        (today,) = {row.at.date() for row in told(accesses_of(admin, patient), patient.clinic)}
        days = [None if shift is None else date.fromordinal(today.toordinal() + shift) for shift in (first, last)]
        filters = AccessFilters(first_on=days[0], last_on=days[1])
        assert accesses_of(admin, patient, filters).count() == found

    def test_what_is_no_day_is_said_and_left_out(self, page: Client, patient: Patient) -> None:
        text = shown(page, patient, "?from=tomorrowish")
        assert "“tomorrowish” is no day" in text
        assert "2 times, the latest first" in text

    def test_an_unknown_person_or_kind_is_left_out(self, page: Client, patient: Patient) -> None:
        stranger = member(Role.DOCTOR)
        assert "under these filters" not in shown(page, patient, f"?person={stranger.pk}&kind=nonsense")


@pytest.mark.parametrize("accesses", [1, 60])
def test_queries_do_not_grow_with_the_accesses(
    page: Client, patient: Patient, nurse: Staff, accesses: int, django_assert_num_queries: Any
) -> None:
    for _ in range(accesses):
        looked(nurse, patient)
    with django_assert_num_queries(query_budget("access_log")):
        page.get(reverse("access_log", args=[patient.pk]))


def test_roles_in_words() -> None:
    assert role_words("nurse@3 doctor@4", 4, {3: "North"}) == "doctor"
    assert role_words("nurse@3 doctor@4", 5, {3: "North"}) == "nurse in North, doctor in a clinic that is gone"
    assert role_words("", 5, {}) == ""
    assert role_words("herald@5", 5, {}) == "herald"


def test_addresses_in_words() -> None:
    assert page_words("api:patients-list") == "patients list"
    assert page_words("worklist_print") == "worklist print"
    assert page_words("what_if") == "what if"
