"""Who patients are, over the API."""

from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from monitoring.tasks import reconcile_some
from patients.models import Assessment, Condition, Patient
from patients.rules.vocabulary import Role
from tests.factories.api import Scene, make_scene
from tests.factories.rows import a_member, a_patient, a_patient_no_longer_under_care
from tests.patients.rules.roles import MAY

V1 = "/api/v1"


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


@pytest.fixture
def post(scene: Scene) -> Callable[..., Any]:
    return scene.sender("doctor")


def test_a_registered_patient_reads_as_written(scene: Scene, post: Callable[..., Any]) -> None:
    body = {
        "clinic": scene.clinic.pk,
        "hospital_number": "H77",
        "nhs_number": "999 000 0018",
        "given_names": "Bea",
        "family_name": "Sample",
        "born": "1971-09-30",
        "sex": "female",
        "subtype": "polymyositis",
    }
    done = post("patients/", "nurse", **body)
    assert done.status_code == 201
    row = done.json()
    assert {name: row[name] for name in body} == body | {"nhs_number": "9990000018"}
    assert (row["status"], row["version"]) == ("active", 1)
    assert Patient.objects.get(pk=row["id"]).recorded_by == scene.nurse


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"hospital_number": ""}, 400, "hospital_number"),
        ({"hospital_number": "A1"}, 422, "hospital_number"),
        ({"nhs_number": "999 000 0019"}, 422, "nhs_number"),
        ({"born": "2199-01-01"}, 422, "born"),
        ({"sex": "unknown"}, 400, "sex"),
        ({"family_name": "x" * 101}, 400, "family_name"),
    ],
)
def test_a_patient_that_cannot_be(
    scene: Scene, post: Callable[..., Any], change: dict[str, str], status: int, field: str
) -> None:
    body = {"clinic": scene.clinic.pk, "hospital_number": "H78", "given_names": "Bo", "family_name": "Sample"}
    done = post("patients/", **(body | change))
    assert done.status_code == status
    assert list(done.json()["errors"]) == [field]
    assert Patient.objects.count() == 1


def test_a_stale_change_of_status_is_refused(scene: Scene, post: Callable[..., Any]) -> None:
    address = f"patients/{scene.patient.pk}/status/"
    left = {"status": "transferred", "on": "2026-03-02", "reason": "moved away"}
    done = post(address, version=1, **left)
    assert done.status_code == 200
    assert (done.json()["status"], done.json()["status_on"], done.json()["version"]) == ("transferred", "2026-03-02", 2)
    stale = post(address, version=1, status="deceased", on="2026-03-03", reason="pneumonia")
    assert stale.status_code == 409
    assert stale.json()["current_version"] == 2
    assert Patient.objects.get().status == "transferred"
    missing = post(address, **left)
    assert missing.status_code == 400
    assert list(missing.json()["errors"]) == ["version"]


@pytest.mark.parametrize(
    ("text", "found"), [("testcase A1", True), ("05-Apr-1968", True), ("A1", True), ("Nobody", False)]
)
def test_search_as_the_patient_list_does(scene: Scene, text: str, found: bool) -> None:
    a_patient(scene.doctor, hospital_number="Z9", born=None)
    a_patient(a_member(), hospital_number="A1", family_name="Testcase")  # of another clinic
    answer = scene.client().post(f"{V1}/patients/search/", {"text": text}, format="json").json()
    assert [row["id"] for row in answer["results"]] == ([scene.patient.pk] if found else [])
    assert answer["more"] is False


