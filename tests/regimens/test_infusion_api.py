"""Infusions over the API: plans to make and list, batches and reactions, and what the dose guard says of both."""

from collections.abc import Callable
from typing import Any

import pytest

from regimens.models import Course, InfusionPlan
from regimens.rules.vocabulary import Route
from tests.factories.api import Scene
from tests.factories.rows import a_course

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

V1 = "/api/v1"
PLAN = {
    "anchor": "last_given",
    "interval_days": 28,
    "days_per_cycle": 5,
    "amount_per_kilogram": "2",
    "unit": "g",
    "weight_basis": "adjusted",
    "vial_sizes": ["5", "10"],
    "review_after_cycles": 4,
    "note": "afternoons",
}


@pytest.fixture
def course(scene: Scene) -> Course:
    return a_course(scene.patient, "normal_immunoglobulin", route=Route.INTRAVENOUS.value)


@pytest.fixture
def post(scene: Scene) -> Callable[..., Any]:
    def send(path: str, who: str = "nurse", **body: Any) -> Any:
        return scene.client(who).post(f"{V1}/{path}", body, format="json")

    return send


def test_a_plan_is_made_and_listed(scene: Scene, course: Course, post: Callable[..., Any]) -> None:
    done = post(f"courses/{course.pk}/infusion-plan/", **PLAN)
    assert done.status_code == 201, done.content
    (row,) = done.json()["infusion_plans"]
    assert {name: row[name] for name in PLAN} == PLAN
    assert done.json()["guard"] == []
    (listed,) = scene.client().get(f"{V1}/infusion-plans/", {"course": course.pk}).json()["results"]
    assert (listed["id"], listed["course"], listed["patient"]) == (row["id"], course.pk, scene.patient.pk)
    assert listed["drug"] == "normal_immunoglobulin"
    assert listed["recorded_by"] == scene.nurse.username
    assert scene.client("stranger").get(f"{V1}/infusion-plans/").json()["results"] == []
    assert scene.client("stranger").get(f"{V1}/infusion-plans/{row['id']}/").status_code == 404


def test_fixed_dates_come_back_as_they_went(course: Course, post: Callable[..., Any]) -> None:
    dates = ["2026-11-24", "2026-12-22"]
    body = {name: value for name, value in PLAN.items() if name != "interval_days"}
    done = post(f"courses/{course.pk}/infusion-plan/", **body | {"anchor": "fixed_dates", "dates": dates})
    assert done.status_code == 201, done.content
    (row,) = done.json()["infusion_plans"]
    assert (row["dates"], row["interval_days"]) == (dates, None)


def test_what_lies_outside_the_printed_comes_with_the_answer(course: Course, post: Callable[..., Any]) -> None:
    done = post(f"courses/{course.pk}/infusion-plan/", **PLAN | {"days_per_cycle": 1, "amount_per_kilogram": "2.5"})
    assert done.status_code == 201
    assert {message["code"] for message in done.json()["guard"]} == {"cycle_days", "above_range"}


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"interval_days": None}, 422, "interval_days"),
        ({"amount_per_kilogram": None}, 422, "amount"),
        ({"dates": ["2026-11-24"]}, 422, "dates"),
        ({"review_after_cycles": 7}, 422, "review_after_cycles"),
        ({"anchor": "sometimes"}, 400, "anchor"),
        ({"unit": None}, 400, "unit"),
        ({"vial_size": ["5"]}, 400, "vial_size"),
    ],
)
def test_a_plan_that_cannot_be(
    course: Course, post: Callable[..., Any], changed: dict[str, Any], status: int, field: str
) -> None:
    done = post(f"courses/{course.pk}/infusion-plan/", **PLAN | changed)
    assert done.status_code == status, done.content
    assert list(done.json()["errors"]) == [field]
    assert not InfusionPlan.objects.filter(course=course).exists()


def test_a_plan_is_withdrawn(scene: Scene, course: Course, post: Callable[..., Any]) -> None:
    (row,) = post(f"courses/{course.pk}/infusion-plan/", **PLAN).json()["infusion_plans"]
    address = f"infusion-plans/{row['id']}/withdraw/"
    assert post(address, "stranger", reason="wrong patient").status_code == 404
    assert post(address, "admin", reason="wrong patient").status_code == 403
    assert post(address, reason="wrong patient").status_code == 204
    assert scene.client().get(f"{V1}/infusion-plans/", {"course": course.pk}).json()["results"] == []


def test_who_may_not_plan(course: Course, post: Callable[..., Any]) -> None:
    assert post(f"courses/{course.pk}/infusion-plan/", "admin", **PLAN).status_code == 403
    assert post(f"courses/{course.pk}/infusion-plan/", "stranger", **PLAN).status_code == 404


def test_an_infusion_keeps_product_batch_and_reaction(course: Course, post: Callable[..., Any]) -> None:
    given = {
        "first_on": "2026-11-09",
        "product": "Example 10 %",
        "batch_numbers": "A1, A2",
        "reaction": "mild",
        "reaction_note": "headache",
    }
    done = post(f"courses/{course.pk}/infusions/", **given)
    assert done.status_code == 201, done.content
    (row,) = done.json()["infusions"]
    assert {name: row[name] for name in given} == given
    silent = post(f"courses/{course.pk}/infusions/", first_on="2026-11-16", reaction="severe")
    assert (silent.status_code, list(silent.json()["errors"])) == (422, ["reaction_note"])


def test_the_guard_answers_what_was_given(course: Course, post: Callable[..., Any]) -> None:
    usual = {"days": 2, "unit": "g", "dosing_weight": "70", "dosing_weight_on": "2026-01-12"}
    first = post(f"courses/{course.pk}/infusions/", **usual, first_on="2026-10-20", total="140")
    assert first.json()["guard"] == []
    again = post(f"courses/{course.pk}/infusions/", **usual, first_on="2026-11-16", total="150")
    assert again.status_code == 201
    assert {message["code"] for message in again.json()["guard"]} == {"cycle_interval", "above_range"}


def test_far_too_much_needs_a_reason_which_is_kept_in_the_note(course: Course, post: Callable[..., Any]) -> None:
    much = {"first_on": "2026-11-09", "days": 2, "unit": "g", "total": "290", "note": "day ward"}
    much |= {"dosing_weight": "70", "dosing_weight_on": "2026-01-12"}
    stopped = post(f"courses/{course.pk}/infusions/", **much)
    assert (stopped.status_code, stopped.json()["guard"][0]["code"]) == (422, "ten_times")
    done = post(f"courses/{course.pk}/infusions/", **much, override_reason="two cycles in one")
    assert done.status_code == 201, done.content
    (row,) = done.json()["infusions"]
    assert row["note"] == "day ward Why this amount: two cycles in one"
    assert "override_reason" not in row
