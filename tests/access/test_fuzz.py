"""Requests made from our own OpenAPI schema, thrown at every operation: never a failure, always as described.

FUZZ_EXAMPLES=200 for a longer run (about a second for each).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from knox.models import AuthToken
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from patients.rules.vocabulary import Role
from tests.access.scene import Scene, undone
from tests.access.ways_in import ROUTES, ways_in
from tracker.wsgi import application

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "6"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = [
    pytest.param(way.name, method, id=f"{method} {way.name}")
    for way in ways_in()
    for method in way.needs
    if way.is_api and way.name not in ("api:schema", "no_such_address")
]


@dataclass
class Fuzzed:
    """The schema as it is served, and a doctor's token."""

    schema: Any
    scene: Scene
    headers: dict[str, str]


@pytest.fixture(scope="module")
def fuzzed(scene: Scene) -> Iterator[Fuzzed]:
    # As Django's own test client does: the transaction of the scene outlives every request.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    _, token = AuthToken.objects.create(user=scene.north.members[Role.DOCTOR])
    headers = {"Authorization": f"Token {token}", "Host": "localhost"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application, headers=headers)
    yield Fuzzed(schema, scene, headers)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize(("name", "method"), OPERATIONS)
def test_every_operation_answers_as_described(fuzzed: Fuzzed, name: str, method: str) -> None:
    operation = fuzzed.schema[_path(name)][method.upper()]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=EXAMPLES < 50,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def asked(case: Any) -> None:
        _with_rows_that_exist(case, fuzzed.scene)
        with undone():
            answer = case.call(headers=fuzzed.headers)
        case.validate_response(answer, checks=CHECKS)

    asked()


def _with_rows_that_exist(case: Any, scene: Scene) -> None:
    """A number made up leads to nobody; every second request goes to a row of the clinic."""
    parts = case.path_parameters or {}
    if "id" in parts and parts["id"] % 2:
        name = case.operation.path.split("/")[3]
        case.path_parameters = {**parts, "id": scene.north.ids.get(name, scene.north.patient.pk)}
    if isinstance(case.body, dict) and isinstance(case.body.get("patient"), int) and case.body["patient"] % 2:
        case.body = {**case.body, "patient": scene.north.patient.pk}


def _path(name: str) -> str:
    route = str(ROUTES[name].pattern)
    return "/api/v1/" + route.replace("<int:pk>", "{id}").replace("<int:entry_id>", "{entry_id}")
