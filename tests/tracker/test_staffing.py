"""The first clinic and its staff, made at the server; and accounts ended there."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from knox.models import AuthToken

from patients.models import Clinic, Membership, Staff
from patients.rules.vocabulary import Role
from patients.selectors import clinics_of
from tests.factories import rows

pytestmark = pytest.mark.django_db

PASSWORD = "seventeen green herons"
NEW_CLINIC = {"clinic": "north", "clinic_name": "Northern Myositis Clinic"}


def add(monkeypatch: pytest.MonkeyPatch, username: str = "ann", password: str = PASSWORD, **options: Any) -> str:
    """Runs the command with the password on its input; gives what it prints."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    out = io.StringIO()
    call_command("add_staff", username, **{"role": "doctor", **options}, stdout=out)
    return out.getvalue()


def test_the_first_clinic_and_its_doctor(monkeypatch: pytest.MonkeyPatch) -> None:
    said = add(monkeypatch, given_name="Ann", family_name="Ashe", time_zone="Europe/Dublin", **NEW_CLINIC)
    assert PASSWORD not in said
    staff = Staff.objects.get(username="ann")
    assert (staff.get_full_name(), staff.is_staff, staff.is_superuser) == ("Ann Ashe", False, False)
    (clinic,) = clinics_of(staff)
    assert (clinic.slug, clinic.name, clinic.time_zone) == ("north", "Northern Myositis Clinic", "Europe/Dublin")
    assert Client().login(username="ann", password=PASSWORD)


def test_a_person_who_is_there_gets_the_role_and_keeps_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    staff, clinic = rows.a_member(Role.NURSE), rows.a_clinic()
    assert "unchanged" in add(monkeypatch, staff.username, "", clinic=clinic.slug, role="admin")
    add(monkeypatch, staff.username, "", clinic=clinic.slug, role="doctor")
    assert list(Membership.objects.filter(staff=staff, clinic=clinic).values_list("role", flat=True)) == ["doctor"]
    assert Membership.objects.filter(staff=staff).count() == 2
    assert Client().login(username=staff.username, password=rows.PASSWORD)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"clinic": "south"}, "no clinic “south”"),
        ({**NEW_CLINIC, "password": "short"}, "too short"),
        ({**NEW_CLINIC, "password": ""}, "too short"),
        ({**NEW_CLINIC, "time_zone": "Europe/Lodnon"}, "no time zone"),
        ({**NEW_CLINIC, "clinic": "not a slug"}, "slug"),
        ({**NEW_CLINIC, "username": "no spaces please"}, "valid username"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        add(monkeypatch, **options)
    assert not Staff.objects.exists()
    assert not Clinic.objects.exists()


def test_at_a_terminal_the_password_is_typed_twice_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter([PASSWORD, PASSWORD + "!"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("tracker.management.commands.add_staff.getpass", lambda prompt: next(typed))
    with pytest.raises(CommandError, match="not the same"):
        call_command("add_staff", "ann", role="doctor", **NEW_CLINIC)
    assert not Staff.objects.exists()


def test_a_deactivated_account_is_out_at_once() -> None:
    staff = rows.a_member()
    _, token = AuthToken.objects.create(user=staff)
    client = Client()
    client.force_login(staff)
    assert client.get("/").status_code == 200
    headers = {"Authorization": f"Token {token}"}
    assert Client().get("/api/v1/patients/", headers=headers).status_code == 200

    call_command("deactivate_staff", staff.username, stdout=io.StringIO())

    assert client.get("/").status_code == 302
    assert Client().get("/api/v1/patients/", headers=headers).status_code == 401
    assert not AuthToken.objects.exists()
    assert not Client().login(username=staff.username, password=rows.PASSWORD)


def test_a_deactivated_account_gets_no_role_and_nobody_is_deactivated_by_mistake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    staff = rows.a_member(is_active=False)
    with pytest.raises(CommandError, match="deactivated"):
        add(monkeypatch, staff.username, clinic=rows.clinic_of(staff).slug)
    with pytest.raises(CommandError, match="no account"):
        call_command("deactivate_staff", "nobody")
