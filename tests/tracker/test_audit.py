"""The page of one service audit: its definition, its figures, and the list that they are counted from."""

from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from monitoring.rules.audit_findings import AuditOutcome
from monitoring.schedules import protocol_of
from monitoring.selectors import kept_audits
from monitoring.selectors.audits import audits
from monitoring.tasks import work_out_audits
from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import a_full_record, query_budget, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache", "on_the_day")]


@pytest.fixture
def admin(client: Client) -> Staff:
    member = rows.a_member(Role.ADMIN, password=None)
    client.force_login(member)
    return member


def address(staff: Staff, slug: str = "baseline-before-first-dose") -> str:
    return reverse("clinic_audit", args=[rows.clinic_of(staff).pk, slug])


def test_every_audit_shows_as_many_rows_as_its_figures_say(client: Client, admin: Staff) -> None:
    for _ in range(2):
        a_full_record(admin)
    for audit in audits(protocol_of(rows.clinic_of(admin))):
        page = client.get(address(admin, audit.slug))
        shown = page.context["summary"]
        for outcome in AuditOutcome:
            listed = client.get(address(admin, audit.slug), {"outcome": outcome.value})
            assert len(listed.context["rows"]) == min(page_counts(page)[outcome.label], 50)
            assert all(row.outcome is outcome for row, _ in listed.context["rows"])
        assert page.context["page"].paginator.count == shown.rows
        assert f"{shown.numerator} of {shown.denominator} met" in text_of(page)


def page_counts(page: Any) -> dict[str, int]:
    tabs = page.context["tabs"]
    return {tab.label.lower(): tab.count for tab in tabs}


def test_the_list_names_the_hospital_number_and_leads_to_the_record(client: Client, admin: Staff) -> None:
    patient = a_full_record(admin, family_name="Okafor", hospital_number="A77")
    response = client.get(address(admin))
    assert f'<a href="{reverse("record", args=[patient.pk])}">A77</a>' in response.content.decode()
    page = text_of(response)
    assert "azathioprine from 04-May-2026" in page
    assert "Missing on 04-May-2026: " in page
    assert "OKAFOR" not in page.upper()


def test_it_says_how_it_is_counted_and_what_it_rests_on(client: Client, admin: Staff) -> None:
    page = text_of(client.get(address(admin)))
    assert "Numerator Courses with no baseline item missing on the day of the start" in page
    assert "The drug asks for no baseline screen, or is outside the catalogue." in page
    assert "(local reading)" in page
    assert "Audit definitions version 1, reviewed 22-Nov-2026" in page


def test_a_long_list_has_pages_that_keep_period_and_outcome(client: Client, admin: Staff) -> None:
    for _ in range(51):
        rows.a_patient(admin)
    with patch.object(kept_audits, "AT_ONCE", 100):
        response = client.get(
            address(admin, "tests-in-date"), {"outcome": "excluded", "until": "2026-05-31", "page": "2"}
        )
    assert len(response.context["rows"]) == 1
    assert "until=2026-05-31&amp;page=1" in response.content.decode()


def test_rows_beyond_the_most_are_counted_and_said_to_be_left_out(client: Client, admin: Staff) -> None:
    for _ in range(3):
        rows.a_patient(admin)
    with patch.object(kept_audits, "MOST_ROWS", 2):
        response = client.get(address(admin, "tests-in-date"))
    assert len(response.context["rows"]) == 2
    assert response.context["summary"].rows == 3
    assert "1 more row is counted and not listed here" in text_of(response)


def test_whoever_left_the_clinic_meanwhile_is_not_named(client: Client, admin: Staff) -> None:
    patient = rows.a_patient(admin, hospital_number="A77")
    client.get(address(admin, "tests-in-date"))
    patient.clinic = rows.a_clinic()
    patient.save()
    page = text_of(client.get(address(admin, "tests-in-date")))
    assert "A77" not in page
    assert "no longer a patient of this clinic" in page


def test_a_large_clinic_waits_for_the_background(client: Client, admin: Staff) -> None:
    a_full_record(admin)
    clinic = rows.clinic_of(admin)
    with patch.object(kept_audits, "AT_ONCE", -1), patch.object(work_out_audits, "apply_async"):
        assert "Being worked out" in text_of(client.get(address(admin)))
        work_out_audits(clinic.pk, "2025-06-02", "2026-06-01", "2026-06-01")
        assert "0 of 4 met: 0 %" in text_of(client.get(address(admin)))


def test_an_audit_or_clinic_that_is_not_there_is_not_found(client: Client, admin: Staff) -> None:
    assert client.get(address(admin, "gold-in-date")).status_code == 404
    assert client.get(reverse("clinic_audit", args=[rows.a_clinic().pk, "tests-in-date"])).status_code == 404


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.NURSE])
def test_it_is_for_whoever_runs_audits(client: Client, role: Role) -> None:
    member = rows.a_member(role, password=None)
    client.force_login(member)
    assert client.get(address(member)).status_code == 403


def test_as_of_an_earlier_day(client: Client, admin: Staff) -> None:
    patient = rows.a_patient(admin)
    rows.a_course(patient, "methotrexate", date(2026, 4, 1), "15")
    page = text_of(client.get(address(admin), {"as_of": "31-Mar-2026"}))
    assert "0 of 0 met; no percentage of none." in page


@pytest.mark.parametrize("patients", [1, 50])
def test_it_keeps_its_query_budget(client: Client, admin: Staff, patients: int) -> None:
    for _ in range(patients):
        patient = a_full_record(admin)
        rows.an_alert(patient, result=patient.results.get())
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address(admin)).status_code == 200
    assert len(queries) == query_budget("clinic_audit")
