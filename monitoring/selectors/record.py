"""What is due, results and records, for the patients that a member of staff may see."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from monitoring.facts import monitoring_records
from monitoring.models import DueItem, Result, Snooze
from monitoring.rules.findings import MonitoringFindings
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.schedule import evaluate
from monitoring.schedules import protocol_of
from patients.models import Patient, Staff
from patients.selectors import ids_by_moment, not_known_yet, patients_for, require_reading, whose


def monitoring_of(staff: Staff, patient: Patient, as_of: date, known_on: date | None = None) -> MonitoringFindings:
    """What is due for one patient as of a day, from what was known at the end of `known_on` (None: from what is now).

    Raises NotAllowed, NotKnownYet, Refused.
    """
    found = monitorings_of(staff, [patient], as_of, known_on)
    if known_on is not None and patient.pk not in found:
        raise not_known_yet(patient, known_on)
    return found[patient.pk]


def monitorings_of(
    staff: Staff, patients: Iterable[Patient], as_of: date, known_on: date | None = None
) -> dict[int, MonitoringFindings]:
    """What is due for each of these patients as of a day, by patient id. Raises NotAllowed, Refused."""
    rows = list(patients)
    protocols = {patient.pk: protocol_of(patient.clinic) for patient in rows}
    return {pk: evaluate(record, protocols[pk], as_of) for pk, record in records_of(staff, rows, known_on).items()}


def records_of(staff: Staff, patients: Iterable[Patient], known_on: date | None = None) -> dict[int, MonitoringRecord]:
    """The whole records of these patients as the rules read them, by patient id. Raises NotAllowed, Refused.

    With `known_on` as they were known at the end of that day; patients registered later are left out. A fixed number
    of queries for each time zone among the patients' clinics.
    """
    rows = list(patients)
    for patient in rows:
        require_reading(staff, patient)
    found: dict[int, MonitoringRecord] = {}
    for moment, ids in ids_by_moment(rows, known_on).items():
        found |= monitoring_records(ids, moment)
    return found


def results_for(staff: Staff, patient: Patient | None = None) -> QuerySet[Result]:
    """Current results of the person's patients, or of one whom they may read, newest sample first."""
    return (
        Result.objects.filter(patient__in=whose(staff, patient), superseded_at__isnull=True)
        .select_related("patient", "recorded_by")
        .order_by("-sampled_on", "-pk")
    )


def snoozes_for(staff: Staff) -> QuerySet[Snooze]:
    """Current snoozes of the person's patients, the latest made first."""
    rows = Snooze.objects.filter(patient__in=patients_for(staff), superseded_at__isnull=True)
    return rows.select_related("recorded_by").order_by("-made_on", "-pk")


def due_items_for(staff: Staff, patient: Patient | None = None) -> QuerySet[DueItem]:
    """Due items of the person's patients, or of one whom they may read, open and closed, the latest due first."""
    return (
        DueItem.objects.filter(patient__in=whose(staff, patient))
        .select_related("patient__clinic")
        .order_by("-due_on", "-pk")
    )
