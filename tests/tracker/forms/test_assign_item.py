from collections.abc import Callable
from typing import Any

from django.urls import reverse

from monitoring.models import Assignment, DueItem
from tests.factories.rows import a_due_item
from tests.tracker.forms.conftest import World
from tests.tracker.pages import text_of

ITEM = "?item=full_blood_count"


def given(world: World, owner: object, scope: str = "item", query: str = ITEM) -> Any:
    return world.post("assign_item", world.patient.pk, query=query, by=world.nurse, owner=str(owner), scope=scope)


def test_one_item_or_all_of_the_patients_monitoring(world: World) -> None:
    item = a_due_item(world.patient)
    other = a_due_item(world.patient, "albumin")
    assert given(world, world.nurse.pk).status_code == 302
    assert given(world, world.doctor.pk, "patient").status_code == 302
    assert DueItem.objects.get(pk=item.pk).owner == world.nurse
    assert DueItem.objects.get(pk=other.pk).owner == world.doctor
    assert world.reconciled == [world.patient.pk] * 2


def test_only_those_who_may_take_it_are_offered(world: World) -> None:
    page = text_of(world.get("assign_item", world.patient.pk, query=ITEM, by=world.nurse))
    assert f"{world.nurse.username} (me)" in page
    assert "Dora Doctor" in page
    assert world.admin.username not in page
    assert world.stranger.username not in page
    assert "only this: full blood count" in page


def test_a_stranger_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(given(world, world.stranger.pk), "owner", "Select a valid choice")
    assert not Assignment.objects.exists()


def test_taken_away_and_given_back_by_undo(world: World) -> None:
    item = a_due_item(world.patient)
    given(world, world.nurse.pk)
    client = world.client(world.nurse)
    address = reverse("assign_item", args=[world.patient.pk]) + ITEM + "&next=/worklist/"
    page = client.post(address, {"owner": "nobody", "scope": "item"}, follow=True)
    assert "nobody’s in particular" in text_of(page)
    assert DueItem.objects.get(pk=item.pk).owner is None
    undo = reverse("undo_work", args=["given_back", Assignment.objects.get().pk])
    assert f'action="{undo}"' in page.content.decode()
    client.post(undo)
    assert DueItem.objects.get(pk=item.pk).owner == world.nurse


def test_without_an_item_it_is_about_the_whole_patient(world: World) -> None:
    assert "only this" not in text_of(world.get("assign_item", world.patient.pk))
    given(world, world.nurse.pk, "patient", "")
    assert Assignment.objects.get().item == ""
