"""A report's life: asked for once, made once, kept for a while, given up in the end; whatever happens to a worker."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from patients.acting import because
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Membership, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.reports.asking import a_run, period, the_question
from tracker import tasks
from tracker.models import Event, ReportChunk, ReportRun
from tracker.reports import actions
from tracker.reports.actions import (
    ATTEMPTS,
    NoLongerWanted,
    cancel_report,
    make_report,
    one_at_a_time,
    sweep_reports,
)
from tracker.reports.pack import write_pack
from tracker.reports.runs import pack_for, pieces_of, run_for

Status = ReportRun.Status
pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    admin = rows.a_member(Role.ADMIN)
    for _ in range(3):
        rows.a_weight(rows.a_patient(admin))
    return admin


def now_of(run: ReportRun) -> ReportRun:
    return ReportRun.objects.get(pk=run.pk)


def test_made_once_and_kept_in_pieces(admin: Staff, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.REPORT_KEEP_HOURS = 7
    monkeypatch.setattr(actions, "PIECE", 1000)
    run = a_run(admin)
    assert (run.status, run.rows_expected) == (Status.WAITING, run.rows_expected)
    assert make_report(run.pk)
    made = now_of(run)
    assert made.status == Status.DONE
    assert made.rows_done == made.rows_expected
    assert made.finished_at is not None
    assert made.expires_at == made.finished_at + timedelta(hours=7)
    sizes = [len(piece) for piece in pieces_of(pack_for(admin, run.pk))]
    assert sum(sizes) == made.size
    assert len(sizes) > 1
    assert set(sizes[:-1]) == {1000}
    assert made.manifest["rows"] == made.rows_done


def test_a_message_that_comes_again_does_nothing(admin: Staff) -> None:
    run = a_run(admin)
    make_report(run.pk)
    made = now_of(run)
    for _ in range(2):
        assert make_report(run.pk)
    again = now_of(run)
    assert (again.attempts, again.sha256, again.finished_at) == (1, made.sha256, made.finished_at)
    assert make_report(999_999)


def test_the_format_is_checked_before_it_starts(admin: Staff, settings: Any) -> None:
    settings.REPORT_PDF_ROWS = 2
    with pytest.raises(Refused, match="Choose CSV or JSON Lines"):
        a_run(admin, format="pdf")
    with pytest.raises(Refused, match="no format"):
        a_run(admin, format="docx")
    assert not ReportRun.objects.exists()


def test_an_odd_question_is_refused(admin: Staff) -> None:
    first, last = period(rows.clinic_of(admin))
    with pytest.raises(Refused, match="before it begins"):
        a_run(admin, period_from=last, period_until=first)
    with pytest.raises(NotFound, match="no report"):
        a_run(admin, "everything")
    with pytest.raises(NotFound):
        a_run(admin, clinic=rows.a_clinic())
    with pytest.raises(NotAllowed):
        a_run(rows.a_member(Role.NURSE, rows.clinic_of(admin)))


def test_so_many_at_once_and_no_more(admin: Staff) -> None:
    waiting = [a_run(admin) for _ in range(actions.WAITING_AT_ONCE)]
    with pytest.raises(Refused, match="not made yet"):
        a_run(admin)
    cancel_report(by=admin, run_id=waiting[0].pk)
    a_run(admin)


def test_a_cancelled_one_is_not_made(admin: Staff) -> None:
    run = a_run(admin)
    other = rows.a_member(Role.ADMIN, rows.clinic_of(admin))
    with pytest.raises(NotFound):
        cancel_report(by=other, run_id=run.pk)
    cancel_report(by=admin, run_id=run.pk)
    assert make_report(run.pk)
    assert now_of(run).status == Status.CANCELLED
    with pytest.raises(Refused):
        cancel_report(by=admin, run_id=run.pk)


def interrupted(monkeypatch: pytest.MonkeyPatch, does: Any) -> None:
    """While the first pack is written, this happens."""
    write = write_pack

    def writes(*arguments: Any) -> Any:
        made = write(*arguments)
        does()
        return made

    monkeypatch.setattr(actions, "write_pack", writes)


def test_one_cancelled_while_it_is_made_leaves_nothing(admin: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    run = a_run(admin)
    interrupted(monkeypatch, lambda: cancel_report(by=admin, run_id=run.pk))
    make_report(run.pk)
    assert now_of(run).status == Status.CANCELLED
    assert not ReportChunk.objects.filter(run=run).exists()


def test_who_lost_the_permission_meanwhile_gets_nothing(admin: Staff) -> None:
    waiting, done = a_run(admin), a_run(admin)
    make_report(done.pk)
    with because("now a nurse"):
        Membership.objects.filter(staff=admin).update(role=Role.NURSE.value)
    make_report(waiting.pk)
    assert now_of(waiting).status == Status.FAILED
    assert "does not run audit reports" in now_of(waiting).problem
    fresh = Staff.objects.get(pk=admin.pk)
    with pytest.raises(NotAllowed):
        pack_for(fresh, done.pk)
    with because("left"):
        Membership.objects.filter(staff=admin).delete()
    with pytest.raises(NotFound):
        pack_for(Staff.objects.get(pk=admin.pk), done.pk)


def test_nobody_else_finds_it(admin: Staff) -> None:
    run = a_run(admin)
    make_report(run.pk)
    for other in (rows.a_member(Role.ADMIN, rows.clinic_of(admin)), rows.a_member(Role.ADMIN)):
        with pytest.raises(NotFound):
            run_for(other, run.pk)
        with pytest.raises(NotFound):
            pack_for(other, run.pk)


def test_a_run_left_behind_waits_again_and_is_given_up_in_the_end(admin: Staff) -> None:
    run = a_run(admin)
    for attempt in range(1, ATTEMPTS + 1):
        ReportRun.objects.filter(pk=run.pk).update(
            status=Status.RUNNING, attempts=attempt, heartbeat_at=timezone.now() - timedelta(minutes=1)
        )
        assert sweep_reports() is None  # it may still be alive
        long_ago = timezone.now() - actions.STALE_AFTER - timedelta(seconds=1)
        ReportRun.objects.filter(pk=run.pk).update(heartbeat_at=long_ago)
        found = sweep_reports()
        if attempt < ATTEMPTS:
            assert found == run.pk
            assert now_of(run).status == Status.WAITING
    assert found is None
    assert (now_of(run).status, now_of(run).problem) == (Status.FAILED, actions.GIVEN_UP)


def test_whom_another_has_taken_over_writes_nothing_more(admin: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    run = a_run(admin)
    taken = ReportRun.objects.filter(pk=run.pk)
    interrupted(monkeypatch, lambda: taken.update(attempts=2, heartbeat_at=timezone.now()))
    make_report(run.pk)
    assert (now_of(run).status, now_of(run).attempts) == (Status.RUNNING, 2)
    assert not ReportChunk.objects.filter(run=run).exists()
    with pytest.raises(NoLongerWanted):
        actions._set(run, rows_done=1)


def test_what_fails_is_tried_again_and_then_says_so(admin: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*arguments: Any) -> None:
        raise RuntimeError("patient Quillfeather")

    monkeypatch.setattr(actions, "write_pack", breaks)
    run = a_run(admin)
    for _ in range(ATTEMPTS - 1):
        make_report(run.pk)
        assert now_of(run).status == Status.WAITING
    make_report(run.pk)
    assert (now_of(run).status, now_of(run).problem) == (Status.FAILED, actions.GIVEN_UP)
    assert "Quillfeather" not in now_of(run).problem


def test_one_that_takes_too_long_says_what_to_do(admin: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    def takes_long(*arguments: Any) -> None:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(actions, "write_pack", takes_long)
    run = a_run(admin)
    make_report(run.pk)
    assert now_of(run).status == Status.FAILED
    assert "Choose a shorter period" in now_of(run).problem


def test_past_its_time_nothing_of_it_is_kept(admin: Staff) -> None:
    run, fresh = a_run(admin), a_run(admin)
    make_report(run.pk)
    make_report(fresh.pk)
    ReportRun.objects.filter(pk=run.pk).update(expires_at=timezone.now())
    with pytest.raises(NotFound, match="no longer kept"):
        pack_for(admin, run.pk)  # at once, whether or not the sweep has come by
    sweep_reports()
    assert now_of(run).status == Status.EXPIRED
    assert not ReportChunk.objects.filter(run=run).exists()
    assert now_of(run).sha256  # what it was stays known
    assert pack_for(admin, fresh.pk)


def test_who_asked_and_who_fetched_is_in_the_trail(admin: Staff) -> None:
    run = a_run(admin)
    make_report(run.pk)
    actions.note_download(now_of(run))
    events = Event.objects.filter(subject="export", new__run=run.pk).order_by("id")
    assert [event.new["step"] for event in events if event.new] == ["asked for", "packed", "downloaded"]
    assert {event.clinic_id for event in events} == {run.clinic_id}
    assert "sha256" in (Event.objects.filter(subject="tracker_reportrun", row_id=str(run.pk)).latest("id").new or {})


def test_the_task_hands_on_the_next_that_waits(admin: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[int] = []
    monkeypatch.setattr(tasks.make_report, "apply_async", lambda arguments, **_: handed.append(arguments[0]))
    one, two = a_run(admin), a_run(admin)
    tasks.sweep_reports()
    tasks.make_report(one.pk)
    tasks.make_report(two.pk)
    assert handed == [one.pk, two.pk]
    assert {now_of(one).status, now_of(two).status} == {Status.DONE}


def test_a_broker_that_is_away_is_no_error(admin: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*arguments: Any, **options: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(tasks.make_report, "apply_async", away)
    a_run(admin)
    tasks.sweep_reports()


WORKER = """
import sys, time
from django.db import connection
from benchmarks.__main__ import prepare_django
prepare_django()
from django.conf import settings
connection.settings_dict.update(NAME=sys.argv[2])
from tracker.reports import actions
def hangs(*arguments):
    print("working", flush=True)
    time.sleep(600)
