"""What it costs that every change is recorded: the same writes with the triggers of the audit trail and without."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db import connection, transaction

from benchmarks.rules import TODAY
from patients.acting import Acting, acting_as
from patients.models import Clinic, Patient, Staff, Weight

ROWS = 10_000
_ROUNDS = 5
_SAVES = 200


@dataclass(frozen=True, slots=True)
class TrailCost:
    """Seconds on the clock for one write, the quickest of a few rounds, without the trail and with it."""

    write: str
    without: float
    recorded: float

    @property
    def ratio(self) -> float:
        return self.recorded / self.without


def measure_trail(clinic: Clinic, staff: Staff) -> list[TrailCost]:
    """Each kind of write in turns without and with the triggers, so that a busy moment hits both. Leaves no row.

    Needs a connection of the tables' owner, who alone can take the triggers away.
    """
    patient = Patient.objects.create(clinic=clinic, hospital_number="TRAIL", family_name="Trail", recorded_by=staff)

    def rows(count: int) -> list[Weight]:
        return [
            Weight(patient=patient, on=TODAY - timedelta(days), kilograms=Decimal(70), recorded_by=staff)
            for days in range(count)
        ]

    def insert() -> float:
        made = rows(ROWS)
        return _seconds(lambda: Weight.objects.bulk_create(made, batch_size=2_000))

    def update() -> float:
        Weight.objects.bulk_create(rows(ROWS), batch_size=2_000)
        return _seconds(lambda: Weight.objects.filter(patient=patient).update(kilograms=Decimal(71)))

    def save() -> float:
        made = rows(_SAVES)
        return _seconds(lambda: [_saved_alone(row) for row in made]) / _SAVES

    writes = {f"bulk insert of {ROWS:,} rows": insert, f"update of {ROWS:,} rows": update, "one row saved": save}
    with acting_as(Acting(actor_id=staff.pk, request_id="benchmark", origin="benchmark")):
        found = [_cost(name, write) for name, write in writes.items()]
    with transaction.atomic():
        _without_rows("DELETE FROM patients_patient WHERE hospital_number = 'TRAIL'")
    return found


def _cost(name: str, write: Callable[[], float]) -> TrailCost:
    times: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(_ROUNDS):
        for recorded in (False, True):
            times[recorded].append(_round(write, recorded=recorded))
    return TrailCost(name, min(times[False]), min(times[True]))


def _round(write: Callable[[], float], *, recorded: bool) -> float:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE patients_weight {'ENABLE' if recorded else 'DISABLE'} TRIGGER USER")
    try:
        return write()
    finally:
        with transaction.atomic():
            _without_rows(
                "DELETE FROM patients_weight WHERE patient_id IN "
                "(SELECT id FROM patients_patient WHERE hospital_number = 'TRAIL')"
            )
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE patients_weight ENABLE TRIGGER USER")


def _without_rows(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # neither recorded nor asked why
        cursor.execute(statement)


def _saved_alone(row: Weight) -> None:
    row.pk = None
    with transaction.atomic():
        row.save(force_insert=True)


def _seconds(work: Callable[[], object]) -> float:
    """Time on the clock: PostgreSQL does most of this work, in a process of its own."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
