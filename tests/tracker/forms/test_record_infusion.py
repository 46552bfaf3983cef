from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from monitoring.rules.findings import ItemKind
from monitoring.selectors import monitoring_of
from regimens.models import Course, Infusion
from regimens.rules.vocabulary import Route
from tests.factories.rows import a_course, a_weight, an_infusion_plan
from tests.tracker.forms.conftest import TODAY, World
from tests.tracker.pages import text_of

GIVEN = {
    "first_on": "05/04/2026",
    "days": "5",
    "total": "140",
    "unit": "g",
    "dosing_weight": "70",
    "dosing_weight_on": "01/04/2026",
}


@pytest.fixture
def immunoglobulin(world: World) -> Course:
    return a_course(world.patient, "normal_immunoglobulin", date(2026, 3, 1))


def give(world: World, course: Course, **changed: str) -> Any:
    return world.save("record_infusion", course.pk, by=world.nurse, **GIVEN | changed)


def test_a_cycle_is_recorded_with_the_weight_it_was_worked_out_from(world: World, immunoglobulin: Course) -> None:
    assert give(world, immunoglobulin).status_code == 302
    row = Infusion.objects.get()
    assert (row.first_on, row.days, row.total, row.unit) == (date(2026, 4, 5), 5, Decimal(140), "g")
    assert (row.dosing_weight, row.dosing_weight_on) == (Decimal(70), date(2026, 4, 1))
    assert world.reconciled == [world.patient.pk]


def test_the_latest_weight_stands_beside_the_field(world: World, immunoglobulin: Course) -> None:
    a_weight(world.patient, "68.5", date(2026, 3, 30))
    assert (
        "Recorded before: 68.5\u00a0kg on 30-Mar-2026"
        in world.get("record_infusion", immunoglobulin.pk).content.decode()
    )


def test_the_amount_may_be_unknown(world: World, immunoglobulin: Course) -> None:
    unknown = {"total": "", "unit": "", "dosing_weight": "", "dosing_weight_on": ""}
    assert give(world, immunoglobulin, **unknown).status_code == 302
    assert Infusion.objects.get().total is None


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"unit": ""}, "unit", "needs its unit"),
        ({"total": "0"}, "total", "more than 0"),
        ({"days": "0"}, "days", "greater than or equal to 1"),
        ({"days": "11"}, "days", "1 to 10"),
        ({"dosing_weight_on": ""}, "dosing_weight", "needs the day"),
        ({"dosing_weight": ""}, "dosing_weight", "needs the day"),
        ({"dosing_weight": "0"}, "dosing_weight", "more than 0"),
        ({"dosing_weight_on": "06/04/2026"}, "dosing_weight_on", "not later than the infusion"),
        ({"first_on": "28/02/2026"}, "first_on", "before the course started"),
        ({"first_on": "21/11/2026"}, "first_on", "in the future"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    world: World, immunoglobulin: Course, refused: Callable[..., str], changed: dict[str, str], field: str, words: str
) -> None:
    text = refused(give(world, immunoglobulin, **changed), field, words)
    kept = {"total": "140", "days": "5"} | {name: value for name, value in changed.items() if name in ("total", "days")}
    for name, value in kept.items():
        assert f'name="{name}" value="{value}"' in text
    assert not Infusion.objects.exists()


def test_the_edges_of_these_are_taken(world: World, immunoglobulin: Course) -> None:
    edges = {"days": "10", "first_on": "01/03/2026", "dosing_weight_on": "01/03/2026", "total": "0.001"}
    assert give(world, immunoglobulin, **edges).status_code == 302


def test_one_cycle_is_recorded_once(world: World, immunoglobulin: Course, refused: Callable[..., str]) -> None:
    give(world, immunoglobulin)
    refused(give(world, immunoglobulin), "first_on", "already recorded")


def test_the_plan_fills_in_days_and_weight_and_says_the_amount(world: World) -> None:
    course = a_course(world.patient, "normal_immunoglobulin", date(2026, 3, 1), route=Route.INTRAVENOUS.value)
    a_weight(world.patient, "69.7", date(2026, 3, 30))
    an_infusion_plan(course, days_per_cycle=5, vial_sizes=[Decimal(10)])
    text = world.get("record_infusion", course.pk).content.decode()
    assert 'name="days" value="5"' in text
    assert 'name="dosing_weight" value="69.7"' in text
    assert 'name="dosing_weight_on" value="30-Mar-2026"' in text
    assert "planned are 140\u00a0g" in text
    assert 'name="total" value' not in text


