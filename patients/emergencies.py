"""Reads about emergency access itself: who may open one, and which of them a clinic has to review.

It is reviewed by the clinic whose record was opened: a patient who has been handed over since does not take it along.
"""

from copy import copy
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import BigIntegerField, Count, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from patients.errors import NotFound
from patients.models import Clinic, EmergencyAccess, Patient, PatientTransfer, Staff
from patients.rules.permissions import Permission
from patients.rules.vocabulary import TransferStatus
from patients.seen import seen
from patients.selectors import clinics_of, may, roles_by_clinic


def may_open_emergencies(staff: Staff) -> bool:
    """Whether the person's role in any of their clinics lets them open another clinic's record in an emergency."""
    return any(may(staff, clinic, Permission.BREAK_GLASS) for clinic in roles_by_clinic(staff))


def emergencies_to_review(staff: Staff) -> QuerySet[EmergencyAccess]:
    """Every emergency access to records of the clinics for which the person reviews; what waits comes first."""
    reviewed_for = clinics_of(staff, Permission.REVIEW_BREAK_GLASS).order_by().values("pk")
    rows = _with_clinic_then(EmergencyAccess.objects.all()).filter(Q(clinic_then__in=reviewed_for))
    return rows.select_related("staff", "patient__clinic", "reviewed_by").order_by(
        F("reviewed_at").desc(nulls_first=True), "opened_at", "pk"
    )


def emergency_for(staff: Staff, emergency_id: int) -> EmergencyAccess:
    """One emergency access to a record of a clinic for which the person reviews. Raises NotFound."""
    row = emergencies_to_review(staff).filter(pk=emergency_id).first()
    if row is None:
        raise NotFound("No such emergency access to a patient of your clinics.")
    seen([row.patient_id])
    return row


def waiting_in(clinic: Clinic, since: datetime | None = None) -> QuerySet[EmergencyAccess]:
    """Those to records of the clinic that nobody has reviewed, opened since a moment."""
    rows = _with_clinic_then(EmergencyAccess.objects.waiting()).filter(Q(clinic_then=clinic.pk))
    rows = rows.filter(Q(opened_at__gte=since)) if since is not None else rows
    return rows.select_related("staff", "patient").order_by("opened_at", "pk")


def clinic_then(row: EmergencyAccess) -> int:
    """The clinic that looked after the patient when the record was opened, and reviews it."""
    return int(getattr(row, "clinic_then"))  # noqa: B009 - annotated below, and so no attribute of the model


def patient_then(row: EmergencyAccess) -> Patient:
    """The patient as that clinic knows them: with the hospital number that they had there. Not to be saved."""
    patient = copy(row.patient)
    patient.hospital_number = str(getattr(row, "hospital_number_then"))  # noqa: B009 - as above
    return patient


def has_moved_on(row: EmergencyAccess) -> bool:
    """Whether the patient was handed over to another clinic since, which keeps the record now."""
    return clinic_then(row) != row.patient.clinic_id


def ended_by_handing_over(row: EmergencyAccess) -> bool:
    """Whether it was still open when the patient was handed over, and was closed by that."""
    handed_over_at: datetime | None = getattr(row, "handed_over_at")  # noqa: B009 - as above
    return row.closed_at is not None and row.closed_at == handed_over_at


def _with_clinic_then(rows: QuerySet[EmergencyAccess]) -> QuerySet[EmergencyAccess]:
    """Each with the clinic of the patient when it was opened: whoever handed them over first after that, if anybody."""
    later = PatientTransfer.objects.filter(
        patient=OuterRef("patient"), status=TransferStatus.ACCEPTED, decided_at__gt=OuterRef("opened_at")
    ).order_by("decided_at", "pk")
    return rows.annotate(
        clinic_then=Coalesce(
            Subquery(later.values("from_clinic")[:1]), F("patient__clinic"), output_field=BigIntegerField()
        ),
        hospital_number_then=Coalesce(
            Subquery(later.values("hospital_number_before")[:1]), F("patient__hospital_number")
        ),
        handed_over_at=Subquery(later.values("decided_at")[:1]),
    )


def waits_too_long(opened_at: datetime, now: datetime) -> bool:
    """Whether an emergency access should have been reviewed by now (EMERGENCY_REVIEW_DAYS)."""
    return now >= opened_at + timedelta(days=settings.EMERGENCY_REVIEW_DAYS)


def with_emergencies_waiting(clinics: QuerySet[Clinic]) -> QuerySet[Clinic]:
    """The clinics, each with how many emergency accesses wait for review, and since when (emergencies_in)."""
    unreviewed = _with_clinic_then(EmergencyAccess.objects.waiting()).filter(Q(clinic_then=OuterRef("pk")))
    counted = unreviewed.order_by().values(then=F("clinic_then")).annotate(number=Count("pk"), first=Min("opened_at"))
    return clinics.annotate(
        emergencies_waiting=Coalesce(Subquery(counted.values("number")), 0),
        emergencies_since=Subquery(counted.values("first")),
    )


def emergencies_in(clinic: Clinic) -> tuple[int, datetime | None]:
    """What `with_emergencies_waiting` counted beside a clinic, and since when the oldest waits; else 0 and None."""
    return int(getattr(clinic, "emergencies_waiting", 0)), getattr(clinic, "emergencies_since", None)
