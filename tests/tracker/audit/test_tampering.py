"""Whatever somebody with every right in the database does to the trail, the check finds it and names the first row."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.tracker.audit.trails import (
    Owner,
    first_broken,
    renumbering,
    sealed_events,
    some_events,
    tampering,
    whole,
)
from tracker.audit.canonical import EVENT_COLUMNS, EVENT_TEXT, SEAL_TEXT
from tracker.audit.seal import Head, head_of_trail, seal_trail
from tracker.audit.verify import verify_trail

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("_migrations_keep_their_times"),
]


@pytest.fixture
def _migrations_keep_their_times(owner_connection: Owner) -> Iterator[None]:
    """Some tests move when migrations were applied, which every later test of the run would go by: put back."""
    kept = owner_connection.execute("SELECT id, applied FROM django_migrations").fetchall()
    yield
    for number, applied in kept:
        owner_connection.execute("UPDATE django_migrations SET applied = %s WHERE id = %s", (applied, number))


ANOTHER_VALUE = {
    "transaction": "(transaction::text::bigint - 1)::text::xid8",
    "at": "at + interval '1 microsecond'",
    "kind": "'insert'",
    "subject": "'patients_height'",
    "row_id": "NULL",
    "patient_id": "patient_id + 1",
    "patient_ids": "ARRAY[1, 2]",
    "clinic_id": "NULL",
    "old": 'old || \'{"kilograms": "70.00"}\'',
    "new": "NULL",
    "actor_id": "4",
    "roles": "''",
    "request_id": "request_id || ' '",
    "origin": "'page'",
    "reason": "'typing errors'",
    "emergency_id": "1",
    "software": "'0.5.1'",
    "protocol": "''",
    "database_user": "'somebody'",
}


def test_nothing_is_found_where_nothing_was_done(owner_connection: Owner) -> None:
    sealed_events(owner_connection, 3, 4)
    report = whole()
    assert (report.events, report.seals, report.unsealed, report.head) == (7, 2, 0, head_of_trail())


def test_the_columns_of_an_event_are_those_that_are_sealed(owner_connection: Owner) -> None:
    columns = owner_connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'audit' AND table_name = 'event' "
        "ORDER BY ordinal_position"
    )
    assert tuple(row[0] for row in columns) == EVENT_COLUMNS
    assert set(ANOTHER_VALUE) | {"id"} == set(EVENT_COLUMNS)


@pytest.mark.parametrize("column", sorted(ANOTHER_VALUE))
def test_a_changed_column_is_found(owner_connection: Owner, column: str) -> None:
    ids = sealed_events(owner_connection, 3, 3)
    with tampering(owner_connection) as owner:
        owner.execute(f"UPDATE audit.event SET {column} = {ANOTHER_VALUE[column]} WHERE id = %s", [ids[3]])  # noqa: S608 - from above
    report = verify_trail()
    assert first_broken(report) == (4, ids[3])
    assert report.broken_count == 1
    assert "is not what was sealed here" in report.broken[0].text


def test_a_changed_number_leaves_its_place_empty_and_has_none(owner_connection: Owner) -> None:
    ids = sealed_events(owner_connection, 4)
    with renumbering(owner_connection) as owner:
        owner.execute("UPDATE audit.event SET id = id + 1000 WHERE id = %s", [ids[1]])
    report = verify_trail()
    assert first_broken(report) == (2, ids[1])
    assert "is gone" in report.broken[0].text


def test_an_infinite_moment_is_found_and_breaks_no_check(owner_connection: Owner) -> None:
    ids = sealed_events(owner_connection, 3)
    with tampering(owner_connection) as owner:
        owner.execute("UPDATE audit.event SET at = 'infinity' WHERE id = %s", [ids[2]])
        owner.execute("UPDATE audit.seal SET sealed_at = '-infinity'")
    assert first_broken(verify_trail()) == (3, ids[2])


def test_a_deleted_event_is_found(owner_connection: Owner) -> None:
    ids = sealed_events(owner_connection, 3, 3)
    with tampering(owner_connection) as owner:
        owner.execute("DELETE FROM audit.event WHERE id = %s", [ids[4]])
    assert first_broken(verify_trail()) == (5, ids[4])


def test_an_event_deleted_with_its_link_is_found(owner_connection: Owner) -> None:
    ids = sealed_events(owner_connection, 6)
    with tampering(owner_connection) as owner:
        owner.execute("DELETE FROM audit.event WHERE id = ANY(%s)", [ids[2:4]])
        owner.execute("DELETE FROM audit.link WHERE event_id = ANY(%s)", [ids[2:4]])
    report = verify_trail()
    assert first_broken(report)[0] == 3
    assert "this position and everything to position 4 is missing" in report.broken[0].text


def test_later_positions_moved_down_into_the_gap_are_found(owner_connection: Owner) -> None:
    ids = sealed_events(owner_connection, 6)
    with tampering(owner_connection) as owner:
        owner.execute("DELETE FROM audit.event WHERE id = %s", [ids[2]])
        owner.execute("DELETE FROM audit.link WHERE event_id = %s", [ids[2]])
        for position in (4, 5, 6):
            owner.execute("UPDATE audit.link SET position = position - 1 WHERE position = %s", [position])
    assert first_broken(verify_trail()) == (3, ids[3])


def test_an_event_put_in_later_is_found(owner_connection: Owner) -> None:
    ids = sealed_events(owner_connection, 3, 3)
    with tampering(owner_connection) as owner:
        owner.execute(
            "INSERT INTO audit.event (id, transaction, at, kind, subject) OVERRIDING SYSTEM VALUE "
            "SELECT 900000000, '3', at, 'security', 'signed_in' FROM audit.event WHERE id = %s",
            [ids[0]],
        )
    seal_trail()
    report = verify_trail()
    assert first_broken(report) == (None, 900_000_000)
    assert "put in later" in report.broken[0].text


def test_an_event_of_a_transaction_that_has_not_begun_is_found(owner_connection: Owner) -> None:
    sealed_events(owner_connection, 3)
    with tampering(owner_connection) as owner:
        owner.execute(
            "INSERT INTO audit.event (id, transaction, kind, subject) OVERRIDING SYSTEM VALUE "
            "VALUES (900000000, '9000000000', 'security', 'signed_in')"
        )
    seal_trail()
    assert first_broken(verify_trail()) == (None, 900_000_000)


def test_two_events_that_changed_places_are_found(owner_connection: Owner) -> None:
    ids = sealed_events(owner_connection, 5)
    with renumbering(owner_connection) as owner:
        for old, new in ((ids[1], -1), (ids[2], ids[1]), (-1, ids[2])):
            owner.execute("UPDATE audit.event SET id = %s WHERE id = %s", [new, old])
    assert first_broken(verify_trail()) == (2, ids[1])


def test_two_positions_that_changed_places_are_found(owner_connection: Owner) -> None:
    ids = sealed_events(owner_connection, 5)
    with tampering(owner_connection) as owner:
        for old, new in ((2, -1), (3, 2), (-1, 3)):
            owner.execute("UPDATE audit.link SET position = %s WHERE position = %s", [new, old])
    assert first_broken(verify_trail()) == (2, ids[2])


def test_a_position_taken_twice_is_found(owner_connection: Owner) -> None:
    ids = sealed_events(owner_connection, 3)
    try:
        owner_connection.execute("ALTER TABLE audit.link DROP CONSTRAINT link_pkey")
        with tampering(owner_connection) as owner:
            owner.execute(
                "INSERT INTO audit.link SELECT position, -event_id, digest FROM audit.link WHERE position = 2"
            )
        report = verify_trail()
        assert first_broken(report)[0] == 2
        assert any("taken twice" in broken.text for broken in report.broken), ids
    finally:
        with tampering(owner_connection) as owner:
            owner.execute("DELETE FROM audit.link WHERE event_id < 0")
        owner_connection.execute("ALTER TABLE audit.link ADD PRIMARY KEY (position)")


def test_emptied_events_are_found(owner_connection: Owner) -> None:
    ids = sealed_events(owner_connection, 30)
    with tampering(owner_connection) as owner:
        owner.execute("TRUNCATE audit.event")
    report = verify_trail()
    assert first_broken(report) == (1, ids[0])
    assert (report.broken_count, len(report.broken)) == (30, 20)


def test_emptied_links_are_found(owner_connection: Owner) -> None:
    sealed_events(owner_connection, 3, 2)
    with tampering(owner_connection) as owner:
        owner.execute("TRUNCATE audit.link")
    assert first_broken(verify_trail())[0] == 3


def test_emptied_seals_are_found(owner_connection: Owner) -> None:
    sealed_events(owner_connection, 3, 2)
    with tampering(owner_connection) as owner:
        owner.execute("TRUNCATE audit.seal")
    report = verify_trail()
    assert first_broken(report)[0] == 1
    assert "no seal closes the chain" in report.broken[0].text


@pytest.mark.parametrize(
    "column", ["sealed_at", "cluster", "until_event", "until_transaction", "form", "guards", "head"]
)
def test_a_changed_seal_is_found(owner_connection: Owner, column: str) -> None:
    sealed_events(owner_connection, 2, 2, 2)
    another = {
        "sealed_at": "sealed_at - interval '1 day'",
        "cluster": "'1'",
        "until_event": "until_event + 1",
        "until_transaction": "(until_transaction::text::bigint + 1)::text::xid8",
        "form": "2",
        "guards": "''",
        "head": "sha256(head)",
    }
    with tampering(owner_connection) as owner:
        owner.execute(f"UPDATE audit.seal SET {column} = {another[column]} WHERE id = 2")  # noqa: S608 - from above
    assert first_broken(verify_trail())[0] == 4


def test_a_removed_seal_is_found(owner_connection: Owner) -> None:
    sealed_events(owner_connection, 2, 2, 2)
    with tampering(owner_connection) as owner:
        owner.execute("DELETE FROM audit.seal WHERE id = 2")
    report = verify_trail()
    assert "seal 3 follows seal 1" in report.broken[0].text


def test_a_trail_emptied_as_a_whole_is_found_by_a_head_kept_elsewhere(owner_connection: Owner) -> None:
    sealed_events(owner_connection, 3, 3)
    head = head_of_trail()
    assert head is not None
    with tampering(owner_connection) as owner:
        owner.execute("TRUNCATE audit.event, audit.link, audit.seal")
    assert verify_trail().is_whole, "nothing in the database tells"
    report = verify_trail(heads=[head])
    assert "is not there: the trail was cut off" in report.broken[0].text
    assert "cut off or written anew" in verify_trail(digest=head.digest).broken[0].text


def test_an_end_cut_off_everywhere_is_found_by_a_head_kept_elsewhere(owner_connection: Owner) -> None:
    ids = sealed_events(owner_connection, 3)
    early = head_of_trail()
    sealed_events(owner_connection, 3)
    late = head_of_trail()
    assert early is not None
    assert late is not None
    with tampering(owner_connection) as owner:
        owner.execute("DELETE FROM audit.event WHERE id > %s", [ids[-1]])
        owner.execute("DELETE FROM audit.link WHERE position > 3")
        owner.execute("DELETE FROM audit.seal WHERE id = 2")
    assert verify_trail(heads=[early], digest=early.digest).is_whole
    assert first_broken(verify_trail(heads=[early, late]))[0] == 6


def rewrite(owner: Owner) -> None:
    """Every digest and every seal made anew over what the trail holds now, as one could who knows how it is made."""
    owner.execute("UPDATE audit.link SET digest = ''")
    owner.execute(
        f"""
        DO $$ <<rewrite>> DECLARE l audit.link; s audit.seal; digest bytea := ''; head bytea := ''; BEGIN
            FOR l IN SELECT * FROM audit.link ORDER BY position LOOP
                SELECT sha256(digest || convert_to({EVENT_TEXT}, 'UTF8')) INTO digest
                FROM audit.event e WHERE e.id = l.event_id;
                UPDATE audit.link k SET digest = rewrite.digest WHERE k.position = l.position;
                SELECT * INTO s FROM audit.seal t WHERE t.last_position = l.position;
                IF s.id IS NOT NULL THEN
                    head := sha256(head || digest || convert_to({SEAL_TEXT}, 'UTF8'));
                    UPDATE audit.seal t SET head = rewrite.head WHERE t.id = s.id;
                END IF;
            END LOOP;
        END $$
        """  # noqa: S608 - the product's own text
    )


def test_a_chain_written_anew_is_found_by_a_head_kept_elsewhere(owner_connection: Owner) -> None:
    ids = sealed_events(owner_connection, 3, 3)
    head = head_of_trail()
    assert head is not None
    with tampering(owner_connection) as owner:
        rewrite(owner)
        assert verify_trail(heads=[head]).is_whole, "written anew over the same rows it is the same chain"
        owner.execute("UPDATE audit.event SET reason = 'another' WHERE id = %s", [ids[1]])
        rewrite(owner)
    assert verify_trail().is_whole, "nothing in the database tells"
    report = verify_trail(heads=[head])
    assert first_broken(report)[0] == head.position
    assert "written anew" in report.broken[0].text


def test_a_head_of_another_position_is_no_proof(owner_connection: Owner) -> None:
    sealed_events(owner_connection, 3)
    head = head_of_trail()
    assert head is not None
    other = Head(head.seal, head.position - 1, head.sealed_at, head.digest)
    assert not verify_trail(heads=[other]).is_whole


def test_a_check_from_a_day_trusts_the_seal_before_it_and_says_so(owner_connection: Owner) -> None:
    ids = sealed_events(owner_connection, 3, 3)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    with tampering(owner_connection) as owner:
        owner.execute("UPDATE audit.event SET reason = 'another' WHERE id = %s", [ids[1]])
    report = verify_trail(tomorrow)
    assert (report.is_whole, report.events) == (True, 0)
    assert report.trusted == report.head == head_of_trail()
    some_events(owner_connection, 2)
    seal_trail()
    with tampering(owner_connection) as owner:
        owner.execute("UPDATE audit.event SET reason = 'another' WHERE id = (SELECT max(id) FROM audit.event)")
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    assert verify_trail(yesterday).trusted is None
    assert verify_trail(yesterday).broken_count == 2


@pytest.mark.parametrize(
    ("taken_away", "put_back", "said"),
    [
        (
            "ALTER TABLE audit.event DISABLE TRIGGER only_added_to",
            "ALTER TABLE audit.event ENABLE TRIGGER only_added_to",
            "nothing guards the table audit.event",
        ),
        (
            "ALTER TABLE patients_weight DISABLE TRIGGER audit_update",
            "ALTER TABLE patients_weight ENABLE TRIGGER audit_update",
            "not every change of the table patients_weight is recorded: audit_update gone",
        ),
        (
            "ALTER TABLE audit.link ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE audit.link DISABLE ROW LEVEL SECURITY",
            "audit.link is not a plain table any more",
        ),
        (
            "CREATE RULE silent AS ON UPDATE TO patients_weight DO INSTEAD NOTHING",
            "DROP RULE silent ON patients_weight",
            "patients_weight is not a plain table any more",
        ),
        (
            "CREATE TABLE of_weight () INHERITS (patients_weight)",
            "DROP TABLE of_weight",
            "patients_weight is not a plain table any more",
        ),
        (
            "ALTER FUNCTION audit.capture_patients_weight() SET search_path = public",
            "ALTER FUNCTION audit.capture_patients_weight() SET search_path = pg_catalog, pg_temp",
            "the triggers or functions of the trail changed between",
        ),
    ],
)
def test_a_guard_taken_away_is_found(owner_connection: Owner, taken_away: str, put_back: str, said: str) -> None:
    sealed_events(owner_connection, 2)
    owner_connection.execute("UPDATE django_migrations SET applied = applied - interval '1 year'")
    owner_connection.execute(taken_away)
    try:
        report = verify_trail()
    finally:
        owner_connection.execute(put_back)
    assert any(said in broken.text for broken in report.broken), [broken.text for broken in report.broken]


def test_a_changed_function_is_found_even_after_the_next_seal(owner_connection: Owner) -> None:
    sealed_events(owner_connection, 2)
    owner_connection.execute("UPDATE django_migrations SET applied = applied - interval '1 year'")
    (body,) = owner_connection.execute("SELECT pg_get_functiondef('audit.refuse()'::regprocedure)").fetchone() or ("",)
    owner_connection.execute(
        "CREATE OR REPLACE FUNCTION audit.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
    )
    try:
        sealed_events(owner_connection, 2)
        report = verify_trail()
    finally:
        owner_connection.execute(body)
    texts = [broken.text for broken in report.broken]
    assert "the function audit.refuse is not the one that came with this software" in texts
    assert any("and no migration was applied then" in text for text in texts)


def test_a_change_with_a_migration_is_told_and_not_found(owner_connection: Owner) -> None:
    sealed_events(owner_connection, 2)
    owner_connection.execute("UPDATE django_migrations SET applied = now() WHERE app = 'tracker'")
    owner_connection.execute("ALTER FUNCTION audit.roles_of(bigint) COST 50")  # touches nothing that is compared
    owner_connection.execute("ALTER FUNCTION audit.roles_of(bigint) SET enable_seqscan = off")
    try:
        report = whole()
    finally:
        owner_connection.execute("ALTER FUNCTION audit.roles_of(bigint) RESET ALL")
    assert any("changed between" in note and "tracker 0002_audit_trail" in note for note in report.notes)


def test_not_even_the_owner_changes_the_trail_by_accident(owner_connection: Owner) -> None:
    sealed_events(owner_connection, 2)
    for table in ("event", "seal", "link"):
        for verb in ("DELETE FROM", "TRUNCATE"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner_connection.execute(f"{verb} audit.{table}")
    whole()
