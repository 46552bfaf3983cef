"""The command that checks the trail, and the check of every night."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from monitoring.models import Heartbeat
from monitoring.rules.heartbeats import Pulse
from monitoring.selectors import job_standings, late_jobs
from monitoring.selectors.heartbeats import TRAIL, failure_of, jobs
from tests.factories import rows
from tests.tracker.audit.trails import Owner, sealed_events, some_events, tampering
from tests.tracker.pages import text_of
from tracker import tasks
from tracker.audit.heads import file_head, head_line
from tracker.audit.seal import head_of_trail, seal_trail
from tracker.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


def checked(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    capsys.readouterr()
    try:
        call_command("verify_audit", *options)
    except SystemExit as end:
        return int(end.code or 0), capsys.readouterr().out
    return 0, capsys.readouterr().out


def break_one(owner: Owner, event_id: int) -> None:
    with tampering(owner):
        owner.execute("UPDATE audit.event SET reason = 'another' WHERE id = %s", [event_id])


def test_a_whole_trail(owner_connection: Owner, capsys: pytest.CaptureFixture[str]) -> None:
    sealed_events(owner_connection, 3, 2)
    status, said = checked(capsys)
    assert status == 0
    assert "Checked 5 events under 2 seals." in said
    assert "Every event is sealed." in said
    assert "No head kept elsewhere was compared" in said
    head = head_of_trail()
    assert head is not None
    assert head_line(head) in said


def test_a_broken_trail_names_its_first_row(owner_connection: Owner, capsys: pytest.CaptureFixture[str]) -> None:
    ids = sealed_events(owner_connection, 3, 2)
    break_one(owner_connection, ids[2])
    break_one(owner_connection, ids[4])
    status, said = checked(capsys)
    assert status == 1
    assert said.splitlines()[0] == "BROKEN: 2 found. The first:"
    assert f"position 3, event {ids[2]}: this event is not what was sealed here" in said.splitlines()[1]
    assert said.splitlines()[-1] == "The trail does NOT check out."


def test_what_is_not_sealed_yet_is_told(owner_connection: Owner, capsys: pytest.CaptureFixture[str]) -> None:
    sealed_events(owner_connection, 1)
    some_events(owner_connection, 3)
    status, said = checked(capsys)
    assert status == 0
    assert "3 events are not sealed yet, the first written 20" in said


def test_from_a_day(owner_connection: Owner, capsys: pytest.CaptureFixture[str]) -> None:
    ids = sealed_events(owner_connection, 3)
    break_one(owner_connection, ids[0])
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    status, said = checked(capsys, "--from", tomorrow.isoformat())
    assert status == 0
    assert "Began behind this seal, which was taken as it stands: 20" in said
    status, said = checked(capsys, "--from", "2020-01-01")
    assert status == 1
    assert "Nothing was sealed before 01-Jan-2020, so everything was checked." in said


def test_heads_of_a_file_and_of_paper(
    owner_connection: Owner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sealed_events(owner_connection, 2)
    head = head_of_trail()
    assert head is not None
    file = tmp_path / "heads"
    file.write_text(f"{head_line(head)}\n")
    status, said = checked(capsys, "--heads", str(file), "--head", head.digest.upper())
    assert (status, "Compared with 2 heads kept elsewhere." in said) == (0, True)
    assert checked(capsys, "--head", "00" * 32)[0] == 1
    file.write_text("nonsense\n")
    with pytest.raises(CommandError, match="line 1 is not a head"):
        checked(capsys, "--heads", str(file))


@pytest.mark.parametrize("options", [["--from", "05-Apr-2026"], ["--head", "12"]])
def test_what_it_cannot_read_it_says(options: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("verify_audit", *options)


def test_the_command_that_seals(owner_connection: Owner, capsys: pytest.CaptureFixture[str]) -> None:
    some_events(owner_connection, 4)
    call_command("seal_audit")
    assert "4 events sealed." in capsys.readouterr().out


def test_a_night_with_nothing_wrong(owner_connection: Owner, tmp_path: Path, settings: Any) -> None:
    settings.AUDIT_HEAD_FILE = tmp_path / "heads"
    sealed_events(owner_connection, 2)
    file_head(timezone.now())
    tasks.check_trail()
    assert [row.name for row in Heartbeat.objects.all()] == [TRAIL]
    assert not Event.objects.filter(subject="trail_problem").exists()


def test_a_night_that_finds_something_is_recorded_and_turns_every_page_red(
    owner_connection: Owner, client: Client
) -> None:
    for job in jobs():
        Heartbeat.objects.create(name=job.name, last_at=timezone.now())
    ids = sealed_events(owner_connection, 3)
    break_one(owner_connection, ids[1])
    tasks.check_trail()
    recorded = Event.objects.get(subject="trail_problem")
    assert recorded.new == {"problems": 1, "first": recorded.new["first"]}
    assert recorded.new["first"].startswith(f"position 2, event {ids[1]}:")
    (found,) = late_jobs()
    assert (found.job.name, found.pulse) == (TRAIL, Pulse.FAILED)
    client.force_login(rows.a_member(password=None))
    assert "Warning: The nightly check of the audit trail found on" in text_of(client.get("/patients/"))

    with tampering(owner_connection) as owner:
        owner.execute("UPDATE audit.event SET reason = 'typing error' WHERE id = %s", [ids[1]])
    seal_trail()
    tasks.check_trail()
    assert {found.job.name: found.pulse for found in job_standings()}[TRAIL] is Pulse.ON_TIME


def test_a_rewritten_file_of_heads_is_something_wrong(owner_connection: Owner, tmp_path: Path, settings: Any) -> None:
    settings.AUDIT_HEAD_FILE = tmp_path / "heads"
    settings.AUDIT_HEAD_FILE.write_text("2026\n")
    sealed_events(owner_connection, 2)
    tasks.check_trail()
    assert Heartbeat.objects.filter(name=failure_of(TRAIL)).exists()


def test_what_is_wrong_shows_even_while_the_scheduler_stands_still() -> None:
    cache.clear()  # another test's heartbeats are remembered for minutes
    now = timezone.now()
    Heartbeat.objects.create(name=failure_of(TRAIL), last_at=now)
    late = late_jobs(now + timedelta(days=2))
    assert [found.job.name for found in late] == ["scheduler", TRAIL]
