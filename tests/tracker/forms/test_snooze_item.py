from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from monitoring.models import Snooze
from tests.factories.rows import a_due_item
from tests.tracker.forms.conftest import World
from tests.tracker.pages import text_of


def put_off(world: World, **changed: str) -> Any:
    typed = {"until": "04/12/2026", "reason": "sample taken by the GP", **changed}
    return world.post("snooze_item", world.patient.pk, "full_blood_count", by=world.nurse, **typed)


def test_an_item_is_put_off_with_a_reason(world: World) -> None:
    assert put_off(world).status_code == 302
    row = Snooze.objects.get()
    assert (row.item, row.made_on, row.until) == ("full_blood_count", date(2026, 11, 20), date(2026, 12, 4))
    assert (row.reason, row.recorded_by) == ("sample taken by the GP", world.nurse)
    assert world.reconciled == [world.patient.pk]


def test_the_page_names_the_item(world: World) -> None:
    assert "Full blood count" in world.get("snooze_item", world.patient.pk, "full_blood_count").content.decode()


@pytest.mark.parametrize(
    ("interval", "latest"), [(None, "18-Dec-2026 at most (28 days)"), (84, "12-Feb-2027 at most (84 days)")]
)
def test_how_far_it_can_be_put_off_is_said_beside_the_field(world: World, interval: int | None, latest: str) -> None:
    a_due_item(world.patient, "full_blood_count", interval_days=interval)
    page = text_of(world.get("snooze_item", world.patient.pk, "full_blood_count", by=world.nurse))
    assert f"Until {latest}; a doctor can choose longer." in page
    page = text_of(world.get("snooze_item", world.patient.pk, "full_blood_count", by=world.doctor))
    assert "Until 22-May-2027 at most: 183 days." in page


def test_one_of_several_occasions_is_put_off_alone(world: World) -> None:
    page = world.get("snooze_item", world.patient.pk, "taper_checkpoint", query="?occasion=2026-12-01")
    assert 'name="occasion" value="2026-12-01"' in page.content.decode()
    typed = {"until": "04/12/2026", "reason": "away", "occasion": "2026-12-01"}
    assert world.post("snooze_item", world.patient.pk, "taper_checkpoint", **typed).status_code == 302
    assert Snooze.objects.get().occasion == "2026-12-01"


def test_today_is_not_later(world: World, refused: Callable[..., str]) -> None:
    text = refused(put_off(world, until="today"), "until", "later day")
    assert 'value="sample taken by the GP"' in text
    assert put_off(world, until="21/11/2026").status_code == 302


def test_a_reason_is_asked_for(world: World, refused: Callable[..., str]) -> None:
    refused(put_off(world, reason=" "), "reason", "This is needed")


def test_an_item_that_the_protocol_does_not_know_is_not_found(world: World) -> None:
    assert world.get("snooze_item", world.patient.pk, "nonsense").status_code == 404
