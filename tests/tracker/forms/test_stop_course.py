from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from regimens.actions import NewDose, change_dose
from regimens.rules.vocabulary import DoseUnit, Frequency, Weekday
from tests.factories.rows import a_dose
from tests.tracker.forms.conftest import World


def stop(world: World, **changed: str) -> Any:
    typed = {"on": "05/04/2026", "reason": "intolerant", "note": "nausea", "version": "1", **changed}
    return world.post("stop_course", world.methotrexate.pk, by=world.nurse, **typed)


def test_a_stop_is_the_first_day_without_the_drug(world: World) -> None:
    assert stop(world).status_code == 302
    world.methotrexate.refresh_from_db()
    assert (world.methotrexate.stop_on, world.methotrexate.stop_reason) == (date(2026, 4, 5), "intolerant")
    assert (world.methotrexate.stop_note, world.methotrexate.stop_recorded_by) == ("nausea", world.nurse)
    assert world.reconciled == [world.patient.pk]


def test_a_stop_before_the_start_is_refused(world: World, refused: Callable[..., str]) -> None:
    text = refused(stop(world, on="04/01/2026"), "on", "cannot stop before it started")
    assert 'value="nausea"' in text
    assert '<option value="intolerant" selected>' in text
    assert stop(world, on="05/01/2026").status_code == 302


def test_a_reason_is_asked_for(world: World, refused: Callable[..., str]) -> None:
    refused(stop(world, reason=""), "reason", "This is needed")


def test_a_course_stops_once(world: World, refused: Callable[..., str]) -> None:
    stop(world)
    refused(stop(world, version="2"), "on", "already stopped")


def test_a_dose_change_meanwhile_is_shown_and_nothing_typed_is_lost(world: World) -> None:
    change_dose(
        by=world.doctor,
        course_id=world.methotrexate.pk,
        on=date(2026, 3, 2),
        dose=NewDose(
            amount=Decimal(15), unit=DoseUnit.MILLIGRAM, frequency=Frequency.ONCE_WEEKLY, weekday=Weekday.MONDAY
        ),
    )
    response = stop(world)
    assert response.status_code == 409
    text = response.content.decode()
    assert (
        "dose from 02-Mar-2026: 15\u00a0mg once a week, on Monday, entered by Dora Doctor on 20-Nov-2026 at 12:00"
        in text
    )
    assert 'value="nausea"' in text
    assert 'name="version" value="2"' in text
    world.methotrexate.refresh_from_db()
    assert world.methotrexate.stop_on is None
    assert world.reconciled == []
    assert stop(world, version="2").status_code == 302


def test_a_corticosteroid_that_stops_suddenly_is_said_once(world: World) -> None:
    a_dose(world.prednisolone, "20", date(2026, 6, 1))
    typed = {"on": "19/11/2026", "reason": "planned", "version": str(world.prednisolone.version)}
    first = world.post("stop_course", world.prednisolone.pk, by=world.nurse, **typed)
    assert first.status_code == 200
    assert "do not stop a corticosteroid suddenly" in first.content.decode()
    world.prednisolone.refresh_from_db()
    assert world.prednisolone.stop_on is None
    assert world.save("stop_course", world.prednisolone.pk, by=world.nurse, **typed).status_code == 302
    assert world.prednisolone.dose_checks.get().findings[0]["code"] == "sudden_stop"
