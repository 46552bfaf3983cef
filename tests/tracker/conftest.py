"""What tests of pages start from: the day that their scenes are of, an empty cache, and who is signed in."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import TODAY


@pytest.fixture
def on_the_day() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def empty_cache() -> None:
    """Nobody has tried to sign in yet, and no figure is kept."""
    cache.clear()


@pytest.fixture
def doctor(client: Client) -> Staff:
    """Dora Doctor, signed in with `client`."""
    member = rows.a_member(first_name="Dora", last_name="Doctor")
    client.force_login(member)
    return member


@pytest.fixture
def reader(client: Client, db: None) -> Client:
    """Where a nurse is signed in, about whom nothing else matters."""
    client.force_login(rows.a_member(Role.NURSE))
    return client
