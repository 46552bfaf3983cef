"""What I began: a person's own drafts, with the way back to each form."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from patients.models import Draft, Membership, Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories.rows import a_member, a_patient, clinic_of
from tests.tracker.pages import query_budget, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


@pytest.fixture
def nurse(client: Client) -> Staff:
    member = a_member(Role.NURSE, password=None)
    client.force_login(member)
    return member


def a_draft(staff: Staff, patient: Patient | None = None, page: str = "add_weight") -> Draft:
    address = reverse(page, args=[patient.pk] if patient else [])
    typed = {"kilograms": ["71.25"]}
    return Draft.objects.create(staff=staff, patient=patient, address=address, typed=typed, saved_at=timezone.now())


def test_each_is_named_with_its_patient_and_the_way_on(client: Client, nurse: Staff) -> None:
    patient = a_patient(nurse, family_name="Example", given_names="Pat")
    a_draft(nurse, patient)
    a_draft(nurse, page="register_patient")
    response = client.get(reverse("my_drafts"))
    text = text_of(response)
    assert "Add weight or height: EXAMPLE, Pat" in text
    assert "Register a patient" in text
    assert "kept on 01-Jun-2026 at 10:00, goes on 15-Jun-2026" in text
    assert f'href="/patients/{patient.pk}/weights/new/?draft=go-on"' in response.content.decode()
    assert "71.25" not in response.content.decode()


def test_with_none_it_says_what_was_looked_at(client: Client, nurse: Staff) -> None:
    text = text_of(client.get(reverse("my_drafts")))
    assert "You have no form that you began and did not save." in text
    assert "were looked at" in text


def test_the_settings_lead_to_it(client: Client, nurse: Staff) -> None:
    assert reverse("my_drafts") in client.get(reverse("my_settings")).content.decode()


def test_nobody_elses_is_listed_or_thrown_away(client: Client, nurse: Staff) -> None:
    colleague = a_member(Role.NURSE, clinic_of(nurse), password=None)
    theirs = a_draft(colleague, a_patient(nurse, family_name="Example"))
    assert "EXAMPLE" not in text_of(client.get(reverse("my_drafts")))
    assert client.post(reverse("throw_draft_away", args=[theirs.pk])).status_code == 404
    assert Draft.objects.filter(pk=theirs.pk).exists()


def test_one_is_thrown_away(client: Client, nurse: Staff) -> None:
    row = a_draft(nurse, a_patient(nurse))
    response = client.post(reverse("throw_draft_away", args=[row.pk]), follow=True)
    assert "What you had typed is thrown away." in text_of(response)
    assert not Draft.objects.exists()
    assert client.get(reverse("throw_draft_away", args=[row.pk])).status_code == 405


def test_what_the_role_no_longer_saves_is_said_and_not_led_to(client: Client, nurse: Staff) -> None:
    a_draft(nurse, a_patient(nurse))
    Membership.objects.filter(staff=nurse).update(role=Role.ADMIN)
    response = client.get(reverse("my_drafts"))
    assert "Your role does not save this any more." in text_of(response)
    assert "?draft=go-on" not in response.content.decode()


def test_a_form_of_another_version_of_the_software(client: Client, nurse: Staff) -> None:
    row = a_draft(nurse, a_patient(nurse))
    for gone in ("/patients/1/of-yesterday/", "/patients/"):
        Draft.objects.filter(pk=row.pk).update(address=gone)
        assert "A form that there is no more" in text_of(client.get(reverse("my_drafts")))


@pytest.mark.parametrize("count", [1, 50])
def test_queries_do_not_grow(
    client: Client, nurse: Staff, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        a_draft(nurse, a_patient(nurse))
    client.get(reverse("my_drafts"))
    with django_assert_max_num_queries(query_budget("my_drafts")):
        assert client.get(reverse("my_drafts")).status_code == 200
