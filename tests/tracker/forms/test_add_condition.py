from collections.abc import Callable
from datetime import date

from patients.models import Condition
from tests.tracker.forms.conftest import World


def test_a_condition_known_by_its_month_is_recorded_as_such(world: World) -> None:
    response = world.post("add_condition", world.patient.pk, by=world.nurse, kind="ild", from_on="04/2026")
    assert response.status_code == 302
    row = Condition.objects.get()
    assert (row.kind, row.from_on, row.precision, row.to_on) == ("ild", date(2026, 4, 15), "month", None)
    assert world.reconciled == [world.patient.pk]


def test_another_condition_must_be_described(world: World, refused: Callable[..., str]) -> None:
    response = world.post("add_condition", world.patient.pk, kind="other", from_on="05/04/2026")
    text = refused(response, "description", "Say which condition this is.")
    assert '<option value="other" selected>' in text


def test_an_end_before_the_start_is_refused(world: World, refused: Callable[..., str]) -> None:
    dates = {"from_on": "05/04/2026", "to_on": "04/04/2026"}
    refused(world.post("add_condition", world.patient.pk, kind="ild", **dates), "to_on", "cannot end before it began")
    assert (
        world.post("add_condition", world.patient.pk, kind="ild", **dates | {"to_on": "05/04/2026"}).status_code == 302
    )


def test_a_start_in_the_future_is_refused(world: World, refused: Callable[..., str]) -> None:
    response = world.post("add_condition", world.patient.pk, kind="ild", from_on="2027-01-01")
    refused(response, "from_on", "in the future")
