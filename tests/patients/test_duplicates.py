"""Who is there already: found in the person's own clinics alone, at a bounded cost, with a way on."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from patients.actions import register_patient
from patients.duplicates import alike, alike_pairs
from patients.errors import AlreadyThere, NotAllowed, NotFound, Refused
from patients.models import Patient, Staff
from patients.rules.likeness import Likeness
from patients.rules.vocabulary import PatientStatus, Role
from tests.factories.rows import a_clinic, a_member, a_patient, clinic_of

pytestmark = pytest.mark.django_db

BORN = date(1970, 5, 4)
KNOWN: dict[str, Any] = {"given_names": "Linden", "family_name": "Testworth", "born": BORN}


def register(by: Staff, **changed: Any) -> Patient:
    return register_patient(**{"by": by, "clinic_id": clinic_of(by).pk, "hospital_number": "NEW1", **KNOWN, **changed})


def test_somebody_alike_is_said_and_nothing_is_saved(nurse: Staff) -> None:
    there = a_patient(nurse, **KNOWN)
    with pytest.raises(AlreadyThere) as stopped:
        register(nurse, family_name="Tetsworth")
    (candidate,) = stopped.value.candidates
    assert candidate.patient == there  # type: ignore[attr-defined]  # the error knows them as objects
    assert list(Patient.objects.all()) == [there]


def test_with_a_reason_it_is_let_through_and_the_trail_keeps_it(nurse: Staff) -> None:
    a_patient(nurse, **KNOWN)
    made = register(nurse, register_because="a twin sister")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reason FROM audit.event WHERE subject = 'patients_patient' AND row_id = %s", [str(made.pk)]
        )
        assert cursor.fetchall() == [("a twin sister",)]


def test_nobody_alike_needs_no_reason(nurse: Staff) -> None:
    a_patient(nurse, given_names="Rosamund", family_name="Otherwise", born=date(1950, 1, 1))
    assert register(nurse).pk


@pytest.mark.parametrize(
    "there",
    [
        {**KNOWN, "born": date(1970, 4, 5)},
        {**KNOWN, "given_names": "Testworth", "family_name": "LINDEN", "born": None},
        {**KNOWN, "born": None},
        {**KNOWN, "family_name": "Testwörth"},
        {"given_names": "Zoe", "family_name": "Elsewhere", "nhs_number": "9990000018"},
    ],
)
def test_every_way_of_looking_finds(nurse: Staff, there: dict[str, Any]) -> None:
    found = a_patient(nurse, **there)
    with pytest.raises((AlreadyThere, Refused)):
        register(nurse, nhs_number="999 000 0018")
    asked = Patient(clinic=clinic_of(nurse), nhs_number="9990000018", **KNOWN)
    assert [one.patient for one in alike(nurse, asked)] == [found]


def test_another_clinics_patient_is_never_spoken_of(nurse: Staff) -> None:
    stranger = a_member()
    a_patient(stranger, **KNOWN, nhs_number="9990000018")
    assert register(nurse, nhs_number="9990000018").pk


def test_a_second_clinic_of_the_person_is_looked_through_too(nurse: Staff) -> None:
    home, elsewhere = clinic_of(nurse), a_clinic()
    nurse.memberships.create(clinic=elsewhere, role=Role.NURSE)
    a_patient(nurse, clinic=elsewhere, **KNOWN)
    with pytest.raises(AlreadyThere):
        register_patient(by=nurse, clinic_id=home.pk, hospital_number="NEW1", **KNOWN)


def test_a_merged_record_leads_to_the_one_that_holds(nurse: Staff) -> None:
    kept = a_patient(nurse, given_names="Rosamund")
    merged = a_patient(nurse, **KNOWN)
    Patient.objects.filter(pk=merged.pk).update(
        status=PatientStatus.MERGED, status_on=BORN, status_reason="merged", merged_into=kept
    )
    with pytest.raises(AlreadyThere) as stopped:
        register(nurse)
    assert [one.patient for one in stopped.value.candidates] == [kept]  # type: ignore[attr-defined]  # as above


def test_the_cost_does_not_grow_with_the_clinic(nurse: Staff) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            alike(nurse, Patient(clinic=clinic_of(nurse), **KNOWN))
        return len(queries)

    a_patient(nurse, **KNOWN)
    cost()  # the roles of the person are read once
    few = cost()
    for _ in range(50):
        a_patient(nurse, **KNOWN)
    assert cost() == few


class TestPairs:
    @pytest.fixture
    def doctor(self, nurse: Staff) -> Staff:
        return a_member(Role.DOCTOR, clinic_of(nurse), password=None)

    def test_likely_pairs_come_first(self, doctor: Staff) -> None:
        a_patient(doctor, given_names="Rosamund", family_name="Alone", born=date(1950, 1, 1))
        a_patient(doctor, given_names="Zoe", family_name="Vague", born=None)
        a_patient(doctor, given_names="Zoe", family_name="Vague", born=date(1960, 1, 1))
        same = [a_patient(doctor, **KNOWN).pk, a_patient(doctor, **KNOWN).pk]
        found = alike_pairs(doctor, clinic_of(doctor).pk)
        assert [pair.finding.likeness for pair in found.pairs] == [Likeness.LIKELY, Likeness.POSSIBLE]
        assert [found.pairs[0].one.pk, found.pairs[0].other.pk] == same
        assert not found.more

    def test_not_across_clinics_nor_with_a_merged_record(self, doctor: Staff) -> None:
        kept, merged = a_patient(doctor, **KNOWN), a_patient(doctor, **KNOWN)
        a_patient(a_member(), **KNOWN)
        Patient.objects.filter(pk=merged.pk).update(
            status=PatientStatus.MERGED, status_on=BORN, status_reason="merged", merged_into=kept
        )
        assert alike_pairs(doctor, clinic_of(doctor).pk).pairs == ()

    def test_for_those_who_may_merge(self, nurse: Staff) -> None:
        with pytest.raises(NotAllowed):
            alike_pairs(nurse, clinic_of(nurse).pk)
        with pytest.raises(NotFound):
            alike_pairs(nurse, a_clinic().pk)


def test_the_page_asks_for_a_reason_and_keeps_what_was_typed(client: Client, nurse: Staff) -> None:
    there = a_patient(nurse, **KNOWN)
    client.force_login(nurse)
    typed = {
        "clinic": clinic_of(nurse).pk, "hospital_number": "NEW1", "family_name": "Testworth", "given_names": "Linden",
        "born": "04/05/1970", "sex": "female", "subtype": "not_recorded",
    }  # fmt: skip
    asked = client.post(reverse("register_patient"), typed)
    page = asked.content.decode()
    assert asked.status_code == 422
    assert reverse("record", args=[there.pk]) in page
    assert 'name="register_because"' in page
    assert 'value="NEW1"' in page
    again = client.post(reverse("register_patient"), {**typed, "register_because": ""})
    assert again.status_code == 422
    done = client.post(reverse("register_patient"), {**typed, "register_because": "a twin"})
    assert done.status_code == 302
    assert Patient.objects.filter(hospital_number="NEW1").exists()


def test_the_empty_form_does_not_ask(client: Client, nurse: Staff) -> None:
    client.force_login(nurse)
    assert "register_because" not in client.get(reverse("register_patient")).content.decode()


class TestApi:
    def test_those_alike_are_answered_with_409_and_a_reason_lets_it_through(self, nurse: Staff) -> None:
        there = a_patient(nurse, **KNOWN)
        elsewhere = a_patient(a_member(), **KNOWN)
        client = APIClient()
        client.force_authenticate(Staff.objects.get(pk=nurse.pk))
        body = {**KNOWN, "clinic": clinic_of(nurse).pk, "hospital_number": "NEW1", "born": "1970-05-04"}
        stopped = client.post("/api/v1/patients/", body, format="json")
        problem = stopped.json()
        assert (stopped.status_code, problem["type"]) == (409, "urn:myoline:problem:already-there")
        assert [each["patient"] for each in problem["candidates"]] == [there.pk]
        assert str(elsewhere.pk) not in str(problem["candidates"][0].values())
        done = client.post("/api/v1/patients/", {**body, "register_because": "a twin"}, format="json")
        assert done.status_code == 201
        assert "register_because" not in done.json()
        assert done.json()["merged_into"] is None


def test_the_likeliest_is_among_those_looked_at_however_many_there_are(
    nurse: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patients.duplicates.MOST_LOOKED_AT", 2)
    there = a_patient(nurse, **KNOWN)
    for number in range(3):
        a_patient(nurse, given_names=f"Lin{number}", family_name="Testworth", born=date(1950, 1, 1))
        a_patient(nurse, given_names="Rosamund", family_name=f"Otherwise {number}", born=BORN)
    assert [one.patient for one in alike(nurse, Patient(clinic=clinic_of(nurse), **KNOWN))] == [there]
