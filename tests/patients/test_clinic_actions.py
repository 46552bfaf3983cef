"""How a clinic works: who may change it, what is refused, and that nobody overwrites what they have not seen."""

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from patients.actions import ClinicSettings, MailWanted, change_clinic_settings, change_my_mail, settings_of
from patients.errors import NotAllowed, NotFound, Refused, Stale
from patients.models import Clinic, Membership, Staff
from patients.rules.permissions import Permission
from patients.rules.vocabulary import Role
from patients.selectors import clinics_led, members_of, memberships_of, permissions_in
from tests.factories.rows import a_clinic, a_member, a_stranger

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


@pytest.fixture
def admin(clinic: Clinic) -> Staff:
    return a_member(Role.ADMIN, clinic, password=None)


def membership(staff: Staff) -> Membership:
    return Membership.objects.get(staff=staff)


def change(by: Staff, clinic: Clinic, seen: str = "", **changed: Any) -> ClinicSettings:
    wanted = replace(settings_of(clinic), **changed)
    return settings_of(change_clinic_settings(by=by, clinic_id=clinic.pk, settings=wanted, seen=seen))


def test_everything_is_kept(admin: Staff, clinic: Clinic) -> None:
    nurse = membership(a_member(Role.NURSE, clinic, password=None))
    wanted = {
        "telephone": "0131 496 0123 ext 45",
        "digest_at": time(8, 15),
        "quiet_from": time(21, 0),
        "quiet_until": time(6, 30),
        "leads": frozenset({nurse.pk}),
    }
    change(admin, clinic, **wanted)
    found = settings_of(Clinic.objects.get(pk=clinic.pk))
    assert {name: getattr(found, name) for name in wanted} == wanted


def test_whoever_leads_may_change_it_whatever_their_role(admin: Staff, clinic: Clinic) -> None:
    nurse, doctor = (a_member(role, clinic, password=None) for role in (Role.NURSE, Role.DOCTOR))
    for who in (nurse, doctor):
        with pytest.raises(NotAllowed, match="does not change how the clinic works"):
            change(Staff.objects.get(pk=who.pk), clinic)
        assert Permission.MANAGE_CLINIC not in permissions_in(Staff.objects.get(pk=who.pk), clinic.pk)
        change(admin, clinic, leads=frozenset({membership(who).pk}))
        change(Staff.objects.get(pk=who.pk), clinic, telephone="0131 496 0123")
        assert Permission.MANAGE_CLINIC in permissions_in(Staff.objects.get(pk=who.pk), clinic.pk)
    assert clinics_led(Staff.objects.get(pk=nurse.pk)) == frozenset()


def test_nobody_makes_themselves_lead_but_may_hand_over(admin: Staff, clinic: Clinic) -> None:
    second = a_member(Role.ADMIN, clinic, password=None)
    with pytest.raises(Refused, match="Somebody else decides") as refused:
        change(admin, clinic, leads=frozenset({membership(admin).pk}))
    assert refused.value.field == "leads"
    change(second, clinic, leads=frozenset({membership(admin).pk}))
    change(admin, clinic, leads=frozenset({membership(admin).pk}), telephone="0131 496 0123")  # leads as before
    change(admin, clinic, leads=frozenset({membership(second).pk}))
    assert settings_of(clinic).leads == {membership(second).pk}


def test_leading_one_clinic_counts_in_no_other(admin: Staff, clinic: Clinic) -> None:
    other = a_clinic()
    lead = a_member(Role.NURSE, clinic, password=None)
    Membership.objects.create(staff=lead, clinic=other, role=Role.NURSE)
    change(admin, clinic, leads=frozenset({Membership.objects.get(staff=lead, clinic=clinic).pk}))
    with pytest.raises(NotAllowed):
        change(lead, other)


def test_a_closed_account_leads_nothing(admin: Staff, clinic: Clinic) -> None:
    lead = a_member(Role.DOCTOR, clinic, password=None)
    Membership.objects.filter(staff=lead).update(is_lead=True)
    lead.is_active = False
    lead.save()
    assert clinics_led(lead) == frozenset()
    assert [row.staff for row in members_of(admin, clinic.pk)] == [admin]
    # Somebody has to be able to take them out.
    assert change(admin, clinic).leads == {membership(lead).pk}
    assert change(admin, clinic, leads=frozenset()).leads == frozenset()


def test_another_clinics_staff_find_nothing(clinic: Clinic) -> None:
    stranger = a_member(Role.ADMIN, password=None)
    with pytest.raises(NotFound):
        change(stranger, clinic)
    assert list(members_of(stranger, clinic.pk)) == []


