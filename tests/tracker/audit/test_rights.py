"""What the application's role may do to the audit trail and to clinical rows, tried through its own connection."""

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection

from patients.models import Patient
from tests.conftest import AS_APPLICATION, AS_OWNER, connect_as
from tests.factories.rows import a_member, a_patient
from tracker.audit.rights import RIGHTS
from tracker.database.roles import APPLICATION, READER

pytestmark = pytest.mark.django_db(transaction=True)

Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def application() -> Iterator[Connection]:
    """A connection of the application's role to this test's database, with nothing of Django around it."""
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=settings["NAME"],
        autocommit=True,
    ) as found:
        yield found


@pytest.fixture
def patient() -> Patient:
    return a_patient(a_member())


def test_the_suite_itself_runs_as_the_applications_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user, current_user, rolsuper FROM pg_roles WHERE rolname = session_user")
        assert cursor.fetchone() == (APPLICATION, APPLICATION, False)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit.event (kind, subject) VALUES ('insert', 'patients_patient')",
        "UPDATE audit.event SET actor_id = 1",
        "DELETE FROM audit.event",
        "TRUNCATE audit.event",
        "COPY audit.event (kind, subject) FROM STDIN",
        "SELECT * FROM audit.event FOR UPDATE",
        "INSERT INTO audit.seal (id) VALUES (1)",
        "DELETE FROM audit.link",
        "DROP TABLE audit.event",
        "ALTER TABLE audit.event DISABLE TRIGGER ALL",
        "ALTER TABLE patients_patient DISABLE TRIGGER audit_update",
        "ALTER TABLE patients_patient DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_update ON patients_patient",
        "CREATE RULE silent AS ON UPDATE TO patients_patient DO INSTEAD NOTHING",
        "CREATE OR REPLACE FUNCTION audit.capture_patients_patient() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RETURN NULL; END'",
        "CREATE TABLE public.patients_shadow (id bigint)",
        "CREATE TABLE audit.shadow (id bigint)",
        "CREATE SCHEMA mine",
        "SET session_replication_role = replica",
        "SET ROLE myoline",
        "SELECT audit.watch('patients_patient', '', '', '{}', '{}', 'id', true)",
        "SELECT audit.acting()",
        "SELECT audit.roles_of(1)",
        "SELECT audit.record('insert', 'patients_patient', '{}', NULL, '{}')",
        "DELETE FROM patients_patient",
        "DELETE FROM regimens_course",
        "DELETE FROM monitoring_result",
        "DELETE FROM patients_staff",
        "DELETE FROM tracker_reportrun",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('tracker', 'x', now())",
    ],
)
def test_the_application_is_refused(application: Connection, patient: Patient, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute(statement)
    assert Patient.objects.filter(pk=patient.pk).exists()


def test_no_capturing_function_can_be_put_on_a_table_of_ones_own(
    application: Connection,
) -> None:
    """Whose rows would then be recorded as a patient's."""
    application.execute("CREATE TEMP TABLE patients_patient (id bigint, clinic_id bigint)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute(
            "CREATE TRIGGER forged AFTER INSERT ON pg_temp.patients_patient REFERENCING NEW TABLE AS new_rows "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit.capture_patients_patient()"
        )


def test_tables_of_ones_own_do_not_mislead_the_triggers(application: Connection, patient: Patient) -> None:
    """A temporary table of the same name, and a search path that finds it first."""
    application.execute("CREATE TEMP TABLE patients_membership (staff_id bigint, clinic_id bigint, role text)")
    application.execute("INSERT INTO patients_membership VALUES (%s, 1, 'forged')", [patient.recorded_by_id])
    application.execute(
        "CREATE FUNCTION pg_temp.to_jsonb(anyelement) RETURNS jsonb LANGUAGE sql AS 'SELECT ''1''::jsonb'"
    )
    application.execute("SET search_path = pg_temp, public, pg_catalog")
    with application.transaction():
        application.execute(
            "SELECT set_config('myoline.acting', %s, true)", [f'{{"actor_id": {patient.recorded_by_id}}}']
        )
        application.execute("UPDATE public.patients_patient SET family_name = 'Changed' WHERE id = %s", [patient.pk])
    row = application.execute(
        "SELECT roles, new->>'family_name' FROM audit.event WHERE subject = 'patients_patient' AND row_id = %s "
        "ORDER BY id DESC LIMIT 1",
        [str(patient.pk)],
    ).fetchone()
    assert row == (f"doctor@{patient.clinic_id}", "Changed")


def test_every_function_of_the_trail_that_lends_rights_has_its_own_search_path_and_few_may_be_called(
    owner_connection: Connection,
) -> None:
    found = owner_connection.execute(
        "SELECT proname, prosecdef, COALESCE(array_to_string(proconfig, ','), ''), "
        "has_function_privilege(%s, oid, 'EXECUTE'), has_function_privilege(%s, oid, 'EXECUTE') "
        "FROM pg_proc WHERE pronamespace = 'audit'::regnamespace",
        [APPLICATION, READER],
    ).fetchall()
    assert {name for name, _, _, callable_by_application, _ in found if callable_by_application} == {
        "record",
        "seal_events",
    }
    assert not [name for name, *_, callable_by_reader in found if callable_by_reader]
    for name, lends, configuration, *_ in found:
        if lends:
            assert "search_path=pg_catalog, pg_temp" in configuration, name


def test_the_application_deletes_only_what_is_listed(owner_connection: Connection) -> None:
    rows = owner_connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
        "AND has_table_privilege(%s, oid, 'DELETE')",
        [APPLICATION],
    )
    listed = re.findall(r"'(\w+)'", RIGHTS.partition("ARRAY[")[2].partition("]")[0])
    assert {name for (name,) in rows} == set(listed)


