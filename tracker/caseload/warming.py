"""Keeps ready what the cohort pages count, so that the first page of a day need not work a whole clinic out."""

from patients.clock import today_in
from patients.models import Clinic, Patient
from patients.rules.vocabulary import PatientStatus
from tracker.caseload.kept import Part, parts_of


def clinic_ids() -> list[int]:
    """The clinics that have patients."""
    return list(Patient.objects.order_by("clinic_id").values_list("clinic_id", flat=True).distinct())


def keep_ready(clinic_id: int) -> int:
    """Works out whoever is not kept for the clinic's own day, and keeps everybody anew. Gives the number of patients.

    For the site itself: nothing is shown to anybody, and nothing but what the pages themselves would keep is kept.
    """
    clinic = Clinic.objects.get(pk=clinic_id)
    rows = Patient.objects.filter(clinic=clinic).exclude(status=PatientStatus.MERGED)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    parts_of(clinic, ids, tuple(Part), today_in(clinic), anew=True)
    return len(ids)
