"""What tests of pages start from: the day that their scenes are of, and a doctor who is signed in."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from patients.models import Staff
from tests.factories import rows
from tests.tracker.pages import TODAY


@pytest.fixture
def on_the_day() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def doctor(client: Client) -> Staff:
    """Dora Doctor, signed in with `client`."""
    member = rows.a_member(first_name="Dora", last_name="Doctor")
    client.force_login(member)
    return member
