"""Decisions about monitoring, over the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from monitoring.models import IntervalOverride, Pause
from patients.clock import today_in
from tests.factories import rows
from tests.factories.api import Scene

V1 = "/api/v1"


@pytest.fixture
def post(scene: Scene) -> Callable[..., Any]:
    return scene.sender("doctor")


def days(scene: Scene, number: int) -> str:
    return str(today_in(scene.clinic) + timedelta(days=number))


def test_a_pause_begins_today_when_nothing_else_is_said_and_is_resumed(scene: Scene, post: Callable[..., Any]) -> None:
    body = {"patient": scene.patient.pk, "drug": "methotrexate", "until": days(scene, 28), "reason": "abroad"}
    made = post("pauses/", "nurse", **body)
    assert made.status_code == 201
    assert (made.json()["from_on"], made.json()["ended_on"]) == (days(scene, 0), None)
    done = post(f"pauses/{made.json()['id']}/resume/", "nurse", reason="back")
    assert done.status_code == 201
    assert (done.json()["ended_on"], done.json()["end_reason"]) == (days(scene, 0), "back")
    assert done.json()["id"] != made.json()["id"]
    assert not Pause.objects.current().filter(pk=made.json()["id"]).exists()


def test_resuming_is_for_staff_of_the_clinic_who_record_monitoring(scene: Scene, post: Callable[..., Any]) -> None:
    row = rows.a_pause(scene.patient, today_in(scene.clinic) + timedelta(days=30), drug="methotrexate")
    address = f"pauses/{row.pk}/resume/"
    assert post(address, "stranger", reason="back").status_code == 404
    assert post(address, "admin", reason="back").status_code == 403
    assert scene.client(None).post(f"{V1}/{address}", {"reason": "back"}, format="json").status_code == 401
    assert set(post(address, "nurse", reason="back", on="2026-01-04").json()["errors"]) == {"on"}
    assert post(address, "nurse", reason="back").status_code == 201


def test_the_schedules_interval_is_gone_back_to_by_a_doctor(scene: Scene, post: Callable[..., Any]) -> None:
    until = today_in(scene.clinic) + timedelta(days=30)
    row = rows.an_interval_override(scene.patient, until, item="full_blood_count")
    address = f"interval-overrides/{row.pk}/end/"
    assert post(address, "stranger", reason="worse").status_code == 404
    assert post(address, "nurse", reason="worse").status_code == 403
    done = post(address, reason="worse")
    assert (done.status_code, done.json()["until"]) == (201, days(scene, 0))
    assert post(address, reason="worse").status_code == 404


def test_another_interval_replaces_the_one_before(scene: Scene, post: Callable[..., Any]) -> None:
    body = {
        "patient": scene.patient.pk,
        "drug": "methotrexate",
        "interval_days": 42,
        "from_on": days(scene, 0),
        "until": days(scene, 90),
        "reason": "stable",
    }
    made = post("interval-overrides/", **body)
    assert made.status_code == 201, made.content
    assert made.json()["item"] == ""
    assert [row.pk for row in IntervalOverride.objects.current()] == [made.json()["id"]]
    refused = post("interval-overrides/", **body | {"interval_days": 91})
    assert refused.status_code == 422
    assert set(refused.json()["errors"]) == {"interval_days"}
    assert post("interval-overrides/", **body | {"interval_days": 365}).status_code == 400


@pytest.mark.parametrize(
    ("name", "query", "found"),
    [
        ("risk-assessments", {"tier": "high"}, 1),
        ("risk-assessments", {"tier": "low"}, 0),
        ("risk-assessments", {"from_on": "2026-01-13"}, 0),
        ("interval-overrides", {"drug": "methotrexate"}, 1),
        ("interval-overrides", {"drug": "azathioprine"}, 0),
        ("shared-care", {"begun_from": "2026-01-12"}, 1),
        ("shared-care", {"begun_from": "2026-01-13"}, 0),
        ("pauses", {"begun_to": "2026-01-05"}, 1),
        ("pauses", {"begun_to": "2026-01-04"}, 0),
        ("target-ranges", {"analyte": "ciclosporin_level"}, 1),
        ("target-ranges", {"analyte": "tacrolimus_level"}, 0),
    ],
)
def test_lists_are_narrowed(scene: Scene, name: str, query: dict[str, str], found: int) -> None:
    other = rows.a_patient(scene.doctor)
    rows.a_pause(other, today_in(scene.clinic))
    asked = {**query, "patient": scene.patient.pk}
    answer = scene.client().get(f"{V1}/{name}/", asked)
    assert answer.status_code == 200, answer.content
    assert len(answer.json()["results"]) == found


def test_the_lead_of_a_clinic_sees_that_they_may_change_it(scene: Scene) -> None:
    def permissions(who: str) -> list[str]:
        return scene.client(who).get(f"{V1}/clinics/{scene.clinic.pk}/").json()["permissions"]

    assert "manage_clinic" in permissions("admin")
    assert "manage_clinic" not in permissions("doctor")
    scene.doctor.memberships.update(is_lead=True)
    assert "manage_clinic" in permissions("doctor")
