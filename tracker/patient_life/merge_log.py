"""Which records were merged, by whom and why, as the clinics that did it see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from patients.errors import NotFound
from patients.models import Patient, PatientMerge, Staff
from patients.rules.permissions import Permission
from patients.seen import seen
from patients.selectors import PATIENT_NOT_FOUND, clinics_of, may_read, merged_patient_for


@dataclass(frozen=True, slots=True)
class MergedRecord:
    """A record that was merged, and where its entries are now. `kept` is None where the person may not read it."""

    patient: Patient
    merge: PatientMerge
    kept: Patient | None


def merge_of(staff: Staff, patient_id: int) -> MergedRecord:
    """How a record of the person's clinics was merged into another. Raises NotFound for one that was not."""
    patient = merged_patient_for(staff, patient_id)
    merge = PatientMerge.objects.filter(merged=patient, undone_at__isnull=True).select_related("merged_by").first()
    kept = Patient.objects.select_related("clinic").filter(merged_records=patient).first()
    if merge is None or kept is None:
        raise NotFound(PATIENT_NOT_FOUND)
    return MergedRecord(patient, merge, kept if may_read(staff, kept) else None)


def merges_for(staff: Staff) -> QuerySet[PatientMerge]:
    """Every merge in the clinics in which the person may merge, those taken back too; the latest first."""
    rows = PatientMerge.objects.filter(merged__clinic__in=clinics_of(staff, Permission.MERGE_PATIENTS))
    people = ("kept__clinic", "merged__clinic", "merged_by", "undone_by")
    return rows.select_related(*people).order_by("-merged_at", "-pk")


def taken_apart_before(one: Patient, other: Patient) -> list[PatientMerge]:
    """Merges of just these two records, either way round, that somebody took back: the latest first."""
    rows = PatientMerge.objects.filter(undone_at__isnull=False).select_related("undone_by")
    both = Q(kept=one, merged=other) | Q(kept=other, merged=one)
    return list(rows.filter(both).order_by("-undone_at", "-pk"))


def merges_shown(rows: Sequence[PatientMerge]) -> Sequence[PatientMerge]:
    """One page of merges, whose patients are thereby seen."""
    seen(pk for row in rows for pk in (row.kept_id, row.merged_id))
    return rows


def came_with_merges(patient: Patient, since: datetime) -> list[PatientMerge]:
    """Merges that brought entries into this record after a moment: they were entered before, in another record."""
    rows = PatientMerge.objects.filter(kept=patient, undone_at__isnull=True, merged_at__gt=since)
    return list(rows.select_related("merged", "merged_by").order_by("merged_at"))
