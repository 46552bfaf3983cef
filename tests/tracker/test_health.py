"""The health page: for machines, without signing in, without a patient."""

import psycopg
import pytest
import redis
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client

from tracker.views import health


@pytest.mark.django_db
def test_it_is_well_when_both_servers_answer() -> None:
    response = Client().get("/health/")
    assert response.status_code == 200
    assert response.json() == {"database": True, "redis": True}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_it_names_the_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    unreachable = redis.ConnectionPool(host="127.0.0.1", port=1)
    monkeypatch.setattr(cache._cache, "_get_connection_pool", lambda write: unreachable)
    response = Client().get("/health/")
    assert response.status_code == 503
    assert response.json() == {"database": True, "redis": False}


def test_a_database_that_refuses_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise DatabaseError from psycopg.OperationalError()

    monkeypatch.setattr(connection, "cursor", refuse)
    assert health.database_answers() is False


def test_it_takes_no_writes() -> None:
    assert Client().post("/health/").status_code == 405
