from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from regimens.actions import NewTaperStep, plan_taper
from regimens.models import Course, TaperDecision, TaperPlan
from tests.factories.rows import a_dose, a_taper, an_alert, an_assessment
from tests.tracker.forms.conftest import World

LOOKED = {"on": "today", "strength": "same", "muscle_enzyme": "better", "symptoms": "not_assessed"}
CUT = LOOKED | {"choice": "cut", "planned_on": "2026-11-18"}
HOLD = CUT | {"choice": "hold", "reason": "CK rising", "next_check_on": "04/12/2026"}


@pytest.fixture
def course(world: World) -> Course:
    a_dose(world.prednisolone, "20", date(2026, 6, 1))
    a_taper(world.prednisolone, (date(2026, 11, 18), "17.5"), (date(2026, 12, 16), "15"))
    return world.prednisolone


def decide(world: World, **typed: str) -> Any:
    version = str(Course.objects.get(pk=world.prednisolone.pk).version)
    return world.save("decide_taper", world.prednisolone.pk, **{"version": version, **typed})


def test_a_cut_is_recorded_with_what_was_looked_at(world: World, course: Course) -> None:
    response = decide(world, **CUT)
    assert response.status_code == 302
    assert response["Location"].endswith("/taper/progress/")
    row = TaperDecision.objects.get()
    assert (row.choice, row.planned_on, row.milligrams_per_day) == ("cut", date(2026, 11, 18), Decimal("17.5"))
    assert (row.strength, row.muscle_enzyme, row.symptoms) == ("same", "better", "not_assessed")
    assert course.doses.get(from_on=date(2026, 11, 18)).amount == Decimal("17.5")
    assert world.reconciled == [world.patient.pk]


def test_the_page_shows_what_was_seen_before_beside_the_fields(world: World, course: Course) -> None:
    an_assessment(world.patient, date(2026, 11, 10), "900", mmt="70", mmt_maximum=80)
    text = world.get("decide_taper", course.pk).content.decode()
    assert "Recorded before: MMT 70 of 80 on 10-Nov-2026" in text
    assert "Recorded before: CK 900\u00a0U/L on 10-Nov-2026, upper limit not recorded" in text
    assert "17.5\u00a0mg a day from 18-Nov-2026" in text
    assert '<option value="2026-11-18" selected>' in text


def test_a_hold_moves_the_steps(world: World, course: Course) -> None:
    assert decide(world, **HOLD).status_code == 302
    plan = TaperPlan.objects.all().current().get()
    assert [step.on for step in plan.steps.all()] == [date(2026, 12, 4), date(2027, 1, 1)]


def test_a_hold_needs_its_reason_and_its_day(world: World, course: Course, refused: Callable[..., str]) -> None:
    refused(decide(world, **HOLD | {"reason": ""}), "reason", "Say why")
    text = refused(decide(world, **HOLD | {"next_check_on": ""}), "next_check_on", "Say when to look again")
    assert "CK rising" in text


def test_a_raise_is_held_once_by_an_open_alert_and_a_cut_is_not(world: World, course: Course) -> None:
    an_alert(world.patient, text="platelets 90", grade="urgent", on=date(2026, 11, 2))
    raised = HOLD | {"choice": "raise", "milligrams_per_day": "22.5", "version": str(course.version)}
    asked = world.post("decide_taper", course.pk, **raised)
    assert (asked.status_code, TaperDecision.objects.count()) == (200, 0)
    assert "open alert (urgent) of 02-Nov-2026: platelets 90" in asked.content.decode()
    assert decide(world, **CUT).status_code == 302


def test_a_raise_above_the_printed_dose_is_asked_about_once(world: World, course: Course) -> None:
    raised = HOLD | {"choice": "raise", "milligrams_per_day": "90"}
    first = world.post("decide_taper", course.pk, **raised, version=str(course.version))
    assert first.status_code == 200
    assert "look at this first" in first.content.decode()
    assert TaperDecision.objects.count() == 0
    assert decide(world, **raised).status_code == 302
    assert not TaperPlan.objects.all().current().exists()


def test_a_plan_made_meanwhile_is_shown_and_nothing_typed_is_lost(world: World, course: Course) -> None:
    steps = [NewTaperStep(on=date(2026, 11, 25), milligrams_per_day=Decimal(10))]
    plan_taper(by=world.doctor, course_id=course.pk, steps=steps)
    response = world.post("decide_taper", course.pk, **HOLD, version=str(course.version))
    assert response.status_code == 409
    text = response.content.decode()
    assert "taper planned: 10\u00a0mg from 25-Nov-2026, entered by Dora Doctor on 20-Nov-2026 at 12:00" in text
    assert "CK rising" in text
    again = world.post("decide_taper", course.pk, **HOLD, version=str(course.version + 1))
    assert again.status_code == 422
    assert "It has: 10 mg a day on 25-Nov-2026" in again.content.decode()


def test_without_a_plan_no_step_is_asked_for(world: World) -> None:
    a_dose(world.prednisolone, "20", date(2026, 6, 1))
    assert 'name="planned_on"' not in world.get("decide_taper", world.prednisolone.pk).content.decode()
    typed = {**LOOKED, "choice": "cut", "milligrams_per_day": "17.5"}
    assert decide(world, **typed).status_code == 302
    assert TaperDecision.objects.get().planned_on is None


def test_only_a_corticosteroid_has_a_taper(world: World) -> None:
    assert world.get("decide_taper", world.methotrexate.pk).status_code == 404
