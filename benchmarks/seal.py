"""Whether sealing the audit trail keeps up with many writes, and how fast the whole trail is checked.

    python -m benchmarks.seal [--rows 1000000] [--seconds 20]

Works in a database of its own (TEST_DATABASE_NAME, else `test_benchmarks`), which is removed afterwards.
"""

import argparse
import resource
import threading
import time
from dataclasses import dataclass, field

WRITES = 2_000  # a second: what sealing has to keep up with
CHECKED = 50_000  # events a second: what a check of the trail has to reach
_ROWS_A_STATEMENT = 25
_ASKED_FOR = 2_500  # a second; more than has to be kept up with, for the machine will not always manage it

_WRITE = """
INSERT INTO patients_weight (patient_id, "on", kilograms, recorded_by_id, recorded_at, superseded_reason)
SELECT %s, DATE '1950-01-01' + (random() * 25000)::int, 70, %s, now(), '' FROM generate_series(1, %s)
"""
_FILL = """
INSERT INTO audit.event (
    kind, subject, row_id, patient_id, clinic_id, old, new, actor_id, roles, request_id, origin, software, protocol
)
SELECT 'update', 'monitoring_result', n::text, n %% 500, 1, shown || '{"value": 4, "text": "at first"}',
    shown || '{"value": 5, "text": ""}', 1, 'doctor@1', 'request-' || n, 'page record_results', '0.5.0',
    'pathway 2026.1, monitoring 2026.1'
FROM generate_series(1, %s) AS n, LATERAL (SELECT jsonb_build_object(
    'id', n, 'analyte', 'alanine_aminotransferase', 'unit', 'U/L', 'patient_id', n %% 500,
    'recorded_by_id', 1, 'recorded_at', '2026-01-05T10:00:00+00:00', 'source', 'typed', 'superseded_at', NULL
) AS shown) AS row
"""


@dataclass(slots=True)
class SealTimes:
    """Sealing beside writes: events written and sealed, the longest that one waited, and the rate while it worked."""

    seconds: float = 0.0
    written: int = 0
    sealed: int = 0
    working: float = 0.0
    longest_wait: float = 0.0
    left: int = 0
    failed: list[BaseException] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CheckTimes:
    """Seconds to seal so many events at once and to check them; megabytes by which the process grew meanwhile."""

    rows: int
    sealing: float
    checking: float
    grown: float


def measure_sealing(patient_id: int, staff_id: int, seconds: float) -> SealTimes:
    """Writes through the application's triggers for so long, while another session seals."""
    times, stop = SealTimes(), threading.Event()
    sealer = threading.Thread(target=_seal_until, args=(stop, times))
    sealer.start()
    started = time.perf_counter()
    try:
        _write(patient_id, staff_id, seconds, times)
    finally:
        times.seconds = time.perf_counter() - started
        stop.set()
        sealer.join()
    if times.failed:
        raise times.failed[0]
    times.left = _unsealed()
    return times


def _write(patient_id: int, staff_id: int, seconds: float, times: SealTimes) -> None:
    from django.db import connection

    started = time.perf_counter()
    with connection.cursor() as cursor:
        while (elapsed := time.perf_counter() - started) < seconds:
            ahead = times.written / _ASKED_FOR - elapsed
            if ahead > 0:
                time.sleep(ahead)
            cursor.execute(_WRITE, [patient_id, staff_id, _ROWS_A_STATEMENT])
            times.written += _ROWS_A_STATEMENT


def _seal_until(stop: threading.Event, times: SealTimes) -> None:
    from django.db import connection
    from django.utils import timezone

    from tracker.audit.seal import seal_trail, waiting_since

    try:
        ending = False
        while not ending:
            ending = stop.wait(0.5)
            since = waiting_since()
            started = time.perf_counter()
            times.sealed += seal_trail().events
            times.working += time.perf_counter() - started
            if since is not None:
                times.longest_wait = max(times.longest_wait, (timezone.now() - since).total_seconds())
    except BaseException as error:  # told by the thread that waits for this one
        times.failed.append(error)
    finally:
        connection.close()


def measure_check(rows: int) -> CheckTimes:
    """Seals and checks so many events, as wide as those of a corrected result."""
    from django.db import connection

    from tracker.audit.seal import seal_trail
    from tracker.audit.verify import verify_trail

    with connection.cursor() as cursor:
        cursor.execute(_FILL, [rows])
        cursor.execute("ANALYZE audit.event")
    started = time.perf_counter()
    seal_trail()
    sealing = time.perf_counter() - started
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    report = verify_trail()
    checking = time.perf_counter() - started
    if not report.is_whole or report.unsealed:
        raise RuntimeError(f"the trail does not check out, so there is nothing to measure: {report.broken[:1]}")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return CheckTimes(report.events, sealing, checking, grown)


def _unsealed() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM audit.event) - (SELECT count(*) FROM audit.link)")
        (found,) = cursor.fetchone()
    return int(found)


def print_seals(patient_id: int, staff_id: int, rows: int, seconds: float) -> None:
    """Both measurements, each figure also as a ratio to what is asked for."""
    times = measure_sealing(patient_id, staff_id, seconds)
    written, sealing = times.written / times.seconds, times.sealed / times.working
    print(f"The audit trail's seals, beside writes for {times.seconds:.0f} s:")
    print(f"  written and recorded{written:>14,.0f} rows/s{written / WRITES:>9.2f} times {WRITES:,}")
    print(f"  sealed while working{sealing:>14,.0f} events/s{sealing / WRITES:>7.1f} times {WRITES:,}")
    print(
        f"  an event waited at most {times.longest_wait:.2f} s to be sealed (asked each half second), {times.left} left"
    )
    check = measure_check(rows)
    sealed, checked = rows / check.sealing, check.rows / check.checking
    print(f"The check of a trail of {check.rows:,} events:")
    print(f"  sealed at once{sealed:>20,.0f} events/s{sealed / WRITES:>7.1f} times {WRITES:,}")
    print(
        f"  checked{checked:>27,.0f} events/s{checked / CHECKED:>7.2f} times {CHECKED:,}, "
        f"the process grew by {check.grown:.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seal", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    from benchmarks.__main__ import prepare_django

    prepare_django()
    from benchmarks.clinic import scratch_clinic
    from tests.factories.rows import a_patient

    with scratch_clinic() as (_, staff):
        print_seals(a_patient(staff).pk, staff.pk, options.rows, options.seconds)


if __name__ == "__main__":
    main()
