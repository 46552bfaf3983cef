"""The history of one entry: the whole chain of what replaced what, from whichever end one asks."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from monitoring.models import Alert
from patients.errors import NotFound
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import query_budget, text_of
from tests.tracker.test_patient_history import by, correct
from tracker.audit.history import entry_history, told
from tracker.entry_kinds import KINDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse() -> Staff:
    return rows.a_member(Role.NURSE, first_name="Nell", last_name="Example", password=None)


@pytest.fixture
def patient(nurse: Staff) -> Patient:
    return rows.a_patient(nurse)


def said(staff: Staff, patient: Patient, word: str, entry_id: int) -> list[str]:
    lines = told(entry_history(staff, patient, word, entry_id), patient.clinic)
    return [line.told.replace("\u00a0", " ") for line in lines]


def a_chain(patient: Patient, staff: Staff, corrections: int) -> list[int]:
    with by(staff):
        weight = rows.a_weight(patient, "60", date(2026, 4, 5))
    ids = [weight.pk]
    for number in range(corrections):
        correct(weight, staff, f"reason {number}", kilograms=Decimal(61 + number))
        ids.append(weight.pk)
    return ids


def test_the_chain_is_told_from_every_one_of_its_rows(nurse: Staff, patient: Patient) -> None:
    ids = a_chain(patient, nurse, 3)
    rows.a_weight(patient, "99", date(2026, 5, 5))
    told_once = said(nurse, patient, "weight", ids[0])
    assert told_once == [
        "Weight (63 kg, on 05-Apr-2026) changed: weight 62 → 63 kg",
        "Weight (62 kg, on 05-Apr-2026) changed: weight 61 → 62 kg",
        "Weight (61 kg, on 05-Apr-2026) changed: weight 60 → 61 kg",
        "Weight entered: 60 kg, on 05-Apr-2026",
    ]
    assert all(said(nurse, patient, "weight", each) == told_once for each in ids)


def test_an_assessment_brings_its_enzymes_along(nurse: Staff, patient: Patient) -> None:
    row = rows.an_assessment(patient, date(2026, 1, 5), ck="4200")
    rows.an_assessment(patient, date(2026, 2, 5), ck="900")
    found = said(nurse, patient, "assessment", row.pk)
    assert len(found) == 2
    assert "value 4200 U/L" in found[0]


def test_an_alert_and_what_was_done_about_it(nurse: Staff, patient: Patient) -> None:
    alert = rows.an_alert(patient)
    with by(nurse):
        Alert.objects.filter(pk=alert.pk).update(status="acknowledged")
    found = said(nurse, patient, "alert", alert.pk)
    assert "status" in found[0]
    assert "→" in found[0]


def test_the_particulars_of_the_patient(nurse: Staff, patient: Patient) -> None:
    with by(nurse):
        Patient.objects.filter(pk=patient.pk).update(family_name="Other")
    assert said(nurse, patient, "particulars", patient.pk)[0].endswith("→ Other")


@pytest.mark.parametrize("word", [kind.word for kind in KINDS] + ["alert", "particulars", "nonsense"])
def test_no_such_entry_of_this_patient(nurse: Staff, patient: Patient, word: str) -> None:
    with pytest.raises(NotFound):
        entry_history(nurse, patient, word, 2_000_000_000)


def test_another_patients_entry_is_not_found(client: Client, nurse: Staff, patient: Patient) -> None:
    client.force_login(nurse)
    other = rows.a_patient(nurse)
    weight = rows.a_weight(other)
    assert client.get(reverse("entry_history", args=[patient.pk, "weight", weight.pk])).status_code == 404
    assert client.get(reverse("entry_history", args=[other.pk, "weight", weight.pk])).status_code == 200
    client.force_login(rows.a_member(Role.DOCTOR, password=None))
    assert client.get(reverse("entry_history", args=[other.pk, "weight", weight.pk])).status_code == 404


def test_it_is_reached_from_the_page_that_withdraws_and_from_the_record(
    client: Client, nurse: Staff, patient: Patient
) -> None:
    client.force_login(nurse)
    weight = rows.a_weight(patient)
    address = reverse("entry_history", args=[patient.pk, "weight", weight.pk])
    for page in (
        reverse("withdraw_entry", args=[patient.pk, "weight", weight.pk]),
        reverse("patient_history", args=[patient.pk]),
    ):
        assert address in client.get(page).content.decode()
    assert "Weight entered: 70 kg" in text_of(client.get(address))


@pytest.mark.parametrize("corrections", [1, 50])
def test_queries_do_not_grow(client: Client, nurse: Staff, patient: Patient, corrections: int) -> None:
    ids = a_chain(patient, nurse, corrections)
    client.force_login(nurse)
    address = reverse("entry_history", args=[patient.pk, "weight", ids[0]])
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    assert len(queries) == query_budget("entry_history")
