"""Real servers for every test run: those of the environment, else the checkout's embedded ones.

Runs side by side keep apart: TEST_DATABASE_NAME names a run's database, and its Redis keys carry the same name.

The owner makes the database and migrates it; every test then runs as the application's role, in this process and in
the processes that it starts (docs/adr/0028).
"""

import gc
import os
import zlib
from collections.abc import Iterator
from typing import Any

import django
import hypothesis
import psycopg
import pytest
import pytest_django
import redis
import time_machine
from django.conf import settings
from django.core.cache import caches
from django.db import connection

from tests.browser.chromium import chromium, missing, must_be_there
from tracker.database.roles import APPLICATION
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
    if not os.environ.get("DATABASE_OWNER_URL"):
        raise pytest.UsageError(
            "DATABASE_URL is set and DATABASE_OWNER_URL is not: tests make their database as its owner, and run as the "
            "application's role. `manage.py make_roles` makes that role."
        )
    embedded = os.environ.get("EMBEDDED_REDIS_URL")
    if embedded:
        # cache.clear() empties a whole Redis database: number 0, the demo's, is out of reach.
        number = 1 + zlib.crc32(run.encode()) % (DATABASES - 1)
        os.environ["REDIS_URL"] = f"{embedded.rpartition('/')[0]}/{number}"


point_at_servers()
django.setup()
from patients.models import Staff  # noqa: E402 - models need what was just set up
from patients.rules.vocabulary import Role  # noqa: E402 - as above
from tests.factories import rows  # noqa: E402 - as above
from tests.factories.api import Scene, make_scene  # noqa: E402 - as above
from tracker.settings import database  # noqa: E402 - reads what was just set

# A browser's idle connection keeps a server thread, and that would keep the test database from being dropped.
settings.DATABASES["default"]["CONN_MAX_AGE"] = 0
AS_APPLICATION = {name: settings.DATABASES["default"][name] for name in ("USER", "PASSWORD", "HOST", "PORT")}
AS_OWNER = {name: database(settings.DATABASE_OWNER_URL)[name] for name in AS_APPLICATION}
settings.DATABASES["default"].update(AS_OWNER)  # until the database is made
# Argon2 is slow on purpose; the tests of signing in need a password, not its strength.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The workers of this run inherit the environment. Each has to come through here before it reads the settings, which
# pytest-django would make it do at once if this variable were set.
del os.environ["DJANGO_SETTINGS_MODULE"]


