"""Every read about who a patient is. Each takes the member of staff, so that access is decided here and only here."""

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import TypeVar, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from patients.acting import name_emergency
from patients.clock import day_in, end_of_day, today_in
from patients.errors import MergedAway, NotAllowed, NotFound, NotKnownYet, Refused
from patients.inputs import DayField
from patients.models import (
    Assessment,
    Autoantibody,
    Clinic,
    Condition,
    ContactDetails,
    EmergencyAccess,
    Height,
    Membership,
    Patient,
    PatientTransfer,
    Staff,
    StatusChange,
    Weight,
)
from patients.models.entry import Entry
from patients.rules import nhs_number
from patients.rules.permissions import Permission, allowed
from patients.rules.vocabulary import Role, TransferStatus
from patients.rules.wording import display_date
from patients.seen import seen

E = TypeVar("E", bound=Entry)
PATIENT_NOT_FOUND = "No such patient in your clinics."
MERGED_AWAY = "This record was made one with another of the same person. Go on there."
READS_ONLY = "Emergency access lets you read this record, not change it: the patient belongs to another clinic."
_BORN = DayField(label="day of birth", required=False)


def roles_by_clinic(staff: Staff) -> dict[int, frozenset[Role]]:
    """The person's role in each clinic; empty for an inactive account. Read once per request."""
    if not staff.is_active or staff.pk is None:
        return {}
    cached: dict[int, frozenset[Role]] | None = getattr(staff, "_roles_by_clinic", None)
    if cached is None:
        emergencies = ArraySubquery(EmergencyAccess.objects.filter(staff=staff).open_at(timezone.now()).values("pk"))
        memberships = Membership.objects.filter(staff=staff).annotate(emergencies=emergencies)
        rows = list(memberships.values_list("clinic_id", "role", "is_lead", "emergencies"))
        cached = {clinic: frozenset({Role(role)}) for clinic, role, _, _ in rows}
        setattr(staff, "_roles_by_clinic", cached)  # noqa: B010 - not a declared attribute of the model
        led = frozenset(clinic for clinic, _, is_lead, _ in rows if is_lead)
        setattr(staff, "_clinics_led", led)  # noqa: B010 - as above
        _keep_emergencies(staff, _emergencies_with(rows[0][3]) if rows and rows[0][3] else ())
    return cached


def roles_changed(staff: Staff) -> None:
    """What was read of the person's roles and emergency accesses no longer holds; it is read again when asked for."""
    for name in ("_roles_by_clinic", "_clinics_led", "_emergencies"):
        if hasattr(staff, name):
            delattr(staff, name)


def clinics_led(staff: Staff) -> frozenset[int]:
    """The clinics that the person leads; none for an inactive account. Read together with the roles."""
    if not roles_by_clinic(staff):
        return frozenset()
    led: frozenset[int] = getattr(staff, "_clinics_led", frozenset())
    return led


def may(staff: Staff, clinic_id: int, permission: Permission) -> bool:
    """Whether the person's role in that clinic, or leading it, carries the permission."""
    roles = roles_by_clinic(staff).get(clinic_id, frozenset())
    return allowed(roles, permission, leads=clinic_id in clinics_led(staff))


def require(staff: Staff, clinic_id: int, permission: Permission) -> None:
    """Raises NotAllowed when the person's role in that clinic does not carry the permission."""
    if not may(staff, clinic_id, permission):
        if clinic_id not in roles_by_clinic(staff) and open_emergencies(staff):
            raise NotAllowed(READS_ONLY)
        raise NotAllowed(f"Your role in this clinic does not {permission.label}.")


def permissions_in(staff: Staff, clinic_id: int) -> frozenset[Permission]:
    """Everything that the person may do in that clinic."""
    return frozenset(permission for permission in Permission if may(staff, clinic_id, permission))


def clinics_of(staff: Staff, permission: Permission = Permission.READ_RECORD) -> QuerySet[Clinic]:
    """The clinics in which the person has the permission."""
    return Clinic.objects.filter(pk__in=[pk for pk in roles_by_clinic(staff) if may(staff, pk, permission)])


def clinic_for(staff: Staff, clinic_id: int, permission: Permission) -> Clinic:
    """One clinic for a write. Raises NotFound when the person does not belong to it, NotAllowed for the wrong role."""
    if clinic_id not in roles_by_clinic(staff):
        raise NotFound("No such clinic among yours.", "clinic")
    require(staff, clinic_id, permission)
    return Clinic.objects.get(pk=clinic_id)


