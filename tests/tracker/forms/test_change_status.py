from collections.abc import Callable
from datetime import date
from typing import Any

from patients.actions import change_status
from patients.rules.vocabulary import PatientStatus
from tests.tracker.forms.conftest import World


def died(world: World, **changed: str) -> Any:
    typed = {"status": "deceased", "on": "05/04/2026", "reason": "pneumonia", "version": "1", **changed}
    return world.post("change_status", world.patient.pk, by=world.admin, **typed)


def test_a_death_is_recorded_with_day_and_reason(world: World) -> None:
    assert died(world).status_code == 302
    world.patient.refresh_from_db()
    assert (world.patient.status, world.patient.status_on) == ("deceased", date(2026, 4, 5))
    assert (world.patient.status_reason, world.patient.version) == ("pneumonia", 2)
    assert world.reconciled == [world.patient.pk]


def test_returning_to_care_clears_both(world: World) -> None:
    died(world)
    assert died(world, status="active", on="", reason="", version="2").status_code == 302
    world.patient.refresh_from_db()
    assert (world.patient.status, world.patient.status_on, world.patient.status_reason) == ("active", None, "")


def test_a_status_needs_its_day(world: World, refused: Callable[..., str]) -> None:
    assert "pneumonia" in refused(died(world, on=""), "on", "Enter the day from which this holds.")


def test_a_status_needs_its_reason(world: World, refused: Callable[..., str]) -> None:
    refused(died(world, reason=" "), "reason", "Enter the reason.")


def test_a_status_before_birth_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(died(world, on="05/04/1960"), "on", "before the patient was born")


def test_a_stale_page_shows_what_stands_now_and_keeps_what_was_typed(world: World) -> None:
    change_status(
        by=world.nurse,
        patient_id=world.patient.pk,
        status=PatientStatus.TRANSFERRED,
        on=date(2026, 3, 1),
        reason="moved to Leeds",
        version=1,
    )
    response = died(world)
    assert response.status_code == 409
    text = response.content.decode()
    assert "transferred to another service since 01-Mar-2026: moved to Leeds" in text
    assert 'value="pneumonia"' in text
    assert 'name="version" value="2"' in text
    world.patient.refresh_from_db()
    assert world.patient.status == "transferred"
    assert world.reconciled == []


def test_after_seeing_the_change_the_same_entry_goes_through(world: World) -> None:
    test_a_stale_page_shows_what_stands_now_and_keeps_what_was_typed(world)
    assert died(world, version="2").status_code == 302
    world.patient.refresh_from_db()
    assert world.patient.status == "deceased"
