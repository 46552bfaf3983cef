"""Reads of drafts: one's own, and only as long as one may read the patient they are about."""

from django.db.models import Q, QuerySet

from patients.models import Draft, Staff
from patients.seen import seen
from patients.selectors import patients_for


def draft_at(staff: Staff, address: str) -> Draft | None:
    """What the person kept of the form at this address. The form's own page has decided that they may open it."""
    return Draft.objects.filter(staff=staff, address=address).first()


def drafts_of(staff: Staff) -> list[Draft]:
    """Everything that the person began and did not save, the latest first, with whom each is about.

    What is about a patient whose record they may no longer read, or that was made one with another, is left out.
    """
    found = list(_readable(staff).select_related("patient__clinic").order_by("-saved_at", "-pk"))
    seen({row.patient_id for row in found if row.patient_id is not None})
    return found


def count_drafts(staff: Staff) -> int:
    """How many of them there are; nobody is shown by it."""
    return _readable(staff).count()


def _readable(staff: Staff) -> QuerySet[Draft]:
    known = Q(patient__in=patients_for(staff), patient__merged_into__isnull=True)
    return Draft.objects.filter(Q(patient__isnull=True) | known, staff=staff)
