"""The assessments tab: every assessment, the newest first, and what was not measured in words."""

from datetime import date
from functools import partial

import pytest
from django.test import Client

from patients.models import Staff
from tests.factories import rows
from tests.tracker.pages import tab_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


shown = partial(tab_text, "record_assessments")


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
