"""The list of e-mails: whose, how they stand, and sending one again."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from monitoring.models import Mail
from monitoring.rules.vocabulary import MailKind, MailStatus
from patients.models import Clinic, Staff
from patients.rules.vocabulary import Role
from tests.factories.rows import a_clinic, a_member, a_patient, some_contact_details
from tests.tracker.pages import query_budget, text_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _frozen() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def a_mail(clinic: Clinic, status: MailStatus = MailStatus.SENT, **fields: Any) -> Mail:
    number = Mail.objects.count()
    moments = {"sent_at": NOW} if status is MailStatus.SENT else {}
    usual = {"kind": MailKind.STAFF_DIGEST, "for_day": NOW.date(), "not_before": NOW, "created_at": NOW}
    return Mail.objects.create(
        clinic=clinic, key=f"k{number}", message_id=f"m{number}", status=status, **{**usual, **moments, **fields}
    )


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


@pytest.fixture
def admin(client: Client, clinic: Clinic) -> Staff:
    admin = a_member(Role.ADMIN, clinic, password=None)
    client.force_login(admin)
    return admin


def shown(client: Client, **query: str) -> str:
    response = client.get(reverse("mail"), query)
    assert response.status_code == 200
    return text_of(response)


def test_how_each_stands_is_said(client: Client, admin: Staff, clinic: Clinic) -> None:
    nurse = a_member(Role.NURSE, clinic, password=None, first_name="Nell", last_name="Nurse", email="n@example.org")
    a_mail(clinic, staff=nurse, attempts=1)
    a_mail(clinic, MailStatus.GIVEN_UP, staff=nurse, attempts=5, last_error="SMTPRecipientsRefused 550")
    page = shown(client)
    for words in ("Nell Nurse", "daily digest", "01-Jun-2026 at 10:00", "SMTPRecipientsRefused 550", "not sent, given"):
        assert words in page
    assert "n@example.org" not in page


def test_a_patient_is_named_by_number_alone(client: Client, admin: Staff, clinic: Clinic) -> None:
    patient = a_patient(admin, clinic=clinic, family_name="Okafor", hospital_number="H42")
    a_mail(clinic, kind=MailKind.PATIENT_OVERDUE, contact_details=some_contact_details(patient))
    page = shown(client)
    assert "Patient H42" in page
    assert "OKAFOR" not in page.upper()
    assert "reader@example.org" not in page


def test_lists_by_status_and_an_odd_address(client: Client, admin: Staff, clinic: Clinic) -> None:
    a_mail(clinic, staff=admin)
    assert "1 in this list" in shown(client, status="sent")
    assert "0 in this list" in shown(client, status="given_up")
    assert "1 in this list" in shown(client, status="nonsense", page="9999")


def test_one_that_was_given_up_is_sent_again(client: Client, admin: Staff, clinic: Clinic) -> None:
    mail = a_mail(clinic, MailStatus.GIVEN_UP, staff=admin, attempts=5)
    assert "Send it again" in shown(client)
    response = client.post(reverse("retry_mail", args=[mail.pk]), follow=True)
    assert "planned again" in text_of(response)
    mail.refresh_from_db()
    assert mail.status == MailStatus.PLANNED
    again = client.post(reverse("retry_mail", args=[mail.pk]), follow=True)
    assert "not given up any more" in text_of(again)


def test_a_nurse_sees_her_own_and_sends_none_again(client: Client, clinic: Clinic) -> None:
    nurse = a_member(Role.NURSE, clinic, password=None)
    other = a_member(Role.NURSE, clinic, password=None, first_name="Otto", last_name="Other")
    mine = a_mail(clinic, MailStatus.GIVEN_UP, staff=nurse)
    theirs = a_mail(clinic, MailStatus.GIVEN_UP, staff=other)
    client.force_login(nurse)
    page = shown(client)
    assert "1 in this list" in page
    assert "Send it again" not in page
    assert client.post(reverse("retry_mail", args=[mine.pk])).status_code == 403
    assert client.post(reverse("retry_mail", args=[theirs.pk])).status_code == 404


def test_another_clinics_e_mails_are_not_there(client: Client, admin: Staff) -> None:
    elsewhere = a_clinic()
    mail = a_mail(elsewhere, MailStatus.GIVEN_UP, staff=a_member(Role.NURSE, elsewhere, password=None))
    assert "0 in this list" in shown(client)
    assert client.post(reverse("retry_mail", args=[mail.pk])).status_code == 404


def test_an_installation_without_a_mail_server_says_so(client: Client, admin: Staff, settings: Any) -> None:
    assert "No e-mail is sent" not in shown(client)
    settings.MAIL_IS_SENT = False
    assert "No e-mail is sent" in shown(client)


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_keeps_its_budget(
    client: Client, admin: Staff, clinic: Clinic, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        patient = a_patient(admin, clinic=clinic)
        a_mail(clinic, kind=MailKind.PATIENT_OVERDUE, contact_details=some_contact_details(patient))
    with django_assert_num_queries(query_budget("mail")):
        client.get(reverse("mail"))


def test_every_page_leads_here(client: Client, admin: Staff) -> None:
    assert f'href="{reverse("mail")}"' in client.get(reverse("patient_list")).content.decode()
