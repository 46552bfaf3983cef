"""Who belongs to a clinic and in which role, as decided by those who manage its staff. Each change has its reason."""

from django.db import transaction

from patients.acting import explained
from patients.actions.drafts import end_drafts_of
from patients.entries import store
from patients.errors import Refused
from patients.models import Clinic, Membership, Staff
from patients.rules.vocabulary import Role
from tracker.sign_in import sessions, start
from tracker.staffing.held import clinic_to_staff, member_to_change, somebody_manages, why
from tracker.staffing.server import account_named, free_username, give_role


@explained()
@transaction.atomic
def add_member(*, by: Staff, clinic_id: int, username: str, role: Role, reason: str) -> Membership:
    """Gives somebody who has an account a role in the clinic; their sessions end. Raises NotFound, NotAllowed, Refused.

    The name has to be exact, so that nobody looks through the accounts of other clinics.
    """
    clinic = clinic_to_staff(by, clinic_id)
    why(reason)
    found = account_named(username)
    if found is None:
        raise Refused("There is no account with exactly this user name. Ask the person how they sign in.", "username")
    staff = Staff.objects.select_for_update(no_key=True).get(pk=found.pk)
    if Membership.objects.filter(staff=staff, clinic=clinic).exists():
        raise Refused("This person belongs to the clinic already.", "username")
    return give_role(staff=staff, clinic=clinic, role=role)


@explained()
@transaction.atomic
def add_new_member(
    *,
    by: Staff,
    clinic_id: int,
    username: str,
    given_name: str,
    family_name: str,
    email: str,
    role: Role,
    by_provider: bool,
    reason: str,
) -> tuple[Membership, str]:
    """Makes an account with a role in the clinic, and the token of its start link (tracker/sign_in/start.py).

    Nobody knows a password of it until its owner sets one; `by_provider`: they sign in through the hospital's provider,
    and there is no link. Raises NotFound, NotAllowed, Refused.
    """
    clinic = clinic_to_staff(by, clinic_id)
    why(reason)
    if email and Staff.objects.filter(email__iexact=email).exists():
        raise Refused("Another account has this e-mail address.", "email")
    staff = Staff(username=free_username(username), first_name=given_name, last_name=family_name, email=email)
    staff.set_unusable_password()
    membership = _joined(store(staff), clinic, role)
    return membership, "" if by_provider else start.token_for(staff)


@explained()
@transaction.atomic
def change_role(*, by: Staff, clinic_id: int, membership_id: int, role: Role, reason: str) -> Membership:
    """Another role for somebody else; their sessions end. Raises NotFound, NotAllowed, Refused."""
    row = member_to_change(by, clinic_id, membership_id)
    why(reason)
    if row.role == role.value:
        raise Refused("This is their role already. Choose another one.", "role")
    changed = give_role(staff=row.staff, clinic=row.clinic, role=role)
    somebody_manages([clinic_id])
    return changed


@explained()
@transaction.atomic
def set_lead(*, by: Staff, clinic_id: int, membership_id: int, leads: bool, reason: str) -> Membership:
    """Whether somebody else leads the clinic from now on. Raises NotFound, NotAllowed, Refused."""
    row = member_to_change(by, clinic_id, membership_id)
    why(reason)
    if row.is_lead == leads:
        raise Refused(f"They {'lead the clinic already' if leads else 'do not lead the clinic'}.")
    if leads and not row.staff.is_active:
        raise Refused("This account is closed.")
    row.is_lead = leads
    return store(row)


@explained()
@transaction.atomic
def end_membership(*, by: Staff, clinic_id: int, membership_id: int, reason: str) -> Staff:
    """Somebody else belongs to the clinic no more; their sessions end. What they entered stays.

    Their open work is nobody's from the next reconciliation on, which the caller asks for. Raises NotFound, NotAllowed,
    Refused.
    """
    row = member_to_change(by, clinic_id, membership_id)
    why(reason)
    sessions.end_all(row.staff, why="membership ended")
    end_drafts_of(row.staff, clinic_id=clinic_id)
    row.delete()
    somebody_manages([clinic_id])
    return row.staff


def _joined(staff: Staff, clinic: Clinic, role: Role) -> Membership:
    return store(Membership(staff=staff, clinic=clinic, role=role.value))
