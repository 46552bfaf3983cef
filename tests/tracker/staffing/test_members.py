"""Members come, change their role and leave; what that ends, and what the trail keeps of it."""

from typing import Any

import pytest
from django.test import Client

from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Membership, Staff
from patients.rules.vocabulary import Role
from patients.selectors import roles_by_clinic
from tests.factories import rows
from tests.factories.sign_in import security_events, type_password
from tests.tracker.reports.asking import report_rows
from tests.tracker.staffing.conftest import Ward, acting
from tracker import staffing
from tracker.audit.history import clinic_history, told
from tracker.sign_in import start

pytestmark = pytest.mark.django_db

NEW: dict[str, Any] = {
    "username": "new.person",
    "given_name": "New",
    "family_name": "Person",
    "email": "new@example.org",
    "role": Role.NURSE,
    "by_provider": False,
    "reason": "begins on Monday",
}


def add(ward: Ward, username: str, by: Staff | None = None, **more: Any) -> Membership:
    given = {"role": Role.DOCTOR, "reason": "works here too", **more}
    return staffing.add_member(by=by or ward.admin, clinic_id=ward.clinic.pk, username=username, **given)


def in_report(ward: Ward, whose: Staff) -> list[tuple[str, str, str, str, str]]:
    """Of the report of permission changes: what was done about the person's role, by whom and why."""
    found = report_rows(ward.admin, "permission-changes", ward.clinic, person=str(whose.pk))
    return [
        (row["done"], row["before"], row["after"], row["person"], row["reason"])  # type: ignore[misc]  # all are text
        for row in found
        if row["kind"] == "role in the clinic"
    ]


def in_history(ward: Ward) -> str:
    events = clinic_history(ward.admin, ward.clinic.pk)
    return repr([line for line in told(events, ward.clinic) if line])


def test_somebody_with_an_account_is_added_by_the_exact_name(ward: Ward) -> None:
    other = rows.a_member(Role.NURSE, username="Ann.Other")
    browser = Client()
    type_password(browser, other)
    for wrong in ("ann.other", "Ann", ""):
        with pytest.raises(Refused) as refused:
            add(ward, wrong)
        assert refused.value.field == "username"
    with acting(ward.admin):
        row = add(ward, "Ann.Other")
    assert (row.role, row.is_lead) == (Role.DOCTOR, False)
    assert Membership.objects.filter(staff=other).count() == 2
    assert browser.get("/").status_code == 302, "their session ended"
    assert in_report(ward, other) == [("entered", "", "doctor", "Ada Admin", "works here too")]
    assert "works here too" in in_history(ward)


@pytest.mark.parametrize("name", ["nora", "NORA", "Nora"])
def test_a_user_name_that_differs_by_capital_letters_only_is_taken(ward: Ward, name: str) -> None:
    rows.a_member(Role.NURSE, username="nora")
    words = "Another account has this user name, perhaps in other capital letters"
    with pytest.raises(Refused, match=words) as refused:
        staffing.add_new_member(by=ward.admin, clinic_id=ward.clinic.pk, **NEW | {"username": name})
    assert refused.value.field == "username"
    with pytest.raises(Refused, match=words):
        staffing.add_account(username=name, password="a long enough password 7")


def test_who_belongs_to_the_clinic_or_is_closed_is_not_added(ward: Ward) -> None:
    with pytest.raises(Refused, match="already"):
        add(ward, ward.nurse.username)
    with pytest.raises(Refused, match="already"):  # nor oneself, in another role
        add(ward, ward.admin.username)
    closed = rows.a_stranger(is_active=False)
    with pytest.raises(Refused, match="deactivated"):
        add(ward, closed.username)


def test_nobody_gives_access_to_a_clinic_that_they_do_not_manage(ward: Ward) -> None:
    other = rows.clinic_of(rows.a_member(Role.ADMIN))
    friend = rows.a_stranger()
    with pytest.raises(NotFound):
        staffing.add_member(by=ward.admin, clinic_id=other.pk, username=friend.username, role=Role.NURSE, reason="me")
    with pytest.raises(NotFound):
        staffing.add_new_member(by=ward.admin, clinic_id=other.pk, **NEW)
    Membership.objects.create(staff=ward.admin, clinic=other, role=Role.DOCTOR.value)
    admin = Staff.objects.get(pk=ward.admin.pk)
    with pytest.raises(NotAllowed):
        staffing.add_member(by=admin, clinic_id=other.pk, username=friend.username, role=Role.NURSE, reason="me")
    assert not Membership.objects.filter(staff=friend).exists()


