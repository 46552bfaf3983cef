"""What patients take and where they stand, over the API."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

import pytest

from regimens.models import Course, DosePeriod, Outcome
from regimens.selectors import pathway_of
from tests.factories.api import Scene
from tests.factories.rows import a_course, a_dose, an_alert

V1 = "/api/v1"


@pytest.fixture
def post(scene: Scene) -> Callable[..., Any]:
    return scene.sender("doctor")


def test_a_course_starts_with_its_dose(scene: Scene, post: Callable[..., Any]) -> None:
    done = post(
        "courses/",
        "nurse",
        patient=scene.patient.pk,
        start_on="2026-02-02",
        start_precision="month",
        drug="prednisolone",
        route="oral",
        dose={"amount": "7.5", "unit": "mg", "frequency": "once_daily"},
    )
    assert done.status_code == 201
    course = done.json()
    assert (course["drug"], course["role"], course["start_precision"]) == ("prednisolone", "corticosteroid", "month")
    assert (course["stop_on"], course["stop_reason"], course["version"]) == (None, None, 1)
    (dose,) = course["doses"]
    shown = (dose["from_on"], dose["amount"], dose["unit"], dose["frequency"], dose["weekday"])
    assert shown == ("2026-02-02", "7.5", "mg", "once_daily", None)


def test_a_dose_that_nobody_recorded_stays_unknown(scene: Scene, post: Callable[..., Any]) -> None:
    course = post("courses/", patient=scene.patient.pk, start_on="2026-02-02", drug_text="a herbal mixture").json()
    assert (course["drug"], course["drug_text"], course["role"]) == ("", "a herbal mixture", "outside_pathway")
    assert [(dose["amount"], dose["unit"]) for dose in course["doses"]] == [(None, None)]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"drug": "methotrexate"}, 422, "drug"),
        ({"drug": "aspirin"}, 422, "drug"),
        ({}, 422, "drug"),
        ({"drug": "rituximab", "drug_text": "rituximab"}, 422, "drug"),
        ({"drug": "rituximab", "start_on": "2199-01-01"}, 422, "start_on"),
        ({"drug": "rituximab", "start_on": "1960-01-01"}, 422, "start_on"),
        ({"drug": "rituximab", "dose": {"amount": "1"}}, 422, "dose.unit"),
        ({"drug": "rituximab", "dose": {"amount": "0", "unit": "g"}}, 422, "dose.amount"),
        ({"drug": "rituximab", "dose": {"amount": "1", "unit": "gram"}}, 400, "dose.unit"),
        ({"drug": "rituximab", "dose": {"amout": "1"}}, 400, "dose.amout"),
    ],
)
def test_a_course_that_cannot_be(
    scene: Scene, post: Callable[..., Any], body: dict[str, Any], status: int, field: str
) -> None:
    done = post("courses/", **({"patient": scene.patient.pk, "start_on": "2026-02-02"} | body))
    assert done.status_code == status, done.json()
    assert list(done.json()["errors"]) == [field]
    assert Course.objects.count() == 1


def test_doses_are_only_added(scene: Scene, post: Callable[..., Any]) -> None:
    address = f"courses/{scene.rows['courses']}/doses/"
    weekly = {"amount": "20", "unit": "mg", "frequency": "once_weekly", "weekday": "monday"}
    done = post(address, from_on="2026-02-09", note="step up", **weekly)
    assert done.status_code == 201
    assert [dose["amount"] for dose in done.json()["doses"]] == ["15", "20"]
    for day in ("2026-02-09", "2026-01-11"):
        refused = post(address, from_on=day, **weekly)
        assert refused.status_code == 422
        assert list(refused.json()["errors"]) == ["from_on"]
    assert DosePeriod.objects.count() == 2


def test_a_judgement_needs_its_reason(scene: Scene, post: Callable[..., Any]) -> None:
    address = f"courses/{scene.rows['courses']}/outcomes/"
    assert list(post(address, on="2026-06-01", kind="ineffective").json()["errors"]) == ["reason"]
    assert list(post(address, on="2026-01-11", kind="responded").json()["errors"]) == ["on"]
    assert Outcome.objects.count() == 0
    done = post(address, on="2026-06-01", kind="intolerant", reaction="mouth ulcers")
    assert [(row["kind"], row["reaction"]) for row in done.json()["outcomes"]] == [("intolerant", "mouth ulcers")]


def test_a_stale_stop_is_refused(scene: Scene, post: Callable[..., Any]) -> None:
    address = f"courses/{scene.rows['courses']}/stop/"
    read = scene.client().get(f"{V1}/courses/{scene.rows['courses']}/").json()["version"]
    post(f"courses/{scene.rows['courses']}/doses/", from_on="2026-02-09", amount="20", unit="mg")
    stale = post(address, on="2026-06-01", reason="intolerant", version=read)
    assert stale.status_code == 409
    assert stale.json()["current_version"] == read + 1
    assert list(post(address, on="2026-06-01", reason="intolerant").json()["errors"]) == ["version"]
    done = post(address, on="2026-06-01", reason="intolerant", version=read + 1)
    assert done.status_code == 200
    assert (done.json()["stop_on"], done.json()["stop_reason"]) == ("2026-06-01", "intolerant")
    assert post(address, on="2026-06-01", reason="intolerant", version=read + 2).status_code == 422


def test_a_taper_goes_down(scene: Scene, post: Callable[..., Any]) -> None:
    steroid = a_course(scene.patient, "prednisolone")
    # To come, whenever the test runs.
    steps = [{"on": "2100-02-01", "milligrams_per_day": "20"}, {"on": "2100-03-01", "milligrams_per_day": "0"}]
    address = f"courses/{steroid.pk}/taper/"
    done = post(address, steps=steps, note="four weeks")
    assert done.status_code == 201
    (plan,) = done.json()["taper_plans"]
    assert (plan["steps"], plan["note"]) == (steps, "four weeks")
    rising = post(address, steps=list(reversed(steps)))
    assert (rising.status_code, list(rising.json()["errors"])) == (422, ["steps"])
    assert post(address, steps=[]).status_code == 400
    assert post(address, "nurse", steps=steps).status_code == 403
    assert post(address, "stranger", steps=steps).status_code == 404
    assert scene.client(None).post(f"{V1}/{address}", {"steps": steps}, format="json").status_code == 401
    assert post(f"courses/{scene.rows['courses']}/taper/", steps=steps).status_code == 422


def test_an_infusion_keeps_the_weight_it_was_worked_out_from(scene: Scene, post: Callable[..., Any]) -> None:
    course = a_course(scene.patient, "normal_immunoglobulin")
    given = {
        "first_on": "2026-02-09",
        "days": 5,
        "total": "128",
        "unit": "g",
        "dosing_weight": "64",
        "dosing_weight_on": "2026-01-12",
        "note": "",
    }
    done = post(f"courses/{course.pk}/infusions/", **given)
    assert done.status_code == 201
    (row,) = done.json()["infusions"]
    assert {name: row[name] for name in given} == given
    listed = scene.client().get(f"{V1}/infusions/", {"drug": "normal_immunoglobulin"}).json()["results"]
    assert [(row["course"], row["patient"]) for row in listed] == [(course.pk, scene.patient.pk)]
    half = post(f"courses/{course.pk}/infusions/", first_on="2026-03-09", dosing_weight="64")
    assert list(half.json()["errors"]) == ["dosing_weight"]


def test_a_drug_that_was_never_given(scene: Scene, post: Callable[..., Any]) -> None:
    body = {"patient": scene.patient.pk, "on": "2026-02-02", "drug": "azathioprine", "reason": "no enzyme activity"}
    done = post("courses/never-given/", kind="contraindicated", **body)
    assert done.status_code == 201
    assert (done.json()["never_given"], done.json()["doses"]) == (True, [])
    wrong = post("courses/never-given/", kind="responded", **body)
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["kind"])


@pytest.mark.parametrize(
    ("filters", "drugs"),
    [
        ({"drug": "methotrexate"}, ["methotrexate"]),
        ({"role": "corticosteroid"}, ["prednisolone"]),
        ({"running_on": "2026-01-12"}, ["methotrexate"]),
        ({"running_on": "2026-02-02"}, ["prednisolone", "methotrexate"]),
        ({"running_on": "2026-03-01"}, ["prednisolone", "methotrexate"]),
        ({"running_on": "2026-03-02"}, ["methotrexate"]),
        ({"start_from": "2026-01-13"}, ["prednisolone"]),
        ({"start_to": "2026-01-12"}, ["methotrexate"]),
    ],
)
def test_courses_narrowed(scene: Scene, filters: dict[str, str], drugs: list[str]) -> None:
    a_course(scene.patient, "prednisolone", date(2026, 2, 2), stop_on=date(2026, 3, 2))
    listed = scene.client().get(f"{V1}/courses/", filters | {"patient": scene.patient.pk}).json()["results"]
    assert [row["drug"] for row in listed] == drugs


def test_the_pathway_is_what_the_rules_answer(scene: Scene) -> None:
    as_of = date(2026, 4, 20)
    answer = scene.client().get(f"{V1}/patients/{scene.patient.pk}/pathway/", {"as_of": str(as_of)}).json()
    findings = pathway_of(scene.doctor, scene.patient, as_of)
    assert set(answer) == set(asdict(findings))
    assert answer["as_of"] == "2026-04-20"
    assert answer["line_reached"] == findings.line_reached
    assert answer["severity"]["group"] == {
        "value": findings.severity.group.value,
        "label": findings.severity.group.label,
    }
    assert [option["name"] for option in answer["options"]] == [option.name for option in findings.options]
    assert [option["blocked"] for option in answer["options"]] == [option.blocked for option in findings.options]
    assert answer["next_step"]["reasons"], "a next step says why"
    first = findings.next_step.reasons[0]
    assert answer["next_step"]["reasons"][0]["rule_id"] == first.rule_id
    assert [line["state"]["value"] for line in answer["lines"]] == [line.state.value for line in findings.lines]


def test_the_pathway_depends_on_the_day(scene: Scene) -> None:
    address = f"{V1}/patients/{scene.patient.pk}/pathway/"
    before = scene.client().get(address, {"as_of": "2026-01-11"}).json()
    after = scene.client().get(address, {"as_of": "2026-01-12"}).json()
    assert (before["running"], [course["drug"] for course in after["running"]]) == ([], ["methotrexate"])


DAILY = {"amount": "10", "unit": "mg", "frequency": "once_daily"}


def test_what_the_guard_stops_is_a_problem_that_lists_its_messages(scene: Scene, post: Callable[..., Any]) -> None:
    address = f"courses/{scene.rows['courses']}/doses/"
    stopped = post(address, from_on="2026-02-09", **DAILY)
    assert stopped.status_code == 422
    problem = stopped.json()
    assert problem["type"] == "urn:myoline:problem:guard-stopped"
    assert list(problem["errors"]) == ["override_reason"]
    first = problem["guard"][0]
    assert (first["code"], first["level"], first["rule"]) == (
        "methotrexate_not_weekly",
        "stop",
        "guard.methotrexate_weekly",
    )
    assert DosePeriod.objects.count() == 1
    done = post(address, from_on="2026-02-09", override_reason="dose of a trial", **DAILY)
    assert done.status_code == 201
    assert done.json()["guard"] == problem["guard"]
    assert "override_reason" not in done.json()["doses"][-1]


def test_a_start_answers_what_the_guard_and_the_baseline_screen_say(scene: Scene, post: Callable[..., Any]) -> None:
    high = {"amount": "100", "unit": "mg", "frequency": "once_daily"}
    body = {"patient": scene.patient.pk, "start_on": "2026-02-02", "drug": "azathioprine", "route": "oral"}
    done = post("courses/", **body, dose=high)
    assert done.status_code == 201
    codes = {message["code"] for message in done.json()["guard"]}
    assert {"above_start", "baseline_screen"} <= codes
    listed = scene.client().get(f"{V1}/courses/{done.json()['id']}/").json()
    assert "guard" not in listed
    stopped = post("courses/", **body | {"drug": "ciclosporin"}, dose=high | {"unit": "g"})
    assert (stopped.status_code, stopped.json()["guard"][0]["code"]) == (422, "ten_times")
    assert not Course.objects.filter(drug="ciclosporin").exists()


def test_silence_is_an_empty_list(scene: Scene, post: Callable[..., Any]) -> None:
    course = a_course(scene.patient, "azathioprine", date(2026, 1, 12), "100")
    done = post(
        f"courses/{course.pk}/doses/", from_on="2026-02-09", amount="75", unit="mg", frequency="once_daily", version=1
    )
    assert (done.status_code, done.json()["guard"]) == (201, [])
    stale = post(
        f"courses/{course.pk}/doses/", from_on="2026-03-09", amount="50", unit="mg", frequency="once_daily", version=1
    )
    assert (stale.status_code, stale.json()["current_version"]) == (409, 2)


def test_a_raise_is_answered_with_what_speaks_against_it_and_a_start_too(
    scene: Scene, post: Callable[..., Any]
) -> None:
    an_alert(scene.patient, text="neutrophils 0.8", grade="urgent")
    course = a_course(scene.patient, "azathioprine", date(2026, 1, 12), "50")
    raised = post(
        f"courses/{course.pk}/doses/", from_on="2026-02-09", amount="75", unit="mg", frequency="once_daily"
    ).json()["guard"]
    alert = next(one for one in raised if one["text"].endswith("neutrophils 0.8"))
    assert (alert["code"], alert["level"], alert["source"]) == ("open_alert", "warn", "BSR/BHPR 2017")
    assert "monitoring_overdue" in {one["code"] for one in raised}
    begun = post("courses/", patient=scene.patient.pk, start_on="2026-02-02", drug_text="tofacitinib").json()["guard"]
    assert alert["text"] in {one["text"] for one in begun}


def test_a_dose_of_the_same_day_is_saved_over_only_the_one_that_is_named(
    scene: Scene, post: Callable[..., Any]
) -> None:
    course = a_course(scene.patient, "azathioprine", date(2026, 1, 12), "100")
    theirs = a_dose(course, "75", date(2026, 2, 9))
    address, mine = f"courses/{course.pk}/doses/", {"from_on": "2026-02-09", "unit": "mg", "frequency": "once_daily"}
    assert post(address, **mine, amount="50").json()["errors"].keys() == {"from_on"}
    assert post(address, **mine, amount="50", replaces=course.doses.order_by("pk")[0].pk).status_code == 422
    assert post(address, **mine, amount="50", replaces=theirs.pk).status_code == 201
    assert [dose["amount"] for dose in scene.client().get(f"{V1}/courses/{course.pk}/").json()["doses"]] == [
        "100",
        "50",
    ]


def test_a_reason_too_long_is_not_readable(scene: Scene, post: Callable[..., Any]) -> None:
    address = f"courses/{scene.rows['courses']}/doses/"
    assert post(address, from_on="2026-02-09", override_reason="x" * 501, **DAILY).status_code == 400


def test_the_guard_tells_a_stranger_nothing(scene: Scene, post: Callable[..., Any]) -> None:
    address = f"courses/{scene.rows['courses']}/doses/"
    answer = post(address, "stranger", from_on="2026-02-09", **DAILY)
    assert (answer.status_code, "guard" in answer.json()) == (404, False)
    body = {"patient": scene.patient.pk, "start_on": "2026-02-02", "drug": "azathioprine"}
    assert post("courses/", "stranger", **body).status_code == 404
