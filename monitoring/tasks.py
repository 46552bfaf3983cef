"""Background work on monitoring. Each task is safe to run twice, late, never, or on several workers at once."""

import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

import structlog
from celery import Task, shared_task
from django.conf import settings
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    transaction,
)
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError
from redis import RedisError

from monitoring import actions
from monitoring.actions import raise_alerts, reconcile
from monitoring.actions.heartbeat import heartbeat
from monitoring.actions.mail_plans import plan_mails
from monitoring.actions.not_worked_out import note_not_worked_out, note_worked_out
from monitoring.actions.reminders import keep_reminders
from monitoring.delivery import send_mails
from monitoring.models import Contact
from monitoring.rules.audit_findings import Period
from monitoring.selectors import kept_audits
from monitoring.selectors.heartbeats import ALERTS, MAILS, RECONCILE, SCHEDULER, SILENCE
from monitoring.selectors.silence import silence_by_clinic
from patients.selectors import patient_ids_by_clinic

CHUNK = 200
TRIES = 3  # while the database is away for a moment or breaks a deadlock
SECONDS_BETWEEN_TRIES = 2
SECONDS_TO_BE_SILENT = 1  # a broker that fails later than that kept somebody waiting
SECONDS_LEFT_ALONE = 30
SECONDS_FOR_AUDITS = 600  # of all audits of one clinic, whatever its size
log = structlog.get_logger(__name__)


@shared_task
def reconcile_all(as_of: str | None = None) -> None:
    """Nightly: hands every clinic's patients out in chunks."""
    patient_ids = patient_ids_by_clinic()
    for start in range(0, len(patient_ids), CHUNK):
        reconcile_some.delay(patient_ids[start : start + CHUNK], as_of)
    # In the queue of the chunks and behind them: when its turn comes, they have all been taken up.
    beat.apply_async((RECONCILE,), queue=settings.CELERY_TASK_DEFAULT_QUEUE)


@shared_task
def reconcile_some(patient_ids: list[int], as_of: str | None = None) -> None:
    """Brings the due items and the alerts of these patients in step with the rules.

    When that fails, each goes on alone: a record that no rule foresaw, or that the database refuses, must not hold up
    the patients beside it. Whoever is left behind in the end is on record as such (`NotWorkedOut`).
    """
    try:
        _bring_in_step(patient_ids, date.fromisoformat(as_of) if as_of else None)
    except Exception as error:
        if len(patient_ids) == 1 or _fails_for_all(error):
            with suppress(DatabaseError, InterfaceError):  # where it is away, the task's own error says so
                note_not_worked_out(patient_ids, error)
            raise
        log.exception("reconcile_split", patients=len(patient_ids))
        for patient_id in patient_ids:
            reconcile_some.delay([patient_id], as_of)
    else:
        note_worked_out(patient_ids)


def _bring_in_step(patient_ids: Collection[int], day: date | None) -> None:
    """Tries again, after a moment, what a deadlock or a lost connection cut off. Raises what the last try raised."""
    for tries_left in reversed(range(TRIES)):
        try:
            reconcile(patient_ids=patient_ids, as_of=day)
            raise_alerts(patient_ids, day)
            return
        except (OperationalError, InterfaceError):
            if not tries_left:
                raise
            log.warning("reconcile_tried_again", patients=len(patient_ids), tries_left=tries_left)
        time.sleep(SECONDS_BETWEEN_TRIES)
        close_old_connections()


def _fails_for_all(error: Exception) -> bool:
    """True when the database itself is at fault; bad data and a broken constraint belong to one patient's rows."""
    return isinstance(error, DatabaseError | InterfaceError) and not isinstance(error, DataError | IntegrityError)


@shared_task
def climb_alerts(now: str | None = None) -> None:
    """Sends on the alerts that nobody has acknowledged, and brings back those that were left undone."""
    actions.climb_alerts(datetime.fromisoformat(now) if now else timezone.now())
    heartbeat(ALERTS)


@shared_task
def send_planned_mail(now: str | None = None) -> None:
    """Plans the e-mails that are wanted by now and sends what may go; what one run leaves, the next one takes up.

    No sign of life from a run that could not plan for some clinic, or that met no mail server and sent nothing.
    """
    moment = datetime.fromisoformat(now) if now else timezone.now()
    planned = plan_mails(moment)
    sending = send_mails(moment)
    if not planned.failed_clinics and (sending.sent or not sending.server_is_away):
        heartbeat(MAILS)