def test_a_new_account_opens_nothing_until_its_owner_sets_a_password(ward: Ward) -> None:
    with acting(ward.admin):
        row, token = staffing.add_new_member(by=ward.admin, clinic_id=ward.clinic.pk, **NEW)
    made = row.staff
    assert (made.get_full_name(), made.email, made.is_staff, made.is_superuser) == (
        "New Person", "new@example.org", False, False,
    )  # fmt: skip
    assert not made.has_usable_password()
    assert start.account_with(token) == made
    assert in_report(ward, made) == [("entered", "", "nurse", "Ada Admin", "begins on Monday")]
    assert token not in repr(report_rows(ward.admin, "permission-changes", ward.clinic))


def test_who_signs_in_with_the_provider_gets_no_link(ward: Ward) -> None:
    row, token = staffing.add_new_member(by=ward.admin, clinic_id=ward.clinic.pk, **{**NEW, "by_provider": True})
    assert token == ""
    assert not row.staff.has_usable_password()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"username": "no spaces please"}, "username"),
        ({"email": "Taken@Example.org"}, "email"),
        ({"email": "no address"}, "email"),
        ({"given_name": "<b>Bo</b>"}, "first_name"),
        ({"reason": " "}, "reason"),
    ],
)
def test_what_is_refused_makes_no_account(ward: Ward, given: dict[str, str], field: str) -> None:
    rows.a_stranger(email="taken@example.org")
    before = Staff.objects.count()
    with pytest.raises(Refused) as refused:
        staffing.add_new_member(by=ward.admin, clinic_id=ward.clinic.pk, **{**NEW, **given})
    assert refused.value.field == field
    assert Staff.objects.count() == before


def test_a_name_that_is_taken(ward: Ward) -> None:
    rows.a_stranger(username="new.person")
    with pytest.raises(Refused, match="has this user name"):
        staffing.add_new_member(by=ward.admin, clinic_id=ward.clinic.pk, **NEW)


def test_another_role_holds_at_once(ward: Ward) -> None:
    browser = Client()
    type_password(browser, ward.nurse)
    with acting(ward.admin):
        staffing.change_role(**ward.about(ward.nurse), role=Role.DOCTOR)
    assert roles_by_clinic(Staff.objects.get(pk=ward.nurse.pk)) == {ward.clinic.pk: {Role.DOCTOR}}
    assert browser.get("/").status_code == 302
    assert in_report(ward, ward.nurse)[-1] == ("changed", "nurse", "doctor", "Ada Admin", "asked by the matron")
    assert "asked by the matron" in in_history(ward)
    with pytest.raises(Refused, match="already"):
        staffing.change_role(**ward.about(ward.nurse), role=Role.DOCTOR)


def test_leading_begins_and_ends(ward: Ward) -> None:
    with acting(ward.admin):
        staffing.set_lead(**ward.about(ward.nurse), leads=True)
    assert ward.membership(ward.nurse).is_lead
    with pytest.raises(Refused, match="lead the clinic already"):
        staffing.set_lead(**ward.about(ward.nurse), leads=True)
    with acting(ward.second):
        staffing.set_lead(**ward.about(ward.nurse, by=ward.second, reason="goes on leave"), leads=False)
    assert not ward.membership(ward.nurse).is_lead
    with pytest.raises(Refused, match="do not lead"):
        staffing.set_lead(**ward.about(ward.nurse), leads=False)
    assert in_report(ward, ward.nurse)[1:] == [
        ("changed", "nurse", "nurse, leads the clinic", "Ada Admin", "asked by the matron"),
        ("changed", "nurse, leads the clinic", "nurse", "Bea Admin", "goes on leave"),
    ]


def test_a_closed_account_is_not_made_to_lead(ward: Ward) -> None:
    Staff.objects.filter(pk=ward.nurse.pk).update(is_active=False)
    with pytest.raises(Refused, match="closed"):
        staffing.set_lead(**ward.about(ward.nurse), leads=True)


def test_who_leaves_is_out_at_once(ward: Ward) -> None:
    patient = rows.a_patient(ward.nurse)
    browser = Client()
    type_password(browser, ward.nurse)
    with acting(ward.admin):
        staffing.end_membership(**ward.about(ward.nurse))
    assert browser.get("/").status_code == 302
    assert [row["why"] for row in security_events("session_ended")] == ["membership ended"]
    again = Client()
    type_password(again, ward.nurse)
    assert again.get(f"/patients/{patient.pk}/").status_code == 404
    assert in_report(ward, ward.nurse)[-1] == ("deleted", "nurse", "", "Ada Admin", "asked by the matron")
    assert "asked by the matron" in in_history(ward)
    with pytest.raises(NotFound):
        staffing.end_membership(
            by=ward.admin, clinic_id=ward.clinic.pk, membership_id=ward.membership(ward.admin).pk + 1000, reason="x"
        )
