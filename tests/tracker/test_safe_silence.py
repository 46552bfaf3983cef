"""The page of safe silence: lists with their totals, pages, links, and as many queries for one patient as for 50."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from monitoring.models import Mail, NotWorkedOut, Pause
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import TODAY, query_budget, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

LONG_AGO = date(2025, 6, 1)


def a_silent_patient(by: Staff, **fields: object) -> Patient:
    """On every list but "nothing is asked for"."""
    patient = rows.a_patient(by, **fields)
    rows.a_course(patient, "methotrexate", LONG_AGO, "15")
    rows.a_course(patient, "", LONG_AGO, drug_text="a trial drug")
    rows.a_due_item(patient, "full_blood_count", LONG_AGO)
    Pause.objects.create(
        patient=patient,
        drug="azathioprine",
        from_on=date(2026, 5, 1),
        until=date(2026, 12, 1),
        reason="infection",
        recorded_by=by,
    )
    rows.an_alert(patient)
    Mail.objects.create(
        key=f"k{patient.pk}",
        kind="staff_digest",
        clinic=patient.clinic,
        staff=by,
        for_day=date(2026, 5, 30),
        not_before=patient.recorded_at,
        message_id=f"m{patient.pk}",
        status="given_up",
    )
    NotWorkedOut.objects.create(
        patient=patient, error_type="DataError", since=datetime(2026, 5, 29, 23, 30, tzinfo=UTC), last_at=TODAY
    )
    return patient


def a_forgotten_patient(by: Staff) -> Patient:
    patient = rows.a_patient(by, family_name="Forgotten")
    rows.a_course(patient, "azathioprine", LONG_AGO, "100")
    return patient


@pytest.mark.parametrize("role", Role)
def test_every_role_sees_what_is_silent_and_why(client: Client, role: Role) -> None:
    member = rows.a_member(role, password=None, first_name="Ann", last_name="Ashe")
    patient = a_silent_patient(member, family_name="Okafor", given_names="Ada")
    rows.a_result(patient, "crp", "3", date(2026, 1, 5), unit="mg/L")
    a_forgotten_patient(member)
    client.force_login(member)
    response = client.get(reverse("safe_silence"))
    page = text_of(response)
    for words in (
        "10 found. Checked on 01-Jun-2026 at 10:00.",
        "Could not be worked out 1",
        "since 30-May-2026 (DataError), last tried 01-Jun-2026",
        "Nothing is asked for 1",
        "Nobody's work 2",
        "takes methotrexate; last result 05-Jan-2026",
        "takes azathioprine; last result never recorded",
        "full blood count, due 01-Jun-2025",
        "Alerts that reach nobody 1",
        "platelets 130 ×10⁹/L: below 140 ×10⁹/L",
        "daily digest for 30-May-2026, to Ann Ashe",
        "a trial drug, from 01-Jun-2025",
        "azathioprine, from 01-May-2026 until 01-Dec-2026: infection",
        "Background jobs",
    ):
        assert words in page
    assert reverse("record", args=[patient.pk]) in response.content.decode()


def test_it_is_in_the_navigation(client: Client) -> None:
    client.force_login(rows.a_member(Role.ADMIN, password=None))
    assert f'<a href="{reverse("safe_silence")}">Safe silence</a>' in client.get("/").content.decode()


def test_another_clinics_patients_are_not_there(client: Client) -> None:
    a_silent_patient(rows.a_member(password=None), family_name="Theirs")
    client.force_login(rows.a_member(password=None))
    page = text_of(client.get(reverse("safe_silence")))
    assert "THEIRS" not in page
    assert "0 found." in page


def test_somebody_without_a_clinic_is_told(client: Client) -> None:
    client.force_login(rows.a_stranger(password=None))
    assert "You belong to no clinic" in text_of(client.get(reverse("safe_silence")))


def test_a_long_list_is_cut_with_its_total_and_read_page_by_page(client: Client) -> None:
    member = rows.a_member(password=None)
    for _ in range(51):
        rows.a_course(rows.a_patient(member), "methotrexate", LONG_AGO, "15")
    client.force_login(member)
    first = client.get(reverse("safe_silence")).content.decode()
    assert first.count("takes methotrexate") == 2 * 8
    assert '<a href="?list=no_owner">All 51' in first
    whole = client.get(reverse("safe_silence"), {"list": "no_owner"})
    assert whole.content.decode().count("takes methotrexate") == 50
    assert "Page 1 of 2" in text_of(whole)
    last = client.get(reverse("safe_silence"), {"list": "no_owner", "page": "2"})
    assert last.content.decode().count("takes methotrexate") == 1


def test_a_list_that_is_not_known_shows_all(client: Client) -> None:
    client.force_login(rows.a_member(password=None))
    assert "Background jobs" in text_of(client.get(reverse("safe_silence"), {"list": "nonsense"}))


@pytest.mark.parametrize("patients", [1, 50])
def test_it_keeps_its_query_budget(client: Client, patients: int) -> None:
    member = rows.a_member(password=None)
    for _ in range(patients):
        a_silent_patient(member)
        a_forgotten_patient(member)
    client.force_login(member)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("safe_silence")).status_code == 200
    assert len(queries) == query_budget("safe_silence")


def test_patients_are_named_only_to_who_is_signed_in(client: Client) -> None:
    assert client.get(reverse("safe_silence")).status_code == 302
