"""Looking back at what was known, and taking back what was entered in error, over the API."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from regimens.models import Course, DosePeriod
from regimens.rules.vocabulary import OutcomeKind
from tests.factories import rows
from tests.factories.api import Scene
from tests.tracker.api.test_access import is_problem

V1 = "/api/v1"
WHY = {"reason": "entered for another patient"}
THEN = datetime(2026, 2, 1, 9, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def known(db: None) -> dict[str, Any]:
    """A course known since 01-Feb-2026, judged on 20-Feb-2026, which was entered on 02-Mar-2026."""
    doctor = rows.a_member(password=None)
    patient = rows.a_patient(doctor, recorded_at=THEN)
    course = rows.a_course(patient, start_on=date(2026, 1, 12), recorded_at=THEN)
    rows.a_dose(course, recorded_at=THEN)
    rows.an_outcome(course, OutcomeKind.INEFFECTIVE, date(2026, 2, 20), recorded_at=LATER)
    return {"doctor": doctor, "patient": patient}


def get(known: dict[str, Any], name: str, **query: str) -> Any:
    client = APIClient()
    client.force_authenticate(known["doctor"])
    with time_machine.travel("2026-06-01 12:00:00+00:00", tick=False):
        return client.get(f"{V1}/patients/{known['patient'].pk}/{name}/", query)


def states(answer: Any) -> list[str]:
    return [line["state"]["value"] for line in answer.json()["lines"]]


def test_the_pathway_is_answered_from_what_was_known(known: dict[str, Any]) -> None:
    now = get(known, "pathway", as_of="2026-02-25")
    then = get(known, "pathway", as_of="2026-02-25", known_on="2026-02-28")
    assert (now.status_code, then.status_code) == (200, 200)
    assert states(now) != states(then)
    assert get(known, "pathway", as_of="2026-02-25", known_on="2026-03-02").json() == now.json()


@pytest.mark.parametrize("name", ["pathway", "monitoring"])
def test_without_as_of_the_day_is_that_of_the_knowledge(known: dict[str, Any], name: str) -> None:
    answer = get(known, name, known_on="2026-02-28").json()
    assert answer["as_of"] == "2026-02-28"
    assert answer == get(known, name, as_of="2026-02-28", known_on="2026-02-28").json()


@pytest.mark.parametrize("name", ["pathway", "monitoring"])
def test_a_day_that_cannot_be_answered_for_is_a_problem(known: dict[str, Any], name: str) -> None:
    assert is_problem(get(known, name, known_on="31.02.2026"), 400)
    ahead = get(known, name, known_on="2026-06-02")
    assert is_problem(ahead, 422)
    assert ahead.json()["errors"] == {"known_on": ["02-Jun-2026 has not come yet. Enter today or an earlier day."]}
    before = get(known, name, known_on="2026-01-31")
    assert is_problem(before, 404)
    assert "was registered on 01-Feb-2026" in before.json()["detail"]


def test_a_later_dose_is_withdrawn_and_the_first_is_not(scene: Scene) -> None:
    course = Course.objects.get(pk=scene.rows["courses"])
    first, later = course.doses.get(), rows.a_dose(course, "20", date(2026, 3, 2))
    address = f"{V1}/courses/{course.pk}/doses/{{}}/withdraw/"
    assert is_problem(scene.client("admin").post(address.format(later.pk), WHY, format="json"), 403)
    assert is_problem(scene.client("stranger").post(address.format(later.pk), WHY, format="json"), 404)
    answer = scene.client("nurse").post(address.format(later.pk), WHY, format="json")
    assert answer.status_code == 200
    assert [dose["id"] for dose in answer.json()["doses"]] == [first.pk]
    assert is_problem(scene.client().post(address.format(first.pk), WHY, format="json"), 422)


def test_the_dose_of_another_course_is_not_found(scene: Scene) -> None:
    other = rows.a_course(scene.patient, "azathioprine", date(2026, 2, 2), "50")
    dose = rows.a_dose(other, "75", date(2026, 3, 2))
    address = f"{V1}/courses/{scene.rows['courses']}/doses/{dose.pk}/withdraw/"
    assert is_problem(scene.client().post(address, WHY, format="json"), 404)
    assert DosePeriod.objects.current().filter(pk=dose.pk).exists()


def test_a_judgement_is_withdrawn_by_a_doctor(scene: Scene) -> None:
    outcome = rows.an_outcome(Course.objects.get(pk=scene.rows["courses"]))
    address = f"{V1}/courses/{scene.rows['courses']}/outcomes/{outcome.pk}/withdraw/"
    assert is_problem(scene.client("nurse").post(address, WHY, format="json"), 403)
    assert scene.client().post(address, WHY, format="json").json()["outcomes"] == []


def test_a_course_with_judgements_needs_the_confirmation(scene: Scene) -> None:
    rows.an_outcome(Course.objects.get(pk=scene.rows["courses"]))
    address = f"{V1}/courses/{scene.rows['courses']}/withdraw/"
    refused = scene.client().post(address, WHY, format="json")
    assert is_problem(refused, 422)
    assert list(refused.json()["errors"]) == ["with_judgements"]
    assert scene.client().post(address, {**WHY, "with_judgements": True}, format="json").status_code == 204
    assert is_problem(scene.client().get(f"{V1}/courses/{scene.rows['courses']}/"), 404)


def test_a_stop_is_taken_back(scene: Scene) -> None:
    course = rows.a_course(scene.patient, "azathioprine", date(2026, 2, 2), "50", stop_on=date(2026, 3, 2))
    address = f"{V1}/courses/{course.pk}/reopen/"
    assert is_problem(scene.client("admin").post(address, {**WHY, "version": 1}, format="json"), 403)
    assert is_problem(scene.client().post(address, {**WHY, "version": 7}, format="json"), 409)
    answer = scene.client("nurse").post(address, {**WHY, "version": 1}, format="json")
    assert answer.status_code == 201
    assert (answer.json()["stop_on"], answer.json()["version"]) == (None, 2)
    assert [dose["amount"] for dose in answer.json()["doses"]] == ["50"]
