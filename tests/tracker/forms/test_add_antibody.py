from collections.abc import Callable
from datetime import date

from patients.models import Autoantibody
from tests.tracker.forms.conftest import World


def test_a_finding_is_recorded(world: World) -> None:
    typed = {"name": "anti-MDA5", "finding": "equivocal", "on": "05-Apr-2026"}
    assert world.post("add_antibody", world.patient.pk, by=world.nurse, **typed).status_code == 302
    row = Autoantibody.objects.get()
    assert (row.name, row.finding, row.on) == ("anti-MDA5", "equivocal", date(2026, 4, 5))
    assert world.reconciled == [world.patient.pk]


def test_its_day_may_be_unknown(world: World) -> None:
    assert world.post("add_antibody", world.patient.pk, name="anti-Jo-1", finding="positive").status_code == 302
    assert Autoantibody.objects.get().on is None


def test_a_day_in_the_future_is_refused(world: World, refused: Callable[..., str]) -> None:
    response = world.post("add_antibody", world.patient.pk, name="anti-Jo-1", finding="negative", on="21/11/2026")
    text = refused(response, "on", "in the future")
    assert 'value="anti-Jo-1"' in text


def test_a_name_of_spaces_is_no_name(world: World, refused: Callable[..., str]) -> None:
    refused(world.post("add_antibody", world.patient.pk, name="  ", finding="positive"), "name", "This is needed")
