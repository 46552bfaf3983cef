"""Questions over the API: what is asked, and answering it."""

from datetime import date, timedelta
from typing import Any

import pytest

from patients.clock import today_in
from regimens.models import Outcome, Review
from tests.factories.api import Scene, make_scene
from tests.factories.rows import a_course, a_patient, an_assessment
from tests.tracker.api.test_access import V1, is_problem


@pytest.fixture
def scene(db: None) -> Scene:
    """With a second patient, who is on azathioprine at target dose for 100 days."""
    scene = make_scene()
    patient = a_patient(scene.doctor)
    course = a_course(patient, "azathioprine", today(scene) - timedelta(days=100), "100")
    scene.rows.update(patients=patient.pk, courses=course.pk)
    return scene


def today(scene: Scene) -> date:
    return today_in(scene.clinic)


def read(scene: Scene, **asked: str) -> Any:
    return scene.client().get(f"{V1}/patients/{scene.rows['patients']}/questions/", asked).json()


def answer(scene: Scene, who: str | None = "doctor", **said: Any) -> Any:
    body = {
        "prompt": "adequate_trial",
        "subject": f"course:{scene.rows['courses']}",
        "fingerprint": said.pop("fingerprint", None) or read(scene)["open"][0]["fingerprint"],
        "answer": "rejected",
        "reason": "not taken regularly",
        **said,
    }
    return scene.client(who).post(f"{V1}/patients/{scene.rows['patients']}/questions/", body, format="json")


def test_a_question_says_what_it_rests_on_and_what_accepting_may_record(scene: Scene) -> None:
    (question,) = read(scene)["open"]
    assert question["prompt"]["code"]["value"] == "adequate_trial"
    assert question["prompt"]["reason"]["rule_id"] == "prompt.adequate_trial"
    kinds = [kind["value"] for kind in question["acceptance"]["outcomes"]]
    assert "ineffective" in kinds
    assert question["acceptance"]["needed"] is True
    assert (question["earlier"], question["why_again"]) == (None, "")


def test_an_answer_is_answered_with_the_questions_as_they_stand(scene: Scene) -> None:
    done = answer(scene)
    assert done.status_code == 201, done.content
    assert done.json() == read(scene)
    assert done.json()["open"] == []
    (said,) = done.json()["answered"]
    assert (said["review"]["answer"]["value"], said["review"]["reason"]) == ("rejected", "not taken regularly")
    yesterday = str(today(scene) - timedelta(days=1))
    assert read(scene, as_of=yesterday)["open"]


def test_accepting_records_the_outcome(scene: Scene) -> None:
    day = str(today(scene) - timedelta(days=2))
    done = answer(scene, answer="accepted", outcome={"kind": "intolerant", "on": day, "reaction": "nausea"})
    assert done.status_code == 201, done.content
    row = Outcome.objects.get()
    assert (str(row.on), row.kind, row.reaction, row.course_id) == (day, "intolerant", "nausea", scene.rows["courses"])
    assert done.json()["past"][0]["outcome"] == str(row.pk)


def test_a_stale_fingerprint_is_answered_with_the_question_of_now(scene: Scene) -> None:
    old = read(scene)["open"][0]["fingerprint"]
    an_assessment(a_patient(scene.doctor))  # another patient's assessment changes nothing
    stale = answer(scene, fingerprint="0" * 32)
    assert is_problem(stale, 409)
    assert stale.json()["question"] == read(scene)["open"][0]
    assert answer(scene, fingerprint=old).status_code == 201
    late = answer(scene, fingerprint=old)
    assert is_problem(late, 409)
    assert late.json()["question"] is None
    assert Review.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"answer": "deferred"}, "until"),
        ({"answer": "accepted"}, "outcome"),
        ({"answer": "accepted", "outcome": {"kind": "declined"}}, "outcome"),
        ({"answer": "accepted", "outcome": {"kind": "responded", "reaction": "nausea"}}, "outcome.reaction"),
    ],
)
def test_what_breaks_a_rule_is_refused(scene: Scene, said: dict[str, Any], field: str) -> None:
    refused = answer(scene, **said)
    assert is_problem(refused, 422)
    assert list(refused.json()["errors"]) == [field]
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"prompt": "no such"}, "prompt"),
        ({"answer": "perhaps"}, "answer"),
        ({"until": "soon"}, "until"),
        ({"outcome": {"kind": "well"}}, "outcome.kind"),
        ({"outcom": {}}, "outcom"),
    ],
)
def test_what_cannot_be_read_is_said(scene: Scene, said: dict[str, Any], field: str) -> None:
    unread = answer(scene, **said)
    assert is_problem(unread, 400)
    assert list(unread.json()["errors"]) == [field]


def test_only_a_doctor_of_the_clinic_answers(scene: Scene) -> None:
    mark = read(scene)["open"][0]["fingerprint"]
    assert is_problem(answer(scene, None, fingerprint=mark), 401)
    assert is_problem(answer(scene, "stranger", fingerprint=mark), 404)
    assert is_problem(answer(scene, "nurse", fingerprint=mark), 403)
    assert is_problem(answer(scene, "admin", fingerprint=mark), 403)
    assert answer(scene, fingerprint=mark).status_code == 201
