"""The questions that wait: whose, in which order, the same as in each record, in a fixed number of queries."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from patients.models import Patient, Staff
from patients.rules.vocabulary import MrcGrade, PatientStatus, Role
from patients.selectors import patients_for
from tests.factories import rows
from tests.tracker.pages import a_full_record, query_budget, text_of
from tracker.home.questions import open_questions
from tracker.models import Event
from tracker.selectors import standings_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


def asked(by: Staff, **fields: Any) -> Patient:
    """A patient about whose severity the pathway asks: weak, and nobody said in which group."""
    patient = rows.a_patient(by, **fields)
    rows.an_assessment(patient, date(2026, 5, 1), lowest_mrc=MrcGrade.THREE.value)
    return patient


def test_they_are_the_questions_of_each_record() -> None:
    doctor = rows.a_member(Role.DOCTOR)
    for _ in range(3):
        asked(doctor)
    a_full_record(doctor)
    clinic = rows.clinic_of(doctor).pk
    found = open_questions(doctor, [clinic])
    standings = standings_of(doctor, list(patients_for(doctor)))
    expected = {(one.patient.pk, each.fingerprint) for one in standings for each in one.questions.open}
    assert expected
    assert {(one.patient.pk, one.question.fingerprint) for one in found.shown} == expected
    assert (found.count, found.checked) == (len(expected), 4)


def test_the_page_names_them_and_offers_the_decision_to_a_doctor_only(client: Client) -> None:
    doctor = rows.a_member(Role.DOCTOR)
    patient = asked(doctor, family_name="Okafor")
    for role, may in ((Role.DOCTOR, True), (Role.NURSE, False)):
        client.force_login(rows.a_member(role, patient.clinic))
        page = text_of(client.get(reverse("questions")))
        assert "OKAFOR" in page
        assert "1 question, of 1 patient; 1 under care were looked at." in page
        assert ("Decide" in page) is may


def test_of_many_home_shows_the_first_and_names_only_those_in_the_log(client: Client) -> None:
    doctor = rows.a_member(Role.DOCTOR)
    for number in range(8):
        asked(doctor, family_name=f"Name{number}")
    client.force_login(doctor)
    page = text_of(client.get(reverse("home_questions")))
    assert "8 questions, of 8 patients; 8 under care were looked at just now." in page
    assert "All of them" in page
    assert "NAME5" in page
    assert "NAME6" not in page
    event = Event.objects.filter(kind="access").latest("pk")
    assert (event.subject, len(event.patient_ids)) == ("list", 6)


def test_nobody_to_ask_about_says_what_was_looked_at(client: Client) -> None:
    doctor = rows.a_member(Role.DOCTOR)
    rows.a_patient(doctor)
    client.force_login(doctor)
    for name in ("questions", "home_questions"):
        page = text_of(client.get(reverse(name)))
        assert "No question waits for a decision." in page
        assert "the record of 1 patient under care" in page


def test_other_clinics_and_those_no_longer_under_care_are_left_out(client: Client) -> None:
    asked(rows.a_member(), family_name="Theirs")
    doctor = rows.a_member(Role.DOCTOR)
    gone = rows.a_patient_no_longer_under_care(doctor, PatientStatus.DISCHARGED, family_name="Gone")
    rows.an_assessment(gone, date(2026, 5, 1), lowest_mrc=MrcGrade.THREE.value)
    client.force_login(doctor)
    page = text_of(client.get(reverse("questions")))
    assert "THEIRS" not in page
    assert "GONE" not in page


def test_home_asks_only_where_the_person_is_a_doctor(client: Client) -> None:
    nurse = rows.a_member(Role.NURSE)
    asked(nurse, family_name="Okafor")
    client.force_login(nurse)
    assert "OKAFOR" not in text_of(client.get(reverse("home_questions")))


def test_somebody_in_no_clinic_is_told_so(client: Client) -> None:
    client.force_login(rows.a_stranger())
    assert "You belong to no clinic" in text_of(client.get(reverse("questions")))


@pytest.mark.parametrize("name", ["questions", "home_questions"])
@pytest.mark.parametrize("patients", [1, 50])
def test_queries_do_not_grow_with_the_patients(
    client: Client, django_assert_num_queries: Any, name: str, patients: int
) -> None:
    doctor = rows.a_member(Role.DOCTOR)
    for _ in range(patients):
        asked(doctor)
    client.force_login(doctor)
    with django_assert_num_queries(query_budget(name)):
        client.get(reverse(name))
