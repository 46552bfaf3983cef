"""Emergency access: one person reads one patient of another clinic, for an hour, with a reason ("breaking the glass").

What it allows is decided in patients/selectors.py; who is told, how often it may be tried: tracker/emergencies.py.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from patients.acting import explained
from patients.emergencies import clinic_then, emergency_for, may_open_emergencies
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import EmergencyAccess, Patient, Staff
from patients.rules import nhs_number as nhs
from patients.rules.permissions import Permission
from patients.rules.vocabulary import EmergencyFinding, PatientStatus
from patients.selectors import require, roles_by_clinic, roles_changed

SHORTEST_REASON = 10  # characters; a local reading: whoever reviews it can follow a sentence, not a word
NOT_A_NUMBER = "This is not a valid NHS number: check the ten digits."
REASON_TOO_SHORT = f"Say why in at least {SHORTEST_REASON} characters: the patient's clinic will read it."
NOBODY_FOUND = (
    "No patient of another clinic has this NHS number and this date of birth together. Check both, or ring the clinic. "
    "Each try is recorded."
)


@transaction.atomic
@explained()
def open_emergency_access(
    *, by: Staff, nhs_number: str, born: date, reason: str, now: datetime | None = None
) -> list[EmergencyAccess]:
    """Opens the records that other clinics keep of one person, for EMERGENCY_ACCESS_MINUTES: usually one record.

    The NHS number and the date of birth must both be exactly right; nothing is searched. Raises NotAllowed, Refused,
    and NotFound for nobody, who is not told apart from a wrong date of birth.
    """
    if not may_open_emergencies(by):
        raise NotAllowed(f"Your role does not {Permission.BREAK_GLASS.label}.")
    number, why = nhs.normalised(nhs_number), " ".join(reason.split())
    _check_number_and_reason(number, why)
    Staff.objects.select_for_update(no_key=True).get(pk=by.pk)  # one at a time: a double click opens nothing twice
    known = Patient.objects.filter(nhs_number=number, born=born).exclude(status=PatientStatus.MERGED)
    # Whoever is being handed over at this moment is waited for: the clinic that is told is the one that has them.
    list(known.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    moment = now or timezone.now()
    elsewhere = list(known.exclude(clinic__in=list(roles_by_clinic(by))).order_by("clinic__name", "pk"))
    if not elsewhere:
        if known.exists():
            raise Refused("This is a patient of your own clinic: open the record from the patient list.", "nhs_number")
        raise NotFound(NOBODY_FOUND)
    open_now = EmergencyAccess.objects.filter(staff=by, patient__in=elsewhere).open_at(moment)
    if open_now.exists():
        raise Refused("This record is already open to you: the red band on each page leads to it.")
    ends_at = moment + timedelta(minutes=settings.EMERGENCY_ACCESS_MINUTES)
    opened = EmergencyAccess.objects.bulk_create(
        EmergencyAccess(staff=by, patient=patient, reason=why, opened_at=moment, ends_at=ends_at)
        for patient in elsewhere
    )
    roles_changed(by)
    return opened


@transaction.atomic
def close_emergency_access(*, by: Staff, emergency_id: int, now: datetime | None = None) -> EmergencyAccess:
    """Ends it before its time: by whoever opened it, or by whoever reviews it for the patient's clinic.

    Nothing changes where it is over already. Raises NotFound, NotAllowed.
    """
    moment = now or timezone.now()
    row = EmergencyAccess.objects.filter(pk=emergency_id, staff=by).first() or emergency_for(by, emergency_id)
    EmergencyAccess.objects.filter(pk=row.pk).open_at(moment).update(closed_at=moment)
    roles_changed(by)
    row.refresh_from_db()
    return row


@transaction.atomic
def review_emergency_access(
    *, by: Staff, emergency_id: int, finding: EmergencyFinding, note: str = "", now: datetime | None = None
) -> EmergencyAccess:
    """Records what the clinic whose record it was finds of it, once, after it is over; never one's own.

    Anything but "justified" needs a note. Raises NotFound, NotAllowed, Refused.
    """
    moment, said = now or timezone.now(), " ".join(note.split())
    row = emergency_for(by, emergency_id)
    require(by, clinic_then(row), Permission.REVIEW_BREAK_GLASS)
    if row.staff_id == by.pk:
        raise NotAllowed("Somebody else has to review an emergency access of your own.")
    if row.is_open(moment):
        raise Refused("It is still open. End it first, or review it once its time is over.")
    if finding is not EmergencyFinding.JUSTIFIED and not said:
        raise Refused("Say what was found, and what follows from it.", "note")
    unreviewed = EmergencyAccess.objects.filter(pk=row.pk).waiting()
    changed = unreviewed.update(reviewed_at=moment, reviewed_by=by, finding=finding, finding_note=said)
    if changed != 1:
        raise Refused("Somebody has reviewed this in the meantime. Reload the page to read what was found.")
    row.refresh_from_db()
    return row


def _check_number_and_reason(number: str, reason: str) -> None:
    errors: dict[str, list[str]] = {}
    if not nhs.is_valid(number):
        errors["nhs_number"] = [NOT_A_NUMBER]
    if len(reason) < SHORTEST_REASON:
        errors["reason"] = [REASON_TOO_SHORT]
    if errors:
        raise Refused(" ".join(text for texts in errors.values() for text in texts), errors=errors)
