"""Putting a due item off, with a reason and a day. It never hides how late the item is."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from monitoring.actions.postponements import check_item_put_off
from monitoring.actions.work_in_step import bring_in_step, take_place_of
from monitoring.models import Snooze
from monitoring.schedules import protocol_of
from patients.acting import explained
from patients.clock import today_in
from patients.errors import Refused
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import patient_to_write

# Half a year: longer than any interval of the schedule but the yearly ones, and a slip of the year is caught.
LONGEST = timedelta(days=183)


@transaction.atomic
@explained()
def snooze_item(*, by: Staff, patient_id: int, item: str, until: date, reason: str, occasion: str = "") -> Snooze:
    """Puts an item off until a day; an earlier putting-off of the same item is superseded.

    Raises NotFound, NotAllowed, Refused.
    """
    patient = patient_to_write(by, patient_id, Permission.RECORD_MONITORING)
    today = today_in(patient.clinic)
    protocol = protocol_of(patient.clinic)
    if item not in protocol.items:
        raise Refused("This is not an item of the monitoring protocol.", "item")
    if until <= today:
        raise Refused("Put it off until a later day.", "until")
    if until > today + LONGEST:
        raise Refused(f"An item can be put off for {LONGEST.days} days at most. Check the year.", "until")
    check_item_put_off(by, patient, item, occasion, until, today)
    if not reason.strip():
        raise Refused("Say why it is put off.", "reason")
    earlier = Snooze.objects.filter(patient=patient, item=item, occasion=occasion, until__gt=today)
    row = Snooze(
        patient=patient,
        item=item,
        occasion=occasion,
        made_on=today,
        until=until,
        reason=reason.strip(),
        protocol_version=protocol.version,
        recorded_at=timezone.now(),
        recorded_by=by,
    )
    stored = take_place_of(earlier, row, by=by, reason="put off anew")
    bring_in_step(patient, today)
    return stored
