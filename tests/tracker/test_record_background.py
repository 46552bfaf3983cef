"""The background tab: who this is, conditions, autoantibodies, weight and height."""

from datetime import date
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from patients.models import Staff
from patients.models.patient import Provenance
from patients.rules.vocabulary import ConditionKind, DatePrecision
from tests.factories import rows
from tests.tracker.pages import tab_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


shown = partial(tab_text, "record_background")


def test_a_published_case_says_where_it_comes_from(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(
        doctor,
        provenance=Provenance.PUBLISHED,
        provenance_title="A letter on two patients",
        provenance_url="https://example.org/letter",
        provenance_dates="months only",
        provenance_outcome="improved",
    )
    page = client.get(reverse("record_background", args=[patient.pk])).content.decode()
    for words in ("Published case report", "A letter on two patients", "https://example.org/letter", "months only"):
        assert words in page


def test_who_this_is_is_said_in_full(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor, family_name="Okafor", given_names="Ada", nhs_number="9990000018")
    page = shown(client, patient)
    for words in ("Name OKAFOR, Ada", "NHS no. 999 000 0018", f"Hospital no. {patient.hospital_number}"):
        assert words in page


def test_present_conditions_stand_apart_from_past_ones(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    rows.a_condition(patient, ConditionKind.ILD, date(2025, 6, 30), precision=DatePrecision.YEAR.value)
    rows.a_condition(patient, ConditionKind.PREGNANCY, date(2024, 1, 5), to_on=date(2024, 9, 1))
    page = shown(client, patient)
    conditions = page[page.index("Conditions") :]
    assert conditions.index("since about 2025") < conditions.index("Past") < conditions.index("pregnancy")


def test_what_is_not_recorded_is_said(client: Client, doctor: Staff) -> None:
    page = shown(client, rows.a_patient(doctor, born=None, sex="not_recorded"))
    for words in ("Born not recorded", "No present condition is recorded.", "No autoantibody is recorded."):
        assert words in page
    assert "None" not in page