actions.write_pack = hangs
actions.make_report(int(sys.argv[1]))
"""


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_a_killed_workers_report_is_made_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    admin = rows.a_member(Role.ADMIN)
    run = a_run(admin)
    command = [sys.executable, "-c", WORKER, str(run.pk), str(connection.settings_dict["NAME"])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "working\n"
        with one_at_a_time() as mine:
            assert not mine
        assert not make_report(run.pk)  # the message that came again waits
        monkeypatch.setattr(actions, "STALE_AFTER", timedelta(0))
        assert sweep_reports() is None  # silent, but alive: it holds the lock
        os.kill(worker.pid, signal.SIGKILL)
    for _ in range(100):
        if sweep_reports() == run.pk:
            break
        time.sleep(0.1)
    assert make_report(run.pk)
    assert (now_of(run).status, now_of(run).attempts) == (Status.DONE, 2)


@pytest.mark.django_db(transaction=True)
def test_what_is_written_by_others_meanwhile_does_not_slip_in() -> None:
    """A transaction that was open when the report was asked for stays out, though it began earlier and ends before."""
    admin = rows.a_member(Role.ADMIN)
    patient, another = rows.a_patient(admin), rows.a_patient(admin)
    parts = connection.settings_dict
    where = {"host": parts["HOST"], "port": parts["PORT"], "user": parts["USER"], "password": parts["PASSWORD"]}
    with psycopg.connect(**where, dbname=parts["NAME"]) as other:
        other.execute("UPDATE patients_patient SET given_names = 'Ash' WHERE id = %s", [another.pk])
        rows.a_weight(patient)  # of a later number in the trail, and committed
        report, question = the_question(admin, "activity")
        before = [row.values[-1] for row in report.rows(admin, question)]
        other.commit()
    assert [row.values[-1] for row in report.rows(admin, question)] == before
    _, later = the_question(admin, "activity")
    assert report.count(admin, later) == len(before) + 1


def test_of_one_person_only_the_latest_packs_are_kept(admin: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "KEPT_AT_ONCE", 2)
    other = rows.a_member(Role.ADMIN, rows.clinic_of(admin))
    others, *runs = a_run(other), *(a_run(admin) for _ in range(3))
    for run in (others, *runs):
        make_report(run.pk)
    assert [now_of(run).status for run in (others, *runs)] == [Status.DONE, Status.EXPIRED, Status.DONE, Status.DONE]
    assert not ReportChunk.objects.filter(run=runs[0]).exists()
    assert ReportChunk.objects.filter(run=runs[1]).exists()
