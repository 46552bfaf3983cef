"""Who could not be brought in step with the rules, until it succeeds: a run that ended says nothing of each patient."""

from collections.abc import Collection

from django.utils import timezone

from monitoring.models import NotWorkedOut
from patients.models import Patient

_LONGEST_NAME = 100  # characters, as the column holds them


def note_not_worked_out(patient_ids: Collection[int], error: BaseException) -> None:
    """Puts these patients on record, or says when it failed last. The error's message is not kept."""
    now, name = timezone.now(), type(error).__qualname__[:_LONGEST_NAME]
    NotWorkedOut.objects.bulk_create(
        [
            NotWorkedOut(patient_id=patient_id, since=now, last_at=now, error_type=name)
            for patient_id in Patient.objects.filter(pk__in=patient_ids).order_by("pk").values_list("pk", flat=True)
        ],
        update_conflicts=True,
        unique_fields=["patient"],
        update_fields=["last_at", "error_type"],
    )


def note_worked_out(patient_ids: Collection[int]) -> None:
    """Takes these patients off the record; asked first, so that a run over patients who are well writes nothing."""
    found = NotWorkedOut.objects.filter(patient__in=patient_ids)
    if found.exists():
        found.delete()
