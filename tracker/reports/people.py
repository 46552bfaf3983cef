"""Who is named in a report and how: staff by name and login, patients by hospital number alone."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models.fields.json import KT

from patients.models import Clinic, Membership, Patient, PatientTransfer, Staff
from patients.rules.vocabulary import TransferStatus
from tracker.audit import wording
from tracker.models import Event, EventKind

NOBODY = "nobody signed in"
ELSEWHERE = "not of this clinic"


class StaffNames:
    """Names of staff by id, each read once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[str, str]] = {}

    def learn(self, ids: Iterable[int | None]) -> None:
        """Reads those that are not known yet, in one query."""
        if missing := {one for one in ids if one is not None} - self._known.keys():
            for row in Staff.objects.filter(pk__in=missing):
                self._known[row.pk] = (row.get_full_name() or row.username, row.username)

    def name(self, staff_id: int | None) -> str:
        """The full name, or the login where no name is recorded; words for nobody."""
        return NOBODY if staff_id is None else self._known.get(staff_id, (f"account {staff_id}", ""))[0]

    def login(self, staff_id: int | None) -> str:
        return "" if staff_id is None else self._known.get(staff_id, ("", ""))[1]


def hospital_numbers(clinic: Clinic, patient_ids: Collection[int]) -> dict[int, str]:
    """The clinic's own hospital number of each patient, also of those whom it has since handed over.

    A number that another clinic gave is no business of this one: such a patient is named by the words for it.
    """
    rows = Patient.objects.filter(pk__in=patient_ids).values_list("pk", "clinic", "hospital_number")
    found = {pk: number if clinic_id == clinic.pk else ELSEWHERE for pk, clinic_id, number in rows}
    if gone := [pk for pk, number in found.items() if number == ELSEWHERE]:
        left = PatientTransfer.objects.filter(
            patient__in=gone, from_clinic=clinic, status=TransferStatus.ACCEPTED
        ).order_by("decided_at")
        found |= dict(left.values_list("patient", "hospital_number_before"))
    return found


def role_then(roles: str, clinic: Clinic) -> str:
    """The role in this clinic at that moment, in words; words for somebody who had none here but one elsewhere."""
    return wording.role_then(roles, clinic.pk) or (ELSEWHERE if roles else "")


def memberships_until(clinic: Clinic) -> dict[int, datetime | None]:
    """Whoever belongs to the clinic or ever did, by id, with when they left; None for those who are there now."""
    left = Event.objects.filter(kind=EventKind.DELETE, subject=Membership._meta.db_table, clinic=clinic)
    found: dict[int, datetime | None] = {}
    for staff_id, at in left.order_by("at").values_list(KT("old__staff_id"), "at"):
        found[int(staff_id)] = at
    here = Membership.objects.filter(clinic=clinic).values_list("staff", flat=True)
    return found | dict.fromkeys(here)


def people_choices(staff: Staff, clinic: Clinic) -> list[tuple[str, str]]:
    """Whoever belongs or belonged to the clinic, by name."""
    rows = Staff.objects.filter(pk__in=memberships_until(clinic)).order_by("last_name", "first_name", "username")
    return [(str(row.pk), f"{row.get_full_name() or row.username} ({row.username})") for row in rows]


def patient_numbered(clinic: Clinic, hospital_number: str) -> list[int]:
    """Ids of the patients who have or had this hospital number in the clinic; none when there is no such patient."""
    now = Patient.objects.filter(clinic=clinic, hospital_number__iexact=hospital_number).values_list("pk", flat=True)
    before = PatientTransfer.objects.filter(
        from_clinic=clinic, status=TransferStatus.ACCEPTED, hospital_number_before__iexact=hospital_number
    ).values_list("patient", flat=True)
    return sorted({*now, *before})


def ids_in(page: Iterable[Any], *names: str) -> set[int]:
    """The ids that these columns of a page hold."""
    return {value for row in page for name in names if (value := getattr(row, name)) is not None}
