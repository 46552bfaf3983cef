"""Accounts closed, opened and signed out by those who manage the staff; and what the trail keeps of it."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from patients.errors import Refused
from patients.models import Staff
from tests.factories import rows
from tests.factories.sign_in import an_app, type_password
from tests.tracker.reports.asking import report_rows
from tests.tracker.staffing.conftest import Ward, acting
from tracker import second_factor, staffing
from tracker.models import Event
from tracker.sign_in import sessions, start

pytestmark = pytest.mark.django_db


def in_report(ward: Ward, kind: str) -> list[tuple[str, str, str]]:
    found = report_rows(ward.admin, "permission-changes", ward.clinic, person=str(ward.nurse.pk))
    return [(row["done"], row["after"], row["reason"]) for row in found if row["kind"] == kind]  # type: ignore[misc]  # text


def test_closed_and_opened_again(ward: Ward) -> None:
    browser = Client()
    type_password(browser, ward.nurse)
    AuthToken.objects.create(user=ward.nurse)
    with acting(ward.admin):
        staffing.close_account(**ward.about(ward.nurse, reason="left the hospital"))
    assert browser.get("/").status_code == 302
    assert not AuthToken.objects.exists()
    assert not Client().login(username=ward.nurse.username, password=rows.PASSWORD)
    with pytest.raises(Refused, match="closed"):
        staffing.close_account(**ward.about(ward.nurse))
    with acting(ward.second):
        staffing.open_account(**ward.about(ward.nurse, by=ward.second, reason="came back"))
    assert Client().login(username=ward.nurse.username, password=rows.PASSWORD)
    with pytest.raises(Refused, match="is open"):
        staffing.open_account(**ward.about(ward.nurse))
    assert in_report(ward, "account")[1:] == [
        ("changed", "account closed", "left the hospital"),
        ("changed", "account open", "came back"),
    ]
    assert in_report(ward, "API token")[-1] == ("deleted", "", "left the hospital")


def test_a_lost_second_factor_is_taken_away(ward: Ward) -> None:
    an_app(ward.nurse)
    browser = Client()
    browser.force_login(ward.nurse)
    with acting(ward.admin):
        staffing.reset_second_factor(**ward.about(ward.nurse, reason="telephone lost, pass seen"))
    assert not second_factor.has_one(ward.nurse)
    assert not Authenticator.objects.filter(user=ward.nurse).exists()
    assert ("deleted", "", "telephone lost, pass seen") in {
        (done, "", reason) for done, _, reason in in_report(ward, "second factor")
    }


def test_everything_that_is_open_ends(ward: Ward) -> None:
    browser = Client()
    type_password(browser, ward.nurse)
    other = Client()
    type_password(other, ward.second)
    _, token = AuthToken.objects.create(user=ward.nurse)
    assert sessions.how_many_open([ward.nurse.pk, ward.second.pk]) == {ward.nurse.pk: 1, ward.second.pk: 1}
    ward.also_elsewhere(ward.nurse)  # a lost laptop does not wait for another clinic's administrator
    with acting(ward.admin):
        assert staffing.end_sessions(**ward.about(ward.nurse, reason="laptop stolen")) == 1
    assert browser.get("/").status_code == 302
    assert other.get("/").status_code == 200
    assert Client().get("/api/v1/patients/", headers={"Authorization": f"Token {token}"}).status_code == 401
    assert sessions.how_many_open([ward.nurse.pk, ward.second.pk]) == {ward.second.pk: 1}
    ended = Event.objects.get(kind="security", subject="session_ended")
    assert (ended.reason, ended.actor_id) == ("laptop stolen", ward.admin.pk)


class TestStartLinks:
    def test_a_later_one_ends_the_earlier(self, ward: Ward) -> None:
        Staff.objects.filter(pk=ward.nurse.pk).update(password="!nothing yet")
        _, first = staffing.new_start_link(**ward.about(ward.nurse))
        with acting(ward.admin):
            _, second = staffing.new_start_link(**ward.about(ward.nurse, reason="lost the first"))
        assert start.account_with(first) is None
        assert start.account_with(second) == ward.nurse
        assert in_report(ward, "account")[-1] == ("changed", "account open", "lost the first")

    def test_whoever_has_a_password_gets_none(self, ward: Ward) -> None:
        """Else an administrator could take an account over."""
        with pytest.raises(Refused, match="has a password"):
            staffing.new_start_link(**ward.about(ward.nurse))

    def test_nor_does_whoever_signs_in_through_the_provider_alone(self, ward: Ward) -> None:
        """They have no password: whoever opened the link would set one and be them."""
        Staff.objects.filter(pk=ward.nurse.pk).update(password="!nothing yet", last_login=timezone.now())
        with pytest.raises(Refused, match="signed in with this account already"):
            staffing.new_start_link(**ward.about(ward.nurse))

    def test_nor_does_a_closed_account(self, ward: Ward) -> None:
        Staff.objects.filter(pk=ward.nurse.pk).update(password="!nothing yet", is_active=False)
        with pytest.raises(Refused, match="closed"):
            staffing.new_start_link(**ward.about(ward.nurse))
