"""The calendar pages: a month of days with numbers, and one day with who is expected."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import query_budget, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


def test_the_month_counts_and_names_nobody(client: Client) -> None:
    nurse = rows.a_member(Role.NURSE)
    client.force_login(nurse)
    patient = rows.a_patient(nurse, family_name="Okafor")
    rows.a_due_item(patient, due_on=date(2026, 6, 9))
    response = client.get(reverse("calendar"))
    page = text_of(response)
    assert "Calendar, June 2026" in page
    assert "09-Jun-2026: 1 for tests" in page
    assert "OKAFOR" not in page.upper()
    assert reverse("calendar_day", args=["2026-06-09"]) in response.content.decode()


def test_the_day_says_who_and_for_what(client: Client) -> None:
    nurse = rows.a_member(Role.NURSE)
    client.force_login(nurse)
    patient = rows.a_patient(nurse, family_name="Okafor", given_names="Ada")
    rows.a_due_item(patient, "albumin", date(2026, 6, 9))
    page = text_of(client.get(reverse("calendar_day", args=["2026-06-09"])))
    for words in ("Tuesday, 09-Jun-2026", "OKAFOR, Ada", "albumin", "1 item"):
        assert words in page


def test_another_clinics_patients_are_not_expected(client: Client) -> None:
    client.force_login(rows.a_member(Role.NURSE))
    rows.a_due_item(rows.a_patient(rows.a_member(), family_name="Okafor"), due_on=date(2026, 6, 9))
    assert "Nobody is expected this month" in text_of(client.get(reverse("calendar")))
    assert "OKAFOR" not in text_of(client.get(reverse("calendar_day", args=["2026-06-09"])))


def test_months_before_and_after_are_reached(client: Client) -> None:
    client.force_login(rows.a_member())
    assert "Calendar, July 2026" in text_of(client.get(reverse("calendar"), {"month": "2026-07"}))
    body = client.get(reverse("calendar"), {"month": "2026-12"}).content.decode()
    assert "?month=2026-11" in body
    assert "?month=2027-01" in body


def test_no_way_leads_further_than_the_calendar_shows(client: Client) -> None:
    client.force_login(rows.a_member())
    last, first = (
        client.get(reverse("calendar"), {"month": month}).content.decode() for month in ("2027-06", "2025-06")
    )
    assert 'rel="prev"' in last
    assert 'rel="next"' not in last
    assert 'rel="prev"' not in first
    assert 'rel="next"' in first


@pytest.mark.parametrize("month", ["2026-13", "1999-01", "nonsense", "9999-12", "2026-06-01"])
def test_a_month_that_is_none_is_not_found(client: Client, month: str) -> None:
    client.force_login(rows.a_member())
    assert client.get(reverse("calendar"), {"month": month}).status_code == 404


@pytest.mark.parametrize("day", ["2026-02-30", "tomorrow", "20260601x"])
def test_a_day_that_is_none_is_not_found(client: Client, day: str) -> None:
    client.force_login(rows.a_member())
    assert client.get(reverse("calendar_day", args=[day])).status_code == 404


def test_a_member_of_no_clinic_is_told_so(client: Client) -> None:
    client.force_login(rows.a_stranger())
    assert "You belong to no clinic" in text_of(client.get(reverse("calendar")))
    assert client.get(reverse("calendar_day", args=["2026-06-01"])).status_code == 404


@pytest.mark.parametrize("patients", [1, 50])
def test_queries_do_not_grow_with_the_patients(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, patients: int
) -> None:
    nurse = rows.a_member(Role.NURSE)
    client.force_login(nurse)
    for _ in range(patients):
        patient = rows.a_patient(nurse)
        rows.a_due_item(patient, due_on=date(2026, 6, 9))
        rows.a_due_item(patient, "immunoglobulin_infusion", date(2026, 6, 9), drug="normal_immunoglobulin")
    client.get(reverse("calendar"))
    with django_assert_num_queries(query_budget("calendar")):
        client.get(reverse("calendar"))
    with django_assert_num_queries(query_budget("calendar_day")):
        client.get(reverse("calendar_day", args=["2026-06-09"]))
