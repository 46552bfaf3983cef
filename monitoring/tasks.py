"""Background work on monitoring. Each task is safe to run twice, late, never, or on several workers at once."""

from datetime import date, datetime
from functools import partial

import structlog
from celery import shared_task
from django.db import DatabaseError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from monitoring import actions
from monitoring.actions import raise_alerts, reconcile
from monitoring.actions.heartbeat import heartbeat
from monitoring.actions.mail_plans import plan_mails
from monitoring.actions.reminders import keep_reminders
from monitoring.delivery import send_mails
from monitoring.selectors.heartbeats import ALERTS, MAILS, RECONCILE, SCHEDULER, SILENCE
from monitoring.selectors.silence import silence_by_clinic
from patients.selectors import patient_ids_by_clinic

CHUNK = 200
log = structlog.get_logger(__name__)


@shared_task
def reconcile_all(as_of: str | None = None) -> None:
    """Nightly: hands every clinic's patients out in chunks."""
    patient_ids = patient_ids_by_clinic()
    for start in range(0, len(patient_ids), CHUNK):
        reconcile_some.delay(patient_ids[start : start + CHUNK], as_of)
    beat.delay(RECONCILE)  # behind the chunks: when its turn comes, they have all been taken up


@shared_task
def reconcile_some(patient_ids: list[int], as_of: str | None = None) -> None:
    """Brings the due items and the alerts of these patients in step with the rules.

    When that fails, each goes on alone: a record that no rule foresaw must not hold up the patients beside it.
    """
    try:
        day = date.fromisoformat(as_of) if as_of else None
        reconcile(patient_ids=patient_ids, as_of=day)
        raise_alerts(patient_ids, day)
    except DatabaseError:
        raise  # all would fail alike; the next run makes good
    except Exception:
        if len(patient_ids) == 1:
            raise
        log.exception("reconcile_split", patients=len(patient_ids))
        for patient_id in patient_ids:
            reconcile_some.delay([patient_id], as_of)


@shared_task
def climb_alerts(now: str | None = None) -> None:
    """Sends on the alerts that nobody has acknowledged, and brings back those that were left undone."""
    actions.climb_alerts(datetime.fromisoformat(now) if now else timezone.now())
    heartbeat(ALERTS)


@shared_task
def send_planned_mail(now: str | None = None) -> None:
    """Plans the e-mails that are wanted by now and sends what may go; what one run leaves, the next one takes up."""
    moment = datetime.fromisoformat(now) if now else timezone.now()
    plan_mails(moment)
    send_mails(moment)
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
    transaction.on_commit(partial(_enqueue_clinic, clinic_id), robust=True)


def reconcile_soon(patient_id: int) -> None:
    """Asks for one patient's reconciliation once the write is committed."""
    transaction.on_commit(partial(_enqueue, patient_id), robust=True)


def _enqueue(patient_id: int) -> None:
    try:
        reconcile_some.apply_async(([patient_id],), retry=False)
    except OperationalError:
        # The write stands; the nightly run makes good what the broker did not take.
        log.warning("reconcile_not_enqueued")


def _enqueue_clinic(clinic_id: int) -> None:
    try:
        reconcile_clinic.apply_async((clinic_id,), retry=False)
    except OperationalError:
        log.warning("reconcile_not_enqueued", clinic=clinic_id)
