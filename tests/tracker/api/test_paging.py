"""Cursor paging on the whole key: nothing twice, nothing lost, also among equal days and while rows are added."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from patients.models import Weight
from tests.factories.api import Scene
from tests.factories.rows import a_patient, a_weight
from tests.tracker.api.test_access import is_problem

V1 = "/api/v1"


@pytest.fixture
def weights(scene: Scene) -> list[int]:
    """Seven weights on three days; their ids, newest day first and then newest entry."""
    others = Weight.objects.all()
    others.update(superseded_at=timezone.now(), superseded_by=scene.patient.recorded_by, superseded_reason="not wanted")
    days = [date(2026, 3, 1) + timedelta(days=shift) for shift in (0, 1, 1, 1, 1, 2, 0)]
    rows = [a_weight(scene.patient, on=day) for day in days]
    return [row.pk for row in sorted(rows, key=lambda row: (row.on, row.pk), reverse=True)]


def ids(page: dict[str, Any]) -> list[int]:
    return [row["id"] for row in page["results"]]


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
def test_forwards_and_back(scene: Scene, weights: list[int], size: int) -> None:
    client = scene.client()
    pages = [client.get(f"{V1}/weights/", {"page_size": size}).json()]
    while pages[-1]["next"]:
        pages.append(client.get(pages[-1]["next"]).json())
    assert [row for page in pages for row in ids(page)] == weights
    assert pages[0]["previous"] is None
    back = [pages[-1]]
    while back[-1]["previous"]:
        back.append(client.get(back[-1]["previous"]).json())
    assert [ids(page) for page in reversed(back)] == [ids(page) for page in pages]
    assert back[-1]["previous"] is None


def test_a_row_added_in_between_moves_nothing(scene: Scene, weights: list[int]) -> None:
    client = scene.client()
    first = client.get(f"{V1}/weights/", {"page_size": 3}).json()
    a_weight(scene.patient, on=date(2026, 3, 2))
    second = client.get(first["next"]).json()
    assert ids(first) + ids(second) == weights[:6]


def test_filters_stay_on_the_next_page(scene: Scene, weights: list[int]) -> None:
    client = scene.client()
    first = client.get(f"{V1}/weights/", {"page_size": 2, "from_on": "2026-03-02", "to_on": "2026-03-02"}).json()
    second = client.get(first["next"]).json()
    assert ids(first) + ids(second) == weights[1:5]
    assert second["next"] is None


def test_patients_come_by_the_time_of_their_registration(scene: Scene) -> None:
    for number, name in (("B", "Alder"), ("C", "Zander"), ("D", "Alder"), ("E", "alder"), ("F", "Ölander")):
        a_patient(scene.doctor, hospital_number=number, family_name=name)
    client = scene.client()
    page = client.get(f"{V1}/patients/", {"page_size": 2}).json()
    seen = page["results"]
    while page["next"]:
        page = client.get(page["next"]).json()
        seen += page["results"]
    whole = client.get(f"{V1}/patients/").json()["results"]
    assert seen == whole
    assert len(seen) == 6
    assert [row["hospital_number"] for row in seen][:5] == ["F", "E", "D", "C", "B"]


@pytest.mark.parametrize("cursor", ["x", "", "W10", "WyJuZXh0IiwgMSwgMl0", "WyJuZXh0IiwgIjIwMjYtMDMtMDEiLCAidCJd", "é"])
def test_broken_cursors(scene: Scene, weights: list[int], cursor: str) -> None:
    answer = scene.client().get(f"{V1}/weights/", {"cursor": cursor})
    assert is_problem(answer, 400)
    assert list(answer.json()["errors"]) == ["cursor"]


@pytest.mark.parametrize("size", ["0", "-1", "201", "x", "", "1e2", "٣", "1000000000000000000000"])
def test_page_sizes_out_of_range(scene: Scene, size: str) -> None:
    assert is_problem(scene.client().get(f"{V1}/weights/", {"page_size": size}), 400)
