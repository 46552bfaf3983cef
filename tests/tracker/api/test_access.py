"""Every address of the API: signed out, another clinic's staff, the wrong role."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import get_resolver

from patients.clock import today_in
from tests.factories.api import Scene

V1 = "/api/v1"
LISTS = (
    "clinics",
    "patients",
    "assessments",
    "weights",
    "heights",
    "conditions",
    "autoantibodies",
    "courses",
    "infusions",
    "infusion-plans",
    "taper-decisions",
    "milestones",
    "results",
    "due-items",
    "snoozes",
    "contacts",
    "samples-taken",
    "not-needed",
    "assignments",
    "risk-assessments",
    "interval-overrides",
    "shared-care",
    "pauses",
    "target-ranges",
    "alerts",
)
NOBODY_WITHDRAWS = ("clinics", "patients", "due-items", "alerts")
FINDINGS = ("pathway", "monitoring", "response", "questions")
DAY = "2026-03-02"
# What a doctor alone decides, and so withdraws.
OF_DOCTORS = {"milestones", "taper-decisions", "risk-assessments", "interval-overrides", "target-ranges"}
ANOTHER_INTERVAL = {"drug": "methotrexate", "interval_days": 56, "until": "in a quarter", "reason": "stable"}
A_RANGE = {"analyte": "ciclosporin_level", "low": "100", "high": "200", "unit": "ng/mL"}

# Address, body, and a member of staff whose role does not do this. {x} is the row of that kind in the scene.
WRITES: list[tuple[str, dict[str, Any], str]] = [
    ("patients/{patients}/status/", {"status": "transferred", "on": DAY, "reason": "moved", "version": 1}, "none"),
    ("assessments/", {"on": DAY, "haq": "1.125"}, "admin"),
    ("weights/", {"on": DAY, "kilograms": "65"}, "admin"),
    ("heights/", {"on": DAY, "centimetres": "165"}, "admin"),
    ("conditions/", {"kind": "myocarditis", "from_on": DAY}, "admin"),
    ("conditions/{conditions}/end/", {"to_on": DAY}, "admin"),
    ("autoantibodies/", {"name": "anti-Mi-2"}, "admin"),
    ("courses/", {"drug": "folic_acid", "start_on": DAY}, "admin"),
    ("courses/never-given/", {"drug": "ciclosporin", "on": DAY, "kind": "declined", "reason": "prefers not"}, "nurse"),
    ("courses/{courses}/doses/", {"from_on": DAY, "amount": "20", "unit": "mg"}, "admin"),
    ("courses/{courses}/outcomes/", {"on": DAY, "kind": "responded"}, "nurse"),
    ("courses/{courses}/infusions/", {"first_on": DAY}, "admin"),
    ("courses/{courses}/stop/", {"on": DAY, "reason": "planned", "version": 1}, "admin"),
    ("milestones/", {"on": DAY, "kind": "relapse"}, "nurse"),
    ("results/", {"sampled_on": DAY, "results": [{"analyte": "alt", "value": "30", "unit": "U/L"}]}, "admin"),
    (
        "results/{results}/correct/",
        {"value": "33", "unit": "U/L", "sampled_on": DAY, "source": "hand", "reason": "misread"},
        "admin",
    ),
    ("snoozes/", {"item": "full_blood_count", "until": "tomorrow", "reason": "on holiday"}, "admin"),
    ("contacts/", {"on": DAY, "channel": "telephone", "outcome": "no_answer"}, "admin"),
    ("samples-taken/", {"items": ["albumin"], "taken_on": "today", "until": "tomorrow"}, "admin"),
    ("not-needed/", {"item": "albumin", "reason": "done elsewhere"}, "admin"),
    ("assignments/", {"item": "albumin", "owner": "nurse"}, "admin"),
    ("risk-assessments/", {"on": DAY, "tier": "high", "factors": "alcohol"}, "nurse"),
    ("interval-overrides/", {**ANOTHER_INTERVAL, "from_on": DAY}, "nurse"),
    ("shared-care/", {"from_on": DAY, "monitored_by": "gp", "provider": "Elm Practice"}, "admin"),
    ("pauses/", {"until": "tomorrow", "reason": "abroad", "from_on": "today"}, "admin"),
    ("target-ranges/", {**A_RANGE, "from_on": DAY}, "nurse"),
    ("alerts/{alerts}/acknowledge/", {"version": 1}, "admin"),
    ("alerts/{alerts}/act/", {"version": 1, "action": "stop", "note": "bleeding"}, "nurse"),
    ("alerts/{alerts}/close/", {"version": 1, "reason": "known for years"}, "nurse"),
    *(
        (
            f"{name}/{{{name}}}/withdraw/",
            {"reason": "for another patient"},
            "nurse" if name in OF_DOCTORS else "admin",
        )
        for name in LISTS
        if name not in NOBODY_WITHDRAWS
    ),
]
# A withdrawal or an end of what the scene does not have: tested on their own.
TAKEN_BACK = {
    "interval-overrides/{interval-overrides}/end/",
    "pauses/{pauses}/resume/",
    "alerts/{alerts}/reopen/",
    "courses/{courses}/reopen/",
    "courses/{courses}/doses/{doses}/withdraw/",
    "courses/{courses}/outcomes/{outcomes}/withdraw/",
}
ALERT_STEPS = ("acknowledge", "act", "close")
NESTED = ("status", "end", "doses", "outcomes", "infusions", "stop", "taper", "withdraw", "correct", *ALERT_STEPS)


def filled(scene: Scene, address: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    body = dict(body)
    if not address.rstrip("/").endswith(NESTED) or address == "infusions/":
        body["patient"] = scene.patient.pk
    days = {"today": 0, "tomorrow": 1, "in a quarter": 91}
    if body.get("owner") == "nurse":
        body["owner"] = scene.nurse.pk
    for name in ("until", "from_on", "taken_on"):
        if body.get(name) in days:
            body[name] = str(today_in(scene.clinic) + timedelta(days=days[body[name]]))
    return f"{V1}/{address.format(**scene.rows)}", body


def is_problem(response: Any, status: int) -> bool:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == status
    return True


@pytest.mark.parametrize("name", LISTS)
def test_lists_and_rows_are_read_by_the_clinic(scene: Scene, name: str) -> None:
    for who in ("doctor", "nurse", "admin"):
        listed = scene.client(who).get(f"{V1}/{name}/")
        assert listed.status_code == 200, listed.content
        row = scene.client(who).get(f"{V1}/{name}/{scene.rows[name]}/")
        assert row.status_code == 200, row.content
        assert row.json() in listed.json()["results"]


@pytest.mark.parametrize("name", LISTS)
def test_lists_and_rows_are_hidden_from_others(scene: Scene, name: str) -> None:
    assert is_problem(scene.client(None).get(f"{V1}/{name}/"), 401)
    assert is_problem(scene.client(None).get(f"{V1}/{name}/{scene.rows[name]}/"), 401)
    hidden = scene.client("stranger").get(f"{V1}/{name}/{scene.rows[name]}/")
    assert is_problem(hidden, 404)
    none = scene.client("stranger").get(f"{V1}/{name}/{scene.rows[name] + 10_000}/")
    assert none.json() == hidden.json()
    listed = scene.client("stranger").get(f"{V1}/{name}/").json()["results"]
    assert scene.rows[name] not in [row["id"] for row in listed]


@pytest.mark.parametrize("name", FINDINGS)
def test_findings_are_hidden_from_others(scene: Scene, name: str) -> None:
    address = f"{V1}/patients/{scene.patient.pk}/{name}/"
    assert scene.client("admin").get(address).status_code == 200
    assert is_problem(scene.client(None).get(address), 401)
    assert is_problem(scene.client("stranger").get(address), 404)


@pytest.mark.parametrize(("address", "body", "wrong_role"), WRITES)
def test_writes_by_the_right_people_only(scene: Scene, address: str, body: dict[str, Any], wrong_role: str) -> None:
    address, body = filled(scene, address, body)
    assert is_problem(scene.client(None).post(address, body, format="json"), 401)
    assert is_problem(scene.client("stranger").post(address, body, format="json"), 404)
    if wrong_role != "none":
        assert is_problem(scene.client(wrong_role).post(address, body, format="json"), 403)
    done = scene.client("doctor").post(address, body, format="json")
    assert done.status_code in (200, 201, 204), done.content


def test_a_patient_is_registered_only_in_ones_own_clinic(scene: Scene) -> None:
    body = {"clinic": scene.clinic.pk, "hospital_number": "B2", "given_names": "Bo", "family_name": "Testcase"}
    assert is_problem(scene.client(None).post(f"{V1}/patients/", body, format="json"), 401)
    assert is_problem(scene.client("stranger").post(f"{V1}/patients/", body, format="json"), 404)
    done = scene.client("admin").post(f"{V1}/patients/", body, format="json")
    assert done.status_code == 201
    assert done.json()["born"] is None


def test_an_inactive_account_is_signed_out(scene: Scene) -> None:
    scene.doctor.is_active = False
    scene.doctor.save()
    client = scene.client("doctor")
    assert client.get(f"{V1}/patients/").json()["results"] == []


def test_every_write_address_is_in_the_table() -> None:
    written = {
        str(route.pattern)
        for group in get_resolver("tracker.api.urls").url_patterns
        for route in getattr(group, "url_patterns", [])
        if "post" in getattr(route.callback, "actions", {})
    }
    others = {
        "patients/",
        "patients/search/",
        "courses/{courses}/taper/",
        "courses/{courses}/infusion-plan/",
        "taper-decisions/",
        "patients/{patients}/questions/",
    }  # tested on their own
    assert len(written) == len({address for address, _, _ in WRITES} | others | TAKEN_BACK), sorted(written)


def test_another_clinics_condition_is_told_from_none_by_nothing(scene: Scene) -> None:
    client = scene.client("stranger")
    answers = [
        client.post(f"{V1}/conditions/{pk}/end/", {"to_on": DAY}, format="json").json()
        for pk in (scene.rows["conditions"], 999_999)
    ]
    assert answers[0]["status"] == 404
    assert answers[0] == answers[1]
