from collections.abc import Callable
from typing import Any

from regimens.models import Course, DosePeriod, Outcome
from tests.tracker.forms.conftest import World


def decide(world: World, **changed: str) -> Any:
    typed = {"drug": "ciclosporin", "kind": "declined", "on": "05/04/2026", "reason": "fears hair growth", **changed}
    return world.post("record_never_given", world.patient.pk, **typed)


def test_the_decision_is_recorded_without_a_dose(world: World) -> None:
    assert decide(world).status_code == 302
    course = Course.objects.get(drug="ciclosporin")
    assert course.never_given
    assert not DosePeriod.objects.filter(course=course).exists()
    outcome = Outcome.objects.get(course=course)
    assert (outcome.kind, outcome.reason) == ("declined", "fears hair growth")
    assert world.reconciled == [world.patient.pk]


def test_only_contraindicated_and_declined_are_offered(world: World, refused: Callable[..., str]) -> None:
    text = refused(decide(world, kind="ineffective"), "kind", "Select a valid choice")
    assert "fears hair growth</textarea>" in text
    assert '<option value="ciclosporin" selected>' in text


def test_a_reason_of_spaces_is_none(world: World, refused: Callable[..., str]) -> None:
    refused(decide(world, reason="   "), "reason", "This is needed")


def test_a_decision_in_the_future_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(decide(world, on="21/11/2026"), "on", "in the future")
    assert not Course.objects.filter(drug="ciclosporin").exists()