def members_of(staff: Staff, clinic_id: int, also: Collection[int] = ()) -> QuerySet[Membership]:
    """Whoever belongs to one of the person's clinics and can sign in, by name; `also` these memberships in any case.

    Nobody for another clinic.
    """
    rows = Membership.objects.filter(clinic=clinic_id, clinic__in=list(roles_by_clinic(staff)))
    rows = rows.filter(Q(staff__is_active=True) | Q(pk__in=list(also)))
    return rows.select_related("staff").order_by("staff__last_name", "staff__first_name", "staff__username")


def memberships_of(staff: Staff) -> QuerySet[Membership]:
    """The person's own memberships, by the clinic's name; none for an inactive account."""
    rows = Membership.objects.filter(staff=staff, clinic__in=list(roles_by_clinic(staff)))
    return rows.select_related("clinic").order_by("clinic__name")


def open_emergencies(staff: Staff) -> list[EmergencyAccess]:
    """The person's emergency accesses that are open at this moment, the one that ends first at the top.

    None once the role that may open one is lost. No query beyond that of the roles while there is none.
    """
    if not any(may(staff, clinic, Permission.BREAK_GLASS) for clinic in roles_by_clinic(staff)):
        return []
    kept: list[EmergencyAccess] = getattr(staff, "_emergencies", [])
    return [one for one in kept if one.is_open(timezone.now())]


def own_clinics_only(staff: Staff) -> None:
    """From here on, for this request, no emergency access counts: what a program reads is its person's own clinics."""
    roles_by_clinic(staff)
    _keep_emergencies(staff, ())


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


def search_patients(staff: Staff, text: str = "") -> QuerySet[Patient]:
    """Patients whose name, hospital number, NHS number or day of birth fits every word of the text.

    The numbers of records that were merged into one, and those that a patient had in an earlier clinic, find the
    record that holds now; merged records themselves are not found.
    """
    found = patients_for(staff).filter(merged_into__isnull=True)
    text = text.strip()
    born = _as_date(text)
    if born is not None:
        return found.filter(born=born)
    digits = nhs_number.normalised(text)
    if len(digits) == 10 and digits.isdigit():
        numbers = Q(nhs_number=digits) | Q(hospital_number__iexact=digits)
        merged = Patient.objects.filter(numbers, merged_into=OuterRef("pk"))
        return found.filter(numbers | Exists(merged) | _had_number("iexact", digits))
    for word in re.split(r"[\s,]+", text):
        if word:
            found = found.filter(
                Q(family_name__icontains=word)
                | Q(given_names__icontains=word)
                | Q(hospital_number__istartswith=word)
                | Exists(Patient.objects.filter(merged_into=OuterRef("pk"), hospital_number__istartswith=word))
                | _had_number("istartswith", word)
            )
    return found


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


def patient_ids_by_clinic(clinic_ids: Iterable[int] | None = None) -> list[int]:
    """Ids for background work over whole clinics, where no member of staff is asking."""
    rows = Patient.objects.order_by("pk")
    if clinic_ids is not None:
        rows = rows.filter(clinic__in=clinic_ids)
    return list(rows.values_list("pk", flat=True))


def _facts(rows: QuerySet[E], staff: Staff) -> QuerySet[E]:
    return rows.filter(patient__in=patients_for(staff), superseded_at__isnull=True).select_related("recorded_by")


def _had_number(fits: str, number: str) -> Exists:
    """Whether the patient had such a hospital number in a clinic that handed them over."""
    rows = PatientTransfer.objects.filter(patient=OuterRef("pk"), status=TransferStatus.ACCEPTED)
    return Exists(rows.filter(**{f"hospital_number_before__{fits}": number}))


def _emergencies_with(ids: Collection[int]) -> QuerySet[EmergencyAccess]:
    return EmergencyAccess.objects.filter(pk__in=ids).select_related("patient__clinic")


def _keep_emergencies(staff: Staff, found: Iterable[EmergencyAccess]) -> None:
    in_order = sorted(found, key=lambda one: (one.ends_at, one.pk))
    setattr(staff, "_emergencies", in_order)  # noqa: B010 - not a declared attribute of the model


def _emergency(staff: Staff, patient: Patient) -> EmergencyAccess | None:
    return next((one for one in open_emergencies(staff) if one.patient_id == patient.pk), None)


def _as_date(text: str) -> date | None:
    """The day that the text says, in any form that a form page takes; None for what is no day."""
    try:
        return cast("date | None", _BORN.clean(text))
    except ValidationError:
        return None
