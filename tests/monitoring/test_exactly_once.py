"""Exactly once, with real workers that are killed, a real broker that forgets, and a real mail server.

Times are given to the tasks, so that a claim of a dead worker is old enough at once.
"""

import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from monitoring.actions.mail_plans import plan_mails
from monitoring.actions.reminders import keep_reminders
from monitoring.facts import monitoring_records
from monitoring.models import DueItem, Mail, Reminder
from monitoring.models.due_item import DueItemStatus
from monitoring.rules.schedule import evaluate
from monitoring.rules.sending import TAKE_OVER_AFTER
from monitoring.rules.vocabulary import MailKind, MailStatus, ReminderStatus
from monitoring.schedules import protocol_of
from monitoring.tasks import reconcile_all, send_planned_mail
from patients.models import Clinic, ContactDetails, Patient, Staff
from patients.rules.vocabulary import Role
from regimens.models import Course, DosePeriod
from tests.factories.records import DAY
from tests.factories.rows import a_clinic, a_due_item, a_member, a_patient
from tests.monitoring.smtp_server import MailServer, a_mail_server
from tests.monitoring.workers import forget_queue, sender_of, start_worker, wait_for

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]

MORNING = datetime(2026, 1, 12, 8, tzinfo=UTC)
TODAY = MORNING.date()

Worker = subprocess.Popen[bytes]
Start = Callable[[], Worker]


@pytest.fixture
def server() -> Iterator[MailServer]:
    with a_mail_server() as server:
        yield server


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    """Every worker that the test started; none outlives it, and no task does."""
    forget_queue()
    started: list[Worker] = []
    yield started
    for worker in started:
        worker.kill()
        worker.wait()
    forget_queue()


@pytest.fixture
def start(workers: list[Worker], server: MailServer) -> Start:
    def start() -> Worker:
        mail = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(server.port), "EMAIL_USE_TLS": "false"}
        workers.append(start_worker(**mail))
        return workers[-1]

    return start


def sweep(now: datetime = MORNING) -> None:
    send_planned_mail.delay(now.isoformat())


def kill(worker: Worker) -> None:
    worker.kill()
    worker.wait()


def sent() -> int:
    return Mail.objects.filter(status=MailStatus.SENT).count()


def nobody_is_sending() -> bool:
    """Whether the same e-mails stay claimed for a while: what is being sent is claimed for milliseconds only."""
    claimed = Mail.objects.filter(status=MailStatus.CLAIMED).order_by("pk").values_list("pk", flat=True)
    before = list(claimed)
    time.sleep(2)
    return list(claimed.all()) == before


def patients_to_remind(count: int) -> None:
    """Each with an address, an agreement and a test that is due."""
    nurse = a_member(Role.NURSE, password=None)
    clinic = nurse.clinics.get()
    patients = Patient.objects.bulk_create(_patient(clinic, nurse, number) for number in range(count))
    agreed = {"may_remind": True, "agreed_on": DAY, "recorded_by": nurse}
    ContactDetails.objects.bulk_create(
        ContactDetails(patient=patient, email=f"p{patient.pk}@example.org", **agreed) for patient in patients
    )
    item = {"item": "albumin", "drug": "methotrexate", "rule_id": "test.rule", "protocol_version": "test"}
    DueItem.objects.bulk_create(DueItem(patient=patient, due_on=TODAY, visit_on=TODAY, **item) for patient in patients)


def _patient(clinic: Clinic, by: Staff, number: int) -> Patient:
    names = {"given_names": "Linden", "family_name": f"Testworth {number}"}
    return Patient(clinic=clinic, hospital_number=f"K{number}", recorded_by=by, born=date(1970, 5, 4), **names)


def test_workers_killed_while_sending_a_thousand_lose_none_and_double_none_but_the_one_that_nobody_can_know(
    server: MailServer, workers: list[Worker], start: Start
) -> None:
    """Two are killed at any moment, and one at the worst: the server has accepted and the worker does not know."""
    patients_to_remind(1000)
    plan_mails(MORNING)
    expected = set(Mail.objects.values_list("message_id", flat=True))
    assert len(expected) == 1000
    worst: list[str] = []

    def kill_at_the_worst_moment(count: int, port: int) -> None:
        if count >= 700 and not worst:
            worst.append(server.message_ids[-1])
            kill(sender_of(port, [worker for worker in workers if worker.returncode is None]))

    server.on_accept = kill_at_the_worst_moment
    first, second = start(), start()
    sweep()
    sweep()
    wait_for(lambda: len(server.accepted) >= 200, "200 e-mails")
    kill(first)
    start()
    sweep()
    wait_for(lambda: len(server.accepted) >= 450, "450 e-mails")
    kill(second)
    start()
    sweep()
    wait_for(lambda: worst, "the worst moment")
    start()
    sweep()
    wait_for(lambda: not Mail.objects.filter(status=MailStatus.PLANNED).exists(), "all but what the dead had claimed")
    wait_for(nobody_is_sending, "an end of all sending but the dead's")
    sweep(MORNING + TAKE_OVER_AFTER + timedelta(minutes=5))
    wait_for(lambda: sent() == 1000, "every e-mail")

    arrived = Counter(server.message_ids)
    assert set(arrived) == expected, "one was lost, or came under another Message-ID"
    twice = {message_id: count for message_id, count in arrived.items() if count > 1}
    assert twice.keys() >= set(worst), "what cannot be known is sent again"
    assert len(twice) <= 3, "at most one for each kill"
    assert set(twice.values()) == {2}


