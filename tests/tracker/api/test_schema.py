"""The OpenAPI schema: valid, without a warning, and true to what is answered."""

from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.urls import get_resolver
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.factories.api import Scene
from tests.tracker.api.test_access import LISTS, is_problem

V1 = "/api/v1"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """As the command writes it; it stops on the first warning."""
    out = StringIO()
    call_command("spectacular", "--fail-on-warn", stdout=out)
    return yaml.safe_load(out.getvalue())


def test_valid_openapi_3_1(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(schema).validate()


def test_every_address_is_described(schema: dict[str, Any]) -> None:
    (version_1, _) = get_resolver("tracker.api.urls").url_patterns
    unnamed = {"schema", "documentation"}
    addresses = [route for route in version_1.url_patterns if route.name not in unnamed]
    assert len(schema["paths"]) == len(addresses)
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), f"{method} {path}"
            assert "401" in operation["responses"], f"{method} {path}"


def test_findings_are_typed_to_the_last_word(schema: dict[str, Any]) -> None:
    components = schema["components"]["schemas"]
    option = components["PathwayFindings"]["properties"]["options"]["items"]["$ref"].rpartition("/")[2]
    assert set(components[option]["required"]) >= {"drugs", "tier", "annotations", "reasons", "blocked"}
    assert components["Predicate"]["properties"]["truth"]["$ref"] == "#/components/schemas/Truth"
    assert components["Truth"]["enum"] == ["true", "false", "unknown"]
    assert components["DueFinding"]["properties"]["due_on"] == {"type": "string", "format": "date"}


def test_only_the_schema_of_open_objects_is_free(schema: dict[str, Any]) -> None:
    untyped = [
        f"{name}.{key}"
        for name, component in schema["components"]["schemas"].items()
        for key, value in component.get("properties", {}).items()
        if not {"type", "$ref", "allOf", "oneOf", "enum"} & set(value)
    ]
    assert untyped == []


@pytest.mark.parametrize("name", LISTS)
def test_rows_are_as_described(scene: Scene, schema: dict[str, Any], name: str) -> None:
    operation = schema["paths"][f"{V1}/{name}/{{id}}/"]["get"]
    described = operation["responses"]["200"]["content"]["application/json"]["schema"]
    _check(schema, described, scene.client().get(f"{V1}/{name}/{scene.rows[name]}/").json(), name)


@pytest.mark.parametrize("name", ["pathway", "monitoring", "response", "questions"])
def test_findings_are_as_described(scene: Scene, schema: dict[str, Any], name: str) -> None:
    operation = schema["paths"][f"{V1}/patients/{{id}}/{name}/"]["get"]
    described = operation["responses"]["200"]["content"]["application/json"]["schema"]
    answer = scene.client().get(f"{V1}/patients/{scene.patient.pk}/{name}/", {"as_of": "2026-06-01"}).json()
    _check(schema, described, answer, name)


def test_the_schema_is_for_staff(scene: Scene) -> None:
    assert scene.client().get(f"{V1}/schema/").json()["openapi"].startswith("3.1")
    assert is_problem(scene.client(None).get(f"{V1}/schema/"), 401)


def _check(schema: dict[str, Any], described: dict[str, Any], value: Any, place: str) -> None:
    """The value has exactly the described properties, each of the described kind."""
    described = _resolved(schema, described, value)
    kinds = described["type"] if isinstance(described["type"], list) else [described["type"]]
    assert _kind(value) in kinds, f"{place}: {value!r} is not {kinds}"
    if "enum" in described and value is not None:
        assert value in described["enum"], place
    if isinstance(value, dict):
        assert set(value) == set(described["properties"]), place
        for key, inner in value.items():
            _check(schema, described["properties"][key], inner, f"{place}.{key}")
    if isinstance(value, list):
        for index, inner in enumerate(value):
            _check(schema, described["items"], inner, f"{place}.{index}")


def _resolved(schema: dict[str, Any], described: dict[str, Any], value: Any) -> dict[str, Any]:
    for wrapped in ("allOf", "oneOf"):
        if wrapped in described:
            if value is None and {"type": "null"} in described[wrapped]:
                return {"type": "null"}
            described = described[wrapped][0]
    if "$ref" in described:
        return _resolved(schema, schema["components"]["schemas"][described["$ref"].rpartition("/")[2]], value)
    return described


def _kind(value: Any) -> str:
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", type(None): "null"}
    return kinds[type(value)]
