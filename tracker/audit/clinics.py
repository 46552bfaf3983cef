"""Who changed a clinic's settings last, from the audit trail. The page that asks has decided that they may be seen."""

from patients.models import Clinic
from tracker.models import Event
from tracker.models.event import EventKind

_TABLES = ("patients_clinic", "patients_membership")  # who leads is kept with the membership


def latest_settings_change(clinic: Clinic) -> Event | None:
    """The newest change of the clinic's own row or of who leads it; None where the trail has none."""
    rows = Event.objects.filter(clinic=clinic, subject__in=_TABLES, kind=EventKind.UPDATE)
    return rows.select_related("actor").order_by("-id").first()
