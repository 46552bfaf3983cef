"""The assessments tab: every assessment, the newest first, and what was not measured in words."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from patients.models import Patient, Staff
from tests.factories import rows
from tests.tracker.pages import TODAY, a_full_record, query_budget, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


@pytest.fixture
def on_the_day() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def doctor(client: Client) -> Staff:
    member = rows.a_member()
    client.force_login(member)
    return member


def shown(client: Client, patient: Patient, **query: str) -> str:
    response = client.get(reverse("record_assessments", args=[patient.pk]), query)
    assert response.status_code == 200
    return text_of(response)


def test_another_clinics_patient_is_not_found(client: Client, doctor: Staff) -> None:
    other = rows.a_patient(rows.a_member())
    assert client.get(reverse("record_assessments", args=[other.pk])).status_code == 404


@pytest.mark.parametrize("patients", [1, 50])
def test_queries_do_not_grow_with_the_clinic(
    client: Client, doctor: Staff, django_assert_num_queries: object, patients: int
) -> None:
    for _ in range(patients):
        patient = a_full_record(doctor)
    with django_assert_num_queries(query_budget("record_assessments")):  # type: ignore[operator]
        client.get(reverse("record_assessments", args=[patient.pk]))


def test_the_newest_stands_first_and_none_from_after_the_day(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    rows.an_assessment(patient, date(2026, 1, 5), haq="1")
    rows.an_assessment(patient, date(2026, 3, 5), haq="2")
    page = shown(client, patient)
    assert page.index("05-Mar-2026") < page.index("05-Jan-2026")
    assert "05-Mar-2026" not in shown(client, patient, as_of="2026-02-01").split("Clinician's statement")[1]


def test_what_was_not_measured_is_said_in_words(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    rows.an_assessment(patient, date(2026, 1, 5))
    page = shown(client, patient)
    assert "lowest MRC not recorded" in page
    assert "None" not in page


def test_no_assessment_is_said(client: Client, doctor: Staff) -> None:
    assert "No assessment is recorded up to this day." in shown(client, rows.a_patient(doctor))


def test_juvenile_measures_are_shown_where_they_were_measured(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    rows.an_assessment(patient, date(2026, 1, 5), haq="1")
    assert "CMAS" not in shown(client, patient)
    rows.an_assessment(patient, date(2026, 2, 5), cmas=38, das="7.5")
    text = shown(client, patient)
    assert "CMAS 38 of 52" in text
    assert "DAS 7.5 of 20" in text
