"""The tabs of a record: which there are, where each entry stands, and that the days travel along."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import TODAY, a_full_record
from tracker.entry_kinds import KINDS
from tracker.record_tabs import BY_WORD, TAB_OF_KIND, TABS, entry_address, tab_address

DATED = [tab.word for tab in TABS if tab.dated]


def test_every_kind_of_entry_has_its_tab() -> None:
    assert {kind.word for kind in KINDS} <= set(TAB_OF_KIND)
    assert set(TAB_OF_KIND.values()) <= set(BY_WORD)


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("course", "/patients/7/treatment/?as_of=2026-04-05#course-12"),
        ("assessment", "/patients/7/assessments/?as_of=2026-04-05#assessment-12"),
        ("result", "/patients/7/results/?as_of=2026-04-05&showing=12#result-12"),
        ("weight", "/patients/7/background/?as_of=2026-04-05#weight-12"),
        ("shared_care", "/patients/7/monitoring/#shared_care-12"),
        ("contact", "/patients/7/contacts-and-work/#contact-12"),
        ("unheard_of", "/patients/7/?as_of=2026-04-05#unheard_of-12"),
    ],
)
def test_where_an_entry_stands_on_another_day(kind: str, address: str) -> None:
    assert entry_address(7, kind, 12, "?as_of=2026-04-05") == address


def test_without_a_day_a_result_still_names_what_to_show() -> None:
    assert entry_address(7, "result", "12") == "/patients/7/results/?showing=12#result-12"


@pytest.mark.django_db
class TestPages:
    @pytest.fixture(autouse=True)
    def on_the_day(self) -> Iterator[None]:
        with time_machine.travel(TODAY, tick=False):
            yield

    @pytest.fixture
    def doctor(self, client: Client) -> Staff:
        member = rows.a_member()
        client.force_login(member)
        return member

    @pytest.fixture
    def patient(self, doctor: Staff) -> Patient:
        return a_full_record(doctor)

    @pytest.mark.parametrize("word", [tab.word for tab in TABS if tab.word != "access"])
    def test_each_tab_is_a_page_that_marks_itself(self, client: Client, patient: Patient, word: str) -> None:
        page = client.get(tab_address(patient.pk, word))
        assert page.status_code == 200
        here = re.findall(r'<a href="([^"]+)" aria-current="page">', page.content.decode())
        assert here == [tab_address(patient.pk, word)]

    @pytest.mark.parametrize("word", DATED)
    def test_the_days_travel_along(self, client: Client, patient: Patient, word: str) -> None:
        page = client.get(tab_address(patient.pk, word, "?as_of=2026-05-20")).content.decode()
        for other in DATED:
            assert f'href="{tab_address(patient.pk, other)}?as_of=2026-05-20"' in page, other
        assert f'href="{tab_address(patient.pk, "history")}"' in page

    def test_the_access_log_is_offered_to_those_who_may_read_it(self, client: Client, patient: Patient) -> None:
        address = reverse("access_log", args=[patient.pk])
        for role, offered in ((Role.ADMIN, True), (Role.AUDITOR, True), (Role.NURSE, False)):
            client.force_login(rows.a_member(role, clinic=patient.clinic))
            assert (f'href="{address}"' in client.get(reverse("record", args=[patient.pk])).content.decode()) is offered
