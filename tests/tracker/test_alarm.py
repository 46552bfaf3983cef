"""The red banner of every page: what should have run in the background and has not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from monitoring.models import Heartbeat
from monitoring.selectors.heartbeats import jobs
from tests.factories import rows
from tests.tracker.pages import text_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
PAGES = ("patient_list", "worklist", "safe_silence", "protocol")


@pytest.fixture(autouse=True)
def _on_the_day() -> Iterator[None]:
    cache.delete("heartbeats")
    with time_machine.travel(NOW, tick=False):
        yield


def seen(**last_at: datetime) -> None:
    """Every job was seen now, but for those that are named."""
    Heartbeat.objects.bulk_create(Heartbeat(name=job.name, last_at=last_at.get(job.name, NOW)) for job in jobs())


def page_of(client: Client, name: str = "patient_list") -> str:
    if not client.session.get("_auth_user_id"):
        client.force_login(rows.a_member(password=None))
    return text_of(client.get(reverse(name)))


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_so_while_the_scheduler_stands_still(client: Client, name: str) -> None:
    seen(scheduler=NOW - timedelta(minutes=55))
    page = page_of(client, name)
    # 08:05 in UTC is 09:05 by the clinic's clocks.
    assert "Warning: Reminders and schedules are not running: last seen 01-Jun-2026 at 09:05." in page
    assert "Tell whoever runs this server." in page


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_said_while_all_runs(client: Client, name: str) -> None:
    seen()
    assert "Warning:" not in page_of(client, name)


def test_a_clock_that_was_set_back_hides_nothing(client: Client) -> None:
    seen(scheduler=NOW + timedelta(hours=3))
    assert "A clock is wrong: reminders and schedules were last seen on 01-Jun-2026 at 13:00" in page_of(client)


def test_a_nightly_job_that_was_missed_is_named(client: Client) -> None:
    seen(reconcile=NOW - timedelta(hours=27))
    page = page_of(client)
    assert "Not done when it should have been: working out what is due, last seen 31-May-2026 at 07:00." in page
    assert "not running" not in page


def test_the_page_before_signing_in_tells_nothing(client: Client) -> None:
    seen(scheduler=NOW - timedelta(hours=3))
    assert "Warning:" not in text_of(client.get(reverse("sign_in")))


def test_it_is_announced_and_not_told_by_colour_alone(client: Client) -> None:
    seen(scheduler=NOW - timedelta(hours=3))
    client.force_login(rows.a_member(password=None))
    assert '<p class="alarm" role="alert"><strong>Warning:</strong>' in client.get("/patients/").content.decode()
