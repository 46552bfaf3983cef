"""Work on due items over the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from monitoring.models import Alert, Assignment, DueItem, SampleTaken
from monitoring.models.due_item import DueItemStatus
from monitoring.protocol.load import load
from monitoring.rules.vocabulary import AlertStatus
from patients.clock import today_in
from tests.factories.api import Scene
from tests.factories.rows import a_due_item, a_result

pytestmark = pytest.mark.django_db

V1 = "/api/v1"


@pytest.fixture
def post(scene: Scene) -> Callable[..., Any]:
    client = scene.client("nurse")
    return lambda address, **body: client.post(f"{V1}/{address}", {"patient": scene.patient.pk, **body}, format="json")


def test_a_contact_is_answered_as_recorded(scene: Scene, post: Callable[..., Any]) -> None:
    today = today_in(scene.clinic)
    said = {"channel": "telephone", "outcome": "will_attend", "symptoms_asked": True, "symptoms": ["rash"]}
    done = post("contacts/", on=str(today), item="albumin", note="rang", **said)
    assert done.status_code == 201
    assert {name: done.json()[name] for name in ("on", "item", "note", *said)} == {
        "on": str(today),
        "item": "albumin",
        "note": "rang",
        **said,
    }
    refused = post("contacts/", on=str(today), **(said | {"outcome": "other"}))
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["note"])
    listed = scene.client().get(f"{V1}/contacts/", {"item": "albumin", "outcome": "will_attend"}).json()["results"]
    assert [row["id"] for row in listed] == [done.json()["id"]]


def test_symptoms_are_answered_at_once_as_on_the_page(scene: Scene, post: Callable[..., Any]) -> None:
    """No worker runs here: the alert and the count are there with the answer. Other contacts are left to the queue."""
    today = today_in(scene.clinic)
    said = {"on": str(today), "channel": "telephone", "outcome": "will_attend", "symptoms_asked": True}
    for analyte, value in (("white_cells", "6"), ("neutrophils", "4"), ("platelets", "250"), ("haemoglobin", "130")):
        a_result(scene.patient, analyte, value, today - timedelta(1), unit=load().analytes[analyte].units[0])
    counts = DueItem.objects.filter(item="full_blood_count", status=DueItemStatus.OPEN)
    assert post("contacts/", **said, symptoms=[]).status_code == 201
    assert not counts.filter(due_on=today).exists()
    done = post("contacts/", **said, symptoms=["fever"])
    assert done.status_code == 201
    assert Alert.objects.filter(subject=f"contact:{done.json()['id']}", status=AlertStatus.OPEN).exists()
    assert (counts.get().due_on, counts.get().rule_id) == (today, "bsr_2017.symptoms")


def test_a_sample_is_one_row_for_each_item_and_the_items_wait(scene: Scene, post: Callable[..., Any]) -> None:
    today = today_in(scene.clinic)
    item = a_due_item(scene.patient, "albumin", today)
    done = post("samples-taken/", items=["albumin", "lipids"], taken_on=str(today))
    assert done.status_code == 201
    until = str(today + timedelta(7))
    assert [(row["item"], row["until"]) for row in done.json()["samples"]] == [("albumin", until), ("lipids", until)]
    shown = scene.client().get(f"{V1}/due-items/{item.pk}/").json()
    assert (shown["waiting_until"], shown["standing"]["bucket"]["value"]) == (until, "waiting")
    refused = post("samples-taken/", items=["weight"], taken_on=str(today))
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["items"])
    taken_back = scene.client("nurse").post(
        f"{V1}/samples-taken/{done.json()['samples'][0]['id']}/withdraw/", {"reason": "wrong patient"}, format="json"
    )
    assert taken_back.status_code == 204
    assert DueItem.objects.get(pk=item.pk).waiting_until is None
    assert SampleTaken.objects.current().filter(item="lipids").exists()


def test_an_item_not_needed_is_closed(scene: Scene, post: Callable[..., Any]) -> None:
    item = a_due_item(scene.patient, "albumin")
    done = post("not-needed/", item="albumin", reason="done elsewhere")
    assert (done.status_code, done.json()["until"]) == (201, None)
    assert DueItem.objects.get(pk=item.pk).status == "cancelled"


def test_work_is_assigned_within_the_clinic(scene: Scene, post: Callable[..., Any]) -> None:
    item = a_due_item(scene.patient, "albumin")
    done = post("assignments/", item="albumin", owner=scene.nurse.pk)
    assert (done.status_code, done.json()["owner"]) == (201, scene.nurse.pk)
    mine = scene.client("nurse").get(f"{V1}/due-items/", {"owner": "me"}).json()["results"]
    assert [(row["id"], row["owner"]) for row in mine] == [(item.pk, scene.nurse.pk)]
    refused = post("assignments/", item="albumin", owner=scene.stranger.pk)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["owner"])
    assert Assignment.objects.current().filter(item="albumin").count() == 1


@pytest.mark.parametrize("name", ["bucket", "lateness", "standing"])
def test_what_depends_on_the_day_needs_it(scene: Scene, name: str) -> None:
    value = {"bucket": "overdue", "lateness": "any", "standing": "overdue"}[name]
    answer = scene.client().get(f"{V1}/due-items/", {name: value})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["as_of"])


@pytest.mark.parametrize("owner", ["0", "me ' or 1=1", "everyone", "9" * 30])
def test_an_owner_is_a_word_or_an_id(scene: Scene, owner: str) -> None:
    answer = scene.client().get(f"{V1}/due-items/", {"owner": owner})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["owner"])
