"""Putting a due item off, with a reason and a day. It never hides how late the item is."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from monitoring.models import Snooze
from monitoring.protocol.load import load
from patients.clock import today_in
from patients.entries import store, supersede
from patients.errors import Refused
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import patient_to_write

# Half a year: longer than any interval of the schedule but the yearly ones, and a slip of the year is caught.
LONGEST = timedelta(days=183)


@transaction.atomic
def snooze_item(*, by: Staff, patient_id: int, item: str, until: date, reason: str, occasion: str = "") -> Snooze:
    """Puts an item off until a day; an earlier putting-off of the same item is superseded.

    Raises NotFound, NotAllowed, Refused.
    """
    patient = patient_to_write(by, patient_id, Permission.RECORD_MONITORING)
    today = today_in(patient.clinic)
    protocol = load()
    if item not in protocol.items:
        raise Refused("This is not an item of the monitoring protocol.", "item")
    if until <= today:
        raise Refused("Put it off until a later day.", "until")
    if until > today + LONGEST:
        raise Refused(f"An item can be put off for {LONGEST.days} days at most. Check the year.", "until")
    if not reason.strip():
        raise Refused("Say why it is put off.", "reason")
    earlier = Snooze.objects.filter(
        patient=patient, item=item, occasion=occasion, superseded_at__isnull=True, until__gt=today
    )
    moment = timezone.now()
    for row in earlier:
        supersede(row, by=by, reason="put off anew", at=moment)
    return store(
        Snooze(
            patient=patient,
            item=item,
            occasion=occasion,
            made_on=today,
            until=until,
            reason=reason.strip(),
            protocol_version=protocol.version,
            recorded_at=moment,
            recorded_by=by,
        )
    )
