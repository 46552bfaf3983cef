"""What an activity report over a million rows of the trail costs: peak memory of a process of its own, rows a second.

    python -m benchmarks.reports [--rows 1000000] [--formats csv xlsx pdf jsonl]

Works in a database of its own (TEST_DATABASE_NAME, else `test_benchmarks`), which is removed afterwards. The PDF, whose
rows are bounded, is made of one day.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.__main__ import prepare_django

ROWS_A_DAY = 1_000
LAST = datetime(2026, 6, 1, tzinfo=UTC)
# Every tenth row is a change of two fields, the rest are entries; rows as wide as those of a result.
_FILL = """
INSERT INTO audit.event (
    at, kind, subject, row_id, patient_id, clinic_id, old, new, actor_id, roles, request_id, origin
)
SELECT %(first)s::timestamptz + n * interval '1 day' / %(a_day)s,
    CASE WHEN n %% 10 = 0 THEN 'update' ELSE 'insert' END, 'monitoring_result', n::text, %(patient)s, %(clinic)s,
    CASE WHEN n %% 10 = 0 THEN shown || '{"value": 4, "comment": ""}' END, shown || '{"value": 5, "comment": "again"}',
    %(actor)s, 'doctor@' || %(clinic)s, 'request-' || n, 'page record_results'
FROM generate_series(0, %(rows)s - 1) AS n, LATERAL (SELECT jsonb_build_object(
    'id', n, 'analyte', 'alanine_aminotransferase', 'unit', 'U/L', 'patient_id', %(patient)s, 'text', '',
    'recorded_by_id', %(actor)s, 'recorded_at', '2026-01-05T10:00:00+00:00', 'source', 'page',
    'superseded_at', NULL, 'superseded_reason', ''
) AS shown) AS row
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reports", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--formats", nargs="+", default=["csv", "jsonl", "xlsx", "pdf"])
    parser.add_argument("--make", type=int, help=argparse.SUPPRESS)  # in the child: the run to make
    options = parser.parse_args()
    prepare_django()
    if options.make is not None:
        make(options.make)
    else:
        measure(options.rows, options.formats)


def measure(rows: int, formats: list[str]) -> None:
    """Fills a scratch database with so many events and makes the report in each format, each in its own process."""
    from django.conf import settings
    from django.db import connection

    from benchmarks.clinic import scratch_clinic
    from patients.models import Membership
    from patients.rules.vocabulary import Role
    from tests.factories.rows import a_patient
    from tracker.settings import database

    owner = database(settings.DATABASE_OWNER_URL)  # only the trail's owner fills it by hand
    connection.settings_dict.update({name: owner[name] for name in ("USER", "PASSWORD", "HOST", "PORT")})
    with scratch_clinic() as (clinic, staff):
        Membership.objects.filter(staff=staff).update(role=Role.ADMIN.value)
        patient = a_patient(staff)
        began = time.monotonic()
        with connection.cursor() as cursor:
            first = LAST - timedelta(days=rows / ROWS_A_DAY)
            about = {"rows": rows, "a_day": ROWS_A_DAY, "patient": patient.pk, "clinic": clinic.pk, "actor": staff.pk}
            cursor.execute(_FILL, {**about, "first": first})
            cursor.execute("ANALYZE audit.event")
        print(f"{rows:,} events written in {time.monotonic() - began:.0f} s")
        for format in formats:
            made = in_child(_asked(staff, clinic, format, first))
            print(
                f"  {format:<6}{made['rows']:>10,} rows{made['seconds']:>8.1f} s{made['rate']:>10,.0f} rows/s"
                f"{made['peak']:>8.0f} MB peak, {made['base']:.0f} MB before{made['size'] / 1e6:>8.1f} MB of pack"
            )


def _asked(staff: object, clinic: object, format: str, first: datetime) -> int:
    from patients.models import Clinic, Staff
    from tracker.reports.actions import ask_for_report

    assert isinstance(staff, Staff)
    assert isinstance(clinic, Clinic)
    # A day by the clinic's clocks, which are an hour ahead in May.
    until = (LAST - timedelta(days=2)).date()
    run = ask_for_report(
        by=Staff.objects.get(pk=staff.pk),
        clinic_id=clinic.pk,
        report="activity",
        format=format,
        period_from=until if format == "pdf" else first.date(),
        period_until=until if format == "pdf" else LAST.date(),
    )
    return run.pk


def in_child(run_id: int) -> dict[str, float]:
    """Makes the run in a process of its own, so that its peak is the report's alone."""
    from django.db import connection

    environment = os.environ | {"TEST_DATABASE_NAME": connection.settings_dict["NAME"]}
    command = [sys.executable, "-m", "benchmarks.reports", "--make", str(run_id)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def make(run_id: int) -> None:
    """In the child: what a worker does, and what it weighed."""
    from django.db import connection

    connection.settings_dict["NAME"] = os.environ["TEST_DATABASE_NAME"]
    from tracker.models import ReportRun
    from tracker.reports.actions import make_report

    base, began = _peak(), time.monotonic()
    make_report(run_id)
    seconds = time.monotonic() - began
    run = ReportRun.objects.get(pk=run_id)
    if run.status != ReportRun.Status.DONE:
        raise SystemExit(f"not made: {run.status} {run.problem}")
    said = {"rows": run.rows_done, "seconds": seconds, "rate": run.rows_done / seconds, "size": run.size or 0}
    print(json.dumps(said | {"peak": _peak(), "base": base}))


def _peak() -> float:
    """Megabytes that this process has held at most. Linux counts the parent's share into ru_maxrss, but not here."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