def test_however_often_beat_fires_each_digest_goes_once_and_each_item_is_told_once(
    server: MailServer, start: Start
) -> None:
    clinic = a_clinic()
    staff = [a_member(Role.NURSE, clinic, password=None, email=f"n{number}@example.org") for number in range(30)]
    patient = a_patient(staff[0])
    for number in range(10):
        a_due_item(patient, due_on=TODAY, occasion=str(number))
    keep_reminders(now=MORNING)
    for number in range(40):
        sweep(MORNING + timedelta(seconds=number))
    start()
    start()
    wait_for(lambda: sent() == 30, "30 digests")
    for _ in range(10):
        sweep(MORNING + timedelta(minutes=20))
    last = a_member(Role.NURSE, clinic, password=None, email="last@example.org")
    sweep(MORNING + timedelta(minutes=21))
    wait_for(lambda: Mail.objects.filter(staff=last, status=MailStatus.SENT).exists(), "the queue to come to its end")

    assert max(Counter(server.message_ids).values()) == 1
    assert len(server.accepted) == 31
    assert set(Reminder.objects.values_list("status", flat=True)) == {ReminderStatus.SENT}
    assert Reminder.objects.count() == 10


def test_what_a_broker_forgot_the_next_sweep_makes_good(
    server: MailServer, workers: list[Worker], start: Start
) -> None:
    patients_to_remind(60)
    for _ in range(5):
        sweep()
    forget_queue()
    start()
    wait_for(lambda: len(server.accepted) == 0 and workers[0].poll() is None, "a worker with nothing to do")
    sweep()
    wait_for(lambda: len(server.accepted) >= 10, "10 e-mails")
    forget_queue()  # while the worker sends
    sweep(MORNING + timedelta(minutes=1))
    wait_for(lambda: sent() == 60, "every e-mail")

    assert max(Counter(server.message_ids).values()) == 1
    assert len(server.accepted) == 60


def test_workers_killed_while_reconciling_lose_and_double_no_item_and_no_reminder(
    workers: list[Worker], server: MailServer, start: Start
) -> None:
    """Once in the middle of a transaction that has written, and twice at any moment."""
    patients = patients_on_treatment(300)
    as_of = DAY + timedelta(days=200)

    worker = start()
    reconcile_all.delay(as_of.isoformat())
    wait_for(somebody_is_writing, "a transaction that writes")
    kill(worker)
    for _ in range(2):
        worker = start()
        reconcile_all.delay(as_of.isoformat())
        wait_for(lambda: DueItem.objects.exists() or somebody_is_writing(), "work")
        time.sleep(random.uniform(0, 1))  # noqa: S311 - any moment will do
        kill(worker)
    start()
    reconcile_all.delay(as_of.isoformat())
    expected = shown_by_rules(patients, as_of)
    wait_for(lambda: kept() == expected, "the rules' own answer")

    assert len(expected) > 900
    rows = DueItem.objects.filter(status=DueItemStatus.OPEN)
    assert rows.count() == len(expected)
    live = Reminder.objects.exclude(status=ReminderStatus.ACTED).values_list("due_item", flat=True)
    assert sorted(live) == sorted(rows.values_list("pk", flat=True))
    assert not DueItem.objects.exclude(status=DueItemStatus.OPEN).exists()
    assert not Mail.objects.filter(kind=MailKind.STAFF_DIGEST).exists()


def patients_on_treatment(count: int) -> list[Patient]:
    nurse = a_member(Role.NURSE, password=None)
    clinic = nurse.clinics.get()
    patients = Patient.objects.bulk_create(_patient(clinic, nurse, number) for number in range(count))
    drug = {"drug": "azathioprine", "role": "immunosuppressant", "route": "oral", "start_on": DAY, "recorded_by": nurse}
    courses = Course.objects.bulk_create(Course(patient=patient, **drug) for patient in patients)
    dose = {"amount": 100, "unit": "mg", "frequency": "once_daily", "recorded_by": nurse}
    DosePeriod.objects.bulk_create(DosePeriod(course=course, from_on=DAY, **dose) for course in courses)
    return patients


def somebody_is_writing() -> bool:
    """Whether another connection to this database has written in a transaction that is not over."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL"
        )
        return bool(cursor.fetchone()[0])


def shown_by_rules(patients: list[Patient], as_of: date) -> set[tuple[int, str, str, date, str]]:
    records = monitoring_records([patient.pk for patient in patients])
    found = set()
    for patient in patients:
        for due in evaluate(records[patient.pk], protocol_of(patient.clinic), as_of).due:
            found.add((patient.pk, due.item, due.occasion, due.due_on, due.driver.drug))
    return found


def kept() -> set[tuple[int, str, str, date, str]]:
    rows = DueItem.objects.filter(status=DueItemStatus.OPEN)
    return set(rows.values_list("patient", "item", "occasion", "due_on", "drug"))
