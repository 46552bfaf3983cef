from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from regimens.models import Course, InfusionPlan
from regimens.rules.vocabulary import Route
from tests.factories.rows import a_course
from tests.tracker.forms.conftest import World

PLAN: dict[str, Any] = {
    "anchor": "last_given",
    "interval_days": "28",
    "days_per_cycle": "5",
    "amount_per_kilogram": "2",
    "unit": "g",
    "weight_basis": "actual",
    "vial_sizes": "5, 10",
}
FIXED: dict[str, Any] = PLAN | {"anchor": "fixed_dates", "dates": "24/11/2026\n22-Dec-2026\n"}


@pytest.fixture
def course(world: World) -> Course:
    return a_course(world.patient, "normal_immunoglobulin", date(2026, 3, 1), route=Route.INTRAVENOUS.value)


def plan(world: World, course: Course, **changed: str) -> Any:
    return world.save("plan_infusions", course.pk, by=world.nurse, **PLAN | changed)


def test_a_nurse_plans_and_comes_to_the_page_of_the_course(world: World, course: Course) -> None:
    response = plan(world, course)
    assert response.status_code == 302
    assert response["Location"].endswith(f"/courses/{course.pk}/infusions/")
    row = InfusionPlan.objects.get()
    assert (row.interval_days, row.days_per_cycle, row.amount_per_kilogram) == (28, 5, Decimal(2))
    assert row.vial_sizes == [Decimal(5), Decimal(10)]
    assert row.review_after_cycles is None
    assert world.reconciled == [world.patient.pk]


def test_fixed_dates_leave_the_offered_interval_aside(world: World, course: Course) -> None:
    assert plan(world, course, **FIXED).status_code == 302
    row = InfusionPlan.objects.get()
    assert [planned.on for planned in row.dates.all()] == [date(2026, 11, 24), date(2026, 12, 22)]
    assert row.interval_days is None


def test_an_interval_that_was_typed_is_not_dropped(world: World, course: Course, refused: Callable[..., str]) -> None:
    refused(plan(world, course, **FIXED | {"interval_days": "30"}), "interval_days", "has no interval")


def test_the_protocol_offers_what_it_knows(world: World, course: Course) -> None:
    text = world.get("plan_infusions", course.pk).content.decode()
    assert 'name="interval_days" value="28"' in text
    assert "The protocol proposes 28 days (4 weeks)." in text
    assert 'name="vial_sizes" value="5, 10"' in text
    assert "3 cycles, as the protocol says" in text
    assert 'name="amount_per_kilogram" value' not in text


def test_where_the_sources_give_no_interval_the_form_says_so(world: World) -> None:
    pulses = a_course(world.patient, "cyclophosphamide", route=Route.INTRAVENOUS.value)
    text = world.get("plan_infusions", pulses.pk).content.decode()
    assert "The sources of the protocol give no interval for this drug" in text
    assert 'name="interval_days" value' not in text
    assert "review_after_cycles" not in text


def test_the_present_plan_is_in_the_form_to_be_changed(world: World, course: Course) -> None:
    plan(world, course, **FIXED | {"note": "afternoons"})
    text = world.get("plan_infusions", course.pk).content.decode()
    assert "There is already a plan" in text
    assert "24-Nov-2026\n22-Dec-2026" in text
    assert 'value="afternoons"' in text
    assert 'name="amount_per_kilogram" value="2"' in text


def test_outside_the_printed_is_shown_once(world: World, course: Course) -> None:
    asked = world.post("plan_infusions", course.pk, **PLAN | {"days_per_cycle": "1"})
    assert asked.status_code == 200
    assert "given over 1 day, printed are 2 to 5 days" in asked.content.decode()
    assert not InfusionPlan.objects.exists()
    assert plan(world, course, days_per_cycle="1").status_code == 302


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"vial_sizes": "5, ten"}, "vial_sizes", "“ten” is no vial size"),
        ({"vial_sizes": "-5"}, "vial_sizes", "is no vial size"),
        ({"vial_sizes": "0"}, "vial_sizes", "more than 0"),
        ({"interval_days": "3.5"}, "interval_days", "whole number"),
        ({"interval_days": ""}, "interval_days", "after how many days"),
        ({"amount_per_kilogram": ""}, "amount", "Enter the dose"),
        ({"unit": ""}, "unit", "needs its unit"),
        ({"days_per_cycle": "11"}, "days_per_cycle", "1 to 10"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    world: World, course: Course, refused: Callable[..., str], changed: dict[str, str], field: str, words: str
) -> None:
    refused(plan(world, course, **changed), field, words)
    assert not InfusionPlan.objects.exists()


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ("24/11/2026\n31/02/2027", "“31/02/2027”: Enter a day"),
        ("19/11/2026", "is past"),
        ("22/12/2026, 24/11/2026", "in the order"),
        ("", "at least one"),
    ],
)
def test_dates_that_cannot_be(
    world: World, course: Course, refused: Callable[..., str], dates: str, words: str
) -> None:
    refused(plan(world, course, **FIXED | {"dates": dates}), "dates", words)


def test_only_an_infused_course_has_a_plan(world: World) -> None:
    assert world.get("plan_infusions", world.methotrexate.pk).status_code == 404
    assert world.post("plan_infusions", world.methotrexate.pk, **PLAN).status_code == 404
