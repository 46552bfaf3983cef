from collections.abc import Callable
from datetime import date
from typing import Any

from monitoring.models import TargetRange
from tests.factories import rows
from tests.tracker.forms.conftest import World
from tests.tracker.pages import text_of


def set_range(world: World, **typed: str) -> Any:
    usual = {"low": "100", "high": "150.5", "unit": "ng/mL", "from_on": "today", "reason": "lung disease"}
    return world.post("set_target_range", world.patient.pk, "ciclosporin_level", **{**usual, **typed})


def test_the_range_is_set(world: World) -> None:
    assert set_range(world).status_code == 302
    row = TargetRange.objects.get()
    assert (row.analyte, str(row.low), str(row.high), row.unit) == ("ciclosporin_level", "100.00", "150.50", "ng/mL")
    assert world.reconciled == [world.patient.pk]


def test_the_range_before_stands_beside_the_fields(world: World) -> None:
    rows.a_target_range(world.patient, from_on=date(2026, 3, 2))
    text = text_of(world.get("set_target_range", world.patient.pk, "ciclosporin_level"))
    assert "The range in which the ciclosporin level of this patient should lie" in text
    assert "Recorded before: 100 ng/mL since 02-Mar-2026" in text
    assert "Recorded before: 150 ng/mL since 02-Mar-2026" in text


def test_the_ends_are_in_their_order(world: World, refused: Callable[..., str]) -> None:
    refused(set_range(world, low="200"), "high", "above the lower one")
    refused(set_range(world, low="about 5"), "low", "Enter a number")


def test_what_is_no_drug_level_is_not_found(world: World) -> None:
    for analyte in ("alt", "nonsense"):
        assert world.get("set_target_range", world.patient.pk, analyte).status_code == 404
