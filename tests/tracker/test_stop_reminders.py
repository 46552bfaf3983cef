"""A patient ends reminders without signing in: seen first, ended by a click, calm when the link is wrong."""

import logging

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from patients.models import ContactDetails, Patient, ReminderOptOut
from patients.rules.vocabulary import Role
from patients.stop_links import stop_token
from tests.factories.rows import a_clinic, a_member, a_patient, some_contact_details
from tests.tracker.pages import text_of
from tracker.logs import RequestLogMiddleware

pytestmark = pytest.mark.django_db


@pytest.fixture
def details() -> ContactDetails:
    clinic = a_clinic(name="Myositis clinic", telephone="020 7946 0123")
    patient = a_patient(a_member(Role.NURSE, clinic, password=None), family_name="Okafor")
    return some_contact_details(patient)


def address(details: ContactDetails) -> str:
    return reverse("stop_reminders", args=[stop_token(details)])


def test_looking_ends_nothing(details: ContactDetails) -> None:
    response = Client().get(address(details))
    assert response.status_code == 200
    assert "Stop reminders by e-mail?" in text_of(response)
    assert not ReminderOptOut.objects.exists()


def test_the_button_ends_them(details: ContactDetails) -> None:
    response = Client(enforce_csrf_checks=True).post(address(details))
    assert "Reminders are stopped" in text_of(response)
    assert "020 7946 0123" in text_of(response)
    assert ReminderOptOut.objects.get().details == details
    assert "Reminders are stopped" in text_of(Client().get(address(details)))


def test_a_mail_programs_own_post_ends_them(details: ContactDetails) -> None:
    response = Client(enforce_csrf_checks=True).post(address(details), {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert ReminderOptOut.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("token", ["x", "MTI:1abc:forged", "9" * 300])
def test_a_wrong_link_is_told_calmly(details: ContactDetails, method: str, token: str) -> None:
    response = getattr(Client(), method)(reverse("stop_reminders", args=[token]))
    assert response.status_code == 404
    assert "This link does not work" in text_of(response)
    assert not ReminderOptOut.objects.exists()


def test_it_names_no_person_no_clinic_and_no_disease(details: ContactDetails) -> None:
    for response in (Client().get(address(details)), Client().post(address(details))):
        page = response.content.decode().lower()
        for word in ("okafor", "linden", "myositis", "methotrexate", "h0", details.email):
            assert word not in page


def test_the_token_is_not_logged(details: ContactDetails, caplog: pytest.LogCaptureFixture) -> None:
    token = stop_token(details)
    request = RequestFactory().post(address(details))
    assert RequestLogMiddleware.format_request(request) == "POST /reminders/stop/…/"
    with caplog.at_level(logging.DEBUG):
        Client().get(address(details))
        Client().post(address(details))
        Client().get(reverse("stop_reminders", args=[token + "x"]))
    assert token not in caplog.text


def test_other_methods_are_refused(details: ContactDetails) -> None:
    assert Client().delete(address(details)).status_code == 405
    assert Patient.objects.exists()
