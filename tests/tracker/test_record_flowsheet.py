"""The results tab: a flowsheet by test and day, and each value in full."""

import re
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.protocol.load import load
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories import records, rows
from tests.tracker.pages import a_full_record, tab_text
from tracker.presenters.record_flowsheet import steps_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


shown = partial(tab_text, "record_flowsheet")


def test_a_result_above_its_limit_says_so(client: Client, doctor: Staff) -> None:
    page = shown(client, a_full_record(doctor))
    assert "120 U/L" in page
    assert "above the upper limit" in page


def test_a_raised_liver_enzyme_is_read_beside_the_ck_of_an_assessment(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    assessment = rows.an_assessment(patient, date(2026, 1, 5), ck="4200")
    assessment.enzymes.update(upper_limit=200)
    rows.a_result(patient, "alt", "120", date(2026, 1, 6), unit="U/L", upper_limit=40)

    assert "May be muscle: CK 4200 U/L on 05-Jan-2026" in shown(client, patient)


def a_year_of_results(doctor: Staff) -> Patient:
    """ALT on twelve days, rising, then as before; one neutrophil count that asks for action."""
    patient = rows.a_patient(doctor)
    rows.a_course(patient, "methotrexate", date(2025, 5, 1), "15")
    for month in range(1, 13):
        rows.a_result(patient, "alt", str(20 + min(month, 11)), date(2025, month, 3), unit="U/L", upper_limit=40)
    rows.a_result(patient, "neutrophils", "0.4", date(2025, 12, 3), unit="10*9/L")
    return patient


def test_the_newest_eight_days_stand_first_and_older_ones_on_further_pages(client: Client, doctor: Staff) -> None:
    patient = a_year_of_results(doctor)
    page = shown(client, patient)
    assert page.index("03-Dec-2025") < page.index("03-May-2025")
    assert "03-Apr-2025" not in page
    older = shown(client, patient, page="2")
    assert "03-Apr-2025" in older
    assert "03-May-2025" not in older


def test_a_link_to_one_result_opens_the_page_that_holds_it(client: Client, doctor: Staff) -> None:
    patient = a_year_of_results(doctor)
    oldest = patient.results.get(sampled_on=date(2025, 1, 3))
    page = client.get(reverse("record_flowsheet", args=[patient.pk]), {"showing": oldest.pk}).content.decode()
    assert f'id="result-{oldest.pk}"' in page
    assert f'href="#full-{oldest.pk}"' in page
    assert f'id="full-{oldest.pk}"' in page


@pytest.mark.parametrize("showing", ["0", "99999999", "x", ""])
def test_a_result_that_is_not_there_shows_the_newest_days(client: Client, doctor: Staff, showing: str) -> None:
    assert "03-Dec-2025" in shown(client, a_year_of_results(doctor), showing=showing)


def test_a_panel_narrows_the_tests(client: Client, doctor: Staff) -> None:
    patient = a_year_of_results(doctor)
    page = shown(client, patient, panel="blood-count")
    assert "1 day with results." in page
    assert "neutrophils" in page
    assert "03-Nov-2025" not in page
    assert "No result of “Immunoglobulins” is recorded" in shown(client, patient, panel="immunoglobulins")
    assert "12 days with results." in shown(client, patient, panel="no-such-panel")


def test_how_a_value_stands_to_the_one_before_is_said_in_words(client: Client, doctor: Staff) -> None:
    assert re.search(r"ALT 31 U/L →, as before 31 U/L ↑, higher than before", shown(client, a_year_of_results(doctor)))


@pytest.mark.parametrize(
    ("between", "words"),
    [
        ({}, ["", "higher than before", "lower than before"]),
        ({"comparator": "<"}, ["", "", ""]),
        ({"unit": "ukat/L"}, ["", "higher than before", "lower than before"]),
        ({"unit": "mL"}, ["", "", ""]),
        ({"brand": "another"}, ["", "", ""]),
        ({"value": None, "text": "haemolysed"}, ["", "", ""]),
    ],
)
def test_an_arrow_stands_between_neighbours_alone(between: dict[str, Any], words: list[str]) -> None:
    first, second, third = (
        records.result("alt", value, day, unit="U/L") for day, value in enumerate(("30", "60", "40"))
    )
    steps = steps_of([third, replace(second, **between), first], load().analytes)
    assert [str(steps[row.id].words) if row.id in steps else "" for row in (first, second, third)] == words


def test_what_needs_action_says_so_without_colour(client: Client, doctor: Staff) -> None:
    page = shown(client, a_year_of_results(doctor))
    assert re.search(r"neutrophils 0\.4 \S+ ■ needs action", page)
    assert "Out of range on these days" in page


def test_results_are_corrected_by_those_who_record_them_and_only_while_correcting(client: Client) -> None:
    nurse = rows.a_member(Role.NURSE)
    patient = rows.a_patient(nurse)
    result = rows.a_result(patient, "alt", "30", date(2026, 3, 3))
    way, address = reverse("correct_result", args=[result.pk]), reverse("record_flowsheet", args=[patient.pk])
    client.force_login(nurse)
    assert way not in client.get(address).content.decode()
    assert way in client.get(address, {"correct": "1"}).content.decode()
    client.force_login(rows.a_member(Role.AUDITOR, clinic=patient.clinic))
    assert way not in client.get(address, {"correct": "1"}).content.decode()
