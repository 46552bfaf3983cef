from collections.abc import Callable
from datetime import date
from typing import Any

from regimens.models import Milestone
from tests.tracker.forms.conftest import World


def add(world: World, **changed: str) -> Any:
    typed = {"kind": "remission", "on": "Apr-2026", "note": "CK normal", **changed}
    return world.post("add_milestone", world.patient.pk, **typed)


def test_a_milestone_is_recorded(world: World) -> None:
    assert add(world).status_code == 302
    row = Milestone.objects.get()
    assert (row.kind, row.on, row.precision, row.note) == ("remission", date(2026, 4, 15), "month", "CK normal")
    assert world.reconciled == [world.patient.pk]


def test_the_same_milestone_of_one_day_is_recorded_once(world: World, refused: Callable[..., str]) -> None:
    add(world)
    text = refused(add(world), "kind", "already recorded for that day")
    assert 'value="Apr-2026"' in text
    assert add(world, kind="relapse").status_code == 302


def test_a_day_in_the_future_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(add(world, on="21/11/2026"), "on", "in the future")


def test_a_month_still_running_ends_today(world: World) -> None:
    assert add(world, on="11/2026").status_code == 302
    assert Milestone.objects.get().on == date(2026, 11, 15)
