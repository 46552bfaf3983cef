"""Whatever way a row is written, the audit trail has it: who, from where and why. What is undone leaves nothing."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from monitoring.models import CalendarFeed, SavedView
from patients.acting import NOBODY, Acting, acting_as, because, name_actor
from patients.models import Membership, Patient, Staff, Weight
from tests.factories.records import DAY
from tests.factories.rows import a_clinic, a_member, a_patient, a_weight
from tracker.models import Event
from tracker.versions import protocol_versions, software_version

Connection = psycopg.Connection[tuple[Any, ...]]
Since = Callable[[], list[Event]]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def patient() -> Patient:
    return a_patient(a_member())


@pytest.fixture
def since(patient: Patient) -> Since:
    """The events after the patient was there."""
    last = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    return lambda: list(Event.objects.filter(id__gt=last).order_by("id"))


@pytest.fixture
def known(patient: Patient) -> Iterator[Acting]:
    found = Acting(
        actor_id=patient.recorded_by_id, request_id="r-1", origin="page test", reason="typed", emergency_id=7
    )
    with acting_as(found):
        yield found


def new_weights(patient: Patient, *days: int) -> list[Weight]:
    by = patient.recorded_by
    return [Weight(patient=patient, on=DAY + timedelta(day), kilograms=Decimal(70), recorded_by=by) for day in days]


def broken_off(patient: Patient) -> None:
    """A write whose transaction, or savepoint inside another, is rolled back."""
    with suppress(ZeroDivisionError), transaction.atomic():
        a_weight(patient)
        raise ZeroDivisionError


def save(patient: Patient) -> None:
    new_weights(patient, 1)[0].save()


def create_many(patient: Patient) -> None:
    Weight.objects.bulk_create(new_weights(patient, 1, 2, 3), batch_size=2)


def upsert(patient: Patient) -> None:
    old = a_weight(patient)
    again = new_weights(patient, 4)[0]
    again.pk = old.pk
    again.kilograms = Decimal(71)
    Weight.objects.bulk_create(
        [again, *new_weights(patient, 5)],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["kilograms"],
    )


def update_many(patient: Patient) -> None:
    rows = [a_weight(patient, on=DAY + timedelta(day)) for day in (1, 2)]
    for row in rows:
        row.kilograms += 1
    Weight.objects.bulk_update(rows, ["kilograms"])


def update_query(patient: Patient) -> None:
    a_weight(patient)
    Weight.objects.filter(patient=patient).update(kilograms=72)


def execute_many(patient: Patient) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            'INSERT INTO patients_weight (patient_id, "on", kilograms, recorded_by_id, recorded_at, superseded_reason) '
            "VALUES (%s, %s, 70, %s, now(), '')",
            [(patient.pk, DAY + timedelta(day), patient.recorded_by_id) for day in (1, 2)],
        )


def raw(patient: Patient) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            '/* a remark */ -- and another\n INSERT INTO patients_weight (patient_id, "on", kilograms, '
            "recorded_by_id, recorded_at, superseded_reason) SELECT %s, %s, 70, %s, now(), ''",
            [patient.pk, DAY, patient.recorded_by_id],
        )


def with_query(patient: Patient) -> None:
    row = a_weight(patient)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH changed AS (UPDATE patients_weight SET kilograms = 73 WHERE id = %s RETURNING id) "
            "SELECT count(*) FROM changed",
            [row.pk],
        )


def merge(patient: Patient) -> None:
    row = a_weight(patient)
    with connection.cursor() as cursor:
        cursor.execute(
            "MERGE INTO patients_weight w USING (SELECT %s::bigint AS id) s ON w.id = s.id "
            "WHEN MATCHED THEN UPDATE SET kilograms = 74",
            [row.pk],
        )


def copy(patient: Patient) -> None:
    columns = 'patient_id, "on", kilograms, recorded_by_id, recorded_at, superseded_reason'
    with connection.cursor() as cursor, cursor.copy(f"COPY patients_weight ({columns}) FROM STDIN") as rows:
        for day in (1, 2):
            rows.write_row((patient.pk, DAY + timedelta(day), 70, patient.recorded_by_id, timezone.now(), ""))


WAYS: dict[str, tuple[Callable[[Patient], None], list[str]]] = {
    "save": (save, ["insert"]),
    "bulk_create": (create_many, ["insert"] * 3),
    "upsert": (upsert, ["insert", "insert", "update"]),
    "bulk_update": (update_many, ["insert", "insert", "update", "update"]),
    "update of a query": (update_query, ["insert", "update"]),
    "executemany": (execute_many, ["insert"] * 2),
    "raw SQL behind remarks": (raw, ["insert"]),
    "WITH": (with_query, ["insert", "update"]),
    "MERGE": (merge, ["insert", "update"]),
    "COPY": (copy, ["insert"] * 2),
}


@pytest.mark.parametrize("inside", ["autocommit", "transaction", "savepoint"])
@pytest.mark.parametrize("way", WAYS)
def test_each_way_of_writing_is_recorded_whole(
    patient: Patient, known: Acting, since: Since, way: str, inside: str
) -> None:
    write, kinds = WAYS[way]
    started = timezone.now()
    if inside == "autocommit":
        write(patient)
    else:
        with transaction.atomic():
            if inside == "savepoint":
                with transaction.atomic():
                    write(patient)
            else:
                write(patient)
    events = since()
    assert sorted(event.kind for event in events) == sorted(kinds)
    stored = {str(pk) for pk in Weight.objects.values_list("pk", flat=True)}
    for event in events:
        assert event.subject == "patients_weight"
        assert event.row_id in stored
        assert (event.patient_id, event.clinic_id) == (patient.pk, patient.clinic_id)
        assert (event.actor_id, event.roles) == (known.actor_id, f"doctor@{patient.clinic_id}")
        assert (event.request_id, event.origin, event.reason) == ("r-1", "page test", "typed")
        assert event.emergency_id == 7
        assert (event.software, event.protocol) == (software_version(), protocol_versions())
        assert event.database_user == "myoline_app"
        assert started <= event.at <= timezone.now()
        assert int(event.transaction) > 0
        assert (event.old is None) == (event.kind == "insert")
        assert event.new["patient_id"] == patient.pk
    if inside != "autocommit":
        assert len({event.transaction for event in events}) == 1


def test_both_rows_of_a_change_are_whole_and_numbers_keep_their_digits(patient: Patient, since: Since) -> None:
    row = a_weight(patient, "70.50")
    Weight.objects.filter(pk=row.pk).update(kilograms="71.25")
    made, changed = since()
    assert made.new == changed.old
    assert {name for name in changed.new if changed.new[name] != changed.old[name]} == {"kilograms"}
    assert set(made.new) == {field.column for field in Weight._meta.concrete_fields}
    with connection.cursor() as cursor:
        cursor.execute("SELECT old->>'kilograms', new->>'kilograms' FROM audit.event WHERE id = %s", [changed.pk])
        assert cursor.fetchone() == ("70.50", "71.25")


def test_a_change_that_changes_nothing_leaves_nothing(patient: Patient, since: Since) -> None:
    row = a_weight(patient)
    Weight.objects.filter(pk=row.pk).update(kilograms=row.kilograms)
    Weight.objects.filter(pk=row.pk + 1000).update(kilograms=1)
    assert [event.kind for event in since()] == ["insert"]


def test_a_transaction_that_is_rolled_back_leaves_nothing(patient: Patient, since: Since) -> None:
    broken_off(patient)
    assert since() == []


@pytest.mark.parametrize("by", ["atomic", "savepoint", "statement", "error"])
def test_after_a_savepoint_is_rolled_back_the_next_change_still_names_who(
    patient: Patient, known: Acting, since: Since, by: str
) -> None:
    with transaction.atomic():
        if by == "atomic":
            broken_off(patient)
        elif by == "savepoint":
            savepoint = transaction.savepoint()
            a_weight(patient)
            transaction.savepoint_rollback(savepoint)
        elif by == "statement":
            with connection.cursor() as cursor:
                cursor.execute("SAVEPOINT mine")
                a_weight(patient)
                cursor.execute("ROLLBACK TO SAVEPOINT mine")
        else:
            with pytest.raises(DatabaseError), transaction.atomic():
                a_weight(patient, "-1")
        a_weight(patient, "71")
    (event,) = since()
    assert event.new["kilograms"] == 71
    assert (event.actor_id, event.origin) == (known.actor_id, "page test")


def test_who_acts_may_change_within_a_transaction(patient: Patient, since: Since) -> None:
    other = a_member(clinic=patient.clinic)
    with transaction.atomic():
        with acting_as(Acting(actor_id=patient.recorded_by_id)):
            a_weight(patient, "70")
            with because("a reason"):
                a_weight(patient, "71")
            name_actor(other.pk)
            a_weight(patient, "72")
        a_weight(patient, "73")
    said = [(event.actor_id, event.reason) for event in since() if event.subject == "patients_weight"]
    assert said == [(patient.recorded_by_id, ""), (patient.recorded_by_id, "a reason"), (other.pk, ""), (None, "")]


def test_one_connection_never_names_the_one_before(patient: Patient, since: Since) -> None:
    """Several requests after one another on a connection that stays open: in and out of transactions."""
    session = connection.connection
    for actor, atomic in ((1, True), (2, False), (None, True), (3, True), (None, False), (4, False)):
        with acting_as(Acting(actor_id=actor)):
            if atomic:
                with transaction.atomic():
                    a_weight(patient)
            else:
                a_weight(patient)
    assert connection.connection is session
    assert [event.actor_id for event in since()] == [1, 2, None, 3, None, 4]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('myoline.acting', true)")
        assert cursor.fetchone() in {("",), (None,)}


def test_threads_do_not_speak_for_one_another(patient: Patient, since: Since) -> None:
    at_once = threading.Barrier(4)

    def work(actor: int) -> None:
        try:
            with acting_as(Acting(actor_id=actor)):
                for _ in range(5):
                    at_once.wait()
                    a_weight(patient, str(actor))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(actor,)) for actor in (41, 42, 43, 44)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = since()
    assert len(events) == 20
    assert all(event.new["kilograms"] == event.actor_id for event in events)


def test_a_change_without_any_context_is_recorded_all_the_same(
    patient: Patient, since: Since, owner_connection: Connection
) -> None:
    with acting_as(NOBODY):
        row = a_weight(patient)
    owner_connection.execute("SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German, DMY'")
    owner_connection.execute("UPDATE patients_weight SET kilograms = 1 WHERE id = %s", [row.pk])
    by_application, by_owner = since()
    assert (by_application.actor_id, by_application.roles, by_application.origin) == (None, "", "")
    assert by_application.software == software_version()
    assert (by_owner.actor_id, by_owner.origin, by_owner.software, by_owner.protocol) == (None, "", "", "")
    assert by_owner.database_user == owner_connection.info.user
    assert by_owner.old == by_application.new, "the text of a row does not depend on the session that writes it"


def test_what_cannot_be_read_as_who_acts_stops_the_write(patient: Patient, owner_connection: Connection) -> None:
    row = a_weight(patient)
    for said in ("{", '{"actor_id": "Ann"}'):
        owner_connection.execute("SELECT set_config('myoline.acting', %s, false)", [said])
        with pytest.raises(psycopg.errors.DataError):
            owner_connection.execute("UPDATE patients_weight SET kilograms = 1 WHERE id = %s", [row.pk])
    row.refresh_from_db()
    assert row.kilograms == 70


def test_a_row_that_gets_another_key_is_recorded_as_gone_and_come(patient: Patient, since: Since) -> None:
    row = a_weight(patient)
    Weight.objects.filter(pk=row.pk).update(id=row.pk + 5000)
    _, *events = since()
    assert sorted((event.kind, event.row_id, event.patient_id) for event in events) == [
        ("delete", str(row.pk), patient.pk),
        ("insert", str(row.pk + 5000), patient.pk),
    ]


def test_what_goes_with_a_cascade_is_recorded_row_by_row(
    patient: Patient, since: Since, owner_connection: Connection
) -> None:
    """Django deletes in several statements; a foreign key of the database in none that anybody wrote."""
    owner_connection.execute(
        "CREATE TABLE of_weight (id bigint PRIMARY KEY, weight bigint REFERENCES patients_weight "
        "ON DELETE CASCADE, patient_id bigint)"
    )
    try:
        owner_connection.execute(
            "SELECT audit.watch('public.of_weight', '(r).patient_id', 'NULL::bigint', '{}', '{}', 'id', false)"
        )
        rows = [a_weight(patient, on=DAY + timedelta(day)) for day in (1, 2)]
        for number, row in enumerate(rows):
            owner_connection.execute("INSERT INTO of_weight VALUES (%s, %s, %s)", [number, row.pk, patient.pk])
        owner_connection.execute("""SELECT set_config('myoline.acting', '{"reason": "a test"}', false)""")
        owner_connection.execute("DELETE FROM patients_weight WHERE patient_id = %s", [patient.pk])
    finally:
        owner_connection.execute("DROP TABLE of_weight")
        owner_connection.execute("DROP FUNCTION audit.capture_of_weight()")
    gone = [event for event in since() if event.kind == "delete"]
    assert sorted(event.subject for event in gone) == ["of_weight"] * 2 + ["patients_weight"] * 2
    assert {event.reason for event in gone} == {"a test"}
    assert {event.patient_id for event in gone} == {patient.pk}
    assert all(event.new is None for event in gone)


def test_a_table_that_is_emptied_says_so(patient: Patient, since: Since, owner_connection: Connection) -> None:
    owner_connection.execute("TRUNCATE patients_weight")
    (event,) = since()
    assert (event.kind, event.subject, event.row_id) == ("truncate", "patients_weight", None)
    assert event.reason == "no reason given"


class TestReasons:
    def test_a_deletion_without_a_reason_is_refused(self, patient: Patient, since: Since) -> None:
        view = SavedView.objects.create(staff=patient.recorded_by, name="mine", query="")
        for rows in (SavedView.objects.filter(pk=view.pk), Membership.objects.filter(staff=patient.recorded_by)):
            with pytest.raises(IntegrityError, match="deleted only for a stated reason"):
                rows.delete()
            with because("no longer wanted"):
                rows.delete()
        gone = [(event.subject, event.reason) for event in since() if event.kind == "delete"]
        assert gone == [
            ("monitoring_savedview", "no longer wanted"),
            ("patients_membership", "no longer wanted"),
        ]

    def test_a_deletion_of_nothing_needs_none(self) -> None:
        assert SavedView.objects.filter(pk=-1).delete() == (0, {})

    def test_not_even_the_owner_deletes_without_one(self, patient: Patient, owner_connection: Connection) -> None:
        row = a_weight(patient)
        with pytest.raises(psycopg.errors.CheckViolation, match="stated reason"):
            owner_connection.execute("DELETE FROM patients_weight WHERE id = %s", [row.pk])

    def test_an_entry_is_not_superseded_without_one(self, patient: Patient) -> None:
        row = a_weight(patient)
        with pytest.raises(IntegrityError, match="superseded_who_when_why"):
            Weight.objects.filter(pk=row.pk).update(superseded_at=timezone.now(), superseded_by=patient.recorded_by)

    def test_the_rows_own_words_stand_in_for_what_the_application_did_not_say(
        self, patient: Patient, since: Since
    ) -> None:
        """The old row says why it is superseded; the new one takes its place for the same reason; later, no more."""
        old = a_weight(patient, "17")
        by = patient.recorded_by
        Weight.objects.filter(pk=old.pk).update(
            superseded_at=timezone.now(), superseded_by=by, superseded_reason="digits swapped"
        )
        new = a_weight(patient, "71", replaces=old)
        Weight.objects.filter(pk=old.pk).update(kilograms=18)
        Weight.objects.filter(pk=new.pk).update(kilograms=72)
        said = [(event.kind, event.row_id, event.reason) for event in since()]
        assert said == [
            ("insert", str(old.pk), ""),
            ("update", str(old.pk), "digits swapped"),
            ("insert", str(new.pk), "digits swapped"),
            ("update", str(old.pk), ""),
            ("update", str(new.pk), ""),
        ]


class TestSecrets:
    def test_a_password_leaves_only_that_it_changed(self, since: Since) -> None:
        staff = Staff.objects.create_user(username="masked", password="first-password-1")
        staff.set_password("another-password-2")
        staff.save()
        staff.first_name = "Ann"
        staff.save()
        made, changed, renamed = since()
        assert made.new["password"] == "not shown"
        assert (changed.old["password"], changed.new["password"]) == ("not shown", "changed")
        assert renamed.new["password"] == "not shown"
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM audit.event WHERE (old::text || new::text) ~ 'argon2|md5\\$'")
            assert cursor.fetchone() == (0,)

    def test_signing_in_alone_is_no_change_of_the_account(self, since: Since) -> None:
        staff = Staff.objects.create_user(username="masked")
        Staff.objects.filter(pk=staff.pk).update(last_login=timezone.now())
        assert [event.kind for event in since()] == ["insert"]

    def test_every_column_that_looks_like_a_secret_is_masked_or_is_none(self) -> None:
        """A new column of this kind is masked in its `watch` line, or named here with what it is."""
        no_secrets = {
            ("patients_patientmerge", "filled"),
            ("monitoring_mail", "key"),  # names what an e-mail is about, so that it is planned once
            ("tracker_reportrun", "sha256"),  # of the finished file
        }
        suspicious = ("password", "secret", "token", "digest", "hash", "key", "code", "seed", "credential", "sha256")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname, a.attname, p.prosrc LIKE '%%jsonb_build_object(''' || a.attname || ''', %%' "
                "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
                "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
                "JOIN pg_type y ON y.oid = a.atttypid "
                "WHERE t.tgname = 'audit_insert' AND y.typcategory NOT IN ('N', 'D', 'B')"
            )
            columns = cursor.fetchall()
        assert len(columns) > 200
        bare = {
            (table, column)
            for table, column, masked in columns
            if not masked and any(part in suspicious for part in column.split("_"))
        }
        assert bare <= no_secrets
        masked = {(table, column) for table, column, is_masked in columns if is_masked}
        assert {
            ("patients_staff", "password"),
            ("knox_authtoken", "digest"),
            ("mfa_authenticator", "data"),
            ("monitoring_calendarfeed", "token_hash"),
        } <= masked

    def test_a_calendar_address_leaves_no_hash(self, patient: Patient, since: Since) -> None:
        CalendarFeed.objects.create(staff=patient.recorded_by, token_hash="a" * 64, content="days", label="")
        (event,) = since()
        assert event.new["token_hash"] == "not shown"


def test_two_tokens_of_one_person_are_two_rows(since: Since) -> None:
    from knox.models import AuthToken

    staff = a_member(clinic=a_clinic())
    tokens = [AuthToken.objects.create(user=staff)[0] for _ in range(2)]
    AuthToken.objects.filter(user=staff).update(expiry=timezone.now())
    AuthToken.objects.filter(user=staff).delete()
    events = [event for event in since() if event.subject == "knox_authtoken"]
    assert [event.kind for event in events] == ["insert"] * 2 + ["update"] * 2 + ["delete"] * 2
    assert {event.row_id for event in events} == {str(staff.pk)}
    for event in events:
        for row in (event.old, event.new):
            assert not row or not {token.digest for token in tokens} & set(map(str, row.values()))
