"""Sealing beside transactions that stay open, other sealers, killed sealers and a move to another server."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from monitoring.models import Heartbeat
from monitoring.selectors.heartbeats import SEALS
from tests.tracker.audit.trails import (
    Owner,
    sealed_events,
    some_events,
    tampering,
    whole,
)
from tracker import tasks
from tracker.audit.canonical import SEALER_LOCK
from tracker.audit.seal import Sealer, seal_trail, waiting_since, waits_too_long
from tracker.audit.verify import verify_trail

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def another(owner_connection: Owner) -> Iterator[Owner]:
    """A second session, which does not commit by itself."""
    with psycopg.connect(owner_connection.info.dsn, password=owner_connection.info.password) as session:
        yield session
        if not session.broken:
            session.rollback()


def links(owner: Owner) -> list[int]:
    return [row[0] for row in owner.execute("SELECT event_id FROM audit.link ORDER BY position")]


def seals(owner: Owner) -> list[tuple[int, int]]:
    return owner.execute("SELECT first_position, last_position FROM audit.seal ORDER BY id").fetchall()


def test_a_transaction_that_was_open_meanwhile_is_sealed_later_and_nothing_is_skipped(
    owner_connection: Owner, another: Owner
) -> None:
    open_meanwhile = some_events(another, 2)  # the lower numbers, not committed yet
    committed = some_events(owner_connection, 3)
    assert min(committed) > max(open_meanwhile)
    assert seal_trail().events == 3
    assert (links(owner_connection), waiting_since()) == (committed, None)
    another.commit()
    assert waiting_since() is not None
    assert seal_trail().events == 2
    assert links(owner_connection) == committed + open_meanwhile
    whole()


def test_a_transaction_open_over_many_seals_is_sealed_when_it_ends(owner_connection: Owner, another: Owner) -> None:
    first = sealed_events(owner_connection, 2)
    late = some_events(another, 1)
    for _ in range(3):
        sealed_events(owner_connection, 2)
        late += some_events(another, 1)
    whole()
    another.commit()
    while seal_trail(batch=2).events:
        pass
    assert links(owner_connection)[:2] == first
    assert links(owner_connection)[-4:] == late
    assert whole().events == 12


def test_a_transaction_rolled_back_leaves_a_gap_in_the_numbers_and_none_in_the_chain(
    owner_connection: Owner, another: Owner
) -> None:
    some_events(another, 5)
    another.rollback()
    sealed_events(owner_connection, 2)
    assert whole().events == 2


def test_batches_cut_through_a_large_transaction(owner_connection: Owner) -> None:
    ids = some_events(owner_connection, 25)
    assert seal_trail(batch=10).events == 25
    assert seals(owner_connection) == [(1, 10), (11, 20), (21, 25)]
    assert links(owner_connection) == ids
    assert seal_trail(batch=10).events == 0
    whole()


def test_time_is_up(owner_connection: Owner) -> None:
    some_events(owner_connection, 25)
    found = seal_trail(seconds=0, batch=10)
    assert (found.events, found.ended) == (10, Sealer.OUT_OF_TIME)


def test_one_sealer_at_a_time(owner_connection: Owner, another: Owner) -> None:
    another.execute("SELECT pg_advisory_xact_lock(%s)", [SEALER_LOCK])
    some_events(owner_connection, 2)
    assert seal_trail().ended is Sealer.ELSEWHERE
    another.commit()
    assert seal_trail().events == 2
    whole()


SEALER = """
import django; django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = {name!r}
from tracker.audit.seal import seal_trail
while True:
    print(seal_trail(batch=7).events, flush=True)
