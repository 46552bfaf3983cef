"""The accounts of a clinic's members, as far as those who manage its staff may change them. Each has its reason.

An account belongs to every clinic of its owner. So it is changed by those only who manage the staff of all of them;
ending what is open somewhere is no such change, since a lost device cannot wait.
"""

from django.db import transaction

from patients.acting import explained
from patients.entries import store
from patients.errors import Refused
from patients.models import Membership, Staff
from tracker import tokens
from tracker.sign_in import factors, sessions, start
from tracker.staffing.held import account_to_change, clinic_ids_of, member_to_change, somebody_manages, why
from tracker.staffing.server import close

CLOSED = "This account is closed."


@explained()
@transaction.atomic
def close_account(*, by: Staff, clinic_id: int, membership_id: int, reason: str) -> Staff:
    """Ends somebody else's account at once, with its sessions and tokens; memberships stay for the day it is opened.

    Raises NotFound, NotAllowed, Refused.
    """
    staff = account_to_change(by, clinic_id, membership_id).staff
    why(reason)
    if not staff.is_active:
        raise Refused(CLOSED)
    closed = close(staff)
    somebody_manages(clinic_ids_of(staff.pk))
    return closed


@explained()
@transaction.atomic
def open_account(*, by: Staff, clinic_id: int, membership_id: int, reason: str) -> Staff:
    """Opens a closed account again, with the roles, password and second factor that it had.

    Raises NotFound, NotAllowed, Refused.
    """
    staff = account_to_change(by, clinic_id, membership_id).staff
    why(reason)
    if staff.is_active:
        raise Refused("This account is open.")
    staff.is_active = True
    return store(staff)


@explained()
@transaction.atomic
def reset_second_factor(*, by: Staff, clinic_id: int, membership_id: int, reason: str) -> Staff:
    """Takes every second factor from somebody else who has lost theirs; sessions and tokens end.

    Raises NotFound, NotAllowed, Refused.
    """
    staff = account_to_change(by, clinic_id, membership_id).staff
    factors.reset(staff=staff, reason=why(reason))
    return staff


@explained()
@transaction.atomic
def end_sessions(*, by: Staff, clinic_id: int, membership_id: int, reason: str) -> int:
    """Ends every session and API token of somebody else. How many sessions. Raises NotFound, NotAllowed, Refused."""
    staff = member_to_change(by, clinic_id, membership_id).staff
    why(reason)
    tokens.revoke_all(staff)
    return sessions.end_all(staff, why="ended by an administrator")


@explained()
@transaction.atomic
def new_start_link(*, by: Staff, clinic_id: int, membership_id: int, reason: str) -> tuple[Membership, str]:
    """The token of a start link for somebody else who has no password and never signed in; links made before hold no
    more. Whoever signs in through the provider alone has no password either, and keeps the account to themselves.

    Raises NotFound, NotAllowed, Refused.
    """
    row = account_to_change(by, clinic_id, membership_id)
    why(reason)
    if not row.staff.is_active:
        raise Refused(CLOSED)
    if row.staff.has_usable_password():
        raise Refused("This account has a password. Whoever runs the server gives it a new one.")
    if row.staff.last_login is not None:
        raise Refused("Its owner has signed in with this account already. Whoever runs the server gives it a password.")
    row.staff.set_unusable_password()  # with another random part, which every link made before rests on
    store(row.staff)
    return row, start.token_for(row.staff)
