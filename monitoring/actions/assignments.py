"""Whose work an item is: one item of a patient, or all of the patient's monitoring."""

from django.db import transaction
from django.utils import timezone

from monitoring.actions.work import known_item
from monitoring.actions.work_in_step import bring_in_step, take_place_of
from monitoring.models import Assignment
from monitoring.selectors.work import who_may_own
from patients.acting import explained
from patients.clock import today_in
from patients.entries import supersede
from patients.errors import Refused
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import patient_to_write


@transaction.atomic
def assign(*, by: Staff, patient_id: int, owner: int, item: str = "", occasion: str = "") -> Assignment:
    """Gives an item, or (item "") all of a patient's monitoring, to a member of the patient's clinic, by their id.

    An item's own assignment goes before that of the patient. Raises NotFound, NotAllowed, Refused.
    """
    patient = patient_to_write(by, patient_id, Permission.RECORD_MONITORING)
    _check(item, occasion)
    member = who_may_own(patient.clinic).filter(pk=owner).first()
    if member is None:
        raise Refused(
            "Work can only be given to a doctor or nurse of the patient's clinic. Choose one of them.", "owner"
        )
    earlier = Assignment.objects.filter(patient=patient, item=item, occasion=occasion)
    if earlier.current().filter(owner=member).exists():
        raise Refused("This is already their work.", "owner")
    row = Assignment(
        patient=patient, item=item, occasion=occasion, owner=member, recorded_at=timezone.now(), recorded_by=by
    )
    stored = take_place_of(earlier, row, by=by, reason="assigned anew")
    bring_in_step(patient, today_in(patient.clinic))
    return stored


@transaction.atomic
@explained()
def unassign(
    *, by: Staff, patient_id: int, item: str = "", occasion: str = "", reason: str = "given back"
) -> Assignment:
    """Takes an assignment away, so that the item, or the patient's monitoring, is nobody's in particular.

    Raises NotFound, NotAllowed, Refused where there is no such assignment.
    """
    patient = patient_to_write(by, patient_id, Permission.RECORD_MONITORING)
    _check(item, occasion)
    row = Assignment.objects.filter(patient=patient, item=item, occasion=occasion).current().first()
    if row is None:
        whole = bool(item) and Assignment.objects.filter(patient=patient, item="").current().exists()
        raise Refused(
            "All of this patient's monitoring is assigned together. Take that assignment away, or give this item to "
            "somebody else."
            if whole
            else "This is assigned to nobody.",
            "owner",
        )
    supersede(row, by=by, reason=reason)
    bring_in_step(patient, today_in(patient.clinic))
    return row


def _check(item: str, occasion: str) -> None:
    if item:
        known_item(item)
    elif occasion:
        raise Refused("An occasion belongs to an item: say which.", "item")