"""


def a_sealer() -> "subprocess.Popen[str]":
    name = connection.settings_dict["NAME"]
    return subprocess.Popen(
        [sys.executable, "-c", SEALER.format(name=name)],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tracker.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.servers
def test_two_sealers_while_others_write(owner_connection: Owner) -> None:
    sealers = [a_sealer(), a_sealer()]
    try:
        for sealer in sealers:
            assert sealer.stdout is not None
            sealer.stdout.readline()
        for _ in range(40):
            some_events(owner_connection, 20)
        deadline = time.monotonic() + 60
        while waiting_since() is not None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        for sealer in sealers:
            sealer.kill()
            sealer.wait()
            assert sealer.stdout is not None
            sealer.stdout.close()
    assert whole().events == 800


@pytest.mark.servers
def test_a_sealer_killed_anywhere_leaves_nothing_half_sealed(owner_connection: Owner) -> None:
    some_events(owner_connection, 3_000)
    for pause in (0.0, 0.003, 0.011, 0.02):
        sealer = a_sealer()
        assert sealer.stdout is not None
        sealer.stdout.readline()
        time.sleep(pause)
        sealer.send_signal(signal.SIGKILL)
        sealer.wait()
        sealer.stdout.close()
        assert verify_trail().is_whole
        # In one statement: what PostgreSQL had begun for the sealer may still come to its end.
        both = owner_connection.execute(
            "SELECT COALESCE((SELECT max(last_position) FROM audit.seal), 0), (SELECT count(*) FROM audit.link)"
        ).fetchone()
        assert both is not None
        assert both[0] == both[1]
    seal_trail()
    assert whole().events == 3_000


def test_a_backend_that_dies_within_the_statement_has_done_nothing(owner_connection: Owner, another: Owner) -> None:
    some_events(owner_connection, 10)
    assert another.execute("SELECT audit.seal_events(4)").fetchone() == (4,)
    owner_connection.execute("SELECT pg_terminate_backend(%s)", [another.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        another.execute("SELECT 1")
    assert (links(owner_connection), seals(owner_connection)) == ([], [])
    assert seal_trail().events == 10
    whole()


def test_after_a_move_to_another_server_where_numbers_begin_anew(owner_connection: Owner) -> None:
    sealed_events(owner_connection, 3)
    moved = some_events(owner_connection, 4)
    with tampering(owner_connection) as owner:
        # As a restored dump looks: the same rows, made by transactions of numbers that this server has not reached.
        owner.execute("UPDATE audit.event SET transaction = '9000000000' WHERE id = ANY(%s)", [moved[:2]])
        owner.execute("UPDATE audit.event SET transaction = '5' WHERE id = %s", [moved[2]])
        owner.execute("TRUNCATE audit.link, audit.seal")
        owner.execute(
            "INSERT INTO audit.link SELECT 1, min(id), sha256('') FROM audit.event; INSERT INTO audit.seal "
            "SELECT 1, now(), 1, 1, 'another server', '8000000000', 0, 1, '', sha256('')"
        )
    assert any("another server" in note for note in verify_trail().notes)
    assert seal_trail().events == 6
    assert (waiting_since(), seal_trail().events) == (None, 0)
    later = some_events(owner_connection, 2)
    assert seal_trail().events == 2
    assert links(owner_connection)[-2:] == later
    report = verify_trail()
    in_chain = {broken.position for broken in report.broken if broken.position}
    assert in_chain == {1}, "only the seal made up above is wrong"
    assert not any("put in later" in broken.text for broken in report.broken)


def test_sealing_does_not_go_on_from_a_broken_end(owner_connection: Owner) -> None:
    sealed_events(owner_connection, 3)
    with tampering(owner_connection) as owner:
        owner.execute("DELETE FROM audit.link WHERE position = 3")
    some_events(owner_connection, 1)
    with pytest.raises(Exception, match="query returned no rows"):
        seal_trail()


@pytest.mark.parametrize(("minutes", "too_long"), [(9, False), (11, True)])
def test_an_event_that_waits_for_too_long_is_no_sign_of_life(
    owner_connection: Owner, another: Owner, minutes: int, too_long: bool, settings: Any
) -> None:
    settings.HEARTBEAT_LATE_MINUTES = 10
    another.execute("SELECT pg_advisory_xact_lock(%s)", [SEALER_LOCK])
    some_events(owner_connection, 1)
    assert waits_too_long(timezone.now() + timedelta(minutes=minutes)) is too_long
    with tampering(owner_connection) as owner:
        owner.execute("UPDATE audit.event SET at = at - make_interval(mins => %s)", [minutes])
    tasks.seal_trail()
    assert Heartbeat.objects.filter(name=SEALS).exists() is not too_long


def test_the_application_can_seal_and_can_write_no_seal(owner_connection: Owner) -> None:
    sealed_events(owner_connection, 1)
    with connection.cursor() as cursor:
        for statement in (
            "INSERT INTO audit.link VALUES (2, 2, '')",
            "INSERT INTO audit.seal SELECT * FROM audit.seal",
            "UPDATE audit.seal SET head = ''",
            "DELETE FROM audit.link",
        ):
            with pytest.raises(Exception, match="permission denied"):
                cursor.execute(statement)
