"""The health pages: for machines, without signing in, without a patient."""

from datetime import timedelta

import psycopg
import pytest
import redis
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from monitoring.models import Heartbeat
from tracker.views import health

LATE = [timedelta(minutes=11), timedelta(minutes=-11)]


def scheduler_seen(ago: timedelta) -> None:
    Heartbeat.objects.create(name="scheduler", last_at=timezone.now() - ago)


@pytest.mark.django_db
def test_it_is_well_when_both_servers_answer() -> None:
    scheduler_seen(timedelta(minutes=1))
    response = Client().get("/health/")
    assert response.status_code == 200
    assert response.json() == {"database": True, "redis": True, "scheduler": True}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_it_names_the_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    unreachable = redis.ConnectionPool(host="127.0.0.1", port=1)
    monkeypatch.setattr(cache._cache, "_get_connection_pool", lambda write: unreachable)
    response = Client().get("/health/")
    assert response.status_code == 503
    assert response.json() == {"database": True, "redis": False, "scheduler": False}


@pytest.mark.django_db
@pytest.mark.parametrize("ago", LATE)
def test_a_scheduler_that_stands_still_is_told_and_takes_no_web_server_out_of_service(ago: timedelta) -> None:
    scheduler_seen(ago)
    response = Client().get("/health/")
    assert (response.status_code, response.json()["scheduler"]) == (200, False)


@pytest.mark.django_db
def test_the_scheduler_has_a_page_of_its_own() -> None:
    assert Client().get("/health/scheduler/").status_code == 503  # never seen
    scheduler_seen(timedelta(minutes=9))
    response = Client().get("/health/scheduler/")
    assert (response.status_code, response.json()) == (200, {"scheduler": True})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("ago", LATE)
def test_that_page_fails_while_the_scheduler_is_late(ago: timedelta) -> None:
    scheduler_seen(ago)
    response = Client().get("/health/scheduler/")
    assert (response.status_code, response.json()) == (503, {"scheduler": False})


def test_a_database_that_refuses_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise DatabaseError from psycopg.OperationalError()

    monkeypatch.setattr(connection, "cursor", refuse)
    monkeypatch.setattr(health, "scheduler_is_seen", refuse)
    assert health.database_answers() is False
    assert health.scheduler_runs() is False


@pytest.mark.parametrize("page", ["/health/", "/health/scheduler/"])
def test_it_takes_no_writes(page: str) -> None:
    assert Client().post(page).status_code == 405
