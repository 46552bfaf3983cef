"""The worklist: whose items, in which order, under which filters, and what each row says."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from monitoring.rules.vocabulary import ContactOutcome
from patients.models import Membership, Patient
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import query_budget, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

LONG_AGO, LATE, TODAY_DUE, AHEAD = date(2026, 3, 1), date(2026, 5, 1), date(2026, 6, 1), date(2026, 9, 1)


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
    rows.a_course(patient, start_on=date(2026, 1, 5), dose="15")
    said = {"last_done_on": date(2026, 2, 6), "rule_id": "methotrexate.bloods", "interval_days": 28}
    rows.a_due_item(patient, "full_blood_count", LATE, owner=patient.recorded_by, **said)
    page = shown(client)
    for words in (
        "OKAFOR, Ada",
        "born 05-Apr-1968",
        "full blood count",
        "overdue by 31 days",
        "01-May-2026",
        "for methotrexate, 15 mg once a week, on Monday",
        "rule methotrexate.bloods",
        "every 4 weeks",
        "more than one full interval late",
        "06-Feb-2026",
        "Record it",
        patient.recorded_by.username,
        "no contact since last done",
        "risk not assessed",
    ):
        assert words in page


def test_the_header_says_which_list_how_many_and_when(client: Client) -> None:
    patient = a_named_patient(client)
    rows.a_due_item(patient, due_on=LATE)
    assert (
        "Needs attention: 1 item of 1 patient, tests, levels and infusions first, each the one due longest first. "
        "As of 01-Jun-2026, read at 10:00." in shown(client)
    )


def test_the_item_due_longest_stands_first(client: Client) -> None:
    patient = a_named_patient(client)
    for item, due_on in (("albumin", TODAY_DUE), ("full_blood_count", LATE), ("potassium", LONG_AGO)):
        rows.a_due_item(patient, item, due_on)
    page = shown(client)
    rows_shown = page[page.index("Item Due Work") :]
    assert rows_shown.index("potassium") < rows_shown.index("full blood count") < rows_shown.index("albumin")


def test_what_a_patient_has_due_on_one_day_is_one_block(client: Client) -> None:
    patient = a_named_patient(client)
    other = rows.a_patient(patient.recorded_by, family_name="Zuckerman")
    for item in ("albumin", "crp", "potassium"):
        rows.a_due_item(patient, item, LATE)
    rows.a_due_item(patient, "lipids", TODAY_DUE)
    rows.a_due_item(other, "albumin", LATE)
    response = client.get(reverse("worklist"))
    page = text_of(response)
    assert "Needs attention: 5 items of 2 patients," in page
    assert page.count("OKAFOR, Ada 3 items due 01-May-2026") == 1
    assert "OKAFOR, Ada 1 item due 01-Jun-2026" in page
    found = [[shown.row.due_item.item for shown in block.rows] for block in response.context["blocks"]]
    assert found == [["albumin", "crp", "potassium"], ["albumin"], ["lipids"]]
    assert "Choose all 3 items of OKAFOR, Ada due 01-May-2026" in page
    assert response.content.decode().count('name="block"') == 1


@pytest.mark.parametrize(("bucket", "words"), [("all", "3 items of 2 patients"), ("later", "1 item of 1 patient")])
def test_the_patients_counted_are_those_of_the_list(client: Client, bucket: str, words: str) -> None:
    patient = a_named_patient(client)
    rows.a_due_item(patient, "albumin", LATE)
    rows.a_due_item(patient, "lipids", AHEAD)
    rows.a_due_item(rows.a_patient(patient.recorded_by), "albumin", LATE)
    assert words in shown(client, bucket=bucket)


def test_an_infusion_leads_to_recording_it(client: Client) -> None:
    patient = a_named_patient(client)
    address = f"{reverse('record_results', args=[patient.pk])}?item=rituximab_infusion"
    assert client.get(address).status_code == 200
    stopped = rows.a_course(patient, "rituximab", LONG_AGO, route="iv", stop_on=LATE, stop_reason="completed")
    assert client.get(address).status_code == 200
    course = rows.a_course(patient, "rituximab", LATE, route="iv")
    rows.a_due_item(patient, "rituximab_infusion", TODAY_DUE, drug="rituximab")
    assert "Record the infusion: rituximab course of OKAFOR, Ada" in shown(client)
    assert stopped.pk != course.pk
    assert client.get(address)["Location"] == reverse("record_infusion", args=[course.pk])


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
    ("bucket", "found"),
    [
        ("", 3),
        ("overdue", 1),
        ("today", 1),
        ("this_week", 1),
        ("later", 1),
        ("snoozed", 1),
        ("waiting", 1),
        ("parked", 1),
        ("all", 7),
    ],
)
def test_lists_by_bucket(client: Client, bucket: str, found: int) -> None:
    patient = a_named_patient(client)
    ahead = date(2026, 6, 20)
    rows.a_due_item(patient, "full_blood_count", LATE)
    rows.a_due_item(patient, "albumin", TODAY_DUE)
    rows.a_due_item(patient, "crp", date(2026, 6, 8))
    rows.a_due_item(patient, "potassium", AHEAD)
    rows.a_due_item(patient, "lipids", LATE, snoozed_until=ahead)
    rows.a_due_item(patient, "glucose", LATE, sample_taken_on=TODAY_DUE, waiting_until=ahead)
    rows.a_due_item(patient, "magnesium", LATE, paused_until=ahead)
    page = shown(client, bucket=bucket)
    assert f": {found} item" in page
    assert "Everything open 7" in page


@pytest.mark.parametrize(
    ("bucket", "held", "words"),
    [
        ("snoozed", {"snoozed_until": date(2026, 6, 20)}, "put off until 20-Jun-2026, overdue by 31 days"),
        (
            "waiting",
            {"sample_taken_on": TODAY_DUE, "waiting_until": date(2026, 6, 8)},
            "sample taken, result expected before 08-Jun-2026, overdue by 31 days",
        ),
        ("parked", {"paused_until": date(2026, 7, 1)}, "paused until 01-Jul-2026, overdue by 31 days"),
    ],
)
def test_nothing_hides_how_late_an_item_is(client: Client, bucket: str, held: dict[str, date], words: str) -> None:
    rows.a_due_item(a_named_patient(client), "lipids", LATE, **held)
    assert words in shown(client, bucket=bucket)


def test_what_was_tried_and_what_is_open_stand_beside_the_item(client: Client) -> None:
    patient = a_named_patient(client)
    rows.a_course(patient, start_on=date(2026, 1, 5), dose="15")
    rows.a_due_item(patient, due_on=LATE, monitored_by="gp", risk_tier="high")
    for day in (4, 11, 18):
        rows.a_contact(patient, date(2026, 5, day), ContactOutcome.DID_NOT_ATTEND)
    rows.a_contact(patient, date(2026, 5, 20), ContactOutcome.MESSAGE_LEFT)
    rows.an_alert(patient)
    page = shown(client)
    for words in (
        "3 missed visits in a row: not safe to continue.",
        "4 contacts, last: message left, 20-May-2026",
        "Open alerts: 1 needs action",
        "monitored by the general practice",
        "high risk",
    ):
        assert words in page


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
    assert "?drug=methotrexate&amp;bucket=overdue" in page
    assert "Page 2 of 2" in shown(client, drug="methotrexate", page="2")


def test_a_filter_that_is_not_known_is_named_and_not_applied(client: Client) -> None:
    rows.a_due_item(a_named_patient(client), due_on=LATE)
    page = shown(client, drug="aspirin", clinic="999999", bucket="late", colour="red")
    assert "Not known here: drug “aspirin”, clinic “999999”, bucket “late”, colour “red”." in page
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
    assert ("Put off:" in page) is may


def test_somebody_without_a_clinic_is_told_so(client: Client) -> None:
    client.force_login(rows.a_stranger())
    assert "You belong to no clinic" in shown(client)


def test_the_way_back_leads_to_the_list_as_it_stands(client: Client) -> None:
    rows.a_due_item(a_named_patient(client), due_on=LATE)
    page = client.get(reverse("worklist"), {"drug": "methotrexate", "bucket": "overdue"}).content.decode()
    assert "next=%2Fworklist%2F%3Fdrug%3Dmethotrexate%26bucket%3Doverdue" in page


def test_a_sample_is_offered_only_for_what_it_answers(client: Client) -> None:
    patient = a_named_patient(client)
    rows.a_due_item(patient, "blood_pressure", LATE)
    assert "Sample taken:" not in shown(client)
    rows.a_due_item(patient, "albumin", LATE)
    assert "Sample taken: albumin of OKAFOR, Ada" in shown(client)


@pytest.mark.parametrize("patients", [1, 50])
@pytest.mark.parametrize(("page", "missed"), [("worklist", 0), ("worklist_missed_visits", 1)])
def test_queries_do_not_grow_with_the_patients(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, patients: int, page: str, missed: int
) -> None:
    """With missed visits the rule reads the records of those who missed them, in a fixed number of queries."""
    member = a_named_patient(client).recorded_by
    for _ in range(patients):
        patient = rows.a_patient(member)
        rows.a_course(patient, start_on=LONG_AGO, dose="15")
        rows.an_alert(patient)
        rows.a_due_item(patient, due_on=LATE, owner=member)
        for _ in range(missed):
            rows.a_contact(patient, LATE, ContactOutcome.DID_NOT_ATTEND)
    with django_assert_num_queries(query_budget(page)):
        client.get(reverse("worklist"))
