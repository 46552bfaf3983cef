"""Which assessment counts as the start of a course or a line. What came later is compared with it."""

from collections.abc import Iterable
from datetime import date, timedelta

from patients.rules.record import Assessment
from regimens.protocol.schema import Settings


def baseline_for(assessments: Iterable[Assessment], start_on: date, settings: Settings) -> Assessment | None:
    """The assessment closest before the start (that day included), or else the first one shortly after it.

    One that a score can rest on comes before one that it cannot; both must have a core set measure. Both spans are
    days of this project's choice: `response_baseline_days_before`, `response_baseline_days_after`. Of one day's rows
    the highest id, so that order has no meaning. Pass only what was known: an assessment dated after the day that is
    asked about must be left out by the caller.
    """
    earliest = start_on - timedelta(days=settings.response_baseline_days_before)
    latest = start_on + timedelta(days=settings.response_baseline_days_after)
    near = [row for row in assessments if earliest <= row.on <= latest and has_core_measure(row)]
    if not near:
        return None
    return _closest([row for row in near if is_enough(row)] or near, start_on)


def _closest(rows: list[Assessment], start_on: date) -> Assessment:
    before = [row for row in rows if row.on <= start_on]
    if before:
        return max(before, key=_by_day)
    first = min([row.on for row in rows])
    return max([row for row in rows if row.on == first], key=_by_day)


def _by_day(row: Assessment) -> tuple[date, str]:
    return row.on, row.id


def is_enough(row: Assessment) -> bool:
    """Whether a score can rest on the assessment: physician global and strength are the least."""
    return row.physician_global is not None and (row.mmt is not None or row.cmas is not None)


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
