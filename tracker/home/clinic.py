"""What an administrator looks after in one clinic: its patients, its staff and their accounts, and who changed them."""

from dataclasses import dataclass
from datetime import datetime

from patients.clock import now_in
from patients.emergencies import waiting_in
from patients.models import Clinic, Staff
from tracker.audit.history import clinic_history, told
from tracker.audit.wording import ChangeInWords
from tracker.home.nurse import patients_under_care
from tracker.staffing.listing import Member, staff_of_clinic

FIRST_CHANGES = 4


@dataclass(frozen=True, slots=True)
class ClinicStanding:
    """`members` can sign in; `without_factor` of them must have a second factor and have none, `not_used` were invited
    and have never signed in. `emergencies` wait for review. `changes` of settings and staff, the latest first.
    """

    clinic: Clinic
    read_at: datetime
    patients: int
    members: int
    without_factor: int
    not_used: int
    emergencies: int
    changes: list[ChangeInWords]


def clinic_standing(staff: Staff, clinic: Clinic) -> ClinicStanding:
    """Raises NotAllowed for who does not manage the clinic's staff."""
    _, everybody = staff_of_clinic(staff, clinic.pk)
    members = [member for member in everybody if member.is_active]
    return ClinicStanding(
        clinic=clinic,
        read_at=now_in(clinic),
        patients=patients_under_care(staff, clinic),
        members=len(members),
        without_factor=sum(map(_lacks_factor, members)),
        not_used=sum(1 for member in members if member.last_sign_in is None),
        emergencies=waiting_in(clinic).order_by().count(),
        changes=told(clinic_history(staff, clinic.pk)[:FIRST_CHANGES], clinic),
    )


def _lacks_factor(member: Member) -> bool:
    return member.must_have_second_factor and not member.has_second_factor