# A busy machine is no defect of a test: what Hypothesis generates is judged by what comes out, not by the clock. It
# generates the same in every run, as it does by itself with CI=true; HYPOTHESIS_SEARCH=true looks for more.
hypothesis.settings.register_profile(
    "suite",
    deadline=None,
    derandomize=os.environ.get("HYPOTHESIS_SEARCH") != "true",
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("suite")


LEFT_OUT = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "visits(*names): the addresses, by name, that this browser test looks at")
    config.stash[LEFT_OUT] = 0
    if must_be_there() and not chromium():
        raise pytest.UsageError(f"With CI=true the browser tests have to run, and {missing()}.")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What asks for a browser is marked so, and without chromium left out."""
    driven = [item for item in items if "browser" in getattr(item, "fixturenames", ())]
    for item in driven:
        item.add_marker("browser")
    if driven and not chromium():
        config.hook.pytest_deselected(items=driven)
        config.stash[LEFT_OUT] = len(driven)
        items[:] = [item for item in items if item not in driven]


def pytest_collection_finish() -> None:
    """What stands by now stays to the end: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)  # there is one in the processes of pytest-xdist
    if output is not None:
        output["browser_tests_left_out"] = session.config.stash[LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Each process of pytest-xdist has collected every test, so that each tells the same number."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("browser_tests_left_out", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    count = config.stash[LEFT_OUT]
    if count:
        terminalreporter.write_line(f"{count} browser tests were left out: {missing()}.", yellow=True)


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
    """Hands the database that its owner has made over to the application's role, and takes it back to drop it."""
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            # A transactional test ends by emptying every table, which the application may do nowhere else.
            cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {APPLICATION}")
        empty_the_trail()
        built = what_no_test_may_change()
        connect_as(AS_APPLICATION)
    yield
    with django_db_blocker.unblock():
        connect_as(AS_OWNER)
        end_other_sessions()
        changed = sorted(built ^ what_no_test_may_change())
    assert not changed, f"some test has changed the database itself and left it so: {changed}"


def connect_as(role: dict[str, str]) -> None:
    """Every connection from now on signs in as this role."""
    connection.close()
    connection.settings_dict.update(role)


def what_no_test_may_change() -> set[tuple[str, ...]]:
    """Rights, triggers, functions and the migrations with their times: they outlive every test that touches them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text, a.grantee::regrole::text, a.privilege_type "
            "FROM pg_class c, aclexplode(c.relacl) a "
            "WHERE c.relnamespace IN ('public'::regnamespace, 'audit'::regnamespace) "
            "UNION ALL SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal "
            "UNION ALL SELECT oid::regprocedure::text, prosrc, proacl::text FROM pg_proc "
            "WHERE pronamespace IN ('public'::regnamespace, 'audit'::regnamespace) "
            "UNION ALL SELECT app, name, applied::text FROM django_migrations"
        )
        return {tuple(map(str, row)) for row in cursor.fetchall()}


def end_other_sessions() -> None:
    """Ends what killed processes left connected: PostgreSQL drops no database that somebody is connected to.

    Some tests kill workers and servers at the worst moment, and a child that has not yet noticed, or a server process
    that waits for a lock, holds its session for a while.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def on_the_day() -> Iterator[None]:
    """The day that most scenes are of. A folder whose scenes are of another has a fixture of its own."""
    with time_machine.travel("2026-11-20 12:00:00+00:00", tick=False):
        yield


@pytest.fixture
def doctor(db: None) -> Staff:
    return rows.a_member(Role.DOCTOR, password=None)


@pytest.fixture
def nurse(db: None) -> Staff:
    return rows.a_member(Role.NURSE, password=None)


@pytest.fixture
def scene(db: None) -> Scene:
    """Two clinics as the API sees them."""
    return make_scene()


def as_owner() -> "psycopg.Connection[tuple[Any, ...]]":
    """A session of the tables' owner (here a superuser) in this process's test database; each statement commits."""
    return psycopg.connect(
        host=AS_OWNER["HOST"],
        port=AS_OWNER["PORT"],
        user=AS_OWNER["USER"],
        password=AS_OWNER["PASSWORD"],
        dbname=connection.settings_dict["NAME"],
        autocommit=True,
    )


@pytest.fixture
def owner_connection(transactional_db: None) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    """As `as_owner`, for as long as the test runs."""
    with as_owner() as owner:
        yield owner


def empty_the_trail() -> None:
    """Leaves no event, seal or link: Django, which empties its own tables after a test that commits, knows none."""
    with as_owner() as owner:
        owner.execute("SET session_replication_role = replica")  # else its guards refuse, as they should
        owner.execute("TRUNCATE audit.event, audit.seal, audit.link")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """No test finds figures, heartbeats, counts of sign-ins or a queue that another has left in Redis."""
    if uses_database(item):
        for cache in caches.all():
            cache.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """No test sees what another has committed to the audit trail: it begins with none."""
    try:
        yield
    finally:
        if commits(item) and nextitem is not None:  # after the last test there is no database
            empty_the_trail()


def uses_database(item: pytest.Item) -> bool:
    names = getattr(item, "fixturenames", ())
    return "db" in names or item.get_closest_marker("django_db") is not None or commits(item)


def commits(item: pytest.Item) -> bool:
    """Whether what the test writes is taken back by nobody but by emptying the tables."""
    names = getattr(item, "fixturenames", ())
    marker = item.get_closest_marker("django_db")
    marked = marker is not None and marker.kwargs.get("transaction", False)
    return marked or "transactional_db" in names or "live_server" in names
