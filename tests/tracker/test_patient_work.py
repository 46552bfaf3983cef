"""Everything that was done about one patient's due items, and taking it back."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.models import Contact
from patients.models import Patient
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import query_budget, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(client: Client) -> Patient:
    member = rows.a_member(Role.NURSE, first_name="Nell", last_name="Nurse", password=None)
    client.force_login(member)
    return rows.a_patient(member)


def shown(client: Client, patient: Patient) -> Any:
    return client.get(reverse("patient_work", args=[patient.pk]))


def test_each_kind_is_told_in_words_and_can_be_withdrawn(client: Client, patient: Patient) -> None:
    told = {"symptoms_asked": True, "symptoms": ["fever", "rash"], "note": "rang twice", "item": "albumin"}
    made = {
        "contact": rows.a_contact(patient, date(2026, 3, 3), **told),
        "sample": rows.a_sample_taken(patient, note="by the GP"),
        "not_needed": rows.a_not_needed(patient, "lipids"),
        "assignment": rows.an_assignment(patient, patient.recorded_by),
        "snooze": rows.a_snooze(patient, "glucose", date(2026, 6, 30), date(2026, 6, 1)),
    }
    rows.a_contact(patient, outcome="will_attend", symptoms_asked=True)
    page = shown(client, patient)
    text = text_of(page)
    for words in (
        "albumin: telephone, no answer; symptoms asked, fever, rash; rang twice",
        "telephone, will attend; symptoms asked, none told",
        "full blood count, result expected before",
        ": by the GP",
        "lipids, while the same drug asks for it: done at another hospital",
        "all monitoring, to Nell Nurse",
        "glucose, until 30-Jun-2026: away on holiday",
    ):
        assert words in text
    for kind, row in made.items():
        address = reverse("withdraw_entry", args=[patient.pk, kind, row.pk])
        assert address in page.content.decode()
        assert client.post(address, {"reason": "another patient"}).status_code == 302
        row.refresh_from_db()
        assert row.superseded_reason == "another patient"
    assert "another patient" in text_of(shown(client, patient))


def test_missed_visits_are_said_first_here_and_on_the_record(client: Client, patient: Patient) -> None:
    rows.a_course(patient, start_on=date(2026, 1, 5), dose="15")
    for day in range(3):
        rows.a_contact(patient, date(2026, 2, 2) + timedelta(day), "did_not_attend")
    words = "3 booked visits were missed"
    assert words in text_of(shown(client, patient))
    assert words in text_of(client.get(reverse("record", args=[patient.pk])))
    assert "not safe to continue" in text_of(shown(client, patient))


def test_nothing_recorded_is_said(client: Client, patient: Patient) -> None:
    assert "Nobody has recorded a contact" in text_of(shown(client, patient))
    assert (
        reverse("patient_work", args=[patient.pk]) in client.get(reverse("record", args=[patient.pk])).content.decode()
    )


def test_an_administrator_reads_and_records_nothing(client: Client, patient: Patient) -> None:
    rows.a_contact(patient)
    client.force_login(rows.a_member(Role.ADMIN, patient.clinic, password=None))
    text = text_of(shown(client, patient))
    assert "no answer" in text
    assert "Entered in error" not in text
    assert "Record a contact" not in text


def test_another_clinics_patient_is_not_found(client: Client, patient: Patient) -> None:
    client.force_login(rows.a_member(password=None))
    assert shown(client, patient).status_code == 404
    assert Contact.objects.count() == 0


@pytest.mark.parametrize("contacts", [1, 50])
def test_queries_do_not_grow_with_the_entries(
    client: Client, patient: Patient, django_assert_num_queries: Any, contacts: int
) -> None:
    for day in range(contacts):
        rows.a_contact(patient, date(2026, 3, 1) + timedelta(day))
    with django_assert_num_queries(query_budget("patient_work")):
        shown(client, patient)
