"""Which step is next to be decided on, and how a decision moves the rest."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regimens.rules.record import Course, TaperDecision, TaperStep
from regimens.rules.taper_steps import after_hold, after_raise, decided_up_to, last_decision, open_steps
from regimens.rules.vocabulary import TaperChoice
from tests.regimens.rules.build import course, dose, on

STEPS = tuple(TaperStep(f"{day}", on(day), Decimal(dose)) for day, dose in ((28, 15), (56, 10), (84, 5), (112, 0)))


def decided(day: int, choice: TaperChoice, planned: int | None = None, identity: str = "1") -> TaperDecision:
    return TaperDecision(identity, on(day), choice, None if planned is None else on(planned))


def tapered(*decisions: TaperDecision) -> Course:
    return replace(course("prednisolone", doses=[dose("20")]), taper=STEPS, taper_decisions=decisions)


def days(steps: list[TaperStep]) -> list[int]:
    return [(step.on - on(0)).days for step in steps]


def test_without_a_decision_every_step_is_open_whatever_the_day() -> None:
    assert days(open_steps(tapered(), on(0))) == days(open_steps(tapered(), on(200))) == [28, 56, 84, 112]


@pytest.mark.parametrize(("day", "left"), [(20, [56, 84, 112]), (28, [56, 84, 112]), (60, [56, 84, 112])])
def test_a_cut_settles_its_step_and_those_before(day: int, left: list[int]) -> None:
    assert days(open_steps(tapered(decided(day, TaperChoice.CUT, 28)), on(70))) == left


@pytest.mark.parametrize("choice", [TaperChoice.HOLD, TaperChoice.RAISE])
def test_a_hold_or_raise_settles_what_had_come(choice: TaperChoice) -> None:
    assert days(open_steps(tapered(decided(56, choice, 56)), on(60))) == [84, 112]
    assert days(open_steps(tapered(decided(55, choice, 56)), on(60))) == [56, 84, 112]


def test_a_cut_without_a_plan_settles_its_day() -> None:
    assert decided_up_to(tapered(decided(30, TaperChoice.CUT)), on(30)) == on(30)


def test_a_decision_of_a_later_day_is_not_seen() -> None:
    one = tapered(decided(28, TaperChoice.CUT, 28))
    assert days(open_steps(one, on(27))) == [28, 56, 84, 112]
    assert last_decision(one, on(27)) is None


def test_the_last_of_one_day_is_the_one_entered_last() -> None:
    first, second = (decided(28, TaperChoice.CUT, identity=number) for number in ("9", "10"))
    assert last_decision(tapered(second, first), on(28)) == second


def test_a_hold_moves_the_step_and_all_later_ones_by_as_many_days() -> None:
    moved = after_hold(STEPS, on(56), on(77))
    assert days(moved) == [28, 77, 105, 133]
    assert [step.milligrams_per_day for step in moved] == [15, 10, 5, 0]


def test_a_raise_keeps_only_what_had_come() -> None:
    assert days(after_raise(STEPS, on(84), on(70))) == [28, 56]
    assert days(after_raise(STEPS, on(56), on(70))) == [28]
    assert days(after_raise(STEPS, None, on(56))) == [28]
    assert after_raise(STEPS, on(28), on(90)) == []


@given(st.sampled_from([28, 56, 84, 112]), st.integers(1, 200))
def test_a_hold_keeps_sizes_order_and_distances(planned: int, by: int) -> None:
    moved = after_hold(reversed(STEPS), on(planned), on(planned + by))
    assert [step.milligrams_per_day for step in moved] == [15, 10, 5, 0]
    found = days(moved)
    assert found == sorted(set(found))
    kept = [day for day in (28, 56, 84, 112) if day < planned]
    assert found == kept + [day + by for day in (28, 56, 84, 112) if day >= planned]
