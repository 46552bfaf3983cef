"""The history of a clinic's settings and of who belongs to it: for those who manage or audit it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Clinic, Membership
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import query_budget, text_of
from tests.tracker.test_patient_history import by

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return rows.a_clinic(name="Northern")


def page(client: Client, clinic: Clinic) -> str:
    return text_of(client.get(reverse("clinic_history", args=[clinic.pk])))


def test_settings_and_members_are_told(client: Client, clinic: Clinic) -> None:
    admin = rows.a_member(Role.ADMIN, clinic, first_name="Ada", last_name="Admin", password=None)
    nurse = rows.a_member(Role.NURSE, clinic, first_name="Nell", last_name="Nurse", password=None)
    with by(admin, origin="page clinic_settings"):
        Clinic.objects.filter(pk=clinic.pk).update(telephone="0123", retention_years=10)
        Membership.objects.filter(staff=nurse).update(role=Role.DOCTOR, is_lead=True)
    with by(None, origin="command deactivate_staff", reason="has left"):
        Membership.objects.filter(staff=nurse).delete()
    client.force_login(admin)
    text = page(client, clinic)
    assert "telephone not recorded → 0123; records are kept for 8 → 10 years, by Ada Admin (administrator) on" in text
    assert "Role in the clinic (Nell Nurse) changed: role nurse → doctor; leads the clinic no → yes" in text
    assert "Role in the clinic deleted: Nell Nurse; role doctor" in text
    assert "not known who (made by command deactivate_staff)" in text
    assert "because: has left" in text


@pytest.mark.parametrize(
    ("role", "lead", "status"),
    [
        (Role.ADMIN, False, 200),
        (Role.AUDITOR, False, 200),
        (Role.DOCTOR, True, 200),
        (Role.DOCTOR, False, 403),
        (Role.NURSE, False, 403),
    ],
)
def test_who_may_read_it(client: Client, clinic: Clinic, role: Role, lead: bool, status: int) -> None:
    member = rows.a_member(role, clinic, password=None)
    member.memberships.update(is_lead=lead)
    client.force_login(member)
    assert client.get(reverse("clinic_history", args=[clinic.pk])).status_code == status
    assert client.get(reverse("clinic_history", args=[rows.a_clinic().pk])).status_code == 404


def test_another_clinics_changes_are_not_in_it(client: Client, clinic: Clinic) -> None:
    client.force_login(rows.a_member(Role.ADMIN, clinic, password=None))
    Clinic.objects.filter(pk=rows.a_clinic().pk).update(telephone="elsewhere")
    assert "elsewhere" not in page(client, clinic)


@pytest.mark.parametrize("count", [1, 50])
def test_queries_do_not_grow(client: Client, clinic: Clinic, count: int) -> None:
    admin = rows.a_member(Role.ADMIN, clinic, password=None)
    with by(admin):
        for _ in range(count):
            rows.a_member(Role.NURSE, clinic, password=None)
    client.force_login(admin)
    address = reverse("clinic_history", args=[clinic.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    assert len(queries) == query_budget("clinic_history")
