"""Correcting results by the action and over the API; what whoever sent a result over the API is told."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from monitoring.actions import NewResult, correct_result
from monitoring.models import Result
from monitoring.selectors import corrections_of, results_for
from patients.errors import GuardStopped, NotAllowed, NotFound, Refused
from tests.factories import rows
from tests.factories.api import Scene

pytestmark = pytest.mark.django_db

V1 = "/api/v1"
SAMPLED = date(2026, 2, 2)
RIGHT = {"value": "38", "unit": "U/L", "sampled_on": "2026-02-02", "source": "hand", "reason": "misread"}


@pytest.fixture
def post(scene: Scene) -> Callable[..., Any]:
    return scene.sender("nurse")


def alt(value: str) -> NewResult:
    return NewResult(analyte="alt", value=Decimal(value), unit="U/L")


def correct(scene: Scene, result_id: int, value: str = "38", **changed: Any) -> Result:
    said = {"by": scene.nurse, "value": alt(value), "sampled_on": SAMPLED, "reason": "misread"}
    return correct_result(result_id=result_id, **said | changed)


def test_at_no_moment_are_both_or_neither_known(scene: Scene) -> None:
    old_id = scene.rows["results"]
    new = correct(scene, old_id)
    before = new.recorded_at - timedelta(microseconds=1)
    assert [row.pk for row in Result.objects.known_at(before)] == [old_id]
    assert [row.pk for row in Result.objects.known_at(new.recorded_at)] == [new.pk]
    assert list(results_for(scene.nurse)) == [new]


def test_the_whole_chain_is_told_the_latest_first(scene: Scene) -> None:
    first = correct(scene, scene.rows["results"], "38", reason="misread")
    second = correct(scene, first.pk, "39", reason="read again")
    (steps,) = corrections_of(scene.doctor, scene.patient).values()
    assert [(step.old.value, step.reason, step.by) for step in steps] == [
        (38, "read again", scene.nurse.username),
        (31, "misread", scene.nurse.username),
    ]
    assert set(corrections_of(scene.doctor, scene.patient)) == {second.pk}


def test_results_never_corrected_have_no_history(scene: Scene) -> None:
    assert corrections_of(scene.doctor, scene.patient) == {}


def test_who_may_not_changes_nothing(scene: Scene) -> None:
    with pytest.raises(NotAllowed):
        correct(scene, scene.rows["results"], by=scene.admin)
    with pytest.raises(NotFound):
        correct(scene, scene.rows["results"], by=scene.stranger)
    with pytest.raises(NotAllowed):
        corrections_of(scene.stranger, scene.patient)
    assert Result.objects.count() == 1


def test_a_correction_is_of_the_same_test(scene: Scene) -> None:
    other = NewResult(analyte="ast", value=Decimal(38), unit="U/L")
    with pytest.raises(Refused, match="same test"):
        correct_result(
            by=scene.nurse, result_id=scene.rows["results"], value=other, sampled_on=SAMPLED, reason="misread"
        )


def test_it_may_not_say_what_another_result_says(scene: Scene) -> None:
    rows.a_result(scene.patient, "alt", "38", SAMPLED, unit="U/L")
    with pytest.raises(Refused, match="already recorded"):
        correct(scene, scene.rows["results"])
    assert Result.objects.filter(superseded_at=None).count() == 2


def test_over_the_api(scene: Scene, post: Callable[..., Any]) -> None:
    old_id = scene.rows["results"]
    done = post(f"results/{old_id}/correct/", **RIGHT)
    assert done.status_code == 201, done.json()
    (row,) = done.json()["results"]
    assert (row["value"], row["analyte"], row["replaces"], row["sampled_on"]) == ("38", "alt", old_id, "2026-02-02")
    assert done.json()["messages"] == []
    listed = scene.client().get(f"{V1}/results/").json()["results"]
    assert [each["id"] for each in listed] == [row["id"]]


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"reason": ""}, 400, "reason"),
        ({"value": None}, 422, "value"),
        ({"unit": "g/L"}, 422, "value"),
        ({"analyte": "ast"}, 400, "analyte"),
        ({"sampled_at": "noon"}, 400, "sampled_at"),
        ({"sampled_on": "2026-02-02", "received_on": "2026-02-01"}, 422, "received_on"),
    ],
)
def test_what_cannot_be_is_a_problem_at_its_field(
    scene: Scene, post: Callable[..., Any], changed: dict[str, Any], status: int, field: str
) -> None:
    done = post(f"results/{scene.rows['results']}/correct/", **RIGHT | changed)
    assert (done.status_code, list(done.json()["errors"])) == (status, [field]), done.json()
    assert Result.objects.count() == 1


@pytest.mark.parametrize(("who", "status"), [("admin", 403), ("stranger", 404)])
def test_access(scene: Scene, post: Callable[..., Any], who: str, status: int) -> None:
    assert post(f"results/{scene.rows['results']}/correct/", who, **RIGHT).status_code == status


def test_the_api_asks_nobody_and_says_what_to_look_at(scene: Scene, post: Callable[..., Any]) -> None:
    level = {
        "analyte": "tacrolimus_level",
        "value": "6.2",
        "unit": "ng/mL",
        "dosed_on": "2026-03-01",
        "dosed_at": "23:30",
        "brand": "Adoport",
        "assay": "LC-MS",
    }
    rows.a_dose(rows.a_course(scene.patient, "tacrolimus", date(2026, 1, 12)), "2", frequency="twice_daily")
    body = {"patient": scene.patient.pk, "sampled_on": "2026-03-02", "sampled_at": "08:30"}
    far = {"analyte": "alt", "value": "310", "unit": "U/L"}
    creatinine = {"analyte": "creatinine", "value": "0.9", "unit": "mg/dL"}
    done = post("results/", **body, results=[far, creatinine, level])
    assert done.status_code == 201, done.json()
    recorded = done.json()["results"][2]
    assert {name: recorded[name] for name in level} == level
    assert (recorded["sampled_at"], recorded["hours_after_dose"]) == ("08:30", "9")
    asked, converted, refused = done.json()["messages"]
    assert "the last was 31 U/L on 02-Feb-2026; this is 10 times higher" in asked
    assert converted == "creatinine: entered 0.9 mg/dL = 79.6 µmol/L."
    assert "taken 9 h after the dose (11 to 13 h needed)" in refused


def test_over_the_api_a_second_value_of_one_day_is_saved_with_a_message(scene: Scene, post: Callable[..., Any]) -> None:
    body = {"patient": scene.patient.pk, "sampled_on": str(SAMPLED)}
    done = post("results/", **body, results=[{"analyte": "alt", "value": "33", "unit": "U/L"}])
    assert done.status_code == 201, done.json()
    (said,) = done.json()["messages"]
    assert said.startswith("ALT 33 U/L: 31 U/L of 02-Feb-2026 is recorded already, entered by")
    twice = [{"analyte": "ast", "value": value, "unit": "U/L"} for value in ("20", "21")]
    (said,) = post("results/", **body, results=twice).json()["messages"]
    assert said.startswith("AST 21 U/L: 20 U/L of 02-Feb-2026 is recorded already, in the same report.")


def test_moved_to_a_day_that_has_a_value_it_is_asked_about(scene: Scene) -> None:
    rows.a_result(scene.patient, "alt", "40", date(2026, 2, 3), unit="U/L")
    right = NewResult(analyte="alt", value=Decimal(31), unit="U/L")
    moved = {"by": scene.nurse, "result_id": scene.rows["results"], "value": right, "sampled_on": date(2026, 2, 3)}
    with pytest.raises(GuardStopped) as stopped:
        correct_result(**moved, reason="other day", seen=())
    assert Result.objects.get(pk=scene.rows["results"]).superseded_at is None
    assert correct_result(
        **moved, reason="other day", seen=[found.fingerprint for found in stopped.value.findings]
    ).sampled_on == date(2026, 2, 3)
