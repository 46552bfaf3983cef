"""Opening another clinic's record in an emergency: the person proves anew who they are; misses are recorded and few."""

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest

from monitoring.tasks import send_mail_soon
from patients.actions import open_emergency_access
from patients.actions.emergency import NOBODY_FOUND
from patients.emergencies import may_open_emergencies
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import EmergencyAccess, Staff
from patients.rules.permissions import Permission
from tracker.audit.record import record_security
from tracker.audit.words import SecurityKind
from tracker.models import Event
from tracker.models.event import EventKind
from tracker.second_factor import confirm

TOO_MANY = (
    "You asked for patients who were not found too often within an hour. Ring the clinic that looks after the patient, "
    "or try again later."
)


def open_in_emergency(
    request: HttpRequest, *, by: Staff, nhs_number: str, born: date, reason: str, code: str
) -> list[EmergencyAccess]:
    """Opens the record, and sees that the patient's clinic is told. Raises NotAllowed, Refused, WrongSecondFactor."""
    if not may_open_emergencies(by):
        raise NotAllowed(f"Your role does not {Permission.BREAK_GLASS.label}.")
    if _misses(by) >= settings.EMERGENCY_TRIES_AN_HOUR:
        raise Refused(TOO_MANY)
    confirm(request, by, code)
    opened = _opened(by, nhs_number, born, reason)
    if opened is None:
        raise Refused(NOBODY_FOUND)
    send_mail_soon()
    return opened


@transaction.atomic
def _opened(by: Staff, nhs_number: str, born: date, reason: str) -> list[EmergencyAccess] | None:
    """None for nobody found. That is an answer and no error here, so that its record is committed."""
    Staff.objects.select_for_update(no_key=True).get(pk=by.pk)  # many tries at once are counted one after the other
    if _misses(by) >= settings.EMERGENCY_TRIES_AN_HOUR:
        raise Refused(TOO_MANY)
    try:
        return open_emergency_access(by=by, nhs_number=nhs_number, born=born, reason=reason)
    except NotFound:
        record_security(SecurityKind.EMERGENCY_NOT_FOUND)
        return None


def _misses(by: Staff) -> int:
    """Counted from the audit trail, which no outage of a cache empties."""
    misses = Event.objects.filter(
        actor=by,
        kind=EventKind.SECURITY,
        subject=SecurityKind.EMERGENCY_NOT_FOUND.value,
        at__gt=Now() - timedelta(hours=1),
    )
    return misses.count()
