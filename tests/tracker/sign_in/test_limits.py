"""Counting wrong passwords and codes."""

import time

import pytest
import redis
import time_machine
from django.conf import LazySettings
from django.core.cache import cache, caches
from django.test import RequestFactory

from tracker.sign_in import keys, limits


@pytest.fixture(autouse=True)
def _five_in_five_minutes(settings: LazySettings) -> None:
    cache.clear()
    caches["of_this_process"].clear()
    settings.SIGN_IN_FAILURES, settings.SIGN_IN_LOCKED_MINUTES = 5, 5


def test_the_fifth_failure_closes() -> None:
    assert [limits.attempt_by(1).failed() for _ in range(5)] == [False] * 4 + [True]
    later = limits.attempt_by(1)
    assert later.refused
    assert not later.failed()  # said once
    assert not limits.attempt_by(2).refused


def test_a_success_forgets() -> None:
    for _ in range(4):
        limits.attempt_by(1).failed()
    limits.attempt_by(1).succeeded()
    assert [limits.attempt_by(1).failed() for _ in range(5)] == [False] * 4 + [True]


def test_many_at_once_are_counted_before_any_is_checked() -> None:
    at_once = [limits.attempt_by(1) for _ in range(8)]
    assert [one.refused for one in at_once] == [False] * 5 + [True] * 3


def test_it_opens_after_five_minutes_whatever_is_tried_meanwhile() -> None:
    with time_machine.travel(time.time(), tick=False) as clock:
        for _ in range(5):
            limits.attempt_by(1).failed()
        for _ in range(3):
            clock.shift(99)
            assert limits.attempt_by(1).refused
            limits.attempt_by(1).failed()
        clock.shift(4)
        assert not limits.attempt_by(1).refused


def test_without_redis_the_process_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    unreachable = redis.ConnectionPool(host="127.0.0.1", port=1)
    monkeypatch.setattr(cache._cache, "_get_connection_pool", lambda write: unreachable)
    assert [limits.attempt_by(1).failed() for _ in range(5)] == [False] * 4 + [True]
    assert limits.attempt_by(1).refused


def test_no_name_is_a_key() -> None:
    request = RequestFactory().post("/")
    for name in ("a b\n", "\x00", "x" * 10_000, "\ud83d", "Ann"):
        assert not limits.attempt_of(name, request).refused
    limits.remember_address("Ann", request)
    assert limits.is_remembered("ann", request)
    assert not limits.is_remembered("ann", RequestFactory().post("/", REMOTE_ADDR="192.0.2.4"))


NOWHERE = "0.0.0.0"  # noqa: S104 - no address to listen on


@pytest.mark.parametrize(
    ("told", "address"),
    [("192.0.2.1", "192.0.2.1"), ("2001:DB8::1", "2001:db8::1"), ("", NOWHERE), ("unix:", NOWHERE)],
)
def test_an_address_is_one_or_none(told: str, address: str) -> None:
    assert limits.address_of(RequestFactory().get("/", REMOTE_ADDR=told)) == address


def test_a_forged_header_is_no_address() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers={"x-forwarded-for": "198.51.100.1"})
    assert limits.address_of(request) == "192.0.2.1"


def test_sealing_is_different_each_time_and_opens_only_under_a_known_key(settings: LazySettings) -> None:
    settings.SECOND_FACTOR_KEYS = ["one"]
    first, second = keys.sealed("a secret"), keys.sealed("a secret")
    assert first != second
    assert keys.opened(first) == keys.opened(second) == "a secret"
    settings.SECOND_FACTOR_KEYS = ["two", "one"]
    assert keys.opened(first) == "a secret"
    settings.SECOND_FACTOR_KEYS = ["two"]
    with pytest.raises(keys.UnreadableSecret):
        keys.opened(first)
