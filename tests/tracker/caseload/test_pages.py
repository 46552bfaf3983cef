"""The cohort pages: what they say, whom they show to whom, what they cost, and that odd addresses are no error."""

import csv
import re
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.caseload.test_figures import a_group
from tests.tracker.pages import a_full_record, query_budget, text_of
from tracker.audit.words import AccessKind
from tracker.caseload.figures import CURVES, figures
from tracker.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache", "on_the_day")]
PAGES = (
    "cohort", "cohort_time_to_line", "cohort_survival", "cohort_response", "cohort_steroid", "cohort_monitoring",
    "cohort_list",
)  # fmt: skip


@pytest.fixture
def doctor(client: Client) -> Staff:
    member = rows.a_member(Role.DOCTOR, password=None)
    client.force_login(member)
    return member


def file_of(client: Client, address: str, **query: str) -> list[list[str]]:
    response: Any = client.get(address, query)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode()
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", list(Role))
def test_every_role_that_reads_records_sees_its_own_clinic_alone(client: Client, page: str, role: Role) -> None:
    member = rows.a_member(role, password=None)
    a_full_record(member, family_name="Ours", hospital_number="OUR-1")
    other = rows.a_member(Role.DOCTOR, password=None)
    for _ in range(4):
        a_full_record(other, family_name="Theirs", hospital_number=f"THEIR-{_}")
    client.force_login(member)
    page_text = text_of(client.get(reverse(page)))
    assert "THEIR" not in page_text
    assert re.search(r"\b1 (person|row)\b", page_text)


@pytest.mark.parametrize("page", PAGES)
def test_who_belongs_to_no_clinic_is_told_so(client: Client, page: str) -> None:
    client.force_login(rows.a_stranger(password=None))
    assert "You belong to no clinic, so there is nobody to count." in text_of(client.get(reverse(page)))


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_clinic_says_what_was_looked_at(client: Client, doctor: Staff, page: str) -> None:
    response = client.get(reverse(page))
    assert response.status_code == 200
    text = text_of(response)
    assert "0 people" in text or "0 rows" in text


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "query",
    [
        {"cell": "x"},
        {"cell": "line_phase.9.9"},
        {"cell": "response_99.a.b"},
        {"as_of": "nonsense"},
        {"as_of": "2999-01-01"},
        {"as_of": "01/01/1901"},
        {"subtype": "\x00", "flag": "'\"<b>"},
        {"page": "-1", "by": "subtype", "ends": "intolerant"},
    ],
)
def test_an_odd_address_is_no_error(client: Client, doctor: Staff, page: str, query: dict[str, str]) -> None:
    a_full_record(doctor)
    response = client.get(reverse(page), query)
    assert response.status_code == 200
    assert b"<b>" not in response.content


def test_a_number_that_nobody_stands_behind_lists_nobody(client: Client, doctor: Staff) -> None:
    a_full_record(doctor)
    response = client.get("/cohort/patients/", {"cell": "stops.rituximab.still"})
    assert response.context["rows"] == []
    assert "That number counts nobody here" in text_of(response)


def test_a_name_that_means_nothing_is_no_file(client: Client, doctor: Staff) -> None:
    assert client.get(reverse("cohort_csv", args=["nothing"])).status_code == 404


def test_the_numbers_say_of_whom_and_on_which_day(client: Client, doctor: Staff) -> None:
    a_group(doctor)
    page = text_of(client.get("/cohort/"))
    assert "Of 11 people under care on 01-Jun-2026" in page
    survival = text_of(client.get("/cohort/survival/"))
    assert "12 people ever under care by 01-Jun-2026, of whom 1 had left or died" in survival
    for words in ("Greenwood’s variance, log-log", "treated as censored", "competing risks are not modelled"):
        assert words in survival
    assert "Fewer than 5 people: no curve" in survival


def test_what_lies_after_the_day_is_counted_apart(client: Client, doctor: Staff) -> None:
    a_full_record(doctor)
    page = text_of(client.get("/cohort/", {"as_of": "05-Apr-2020"}))
    assert "Of 0 people under care on 05-Apr-2020" in page
    assert "1 further patient of these clinics was registered after 05-Apr-2020" in page


