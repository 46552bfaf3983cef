"""What a night without news costs: every patient's due items compared with the rules, and nothing to write."""

from dataclasses import dataclass

from django.db import connection

from benchmarks.calibration import seconds_of
from benchmarks.rules import TODAY
from monitoring.actions import reconcile
from monitoring.models import DueItem, Result
from monitoring.models.due_item import DueItemStatus
from monitoring.tasks import CHUNK
from patients.models import Patient


@dataclass(frozen=True, slots=True)
class NightCost:
    """Processor seconds of the worker; rows that PostgreSQL counts as inserted, updated or deleted meanwhile."""

    patients: int
    open_items: int
    results: int
    seconds: float
    rows_written: int


def measure_night() -> NightCost:
    """One run over every patient in the database, in the chunks of the nightly task."""
    ids = list(Patient.objects.order_by("pk").values_list("pk", flat=True))
    before = _rows_written()
    seconds = seconds_of(lambda: _night(ids))
    return NightCost(
        patients=len(ids),
        open_items=DueItem.objects.filter(status=DueItemStatus.OPEN).count(),
        results=Result.objects.count(),
        seconds=seconds,
        rows_written=_rows_written() - before,
    )


def _night(patient_ids: list[int]) -> None:
    for start in range(0, len(patient_ids), CHUNK):
        reconcile(patient_ids=patient_ids[start : start + CHUNK], as_of=TODAY)


def _rows_written() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables")
        (found,) = cursor.fetchone()
    return int(found)
