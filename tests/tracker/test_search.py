"""The search of every page: what it finds, for whom, and that no word of it stands in an address."""

from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import query_budget, text_of
from tracker.models import Event
from tracker.search.kept import MOST_KEPT
from tracker.search.places import places_named

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


def searched(client: Client, text: str) -> HttpResponse:
    return client.post(reverse("search"), {"q": text}, follow=True)


def suggested(client: Client, text: str) -> HttpResponse:
    return client.post(reverse("search_suggestions"), {"q": text})


@pytest.fixture
def nurse(client: Client) -> Any:
    member = rows.a_member(Role.NURSE)
    known = {"hospital_number": "A77", "nhs_number": "9990000018", "born": date(1968, 4, 5)}
    rows.a_patient(member, family_name="Okafor", given_names="Ada", **known)
    rows.a_patient(member, family_name="Other", given_names="Bo")
    client.force_login(member)
    return member


FORMS = [
    "okaf", "ada okafor", "A77", "9990000018", "999 000 0018", "05/04/1968", "5/4/1968", "05-Apr-1968", "5 April 1968",
    "1968-04-05", "05.04.1968", "05 04 1968", "okafor ada", "ada okafor 1968", "1968, okafor", "okafor 5 April 1968",
    "05/04/1968 ada", "999 000 0018 okafor",
]  # fmt: skip


@pytest.mark.usefixtures("nurse")
class TestPatients:
    @pytest.mark.parametrize("asked", FORMS)
    def test_by_name_numbers_and_day_of_birth(self, client: Client, asked: str) -> None:
        for answer in (searched(client, asked), suggested(client, asked)):
            page = text_of(answer)
            assert "OKAFOR, Ada" in page
            assert "OTHER" not in page

    @pytest.mark.parametrize("asked", FORMS)
    def test_the_patient_list_finds_the_same(self, client: Client, asked: str) -> None:
        page = text_of(client.post(reverse("patient_list"), {"q": asked}, follow=True))
        assert "OKAFOR, Ada" in page
        assert "OTHER" not in page

    def test_what_is_searched_for_stands_in_no_address(self, client: Client) -> None:
        answer = client.post(reverse("search"), {"q": "okafor"})
        assert answer["Location"] == "/search/?found=1"
        assert "okafor" not in client.get(reverse("search")).content.decode()

    def test_the_words_are_kept_for_the_whole_list(self, client: Client) -> None:
        searched(client, "okafor")
        page = text_of(client.get(f"{reverse('patient_list')}?found=1"))
        assert "1 found for “okafor”" in page

    def test_two_windows_keep_their_own_words(self, client: Client) -> None:
        addresses = [client.post(reverse("search"), {"q": text})["Location"] for text in ("okafor", "other")]
        assert "OKAFOR, Ada" in text_of(client.get(addresses[0]))
        assert "OTHER, Bo" in text_of(client.get(addresses[1]))
        for _ in range(MOST_KEPT):
            client.post(reverse("search"), {"q": "zzz"})
        assert "OKAFOR" not in text_of(client.get(addresses[0]))
        for unknown in ("99", "x", ""):
            assert client.get(reverse("search"), {"found": unknown}).status_code == 200

    def test_other_clinics_are_not_found(self, client: Client) -> None:
        rows.a_patient(rows.a_member(), family_name="Theirs", hospital_number="T1")
        for answer in (searched(client, "theirs"), suggested(client, "theirs"), searched(client, "T1")):
            assert "THEIRS" not in text_of(answer)

    def test_nothing_found_says_what_was_looked_at(self, client: Client) -> None:
        page = text_of(searched(client, "zzz<b>"))
        assert "No patient of your clinics fits “zzz<b>”." in page
        assert "Looked at: family name" in page
        assert "No patient of your clinics and no page fits “zzz<b>”." in text_of(suggested(client, "zzz<b>"))

    @pytest.mark.parametrize("text", ["\x00", "x" * 5000, "   ", "%_\\"])
    def test_odd_words_are_answered(self, client: Client, text: str) -> None:
        assert searched(client, text).status_code == 200
        assert suggested(client, text).status_code in (200, 204)


