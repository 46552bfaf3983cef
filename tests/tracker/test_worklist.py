"""The worklist: whose items, in which order, under which filters, and what each row says."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from patients.models import Membership, Patient
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import TODAY, query_budget, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

LONG_AGO, LATE, TODAY_DUE, AHEAD = date(2026, 3, 1), date(2026, 5, 1), date(2026, 6, 1), date(2026, 9, 1)


@pytest.fixture
def on_the_day() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


def shown(client: Client, **query: str) -> str:
    response = client.get(reverse("worklist"), query)
    assert response.status_code == 200
    return text_of(response)


def a_named_patient(client: Client, role: Role = Role.NURSE, name: str = "Okafor") -> Patient:
    member = rows.a_member(role)
    client.force_login(member)
    return rows.a_patient(member, family_name=name, given_names="Ada", born=date(1968, 4, 5))


def test_a_row_says_everything_the_nurse_needs(client: Client) -> None:
    patient = a_named_patient(client)
    rows.a_due_item(patient, "full_blood_count", LATE, last_done_on=date(2026, 2, 6), rule_id="methotrexate.bloods")
    page = shown(client)
    for words in (
        "OKAFOR, Ada",
        "born 05-Apr-1968",
        "full blood count",
        "overdue by 31 days",
        "01-May-2026",
        "methotrexate rule methotrexate.bloods",
        "06-Feb-2026",
        "Record it",
    ):
        assert words in page


def test_the_header_says_which_list_how_many_and_when(client: Client) -> None:
    patient = a_named_patient(client)
    rows.a_due_item(patient, due_on=LATE)
    assert "Needs attention: 1 item, the one due longest first. As of 01-Jun-2026, read at 10:00." in shown(client)


def test_the_item_due_longest_stands_first(client: Client) -> None:
    patient = a_named_patient(client)
    for item, due_on in (("albumin", TODAY_DUE), ("full_blood_count", LATE), ("potassium", LONG_AGO)):
        rows.a_due_item(patient, item, due_on)
    page = shown(client)
    rows_shown = page[page.index("Last done") :]
    assert rows_shown.index("potassium") < rows_shown.index("full blood count") < rows_shown.index("albumin")


def test_other_clinics_and_closed_items_are_not_shown(client: Client) -> None:
    rows.a_due_item(rows.a_patient(rows.a_member(), family_name="Theirs"), due_on=LATE)
    patient = a_named_patient(client)
    closed = {"status": "cancelled", "closed_at": patient.recorded_at, "close_reason": "the drug was stopped"}
    rows.a_due_item(patient, due_on=LATE, **closed)
    page = shown(client)
    assert "THEIRS" not in page
    assert "OKAFOR" not in page
    assert "No open item in “Needs attention”" in page


@pytest.mark.parametrize(
    ("status", "found"),
    [("", 2), ("overdue", 1), ("due", 1), ("not_due", 1), ("snoozed", 1), ("due_soon", 0), ("all", 4)],
)
def test_lists_by_status(client: Client, status: str, found: int) -> None:
    patient = a_named_patient(client)
    rows.a_due_item(patient, "full_blood_count", LATE)
    rows.a_due_item(patient, "albumin", TODAY_DUE)
    rows.a_due_item(patient, "potassium", AHEAD)
    rows.a_due_item(patient, "lipids", LATE, snoozed_until=date(2026, 6, 20))
    page = shown(client, status=status)
    assert f": {found} item" in page
    assert "Everything open 4" in page


def test_a_snooze_never_hides_how_late_an_item_is(client: Client) -> None:
    rows.a_due_item(a_named_patient(client), "lipids", LATE, snoozed_until=date(2026, 6, 20))
    assert "put off until 20-Jun-2026, overdue by 31 days" in shown(client, status="snoozed")


def test_filters_stand_in_the_address_and_work_together(client: Client) -> None:
    patient = a_named_patient(client)
    rows.a_due_item(patient, "full_blood_count", LATE)
    rows.a_due_item(patient, "albumin", LATE, drug="azathioprine")
    assert ": 1 item" in shown(client, drug="azathioprine")
    assert ": 1 item" in shown(client, item="full_blood_count")
    assert ": 0 item" in shown(client, item="full_blood_count", drug="azathioprine")
    assert "under these filters" in shown(client, item="full_blood_count", drug="azathioprine")


def test_filters_are_kept_by_tabs_and_pages(client: Client) -> None:
    patient = a_named_patient(client)
    for occasion in range(51):
        rows.a_due_item(patient, due_on=LATE, occasion=str(occasion))
    page = client.get(reverse("worklist"), {"drug": "methotrexate"}).content.decode()
    assert "?drug=methotrexate&amp;page=2" in page
    assert "?drug=methotrexate&amp;status=overdue" in page
    assert "Page 2 of 2" in shown(client, drug="methotrexate", page="2")


def test_a_filter_that_is_not_known_is_named_and_not_applied(client: Client) -> None:
    rows.a_due_item(a_named_patient(client), due_on=LATE)
    page = shown(client, drug="aspirin", clinic="999999", status="late")
    assert "Not known here: clinic “999999”, drug “aspirin”, status “late”." in page
    assert ": 1 item" in page


@pytest.mark.parametrize("query", [{"drug": "\x00"}, {"clinic": "9" * 40}, {"clinic": "²"}, {"page": "9" * 40}])
def test_an_odd_address_is_no_error(client: Client, query: dict[str, str]) -> None:
    rows.a_due_item(a_named_patient(client), due_on=LATE)
    assert ": 1 item" in shown(client, **query)


def test_a_clinic_can_be_chosen_where_there_are_several(client: Client) -> None:
    patient = a_named_patient(client)
    member = patient.recorded_by
    other = rows.a_clinic(name="Second clinic")
    Membership.objects.create(staff=member, clinic=other, role=Role.NURSE.value)
    rows.a_due_item(patient, due_on=LATE)
    rows.a_due_item(rows.a_patient(member, clinic=other, family_name="Elsewhere"), due_on=LATE)
    assert ": 2 items" in shown(client)
    page = shown(client, clinic=str(other.pk))
    assert "ELSEWHERE" in page
    assert "OKAFOR" not in page


@pytest.mark.parametrize(("role", "may"), [(Role.DOCTOR, True), (Role.NURSE, True), (Role.ADMIN, False)])
def test_recording_is_offered_to_those_who_may(client: Client, role: Role, may: bool) -> None:
    rows.a_due_item(a_named_patient(client, role), due_on=LATE)
    page = shown(client)
    assert ("Record it" in page) is may
    assert ("Put off" in page) is may


def test_somebody_without_a_clinic_is_told_so(client: Client) -> None:
    client.force_login(rows.a_stranger())
    assert "You belong to no clinic" in shown(client)


@pytest.mark.parametrize("patients", [1, 50])
def test_queries_do_not_grow_with_the_patients(
    client: Client, django_assert_num_queries: object, patients: int
) -> None:
    member = a_named_patient(client).recorded_by
    for _ in range(patients):
        rows.a_due_item(rows.a_patient(member), due_on=LATE)
    with django_assert_num_queries(query_budget("worklist")):  # type: ignore[operator]
        client.get(reverse("worklist"))
