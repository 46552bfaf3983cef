from collections.abc import Callable
from datetime import date

from monitoring.models import Pause
from tests.factories import rows
from tests.tracker.forms.conftest import World
from tests.tracker.pages import text_of

UNTIL = date(2026, 12, 20)


def test_monitoring_is_taken_up_again(world: World) -> None:
    row = rows.a_pause(world.patient, UNTIL, drug="methotrexate")
    text = text_of(world.get("resume_monitoring", world.patient.pk, row.pk, by=world.nurse))
    assert "Methotrexate: paused since 05-Jan-2026, until 20-Dec-2026, ends in 30 days" in text
    typed = {"on": "today", "reason": "discharged"}
    assert world.post("resume_monitoring", world.patient.pk, row.pk, by=world.nurse, **typed).status_code == 302
    new = Pause.objects.current().get()
    assert (new.ended_on, new.end_reason, new.recorded_by) == (date(2026, 11, 20), "discharged", world.nurse)
    assert world.reconciled == [world.patient.pk]


def test_the_day_lies_within_the_pause(world: World, refused: Callable[..., str]) -> None:
    row = rows.a_pause(world.patient, UNTIL)
    typed = {"on": "04/01/2026", "reason": "discharged"}
    refused(world.post("resume_monitoring", world.patient.pk, row.pk, **typed), "on", "began on 05-Jan-2026")


def test_another_patients_is_not_found(world: World) -> None:
    other = rows.a_pause(rows.a_patient(world.doctor), UNTIL)
    assert world.get("resume_monitoring", world.patient.pk, other.pk).status_code == 404