def test_search_says_when_there_are_more(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("patients.api.MOST_FOUND", 1)
    a_patient(scene.doctor, family_name=scene.patient.family_name)
    answer = scene.client().post(f"{V1}/patients/search/", {"text": scene.patient.family_name}, format="json").json()
    assert (len(answer["results"]), answer["more"]) == (1, True)


def test_no_name_stands_in_an_address(scene: Scene) -> None:
    assert scene.client().get(f"{V1}/patients/", {"search": "Testcase"}).status_code == 400
    a_patient(scene.doctor)
    following = scene.client().get(f"{V1}/patients/", {"page_size": 1}).json()["next"]
    cursor = following.split("cursor=")[1].split("&")[0]
    assert b"Test" not in urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


def test_patients_by_status(scene: Scene) -> None:
    gone = a_patient_no_longer_under_care(scene.doctor)
    rows = scene.client().get(f"{V1}/patients/", {"status": "deceased"}).json()["results"]
    assert [row["id"] for row in rows] == [gone.pk]
    assert scene.client().get(f"{V1}/patients/", {"status": "away"}).status_code == 400


def test_an_assessment_reads_as_written(scene: Scene, post: Callable[..., Any]) -> None:
    body = {
        "patient": scene.patient.pk,
        "on": "2026-02-16",
        "physician_global": "4.5",
        "patient_global": 5,
        "mmt": "120",
        "mmt_maximum": 150,
        "haq": "1.125",
        "cmas": "38",
        "das": "7.5",
        "enzymes": [{"name": "ck", "value": "2500.5", "unit": "U/L", "upper_limit": "200"}],
        "lowest_mrc": "4-",
        "lowest_mrc_group": "proximal",
        "severe_features": ["severe_dysphagia", "severe_dysphagia"],
        "notes": " Walks with a stick. ",
    }
    done = post("assessments/", **body)
    assert done.status_code == 201
    row = done.json()
    written = body | {"patient_global": "5", "severe_features": ["severe_dysphagia"], "notes": "Walks with a stick."}
    assert {name: row[name] for name in body} == written
    assert (row["fvc_percent"], row["extramuscular_global"]) == (None, None)
    assert row["recorded_by"] == "api-doctor"


@pytest.mark.parametrize(
    ("values", "status", "fields"),
    [
        ({}, 422, [""]),
        ({"haq": "1.1"}, 422, ["haq"]),
        ({"haq": "3.125"}, 422, ["haq"]),
        ({"physician_global": "10.1"}, 422, ["physician_global"]),
        ({"cmas": "53"}, 422, ["cmas"]),
        ({"cmas": "20.5"}, 400, ["cmas"]),
        ({"das": "20.5"}, 422, ["das"]),
        ({"das": "-1"}, 422, ["das"]),
        ({"physician_global": "9.95"}, 400, ["physician_global"]),
        ({"mmt": "81", "mmt_maximum": 80}, 422, ["mmt"]),
        ({"mmt": "80", "mmt_maximum": 81}, 400, ["mmt_maximum"]),
        ({"haq": "1", "on": "2199-01-01"}, 422, ["on"]),
        ({"haq": "1", "on": "1960-01-01"}, 422, ["on"]),
        ({"severe_features": ["bad day"]}, 400, ["severe_features.0"]),
        ({"non_severe_confirmed": True, "severe_features": ["myocarditis"]}, 422, ["non_severe_confirmed"]),
        ({"enzymes": [{"name": "ck", "value": "NaN"}]}, 400, ["enzymes.0.value"]),
        ({"enzymes": [{"name": "ck", "value": True}]}, 400, ["enzymes.0.value"]),
        ({"haq": "1", "notes": "a\x00b"}, 400, ["notes"]),
    ],
)
def test_an_assessment_that_cannot_be(
    scene: Scene, post: Callable[..., Any], values: dict[str, Any], status: int, fields: list[str]
) -> None:
    done = post("assessments/", **({"patient": scene.patient.pk, "on": "2026-02-16"} | values))
    assert done.status_code == status, done.json()
    assert list(done.json()["errors"]) == fields
    assert Assessment.objects.count() == 1


def test_the_end_of_a_condition_takes_the_place_of_the_open_one(scene: Scene, post: Callable[..., Any]) -> None:
    address = f"conditions/{scene.rows['conditions']}/end/"
    assert post(address, to_on="2026-01-04").status_code == 422
    done = post(address, to_on="2026-02-01")
    assert done.status_code == 201
    assert done.json()["id"] != scene.rows["conditions"]
    listed = scene.client().get(f"{V1}/conditions/").json()["results"]
    assert [(row["id"], row["to_on"]) for row in listed] == [(done.json()["id"], "2026-02-01")]
    assert post(address, to_on="2026-02-01").status_code == 404
    assert Condition.objects.count() == 2


@pytest.mark.parametrize(("day", "count"), [("2026-01-04", 0), ("2026-01-05", 1), ("2026-02-01", 1), ("2026-02-02", 0)])
def test_conditions_present_on_a_day(scene: Scene, post: Callable[..., Any], day: str, count: int) -> None:
    post(f"conditions/{scene.rows['conditions']}/end/", to_on="2026-02-01")
    assert len(scene.client().get(f"{V1}/conditions/", {"present_on": day}).json()["results"]) == count


@pytest.mark.parametrize(("start", "end", "count"), [("2026-01-12", "2026-01-12", 1), ("2026-01-13", "2026-02-01", 0)])
def test_weights_from_a_day_to_a_day(scene: Scene, start: str, end: str, count: int) -> None:
    listed = scene.client().get(f"{V1}/weights/", {"from_on": start, "to_on": end, "patient": scene.patient.pk})
    assert len(listed.json()["results"]) == count


@pytest.mark.parametrize("patient", ["x", "0", "9" * 30, "1.5"])
def test_a_patient_filter_that_is_no_id(scene: Scene, patient: str) -> None:
    assert scene.client().get(f"{V1}/weights/", {"patient": patient}).status_code == 400


def test_clinics_say_what_ones_role_does_there(scene: Scene) -> None:
    (doctor,) = scene.client("doctor").get(f"{V1}/clinics/").json()["results"]
    (admin,) = scene.client("admin").get(f"{V1}/clinics/").json()["results"]
    assert "judge_treatment" in doctor["permissions"]
    assert admin["permissions"] == sorted(permission.value for permission in MAY[Role.ADMIN])


def test_a_write_asks_for_reconciliation_and_a_refused_one_does_not(
    scene: Scene,
    post: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(reconcile_some, "apply_async", lambda args, **_: asked.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        post("weights/", patient=scene.patient.pk, on="2026-03-02", kilograms="401")
    assert asked == []
    with django_capture_on_commit_callbacks(execute=True):
        post("weights/", patient=scene.patient.pk, on="2026-03-02", kilograms="400")
    assert asked == [([scene.patient.pk],)]
