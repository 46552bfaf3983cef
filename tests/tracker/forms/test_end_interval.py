from collections.abc import Callable
from datetime import date

from monitoring.models import IntervalOverride
from tests.factories import rows
from tests.tracker.forms.conftest import World
from tests.tracker.pages import text_of

UNTIL = date(2027, 2, 20)


def test_the_schedule_holds_again(world: World) -> None:
    row = rows.an_interval_override(world.patient, UNTIL)
    page = text_of(world.get("end_interval", world.patient.pk, row.pk))
    assert "Methotrexate, everything repeated: every 28 days until 20-Feb-2027, since 05-Jan-2026" in page
    assert "stable for two years. Entered 20-Nov-2026 at 12:00 by Dora Doctor" in page
    assert world.post("end_interval", world.patient.pk, row.pk, reason="lymphocytes low").status_code == 302
    assert IntervalOverride.objects.current().get().until == date(2026, 11, 20)
    assert world.reconciled == [world.patient.pk]


def test_one_that_is_over_is_said_to_be(world: World, refused: Callable[..., str]) -> None:
    row = rows.an_interval_override(world.patient, date(2026, 11, 20))
    refused(world.post("end_interval", world.patient.pk, row.pk, reason="worse"), "", "ended on 20-Nov-2026")


def test_another_patients_is_not_found(world: World) -> None:
    other = rows.an_interval_override(rows.a_patient(world.doctor), UNTIL)
    assert world.get("end_interval", world.patient.pk, other.pk).status_code == 404
