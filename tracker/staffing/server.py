"""Writes about clinics, accounts and roles that are made at the server, where no member of staff is asking."""

from zoneinfo import available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from patients.actions.drafts import end_drafts_of
from patients.entries import store
from patients.errors import NotFound, Refused
from patients.models import Clinic, Membership, Staff
from patients.rules.vocabulary import Role
from tracker import tokens
from tracker.sign_in import sessions


def account_named(username: str) -> Staff | None:
    """The account with exactly this user name, or None."""
    return Staff.objects.filter(username=Staff.normalize_username(username)).first()


@transaction.atomic
def clinic_with(*, slug: str, name: str = "", time_zone: str = "") -> Clinic:
    """The clinic with this slug; with a name, made when there is none. Raises NotFound, Refused."""
    clinic = Clinic.objects.filter(slug=slug).first()
    if clinic is not None:
        return clinic
    if not name:
        known = ", ".join(Clinic.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise NotFound(f"There is no clinic “{slug}” (known: {known}). To make it, give its name as well.", "clinic")
    clinic = Clinic(slug=slug, name=name)
    if time_zone:
        if time_zone not in available_timezones():
            raise Refused(f"“{time_zone}” is no time zone; one is Europe/London.", "time_zone")
        clinic.time_zone = time_zone
    return store(clinic)


def free_username(username: str) -> str:
    """The user name as it is kept. Raises Refused where an account has it, in whatever capital letters."""
    name = Staff.normalize_username(username)
    if Staff.objects.filter(username__iexact=name).exists():
        raise Refused(
            "Another account has this user name, perhaps in other capital letters. Choose another one.", "username"
        )
    return name


@transaction.atomic
def add_account(*, username: str, password: str, given_name: str = "", family_name: str = "") -> Staff:
    """A new account, which as yet belongs to no clinic. Raises Refused (name taken, password too weak)."""
    staff = Staff(username=free_username(username), first_name=given_name, last_name=family_name)
    try:
        validate_password(password, staff)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), "password") from None
    staff.set_password(password)
    return store(staff)


@transaction.atomic
def give_role(*, staff: Staff, clinic: Clinic, role: Role) -> Membership:
    """The person's one role in this clinic from now on, in place of any other there. Raises Refused."""
    if not staff.is_active:
        raise Refused("This account is deactivated.", "username")
    row = Membership.objects.select_for_update().filter(staff=staff, clinic=clinic).first()
    row = row or Membership(staff=staff, clinic=clinic)
    if row.pk is None or row.role != role.value:
        sessions.end_all(staff, why="role changed")
    row.role = role.value
    return store(row)


@transaction.atomic
def deactivate(*, username: str) -> Staff:
    """Ends an account at once: no sign-in, no open session, no token. What it entered stays. Raises NotFound."""
    staff = account_named(username)
    if staff is None:
        raise NotFound(f"There is no account “{username}”.", "username")
    return close(staff)


def close(staff: Staff) -> Staff:
    """The account opens nothing any more. What it entered stays."""
    staff.is_active = False
    tokens.revoke_all(staff)
    sessions.end_all(staff, why="account deactivated")
    end_drafts_of(staff)
    return store(staff)
