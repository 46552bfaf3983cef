"""The tabs of a record: which there are, where each entry stands, and that the days travel along."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import RECORD_TABS, a_full_record, query_budget
from tracker.entry_kinds import KINDS
from tracker.record_tabs import BY_WORD, TAB_OF_KIND, TABS, entry_address, tab_address

PAGES = (*RECORD_TABS, "record_letter", "record_letter_pdf", "record_summary")
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
@pytest.mark.usefixtures("on_the_day")
class TestPages:
    @pytest.mark.parametrize("name", PAGES)
    def test_another_clinics_patient_is_not_found(self, client: Client, doctor: Staff, name: str) -> None:
        other = rows.a_patient(rows.a_member())
        assert client.get(reverse(name, args=[other.pk])).status_code == 404

    @pytest.mark.parametrize("patients", [1, 50])
    def test_queries_do_not_grow_with_the_clinic(
        self, client: Client, doctor: Staff, django_assert_num_queries: Any, patients: int
    ) -> None:
        for _ in range(patients):
            patient = a_full_record(doctor)
        for name in PAGES:
            with django_assert_num_queries(query_budget(name)):
                client.get(reverse(name, args=[patient.pk]))

    @pytest.fixture
    def patient(self, doctor: Staff) -> Patient:
        return a_full_record(doctor)

    @pytest.mark.parametrize("word", [tab.word for tab in TABS if tab.word != "access"])
    def test_each_tab_is_a_page_that_marks_itself(self, client: Client, patient: Patient, word: str) -> None:
        page = client.get(tab_address(patient.pk, word))
        assert page.status_code == 200
        here = re.findall(r'<a href="([^"]+)" aria-current="page">', page.content.decode())
        assert here == [tab_address(patient.pk, word)]
        # One place everywhere: first on the page, before its title.
        content = page.content.decode().split('<main id="content" tabindex="-1">')[1]
        assert content.lstrip().startswith('<div class="record-tabs">')

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