@pytest.mark.parametrize("telephone", ["", "123", "+44 (0)131 496 0123", "0131-496.0123 bleep 7", " 01314960123 "])
def test_a_telephone_number_that_can_be_rung(admin: Staff, clinic: Clinic, telephone: str) -> None:
    assert change(admin, clinic, telephone=telephone).telephone == telephone.strip()


@pytest.mark.parametrize("telephone", ["12", "call us", "0131 496 0123 or 4", "www.example.org", "---"])
def test_what_is_no_telephone_number_is_refused(admin: Staff, clinic: Clinic, telephone: str) -> None:
    with pytest.raises(Refused, match="telephone number that patients can ring") as refused:
        change(admin, clinic, telephone=telephone)
    assert refused.value.field == "telephone"


@pytest.mark.parametrize(
    ("digest", "begin", "end", "quiet"),
    [
        ((20, 0), (20, 0), (7, 0), True),
        ((19, 59), (20, 0), (7, 0), False),
        ((6, 59), (20, 0), (7, 0), True),
        ((7, 0), (20, 0), (7, 0), False),
        ((0, 0), (20, 0), (7, 0), True),
        ((12, 0), (12, 0), (13, 0), True),
        ((13, 0), (12, 0), (13, 0), False),
        ((11, 59), (12, 0), (13, 0), False),
    ],
)
def test_the_digest_goes_out_outside_the_quiet_hours(
    admin: Staff,
    clinic: Clinic,
    digest: tuple[int, int],
    begin: tuple[int, int],
    end: tuple[int, int],
    quiet: bool,
) -> None:
    times = {"digest_at": time(*digest), "quiet_from": time(*begin), "quiet_until": time(*end)}
    if quiet:
        with pytest.raises(Refused, match="fall into the quiet hours") as refused:
            change(admin, clinic, **times)
        assert refused.value.field == "digest_at"
    else:
        assert change(admin, clinic, **times).digest_at == time(*digest)


def test_the_quiet_hours_end(admin: Staff, clinic: Clinic) -> None:
    with pytest.raises(Refused, match="end at another time") as refused:
        change(admin, clinic, quiet_from=time(7, 0), quiet_until=time(7, 0))
    assert refused.value.field == "quiet_until"


def test_a_member_of_another_clinic_does_not_lead_this_one(admin: Staff, clinic: Clinic) -> None:
    other = membership(a_member(Role.DOCTOR, password=None))
    with pytest.raises(Refused, match="members of this clinic") as refused:
        change(admin, clinic, leads=frozenset({other.pk}))
    assert refused.value.field == "leads"


def test_nobody_overwrites_what_they_have_not_seen(admin: Staff, clinic: Clinic) -> None:
    seen = settings_of(clinic).fingerprint
    after = change(admin, clinic, seen, telephone="0131 496 0123")
    assert after.fingerprint != seen
    clinic.refresh_from_db()
    with pytest.raises(Stale, match="while you were working"):
        change(admin, clinic, seen, telephone="0131 496 0199")
    assert Clinic.objects.get(pk=clinic.pk).telephone == "0131 496 0123"
    change(admin, clinic, after.fingerprint, telephone="0131 496 0199")


def test_who_leads_is_part_of_what_was_seen(admin: Staff, clinic: Clinic) -> None:
    before = settings_of(clinic).fingerprint
    Membership.objects.filter(staff=admin).update(is_lead=True)
    assert settings_of(clinic).fingerprint != before


class TestMyMail:
    def test_is_set_for_each_clinic(self, admin: Staff, clinic: Clinic) -> None:
        other = a_clinic()
        Membership.objects.create(staff=admin, clinic=other, role=Role.NURSE)
        colleague = a_member(Role.NURSE, clinic, password=None)
        wanted = {clinic.pk: MailWanted(digest=False, alerts=True), other.pk: MailWanted(digest=True, alerts=False)}
        change_my_mail(by=Staff.objects.get(pk=admin.pk), wanted=wanted)
        found = {row.clinic_id: (row.wants_digest, row.wants_alerts) for row in memberships_of(admin)}
        assert found == {clinic.pk: (False, True), other.pk: (True, False)}
        row = membership(colleague)
        assert (row.wants_digest, row.wants_alerts) == (True, True)

    def test_is_not_for_another_clinic(self, admin: Staff) -> None:
        with pytest.raises(NotFound):
            change_my_mail(by=admin, wanted={a_clinic().pk: MailWanted(digest=True, alerts=True)})

    def test_of_nobody_is_nothing(self) -> None:
        assert list(memberships_of(a_stranger(password=None))) == []
