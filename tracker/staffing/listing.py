"""The staff of a clinic as those who manage it see them, in the same number of queries for any number of members."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from patients.errors import NotFound
from patients.models import Clinic, Membership, Staff
from patients.rules.permissions import Permission
from patients.rules.vocabulary import Role
from patients.selectors import clinic_for, may
from tracker import second_factor, tokens
from tracker.sign_in import sessions
from tracker.staffing.held import NO_SUCH_MEMBER, clinic_ids_of, manages_all, not_own


@dataclass(frozen=True, slots=True)
class Member:
    """One member. `account_is_ours`: whoever looks manages every clinic of the person, and so the account."""

    id: int
    name: str
    username: str
    email: str
    role: str
    leads: bool
    last_sign_in: datetime | None
    has_second_factor: bool
    must_have_second_factor: bool
    has_password: bool
    is_active: bool
    sessions: int
    tokens: int
    account_is_ours: bool
    is_me: bool


def staff_of_clinic(by: Staff, clinic_id: int) -> tuple[Clinic, list[Member]]:
    """A clinic with everybody who belongs to it, by name; closed accounts too. Raises NotFound, NotAllowed."""
    clinic = clinic_for(by, clinic_id, Permission.MANAGE_STAFF)
    rows = Membership.objects.filter(clinic=clinic).select_related("staff")
    return clinic, _shown(by, list(rows.order_by("staff__last_name", "staff__first_name", "staff__username")))


def member_of_clinic(by: Staff, clinic_id: int, membership_id: int) -> tuple[Membership, Member]:
    """One member. Raises NotFound for another clinic's as for none, NotAllowed."""
    clinic_for(by, clinic_id, Permission.MANAGE_STAFF)
    rows = Membership.objects.filter(clinic=clinic_id, pk=membership_id).select_related("staff", "clinic")
    row = rows.first()
    if row is None:
        raise NotFound(NO_SUCH_MEMBER)
    return row, _shown(by, [row])[0]


def member_for_change(
    by: Staff, clinic_id: int, membership_id: int, *, account: bool = False
) -> tuple[Membership, Member]:
    """One member whom the person may change; `account`: the account itself. Raises NotFound, NotAllowed."""
    row, member = member_of_clinic(by, clinic_id, membership_id)
    not_own(by, row)
    if account:
        manages_all(by, clinic_ids_of(row.staff_id))
    return row, member


def _shown(by: Staff, rows: Sequence[Membership]) -> list[Member]:
    ids = [row.staff_id for row in rows]
    roles: dict[int, dict[int, Role]] = {}
    for staff_id, clinic_id, role in Membership.objects.filter(staff__in=ids).values_list("staff", "clinic", "role"):
        roles.setdefault(staff_id, {})[clinic_id] = Role(role)
    factors = second_factor.who_has_one(ids)
    open_sessions = sessions.how_many_open(ids)
    open_tokens = tokens.how_many(ids)
    return [
        Member(
            id=row.pk,
            name=row.staff.get_full_name() or row.staff.username,
            username=row.staff.username,
            email=row.staff.email,
            role=Role(row.role).label,
            leads=row.is_lead,
            last_sign_in=row.staff.last_login,
            has_second_factor=row.staff_id in factors,
            must_have_second_factor=second_factor.needed_in(roles[row.staff_id].values()),
            has_password=row.staff.has_usable_password(),
            is_active=row.staff.is_active,
            sessions=open_sessions[row.staff_id],
            tokens=open_tokens[row.staff_id],
            account_is_ours=all(may(by, clinic_id, Permission.MANAGE_STAFF) for clinic_id in roles[row.staff_id]),
            is_me=row.staff_id == by.pk,
        )
        for row in rows
    ]
