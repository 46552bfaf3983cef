"""Queries and time of the record page and the worklist, with few and with many patients in the clinic.

Works on a database of its own (TEST_DATABASE_NAME, else `test_benchmarks`), which is removed afterwards.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment, teardown_test_environment
from django.urls import reverse

from benchmarks.calibration import seconds_of
from benchmarks.rules import SEED, TODAY
from monitoring.actions import reconcile
from monitoring.selectors import EVERYTHING
from patients.models import Clinic, Membership, Patient, Staff
from patients.rules.vocabulary import Role
from tracker.cohort.store import store_patients
from tracker.cohort.synthetic import synthetic_cohort

_BATCH = 250
_VISITS = 5


@dataclass(frozen=True, slots=True)
class PageCost:
    """One page with so many patients in the clinic: its queries, and the seconds of the quickest of a few visits.

    `seconds` is processor time of the web process; `waited` is what a reader waits, the database's part included.
    """

    page: str
    patients: int
    queries: int
    seconds: float
    waited: float


def measure_pages(sizes: tuple[int, ...]) -> list[PageCost]:
    """Costs of both pages at each size, in that order. Sizes ascend."""
    with _scratch_database():
        clinic = Clinic.objects.create(name="Benchmark", slug="benchmark")
        staff = Staff.objects.create_user(username="benchmark")
        Membership.objects.create(staff=staff, clinic=clinic, role=Role.DOCTOR.value)
        client = Client()
        client.force_login(staff)
        costs = []
        for size in sizes:
            _grow(clinic, staff, size)
            # The same patient at every size: the first one, whose record does not grow with the clinic.
            patient = Patient.objects.order_by("pk").values_list("pk", flat=True)[0]
            costs.append(_cost(client, "patient record", reverse("record", args=[patient]), size))
            costs.append(_cost(client, "worklist", f"{reverse('worklist')}?status={EVERYTHING}", size))
        return costs


def _grow(clinic: Clinic, staff: Staff, size: int) -> None:
    """Adds patients until the clinic has `size` of them, with what is due for each."""
    stored = Patient.objects.count()
    patients = list(synthetic_cohort(SEED + stored, size - stored, TODAY, first_number=stored + 1))
    for start in range(0, len(patients), _BATCH):
        ids = store_patients(patients[start : start + _BATCH], clinic=clinic, by=staff, today=TODAY)
        reconcile(patient_ids=ids, as_of=TODAY)


def _cost(client: Client, page: str, address: str, patients: int) -> PageCost:
    _get(client, address)  # the first visit fills caches that every later one finds
    with CaptureQueriesContext(connection) as queries:
        _get(client, address)
    number = len(queries)  # now, because the next request empties the log that this counts in
    visits = [_visit(client, address) for _ in range(_VISITS)]
    seconds, waited = (min(times) for times in zip(*visits, strict=True))
    return PageCost(page, patients, number, seconds, waited)


def _visit(client: Client, address: str) -> tuple[float, float]:
    started = time.perf_counter()
    seconds = seconds_of(lambda: _get(client, address))
    return seconds, time.perf_counter() - started


def _get(client: Client, address: str) -> None:
    response = client.get(address, secure=True)
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}, so there is nothing to measure")


@contextmanager
def _scratch_database() -> Iterator[None]:
    own_name = connection.settings_dict["NAME"]
    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(own_name, verbosity=0)
        teardown_test_environment()
