"""The patient list: who is in it, what it finds, what it shows of each."""

from datetime import date

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from monitoring.actions import reconcile
from patients.models.patient import Provenance
from patients.rules.vocabulary import PatientStatus, Role
from tests.factories import rows
from tests.tracker.pages import a_full_record, query_budget, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


def test_only_patients_of_the_persons_clinics(client: Client) -> None:
    member = rows.a_member(Role.NURSE)
    rows.a_patient(member, family_name="Ours")
    rows.a_patient(rows.a_member(), family_name="Theirs")
    client.force_login(member)
    page = text_of(client.get("/patients/"))
    assert "OURS" in page
    assert "THEIRS" not in page
    assert "1 in your clinics" in page


def test_a_line_says_who_where_and_what_next(client: Client) -> None:
    member = rows.a_member()
    a_full_record(member, family_name="Okafor", given_names="Ada", born=date(1968, 6, 2), hospital_number="A77")
    client.force_login(member)
    page = text_of(client.get("/patients/"))
    for words in (
        "OKAFOR, Ada",
        "A77",
        "02-Jun-1968",
        "57 years",
        "dermatomyositis",
        "non-severe",
        "line 1",
        "overdue",
    ):
        assert words in page


def searched(client: Client, text: str) -> HttpResponse:
    """The page that a search leads to."""
    return client.post("/patients/", {"q": text}, follow=True)


@pytest.mark.parametrize(
    "asked", ["okaf", "ada okafor", "A77", "9990000018", "999 000 0018", "05/04/1968", "05-Apr-1968", "1968-04-05"]
)
def test_search_by_name_numbers_and_day_of_birth(client: Client, asked: str) -> None:
    member = rows.a_member()
    known = {"hospital_number": "A77", "nhs_number": "9990000018", "born": date(1968, 4, 5)}
    rows.a_patient(member, family_name="Okafor", given_names="Ada", **known)
    rows.a_patient(member, family_name="Other", given_names="Bo")
    client.force_login(member)
    page = text_of(searched(client, asked))
    assert "OKAFOR, Ada" in page
    assert "OTHER" not in page
    assert f"1 found for “{asked}”" in page


def test_nothing_found_says_what_was_searched(client: Client) -> None:
    member = rows.a_member()
    rows.a_patient(member)
    client.force_login(member)
    page = text_of(searched(client, "zzz<b>"))
    assert "No patient of your clinics fits “zzz<b>”" in page
    assert "Searched: family name, given names" in page
    assert b"zzz<b>" not in searched(client, "zzz<b>").content


@pytest.mark.parametrize("query", [{"found": "\x00"}, {"page": "9" * 40}, {"page": "-1"}, {"page": "x"}])
def test_an_odd_address_is_no_error(client: Client, query: dict[str, str]) -> None:
    member = rows.a_member()
    rows.a_patient(member)
    client.force_login(member)
    assert client.get("/patients/", query).status_code == 200


def test_an_empty_clinic_says_so(client: Client) -> None:
    client.force_login(rows.a_member())
    assert "No patient is registered in your clinics yet." in text_of(client.get("/patients/"))


def test_those_who_died_and_those_who_are_no_ones_record_are_marked(client: Client) -> None:
    member = rows.a_member()
    rows.a_patient_no_longer_under_care(member, PatientStatus.DECEASED)
    rows.a_patient(member, provenance=Provenance.SYNTHETIC)
    client.force_login(member)
    page = text_of(client.get("/patients/"))
    assert "deceased" in page
    assert "nothing due" in page
    assert "synthetic" in page
    assert "Demonstration data" in page


def test_real_records_carry_no_demonstration_bar(client: Client) -> None:
    member = rows.a_member()
    rows.a_patient(member)
    client.force_login(member)
    assert "Demonstration data" not in text_of(client.get("/patients/"))


@pytest.mark.parametrize(("role", "may"), [(Role.DOCTOR, True), (Role.NURSE, True), (Role.ADMIN, True)])
def test_registering_is_offered_to_those_who_may(client: Client, role: Role, may: bool) -> None:
    client.force_login(rows.a_member(role))
    assert ("Register a patient" in text_of(client.get("/patients/"))) is may


def test_registering_is_not_offered_to_somebody_without_a_clinic(client: Client) -> None:
    client.force_login(rows.a_stranger())
    assert "Register a patient" not in text_of(client.get("/patients/"))


def test_twenty_five_a_page_in_order_of_names(client: Client) -> None:
    member = rows.a_member()
    for number in range(26):
        rows.a_patient(member, family_name=f"Name{number:02d}")
    client.force_login(member)
    first, second = text_of(client.get("/patients/")), text_of(client.get("/patients/", {"page": "2"}))
    assert "NAME24" in first
    assert "NAME25" not in first
    assert "NAME25" in second
    assert "NAME24" not in second
    assert "Page 2 of 2" in second


def test_a_search_keeps_its_words_over_pages(client: Client) -> None:
    member = rows.a_member()
    for number in range(26):
        rows.a_patient(member, family_name=f"Name{number:02d}")
    client.force_login(member)
    assert "?found=1&amp;page=2" in searched(client, "name").content.decode()


@pytest.mark.parametrize("patients", [1, 50])
def test_queries_do_not_grow_with_the_patients(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, patients: int
) -> None:
    member = rows.a_member()
    for _ in range(patients):
        a_full_record(member)
    client.force_login(member)
    with django_assert_num_queries(query_budget("patient_list")):
        client.get(reverse("patient_list"))


def test_lateness_is_what_the_due_items_say(client: Client) -> None:
    member = rows.a_member()
    patient = a_full_record(member)
    reconcile(patient_ids=[patient.pk], as_of=date(2026, 6, 1))
    client.force_login(member)
    oldest = patient.due_items.filter(status="open").order_by("due_on").first()
    assert oldest is not None
    assert f"{(date(2026, 6, 1) - oldest.due_on).days} days" in text_of(client.get("/patients/"))


def test_what_is_searched_for_stands_in_no_address(client: Client) -> None:
    client.force_login(rows.a_member())
    answer = client.post("/patients/", {"q": "okafor"})
    assert answer["Location"] == "/patients/?found=1"
    assert "okafor" in searched(client, "okafor").content.decode()
    assert "okafor" not in client.get("/patients/").content.decode()


@pytest.mark.parametrize("text", ["\x00", "x" * 5000, "   "])
def test_odd_searches_are_answered(client: Client, text: str) -> None:
    client.force_login(rows.a_member())
    assert searched(client, text).status_code == 200
