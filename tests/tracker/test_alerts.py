"""The list of alerts: whose, in which order, under which filters; and what the navigation says waits."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from monitoring.models import Alert
from monitoring.rules.vocabulary import AlertGrade, AlertLevel, AlertStatus
from patients.models import Membership, Patient
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import query_budget, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


def shown(client: Client, **query: str) -> str:
    response = client.get(reverse("alerts"), query)
    assert response.status_code == 200
    return text_of(response)


def a_named_patient(client: Client, role: Role = Role.NURSE, name: str = "Okafor") -> Patient:
    member = rows.a_member(role, password=None)
    client.force_login(member)
    return rows.a_patient(member, family_name=name, given_names="Ada", born=date(1968, 4, 5))


def a_result_alert(patient: Patient, **fields: object) -> Alert:
    result = rows.a_result(patient, "platelets", "130", date(2026, 5, 30), unit="10*9/L")
    return rows.an_alert(patient, result=result, on=result.sampled_on, **fields)


def test_a_row_says_everything_the_nurse_needs(client: Client) -> None:
    a_result_alert(a_named_patient(client))
    page = shown(client)
    for words in (
        "OKAFOR, Ada",
        "born 05-Apr-1968",
        "needs action",
        "platelets 130 ×10⁹/L: below 140 ×10⁹/L",
        "Consider pausing the drug.",
        "30-May-2026",
        "nurses not yet seen",
        "01-Jun-2026 at 10:00",
    ):
        assert words in page


def test_the_header_says_which_list_how_many_and_when(client: Client) -> None:
    rows.an_alert(a_named_patient(client))
    assert "Not closed: 1 alert, the most urgent first. As of 01-Jun-2026, read at 10:00." in shown(client)


def test_the_most_urgent_comes_first_then_the_oldest_and_what_is_closed_last(client: Client) -> None:
    patient = a_named_patient(client)
    for grade, day, status in (
        (AlertGrade.LOOK, 1, AlertStatus.OPEN),
        (AlertGrade.URGENT, 2, AlertStatus.CLOSED),
        (AlertGrade.ACTION, 20, AlertStatus.ACKNOWLEDGED),
        (AlertGrade.ACTION, 10, AlertStatus.OPEN),
        (AlertGrade.URGENT, 28, AlertStatus.OPEN),
    ):
        opened_at = datetime(2026, 5, day, tzinfo=UTC)
        closed_at = opened_at if status is AlertStatus.CLOSED else None
        said = {"text": f"alert {day:02d}", "grade": grade, "status": status}
        rows.an_alert(patient, **said, opened_at=opened_at, closed_at=closed_at)
    in_order = ["alert 28", "alert 10", "alert 20", "alert 01", "alert 02"]
    page, without_closed = shown(client, status="all"), shown(client)
    assert sorted(in_order, key=page.index) == in_order
    assert sorted(in_order[:-1], key=without_closed.index) == in_order[:-1]
    assert "alert 02" not in without_closed
    first = client.get("/api/v1/alerts/", {"page_size": 2}).json()
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    assert [row["text"] for page in (first, second, third) for row in page["results"]] == in_order
    assert [row["text"] for row in client.get(third["previous"]).json()["results"]] == in_order[2:4]


def test_the_oldest_comes_first_and_another_clinics_never(client: Client) -> None:
    patient = a_named_patient(client)
    rows.an_alert(patient, text="later")
    rows.an_alert(patient, text="sooner", opened_at=datetime(2026, 5, 1, tzinfo=UTC))
    rows.an_alert(rows.a_patient(rows.a_member(password=None)), text="elsewhere")
    page = shown(client)
    assert page.index("sooner") < page.index("later")
    assert "elsewhere" not in page


@pytest.mark.parametrize(
    ("name", "value"),
    [("grade", AlertGrade.URGENT), ("level", AlertLevel.DOCTOR), ("test", "platelets")],
)
def test_filters_stand_in_the_address(client: Client, name: str, value: str) -> None:
    patient = a_named_patient(client)
    rows.an_alert(patient, text="the other")
    wanted = {"grade": {"grade": value}, "level": {"level": value}, "test": {}}[name]
    a_result_alert(patient, text="the one", **wanted)
    page = shown(client, **{name: str(value)})
    assert "the one" in page
    assert "the other" not in page


@pytest.mark.parametrize(
    ("status", "listed"), [("", False), ("closed", True), ("all", True), ("open", False), ("acted", False)]
)
def test_closed_alerts_have_a_list_of_their_own(client: Client, status: str, listed: bool) -> None:
    closed = {"status": AlertStatus.CLOSED, "closed_at": datetime(2026, 5, 2, tzinfo=UTC)}
    rows.an_alert(a_named_patient(client), text="long done", **closed)
    assert ("long done" in shown(client, status=status)) is listed


def test_what_means_nothing_in_the_address_is_named(client: Client) -> None:
    rows.an_alert(a_named_patient(client))
    page = shown(client, grade="purple", patient="x", clinic="99999")
    assert "Not known here: clinic “99999”, grade “purple”, patient “x”." in page


@pytest.mark.parametrize(
    ("role", "is_lead", "level", "number"),
    [
        (Role.NURSE, False, AlertLevel.NURSE, 1),
        (Role.NURSE, False, AlertLevel.DOCTOR, 1),
        (Role.DOCTOR, False, AlertLevel.NURSE, 0),
        (Role.DOCTOR, False, AlertLevel.DOCTOR, 1),
        (Role.DOCTOR, False, AlertLevel.LEAD, 1),
        (Role.ADMIN, False, AlertLevel.LEAD, 0),
        (Role.ADMIN, True, AlertLevel.LEAD, 1),
        (Role.ADMIN, True, AlertLevel.DOCTOR, 0),
    ],
)
def test_the_navigation_counts_what_has_reached_the_person(
    client: Client, role: Role, is_lead: bool, level: AlertLevel, number: int
) -> None:
    patient = a_named_patient(client, role)
    Membership.objects.filter(clinic=patient.clinic).update(is_lead=is_lead)
    rows.an_alert(patient, level=level)
    rows.an_alert(patient, level=level, status=AlertStatus.ACKNOWLEDGED)
    rows.an_alert(rows.a_patient(rows.a_member(password=None)), level=level)
    page = shown(client)
    assert (f"{number} not yet seen" in page) is bool(number)


def test_somebody_without_a_clinic_is_told_so(client: Client) -> None:
    client.force_login(rows.a_stranger(password=None))
    assert "You belong to no clinic" in shown(client)


@pytest.mark.parametrize("patients", [1, 50])
def test_queries_do_not_grow_with_the_patients(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, patients: int
) -> None:
    member = a_named_patient(client).recorded_by
    for _ in range(patients):
        a_result_alert(rows.a_patient(member))
    with django_assert_num_queries(query_budget("alerts")):
        client.get(reverse("alerts"))
