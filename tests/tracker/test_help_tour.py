"""The tour: the steps of the person's roles, each leading to a page that opens, and offered only once."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from patients.actions.tour import end_tour
from patients.models import Membership
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import TODAY, text_of
from tracker.presenters.tour import tour_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "there", "not_there"),
    [
        (Role.NURSE, "The worklist", "Staff and accounts"),
        (Role.DOCTOR, "Doses and changes", "The worklist"),
        (Role.ADMIN, "Staff and accounts", "Doses and changes"),
        (Role.AUDITOR, "Reports and audits", "Alerts"),
    ],
)
def test_each_role_has_its_steps(role: Role, there: str, not_there: str) -> None:
    titles = {step.title for step in tour_of(rows.a_member(role))}
    assert there in titles
    assert not_there not in titles
    assert {"Home", "Find a patient"} <= titles


def test_two_roles_have_each_step_once() -> None:
    staff = rows.a_member(Role.NURSE)
    Membership.objects.create(staff=staff, clinic=rows.a_clinic(), role=Role.DOCTOR.value)
    titles = [step.title for step in tour_of(staff)]
    assert len(titles) == len(set(titles))
    assert {"The worklist", "Doses and changes"} <= set(titles)


@pytest.mark.parametrize("role", list(Role))
def test_every_step_leads_to_a_page_that_opens(client: Client, role: Role) -> None:
    client.force_login(rows.a_member(role))
    page = client.get(reverse("help_tour")).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    for address in set(re.findall(r'href="(/[^"]*)"', main)):
        assert client.get(address).status_code == 200, address


def test_somebody_in_no_clinic_can_take_it(client: Client) -> None:
    client.force_login(rows.a_stranger())
    assert "What the words mean" in text_of(client.get(reverse("help_tour")))


def test_finishing_it_is_noted_once(client: Client) -> None:
    staff = rows.a_member()
    client.force_login(staff)
    assert "Finish the tour" in text_of(client.get(reverse("help_tour")))
    with time_machine.travel(TODAY, tick=False):
        end_tour(by=staff)
        first = timezone.now()
    end_tour(by=staff)
    assert staff.toured_at == first
    client.force_login(staff)
    assert "Finish the tour" not in text_of(client.get(reverse("help_tour")))


def test_ending_it_is_posted(client: Client) -> None:
    client.force_login(rows.a_member())
    assert client.get(reverse("end_tour")).status_code == 405
