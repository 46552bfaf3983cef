from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from patients.models import Membership, Staff
from patients.rules.vocabulary import Role, Theme
from tests.factories import rows
from tests.tracker.forms.conftest import World
from tests.tracker.pages import text_of


def mine(staff: Staff) -> dict[int, tuple[bool, bool]]:
    return {row.clinic_id: (row.wants_digest, row.wants_alerts) for row in Membership.objects.filter(staff=staff)}


def save(world: World, **typed: Any) -> Any:
    return world.post("my_settings", by=world.nurse, **{"theme": "device", **typed})


def test_each_clinic_is_set_on_its_own(world: World) -> None:
    other = rows.a_clinic()
    Membership.objects.create(staff=world.nurse, clinic=other, role=Role.NURSE)
    typed = {f"clinic_{world.clinic.pk}": ["alerts"], f"clinic_{other.pk}": ["digest"]}
    response = save(world, **typed)
    assert (response.status_code, response["Location"]) == (302, reverse("my_settings"))
    assert mine(world.nurse) == {world.clinic.pk: (False, True), other.pk: (True, False)}
    assert mine(world.doctor) == {world.clinic.pk: (True, True)}
    assert world.reconciled == []


def test_nothing_ticked_is_nothing_wanted(world: World) -> None:
    assert save(world).status_code == 302
    assert mine(world.nurse) == {world.clinic.pk: (False, False)}


def test_the_page_shows_what_holds_and_where_mail_goes(world: World) -> None:
    response = world.get("my_settings", by=world.nurse)
    assert response.context["form"][f"clinic_{world.clinic.pk}"].value() == ["digest", "alerts"]
    assert "No e-mail address is recorded for you" in text_of(response)
    world.nurse.email = "nurse@example.org"
    world.nurse.save()
    text = text_of(world.get("my_settings", by=world.nurse))
    assert "E-mail goes to nurse@example.org" in text
    assert "No e-mail address" not in text
    assert "no-store" in response["Cache-Control"]


def test_the_way_to_a_clinics_settings_is_for_those_who_may_change_them(world: World) -> None:
    address = reverse("clinic_settings", args=[world.clinic.pk])
    assert address in world.get("my_settings", by=world.admin).content.decode()
    assert address not in world.get("my_settings", by=world.nurse).content.decode()
    Membership.objects.filter(staff=world.nurse).update(is_lead=True)
    nurse = Staff.objects.get(pk=world.nurse.pk)
    assert address in world.get("my_settings", by=nurse).content.decode()


def test_who_belongs_to_no_clinic_still_chooses_the_look_of_the_pages(world: World) -> None:
    alone = rows.a_stranger(password=None)
    page = world.get("my_settings", by=alone)
    assert "You belong to no clinic" in text_of(page)
    assert list(page.context["form"].fields) == ["theme"]
    assert world.post("my_settings", by=alone, theme="dark").status_code == 302
    assert Staff.objects.get(pk=alone.pk).theme == "dark"


@pytest.mark.parametrize("theme", Theme)
def test_the_pages_look_as_was_chosen(world: World, theme: Theme) -> None:
    save(world, theme=theme.value)
    nurse = Staff.objects.get(pk=world.nurse.pk)
    page = world.get("my_settings", by=nurse)
    assert f'<html lang="en-gb" data-theme="{theme.value}">' in page.content.decode()
    assert page.context["form"]["theme"].value() == theme.value
    assert Staff.objects.get(pk=world.doctor.pk).theme == "device"


@pytest.mark.parametrize("theme", ["", "sepia"])
def test_a_look_that_is_not_offered_is_refused_and_nothing_is_saved(world: World, theme: str) -> None:
    response = save(world, theme=theme, **{f"clinic_{world.clinic.pk}": []})
    assert response.status_code == 422
    assert "theme" in response.context["form"].errors
    assert Staff.objects.get(pk=world.nurse.pk).theme == "device"
    assert mine(world.nurse) == {world.clinic.pk: (True, True)}


def test_the_name_in_the_header_leads_there(world: World) -> None:
    markup = world.get("patient_list", by=world.nurse).content.decode()
    assert f'href="{reverse("my_settings")}"' in markup


def test_a_person_not_signed_in_is_sent_to_sign_in(world: World) -> None:
    assert Client().get(reverse("my_settings")).status_code == 302
