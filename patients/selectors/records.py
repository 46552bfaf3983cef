"""Which records the person may read or write, alone or all of a clinic."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import QuerySet

from patients.acting import name_emergency
from patients.clock import day_in, end_of_day, today_in
from patients.errors import MergedAway, NotAllowed, NotFound, NotKnownYet, Refused
from patients.models import EmergencyAccess, Patient, Staff
from patients.rules.permissions import Permission
from patients.rules.wording import display_date
from patients.seen import seen
from patients.selectors.access import may, open_emergencies, require, roles_by_clinic

PATIENT_NOT_FOUND = "No such patient in your clinics."
MERGED_AWAY = "This record was made one with another of the same person. Go on there."


def patients_in_emergency(staff: Staff) -> QuerySet[Patient]:
    """The patients of other clinics whom the person may read at this moment. For look-ups of one, never for a list."""
    ids = [one.patient_id for one in open_emergencies(staff)]
    return Patient.objects.filter(pk__in=ids).select_related("clinic") if ids else Patient.objects.none()


def may_read(staff: Staff, patient: Patient) -> bool:
    """Whether the person may read this record: their own clinic's, or under an open emergency access."""
    return may(staff, patient.clinic_id, Permission.READ_RECORD) or _emergency(staff, patient) is not None


def require_reading(staff: Staff, patient: Patient) -> None:
    """Raises NotAllowed for whoever may not read this record. Says who is seen, and under which emergency access."""
    if not may(staff, patient.clinic_id, Permission.READ_RECORD):
        emergency = _emergency(staff, patient)
        if emergency is None:
            raise NotAllowed(f"Your role in this clinic does not {Permission.READ_RECORD.label}.")
        name_emergency(emergency.pk, emergency.reason)
    seen([patient.pk])


def whose(staff: Staff, patient: Patient | None = None) -> QuerySet[Patient]:
    """Whose rows a selector hands out: one patient's whom the person may read, or else those of their own clinics.

    Raises NotAllowed.
    """
    if patient is None:
        return patients_for(staff)
    require_reading(staff, patient)
    return Patient.objects.filter(pk=patient.pk)


def patients_for(staff: Staff) -> QuerySet[Patient]:
    """The patients of the person's clinics, by name."""
    readable = [pk for pk in roles_by_clinic(staff) if may(staff, pk, Permission.READ_RECORD)]
    return Patient.objects.filter(clinic__in=readable).select_related("clinic")


def patient_for(staff: Staff, patient_id: int) -> Patient:
    """One patient to read: of the person's clinics, or under an open emergency access.

    Raises NotFound for another clinic's patient just as for none, and MergedAway for a record of the person's own
    clinics that was made one with another.
    """
    patient = patients_for(staff).filter(pk=patient_id).first()
    if patient is None:
        patient = patients_in_emergency(staff).filter(pk=patient_id).first()
    if patient is None:
        raise NotFound(PATIENT_NOT_FOUND)
    if patient.merged_into_id is not None:
        raise MergedAway(MERGED_AWAY, patient.pk)
    require_reading(staff, patient)
    return patient


def patient_to_write(staff: Staff, patient_id: int, permission: Permission) -> Patient:
    """One patient, locked for a write. Raises NotFound or NotAllowed; the latter under an emergency access.

    While this waits for the lock, the record may be merged into another or go to another clinic.
    """
    patient = patient_for(staff, patient_id)
    require(staff, patient.clinic_id, permission)
    rows = Patient.objects.select_for_update(of=("self",)).select_related("clinic")
    held = rows.filter(pk=patient.pk, clinic=patient.clinic_id, merged_into__isnull=True).first()
    if held is None:
        raise NotFound(PATIENT_NOT_FOUND)
    return held


def merged_patient_for(staff: Staff, patient_id: int) -> Patient:
    """A record of the person's clinics that was made one with another. Raises NotFound for any other."""
    patient = patients_for(staff).filter(pk=patient_id, merged_into__isnull=False).first()
    if patient is None:
        raise NotFound(PATIENT_NOT_FOUND)
    seen([patient.pk])
    return patient


def ids_of_person(patient: Patient) -> list[int]:
    """The record's own id, and those of the records that were merged into it."""
    return [patient.pk, *Patient.objects.filter(merged_into=patient).order_by("pk").values_list("pk", flat=True)]


def ids_by_moment(patients: Iterable[Patient], known_on: date | None) -> dict[datetime | None, list[int]]:
    """Ids of patients by the moment up to which their record is read: the end of `known_on` where their clinic is.

    The moment None stands for now. Raises Refused for a day that has not come yet in a patient's clinic.
    """
    found: dict[datetime | None, list[int]] = {}
    for patient in patients:
        moment = None if known_on is None else end_of_day(known_on, patient.clinic)
        if known_on is not None and known_on > today_in(patient.clinic):
            raise Refused(f"{display_date(known_on)} has not come yet. Enter today or an earlier day.", "known_on")
        found.setdefault(moment, []).append(patient.pk)
    return found


def not_known_yet(patient: Patient, known_on: date) -> NotKnownYet:
    """What to raise where a patient's record is asked for as it was known before they were registered."""
    registered_on = day_in(patient.clinic, patient.recorded_at)
    return NotKnownYet(
        f"This patient was registered on {display_date(registered_on)}: nothing was known of them on "
        f"{display_date(known_on)}.",
        "known_on",
    )


def patient_ids_by_clinic(clinic_ids: Iterable[int] | None = None) -> list[int]:
    """Ids for background work over whole clinics, where no member of staff is asking."""
    rows = Patient.objects.order_by("pk")
    if clinic_ids is not None:
        rows = rows.filter(clinic__in=clinic_ids)
    return list(rows.values_list("pk", flat=True))


def _emergency(staff: Staff, patient: Patient) -> EmergencyAccess | None:
    return next((one for one in open_emergencies(staff) if one.patient_id == patient.pk), None)
