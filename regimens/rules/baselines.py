"""Which assessment counts as the start of a course or a line. What came later is compared with it."""

from collections.abc import Iterable
from datetime import date, timedelta

from patients.rules.record import Assessment
from regimens.protocol.schema import Settings


def baseline_for(assessments: Iterable[Assessment], start_on: date, settings: Settings) -> Assessment | None:
    """The assessment closest before the start (that day included), or else the first one shortly after it.

    Both spans are days of this project's choice: `response_baseline_days_before`, `response_baseline_days_after`.
    Only an assessment with a core set measure counts. Of one day's rows the highest id, so that order has no meaning.
    Pass only what was known: an assessment dated after the day that is asked about must be left out by the caller.
    """
    earliest = start_on - timedelta(days=settings.response_baseline_days_before)
    latest = start_on + timedelta(days=settings.response_baseline_days_after)
    before: Assessment | None = None
    after: Assessment | None = None
    for row in assessments:
        if not earliest <= row.on <= latest or not has_core_measure(row):
            continue
        if row.on <= start_on:
            if before is None or (row.on, row.id) > (before.on, before.id):
                before = row
        elif after is None or row.on < after.on or (row.on == after.on and row.id > after.id):
            after = row
    return before or after


def has_core_measure(row: Assessment) -> bool:
    """Whether any core set measure was taken, CMAS and DAS included. A strength grade alone compares with nothing."""
    # Spelled out, because every assessment of every patient is asked.
    return (
        row.physician_global is not None
        or row.patient_global is not None
        or row.mmt is not None
        or row.haq is not None
        or row.extramuscular_global is not None
        or row.cmas is not None
        or row.das is not None
        or bool(row.enzymes)
    )
