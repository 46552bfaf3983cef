"""When the amount of a corticosteroid changed, and what a pulse comes to, at their edges."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from patients.rules.reasons import FactReference
from patients.rules.record import Weight
from regimens.rules.exposure import DailyPrednisolone, SteroidHistory, cumulative_prednisolone, prednisolone_on
from regimens.rules.record import Course, DosePeriod, Infusion, TaperStep
from regimens.rules.scene import scene_of
from regimens.rules.steroid_changes import daily_changes, pulses_of
from regimens.rules.steroid_doses import steroid_levels
from regimens.rules.vocabulary import DoseBasis, DoseUnit, Frequency, Route
from tests.regimens.rules.build import PROTOCOL, course, dose, on, record

D = Decimal
PULSES = "methylprednisolone_sodium_succinate"
WEIGHTS = (Weight("a", on(0), D(50)), Weight("b", on(10), D(60)), Weight("c", on(20), D(70)))


def relative(amount: str, day: int = 0) -> DosePeriod:
    return dose(amount, basis=DoseBasis.PER_KILOGRAM, day=day)


def changes(
    taken: Course, day: int, factor: str = "1", weights: tuple[Weight, ...] = WEIGHTS
) -> list[tuple[int, Decimal | None]]:
    return [((on_ - on(0)).days, amount) for on_, amount in daily_changes(taken, D(factor), on(day), weights)]


def test_a_dose_per_kilogram_changes_with_each_weight() -> None:
    taken = course("prednisolone", 0, doses=[relative("1")])
    assert changes(taken, 20) == [(0, D(50)), (10, D(60)), (20, D(70))]
    assert changes(taken, 19) == [(0, D(50)), (10, D(60))]
    assert changes(taken, 20, "1.25") == [(0, D("62.50")), (10, D("75.00")), (20, D("87.50"))]
    assert changes(taken, 20, weights=WEIGHTS[1:]) == [(0, None), (10, D(60)), (20, D(70))]
    assert changes(taken, 20, weights=()) == [(0, None)]
    weekly = course("prednisolone", 0, doses=[replace(relative("1"), frequency=Frequency.NOT_RECORDED)])
    assert changes(weekly, 5) == [(0, None)]


def test_a_weight_changes_only_the_dose_that_is_in_force_then() -> None:
    taken = course("prednisolone", 0, doses=[relative("1"), relative("2", day=5), dose("7", day=15)])
    assert changes(taken, 30) == [(0, D(50)), (5, D(100)), (10, D(120)), (15, D(7))]
    until_its_own_day = course("prednisolone", 0, doses=[relative("1"), dose("7", day=10), dose("6", day=12)])
    assert changes(until_its_own_day, 30)[:1] + changes(until_its_own_day, 30)[-2:] == [
        (0, D(50)),
        (10, D(7)),
        (12, D(6)),
    ]


def test_a_step_of_the_taper_on_the_last_day_counts() -> None:
    steps = (TaperStep("t", on(5), D(20)), TaperStep("u", on(8), D(10)))
    taken = replace(course("prednisolone", 0, doses=[dose("40"), dose("30", day=8)]), taper=steps)
    assert changes(taken, 5) == [(0, D(40)), (5, D(20))]
    assert changes(taken, 8) == [(0, D(40)), (5, D(20)), (8, D(30))]


def test_a_stop_before_the_start_is_the_start() -> None:
    assert changes(course("prednisolone", 5, 2, doses=[dose("40")]), 9) == [(5, D(0))]


def test_levels_for_questions_are_in_prednisolone_and_by_weight() -> None:
    methylprednisolone = course("methylprednisolone", 5, 20, doses=[relative("1"), relative("0.5", day=9)])
    treatment = record(methylprednisolone, weight="40")
    levels = steroid_levels(scene_of(treatment, PROTOCOL, on(20)))
    assert [(level.on, level.milligrams) for level in levels] == [
        (on(5), D(50)),
        (on(9), D(25)),
        (on(20), D(0)),
    ]
    assert [level.on for level in steroid_levels(scene_of(treatment, PROTOCOL, on(19)))] == [on(5), on(9)]


def test_a_weight_on_the_day_of_the_dose_counts_once() -> None:
    taken = course("prednisolone", 10, doses=[relative("1", day=10)])
    assert changes(taken, 15) == [(10, D(60))]


def test_a_dose_recorded_before_the_start_counts_from_the_start() -> None:
    taken = course("prednisolone", 5, 9, doses=[dose("20"), dose("10", day=7)])
    assert changes(taken, 20) == [(5, D(20)), (7, D(10)), (9, D(0))]
    assert changes(taken, 8) == [(5, D(20)), (7, D(10))]
    assert changes(taken, 9) == [(5, D(20)), (7, D(10)), (9, D(0))]


def pulse(
    taken: Course, day: int, factor: str | None = "1.25", weights: tuple[Weight, ...] = WEIGHTS
) -> list[tuple[int, Decimal | None]]:
    known = None if factor is None else D(factor)
    return [((on_ - on(0)).days, amount) for on_, amount in pulses_of(taken, known, on(day), weights)]


def given(*doses: DosePeriod, stop: int | None = 3) -> Course:
    return course(PULSES, 0, stop, doses=doses, route=Route.INTRAVENOUS)


def test_a_stopped_pulse_without_infusions_counts_its_days() -> None:
    gram = dose("1", unit=DoseUnit.GRAM)
    assert pulse(given(gram), 10) == [(0, D(3750))]
    assert pulse(given(gram), 3) == [(0, D(3750))]
    assert pulse(given(gram), 2) == [(0, None)]
    assert pulse(given(gram, stop=None), 10) == [(0, None)]
    assert pulse(given(gram), 10, None) == [(0, None)]
    assert pulse(given(), 10) == [(0, None)]
    assert pulse(given(gram, stop=0), 10) == [(0, D(0))]
    assert pulse(given(relative("10")), 10) == [(0, D(1875))]
    assert pulse(given(relative("10")), 10, weights=()) == [(0, None)]


def test_infusions_count_by_the_day_they_began() -> None:
    rows = (
        Infusion("i", on(1), 3, D(3), DoseUnit.GRAM),
        Infusion("j", on(5), 3, D(500), DoseUnit.MILLIGRAM),
        Infusion("k", on(9), 3, D(5), DoseUnit.MILLILITRE),
        Infusion("l", on(10), 3),
    )
    taken = replace(given(), infusions=rows)
    assert pulse(taken, 10) == [(1, D(3750)), (5, D("625.00")), (9, None), (10, None)]
    assert pulse(taken, 9)[-1] == (9, None)
    assert pulse(taken, 5, None) == [(1, None), (5, None)]


def test_a_day_and_its_weight() -> None:
    treatment = record(course("prednisolone", 0, doses=[dose("35")]), weight="70")
    history = SteroidHistory(treatment, PROTOCOL, on(9))
    fact = FactReference("weight", "w", "70 kg, 01-Jan-2024")
    assert prednisolone_on(history, on(9)) == DailyPrednisolone(on(9), D(35), fact, D("0.50"))
    unknown = SteroidHistory(record(course("prednisolone", 0), weight="70"), PROTOCOL, on(9))
    assert prednisolone_on(unknown, on(9)) == DailyPrednisolone(on(9), None, fact, None)
    unweighed = SteroidHistory(record(course("prednisolone", 0, doses=[dose("35")]), weight=None), PROTOCOL, on(9))
    assert prednisolone_on(unweighed, on(9)) == DailyPrednisolone(on(9), D(35))
    assert prednisolone_on(unweighed, date(2023, 12, 31)).milligrams == 0


def test_two_corticosteroids_that_change_on_one_day() -> None:
    one = course("prednisolone", 0, doses=[dose("10"), dose("20", day=5)])
    other = replace(course("prednisolone", 0, 5, doses=[dose("40")]), id="other")
    history = SteroidHistory(record(one, other), PROTOCOL, on(9))
    assert [(day - on(0)).days for day in history.days] == [0, 5]
    assert (history.levels, history.unknown) == ([D(50), D(20)], [0, 0])
    unknown = replace(course("prednisolone", 5), id="unknown")
    merged = SteroidHistory(record(one, other, unknown), PROTOCOL, on(9))
    assert (merged.levels, merged.unknown) == ([D(50), D(20)], [0, 1])
    found = cumulative_prednisolone(merged, on(0), on(8), Weight("w", on(0), D(70)))
    assert (found.milligrams, found.unknown_days, found.kilograms) == (D(310), 3, D(70))
    assert found.weight == FactReference("weight", "w", "70 kg, 01-Jan-2024")
