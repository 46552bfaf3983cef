from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.urls import reverse

from patients.models import Height, Weight
from tests.factories.rows import a_weight
from tests.tracker.forms.conftest import World


def test_weight_and_height_are_recorded_together(world: World) -> None:
    response = world.post("add_weight", world.patient.pk, on="05/04/2026", kilograms="70.5", centimetres="168")
    assert response["Location"] == reverse("record", args=[world.patient.pk])
    weight = Weight.objects.get()
    assert (weight.on, weight.kilograms, weight.recorded_by) == (date(2026, 4, 5), Decimal("70.5"), world.doctor)
    assert Height.objects.get().centimetres == Decimal("168")
    assert world.reconciled == [world.patient.pk]


def test_one_of_the_two_is_enough(world: World) -> None:
    assert world.post("add_weight", world.patient.pk, on="today", kilograms="", centimetres="168").status_code == 302
    assert not Weight.objects.exists()
    assert Height.objects.get().on == date(2026, 11, 20)


def test_neither_is_refused(world: World, refused: Callable[..., str]) -> None:
    response = world.post("add_weight", world.patient.pk, on="05/04/2026")
    refused(response, "kilograms", "Enter a weight, a height or both.")


def test_a_height_that_cannot_be_leaves_the_weight_unsaved_too(world: World, refused: Callable[..., str]) -> None:
    response = world.post("add_weight", world.patient.pk, on="05/04/2026", kilograms="70", centimetres="16.8")
    text = refused(response, "centimetres", "A height is between 30 and 260 cm.")
    assert 'value="16.8"' in text
    assert 'value="05/04/2026"' in text
    assert not Weight.objects.exists()
    assert world.reconciled == []


def test_a_day_that_has_not_come_is_refused_beside_its_field(world: World, refused: Callable[..., str]) -> None:
    response = world.post("add_weight", world.patient.pk, on="21/11/2026", kilograms="70")
    refused(response, "on", "in the future")
    assert world.post("add_weight", world.patient.pk, on="20/11/2026", kilograms="70").status_code == 302


def test_what_is_no_number_is_kept_for_correction(world: World, refused: Callable[..., str]) -> None:
    response = world.post("add_weight", world.patient.pk, on="5th of April", kilograms="70,5 kg")
    text = refused(response, "kilograms", "Enter a number in digits")
    refused(response, "on", "Enter a day")
    assert 'value="70,5 kg"' in text
    assert 'value="5th of April"' in text


def test_the_last_values_stand_beside_the_fields(world: World) -> None:
    a_weight(world.patient, "71.50", date(2026, 4, 5))
    text = world.get("add_weight", world.patient.pk).content.decode()
    assert "Recorded before: 71.5\u00a0kg on 05-Apr-2026" in text
