from collections.abc import Callable
from datetime import date
from typing import Any

from django.urls import reverse

from monitoring.models import DueItem, SampleTaken
from tests.factories.rows import a_due_item
from tests.tracker.forms.conftest import World
from tests.tracker.pages import text_of


def taken(world: World, **changed: Any) -> Any:
    a_due_item(world.patient, "albumin", date(2026, 11, 2))
    typed = {"items": ["full_blood_count", "albumin"], "taken_on": "19/11/2026", **changed}
    return world.post("take_sample", world.patient.pk, query="?item=full_blood_count", by=world.nurse, **typed)


def test_a_sample_for_several_items_waits_for_its_result(world: World) -> None:
    assert taken(world).status_code == 302
    assert list(SampleTaken.objects.order_by("item").values_list("item", "taken_on", "until")) == [
        ("albumin", date(2026, 11, 19), date(2026, 11, 26)),
        ("full_blood_count", date(2026, 11, 19), date(2026, 11, 26)),
    ]
    assert DueItem.objects.get().waiting_until == date(2026, 11, 26)
    assert world.reconciled == [world.patient.pk]


def test_the_page_offers_what_is_due_and_a_sample_answers(world: World) -> None:
    a_due_item(world.patient, "albumin")
    a_due_item(world.patient, "blood_pressure")
    page = world.get("take_sample", world.patient.pk, query="?item=full_blood_count", by=world.nurse)
    text = text_of(page)
    assert "full blood count" in text
    assert "albumin" in text
    assert "blood pressure" not in text
    assert 'value="full_blood_count" autocomplete="off" id="id_items_0" checked' in page.content.decode()


def test_with_nothing_due_there_is_nothing_to_record(world: World) -> None:
    assert "Nothing is due that a sample answers." in text_of(world.get("take_sample", world.patient.pk))


def test_what_the_record_refuses_stands_beside_its_field(world: World, refused: Callable[..., str]) -> None:
    refused(taken(world, taken_on="12/11/2026"), "until", "were over on 19-Nov-2026")
    DueItem.objects.all().delete()
    refused(taken(world, taken_on="tomorrow"), "taken_on", "Enter a day")


def test_undone_from_another_account_it_stands_and_says_why(world: World) -> None:
    taken(world)
    row = SampleTaken.objects.first()
    assert row is not None
    response = world.client(world.doctor).post(reverse("undo_work", args=["sample", row.pk]), follow=True)
    assert "Not undone. Only the person who entered it can undo it" in text_of(response)
    assert SampleTaken.objects.current().count() == 2
    assert world.client(world.stranger).post(reverse("undo_work", args=["sample", row.pk])).status_code == 404
    assert world.client(world.admin).post(reverse("undo_work", args=["sample", row.pk])).status_code == 403
    assert world.client(world.nurse).post(reverse("undo_work", args=["weight", row.pk])).status_code == 404
    assert world.client(world.nurse).get(reverse("undo_work", args=["sample", row.pk])).status_code == 405
