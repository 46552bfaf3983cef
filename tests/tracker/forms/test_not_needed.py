from collections.abc import Callable
from datetime import date

from monitoring.models import DueItem, NotNeeded
from tests.factories.rows import a_due_item
from tests.tracker.forms.conftest import World


def test_an_item_leaves_the_list_with_the_reason(world: World) -> None:
    item = a_due_item(world.patient)
    response = world.post(
        "not_needed", world.patient.pk, "full_blood_count", by=world.nurse, reason="done elsewhere", until="01/12/2026"
    )
    assert response.status_code == 302
    row = NotNeeded.objects.get()
    assert (row.item, row.reason, row.until, row.recorded_by) == (
        "full_blood_count",
        "done elsewhere",
        date(2026, 12, 1),
        world.nurse,
    )
    assert DueItem.objects.get(pk=item.pk).status == "cancelled"
    assert world.reconciled == [world.patient.pk]


def test_one_of_several_occasions_is_meant(world: World) -> None:
    page = world.get("not_needed", world.patient.pk, "taper_checkpoint", query="?occasion=2026-12-01")
    assert 'name="occasion" value="2026-12-01"' in page.content.decode()


def test_what_the_record_refuses_stands_beside_its_field(world: World, refused: Callable[..., str]) -> None:
    args = ("not_needed", world.patient.pk, "full_blood_count")
    refused(world.post(*args, reason=""), "reason", "This is needed")
    refused(world.post(*args, reason="away", until="today"), "until", "later day")
    assert world.get("not_needed", world.patient.pk, "nonsense").status_code == 404
