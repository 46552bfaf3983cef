"""One scene for all tests of a module; whatever a test writes is taken back after it."""

from collections.abc import Iterator

import pytest
import pytest_django
import time_machine
from django.db import transaction

from tests.access.scene import NOW, Scene, make_scene, undone


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[Scene]:
    with (
        django_db_blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
    ):
        for limit in ("OfPerson", "SignInByAddress", "SignInByName"):
            patch.setattr(f"tracker.api.throttles.{limit}.rate", "100000/min", raising=False)
        yield make_scene()
        transaction.set_rollback(True)


@pytest.fixture
def _nothing_stays(scene: Scene) -> Iterator[None]:
    with undone():
        yield
