"""Results across all patients of a person, newest first: which asked for something, and which for nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import DateField, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone

from monitoring.facts import monitoring_records
from monitoring.models import Alert, Result
from monitoring.protocol.load import load
from monitoring.rules.alerts import ResultReading, read_results, why_past
from monitoring.rules.thresholds import always_limited
from monitoring.schedules import protocol_of
from monitoring.selectors.first_entries import first_entries
from monitoring.selectors.record import results_for
from patients.clock import day_in, today_in
from patients.models import Staff
from patients.rules.vocabulary import Vocabulary
from patients.seen import seen


class ResultList(Vocabulary):
    """Which results are listed."""

    ALL = "all", "All results"
    NOTHING = "nothing", "Nothing to do"
    UNLIMITED = "unlimited", "No alert, no limit for everybody"
    ALERTED = "alerted", "With an alert"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingFilters:
    """What narrows the list; empty means any. `entered`: by clinic, the moment from which on it was entered."""

    clinic: int | None = None
    patient: int | None = None
    test: str = ""
    which: ResultList = ResultList.ALL
    entered: Mapping[int, datetime] | None = None


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One result of the list: what the rules read in it today, and the alert about it when there is one.

    `past`: why it can no longer raise one; "" while it can.
    """

    row: Result
    name: str
    reading: ResultReading
    alert: Alert | None
    past: str


def results_listed(staff: Staff, filters: ReadingFilters | None = None) -> QuerySet[Result]:
    """Current results of the person's patients, newest sample first, each with `alert_id` (None: it raised none).

    A result asks for nothing when it raised no alert although it was entered in time to raise one, and its test has a
    limit that every result of it is read against. The other tests have a list of their own, for a person to read.
    """
    wanted = filters or ReadingFilters()
    alerts = Alert.objects.filter(result=OuterRef("pk")).order_by("closed_at", "-pk")
    rows = results_for(staff).select_related("patient__clinic").annotate(alert_id=Subquery(alerts.values("pk")[:1]))
    columns = {"patient__clinic": wanted.clinic, "patient": wanted.patient, "analyte": wanted.test}
    rows = rows.filter(**{name: value for name, value in columns.items() if value})
    if wanted.entered is not None:
        moments = (Q(patient__clinic=clinic, recorded_at__gte=at) for clinic, at in wanted.entered.items())
        rows = rows.filter(reduce(or_, moments, Q(pk__in=())))
    if wanted.which is ResultList.ALERTED:
        return rows.filter(alert_id__isnull=False)
    if wanted.which is ResultList.UNLIMITED:
        return rows.filter(alert_id__isnull=True).exclude(analyte__in=always_limited(load()))
    if wanted.which is ResultList.NOTHING:
        rule = load().raising
        rows = rows.filter(analyte__in=always_limited(load()))
        in_time = ExpressionWrapper(
            TruncDate("recorded_at") - timedelta(days=rule.late_after_days), output_field=DateField()
        )
        earliest = timezone.now() - timedelta(days=rule.entered_within_days)
        return rows.filter(alert_id__isnull=True, recorded_at__gte=earliest, sampled_on__gte=in_time)
    return rows


def read_rows(rows: Iterable[Result]) -> list[ReadRow]:
    """One page of the list with what the rules read. A fixed number of queries for any number of rows.

    The rows come from `results_listed`, which decides whose they are.
    """
    listed = list(rows)
    patients = {row.patient_id: row.patient for row in listed}
    seen(patients)
    records = monitoring_records(list(patients))
    alerts = Alert.objects.in_bulk([pk for row in listed if (pk := getattr(row, "alert_id", None)) is not None])
    firsts = first_entries(listed)
    found: dict[str, tuple[ResultReading, str]] = {}
    for pk, patient in patients.items():
        wanted = {str(row.pk) for row in listed if row.patient_id == pk}
        record, protocol = records[pk], protocol_of(patient.clinic)
        these = [result for result in record.results if result.id in wanted]
        # A sample dated ahead by mistake is read like any other.
        as_of = max([today_in(patient.clinic), *(result.sampled_on for result in these)])
        entered = {str(row.pk): day_in(patient.clinic, row.recorded_at) for row in listed if row.patient_id == pk}
        for one in read_results(record, protocol, as_of, these):
            first = firsts.get(int(one.result.id))
            first_on = None if first is None else day_in(patient.clinic, first)
            past = why_past(one.result, record, protocol, as_of, entered[one.result.id], first_on)
            found[one.result.id] = (one, past)
    return [_shown(row, *found[str(row.pk)], alerts) for row in listed if str(row.pk) in found]


def _shown(row: Result, reading: ResultReading, past: str, alerts: dict[int, Alert]) -> ReadRow:
    protocol = protocol_of(row.patient.clinic)
    analyte = protocol.analytes.get(row.analyte)
    alert = alerts.get(getattr(row, "alert_id", None) or 0)
    return ReadRow(row, analyte.name if analyte else row.analyte, reading, alert, past)
