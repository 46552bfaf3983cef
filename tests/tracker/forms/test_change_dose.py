from collections.abc import Callable
from datetime import date
from decimal import Decimal

from tests.tracker.forms.conftest import World

TEN = {
    "on": "05/04/2026",
    "amount": "10",
    "unit": "mg",
    "basis": "flat",
    "frequency": "once_weekly",
    "weekday": "monday",
}


def test_a_change_is_a_new_period(world: World) -> None:
    assert world.post("change_dose", world.methotrexate.pk, by=world.nurse, **TEN).status_code == 302
    first, second = world.methotrexate.doses.order_by("from_on")
    assert (first.amount, second.amount, second.from_on) == (Decimal("7.5"), Decimal(10), date(2026, 4, 5))
    assert second.weekday == "monday"
    assert world.reconciled == [world.patient.pk]


def test_the_page_shows_the_doses_so_far(world: World) -> None:
    text = world.get("change_dose", world.methotrexate.pk).content.decode()
    assert "Change the dose: methotrexate" in text
    assert "7.5\u00a0mg once a week, on Monday" in text
    assert "05-Jan-2026" in text


def test_an_empty_amount_must_be_meant(world: World, refused: Callable[..., str]) -> None:
    unknown = TEN | {"amount": "", "unit": ""}
    refused(world.post("change_dose", world.methotrexate.pk, **unknown), "amount", "tick that it is not known")
    assert world.post("change_dose", world.methotrexate.pk, **unknown, dose_unknown="on").status_code == 302
    assert world.methotrexate.doses.get(from_on=date(2026, 4, 5)).amount is None


def test_an_amount_and_not_known_contradict(world: World, refused: Callable[..., str]) -> None:
    refused(world.post("change_dose", world.methotrexate.pk, **TEN, dose_unknown="on"), "dose_unknown", "not both")


def test_a_weekly_dose_needs_its_weekday(world: World, refused: Callable[..., str]) -> None:
    text = refused(world.post("change_dose", world.methotrexate.pk, **TEN | {"weekday": ""}), "weekday", "Choose")
    assert 'name="amount" value="10"' in text


def test_a_day_before_the_course_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(world.post("change_dose", world.methotrexate.pk, **TEN | {"on": "04/01/2026"}), "on", "before the course")


def test_a_second_dose_from_one_day_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(world.post("change_dose", world.methotrexate.pk, **TEN | {"on": "05/01/2026"}), "on", "already has a dose")
