"""Every read about who a patient is. Each takes the member of staff, so that access is decided here and only here."""

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import TypeVar

from django.db.models import Q, QuerySet

from patients.clock import day_in, end_of_day, today_in
from patients.errors import NotAllowed, NotFound, NotKnownYet, Refused
from patients.models import (
    Assessment,
    Autoantibody,
    Clinic,
    Condition,
    ContactDetails,
    Height,
    Membership,
    Patient,
    Staff,
    Weight,
)
from patients.models.entry import Entry
from patients.rules import nhs_number
from patients.rules.permissions import Permission, allowed
from patients.rules.vocabulary import Role
from patients.rules.wording import display_date

E = TypeVar("E", bound=Entry)
PATIENT_NOT_FOUND = "No such patient in your clinics."
_DATE_FORMATS = ("%d-%b-%Y", "%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d %b %Y")


def roles_by_clinic(staff: Staff) -> dict[int, frozenset[Role]]:
    """The person's role in each clinic; empty for an inactive account. Read once per request."""
    if not staff.is_active or staff.pk is None:
        return {}
    cached: dict[int, frozenset[Role]] | None = getattr(staff, "_roles_by_clinic", None)
    if cached is None:
        rows = list(Membership.objects.filter(staff=staff).values_list("clinic_id", "role", "is_lead"))
        cached = {clinic: frozenset({Role(role)}) for clinic, role, _ in rows}
        setattr(staff, "_roles_by_clinic", cached)  # noqa: B010 - not a declared attribute of the model
        led = frozenset(clinic for clinic, _, is_lead in rows if is_lead)
        setattr(staff, "_clinics_led", led)  # noqa: B010 - as above
    return cached


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


def patients_for(staff: Staff) -> QuerySet[Patient]:
    """The patients of the person's clinics, by name."""
    readable = [pk for pk in roles_by_clinic(staff) if may(staff, pk, Permission.READ_RECORD)]
    return Patient.objects.filter(clinic__in=readable).select_related("clinic")


def patient_for(staff: Staff, patient_id: int) -> Patient:
    """One patient. Raises NotFound for another clinic's patient just as for none."""
    try:
        return patients_for(staff).get(pk=patient_id)
    except Patient.DoesNotExist:
        raise NotFound(PATIENT_NOT_FOUND) from None


def patient_to_write(staff: Staff, patient_id: int, permission: Permission) -> Patient:
    """One patient, locked for a write. Raises NotFound or NotAllowed."""
    patient = patient_for(staff, patient_id)
    require(staff, patient.clinic_id, permission)
    return Patient.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=patient.pk)


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
    """Patients whose name, hospital number, NHS number or day of birth fits every word of the text."""
    found = patients_for(staff)
    text = text.strip()
    born = _as_date(text)
    if born is not None:
        return found.filter(born=born)
    digits = nhs_number.normalised(text)
    if len(digits) == 10 and digits.isdigit():
        return found.filter(Q(nhs_number=digits) | Q(hospital_number__iexact=digits))
    for word in re.split(r"[\s,]+", text):
        if word:
            found = found.filter(
                Q(family_name__icontains=word) | Q(given_names__icontains=word) | Q(hospital_number__istartswith=word)
            )
    return found


def latest_assessment(staff: Staff, patient: Patient) -> Assessment | None:
    """The newest current assessment, whose values a new form shows beside its fields."""
    require(staff, patient.clinic_id, Permission.READ_RECORD)
    rows = Assessment.objects.filter(patient=patient, superseded_at__isnull=True).prefetch_related("enzymes")
    return rows.order_by("-on", "-pk").first()


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


def _as_date(text: str) -> date | None:
    for pattern in _DATE_FORMATS:
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a calendar date has no zone
        except ValueError:
            continue
    return None
