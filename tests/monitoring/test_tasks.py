"""Tasks on a real worker process over real Redis."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, ProgrammingError, connection
from django.test.utils import CaptureQueriesContext
from kombu.exceptions import OperationalError as BrokerError

from monitoring import tasks
from monitoring.models import DueItem, NotWorkedOut
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


def wait_for(condition, seconds=180):
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


@pytest.fixture
def deliver(monkeypatch):
    """Hands tasks on at once, as one worker would; what they raise is kept in `failed`, and nobody waits."""

    def run(patient_ids, as_of=None):
        try:
            tasks.reconcile_some(patient_ids, as_of)
        except Exception:
            run.failed.append(patient_ids)

    run.failed, run.waited = [], []
    monkeypatch.setattr(tasks.reconcile_some, "delay", run)
    monkeypatch.setattr(tasks.time, "sleep", run.waited.append)
    monkeypatch.setattr(tasks, "close_old_connections", lambda: None)  # it would end the test's own transaction
    return run


def failing_for(patient_id, error):
    """A reconciliation that cannot work out one patient, and what it worked out."""

    def judge(*, patient_ids, as_of):
        if patient_id in patient_ids:
            raise error
        judge.judged.extend(patient_ids)

    judge.judged = []
    return judge


@pytest.mark.django_db
@pytest.mark.parametrize("error", [ValueError("a record that no rule foresaw"), DataError(), IntegrityError()])
def test_one_patient_who_cannot_be_worked_out_stops_no_other(monkeypatch, deliver, error):
    judge = failing_for(2, error)
    monkeypatch.setattr(tasks, "reconcile", judge)

    deliver([1, 2, 3], DAY.isoformat())

    assert judge.judged == [1, 3]
    assert deliver.failed == [[2]]
    assert deliver.waited == []


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_asked_again_but_not_once_for_each_patient(monkeypatch, deliver, error):
    tries = []

    def judge(**_):
        tries.append(1)
        raise error

    monkeypatch.setattr(tasks, "reconcile", judge)

    deliver([1, 2, 3])

    assert deliver.failed == [[1, 2, 3]]
    assert len(tries) == tasks.TRIES
    assert len(deliver.waited) == tasks.TRIES - 1


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_made_anew_for_the_next_try(monkeypatch):
    def judge(*, patient_ids, as_of):
        if not waited:
            connection.cursor().execute("SELECT pg_terminate_backend(pg_backend_pid())")
        judged.extend(patient_ids)

    judged, waited = [], []
    monkeypatch.setattr(tasks, "reconcile", judge)
    monkeypatch.setattr(tasks.time, "sleep", waited.append)

    tasks.reconcile_some([1, 2, 3])

    assert judged == [1, 2, 3]
    assert waited == [tasks.SECONDS_BETWEEN_TRIES]


@pytest.mark.django_db
def test_a_database_of_another_version_is_not_asked_once_for_each_patient(monkeypatch, deliver):
    monkeypatch.setattr(tasks, "reconcile", failing_for(2, ProgrammingError()))

    deliver([1, 2, 3])

    assert deliver.failed == [[1, 2, 3]]
    assert deliver.waited == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["reconcile", "raise_alerts"])
def test_whoever_could_not_be_worked_out_is_on_record_until_that_succeeds(monkeypatch, deliver, name):
    doctor = a_member()
    ours, other = a_patient(doctor), a_patient(doctor)
    well = getattr(tasks, name)

    def judge(patient_ids, *args, **named):
        if ours.pk in patient_ids:
            raise DataError("SMITH, Ann")

    monkeypatch.setattr(tasks, name, judge)
    deliver([ours.pk, other.pk])
    first = NotWorkedOut.objects.get()
    deliver([ours.pk])
    again = NotWorkedOut.objects.get()

    assert (again.patient, again.error_type) == (ours, "DataError")
    assert again.since == first.since
    assert again.last_at > first.last_at

    monkeypatch.setattr(tasks, name, well)
    deliver([ours.pk, other.pk])

    assert not NotWorkedOut.objects.exists()


@pytest.mark.django_db
def test_everybody_in_a_chunk_that_was_given_up_is_on_record(monkeypatch, deliver):
    doctor = a_member()
    patients = [a_patient(doctor), a_patient(doctor)]
    monkeypatch.setattr(tasks, "reconcile", failing_for(patients[0].pk, OperationalError()))

    deliver([patient.pk for patient in patients])

    assert set(NotWorkedOut.objects.values_list("patient", "error_type")) == {
        (patient.pk, "OperationalError") for patient in patients
    }


@pytest.mark.django_db
def test_when_all_is_well_nothing_is_written(deliver):
    patient = a_patient(a_member())
    deliver([patient.pk])

    with CaptureQueriesContext(connection) as queries:
        deliver([patient.pk])

    assert deliver.failed == []
    assert not [query for query in queries if not query["sql"].startswith("SELECT")]


@pytest.fixture
def broker(monkeypatch):
    """A broker that fails after `broker.seconds` for as long as `broker.is_away`; what was tried is in `sent`."""

    class Broker:
        is_away, seconds, now, sent = True, 3, 1000.0, []

    def send(args, *, retry):
        assert not retry
        Broker.sent.append(args)
        if Broker.is_away:
            Broker.now += Broker.seconds
            raise BrokerError

    monkeypatch.setattr(tasks, "_silent_broker", tasks.SilentBroker())
    monkeypatch.setattr(tasks.time, "monotonic", lambda: Broker.now)
    for task in (tasks.reconcile_some, tasks.reconcile_clinic):
        monkeypatch.setattr(task, "apply_async", send)
    return Broker


@pytest.mark.django_db
def test_many_patients_are_one_message_a_chunk(monkeypatch, broker, django_capture_on_commit_callbacks):
    broker.is_away = False
    monkeypatch.setattr(tasks, "CHUNK", 2)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.reconcile_many_soon([3, 1, 2])
        assert broker.sent == []
    assert broker.sent == [([3, 1],), ([2],)]


@pytest.mark.django_db
def test_a_broker_that_keeps_a_page_waiting_is_left_alone_for_a_while(broker, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        tasks.reconcile_soon(1)
        tasks.reconcile_soon(2)
        tasks.reconcile_clinic_soon(3)
        tasks.reconcile_many_soon([4, 5])
    assert broker.sent == [([1],)]

    broker.is_away = False
    broker.now += tasks.SECONDS_LEFT_ALONE - 1
    with django_capture_on_commit_callbacks(execute=True):
        tasks.reconcile_soon(6)
    assert broker.sent == [([1],)]

    broker.now += 1
    with django_capture_on_commit_callbacks(execute=True):
        tasks.reconcile_soon(7)
        tasks.reconcile_soon(8)
    assert broker.sent[1:] == [([7],), ([8],)]


@pytest.mark.django_db
def test_a_broker_that_refuses_at_once_is_asked_again_each_time(broker, django_capture_on_commit_callbacks):
    broker.seconds = 0.1
    with django_capture_on_commit_callbacks(execute=True):
        tasks.reconcile_soon(1)
        tasks.reconcile_soon(2)
    assert broker.sent == [([1],), ([2],)]


def test_a_broker_that_refuses_keeps_no_page_waiting():
    code = (
        "import time, django; django.setup()\n"
        "from monitoring import tasks\n"
        "start = time.monotonic(); tasks._send(tasks.reconcile_some, [1]); print(time.monotonic() - start)"
    )
    environment = {**os.environ, "REDIS_URL": "redis://127.0.0.1:9/0", "DJANGO_SETTINGS_MODULE": "tracker.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=60
    )
    assert "reconcile_not_enqueued" in done.stderr + done.stdout
    assert float(done.stdout.split()[-1]) < 1.5
