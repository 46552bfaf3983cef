"""Calendar addresses: one person's own, shown once, revocable, and without a name in what they show."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries

from monitoring.actions.feeds import MOST_FEEDS, make_feed
from monitoring.models import CalendarFeed
from monitoring.rules.vocabulary import FeedContent
from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import query_budget, text_of
from tracker.logs import RequestLogMiddleware

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


@pytest.fixture
def nurse() -> Staff:
    return rows.a_member(Role.NURSE)


def read(client: Client, token: str) -> list[tuple[date, str]]:
    response = client.get(reverse("calendar_feed", args=[token]))
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/calendar")
    sheet = Calendar.from_ical(response.content)
    return [(event["DTSTART"].dt, str(event["SUMMARY"])) for event in sheet.walk("VEVENT")]


def test_it_shows_days_and_numbers_without_signing_in(client: Client, nurse: Staff) -> None:
    patient = rows.a_patient(nurse, family_name="Okafor", given_names="Ada")
    rows.a_due_item(patient, due_on=date(2026, 5, 20))
    rows.a_due_item(patient, "immunoglobulin_infusion", date(2026, 6, 9), drug="normal_immunoglobulin")
    _, token = make_feed(by=nurse, content=FeedContent.BOTH)
    assert read(client, token) == [
        (date(2026, 6, 1), "Bloods and other visits: 1 patient, 1 of them late"),
        (date(2026, 6, 9), "Infusion chair: 1 patient"),
    ]
    body = client.get(reverse("calendar_feed", args=[token])).content.decode()
    for secret in ("Okafor", "Ada", patient.hospital_number, "immunoglobulin"):
        assert secret not in body


@pytest.mark.parametrize(
    ("content", "words"), [(FeedContent.BLOODS, ["Bloods"]), (FeedContent.INFUSIONS, ["Infusion"])]
)
def test_it_shows_only_what_was_chosen(client: Client, nurse: Staff, content: FeedContent, words: list[str]) -> None:
    patient = rows.a_patient(nurse)
    rows.a_due_item(patient, due_on=date(2026, 6, 8))
    rows.a_due_item(patient, "immunoglobulin_infusion", date(2026, 6, 9), drug="normal_immunoglobulin")
    _, token = make_feed(by=nurse, content=content)
    assert [summary.split()[0] for _, summary in read(client, token)] == words


def test_only_the_owners_clinics_count(client: Client, nurse: Staff) -> None:
    rows.a_due_item(rows.a_patient(rows.a_member()), due_on=date(2026, 6, 8))
    _, token = make_feed(by=nurse, content=FeedContent.BOTH)
    assert read(client, token) == []


def test_a_revoked_or_unknown_address_or_a_closed_account_is_not_found(client: Client, nurse: Staff) -> None:
    feed, token = make_feed(by=nurse, content=FeedContent.BOTH)
    address = reverse("calendar_feed", args=[token])
    assert client.get(address).status_code == 200
    assert client.get(reverse("calendar_feed", args=[token[:-1]])).status_code == 404
    Staff.objects.filter(pk=nurse.pk).update(is_active=False)
    assert client.get(address).status_code == 404
    Staff.objects.filter(pk=nurse.pk).update(is_active=True)
    client.force_login(nurse)
    assert client.post(reverse("revoke_calendar_feed", args=[feed.pk])).status_code == 302
    assert client.get(address).status_code == 404


def test_the_address_is_shown_once_and_only_its_hash_is_kept(client: Client, nurse: Staff) -> None:
    client.force_login(nurse)
    made = client.post(reverse("calendar_feeds"), {"content": "bloods", "label": "ward telephone"}).content.decode()
    token = made.split("/calendar/feed/")[1].split(".ics")[0]
    feed = CalendarFeed.objects.get()
    assert token not in feed.token_hash
    again = client.get(reverse("calendar_feeds")).content.decode()
    assert "ward telephone" in again
    assert token not in again
    assert client.get(reverse("calendar_feed", args=[token])).status_code == 200


def test_another_persons_address_cannot_be_revoked(client: Client, nurse: Staff) -> None:
    feed, _ = make_feed(by=nurse, content=FeedContent.BOTH)
    client.force_login(rows.a_member(clinic=rows.clinic_of(nurse)))
    assert client.post(reverse("revoke_calendar_feed", args=[feed.pk])).status_code == 404
    feed.refresh_from_db()
    assert feed.revoked_at is None


def test_no_more_than_a_handful_at_once(client: Client, nurse: Staff) -> None:
    for _ in range(MOST_FEEDS):
        make_feed(by=nurse, content=FeedContent.BOTH)
    client.force_login(nurse)
    response = client.post(reverse("calendar_feeds"), {"content": "both"})
    assert response.status_code == 422
    assert "Revoke one that you no longer use" in text_of(response)


def test_when_it_was_last_read_is_kept_by_the_day(client: Client, nurse: Staff) -> None:
    feed, token = make_feed(by=nurse, content=FeedContent.BOTH)
    read(client, token)
    feed.refresh_from_db()
    assert feed.last_used_on == date(2026, 6, 1)


def test_the_log_does_not_hold_the_key(rf: RequestFactory, nurse: Staff) -> None:
    _, token = make_feed(by=nurse, content=FeedContent.BOTH)
    request = rf.get(reverse("calendar_feed", args=[token]))
    assert token not in RequestLogMiddleware.format_request(request)


def test_queries_stay_within_the_budget(
    client: Client, nurse: Staff, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _, token = make_feed(by=nurse, content=FeedContent.BOTH)
    for _ in range(30):
        patient = rows.a_patient(nurse)
        rows.a_due_item(patient, "immunoglobulin_infusion", date(2026, 6, 9), drug="normal_immunoglobulin")
    read(client, token)
    with django_assert_num_queries(query_budget("calendar_feed")):
        read(client, token)
    client.force_login(nurse)
    with django_assert_num_queries(query_budget("calendar_feeds")):
        client.get(reverse("calendar_feeds"))


def test_the_day_on_which_one_was_made_is_told_by_the_clinics_clocks(client: Client, nurse: Staff) -> None:
    feed, _ = make_feed(by=nurse, content=FeedContent.BOTH)
    CalendarFeed.objects.filter(pk=feed.pk).update(created_at=datetime(2026, 5, 6, 23, 30, tzinfo=UTC))
    client.force_login(nurse)
    page = client.get(reverse("calendar_feeds")).content.decode()
    assert "07-May-2026" in page
    assert "06-May-2026" not in page
