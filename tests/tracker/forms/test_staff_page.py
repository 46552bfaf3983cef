"""The pages that change who belongs to a clinic: each asks why, says what follows, and calls its one action."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from monitoring.actions.feeds import make_feed
from monitoring.rules.vocabulary import FeedContent
from patients.models import Membership, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.factories.sign_in import an_app
from tests.tracker.forms.conftest import World, member
from tests.tracker.pages import text_of
from tracker import second_factor

NEW = {
    "username": "bo.new",
    "given_name": "Bo",
    "family_name": "New",
    "email": "bo@example.org",
    "role": "nurse",
    "reason": "begins on Monday",
}
# What changes whose work is whose, and what does not.
ACTS: dict[str, tuple[dict[str, str], bool]] = {
    "change_role": ({"role": "auditor"}, True),
    "make_lead": ({}, False),
    "end_membership": ({}, True),
    "close_account": ({}, True),
    "reset_factor": ({}, False),
    "end_member_sessions": ({}, False),
}


@pytest.fixture
def looked_at_anew(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    asked: list[int] = []
    monkeypatch.setattr("tracker.views.forms.staff_page.reconcile_clinic_soon", asked.append)
    return asked


def whom(world: World, staff: Staff | None = None) -> list[int]:
    return [world.clinic.pk, Membership.objects.get(staff=staff or world.nurse, clinic=world.clinic).pk]


@pytest.mark.parametrize("page", ACTS)
def test_an_act_is_done_and_work_is_looked_at_anew(world: World, looked_at_anew: list[int], page: str) -> None:
    typed, moves_work = ACTS[page]
    where = whom(world)
    assert world.nurse.username in text_of(world.get(page, *where, by=world.admin))
    response = world.post(page, *where, by=world.admin, reason="asked by the matron", **typed)
    back = reverse("clinic_staff", args=where[:1]) if page == "end_membership" else reverse("clinic_member", args=where)
    assert (response.status_code, response["Location"]) == (302, back)
    assert looked_at_anew == ([world.clinic.pk] if moves_work else [])


@pytest.mark.parametrize("page", ACTS)
def test_without_a_reason_it_comes_back(
    world: World, looked_at_anew: list[int], page: str, refused: Callable[..., str]
) -> None:
    response = world.post(page, *whom(world), by=world.admin, **ACTS[page][0])
    refused(response, "reason", "This is needed")
    found = Membership.objects.get(staff=world.nurse)
    assert (found.role, found.is_lead, found.staff.is_active) == (Role.NURSE, False, True)
    assert looked_at_anew == []


def test_a_role_that_is_none_or_the_same(world: World, refused: Callable[..., str]) -> None:
    refused(world.post("change_role", *whom(world), by=world.admin, role="owner", reason="x"), "role", "valid choice")
    refused(world.post("change_role", *whom(world), by=world.admin, role="nurse", reason="x"), "role", "already")


def test_a_closed_account_is_looked_at_in_every_clinic(world: World, looked_at_anew: list[int]) -> None:
    other = rows.a_clinic()
    for staff, role in ((world.nurse, Role.NURSE), (world.admin, Role.ADMIN)):
        Membership.objects.create(staff=staff, clinic=other, role=role.value)
    world.post("close_account", *whom(world), by=world.admin, reason="left")
    assert sorted(looked_at_anew) == sorted([world.clinic.pk, other.pk])
    world.post("open_account", *whom(world), by=world.admin, reason="came back")
    assert Staff.objects.get(pk=world.nurse.pk).is_active


def test_a_second_factor_is_reset(world: World) -> None:
    an_app(world.nurse)
    assert "They have none" not in text_of(world.get("reset_factor", *whom(world), by=world.admin))
    world.post("reset_factor", *whom(world), by=world.admin, reason="telephone lost, pass seen")
    assert not second_factor.has_one(world.nurse)


def test_leading_ends(world: World) -> None:
    Membership.objects.filter(staff=world.nurse).update(is_lead=True)
    world.post("end_lead", *whom(world), by=world.admin, reason="on leave")
    assert not Membership.objects.get(staff=world.nurse).is_lead


def test_somebody_with_an_account_is_added(
    world: World, looked_at_anew: list[int], refused: Callable[..., str]
) -> None:
    typed = {"username": world.stranger.username, "role": "doctor", "reason": "works here too"}
    response = world.post("add_member", world.clinic.pk, by=world.admin, **typed)
    assert (response.status_code, response["Location"]) == (302, reverse("clinic_staff", args=[world.clinic.pk]))
    assert Membership.objects.get(staff=world.stranger, clinic=world.clinic).role == Role.DOCTOR
    assert looked_at_anew == [world.clinic.pk]
    refused(world.post("add_member", world.clinic.pk, by=world.admin, **typed), "username", "already")
    for nobody in ("nobody-at-all", "no\x00body"):
        typed["username"] = nobody
        assert world.post("add_member", world.clinic.pk, by=world.admin, **typed).status_code == 422


def test_a_new_account_with_its_link_shown_once(world: World, looked_at_anew: list[int]) -> None:
    response = world.post("add_account", world.clinic.pk, by=world.admin, **NEW)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    (link,) = re.findall(r"http://testserver(/sign-in/start/[^<]+)<", response.content.decode())
    assert "for 3 days" in text_of(response)
    assert Client().get(link).status_code == 200
    page = world.get("clinic_member", *whom(world, Staff.objects.get(username="bo.new")), by=world.admin)
    assert "/sign-in/start/" not in page.content.decode()
    again = world.post("add_account", world.clinic.pk, by=world.admin, **NEW)
    assert again.status_code == 422
    assert "/sign-in/start/" not in again.content.decode()

    made = whom(world, Staff.objects.get(username="bo.new"))
    later = world.post("new_start_link", *made, by=world.admin, reason="lost the first, pass seen")
    (second,) = re.findall(r"http://testserver(/sign-in/start/[^<]+)<", later.content.decode())
    assert Client().get(link).status_code == 404
    assert Client().get(second).status_code == 200


@pytest.mark.parametrize(("signs_in", "linked"), [("provider", False), ("password", True)])
def test_with_a_sign_in_provider_there_may_be_no_link(
    world: World, settings: Settings, signs_in: str, linked: bool
) -> None:
    settings.OIDC_SERVER_URL, settings.OIDC_NAME = "https://id.example.org", "the hospital account"
    assert "with the hospital account; no password here" in text_of(
        world.get("add_account", world.clinic.pk, by=world.admin)
    )
    response = world.post("add_account", world.clinic.pk, by=world.admin, **NEW, signs_in=signs_in)
    assert (response.status_code == 200) is linked
    assert ("/sign-in/start/" in response.content.decode()) is linked
    assert not Staff.objects.get(username="bo.new").has_usable_password()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"username": "two words"}, "username"),
        ({"email": "nowhere"}, "email"),
        ({"family_name": ""}, "family_name"),
        ({"given_name": "<b>Bo</b>"}, "given_name"),
        ({"role": ""}, "role"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_is_wrong_is_said_beside_it(world: World, typed: dict[str, Any], field: str) -> None:
    response = world.post("add_account", world.clinic.pk, by=world.admin, **{**NEW, **typed})
    assert response.status_code == 422
    assert response.context["form"].errors.get(field), response.context["form"].errors
    assert not Staff.objects.filter(first_name="Bo").exists()


def test_what_leaves_with_a_leaver(world: World) -> None:
    """Their calendar address shows nothing of the clinic; what they entered stays under their name."""
    rows.a_due_item(world.patient)
    weight = rows.a_weight(world.patient, "70", recorded_by=world.nurse)
    _, token = make_feed(by=world.nurse, content=FeedContent.BOTH)
    feed = reverse("calendar_feed", args=[token])
    assert "VEVENT" in Client().get(feed).content.decode()
    world.post("end_membership", *whom(world), by=world.admin, reason="left")
    assert "VEVENT" not in Client().get(feed).content.decode()
    assert world.get("record", world.patient.pk, by=world.nurse).status_code == 404
    weight.refresh_from_db()
    assert weight.recorded_by == world.nurse


def test_a_closed_accounts_calendar_address_is_gone(world: World) -> None:
    _, token = make_feed(by=world.nurse, content=FeedContent.BOTH)
    world.post("close_account", *whom(world), by=world.admin, reason="left")
    assert Client().get(reverse("calendar_feed", args=[token])).status_code == 404


def test_nobody_demotes_themselves_by_the_back_door(world: World) -> None:
    second = member(Role.ADMIN, world.clinic)
    for page in ("change_role", "end_membership", "close_account"):
        answer = world.post(page, *whom(world, world.admin), by=world.admin, role="nurse", reason="me")
        assert answer.status_code == 403
    assert world.post("change_role", *whom(world, world.admin), by=second, role="nurse", reason="x").status_code == 302
    # Whose page was open all along: their role is looked at anew.
    assert world.post("change_role", *whom(world, second), by=world.admin, role="nurse", reason="x").status_code == 403
