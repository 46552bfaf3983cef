"""The page of one member: what is offered follows from who they are, and who looks."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from patients.models import Clinic, Membership, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import query_budget, text_of

pytestmark = pytest.mark.django_db
ACTS = {
    "change_role", "make_lead", "end_lead", "end_membership", "end_member_sessions", "new_start_link", "reset_factor",
    "close_account", "open_account",
}  # fmt: skip
OF_ACCOUNTS = {"new_start_link", "reset_factor", "close_account", "open_account"}
USUAL = {"change_role", "make_lead", "end_membership", "end_member_sessions", "reset_factor", "close_account"}


@pytest.fixture
def clinic() -> Clinic:
    return rows.a_clinic()


@pytest.fixture
def admin(clinic: Clinic, client: Client) -> Staff:
    found = rows.a_member(Role.ADMIN, clinic)
    client.force_login(found)
    return found


def offered(client: Client, clinic: Clinic, staff: Staff) -> set[str]:
    """Every act to which the page leads; each opens."""
    whom = [clinic.pk, Membership.objects.get(staff=staff, clinic=clinic).pk]
    page = client.get(reverse("clinic_member", args=whom))
    assert page.status_code == 200
    found = {name for name in ACTS if f'href="{reverse(name, args=whom)}"' in page.content.decode()}
    assert {name: client.get(reverse(name, args=whom)).status_code for name in found} == dict.fromkeys(found, 200)
    return found


def test_what_is_offered(client: Client, clinic: Clinic, admin: Staff) -> None:
    nurse = rows.a_member(Role.NURSE, clinic)
    assert offered(client, clinic, nurse) == USUAL
    nurse.memberships.update(is_lead=True)
    assert offered(client, clinic, nurse) == (USUAL - {"make_lead"}) | {"end_lead"}
    assert offered(client, clinic, rows.a_member(Role.NURSE, clinic, password=None)) == USUAL | {"new_start_link"}
    by_provider = rows.a_member(Role.NURSE, clinic, password=None, last_login=timezone.now())
    assert offered(client, clinic, by_provider) == USUAL
    closed = rows.a_member(Role.NURSE, clinic, is_active=False)
    assert offered(client, clinic, closed) == (USUAL - {"make_lead", "close_account"}) | {"open_account"}


def test_of_oneself_nothing(client: Client, clinic: Clinic, admin: Staff) -> None:
    assert offered(client, clinic, admin) == set()
    whom = [clinic.pk, admin.memberships.get().pk]
    assert "This is you" in text_of(client.get(reverse("clinic_member", args=whom)))
    for name in sorted(ACTS):
        for answer in (client.get(reverse(name, args=whom)), client.post(reverse(name, args=whom), {"reason": "me"})):
            assert answer.status_code == 403, name


def test_of_somebody_of_another_clinic_too_only_what_is_this_clinics(
    client: Client, clinic: Clinic, admin: Staff
) -> None:
    nurse = rows.a_member(Role.NURSE, clinic)
    other = rows.a_clinic(name="Secret Clinic")
    Membership.objects.create(staff=nurse, clinic=other, role=Role.NURSE.value)
    assert offered(client, clinic, nurse) == USUAL - OF_ACCOUNTS
    whom = [clinic.pk, Membership.objects.get(staff=nurse, clinic=clinic).pk]
    page = text_of(client.get(reverse("clinic_member", args=whom)))
    assert "a clinic whose staff you do not manage" in page
    assert "Secret" not in page
    for name in sorted(OF_ACCOUNTS):
        assert client.post(reverse(name, args=whom), {"reason": "try"}).status_code == 403, name
    Membership.objects.create(staff=admin, clinic=other, role=Role.ADMIN.value)
    assert offered(client, clinic, nurse) == USUAL


def test_another_clinics_member_is_not_found(client: Client, clinic: Clinic, admin: Staff) -> None:
    stranger = rows.a_member(Role.NURSE)
    whom = stranger.memberships.get()
    for where in (clinic.pk, whom.clinic_id):
        for name in sorted(ACTS | {"clinic_member"}):
            assert client.get(reverse(name, args=[where, whom.pk])).status_code == 404, name


def test_queries(client: Client, clinic: Clinic, admin: Staff) -> None:
    nurse = rows.a_member(Role.NURSE, clinic)
    address = reverse("clinic_member", args=[clinic.pk, nurse.memberships.get().pk])
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    assert len(queries) == query_budget("clinic_member")
