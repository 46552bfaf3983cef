"""The list of a clinic's staff: who is in it, what it tells, and who may see it."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from knox.models import AuthToken
from pytest_django import Settings

from patients.models import Clinic, Membership, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.factories.sign_in import an_app, type_password
from tests.tracker.pages import query_budget, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return rows.a_clinic(name="Northern Clinic", time_zone="America/New_York")


@pytest.fixture
def admin(clinic: Clinic) -> Staff:
    return rows.a_member(Role.ADMIN, clinic, first_name="Ada", last_name="Admin")


def lines(client: Client, admin: Staff, clinic: Clinic) -> dict[str, str]:
    """Each member's row in words, by user name."""
    client.force_login(admin)
    body = client.get(reverse("clinic_staff", args=[clinic.pk])).content.decode()
    body = body[body.index("<tbody>") : body.index("</tbody>")]
    found = {}
    for row in body.split("<tr>")[1:]:
        words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row))
        name = re.search(r'cell-note">([\w.-]+)', row)
        assert name is not None, row
        found[name[1]] = words
    return found


def test_everybody_is_in_it_with_how_they_get_in(
    client: Client, admin: Staff, clinic: Clinic, settings: Settings
) -> None:
    settings.SECOND_FACTOR = {"nurse"}
    nurse = rows.a_member(Role.NURSE, clinic, first_name="Nell", last_name="Nurse", username="nell")
    doctor = rows.a_member(Role.DOCTOR, clinic, username="dora")
    Membership.objects.filter(staff=doctor).update(is_lead=True)
    closed = rows.a_member(Role.AUDITOR, clinic, username="gone", is_active=False)
    new = rows.a_member(Role.NURSE, clinic, username="newcomer", password=None)
    rows.a_member(Role.NURSE, username="elsewhere")
    an_app(new)
    for _ in range(2):
        type_password(Client(), doctor)
    AuthToken.objects.create(user=doctor)
    Staff.objects.filter(pk=nurse.pk).update(last_login=datetime(2026, 1, 5, 2, 30, tzinfo=UTC))
    found = lines(client, admin, clinic)
    assert set(found) == {admin.username, "nell", "dora", "gone", "newcomer"}
    assert "Nell Nurse nell nurse open 04-Jan-2026 21:30 not set required none" in found["nell"]
    assert "doctor leads the clinic" in found["dora"]
    assert "not set not required 2 and 1 API token" in found["dora"]
    assert "auditor" in found["gone"]
    assert "closed never" in found[closed.username]
    assert "no password set never set required none" in found["newcomer"]
    assert "this is you" in found[admin.username]


def test_a_role_elsewhere_can_ask_for_a_second_factor(
    client: Client, admin: Staff, clinic: Clinic, settings: Settings
) -> None:
    settings.SECOND_FACTOR = {"doctor"}
    nurse = rows.a_member(Role.NURSE, clinic, username="nell")
    assert "not required" in lines(client, admin, clinic)["nell"]
    Membership.objects.create(staff=nurse, clinic=rows.a_clinic(), role=Role.DOCTOR.value)
    assert "not required" not in lines(client, admin, clinic)["nell"]


@pytest.mark.parametrize(
    ("role", "lead", "status"),
    [(Role.ADMIN, False, 200), (Role.NURSE, True, 403), (Role.DOCTOR, False, 403), (Role.AUDITOR, False, 403)],
)
@pytest.mark.parametrize("page", ["clinic_staff", "add_member", "add_account"])
def test_who_may_see_it(client: Client, clinic: Clinic, page: str, role: Role, lead: bool, status: int) -> None:
    member = rows.a_member(role, clinic, password=None)
    member.memberships.update(is_lead=lead)
    client.force_login(member)
    assert client.get(reverse(page, args=[clinic.pk])).status_code == status
    assert client.get(reverse(page, args=[rows.a_clinic().pk])).status_code == 404


def test_links_lead_to_it_for_those_who_may(client: Client, admin: Staff, clinic: Clinic) -> None:
    address = reverse("clinic_staff", args=[clinic.pk])
    client.force_login(admin)
    for page in (reverse("clinic_settings", args=[clinic.pk]), "/mail/"):
        assert f'href="{address}"' in client.get(page).content.decode()
    lead = rows.a_member(Role.NURSE, clinic, password=None)
    lead.memberships.update(is_lead=True)
    client.force_login(lead)
    for page in (reverse("clinic_settings", args=[clinic.pk]), "/mail/"):
        assert address not in client.get(page).content.decode()


def test_who_left_is_in_the_history(client: Client, admin: Staff, clinic: Clinic) -> None:
    nurse = rows.a_member(Role.NURSE, clinic, first_name="Nell", last_name="Nurse")
    client.force_login(admin)
    membership = nurse.memberships.get().pk
    body: dict[str, Any] = {"reason": "moved to Leeds"}
    assert client.post(reverse("end_membership", args=[clinic.pk, membership]), body).status_code == 302
    page = client.get(reverse("clinic_staff", args=[clinic.pk])).content.decode()
    assert "Nell Nurse" not in page
    (history,) = re.findall(r'href="(/clinics/\d+/history/\?what=[^"]+)"', page)
    said = text_of(client.get(history))
    assert "Nell Nurse" in said
    assert "moved to Leeds" in said


@pytest.mark.parametrize("count", [1, 50])
def test_queries_do_not_grow(client: Client, admin: Staff, clinic: Clinic, count: int) -> None:
    for _ in range(count):
        member = rows.a_member(Role.NURSE, clinic, password=None)
        Membership.objects.create(staff=member, clinic=rows.a_clinic(), role=Role.DOCTOR.value)
    client.force_login(admin)
    address = reverse("clinic_staff", args=[clinic.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    assert len(queries) == query_budget("clinic_staff")