def test_a_round_weight_is_filled_in_by_its_digits(world: World) -> None:
    course = a_course(world.patient, "normal_immunoglobulin", date(2026, 3, 1), route=Route.INTRAVENOUS.value)
    a_weight(world.patient, "70", date(2026, 3, 30))
    an_infusion_plan(course)
    text = world.get("record_infusion", course.pk).content.decode()
    assert 'name="dosing_weight" value="70"' in text


@pytest.mark.parametrize(("route", "is_planned"), [(Route.SUBCUTANEOUS, False), (Route.INTRAVENOUS, True)])
def test_the_infusions_of_the_course_follow_by_whatever_route(world: World, route: Route, is_planned: bool) -> None:
    course = a_course(world.patient, "normal_immunoglobulin", date(2026, 3, 1), route=route.value)
    response = give(world, course)
    assert response["Location"] == reverse("infusions", args=[course.pk])
    page = world.get("infusions", course.pk, by=world.nurse)
    assert "05-Apr-2026" in text_of(page)
    # Only a drug given into a vein has a plan: no link to a page that is not there.
    assert (reverse("plan_infusions", args=[course.pk]) in page.content.decode()) is is_planned


def test_batch_and_reaction_are_recorded_and_the_page_of_the_course_follows(world: World) -> None:
    course = a_course(world.patient, "rituximab", date(2026, 3, 1), route=Route.INTRAVENOUS.value)
    typed = {"first_on": "05/04/2026", "days": "1", "batch_numbers": "A1, A2", "product": "Example"}
    reaction = {"reaction": "severe", "reaction_note": "stopped, adrenaline"}
    response = world.save("record_infusion", course.pk, by=world.nurse, **typed, **reaction)
    assert response["Location"].endswith(f"/courses/{course.pk}/infusions/")
    row = Infusion.objects.get()
    assert (row.batch_numbers, row.product, row.reaction) == ("A1, A2", "Example", "severe")


def test_a_reaction_without_words_is_refused_beside_its_field(world: World, refused: Callable[..., str]) -> None:
    course = a_course(world.patient, "rituximab", date(2026, 3, 1), route=Route.INTRAVENOUS.value)
    typed = {"first_on": "05/04/2026", "days": "1", "reaction": "mild"}
    refused(world.save("record_infusion", course.pk, by=world.nurse, **typed), "reaction_note", "what happened")


def test_each_day_of_a_cycle_is_recorded_as_it_is_given_and_plan_and_worklist_follow(world: World) -> None:
    course = a_course(world.patient, "normal_immunoglobulin", date(2026, 10, 1), route=Route.INTRAVENOUS.value)
    a_weight(world.patient, "40", date(2026, 11, 1))
    an_infusion_plan(course, vial_sizes=[Decimal(10)])
    day = {"total": "40", "unit": "g", "dosing_weight": "40", "dosing_weight_on": "01/11/2026"}
    # both days today: the second lies ahead, and the page says how it is done
    whole = world.post("record_infusion", course.pk, **day | {"total": "80"}, first_on="today", days="2")
    assert "each further day is an entry of its own" in whole.content.decode()
    assert world.post("record_infusion", course.pk, **day, first_on="today", days="1").status_code == 302
    page = world.get("infusions", course.pk)
    said = "1 day of this cycle is given (40 g), begun on 20-Nov-2026; the rest is planned to follow."
    assert said in text_of(page)
    rest, following = page.context["shown"].ahead[:2]
    assert (rest.name, rest.days) == ("Cycle 1, the rest", ((date(2026, 11, 21), "40\u00a0g"),))
    assert (following.name, following.cycle.first_on) == ("Cycle 2", date(2026, 12, 18))
    (due,) = [one for one in monitoring_of(world.doctor, world.patient, TODAY).due if one.kind is ItemKind.INFUSION]
    assert due.due_on == date(2026, 11, 21)
    assert "the rest of the cycle that began on 20-Nov-2026" in due.reasons[0].text
    assert 'name="days" value="1"' in world.get("record_infusion", course.pk).content.decode()
    with time_machine.travel("2026-11-21 12:00:00+00:00", tick=False):
        assert world.post("record_infusion", course.pk, **day, first_on="today", days="1").status_code == 302
        (due,) = [
            one
            for one in monitoring_of(world.doctor, world.patient, date(2026, 11, 21)).due
            if one.kind is ItemKind.INFUSION
        ]
    assert due.due_on == date(2026, 12, 18)
