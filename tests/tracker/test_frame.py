"""What stands around every page: the way about, who is signed in, and the foot of a sheet of paper."""

import re

import pytest
from django.test import Client, RequestFactory
from django.urls import ResolverMatch, reverse

from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import text_of
from tracker import frame as frame_module
from tracker.frame import Frame

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


def page_of(client: Client, staff: Staff, name: str = "worklist") -> str:
    client.force_login(staff)
    return client.get(reverse(name)).content.decode()


def entries_in(markup: str) -> dict[str, str]:
    """The main navigation as it stands: words and address."""
    nav = markup[markup.index('<nav class="top__nav"') :]
    nav = nav[: nav.index("</nav>")]
    return {
        re.split("[<,]", words)[0].strip(): address
        for address, words in re.findall(r'href="([^"]+)"[^>]*>(.*?)</a>', nav)
    }


def test_the_way_about_is_the_same_for_everybody_but_the_reports(client: Client) -> None:
    doctor, admin = (page_of(client, rows.a_member(role, password=None)) for role in (Role.NURSE, Role.ADMIN))
    assert {"Home", "Patients", "Worklist", "Alerts", "Calendar", "Safe silence"} <= set(entries_in(doctor))
    assert set(entries_in(admin)) - set(entries_in(doctor)) == {"Reports"}


def test_the_name_of_the_site_leads_home(client: Client) -> None:
    markup = page_of(client, rows.a_member(Role.NURSE, password=None))
    assert f'<a class="top__name" href="{reverse("home")}">' in markup


def test_what_is_not_installed_has_no_entry(
    client: Client, monkeypatch: pytest.MonkeyPatch, rf: RequestFactory
) -> None:
    request = rf.get("/")
    request.user = rows.a_member(Role.NURSE, password=None)
    monkeypatch.setattr(frame_module, "_address_of", lambda name: "")
    without = {entry.section for entry in Frame(request).entries}
    monkeypatch.setattr(frame_module, "_address_of", lambda name: f"/{name}/")
    assert {entry.section for entry in Frame(request).entries} - without == {"cohort", "help"}


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("home", "home"),
        ("record", "patients"),
        ("calendar_day", "calendar"),
        ("results", "alerts"),
        ("cohort", "cohort"),
        ("cohort_survival", "cohort"),
        ("help_glossary", "help"),
        ("my_settings", ""),
        ("mail", ""),
    ],
)
def test_a_page_lies_under_its_entry(rf: RequestFactory, name: str, section: str) -> None:
    request = rf.get("/")
    request.resolver_match = ResolverMatch(lambda: None, (), {}, url_name=name)
    assert Frame(request).section == section


def test_a_page_of_the_api_lies_under_none(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.resolver_match = ResolverMatch(lambda: None, (), {}, url_name="patients", namespaces=["api"])
    assert Frame(request).section == ""


def test_the_entry_of_the_open_page_is_marked(client: Client) -> None:
    markup = page_of(client, rows.a_member(Role.NURSE, password=None), "calendar")
    assert re.findall(r'<a href="([^"]+)" aria-current="true"', markup) == [reverse("calendar")]


def test_alerts_that_nobody_has_seen_are_counted_in_words_too(client: Client) -> None:
    nurse = rows.a_member(Role.NURSE, password=None)
    rows.an_alert(rows.a_patient(nurse))
    markup = page_of(client, nurse)
    assert '<span class="top__count" aria-hidden="true">1</span>' in markup
    assert '<span class="visually-hidden">, 1 not yet seen</span>' in markup


def test_the_documentation_of_the_api_is_in_the_foot_and_not_among_the_entries(client: Client) -> None:
    markup = page_of(client, rows.a_member(Role.NURSE, password=None))
    address = reverse("api:documentation")
    assert address not in entries_in(markup).values()
    assert f'<a href="{address}">API</a>' in markup[markup.index('<footer class="foot"') :]


def test_a_sheet_of_paper_says_who_printed_it_and_when_by_the_clinics_clocks(client: Client) -> None:
    clinic = rows.a_clinic(time_zone="Europe/Athens")
    nurse = rows.a_member(Role.NURSE, clinic, password=None)
    client.force_login(nurse)
    page = client.get(reverse("worklist"))
    name = nurse.get_full_name() or nurse.username
    assert f"Printed on 01-Jun-2026 at 12:00 by {name}" in text_of(page)
    assert '<p class="print-only">Printed on' in page.content.decode()
