"""What a taper's steps and an infusion cycle come to while they are typed."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from patients.rules.record import Weight
from regimens.rules.dose_words import DoseAbout, DoseWorkedOut
from regimens.rules.dose_words_planned import cycle_worked_out, plan_worked_out, taper_worked_out
from regimens.rules.guard_infusions import check_infusion
from regimens.rules.record import Course, Infusion, InfusionPlan, TreatmentRecord
from regimens.rules.vocabulary import DoseUnit, InfusionAnchor, Route
from tests.regimens.rules.build import PROTOCOL, course, dose, on, record

STEROID = course("prednisolone", doses=[dose("20", 0)])
IMMUNOGLOBULIN = course("normal_immunoglobulin", route=Route.INTRAVENOUS)
WEIGHT = Weight("w", on(0), Decimal(50))
CURRENT = PROTOCOL.file.guard.weight_current_days


def known(taken: Course, *weights: Weight) -> TreatmentRecord:
    found = record()
    return replace(found, patient=replace(found.patient, weights=weights), courses=(taken,))


def tapered(*steps: tuple[int, str], weights: tuple[Weight, ...] = (WEIGHT,)) -> DoseWorkedOut:
    pairs = [(on(day), Decimal(milligrams)) for day, milligrams in steps]
    return taper_worked_out(known(STEROID, *weights), PROTOCOL, STEROID, pairs)


def texts(found: DoseWorkedOut) -> list[str]:
    return [line.text.replace("\u00a0", " ") for line in found.lines]


def test_each_step_is_told_a_day_by_weight_and_a_week() -> None:
    first, second = texts(tapered((10, "10"), (20, "5")))
    assert first == "From 11-Jan-2024: 10 mg a day (0.2 mg/kg), 70 mg a week, with 50 kg of 01-Jan-2024."
    assert second == "From 21-Jan-2024: 5 mg a day (0.1 mg/kg), 35 mg a week, with 50 kg of 01-Jan-2024."


def test_a_step_without_a_weight_says_so() -> None:
    found = tapered((10, "10"), weights=())
    assert "No weight is recorded on or before 11-Jan-2024: mg/kg cannot be worked out." in texts(found)[0]
    assert not found.lines[0].known


@pytest.mark.parametrize(("day", "old"), [(CURRENT, False), (CURRENT + 1, True)])
def test_a_weight_is_old_by_the_day_of_the_step(day: int, old: bool) -> None:
    assert ("weigh again" in texts(tapered((day, "10")))[0]) is old


def test_nothing_means_stopped_and_what_the_guard_says_of_the_stop_stands_beside_it() -> None:
    found = tapered((100, "10"), (200, "0"))
    assert texts(found)[1] == "From 19-Jul-2024: stopped."
    assert [finding.code.value for finding in found.said] == ["sudden_stop"]
    assert tapered((100, "10")).said == ()


def test_no_step_says_so() -> None:
    found = tapered()
    assert [line.known for line in found.lines] == [False]


def given(total: str | None = "100", days: int = 2, weight: str | None = None) -> Infusion:
    kilograms = None if weight is None else Decimal(weight)
    return Infusion("i", on(10), days, None if total is None else Decimal(total), DoseUnit.GRAM, kilograms)


def cycle(infusion: Infusion, *weights: Weight) -> DoseWorkedOut:
    return cycle_worked_out(known(IMMUNOGLOBULIN, *weights), PROTOCOL, IMMUNOGLOBULIN, infusion, on(10))


def test_a_cycle_is_told_in_all_by_weight_and_a_day() -> None:
    in_all, by_weight, a_day = texts(cycle(given(), WEIGHT))
    assert in_all == "100 g."
    assert by_weight == "2 g/kg, with 50 kg of 01-Jan-2024."
    assert a_day == "50 g, if the 2 days have equal shares."


def test_the_weight_typed_counts_before_the_one_recorded() -> None:
    assert texts(cycle(given(weight="40"), WEIGHT))[1] == "2.5 g/kg, with 40 kg as typed."


def test_without_any_weight_that_is_said() -> None:
    found = cycle(given())
    assert "g/kg cannot be worked out" in texts(found)[1]
    assert not found.lines[1].known


def test_a_cycle_of_one_day_has_no_share() -> None:
    assert [line.about for line in cycle(given(days=1), WEIGHT).lines] == [DoseAbout.IN_ALL, DoseAbout.BY_WEIGHT]


def test_a_cycle_without_an_amount_says_so() -> None:
    assert [line.known for line in cycle(given(None), WEIGHT).lines] == [False]


def test_what_is_said_of_a_cycle_is_the_guards() -> None:
    wrong = given("1500", days=1)
    found = cycle(wrong, WEIGHT)
    expected = check_infusion(known(IMMUNOGLOBULIN, WEIGHT), PROTOCOL, IMMUNOGLOBULIN.id, wrong, on(10))
    assert found.said == expected
    assert expected


def plan(**parts: Any) -> InfusionPlan:
    usual = {
        "id": "p",
        "anchor": InfusionAnchor.LAST_GIVEN,
        "interval_days": 28,
        "days_per_cycle": 2,
        "amount_per_kilogram": Decimal(2),
        "unit": DoseUnit.GRAM,
    }
    return InfusionPlan(**{**usual, **parts})


def test_a_plan_is_told_by_the_calculation_of_its_next_cycle() -> None:
    found = plan_worked_out(known(IMMUNOGLOBULIN, WEIGHT), PROTOCOL, IMMUNOGLOBULIN, plan(), on(10))
    assert texts(found)[0].startswith("Planned dose 100 g")
    assert "2 g/kg × 50 kg = 100 g." in texts(found)
    assert found.said == ()


def test_a_plan_that_cannot_be_worked_out_says_why() -> None:
    found = plan_worked_out(known(IMMUNOGLOBULIN), PROTOCOL, IMMUNOGLOBULIN, plan(), on(10))
    assert not found.lines[0].known
    assert "no dated weight is recorded" in texts(found)[0]


def test_a_plan_outside_what_is_printed_is_warned_about() -> None:
    wrong = plan(amount_per_kilogram=Decimal(4))
    assert plan_worked_out(known(IMMUNOGLOBULIN, WEIGHT), PROTOCOL, IMMUNOGLOBULIN, wrong, on(10)).said