def test_links_to_lists_keep_the_filters_and_the_day(client: Client, doctor: Staff) -> None:
    a_full_record(doctor)
    content = client.get("/cohort/", {"subtype": "dermatomyositis", "as_of": "2026-05-20"}).content.decode()
    assert "/cohort/patients/?subtype=dermatomyositis&amp;as_of=2026-05-20&amp;cell=line_phase.1.induction" in content
    assert 'href="/cohort/survival/?subtype=dermatomyositis&amp;as_of=2026-05-20"' in content


def test_the_list_leads_to_the_record_on_the_same_day(client: Client, doctor: Staff) -> None:
    patient = a_full_record(doctor)
    content = client.get("/cohort/patients/", {"as_of": "2026-05-20"}).content.decode()
    assert f"{reverse('record', args=[patient.pk])}?as_of=2026-05-20" in content


def test_a_drawing_is_told_in_words_and_has_its_table(client: Client, doctor: Staff) -> None:
    for _ in range(5):
        rows.a_course(rows.a_patient(doctor), "methotrexate", date(2026, 1, 5), "15")
    content = client.get("/cohort/survival/").content.decode()
    assert (
        '<svg class="cohort-chart" role="img" aria-label="methotrexate: 5 counted, 0 ended. Median not reached."'
        in content
    )
    assert "<title>methotrexate: 5 counted" in content
    assert "The same as a table" in content
    assert "style=" not in content.partition("<main")[2]


@pytest.mark.parametrize("figure", [*figures(), *CURVES])
def test_each_file_holds_the_table_of_its_page(client: Client, doctor: Staff, figure: str) -> None:
    a_group(doctor)
    about, heads, *lines = file_of(client, reverse("cohort_csv", args=[figure]), subtype="polymyositis")
    assert "01-Jun-2026" in about[0]
    assert "Subtype: polymyositis" in about[0]
    assert all(len(line) == len(heads) for line in lines)


def test_a_file_of_people_is_harmless_and_whole(client: Client, doctor: Staff) -> None:
    a_full_record(doctor, family_name="=1+1", hospital_number="@A77")
    about, heads, line = file_of(client, "/cohort/patients.csv", cell="line_phase.1.induction")
    assert about[0].startswith("Line reached and phase: Line 1, Induction; 01-Jun-2026")
    assert heads[0] == "Hospital number"
    assert line[:2] == ["'@A77", "'=1+1"]


def events() -> list[tuple[str, int]]:
    rows_ = Event.objects.filter(kind="access").order_by("pk")
    return [(event.subject, event.new["patients"]) for event in rows_ if event.new]


def test_who_is_seen_is_told(client: Client, doctor: Staff) -> None:
    """Figures show nobody; lists whom they list; a file is told even where it holds only numbers."""
    patients = [a_full_record(doctor) for _ in range(2)]
    for page in PAGES[:-1]:
        client.get(reverse(page))
    assert events() == []
    client.get("/cohort/patients/")
    assert events() == [(AccessKind.LIST.value, len(patients))]
    file_of(client, "/cohort/patients.csv")
    assert events()[-1] == (AccessKind.EXPORT.value, len(patients))
    file_of(client, reverse("cohort_csv", args=["line_phase"]))
    assert events()[-1] == (AccessKind.EXPORT.value, 0)


@pytest.mark.parametrize("patients", [1, 50])
def test_the_pages_ask_the_database_as_often_for_one_patient_as_for_fifty(
    client: Client, doctor: Staff, patients: int
) -> None:
    for _ in range(patients):
        a_full_record(doctor)
    counted = {}
    for page in (*PAGES, "cohort_list_csv"):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse(page))
            getattr(response, "content", None) or b"".join(response.streaming_content)
        counted[page] = len(queries)
    assert counted == {page: query_budget(page) for page in counted}


def test_it_is_reached_from_every_page(client: Client, doctor: Staff) -> None:
    content = client.get("/patients/").content.decode()
    assert 'href="/cohort/"' in content
    for page in PAGES[1:]:
        assert f'href="{reverse(page)}"' in client.get("/cohort/").content.decode()
