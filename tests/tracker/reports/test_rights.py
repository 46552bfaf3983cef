"""Permission changes: roles in this clinic, accounts and tokens of its people; never a password, key or token."""

import pytest
from django.test import RequestFactory
from django.utils import timezone
from knox.models import AuthToken

from monitoring.actions.feeds import make_feed, revoke_feed
from monitoring.rules.vocabulary import FeedContent
from patients.acting import Acting, acting_as, because
from patients.models import Membership, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.factories.sign_in import an_app
from tests.tracker.reports.asking import report_rows
from tracker import second_factor
from tracker.sign_in import factors

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    return rows.a_member(Role.ADMIN, username="ada", first_name="Ada", last_name="Admin")


def test_a_role_given_changed_and_taken_away(admin: Staff) -> None:
    clinic = rows.clinic_of(admin)
    nell = rows.a_stranger(first_name="Nell", last_name="Nurse")
    with acting_as(Acting(admin.pk)), because("asked by the lead"):
        membership = Membership.objects.create(staff=nell, clinic=clinic, role=Role.NURSE.value)
        membership.role, membership.is_lead = Role.DOCTOR.value, True
        membership.save()
        membership.delete()
    found = [row for row in report_rows(admin, "permission-changes", person=str(nell.pk)) if row["kind"] != "account"]
    assert [(row["done"], row["before"], row["after"]) for row in found] == [
        ("entered", "", "nurse"),
        ("changed", "nurse", "doctor, leads the clinic"),
        ("deleted", "doctor, leads the clinic", ""),
    ]
    assert found[1]["fields"] == "leads the clinic, role"
    assert {(row["person"], row["role"], row["whose"], row["kind"], row["reason"]) for row in found} == {
        ("Ada Admin", "administrator", "Nell Nurse", "role in the clinic", "asked by the lead")
    }


def test_accounts_and_tokens_without_their_secrets(admin: Staff) -> None:
    nell = rows.a_member(Role.NURSE, rows.clinic_of(admin))
    nell.set_password("another-long-enough-password")
    nell.save()
    token, text = AuthToken.objects.create(user=nell)
    nell.is_active = False
    nell.save()
    found = report_rows(admin, "permission-changes", person=str(nell.pk))
    assert [(row["kind"], row["done"], row["fields"], row["after"]) for row in found] == [
        ("account", "entered", "", "account open"),
        ("role in the clinic", "entered", "", "nurse"),
        ("account", "changed", "password", "account open"),
        ("API token", "entered", "", ""),
        ("account", "changed", "is active", "account closed"),
    ]
    said = str(found)
    for secret in (nell.password, text, token.digest, token.token_key):
        assert secret not in said


def test_a_calendar_address_is_a_key_too(admin: Staff) -> None:
    nell = rows.a_member(Role.NURSE, rows.clinic_of(admin))
    feed, token = make_feed(by=nell, content=FeedContent.BOTH, label="ward")
    revoke_feed(by=nell, feed_id=feed.pk)
    found = report_rows(admin, "permission-changes", person=str(nell.pk))
    feeds = [(row["done"], row["fields"]) for row in found if row["kind"] == "calendar feed"]
    assert feeds == [("entered", ""), ("changed", "revoked at")]
    assert token not in str(found)
    assert "ward" not in str(found)


def test_signing_in_is_no_change_of_rights(admin: Staff) -> None:
    before = report_rows(admin, "permission-changes")
    Staff.objects.filter(pk=admin.pk).update(last_login=timezone.now())
    assert report_rows(admin, "permission-changes") == before


@pytest.mark.usefixtures("empty_cache")
def test_using_a_second_factor_is_no_change_of_rights_and_losing_it_is(admin: Staff) -> None:
    nell = rows.a_member(Role.NURSE, rows.clinic_of(admin))
    app = an_app(nell)
    before = report_rows(admin, "permission-changes", person=str(nell.pk))
    assert [row["after"] for row in before if row["kind"] == "second factor"] == ["totp", "recovery_codes"]
    for code in (app.now(), factors.recovery_codes(nell)[0]):
        second_factor.confirm(RequestFactory().post("/"), nell, code)
    assert report_rows(admin, "permission-changes", person=str(nell.pk)) == before
    factors.reset(staff=nell, reason="lost the telephone")
    since = report_rows(admin, "permission-changes", person=str(nell.pk))[len(before) :]
    assert {(row["done"], row["before"], row["after"], row["reason"]) for row in since} == {
        ("deleted", "totp", "", "lost the telephone"),
        ("deleted", "recovery_codes", "", "lost the telephone"),
    }


def test_other_clinics_roles_are_not_in_it(admin: Staff) -> None:
    stranger = rows.a_member(Role.NURSE)
    both = rows.a_member(Role.NURSE, rows.clinic_of(admin))
    Membership.objects.create(staff=both, clinic=rows.clinic_of(stranger), role=Role.DOCTOR.value)
    found = report_rows(admin, "permission-changes")
    assert stranger.username not in {row["whose"] for row in found}
    assert [row["after"] for row in found if row["whose"] == both.username and row["kind"] != "account"] == ["nurse"]
