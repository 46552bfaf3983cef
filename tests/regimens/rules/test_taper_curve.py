"""The published example of a taper, by the patient's weight."""

from decimal import Decimal

import pytest

from patients.rules.record import Weight
from regimens.rules.taper_curve import LABEL, ExpectedCurve, cumulative_of, expected_curve
from tests.regimens.rules.build import PROTOCOL, on

(ETG,) = PROTOCOL.file.expected_tapers


def curve(kilograms: str | None, weighed: int = 0, as_of: int = 400) -> ExpectedCurve:
    weights = () if kilograms is None else (Weight("w", on(weighed), Decimal(kilograms)),)
    return expected_curve(ETG, weights, on(0), on(as_of))


def drawn(found: ExpectedCurve) -> list[tuple[int, str]]:
    return [((day - on(0)).days, str(dose)) for day, dose in found.steps]


def test_75_kg_makes_ten_cuts_to_25_mg() -> None:
    found = drawn(curve("75"))
    assert found[0] == (0, "75")
    assert found[1] == (42, "70")
    assert found[-1] == (168, "25")
    assert len(found) == 11


@pytest.mark.parametrize(
    ("day", "milligrams"), [(0, 0), (42, 3150), (56, 3150 + 980), (168, 9450), (169, 9475), (182, 9800), (500, 9800)]
)
def test_its_sum(day: int, milligrams: int) -> None:
    assert cumulative_of(curve("75"), on(day)) == milligrams


@pytest.mark.parametrize(("kilograms", "first"), [("74.9", "74.9"), ("75", "75"), ("75.1", "75"), ("120", "75")])
def test_the_ceiling(kilograms: str, first: str) -> None:
    assert drawn(curve(kilograms))[0] == (0, first)


def test_the_last_cut_goes_no_lower_than_the_end() -> None:
    assert drawn(curve("68"))[-2:] == [(140, "28"), (154, "25")]


@pytest.mark.parametrize(("kilograms", "why"), [(None, "needs a body weight"), ("25", "below where"), ("0", "needs")])
def test_why_it_is_not_drawn(kilograms: str | None, why: str) -> None:
    found = curve(kilograms)
    assert found.steps == ()
    assert why in found.why_not
    assert cumulative_of(ExpectedCurve(ETG, ()), on(10)) == 0


def test_a_weight_just_above_the_end_is_drawn() -> None:
    assert drawn(curve("25.1")) == [(0, "25.1"), (42, "25")]


def test_a_weight_measured_after_the_day_is_not_seen() -> None:
    assert curve("75", weighed=20, as_of=19).steps == ()
    assert curve("75", weighed=20, as_of=20).steps != ()


def test_it_says_that_it_is_an_example() -> None:
    assert curve("75").label == f"eTG (Australia): {LABEL}"
    assert LABEL == "example, not a prescription"
