"""The list as a file, on paper and over the API: the same rows as on the page, under every filter."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from monitoring.models import DueItem
from monitoring.rules.vocabulary import Bucket
from monitoring.selectors import WorklistFilters, counts_by_bucket, worklist
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import query_budget, text_of
from tracker.presenters.worklist import COLUMNS
from tracker.reports.cells import harmless

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

DAY = date(2026, 6, 1)
ITEMS = ("full_blood_count", "albumin", "blood_pressure")


@pytest.fixture
def nurse(client: Client) -> Staff:
    member = rows.a_member(Role.NURSE, first_name="Nell", last_name="Nurse", password=None)
    client.force_login(member)
    return member


def exported(client: Client, **query: str) -> tuple[str, list[dict[str, str]]]:
    """The line about the list, and the rows by column."""
    response: Any = client.get(reverse("worklist_export"), query)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    about, _, rest = text.partition("\r\n")
    return next(csv.reader([about]))[0], list(csv.DictReader(io.StringIO(rest)))


def many_items(nurse: Staff) -> None:
    """Items that differ in everything that a filter asks for, chosen by plain numbers."""
    clinic = rows.clinic_of(nurse)
    colleague = rows.a_member(Role.DOCTOR, clinic, password=None)
    patients = [rows.a_patient(nurse) for _ in range(4)]
    ahead = DAY + timedelta(9)
    for number in range(60):
        due_on = DAY + timedelta((number * 7) % 41 - 30)
        DueItem.objects.create(
            patient=patients[number % 4],
            item=ITEMS[number % 3],
            occasion=str(number),
            due_on=due_on,
            visit_on=due_on,
            drug=("methotrexate", "azathioprine")[number % 2],
            interval_days=(None, 7, 14)[number % 3],
            owner=(None, nurse, colleague)[number // 2 % 3],
            risk_tier=("", "low", "high")[number // 3 % 3],
            monitored_by=("us", "gp")[number // 5 % 2],
            snoozed_until=ahead if number % 11 == 0 else None,
            waiting_until=ahead if number % 13 == 0 else None,
            paused_until=ahead if number % 17 == 0 else None,
            rule_id="test.rule",
            protocol_version="test",
        )
    rows.a_due_item(rows.a_patient(rows.a_member(password=None)), due_on=DAY)


QUERIES: list[dict[str, str]] = [
    {},
    *({"bucket": bucket.value} for bucket in Bucket),
    {"bucket": "all"},
    {"bucket": "all", "owner": "me"},
    {"bucket": "all", "owner": "team", "risk": "high"},
    {"bucket": "all", "owner": "nobody", "monitored_by": "gp"},
    {"bucket": "all", "lateness": "any"},
    {"bucket": "all", "lateness": "over_a_week", "drug": "azathioprine"},
    {"bucket": "all", "lateness": "over_an_interval"},
    {"bucket": "all", "kind": "observation", "risk": "not_assessed"},
    {"bucket": "overdue", "item": "albumin"},
]


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_page_file_paper_counts_and_api_hold_the_same_rows(client: Client, nurse: Staff, query: dict[str, str]) -> None:
    many_items(nurse)
    filters = WorklistFilters(**query)
    wanted = list(worklist(nurse, DAY, filters))
    assert DueItem.objects.count() == 61
    assert wanted, "the rows are made so that each list holds some"
    seen = []
    response: Any = None
    for page in range(1, -(-len(wanted) // 50) + 1):
        response = client.get(reverse("worklist"), {**query, "page": page})
        seen += [shown.row.due_item.pk for block in response.context["blocks"] for shown in block.rows]
    assert seen == [row.pk for row in wanted]
    assert next(tab.count for tab in response.context["tabs"] if tab.chosen) == len(wanted)
    printed: Any = client.get(reverse("worklist_print"), query)
    assert [shown.row.due_item.pk for shown in printed.context["rows"]] == seen
    assert f"{len(wanted)} item" in text_of(printed)
    _, lines = exported(client, **query)
    assert [(line["Hospital number"], line["Due"]) for line in lines] == [
        (row.patient.hospital_number, f"{row.due_on:%d-%b-%Y}") for row in wanted
    ]
    api = APIClient()
    api.force_authenticate(Staff.objects.get(pk=nurse.pk))
    asked = {"status": "open", "as_of": DAY.isoformat(), "page_size": "100"}
    asked |= {name: value for name, value in query.items() if value != "all"}
    if not query:
        asked["bucket"] = "attention"
    answer = api.get("/api/v1/due-items/", asked).json()
    assert {row["id"] for row in answer["results"]} == set(seen)
    if query.get("bucket") in set(Bucket):
        assert {row["standing"]["bucket"]["value"] for row in answer["results"]} == {query["bucket"]}
        assert counts_by_bucket(nurse, DAY, filters)[Bucket(query["bucket"])] == len(wanted)


def late_item(nurse: Staff, **fields: Any) -> Patient:
    patient = rows.a_patient(nurse, family_name="Okafor", given_names="Ada")
    rows.a_course(patient, start_on=date(2026, 1, 5), dose="15")
    rows.a_due_item(patient, due_on=date(2026, 5, 1), interval_days=14, owner=nurse, **fields)
    return patient


def test_the_file_says_which_list_it_is_and_has_every_column(client: Client, nurse: Staff) -> None:
    patient = late_item(nurse)
    rows.a_contact(patient, date(2026, 5, 4), "did_not_attend")
    rows.an_alert(patient)
    about, (line,) = exported(client, bucket="overdue", drug="methotrexate", owner="me", colour="red")
    assert about == (
        "Overdue; Owner: mine; Drug that asks for it: methotrexate; As of 01-Jun-2026, read at 10:00; "
        "Not known here and not applied: colour “red”"
    )
    assert list(line) == [column.heading for column in COLUMNS]
    assert line == {
        **line,
        "Patient": "OKAFOR, Ada",
        "Item": "full blood count",
        "Asked for by": "methotrexate",
        "Dose now": "15\u00a0mg once a week, on Monday",
        "List": "overdue",
        "Due": "01-May-2026",
        "Days overdue": "31",
        "More than one interval late": "yes",
        "Interval": "every 2 weeks",
        "Last done": "never recorded",
        "Owner": "Nell Nurse",
        "Contacts since last done": "1",
        "Last contact": "did not attend, 04-May-2026",
        "Missed visits": "1",
        "Open alerts": "1 needs action",
        "Monitored by": "this clinic",
        "Risk": "not assessed",
    }


def test_the_file_is_named_by_its_day_and_kept_nowhere(client: Client, nurse: Staff) -> None:
    response = client.get(reverse("worklist_export"))
    assert response["Content-Disposition"] == 'attachment; filename="worklist-2026-06-01.csv"'
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(client: Client, nurse: Staff, start: str) -> None:
    late_item(nurse, detail=f"{start}1+1")
    assert exported(client)[1][0]["Detail"] == f"'{start}1+1"
    assert harmless(f"1{start}1") == f"1{start}1"


@pytest.mark.parametrize(("text", "shown"), [("Smith;=1+1", "Smith;'=1+1"), ("a; @b", "a; '@b"), ("a;b", "a;b")])
def test_a_semicolon_begins_no_formula_either(client: Client, nurse: Staff, text: str, shown: str) -> None:
    late_item(nurse, detail=text)
    assert exported(client)[1][0]["Detail"] == shown


def test_the_print_says_which_list_when_and_for_whom(client: Client, nurse: Staff) -> None:
    late_item(nurse)
    page = text_of(client.get(reverse("worklist_print"), {"bucket": "overdue", "owner": "me"}))
    assert "Worklist: Overdue · Owner: mine" in page
    assert (
        "1 item, tests, levels and infusions first, each the one due longest first. "
        "As of 01-Jun-2026, read at 10:00, printed for Nell Nurse." in page
    )
    assert "OKAFOR, Ada" in page


def test_a_print_that_is_cut_says_so(client: Client, nurse: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.views.worklist_print.MOST", 1)
    patient = late_item(nurse)
    rows.a_due_item(patient, "albumin", due_on=date(2026, 5, 2))
    page = text_of(client.get(reverse("worklist_print")))
    assert "2 items, of which only the first 1 are printed" in page
    assert "albumin" not in page


@pytest.mark.parametrize("name", ["worklist_print", "worklist_export"])
def test_somebody_without_a_clinic_is_sent_to_the_list(client: Client, name: str) -> None:
    client.force_login(rows.a_stranger(password=None))
    assert client.get(reverse(name))["Location"] == reverse("worklist")


@pytest.mark.parametrize("patients", [1, 50])
@pytest.mark.parametrize("page", ["worklist_export", "worklist_print"])
def test_queries_do_not_grow_with_the_patients(
    client: Client, nurse: Staff, django_assert_num_queries: DjangoAssertNumQueries, patients: int, page: str
) -> None:
    for _ in range(patients):
        rows.a_due_item(rows.a_patient(nurse), due_on=date(2026, 5, 1))
    with django_assert_num_queries(query_budget(page)):
        response: Any = client.get(reverse(page))
        lines = list(response.streaming_content) if response.streaming else []
    assert not lines or len(lines) == patients + 3
