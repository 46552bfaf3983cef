"""How many queries a list costs: the same for 1 row and for 20."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regimens.models import Course
from tests.factories.api import Scene, make_rows
from tests.factories.rows import a_patient, a_result, an_outcome
from tests.tracker.api.test_access import LISTS

V1 = "/api/v1"
# Roles, the page, and the event of the access log; courses fetch doses, outcomes, infusions, and plans of infusions and
# tapers beside it.
MOST = {"alerts": 4, "courses": 9, "infusion-plans": 4, "assessments": 4, "patients": 3}


def queries(scene: Scene, name: str) -> tuple[int, int]:
    client = scene.client()
    with CaptureQueriesContext(connection) as captured:
        rows = client.get(f"{V1}/{name}/").json()["results"]
    return len(rows), len(captured)


@pytest.mark.parametrize("name", [name for name in LISTS if name != "clinics"])
def test_the_number_of_queries_does_not_grow(scene: Scene, name: str) -> None:
    few, at_one = queries(scene, name)
    for _ in range(19):
        make_rows(a_patient(scene.doctor))
    many, at_twenty = queries(scene, name)
    assert (few, many) == (1, 20)
    assert at_one == at_twenty == MOST.get(name, 3)


@pytest.mark.parametrize("name", ["pathway", "monitoring", "response", "questions"])
def test_findings_cost_the_same_however_much_is_recorded(scene: Scene, name: str) -> None:
    def cost() -> int:
        client = scene.client()
        with CaptureQueriesContext(connection) as captured:
            answer: Any = client.get(f"{V1}/patients/{scene.patient.pk}/{name}/", {"as_of": "2026-06-01"})
        assert answer.status_code == 200
        return len(captured)

    before = cost()
    a_result(scene.patient)
    an_outcome(Course.objects.get(pk=scene.rows["courses"]), on=date(2026, 5, 1))
    make_rows(a_patient(scene.doctor))
    assert cost() == before
