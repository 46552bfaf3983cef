"""Queries and time of the record page and the worklist, with few and with many patients in the clinic."""

import time
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.calibration import seconds_of
from benchmarks.clinic import grow
from patients.models import Clinic, Patient, Staff

_VISITS = 5
WORKLIST = "bucket=all"


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


def measure_pages(clinic: Clinic, staff: Staff, size: int) -> list[PageCost]:
    """Costs of the pages with `size` patients in the clinic, which grows to that first."""
    client = Client()
    client.force_login(staff)
    grow(clinic, staff, size)
    # The same patient at every size: the first one, whose record does not grow with the clinic.
    patient = Patient.objects.order_by("pk").values_list("pk", flat=True)[0]
    return [
        _cost(client, "patient record", reverse("record", args=[patient]), size),
        _cost(client, "worklist", f"{reverse('worklist')}?{WORKLIST}", size),
    ]


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