class TestSuggestions:
    def test_at_most_eight_with_the_number_of_all(self, client: Client, nurse: Any) -> None:
        for number in range(12):
            rows.a_patient(nurse, family_name=f"Name{number:02d}")
        answer = suggested(client, "name")
        page = answer.content.decode()
        assert page.count('role="option"') == 8
        assert "12 patients fit. Enter shows them." in text_of(answer)

    def test_each_is_an_option_of_a_list_box_with_an_id_of_its_own(self, client: Client, nurse: Any) -> None:
        page = suggested(client, "ot").content.decode()
        assert 'role="listbox" id="search-options"' in page
        assert 'id="search-option-p1"' in page

    @pytest.mark.parametrize("text", ["", "o", " o "])
    def test_too_little_is_not_looked_for_and_leaves_no_event(self, client: Client, nurse: Any, text: str) -> None:
        before = Event.objects.filter(kind="access").count()
        assert suggested(client, text).status_code == 204
        assert Event.objects.filter(kind="access").count() == before

    def test_whom_they_show_is_in_the_log(self, client: Client, nurse: Any) -> None:
        suggested(client, "okafor")
        event = Event.objects.filter(kind="access").latest("pk")
        assert (event.subject, event.new["page"]) == ("search", "search_suggestions")
        searched(client, "okafor")
        assert Event.objects.filter(kind="access").latest("pk").subject == "search"

    def test_reading_them_is_not_offered(self, client: Client, nurse: Any) -> None:
        assert client.get(reverse("search_suggestions")).status_code == 405


class TestPages:
    @pytest.mark.parametrize(
        ("text", "leads_to"),
        [
            ("methotrexate", "/protocol/drugs/methotrexate/"),
            ("metho", "/protocol/drugs/methotrexate/"),
            ("trough", "/help/glossary/#trough"),
            ("worklist", "/worklist/"),
            ("snooze", "/help/glossary/#put-off"),
        ],
    )
    def test_by_name(self, client: Client, nurse: Any, text: str, leads_to: str) -> None:
        for answer in (searched(client, text), suggested(client, text)):
            assert f'href="{leads_to}"' in answer.content.decode()

    @pytest.mark.parametrize(("role", "may"), [(Role.ADMIN, True), (Role.DOCTOR, False), (Role.AUDITOR, False)])
    def test_only_pages_that_the_person_may_open(self, role: Role, may: bool) -> None:
        member = rows.a_member(role)
        labels = {place.label for place in places_named(member, "staff")}
        assert ("Staff" in labels) is may

    @pytest.mark.parametrize("role", list(Role))
    def test_each_page_that_is_offered_opens(self, client: Client, role: Role) -> None:
        member = rows.a_member(role)
        client.force_login(member)
        words = ("worklist", "alerts", "results", "calendar", "safe", "questions", "patients", "mails", "settings",
                 "staff", "audits", "history", "reports", "help", "glossary", "tour", "pathway", "measures",
                 "protocol", "methotrexate", "line")  # fmt: skip
        addresses = {place.url for word in words for place in places_named(member, word)}
        assert len(addresses) > 15
        for address in addresses:
            assert client.get(address.partition("#")[0]).status_code == 200, address

    @pytest.mark.parametrize("text", ["", "me", "  ", "!!"])
    def test_too_little_names_no_page(self, text: str) -> None:
        assert places_named(rows.a_member(), text) == []


def test_somebody_in_no_clinic_finds_pages_and_no_patient(client: Client) -> None:
    rows.a_patient(rows.a_member(), family_name="Help")
    client.force_login(rows.a_stranger())
    page = text_of(searched(client, "help"))
    assert "No patient of your clinics" in page
    assert "Glossary" not in page
    assert "Pages" in page


@pytest.mark.parametrize("patients", [1, 50])
def test_queries_do_not_grow_with_the_patients(client: Client, django_assert_num_queries: Any, patients: int) -> None:
    member = rows.a_member()
    for _ in range(patients):
        rows.a_patient(member, family_name="Okafor")
    client.force_login(member)
    client.post(reverse("search"), {"q": "okafor"})
    with django_assert_num_queries(query_budget("search")):
        client.get(f"{reverse('search')}?found=1")
    with django_assert_num_queries(query_budget("search_suggestions")):
        suggested(client, "okafor")
