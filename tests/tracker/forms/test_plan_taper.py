from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from regimens.models import TaperPlan
from tests.factories.rows import a_dose
from tests.tracker.forms.conftest import World

STEPS = {"step_1_0": "05/04/2027", "step_1_1": "20", "step_2_0": "03/05/2027", "step_2_1": "15"}


def plan(world: World, **typed: str) -> Any:
    return world.save("plan_taper", world.prednisolone.pk, **typed)


def test_steps_are_planned_in_their_order(world: World) -> None:
    assert plan(world, **STEPS, step_12_0="01/06/2027", step_12_1="0", note="slow").status_code == 302
    row = TaperPlan.objects.get()
    assert [(step.on, step.milligrams_per_day) for step in row.steps.all()] == [
        (date(2027, 4, 5), Decimal(20)),
        (date(2027, 5, 3), Decimal(15)),
        (date(2027, 6, 1), Decimal(0)),
    ]
    assert row.note == "slow"
    assert world.reconciled == [world.patient.pk]


def test_a_new_plan_supersedes_the_old_one_and_shows_it_first(world: World) -> None:
    plan(world, **STEPS)
    text = world.get("plan_taper", world.prednisolone.pk).content.decode()
    assert "There is already a plan" in text
    assert "05-Apr-2027" in text
    assert "15\u00a0mg" in text
    assert plan(world, step_1_0="05/04/2027", step_1_1="10").status_code == 302
    assert TaperPlan.objects.filter(superseded_at__isnull=True).get().replaces is not None


def test_at_least_one_step_is_needed(world: World, refused: Callable[..., str]) -> None:
    refused(plan(world, note="slow"), "step_1", "at least one step")


def test_half_a_step_is_refused_in_its_row(world: World, refused: Callable[..., str]) -> None:
    text = refused(plan(world, **STEPS | {"step_2_1": ""}), "step_2", "Enter the dose in mg a day")
    refused(plan(world, **STEPS | {"step_2_0": ""}), "step_2", "Enter the day")
    assert 'name="step_2_0" value="03/05/2027"' in text
    assert 'name="step_1_1" value="20"' in text


def test_a_part_that_cannot_be_read_names_itself(world: World, refused: Callable[..., str]) -> None:
    refused(plan(world, **STEPS | {"step_2_1": "fifteen"}), "step_2", "mg a day: Enter a number")


def test_a_rising_dose_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(plan(world, **STEPS | {"step_2_1": "20"}), "step_1", "lower than the one before")
    assert plan(world, **STEPS | {"step_2_1": "19.5"}).status_code == 302


def test_steps_out_of_order_are_refused(world: World, refused: Callable[..., str]) -> None:
    refused(plan(world, **STEPS | {"step_2_0": "05/04/2027"}), "step_1", "later day")


def test_less_than_nothing_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(plan(world, **STEPS | {"step_2_1": "-1"}), "step_1", "less than 0")


def test_only_a_corticosteroid_has_a_plan(world: World) -> None:
    assert world.get("plan_taper", world.methotrexate.pk).status_code == 404
    assert world.post("plan_taper", world.methotrexate.pk, **STEPS).status_code == 404


def test_a_plan_that_ends_from_a_high_dose_is_said_once(world: World) -> None:
    ending = STEPS | {"step_3_0": "01/06/2027", "step_3_1": "0"}
    first = world.post("plan_taper", world.prednisolone.pk, **ending)
    assert first.status_code == 200
    assert "planned to stop on 01-Jun-2027 from 15 mg" in first.content.decode().replace("\u00a0", " ")
    assert not TaperPlan.objects.exists()
    assert plan(world, **ending).status_code == 302


def test_a_dose_change_meanwhile_is_shown(world: World) -> None:
    a_dose(world.prednisolone, "30", date(2026, 11, 1))
    type(world.prednisolone).objects.filter(pk=world.prednisolone.pk).update(version=2)
    response = plan(world, **STEPS, version="1")
    assert response.status_code == 409
    assert "dose from 01-Nov-2026" in response.content.decode()
    assert plan(world, **STEPS, version="2").status_code == 302
