"""How many wrong passwords and codes are borne, and from whom.

A wrong password counts for the name and the address together: nobody elsewhere can lock a person out. A wrong code
counts for the account alone, since whoever types codes knows the password already. Counts are in Redis, for all servers
together; while Redis is away each server process counts for itself, so that a clinic still signs in and nobody guesses
without end.
"""

import hashlib
import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.http import HttpRequest
from redis import RedisError
from rest_framework.throttling import BaseThrottle

log = structlog.get_logger(__name__)
T = TypeVar("T")
REMEMBERED = 30 * 24 * 60 * 60  # seconds for which an address counts as one that the person signs in from


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. It is counted before anything is checked, so that many at once are not borne either."""

    _key: str
    refused: bool

    def succeeded(self) -> None:
        """What went wrong before is forgotten."""
        _counted(lambda counts: counts.delete_many([f"{self._key}:count", f"{self._key}:until"]))

    def failed(self) -> bool:
        """Whether this was the last that is borne: from now on every try is refused for some minutes."""
        if self.refused:
            return False
        return _counted(self._close)

    def _close(self, counts: BaseCache) -> bool:
        if int(counts.get(f"{self._key}:count", 0)) < settings.SIGN_IN_FAILURES:
            return False
        seconds = settings.SIGN_IN_LOCKED_MINUTES * 60
        counts.set(f"{self._key}:until", time.time() + seconds, seconds)
        counts.delete(f"{self._key}:count")
        return True


def attempt_of(username: str, request: HttpRequest) -> Attempt:
    """A password typed for a name, known or not, at one address."""
    return _begin("password", f"{username.casefold()} {address_of(request)}")


def attempt_by(staff_id: int) -> Attempt:
    """A code, or a password asked for once more, typed by somebody who has shown to be this person already."""
    return _begin("code", str(staff_id))


def remember_address(username: str, request: HttpRequest) -> None:
    """This person signs in from here: guesses made elsewhere do not count against them here."""
    key = _key("address", f"{username.casefold()} {address_of(request)}")
    _counted(lambda counts: counts.set(key, True, REMEMBERED))


def is_remembered(username: str, request: HttpRequest) -> bool:
    """Whether this person signed in from this address within the last 30 days."""
    key = _key("address", f"{username.casefold()} {address_of(request)}")
    return _counted(lambda counts: bool(counts.get(key)))


def address_of(request: HttpRequest) -> str:
    """Where the request comes from, by the one proxy that is trusted, if any; 0.0.0.0 where it cannot be told."""
    try:
        return str(ipaddress.ip_address(str(BaseThrottle().get_ident(request))))  # type: ignore[arg-type]  # reads META alone
    except ValueError:
        return "0.0.0.0"  # noqa: S104 - no address to listen on


def _begin(scope: str, whose: str) -> Attempt:
    key = _key(scope, whose)

    def count(counts: BaseCache) -> bool:
        if float(counts.get(f"{key}:until", 0)) > time.time():
            return True
        counts.add(f"{key}:count", 0, settings.SIGN_IN_LOCKED_MINUTES * 60)
        try:
            return counts.incr(f"{key}:count") > settings.SIGN_IN_FAILURES
        except ValueError:  # it ran out between the two steps
            return False

    return Attempt(key, refused=_counted(count))


def _key(scope: str, whose: str) -> str:
    return f"sign-in:{scope}:{hashlib.sha256(whose.encode(errors='replace')).hexdigest()}"


def _counted(step: Callable[[BaseCache], T]) -> T:
    try:
        return step(caches["default"])
    except RedisError:
        log.warning("attempts_counted_by_this_process_alone")
        return step(caches["of_this_process"])