@shared_task
def beat(name: str = SCHEDULER) -> None:
    """Each minute, from the scheduler through a worker: as long as this arrives, both of them run."""
    heartbeat(name)


@shared_task
def check_silence() -> None:
    """Each morning: makes good what reminders are missing, counts what nobody would notice, and logs how many."""
    keep_reminders()
    for clinic, counts in silence_by_clinic().items():
        log.info("silence_checked", clinic=clinic, **counts)
    heartbeat(SILENCE)


@shared_task
def reconcile_clinic(clinic_id: int) -> None:
    """After another schedule was chosen: hands the clinic's patients out in chunks."""
    patient_ids = patient_ids_by_clinic([clinic_id])
    for start in range(0, len(patient_ids), CHUNK):
        reconcile_some.delay(patient_ids[start : start + CHUNK])


def reconcile_clinic_soon(clinic_id: int) -> None:
    """Asks for the reconciliation of a clinic's patients once the write is committed."""
    transaction.on_commit(partial(_send, reconcile_clinic, clinic_id), robust=True)


def reconcile_soon(patient_id: int) -> None:
    """Asks for one patient's reconciliation once the write is committed."""
    reconcile_many_soon([patient_id])


def reconcile_told(contact: Contact) -> None:
    """Symptoms wait for no worker: their alert, and the test that they make due, are there with the answer.

    For whoever has recorded the contact, after its commit; `reconcile_soon` is asked as well, and makes good what fails
    here.
    """
    if not contact.symptoms:
        return
    try:
        _bring_in_step([contact.patient_id], None)
    except Exception:
        log.exception("reconcile_told_failed")


def reconcile_many_soon(patient_ids: Sequence[int]) -> None:
    """Asks for these patients' reconciliation once the write is committed, in one message for each chunk."""
    for start in range(0, len(patient_ids), CHUNK):
        chunk = list(patient_ids[start : start + CHUNK])
        transaction.on_commit(partial(_send, reconcile_some, chunk), robust=True)


def send_mail_soon() -> None:
    """Asks for the e-mails that are wanted now, once the write is committed, rather than within the minute."""
    transaction.on_commit(partial(_send, send_planned_mail, None), robust=True)


@shared_task(soft_time_limit=SECONDS_FOR_AUDITS, time_limit=SECONDS_FOR_AUDITS + 60)
def work_out_audits(
    clinic_id: int, period_from: str, period_until: str, as_of: str, known_at: str | None = None
) -> None:
    """Judges every service audit of a clinic and keeps what was found for the pages that show it."""
    days = (date.fromisoformat(day) for day in (period_from, period_until, as_of))
    moment = None if known_at is None else datetime.fromisoformat(known_at)
    kept_audits.work_out_for(clinic_id, Period(*days), moment)


def work_out_audits_soon(board: kept_audits.AuditBoard) -> bool:
    """Asks once for a clinic's audits; False when the work cannot be handed out or its result not be kept."""
    try:
        if not kept_audits.ask_once(board):
            return True
        days = (board.period.from_on, board.period.until, board.period.as_of)
        moments = () if board.known_at is None else (board.known_at,)
        work_out_audits.apply_async((board.clinic.pk, *(one.isoformat() for one in (*days, *moments))), retry=False)
    except (BrokerError, RedisError):
        log.warning("audits_not_enqueued", clinic=board.clinic.pk)
        kept_audits.forget_asking(board)
        return False
    return True


@dataclass(slots=True)
class SilentBroker:
    """Until when this process leaves alone a broker that kept a page waiting, by time.monotonic()."""

    until: float = 0.0


_silent_broker = SilentBroker()


def _send(task: Task[..., None], what: int | list[int] | None) -> None:
    """Hands a task to the broker, tried once. The write stands; the nightly run makes good what was not taken.

    A broker that answers nothing costs each page that saves the time limit of the connection, so after one such wait
    it is not asked for a while. One that refuses at once costs nothing and is asked each time.
    """
    start = time.monotonic()
    if start < _silent_broker.until:
        log.warning("reconcile_not_enqueued", task_name=task.name, asked=False)
        return
    try:
        task.apply_async((what,), retry=False)
    except BrokerError:
        now = time.monotonic()
        if now - start > SECONDS_TO_BE_SILENT:
            _silent_broker.until = now + SECONDS_LEFT_ALONE
        log.warning("reconcile_not_enqueued", task_name=task.name, asked=True)
