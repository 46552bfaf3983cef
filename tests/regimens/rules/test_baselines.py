"""Which assessment a course is compared with, both sides of each span."""

from decimal import Decimal
from itertools import permutations

import pytest

from patients.rules.record import Assessment, Enzyme
from patients.rules.vocabulary import EnzymeName, MrcGrade
from regimens.rules.baselines import baseline_for, has_core_measure
from tests.regimens.rules.build import PROTOCOL, START, on


def row(day: int, name: str = "") -> Assessment:
    return Assessment(name or f"a{day}", on(day), physician_global=Decimal(5))


def found(*rows: Assessment) -> str | None:
    baseline = baseline_for(rows, START, PROTOCOL.settings)
    return baseline.id if baseline else None


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((-84,), "a-84"),
        ((-85,), None),
        ((14,), "a14"),
        ((15,), None),
        ((0,), "a0"),
        ((-50, -3), "a-3"),
        ((-80, 1), "a-80"),
        ((0, 1), "a0"),
        ((3, 9), "a3"),
        ((), None),
    ],
)
def test_the_last_one_before_or_else_the_first_one_after(days: tuple[int, ...], expected: str | None) -> None:
    for order in permutations(days):
        assert found(*map(row, order)) == expected


def test_of_two_on_one_day_the_higher_id_counts() -> None:
    for pair in permutations((row(0, "a"), row(0, "b"))):
        assert found(*pair) == "b"
    for pair in permutations((row(5, "a"), row(5, "b"))):
        assert found(*pair) == "b"


def test_an_assessment_without_a_core_measure_compares_with_nothing() -> None:
    assert found(row(-20), Assessment("grade", on(0), lowest_mrc=MrcGrade.FOUR, fvc_percent=Decimal(80))) == "a-20"


@pytest.mark.parametrize(
    "name", ["physician_global", "patient_global", "mmt", "haq", "extramuscular_global", "cmas", "das"]
)
def test_each_core_measure_is_one(name: str) -> None:
    assert has_core_measure(Assessment("a", START, **{name: Decimal(0)}))  # type: ignore[arg-type]  # a measure by its name
    assert has_core_measure(Assessment("a", START, enzymes=(Enzyme(EnzymeName.CK, Decimal(1)),)))
    assert not has_core_measure(Assessment("a", START))
