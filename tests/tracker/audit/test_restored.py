"""A dump that is restored as docs/backup-and-restore.md says: the trail checks out there, and goes on."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.db.models import F

from patients.models import Patient
from tests.factories import rows
from tests.tracker.audit.trails import Owner, some_events, whole
from tracker.audit.seal import head_of_trail, seal_trail
from tracker.audit.verify import verify_trail
from tracker.embedded.postgres import PACKAGE
from tracker.embedded.server import package_folder
from tracker.models import Event

pytestmark = pytest.mark.django_db(transaction=True)
PROGRAMS = package_folder(PACKAGE) / "pginstall" / "bin"


def run(program: str, *options: str) -> None:
    done = subprocess.run([PROGRAMS / program, *options], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def other_database(owner_connection: Owner) -> Iterator[str]:
    name = f"{connection.settings_dict['NAME']}_restored"
    owner_connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    owner_connection.execute(f'CREATE DATABASE "{name}"')
    yield name
    owner_connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def in_database(name: str) -> None:
    """Every connection from now on is one to this database, as the same role."""
    connection.close()
    connection.settings_dict["NAME"] = name


@pytest.fixture
def restored(owner_connection: Owner, other_database: str, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A trail of two seals and of a row that was sealed by none, dumped and restored; its head and its patient."""
    patient = rows.a_patient(rows.a_member(password=None))
    for _ in range(2):
        some_events(owner_connection, 4)
        seal_trail()
    kept = {"head": head_of_trail(), "patient": patient.pk}
    rows.a_weight(patient)
    here = str(connection.settings_dict["NAME"])
    address = os.environ["DATABASE_OWNER_URL"].rpartition("/")[0]
    dump = str(tmp_path / "myoline.dump")
    run("pg_dump", "--format=custom", f"--file={dump}", f"--dbname={address}/{here}")
    run("pg_restore", "--exit-on-error", f"--dbname={address}/{other_database}", dump)
    in_database(other_database)
    yield kept
    in_database(here)


def test_the_trail_is_whole_there_goes_on_and_stays_guarded(restored: dict[str, Any]) -> None:
    """One test for all of it: a dump and a restore take seconds."""
    assert restored["head"] is not None
    report = verify_trail(heads=[restored["head"]])
    assert (report.is_whole, report.heads_compared, report.seals) == (True, 1, 2)
    seal_trail()  # what waited when the dump was made
    assert whole().unsealed == 0

    Patient.objects.filter(pk=restored["patient"]).update(version=F("version") + 1)  # past every action, as raw SQL
    event = Event.objects.latest("id")
    assert (event.subject, event.kind, event.patient_id) == ("patients_patient", "update", restored["patient"])
    assert seal_trail().events == 1
    whole()

    for statement in ("UPDATE audit.event SET reason = 'x'", "DELETE FROM audit.event", "TRUNCATE audit.event"):
        with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(statement)

    address = os.environ["DATABASE_OWNER_URL"].rpartition("/")[0]
    with psycopg.connect(f"{address}/{connection.settings_dict['NAME']}") as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE audit.event SET reason = 'another' WHERE id = (SELECT min(id) FROM audit.event)")
    assert not verify_trail().is_whole
