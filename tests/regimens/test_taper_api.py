"""Decisions at taper checkpoints over the API."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from regimens.models import Course, TaperDecision
from tests.factories import rows
from tests.factories.api import Scene

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/taper-decisions/"


@pytest.fixture
def course(scene: Scene) -> Course:
    course = rows.a_course(scene.patient, "prednisolone", date(2026, 6, 1), dose="20")
    rows.a_taper(course, (date(2026, 11, 18), "15"), (date(2026, 12, 16), "10"))
    return course


def decide(scene: Scene, course: Course, who: str = "doctor", **body: Any) -> Any:
    usual = {"course": course.pk, "on": "2026-11-20", "choice": "cut", "planned_on": "2026-11-18"}
    with time_machine.travel("2026-11-20 12:00:00+00:00"):
        return scene.client(who).post(ADDRESS, usual | body, format="json")


def test_a_decision_is_recorded_and_listed(scene: Scene, course: Course) -> None:
    answer = decide(scene, course, strength="same", muscle_enzyme="better")
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert (said["choice"], said["milligrams_per_day"], said["planned_on"]) == ("cut", "15", "2026-11-18")
    assert (said["strength"], said["muscle_enzyme"], said["symptoms"]) == ("same", "better", "not_assessed")
    assert (said["patient"], said["plan"]) == (scene.patient.pk, None)
    assert {message["level"] for message in said["guard"]} == {"note"}  # the weight is old, among others
    listed = scene.client().get(ADDRESS, {"course": course.pk, "choice": "cut"}).json()["results"]
    assert [row["id"] for row in listed] == [said["id"]]
    assert course.doses.get(from_on=date(2026, 11, 18)).amount == Decimal(15)


def test_a_hold_says_which_plan_came_of_it(scene: Scene, course: Course) -> None:
    said = decide(scene, course, choice="hold", reason="CK rising", next_check_on="2026-12-04").json()
    plan = scene.client().get(f"/api/v1/courses/{course.pk}/").json()["taper_plans"][0]
    assert said["plan"] == plan["id"]
    assert [step["on"] for step in plan["steps"]] == ["2026-12-04", "2027-01-01"]


def test_what_the_guard_says_of_a_raise_comes_with_the_answer(scene: Scene, course: Course) -> None:
    rows.an_alert(scene.patient)
    body = {"choice": "raise", "milligrams_per_day": "90", "reason": "flare", "next_check_on": "2026-12-04"}
    answer = decide(scene, course, **body)
    assert answer.status_code == 201
    codes = {message["code"] for message in answer.json()["guard"]}
    assert {"above_range", "open_alert"} <= codes


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"choice": "stop"}, 400, "choice"),
        ({"milligrams_per_day": "-1"}, 400, "milligrams_per_day"),
        ({"planned_on": "2026-11-19"}, 422, "planned_on"),
        ({"choice": "hold", "next_check_on": "2026-12-04"}, 422, "reason"),
        ({"choice": "hold", "reason": "CK rising"}, 422, "next_check_on"),
        ({"version": 99}, 409, ""),
    ],
)
def test_what_cannot_be_decided(scene: Scene, course: Course, body: dict[str, Any], status: int, field: str) -> None:
    answer = decide(scene, course, **body)
    assert answer.status_code == status, answer.content
    if field:
        assert field in str(answer.json())
    assert not TaperDecision.objects.filter(course=course).exists()


def test_only_a_doctor_of_the_clinic_decides(scene: Scene, course: Course) -> None:
    assert decide(scene, course, "nurse").status_code == 403
    assert decide(scene, course, "stranger").status_code == 404


def test_a_decision_is_withdrawn_with_its_dose(scene: Scene, course: Course) -> None:
    made = decide(scene, course).json()
    answer = scene.client().post(f"{ADDRESS}{made['id']}/withdraw/", {"reason": "another patient"}, format="json")
    assert answer.status_code == 204, answer.content
    assert not course.doses.all().current().filter(from_on=date(2026, 11, 18)).exists()
    assert scene.client().get(f"{ADDRESS}{made['id']}/").status_code == 404


def test_a_sudden_stop_is_answered_with_what_to_know(scene: Scene, course: Course) -> None:
    body = {"on": "2026-11-20", "reason": "other", "version": course.version}
    with time_machine.travel("2026-11-20 12:00:00+00:00"):
        answer = scene.client("nurse").post(f"/api/v1/courses/{course.pk}/stop/", body, format="json")
    assert answer.status_code == 200
    assert [message["code"] for message in answer.json()["guard"]] == ["sudden_stop"]
