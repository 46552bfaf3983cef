from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.protocol.load import schedules
from patients.models import Clinic, Membership, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.forms.conftest import World, member
from tests.tracker.pages import text_of

TYPED = {
    "monitoring_schedule": "in_force",
    "telephone": "0131 496 0123",
    "digest_at": "08:15",
    "quiet_from": "21:00",
    "quiet_until": "6.30",
    "retention_years": "12",
}


@pytest.fixture
def looked_at_anew(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    asked: list[int] = []
    monkeypatch.setattr("tracker.views.forms.clinic_settings.reconcile_clinic_soon", asked.append)
    return asked


def save(world: World, by: Staff | None = None, **typed: Any) -> Any:
    return world.post("clinic_settings", world.clinic.pk, by=by or world.admin, **{**TYPED, **typed})


def test_the_settings_are_saved(world: World, looked_at_anew: list[int]) -> None:
    nurse = Membership.objects.get(staff=world.nurse)
    response = save(world, leads=[nurse.pk])
    assert (response.status_code, response["Location"]) == (302, reverse("my_settings"))
    clinic = Clinic.objects.get(pk=world.clinic.pk)
    assert (clinic.telephone, clinic.digest_at) == ("0131 496 0123", time(8, 15))
    assert (clinic.quiet_from, clinic.quiet_until) == (time(21, 0), time(6, 30))
    assert clinic.retention_years == 12
    nurse.refresh_from_db()
    assert nurse.is_lead
    assert looked_at_anew == []  # no date moves by it


def test_the_page_shows_what_holds(world: World) -> None:
    response = world.get("clinic_settings", world.clinic.pk, by=world.admin)
    text = text_of(response)
    assert f"{world.clinic.name}, time zone Europe/London" in text
    assert "Nobody leads this clinic" in text
    assert "Dora Doctor, doctor" in text
    assert 'value="07:30"' in response.content.decode()
    Membership.objects.filter(staff=world.doctor).update(is_lead=True)
    assert "Nobody leads" not in text_of(world.get("clinic_settings", world.clinic.pk, by=world.admin))


def test_another_schedule_needs_the_tick_and_moves_dates(
    world: World, refused: Callable[..., str], looked_at_anew: list[int]
) -> None:
    schedule = schedules()[0][0]
    refused(save(world, monitoring_schedule=schedule), "dates_move", "Tick this to change the schedule")
    assert Clinic.objects.get(pk=world.clinic.pk).monitoring_schedule == ""
    assert save(world, monitoring_schedule=schedule, dates_move="on").status_code == 302
    assert Clinic.objects.get(pk=world.clinic.pk).monitoring_schedule == schedule
    assert looked_at_anew == [world.clinic.pk]
    assert save(world, monitoring_schedule=schedule).status_code == 302  # unchanged: no tick
    assert looked_at_anew == [world.clinic.pk]


def test_a_schedule_that_is_gone_is_named_and_can_be_left(world: World, looked_at_anew: list[int]) -> None:
    Clinic.objects.filter(pk=world.clinic.pk).update(monitoring_schedule="local_1999")
    assert "local_1999, which no longer exists" in text_of(
        world.get("clinic_settings", world.clinic.pk, by=world.admin)
    )
    assert save(world, dates_move="on").status_code == 302
    assert looked_at_anew == [world.clinic.pk]


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"digest_at": "25:00"}, "digest_at", "00:00 to 23:59"),
        ({"digest_at": "22:00"}, "digest_at", "fall into the quiet hours"),
        ({"quiet_until": "21:00"}, "quiet_until", "end at another time"),
        ({"telephone": "call us"}, "telephone", "that patients can ring"),
        ({"monitoring_schedule": "nonsense"}, "monitoring_schedule", "valid choice"),
        ({"monitoring_schedule": ""}, "monitoring_schedule", "This is needed"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    world: World, refused: Callable[..., str], typed: dict[str, str], field: str, words: str
) -> None:
    refused(save(world, **typed), field, words)
    assert Clinic.objects.get(pk=world.clinic.pk).telephone == ""


def test_nobody_overwrites_what_they_have_not_seen(world: World) -> None:
    seen = world.get("clinic_settings", world.clinic.pk, by=world.admin).context["form"]["seen"].value()
    assert save(world, seen=seen).status_code == 302
    stale = save(world, seen=seen, telephone="0131 496 0199")
    assert stale.status_code == 409
    text = stale.content.decode()
    assert "In the record now" in text
    assert 'value="0131 496 0199"' in text
    assert Clinic.objects.get(pk=world.clinic.pk).telephone == "0131 496 0123"
    again = stale.context["form"]["seen"].value()
    assert save(world, seen=again, telephone="0131 496 0199").status_code == 302
    assert Clinic.objects.get(pk=world.clinic.pk).telephone == "0131 496 0199"


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_administrators_and_the_lead_come_in(world: World, method: str) -> None:
    address = reverse("clinic_settings", args=[world.clinic.pk])
    assert getattr(world.client(world.nurse), method)(address).status_code == 403
    assert getattr(world.client(world.doctor), method)(address).status_code == 403
    assert getattr(world.client(world.stranger), method)(address).status_code == 404
    assert getattr(world.client(member(Role.ADMIN)), method)(address).status_code == 404
    assert getattr(Client(), method)(address).status_code == 302
    Membership.objects.filter(staff=world.nurse).update(is_lead=True)
    assert getattr(world.client(world.nurse), method)(address).status_code == (200 if method == "get" else 422)


def test_the_lead_may_save(world: World) -> None:
    lead = Membership.objects.get(staff=world.nurse)
    Membership.objects.filter(pk=lead.pk).update(is_lead=True)
    assert save(world, by=world.nurse, leads=[lead.pk]).status_code == 302


def test_a_lead_can_hand_over_and_is_then_out(world: World) -> None:
    lead = Membership.objects.get(staff=world.nurse)
    Membership.objects.filter(pk=lead.pk).update(is_lead=True)
    doctor = Membership.objects.get(staff=world.doctor)
    assert save(world, by=world.nurse, leads=[doctor.pk]).status_code == 302
    assert world.get("clinic_settings", world.clinic.pk, by=Staff.objects.get(pk=world.nurse.pk)).status_code == 403


def test_whoever_leads_with_a_closed_account_can_be_taken_out(world: World) -> None:
    gone = rows.a_member(Role.DOCTOR, world.clinic, password=None, last_name="Gone", is_active=False)
    Membership.objects.filter(staff=gone).update(is_lead=True)
    row = Membership.objects.get(staff=gone)
    text = text_of(world.get("clinic_settings", world.clinic.pk, by=world.admin))
    assert "Gone, doctor (account closed)" in text
    assert save(world, leads=[row.pk]).status_code == 302
    assert save(world).status_code == 302
    assert not Membership.objects.get(staff=gone).is_lead
