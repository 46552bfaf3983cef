"""Background work on monitoring. Each task is safe to run twice, late, never, or on several workers at once."""

from datetime import date
from functools import partial

import structlog
from celery import shared_task
from django.db import DatabaseError, transaction
from kombu.exceptions import OperationalError

from monitoring.actions import reconcile
from patients.selectors import patient_ids_by_clinic

CHUNK = 200
log = structlog.get_logger(__name__)


@shared_task
def reconcile_all(as_of: str | None = None) -> None:
    """Nightly: hands every clinic's patients out in chunks."""
    patient_ids = patient_ids_by_clinic()
    for start in range(0, len(patient_ids), CHUNK):
        reconcile_some.delay(patient_ids[start : start + CHUNK], as_of)


@shared_task
def reconcile_some(patient_ids: list[int], as_of: str | None = None) -> None:
    """Brings the due items of these patients in step with the rules.

    When that fails, each goes on alone: a record that no rule foresaw must not hold up the patients beside it.
    """
    try:
        reconcile(patient_ids=patient_ids, as_of=date.fromisoformat(as_of) if as_of else None)
    except DatabaseError:
        raise  # all would fail alike; the next run makes good
    except Exception:
        if len(patient_ids) == 1:
            raise
        log.exception("reconcile_split", patients=len(patient_ids))
        for patient_id in patient_ids:
            reconcile_some.delay([patient_id], as_of)


def reconcile_soon(patient_id: int) -> None:
    """Asks for one patient's reconciliation once the write is committed."""
    transaction.on_commit(partial(_enqueue, patient_id), robust=True)


def _enqueue(patient_id: int) -> None:
    try:
        reconcile_some.apply_async(([patient_id],), retry=False)
    except OperationalError:
        # The write stands; the nightly run makes good what the broker did not take.
        log.warning("reconcile_not_enqueued")
