"""What must be looked at, over the API."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from monitoring.models import Result, Snooze
from monitoring.selectors import monitoring_of
from patients.clock import today_in
from tests.factories.api import Scene
from tests.factories.rows import a_due_item

V1 = "/api/v1"


@pytest.fixture
def post(scene: Scene) -> Callable[..., Any]:
    return scene.sender("nurse")


def sample(scene: Scene, *results: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"patient": scene.patient.pk, "sampled_on": "2026-03-02", "results": list(results)} | more


def test_the_results_of_one_sample(scene: Scene, post: Callable[..., Any]) -> None:
    alt = {"analyte": "alt", "value": "5", "comparator": "<", "unit": "U/L", "upper_limit": "40"}
    ast = {"analyte": "ast", "value": "22.5", "unit": "U/L"}
    done = post("results/", **sample(scene, alt, ast, received_on="2026-03-04", source="laboratory"))
    assert done.status_code == 201
    first, second = done.json()["results"]
    assert {name: first[name] for name in alt} == alt
    assert (second["value"], second["comparator"], second["upper_limit"]) == ("22.5", "", None)
    assert (first["sampled_on"], first["received_on"], first["source"]) == ("2026-03-02", "2026-03-04", "laboratory")


@pytest.mark.parametrize(
    ("second", "more", "status", "field"),
    [
        ({"analyte": "gold", "value": "1"}, {}, 422, "analyte"),
        ({"analyte": "ast", "value": "22", "unit": "mmol/L"}, {}, 422, "results.1"),
        ({"analyte": "ast"}, {}, 422, "results.1"),
        ({"analyte": "ast", "value": "22", "unit": "U/L", "comparator": "~"}, {}, 400, "results.1.comparator"),
        ({"analyte": "ast", "value": "much", "unit": "U/L"}, {}, 400, "results.1.value"),
        ({"analyte": "ast", "value": "22", "unit": "U/L"}, {"sampled_on": "2199-01-01"}, 422, "sampled_on"),
        ({"analyte": "ast", "value": "22", "unit": "U/L"}, {"received_on": "2026-03-01"}, 422, "received_on"),
    ],
)
def test_one_result_that_cannot_be_refuses_the_sample(
    scene: Scene, post: Callable[..., Any], second: dict[str, Any], more: dict[str, str], status: int, field: str
) -> None:
    done = post("results/", **sample(scene, {"analyte": "alt", "value": "5", "unit": "U/L"}, second, **more))
    assert done.status_code == status, done.json()
    assert list(done.json()["errors"]) == [field]
    assert Result.objects.count() == 1


def test_results_narrowed(scene: Scene, post: Callable[..., Any]) -> None:
    post("results/", **sample(scene, {"analyte": "alt", "value": "35", "unit": "U/L"}))
    client = scene.client()

    def values(**filters: Any) -> list[str]:
        return [row["value"] for row in client.get(f"{V1}/results/", filters).json()["results"]]

    assert values(analyte="alt") == ["35", "31"]
    assert values(analyte="ast") == []
    assert values(sampled_from="2026-02-03") == ["35"]
    assert values(sampled_to="2026-02-02", patient=scene.patient.pk) == ["31"]


@pytest.mark.parametrize("as_of", ["2026-01-31", "2026-03-01", "2026-03-02", "2026-04-30"])
def test_a_due_item_stands_on_a_day_as_the_rule_says(scene: Scene, as_of: str) -> None:
    row = scene.client().get(f"{V1}/due-items/{scene.rows['due-items']}/", {"as_of": as_of}).json()
    standing = row["standing"]
    assert standing["as_of"] == as_of
    late = (date.fromisoformat(as_of) - date(2026, 3, 2)).days
    assert standing["days_overdue"] == (late if standing["status"]["value"] == "overdue" else 0)
    listed = scene.client().get(f"{V1}/due-items/", {"as_of": as_of, "standing": standing["status"]["value"]})
    assert [item["standing"] for item in listed.json()["results"]] == [standing]
    others = {"not_due", "due_soon", "due", "overdue", "snoozed"} - {standing["status"]["value"]}
    for other in others:
        assert scene.client().get(f"{V1}/due-items/", {"as_of": as_of, "standing": other}).json()["results"] == []


def test_standing_needs_its_day(scene: Scene) -> None:
    answer = scene.client().get(f"{V1}/due-items/", {"standing": "overdue"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["as_of"])


def test_a_closed_item_stands_nowhere(scene: Scene) -> None:
    closed = a_due_item(
        scene.patient, "liver_enzymes", status="cancelled", closed_at="2026-03-05T09:00Z", close_reason="stopped"
    )
    listed = scene.client().get(f"{V1}/due-items/", {"status": "cancelled"}).json()["results"]
    assert [(row["id"], row["standing"], row["close_reason"]) for row in listed] == [(closed.pk, None, "stopped")]


def test_putting_an_item_off(scene: Scene, post: Callable[..., Any]) -> None:
    today = today_in(scene.clinic)
    body = {"patient": scene.patient.pk, "item": "liver_enzymes", "reason": "on holiday"}
    assert list(post("snoozes/", until=str(today), **body).json()["errors"]) == ["until"]
    assert list(post("snoozes/", until=str(today + timedelta(1)), **(body | {"item": "x"})).json()["errors"]) == [
        "item"
    ]
    done = post("snoozes/", until=str(today + timedelta(1)), **body)
    assert done.status_code == 201
    assert (done.json()["made_on"], done.json()["recorded_by"]) == (str(today), "api-nurse")
    post("snoozes/", until=str(today + timedelta(2)), **body)
    listed = scene.client().get(f"{V1}/snoozes/", {"item": "liver_enzymes"}).json()["results"]
    assert [row["until"] for row in listed] == [str(today + timedelta(2))]
    assert Snooze.objects.filter(item="liver_enzymes").count() == 2


def test_monitoring_is_what_the_rules_answer(scene: Scene) -> None:
    as_of = date(2026, 4, 20)
    answer = scene.client().get(f"{V1}/patients/{scene.patient.pk}/monitoring/", {"as_of": str(as_of)}).json()
    findings = monitoring_of(scene.doctor, scene.patient, as_of)
    assert findings.due, "methotrexate asks for something"
    shown = [(due["item"], due["occasion"], due["due_on"], due["status"]["value"]) for due in answer["due"]]
    assert shown == [(due.item, due.occasion, str(due.due_on), due.status.value) for due in findings.due]
    assert all(due["driver"]["reason"]["rule_id"] for due in answer["due"])
    assert [visit["on"] for visit in answer["visits"]] == [str(visit.on) for visit in findings.visits]
