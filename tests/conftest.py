"""Real servers for every test run: those of the environment, else the checkout's embedded ones.

Runs side by side keep apart: TEST_DATABASE_NAME names a run's database, and its Redis keys carry the same name.
"""

import os
import zlib
from collections.abc import Iterator

import django
import hypothesis
import pytest
import pytest_django
import redis
from django.conf import settings
from django.db import connection

from tracker.embedded import use_servers
from tracker.embedded.valkey import DATABASES


def point_at_servers() -> None:
    """Set the environment that tracker.settings reads. Workers of one run find the addresses already set."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tracker.settings"
    os.environ.setdefault("DEBUG", "true")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ.setdefault("PGOPTIONS", "-c synchronous_commit=off")  # rows of a test need not survive a power cut
    run = "-".join(
        (os.environ.get("TEST_DATABASE_NAME", "test_myoline"), os.environ.get("PYTEST_XDIST_WORKER", "main"))
    )
    os.environ["REDIS_KEY_PREFIX"] = run
    if "REDIS_URL" in use_servers():
        os.environ["EMBEDDED_REDIS_URL"] = os.environ["REDIS_URL"]
    embedded = os.environ.get("EMBEDDED_REDIS_URL")
    if embedded:
        # cache.clear() empties a whole Redis database: number 0, the demo's, is out of reach.
        number = 1 + zlib.crc32(run.encode()) % (DATABASES - 1)
        os.environ["REDIS_URL"] = f"{embedded.rpartition('/')[0]}/{number}"


point_at_servers()
django.setup()
# A browser's idle connection keeps a server thread, and that would keep the test database from being dropped.
settings.DATABASES["default"]["CONN_MAX_AGE"] = 0
# Argon2 is slow on purpose; the tests of signing in need a password, not its strength.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The workers of this run inherit the environment. Each has to come through here before it reads the settings, which
# pytest-django would make it do at once if this variable were set.
del os.environ["DJANGO_SETTINGS_MODULE"]


# A busy machine is no defect of a test: what Hypothesis generates is judged by what comes out, not by the clock.
hypothesis.settings.register_profile("suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def _leave_no_redis_keys() -> Iterator[None]:
    """Remove what this run's caches and queues have left in Redis."""
    yield
    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    for key in client.scan_iter(match=f"*{os.environ['REDIS_KEY_PREFIX']}:*"):
        client.delete(key)
    client.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[None]:
    """Ends what killed processes left connected: PostgreSQL drops no database that somebody is connected to.

    Some tests kill workers and servers at the worst moment, and a child that has not yet noticed, or a server process
    that waits for a lock, holds its session for a while.
    """
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
