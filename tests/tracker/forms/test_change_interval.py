from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from monitoring.models import IntervalOverride
from tests.factories import rows
from tests.tracker.forms.conftest import World

TYPED = {
    "drug": "methotrexate",
    "item": "every",
    "interval_days": "28",
    "from_on": "today",
    "until": "20/02/2027",
    "reason": "stable for two years",
}


def change(world: World, **typed: str) -> Any:
    return world.post("change_interval", world.patient.pk, **{**TYPED, **typed})


def test_another_interval_is_set(world: World) -> None:
    response = change(world)
    assert response.status_code == 302
    assert response["Location"] == reverse("monitoring_plan", args=[world.patient.pk])
    row = IntervalOverride.objects.get()
    assert (row.drug, row.item, row.interval_days, row.until) == ("methotrexate", "", 28, date(2027, 2, 20))
    assert world.reconciled == [world.patient.pk]


def test_for_every_drug_and_one_item(world: World) -> None:
    assert change(world, drug="every", item="full_blood_count").status_code == 302
    row = IntervalOverride.objects.get()
    assert (row.drug, row.item) == ("", "full_blood_count")


def test_nothing_is_chosen_for_the_person(world: World, refused: Callable[..., str]) -> None:
    refused(change(world, drug=""), "drug", "This is needed")
    refused(change(world, item=""), "item", "This is needed")
    assert world.get("change_interval", world.patient.pk).context["form"]["drug"].value() == ""


@pytest.mark.parametrize(("asked", "chosen"), [("methotrexate", "methotrexate"), ("gold", ""), ("every", "every")])
def test_a_link_names_the_drug(world: World, asked: str, chosen: str) -> None:
    page = world.get("change_interval", world.patient.pk, query=f"?drug={asked}&item=full_blood_count")
    assert page.context["form"]["drug"].value() == chosen
    assert page.context["form"]["item"].value() == "full_blood_count"


def test_only_the_patients_own_drugs_are_offered(world: World) -> None:
    rows.a_course(world.patient, "ciclosporin", stop_on=date(2026, 3, 1))
    choices = dict(world.get("change_interval", world.patient.pk).context["form"].fields["drug"].choices)
    assert set(choices) == {"", "methotrexate", "prednisolone", "every"}


def test_what_makes_no_sense_is_said_beside_its_field(world: World, refused: Callable[..., str]) -> None:
    refused(change(world, interval_days="120"), "interval_days", "never comes round")
    refused(change(world, interval_days="2.5"), "interval_days", "whole number")
    refused(change(world, until="today"), "until", "already over")
    refused(change(world, item="ciclosporin_trough"), "item", "not one of the available")
    assert not IntervalOverride.objects.exists()
