"""The head of the trail, kept elsewhere: printed, filed and mailed, and read back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from monitoring.models import Heartbeat
from monitoring.selectors.heartbeats import TRAIL_HEAD, jobs
from tests.tracker.audit.trails import Owner, sealed_events, tampering
from tracker import tasks
from tracker.audit.heads import HeadsError, file_head, head_line, mail_head, read_heads
from tracker.audit.seal import Head, head_of_trail

HEAD = Head(4, 43_331, datetime(2026, 11, 22, 23, 9, 45, tzinfo=UTC), "57" * 32)
LINE = f"2026-11-22T23:09:45Z seal 4 position 43331 head {'57' * 32}"


def test_a_line_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "heads"
    file.write_text(f"# kept by the information officer\n\n{LINE}\n")
    assert head_line(HEAD) == LINE
    assert list(read_heads(file)) == [HEAD]


@pytest.mark.parametrize(
    "line",
    [LINE[:-1], LINE.replace("57", "5G", 1), LINE.replace("seal 4", "seal x"), LINE.replace("Z seal", " seal"), "?"],
)
def test_a_line_that_is_no_head_is_refused_by_its_number(tmp_path: Path, line: str) -> None:
    file = tmp_path / "heads"
    file.write_text(f"{LINE}\n{line}\n")
    with pytest.raises(HeadsError, match="line 2"):
        list(read_heads(file))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(HeadsError, match="cannot be read"):
        list(read_heads(tmp_path / "none"))


@pytest.mark.django_db(transaction=True)
class TestWithATrail:
    def test_the_file_gets_a_line_an_hour_and_only_ever_grows(
        self, owner_connection: Owner, tmp_path: Path, settings: Any
    ) -> None:
        settings.AUDIT_HEAD_FILE = tmp_path / "heads"
        now = timezone.now()
        assert file_head(now) is False, "nothing is sealed"
        sealed_events(owner_connection, 2)
        assert file_head(now) is True
        first = settings.AUDIT_HEAD_FILE.read_text()
        sealed_events(owner_connection, 2)
        assert file_head(now + timedelta(minutes=59)) is False
        assert file_head(now + timedelta(minutes=61)) is True
        assert file_head(now + timedelta(hours=9)) is False, "the trail has not grown"
        assert settings.AUDIT_HEAD_FILE.read_text().startswith(first)
        assert [head.position for head in read_heads(settings.AUDIT_HEAD_FILE)] == [2, 4]

    def test_a_file_that_cannot_be_written_is_no_sign_of_life(
        self, owner_connection: Owner, tmp_path: Path, settings: Any
    ) -> None:
        settings.AUDIT_HEAD_FILE = tmp_path / "no-such-folder" / "heads"
        sealed_events(owner_connection, 2)
        with pytest.raises(OSError, match="No such file"):
            tasks.seal_trail()
        assert not Heartbeat.objects.exists()

    def test_it_is_mailed_and_names_nobody(self, owner_connection: Owner, settings: Any) -> None:
        settings.AUDIT_HEAD_MAIL = "records@example.org"
        tasks.mail_trail_head()
        assert mail.outbox == [], "nothing is sealed"
        sealed_events(owner_connection, 2)
        tasks.mail_trail_head()
        (letter,) = mail.outbox
        head = head_of_trail()
        assert head is not None
        assert letter.to == ["records@example.org"]
        assert head_line(head) in letter.body
        assert "says nothing about any patient" in letter.body
        assert Heartbeat.objects.filter(name=TRAIL_HEAD).exists()
        assert TRAIL_HEAD in {job.name for job in jobs()}

    def test_without_a_mail_server_nothing_is_taken_for_sent(self, owner_connection: Owner, settings: Any) -> None:
        settings.AUDIT_HEAD_MAIL, settings.MAIL_IS_SENT = "records@example.org", False
        sealed_events(owner_connection, 1)
        tasks.mail_trail_head()
        assert mail.outbox == []
        assert not Heartbeat.objects.exists(), "so the banner turns red"

    def test_without_an_address_nobody_waits_for_it(self, owner_connection: Owner, settings: Any) -> None:
        settings.AUDIT_HEAD_MAIL = ""
        sealed_events(owner_connection, 1)
        assert mail_head() is False
        assert TRAIL_HEAD not in {job.name for job in jobs()}

    def test_the_commands_print_it(self, owner_connection: Owner, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(CommandError, match="Nothing has been sealed"):
            call_command("audit_head")
        sealed_events(owner_connection, 2)
        head = head_of_trail()
        assert head is not None
        call_command("audit_head")
        assert capsys.readouterr().out.strip() == head_line(head)

    def test_a_seal_of_another_time_zone_prints_the_same(self, owner_connection: Owner) -> None:
        sealed_events(owner_connection, 1)
        with tampering(owner_connection) as owner:
            owner.execute("SET TimeZone = 'Asia/Kolkata'")
        head = head_of_trail()
        assert head is not None
        assert head_line(head)[19] == "Z"
