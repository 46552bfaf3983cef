"""Patients of a clinic whose records are past their time: to be decided on by people. Nothing is deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import reduce
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, DateField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from patients.clock import today_in
from patients.models import Clinic, Patient, Staff
from patients.rules.permissions import Permission
from patients.rules.retention import Kept, kept_until
from patients.rules.vocabulary import PatientStatus
from patients.seen import seen
from patients.selectors import clinic_for, patients_for
from tracker.entry_kinds import KINDS


@dataclass(frozen=True, slots=True)
class PastRetention:
    """A patient whose record is past its time. `last_on`: the last day of which, or on which, anything was entered."""

    patient: Patient
    last_on: date
    kept: Kept


def to_look_through(staff: Staff, clinic_id: int) -> QuerySet[Patient]:
    """Patients of the clinic of whom nothing was entered within its years, or who died before. Raises NotAllowed.

    Children among them may have to be kept longer: `past_retention` says so of each.
    """
    clinic = clinic_for(staff, clinic_id, Permission.MANAGE_CLINIC)
    before = _cutoff(clinic)
    moment = datetime.combine(before, time.min, tzinfo=ZoneInfo(clinic.time_zone))
    rows = patients_for(staff).filter(clinic=clinic, merged_into__isnull=True, recorded_at__lt=moment)
    quiet = Q()
    for kind in KINDS:
        quiet &= ~Q(Exists(_since(kind, before, moment)))
    died = Q(status=PatientStatus.DECEASED, status_on__lt=before)
    return rows.filter(quiet | died).order_by("recorded_at", "pk")


def past_retention(patients: Sequence[Patient]) -> list[PastRetention]:
    """Those of one page of patients whose records are past their time; one query whatever their number."""
    last = _last_days([patient.pk for patient in patients])
    found = []
    for patient in patients:
        heard = last.get(patient.pk) or patient.recorded_at.date()
        kept = kept_until(
            last_on=heard,
            died_on=patient.status_on if patient.status == PatientStatus.DECEASED else None,
            born=patient.born,
            years=patient.clinic.retention_years,
            patient_id=str(patient.pk),
        )
        if kept.until < today_in(patient.clinic):
            found.append(PastRetention(patient, heard, kept))
    seen(one.patient.pk for one in found)
    return found


def _cutoff(clinic: Clinic) -> date:
    today = today_in(clinic)
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return today.replace(year=today.year - clinic.retention_years, day=day)


def _since(kind: Any, before: date, moment: datetime) -> QuerySet[Any]:
    rows: QuerySet[Any] = kind.model._default_manager.filter(**{kind.patient: OuterRef("pk")})
    entered = Q(recorded_at__gte=moment)
    return rows.filter(entered | Q(**{f"{kind.on}__gte": before}) if kind.on else entered)


def _last_days(patient_ids: list[int]) -> dict[int, date]:
    """The latest clinical day or day of entry of anything recorded, by patient id."""
    queries = []
    for kind in KINDS:
        rows = kind.model._default_manager.filter(**{f"{kind.patient}__in": patient_ids})
        of = Cast(F(f"{kind.patient}_id"), BigIntegerField())
        for path in ("recorded_at", *([kind.on] if kind.on else [])):
            queries.append(rows.values_list(of, Cast(F(path), DateField())).distinct())
    found: dict[int, date] = {}
    for patient_id, day in reduce(lambda one, other: one.union(other), queries):
        if day is not None:
            found[patient_id] = max(day, found.get(patient_id, day))
    return found
