"""No page weighs more than 100 kB as it travels: the page itself with every static file that it names, compressed."""

import gzip
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from patients.models import Membership, Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import a_full_record, weight_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

HEAVIEST = 100_000  # bytes
SINCE = date(2016, 6, 1)
ROWS_OF_A_LIST = 60  # more than one page of any list
RESULTS = 320  # the longest record of the demonstration data has some 300
LISTS = (
    "home", "patient_list", "worklist", "alerts", "results", "calendar", "safe_silence", "protocol", "reports",
    "cohort", "help", "help_glossary", "my_settings", "register_patient",
)  # fmt: skip
OF_A_PATIENT = (
    "record", "record_treatment", "record_assessments", "record_flowsheet", "record_background", "timeline",
    "response", "algorithm_map", "monitoring_plan", "patient_history", "what_if", "add_assessment", "start_course",
    "record_results", "timeline_table",
)  # fmt: skip


@pytest.fixture
def doctor() -> Staff:
    """Who leads the clinic, and so sees every page but those of the staff."""
    member = rows.a_member(Role.DOCTOR, password=None)
    Membership.objects.filter(staff=member).update(is_lead=True)
    return member


@pytest.fixture
def patient(doctor: Staff) -> Patient:
    """Ten years of results and assessments in a clinic whose lists fill more than a page."""
    for number in range(ROWS_OF_A_LIST):
        other = rows.a_patient(doctor)
        rows.a_due_item(other, due_on=date(2026, 5, 1) + timedelta(days=number % 40))
        rows.an_alert(other)
        rows.a_result(other, sampled_on=date(2026, 5, 30))
    full = a_full_record(doctor)
    for number in range(RESULTS):
        on = SINCE + timedelta(days=11 * number)
        rows.a_result(full, ("alt", "platelets", "creatinine")[number % 3], str(30 + number % 50), on, unit="U/L")
    for number in range(40):
        rows.an_assessment(full, SINCE + timedelta(days=90 * number), ck=str(4000 - 90 * number))
    return full


def test_no_page_is_heavy(client: Client, doctor: Staff, patient: Patient) -> None:
    client.force_login(doctor)
    found = {}
    addresses = {name: reverse(name) for name in LISTS} | {
        name: reverse(name, args=[patient.pk]) for name in OF_A_PATIENT
    }
    for name, address in addresses.items():
        response = client.get(address)
        assert response.status_code == 200, name
        found[name] = weight_of(response)
    assert {name: size for name, size in found.items() if size > HEAVIEST} == {}
    # The files alone weigh something: a page whose files were not counted would pass for light.
    assert min(found.values()) > len(gzip.compress(Path(str(finders.find("myoline.css"))).read_bytes()))
