"""Who may change whom: nobody themselves, nobody another clinic's, and somebody always stays who can."""

from collections.abc import Callable
from typing import Any

import pytest

from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Membership, Staff
from patients.rules import permissions
from patients.rules.permissions import LEAD_PERMISSIONS, Permission
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.staffing.conftest import Ward
from tracker import staffing

pytestmark = pytest.mark.django_db

Act = Callable[..., Any]

ABOUT_A_MEMBER: dict[str, Act] = {
    "role": lambda **about: staffing.change_role(**about, role=Role.DOCTOR),
    "lead": lambda **about: staffing.set_lead(**about, leads=True),
    "end": staffing.end_membership,
    "sessions": staffing.end_sessions,
}
ABOUT_AN_ACCOUNT: dict[str, Act] = {
    "close": staffing.close_account,
    "open": staffing.open_account,
    "second factor": staffing.reset_second_factor,
    "start link": staffing.new_start_link,
}
every_act = pytest.mark.parametrize("name", ABOUT_A_MEMBER | ABOUT_AN_ACCOUNT)


def prepared(ward: Ward, name: str, staff: Staff) -> Act:
    """The act, with the account such that it can be done."""
    Staff.objects.filter(pk=staff.pk).update(
        is_active=name != "open", **({"password": "!none"} if name == "start link" else {})
    )
    return (ABOUT_A_MEMBER | ABOUT_AN_ACCOUNT)[name]


@every_act
def test_an_administrator_changes_somebody_else(ward: Ward, name: str) -> None:
    prepared(ward, name, ward.nurse)(**ward.about(ward.nurse))


@every_act
def test_nobody_changes_what_is_their_own(ward: Ward, name: str) -> None:
    with pytest.raises(NotAllowed, match="your own account"):
        (ABOUT_A_MEMBER | ABOUT_AN_ACCOUNT)[name](**ward.about(ward.admin))
    assert ward.membership(ward.admin).role == Role.ADMIN


@every_act
@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_without_a_reason_nothing_is_done(ward: Ward, name: str, reason: str) -> None:
    act = prepared(ward, name, ward.nurse)
    before = list(Staff.objects.values_list("pk", "is_active", "password", "memberships__role", "memberships__is_lead"))
    with pytest.raises(Refused) as refused:
        act(**ward.about(ward.nurse, reason=reason))
    assert refused.value.field == "reason"
    after = list(Staff.objects.values_list("pk", "is_active", "password", "memberships__role", "memberships__is_lead"))
    assert after == before


@every_act
@pytest.mark.parametrize("role", [Role.DOCTOR, Role.NURSE, Role.AUDITOR])
def test_other_roles_change_nobody_even_when_they_lead(ward: Ward, name: str, role: Role) -> None:
    other = rows.a_member(role, ward.clinic, password=None)
    Membership.objects.filter(staff=other).update(is_lead=True)
    with pytest.raises(NotAllowed, match="change who belongs"):
        prepared(ward, name, ward.nurse)(**ward.about(ward.nurse, by=other))


@every_act
def test_another_clinics_member_is_not_found(ward: Ward, name: str) -> None:
    stranger = rows.a_member(Role.ADMIN, password=None)
    act = prepared(ward, name, ward.nurse)
    with pytest.raises(NotFound):
        act(**ward.about(ward.nurse, by=stranger))
    about = ward.about(ward.nurse, by=stranger) | {"clinic_id": rows.clinic_of(stranger).pk}
    with pytest.raises(NotFound):  # their own clinic, somebody else's membership
        act(**about)


@pytest.mark.parametrize("name", ABOUT_AN_ACCOUNT)
@pytest.mark.parametrize("admin_too", [True, False])
def test_an_account_is_changed_only_by_who_manages_all_its_clinics(ward: Ward, name: str, admin_too: bool) -> None:
    ward.also_elsewhere(ward.nurse, admin_too=admin_too)
    act, about = prepared(ward, name, ward.nurse), ward.about(ward.nurse)
    if admin_too:
        act(**about)
        return
    with pytest.raises(NotAllowed, match="a clinic whose staff you do not manage"):
        act(**about)


@pytest.mark.parametrize("name", ABOUT_A_MEMBER)
def test_a_membership_is_the_clinics_own(ward: Ward, name: str) -> None:
    elsewhere = ward.also_elsewhere(ward.nurse)
    ABOUT_A_MEMBER[name](**ward.about(ward.nurse))
    assert Membership.objects.get(staff=ward.nurse, clinic=elsewhere).role == Role.NURSE


@pytest.mark.parametrize("admins", [1, 2])
@pytest.mark.parametrize("name", ["role", "end", "close"])
def test_somebody_who_manages_the_staff_stays(
    ward: Ward, name: str, admins: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were those who lead ever to manage staff: today only an administrator does, and nobody changes themselves."""
    monkeypatch.setattr(permissions, "LEAD_PERMISSIONS", LEAD_PERMISSIONS | {Permission.MANAGE_STAFF})
    Membership.objects.filter(staff=ward.nurse).update(is_lead=True)
    if admins == 1:
        Staff.objects.filter(pk=ward.second.pk).update(is_active=False)  # a closed account manages nobody
    act, about = (ABOUT_A_MEMBER | ABOUT_AN_ACCOUNT)[name], ward.about(ward.admin, by=ward.nurse)
    if admins == 2:
        act(**about)
        return
    with pytest.raises(Refused, match="the last administrator"):
        act(**about)
    assert ward.membership(ward.admin).role == Role.ADMIN
    assert Staff.objects.get(pk=ward.admin.pk).is_active