def test_outside_tests_the_application_may_empty_no_table(
    owner_connection: Connection,
    application: Connection,
    patient: Patient,
) -> None:
    """The suite is let: a transactional test ends so. No grant of the software says TRUNCATE."""
    assert "TRUNCATE" not in RIGHTS
    owner_connection.execute(f"REVOKE TRUNCATE ON patients_weight FROM {APPLICATION}")
    try:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("TRUNCATE patients_weight CASCADE")
    finally:
        owner_connection.execute(f"GRANT TRUNCATE ON patients_weight TO {APPLICATION}")


def test_a_table_that_a_later_migration_makes_can_be_used_and_not_deleted_from(
    owner_connection: Connection, application: Connection
) -> None:
    owner_connection.execute("CREATE TABLE of_tomorrow (id bigint GENERATED ALWAYS AS IDENTITY, value text)")
    try:
        application.execute("INSERT INTO of_tomorrow (value) VALUES ('one')")
        application.execute("UPDATE of_tomorrow SET value = 'two'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("DELETE FROM of_tomorrow")
    finally:
        owner_connection.execute("DROP TABLE of_tomorrow")


def test_not_even_a_superuser_changes_the_trail_unless_the_guard_goes_first(
    owner_connection: Connection, patient: Patient
) -> None:
    for statement in ("UPDATE audit.event SET reason = ''", "DELETE FROM audit.event", "TRUNCATE audit.event"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only ever added to"):
            owner_connection.execute(statement)


def test_who_only_reads_sees_the_trail_and_nothing_else(owner_connection: Connection) -> None:
    owner_connection.execute(f"SET ROLE {READER}")
    owner_connection.execute("SELECT count(*) FROM audit.event")
    for statement in ("SELECT 1 FROM public.patients_patient", "SELECT audit.record('access', 'x', '{}', NULL, '{}')"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner_connection.execute(statement)
    owner_connection.execute("RESET ROLE")


def errors_before_deployment() -> list[str]:
    found = run_checks(tags=["database"], include_deployment_checks=True, databases=["default"])
    return [message.msg for message in found if message.id == "tracker.E002"]


def test_before_a_deployment_the_applications_connection_is_checked() -> None:
    assert errors_before_deployment() == []
    connect_as(AS_OWNER)
    try:
        (message,) = errors_before_deployment()
        assert AS_OWNER["USER"] in message
        for words in ("is a superuser", "owns the audit trail", "may empty the audit trail"):
            assert words in message
    finally:
        connect_as(AS_APPLICATION)


def test_roles_are_made_again_at_any_time_and_never_for_the_owner(settings: Any) -> None:
    parts = {**AS_OWNER, "NAME": connection.settings_dict["NAME"]}
    settings.DATABASE_OWNER_URL = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**parts)
    for _ in range(2):
        call_command("make_roles", verbosity=0)
    connection.close()
    assert not Patient.objects.exists()  # the password still opens, and the rights are there

    connection.settings_dict.update(AS_OWNER)
    try:
        with pytest.raises(CommandError, match="both sign in as"):
            call_command("make_roles")
    finally:
        connect_as(AS_APPLICATION)
    settings.DATABASE_OWNER_URL = ""
    with pytest.raises(CommandError, match="Set DATABASE_OWNER_URL"):
        call_command("make_roles")
