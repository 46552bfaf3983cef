"""Reads about emergency access itself: who may open one, and which of them a clinic has to review."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from patients.errors import NotFound
from patients.models import Clinic, EmergencyAccess, Staff
from patients.rules.permissions import Permission
from patients.seen import seen
from patients.selectors import clinics_of, may, roles_by_clinic


def may_open_emergencies(staff: Staff) -> bool:
    """Whether the person's role in any of their clinics lets them open another clinic's record in an emergency."""
    return any(may(staff, clinic, Permission.BREAK_GLASS) for clinic in roles_by_clinic(staff))


def emergencies_to_review(staff: Staff) -> QuerySet[EmergencyAccess]:
    """Every emergency access to patients of the clinics for which the person reviews; what waits comes first."""
    reviewed_for = clinics_of(staff, Permission.REVIEW_BREAK_GLASS).order_by().values("pk")
    rows = EmergencyAccess.objects.filter(patient__clinic__in=reviewed_for)
    return rows.select_related("staff", "patient__clinic", "reviewed_by").order_by(
        F("reviewed_at").desc(nulls_first=True), "opened_at", "pk"
    )


def emergency_for(staff: Staff, emergency_id: int) -> EmergencyAccess:
    """One emergency access to a patient of a clinic for which the person reviews. Raises NotFound."""
    row = emergencies_to_review(staff).filter(pk=emergency_id).first()
    if row is None:
        raise NotFound("No such emergency access to a patient of your clinics.")
    seen([row.patient_id])
    return row


def waiting_in(clinic: Clinic, since: datetime | None = None) -> QuerySet[EmergencyAccess]:
    """Those to patients of the clinic that nobody has reviewed, opened since a moment."""
    rows = EmergencyAccess.objects.filter(patient__clinic=clinic).waiting()
    rows = rows.filter(Q(opened_at__gte=since)) if since is not None else rows
    return rows.select_related("staff", "patient").order_by("opened_at", "pk")


def waits_too_long(opened_at: datetime, now: datetime) -> bool:
    """Whether an emergency access should have been reviewed by now (EMERGENCY_REVIEW_DAYS)."""
    return now >= opened_at + timedelta(days=settings.EMERGENCY_REVIEW_DAYS)


def with_emergencies_waiting(clinics: QuerySet[Clinic]) -> QuerySet[Clinic]:
    """The clinics, each with how many emergency accesses wait for review, and since when (emergencies_in)."""
    unreviewed = EmergencyAccess.objects.waiting().filter(patient__clinic=OuterRef("pk")).order_by()
    counted = unreviewed.values("patient__clinic").annotate(number=Count("pk"), first=Min("opened_at"))
    return clinics.annotate(
        emergencies_waiting=Coalesce(Subquery(counted.values("number")), 0),
        emergencies_since=Subquery(counted.values("first")),
    )


def emergencies_in(clinic: Clinic) -> tuple[int, datetime | None]:
    """What `with_emergencies_waiting` counted beside a clinic, and since when the oldest waits; else 0 and None."""
    return int(getattr(clinic, "emergencies_waiting", 0)), getattr(clinic, "emergencies_since", None)
