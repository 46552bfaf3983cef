"""Results across all patients: what asked for something, what asks for nothing, and what is too old for an alert."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.actions import raise_alerts
from patients.models import Patient
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import query_budget, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

SAMPLED = date(2026, 5, 30)


def a_patient(client: Client) -> Patient:
    member = rows.a_member(Role.NURSE, password=None)
    client.force_login(member)
    return rows.a_patient(member, family_name="Okafor", given_names="Ada")


def shown(client: Client, **query: str) -> str:
    response = client.get(reverse("results"), query)
    assert response.status_code == 200
    return text_of(response)


def platelets(patient: Patient, value: str, **fields: Any) -> None:
    rows.a_result(patient, "platelets", value, SAMPLED, unit="10*9/L", **fields)


def test_a_normal_result_asks_for_nothing_and_an_abnormal_one_leads_to_its_alert(client: Client) -> None:
    patient = a_patient(client)
    platelets(patient, "250")
    platelets(patient, "45")
    raise_alerts([patient.pk])
    page = shown(client)
    assert "nothing to do" in page
    assert "Alert: not yet seen" in page
    assert "All results: 2 results, newest sample first. As of 01-Jun-2026, read at 10:00." in page


@pytest.mark.parametrize(("which", "listed"), [("all", ("250", "45")), ("nothing", ("250",)), ("alerted", ("45",))])
def test_the_lists(client: Client, which: str, listed: tuple[str, ...]) -> None:
    patient = a_patient(client)
    platelets(patient, "250")
    platelets(patient, "45")
    raise_alerts([patient.pk])
    page = shown(client, which=which)
    assert tuple(value for value in ("250", "45") if f"{value} 10*9/L" in page or f"{value} ×10⁹/L" in page) == listed


def test_what_was_entered_before_alerts_look_back_is_not_called_nothing(client: Client) -> None:
    patient = a_patient(client)
    platelets(patient, "45", recorded_at=datetime(2025, 1, 1, tzinfo=UTC))
    raise_alerts([patient.pk])
    page = shown(client)
    assert "No alert: entered more than 84 days ago." in page
    assert "below 50" in page
    assert not re.search(r"\b45 (10\*9|×10⁹)/L", shown(client, which="nothing"))


def test_a_history_entered_at_once_is_not_called_nothing(client: Client) -> None:
    patient = a_patient(client)
    rows.a_result(patient, "platelets", "45", date(2026, 1, 5), unit="10*9/L")
    platelets(patient, "250")
    raise_alerts([patient.pk])
    assert "a newer sample of the test is here" in shown(client)
    assert "1 result," in shown(client, which="nothing")


def test_what_no_limit_speaks_about_is_for_a_person_to_read_and_never_green(client: Client) -> None:
    patient = a_patient(client)
    rows.a_result(patient, "ck", "9000", SAMPLED, unit="U/L")
    rows.a_result(patient, "chest_x_ray", None, SAMPLED, text="new opacity")
    raise_alerts([patient.pk])
    for which in ("all", "unlimited"):
        page = shown(client, which=which)
        assert page.count("no limit in the protocol: a person must read it") == 2
        assert "nothing to do" not in page
    assert "0 results," in shown(client, which="nothing")


def test_an_invalid_level_says_so(client: Client) -> None:
    patient = a_patient(client)
    rows.a_course(patient, "tacrolimus", date(2026, 1, 5))
    rows.a_result(patient, "tacrolimus_level", "30", SAMPLED, unit="ng/mL", hours_after_dose=Decimal(4))
    page = shown(client)
    assert "not counted as a trough" in page
    assert "nothing to do" not in page


def test_filters_and_another_clinic(client: Client) -> None:
    patient = a_patient(client)
    platelets(patient, "250")
    rows.a_result(patient, "albumin", "41", SAMPLED, unit="g/L")
    platelets(rows.a_patient(rows.a_member(password=None), family_name="Elsewhere"), "251")
    assert "2 results" in shown(client)
    assert "ELSEWHERE" not in shown(client)
    assert "1 result," in shown(client, test="albumin")
    assert "2 results" in shown(client, patient=str(patient.pk))
    assert "0 results" in shown(client, patient="1")
    assert "Not known here: test “gold”" in shown(client, test="gold")


def test_what_was_entered_since_a_day_by_the_clinics_clocks(client: Client) -> None:
    patient = a_patient(client)
    platelets(patient, "250", recorded_at=datetime(2026, 5, 28, 22, 59, tzinfo=UTC))
    platelets(patient, "251", recorded_at=datetime(2026, 5, 28, 23, 0, tzinfo=UTC))
    platelets(patient, "252", recorded_at=datetime(2026, 5, 30, 9, tzinfo=UTC))
    page = shown(client, since="2026-05-29")
    assert "All results: 2 results" in page
    assert "Only what was entered since 29-May-2026." in page
    assert "1 result," in shown(client, since="2026-05-30")
    assert "0 results" in shown(client, since="2026-05-31")
    assert "All results: 3 results" in shown(client, since="soon")
    assert "Not known here: since “soon”" in shown(client, since="soon")


def test_the_day_stays_in_the_address_of_the_other_lists_and_of_the_filters(client: Client) -> None:
    a_patient(client)
    page = client.get(reverse("results"), {"since": "29/05/2026"}).content.decode()
    assert '<input type="hidden" name="since" value="2026-05-29">' in page
    assert "?since=29%2F05%2F2026&amp;which=alerted" in page


def test_somebody_without_a_clinic_is_told_so(client: Client) -> None:
    client.force_login(rows.a_stranger(password=None))
    assert "You belong to no clinic" in shown(client)


@pytest.mark.parametrize("patients", [1, 50])
def test_queries_do_not_grow_with_the_patients(client: Client, django_assert_num_queries: Any, patients: int) -> None:
    member = a_patient(client).recorded_by
    everybody = [rows.a_patient(member) for _ in range(patients)]
    for each in everybody:
        platelets(each, "45")
    raise_alerts([each.pk for each in everybody])
    with django_assert_num_queries(query_budget("results")):
        client.get(reverse("results"))
