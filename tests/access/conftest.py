"""One scene for all tests of a module; whatever a test writes is taken back after it."""

import gc
from collections.abc import Iterator

import pytest
import pytest_django
import time_machine
from django.db import connection, transaction

from tests.access.scene import NOW, Scene, make_scene


# Every module that uses the scene is marked `django_db`: without the mark no test database is made.
@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[Scene]:
    with (
        django_db_blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
    ):
        used = connection.settings_dict["NAME"]
        assert used.startswith(connection.settings_dict["TEST"]["NAME"]), f"{used} is no test database"
        for limit in ("OfPerson", "SignInByAddress", "SignInByName"):
            patch.setattr(f"tracker.api.throttles.{limit}.rate", "100000/min", raising=False)
        made = make_scene()
        # Thousands of requests follow: what is there by now stays, and need not be looked through for rubbish.
        gc.collect()
        gc.freeze()
        yield made
        gc.unfreeze()
        transaction.set_rollback(True)
