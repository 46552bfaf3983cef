"""Tasks on a real worker process over real Redis."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from monitoring import tasks
from monitoring.models import DueItem
from tests.factories.records import DAY
from tests.factories.rows import a_course, a_member, a_patient
from tracker.celery import BEAT_SCHEDULE, app


@contextmanager
def a_worker():
    """A worker process on this test's own database and Redis keys."""
    name = connection.settings_dict["NAME"]
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    command = [sys.executable, "-m", "celery", "-A", "tracker", "worker", "--concurrency=1", "--pool=solo"]
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tracker.settings"}
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.django_db(transaction=True)
def test_worker_opens_due_items_after_the_write_is_committed():
    patient = a_patient(a_member())
    a_course(patient, "methotrexate", DAY, "10")

    with a_worker():
        tasks.reconcile_soon(patient.pk)

        assert wait_for(lambda: DueItem.objects.filter(patient=patient).exists())


@pytest.mark.django_db(transaction=True)
def test_nightly_run_reaches_every_patient_in_chunks(monkeypatch):
    doctor = a_member()
    patients = [a_patient(doctor) for _ in range(3)]
    for patient in patients:
        a_course(patient, "methotrexate", DAY, "10")
    monkeypatch.setattr(tasks, "CHUNK", 2)

    with a_worker():
        tasks.reconcile_all.delay(DAY.isoformat())

        assert wait_for(lambda: DueItem.objects.values("patient").distinct().count() == 3)


@pytest.mark.django_db
def test_nothing_is_enqueued_when_the_write_is_rolled_back(monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(tasks.reconcile_some, "apply_async", lambda *args, **kwargs: sent.append(args))

    with django_capture_on_commit_callbacks(execute=False):
        tasks.reconcile_soon(1)

    assert sent == []


def test_every_scheduled_task_exists_and_expires():
    app.loader.import_default_modules()

    for name, entry in BEAT_SCHEDULE.items():
        assert entry["task"] in app.tasks, name
        assert entry["options"]["expires"] > 0


@pytest.mark.django_db
def test_one_patient_whom_the_rules_cannot_judge_stops_no_other(monkeypatch):
    def judge(*, patient_ids, as_of):
        if 2 in patient_ids:
            raise ValueError("a record that no rule foresaw")
        judged.extend(patient_ids)

    judged, failed = [], []
    monkeypatch.setattr(tasks, "reconcile", judge)

    def deliver(patient_ids, as_of=None):
        try:
            tasks.reconcile_some(patient_ids, as_of)
        except ValueError:
            failed.append(patient_ids)

    monkeypatch.setattr(tasks.reconcile_some, "delay", deliver)
    deliver([1, 2, 3], DAY.isoformat())

    assert judged == [1, 3]
    assert failed == [[2]]


@pytest.mark.django_db
def test_a_database_that_is_away_is_not_asked_once_for_each_patient(monkeypatch):
    def judge(**_):
        raise OperationalError

    handed_on = []
    monkeypatch.setattr(tasks, "reconcile", judge)
    monkeypatch.setattr(tasks.reconcile_some, "delay", lambda *args: handed_on.append(args))

    with pytest.raises(OperationalError):
        tasks.reconcile_some([1, 2, 3])

    assert handed_on == []
