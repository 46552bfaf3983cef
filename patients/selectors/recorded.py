"""What is recorded of patients: assessments, weights, heights, conditions, antibodies, contact details."""

from typing import TypeVar

from django.db.models import QuerySet

from patients.errors import NotFound
from patients.models import (
    Assessment,
    Autoantibody,
    Condition,
    ContactDetails,
    Height,
    IdentityCorrection,
    Patient,
    Staff,
    StatusChange,
    Weight,
)
from patients.models.entry import Entry
from patients.selectors.records import patients_for, require_reading

E = TypeVar("E", bound=Entry)


def latest_assessment(staff: Staff, patient: Patient) -> Assessment | None:
    """The newest current assessment, whose values a new form shows beside its fields."""
    require_reading(staff, patient)
    rows = Assessment.objects.filter(patient=patient, superseded_at__isnull=True).prefetch_related("enzymes")
    return rows.order_by("-on", "-pk").first()


def latest_status_change(staff: Staff, patient: Patient) -> StatusChange | None:
    """The entry by which the patient's status came to be what it is; None while nobody has changed it."""
    require_reading(staff, patient)
    rows = StatusChange.objects.filter(patient=patient, superseded_at__isnull=True).select_related("recorded_by")
    return rows.order_by("-recorded_at", "-pk").first()


def latest_identity_correction(staff: Staff, patient: Patient) -> IdentityCorrection | None:
    """The correction by which who the patient is came to be what it is; None while nobody has corrected it."""
    require_reading(staff, patient)
    rows = IdentityCorrection.objects.filter(patient=patient).select_related("recorded_by")
    return rows.order_by("-recorded_at", "-pk").first()


def assessments_for(staff: Staff) -> QuerySet[Assessment]:
    """Current assessments of the person's patients, newest first."""
    return (
        Assessment.objects.filter(patient__in=patients_for(staff), superseded_at__isnull=True)
        .select_related("patient", "recorded_by")
        .prefetch_related("enzymes")
        .order_by("-on", "-pk")
    )


def weights_for(staff: Staff) -> QuerySet[Weight]:
    """Current weights of the person's patients, newest first."""
    return _facts(Weight.objects.all(), staff).order_by("-on", "-pk")


def heights_for(staff: Staff) -> QuerySet[Height]:
    """Current heights of the person's patients, newest first."""
    return _facts(Height.objects.all(), staff).order_by("-on", "-pk")


def conditions_for(staff: Staff) -> QuerySet[Condition]:
    """Current conditions of the person's patients, the latest begun first."""
    return _facts(Condition.objects.all(), staff).order_by("-from_on", "-pk")


def condition_for(staff: Staff, patient_id: int, condition_id: int) -> Condition:
    """One current condition of one patient. Raises NotFound for another clinic's patient just as for none."""
    row = conditions_for(staff).filter(patient=patient_id, pk=condition_id).first()
    if row is None:
        raise NotFound("No such condition among your patients.")
    return row


def autoantibodies_for(staff: Staff) -> QuerySet[Autoantibody]:
    """Current autoantibody findings of the person's patients, the latest entered first."""
    return _facts(Autoantibody.objects.all(), staff).order_by("-recorded_at", "-pk")


def contact_details_for(staff: Staff) -> QuerySet[ContactDetails]:
    """Current contact details of the person's patients, with the end that the patient put to reminders."""
    return _facts(ContactDetails.objects.all(), staff).select_related("opt_out", "patient__clinic").order_by("pk")


def _facts(rows: QuerySet[E], staff: Staff) -> QuerySet[E]:
    return rows.filter(patient__in=patients_for(staff), superseded_at__isnull=True).select_related("recorded_by")
