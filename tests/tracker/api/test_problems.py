"""Every error of the API is a problem document (RFC 9457), wherever it arises."""

from typing import Any

import pytest
import redis
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient
from rest_framework.throttling import UserRateThrottle

from patients.api import WeightEndpoint
from patients.endpoint import RecordEndpoint
from patients.errors import DomainError
from tests.factories.api import Scene
from tests.tracker.api.test_access import is_problem
from tracker.api.parsers import LARGEST_BODY

V1 = "/api/v1"


@pytest.mark.parametrize("address", ["/api/", "/api/v1/", "/api/v1/nothing/", "/api/v2/patients/", "/api/v1/patients"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_unknown_addresses(client: Client, address: str, method: str) -> None:
    assert is_problem(getattr(client, method)(address), 404)


@pytest.mark.parametrize("row", ["x", "-1", "1.5", "9" * 40])
def test_ids_that_are_none(scene: Scene, row: str) -> None:
    assert is_problem(scene.client().get(f"{V1}/patients/{row}/"), 404)


def test_signed_out_names_the_scheme(client: Client) -> None:
    answer = client.get(f"{V1}/patients/")
    assert is_problem(answer, 401)
    assert answer["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("token", ["x", "", "a b", "\u00ff\u00fe", "'; drop table"])
def test_broken_tokens(client: Client, db: None, token: str) -> None:
    headers = {"Authorization": f"Token {token}"}
    assert is_problem(client.get(f"{V1}/patients/", headers=headers), 401)


def test_text_that_is_not_json(scene: Scene) -> None:
    answer = scene.client().post(f"{V1}/weights/", "{", content_type="application/json")
    assert is_problem(answer, 400)


@pytest.mark.parametrize("body", [[], "text", 3, None])
def test_json_that_is_no_object(scene: Scene, body: Any) -> None:
    assert is_problem(scene.client().post(f"{V1}/weights/", body, format="json"), 400)


def test_other_media_types(scene: Scene) -> None:
    assert is_problem(scene.client().post(f"{V1}/weights/", "a=b", content_type="text/plain"), 415)
    assert is_problem(scene.client().get(f"{V1}/weights/", headers={"Accept": "text/html"}), 406)


def test_methods_that_an_address_does_not_take(scene: Scene) -> None:
    for method in ("put", "patch", "delete"):
        assert is_problem(getattr(scene.client(), method)(f"{V1}/weights/{scene.rows['weights']}/"), 405)


def test_nested_errors_say_where(scene: Scene) -> None:
    body = {
        "patient": scene.patient.pk,
        "on": "2026-13-01",
        "enzymes": [{"name": "ck", "value": "900"}, {"name": "ck", "value": "many", "unti": "U/L"}, {"name": "gold"}],
    }
    answer = scene.client().post(f"{V1}/assessments/", body, format="json")
    assert is_problem(answer, 400)
    assert set(answer.json()["errors"]) == {"on", "enzymes.1.unti", "enzymes.2.name", "enzymes.2.value"}


def test_an_unknown_field_is_refused_and_nothing_is_saved(scene: Scene) -> None:
    body = {"patient": scene.patient.pk, "on": "2026-03-02", "kilograms": "65", "kilogram": "56"}
    answer = scene.client().post(f"{V1}/weights/", body, format="json")
    assert is_problem(answer, 400)
    assert list(answer.json()["errors"]) == ["kilogram"]
    assert len(scene.client().get(f"{V1}/weights/").json()["results"]) == 1


def test_a_misspelt_filter_is_refused(scene: Scene) -> None:
    answer = scene.client().get(f"{V1}/weights/", {"patients": 1})
    assert is_problem(answer, 400)
    assert list(answer.json()["errors"]) == ["patients"]


def test_a_broken_rule_of_the_record(scene: Scene) -> None:
    body = {"patient": scene.patient.pk, "on": "2026-03-02", "kilograms": "401"}
    answer = scene.client().post(f"{V1}/weights/", body, format="json")
    assert is_problem(answer, 422)
    assert answer.json()["detail"] == "A weight is between 1 and 400 kg."


def test_csrf_guards_a_session(scene: Scene) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(scene.doctor)
    assert client.get(f"{V1}/weights/").status_code == 200
    body = {"patient": scene.patient.pk, "on": "2026-03-02", "kilograms": "65"}
    assert is_problem(client.post(f"{V1}/weights/", body, format="json"), 403)


def test_throttled(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(UserRateThrottle, "rate", "2/min", raising=False)
    client = scene.client()
    assert [client.get(f"{V1}/weights/").status_code for _ in range(2)] == [200, 200]
    answer = client.get(f"{V1}/weights/")
    assert is_problem(answer, 429)
    assert 0 < int(answer["Retry-After"]) <= 60


def test_a_fault_of_our_own(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(RecordEndpoint, "initial", fail)
    client = scene.client()
    client.raise_request_exception = False
    answer = client.get(f"{V1}/weights/")
    assert is_problem(answer, 500)
    assert b"secret" not in answer.content
    with pytest.raises(RuntimeError, match="secret"):
        scene.client().get(f"{V1}/weights/")


def test_a_domain_error_without_a_name_of_its_own(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**values: Any) -> None:
        raise DomainError("Not today.", "on")

    monkeypatch.setattr(WeightEndpoint, "record", refuse)
    body = {"patient": scene.patient.pk, "on": "2026-03-02", "kilograms": "65"}
    answer = scene.client().post(f"{V1}/weights/", body, format="json")
    assert is_problem(answer, 422)
    assert answer.json()["errors"] == {"on": ["Not today."]}


@pytest.mark.parametrize("as_of", ["yesterday", "2026-02-30", "05-04-2026", "20260405", "0001-01-01", "9999-12-31", ""])
@pytest.mark.parametrize("name", ["pathway", "monitoring", "response", "questions"])
def test_as_of_that_is_no_day(scene: Scene, name: str, as_of: str) -> None:
    answer = scene.client().get(f"{V1}/patients/{scene.patient.pk}/{name}/", {"as_of": as_of})
    assert is_problem(answer, 400)
    assert list(answer.json()["errors"]) == ["as_of"]


def test_a_body_without_end(client: Client, db: None) -> None:
    address, kind = f"{V1}/auth/token/", "application/json"
    assert is_problem(client.post(address, '"' + "x" * LARGEST_BODY + '"', content_type=kind), 413)
    assert is_problem(client.post(address, '"' + "x" * (LARGEST_BODY - 2) + '"', content_type=kind), 400)
    assert is_problem(client.post(address, "[" * 200_000, content_type=kind), 400)


def test_no_cache_keeps_what_is_known_of_a_patient(scene: Scene) -> None:
    for address in ("patients/", f"patients/{scene.patient.pk}/pathway/", "patients/0/"):
        assert scene.client().get(f"{V1}/{address}")["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["patients/", "patients/1/", "courses/1/stop/", "patients/1/pathway/", "results/"])
def test_what_an_address_takes_can_be_asked(scene: Scene, address: str) -> None:
    answer = scene.client().options(f"{V1}/{address}")
    assert answer.status_code == 200
    assert "OPTIONS" in answer["Allow"]


@pytest.mark.parametrize("text", [r'"\ud800"', r'{"\ud800": 1}', r'{"kind": "\ud800"}', r'{"reason": "\ud800"}'])
def test_half_a_character(scene: Scene, text: str) -> None:
    answer = scene.client().post(f"{V1}/courses/never-given/", text, content_type="application/json")
    assert is_problem(answer, 400)


def test_without_redis_the_api_answers_and_counts_nobody(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    unreachable = redis.ConnectionPool(host="127.0.0.1", port=1)
    monkeypatch.setattr(cache._cache, "_get_connection_pool", lambda write: unreachable)
    assert scene.client().get("/api/v1/patients/").status_code == 200
