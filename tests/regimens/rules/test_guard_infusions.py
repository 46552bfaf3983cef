"""An infusion cycle against what is printed: days, interval and amount, both sides of each."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel
from regimens.rules.guard_infusions import check_infusion, check_infusion_plan
from regimens.rules.record import Infusion, InfusionPlan, TreatmentRecord
from regimens.rules.vocabulary import DoseUnit, InfusionAnchor, Route
from tests.regimens.rules.build import PROTOCOL, SEVERE, course, on, record, stand
from tests.regimens.rules.guarding import codes

C = GuardCode
IMMUNOGLOBULIN, PULSE = "normal_immunoglobulin", "methylprednisolone_sodium_succinate"


def cycle(
    total: str | None = "140",
    days: int = 5,
    day: int = 10,
    unit: DoseUnit | None = DoseUnit.GRAM,
    weight: str | None = None,
    identity: str = "",
) -> Infusion:
    return Infusion(
        identity or f"cycle@{day}",
        on(day),
        days,
        None if total is None else Decimal(total),
        None if total is None else unit,
        None if weight is None else Decimal(weight),
        None if weight is None else on(day - 1),
    )


def said(
    given: Infusion, *, drug: str = IMMUNOGLOBULIN, before: tuple[Infusion, ...] = (), **known: Any
) -> tuple[GuardFinding, ...]:
    route = known.pop("route", Route.INTRAVENOUS)
    taken = replace(course(drug, 0, route=route), infusions=before)
    treatment: TreatmentRecord = record(taken, **{"assessments": SEVERE, **known})
    return check_infusion(treatment, PROTOCOL, taken.id, given, on(20))


@pytest.mark.parametrize(("days", "warned"), [(1, True), (2, False), (5, False), (6, True)])
def test_immunoglobulin_is_given_over_2_to_5_days(days: int, warned: bool) -> None:
    assert (C.CYCLE_DAYS in codes(said(cycle(days=days)))) is warned


def of_two_days(given: Infusion, *before: Infusion, as_of: int, days: int = 2) -> set[tuple[GuardCode, GuardLevel]]:
    plan = InfusionPlan("plan", InfusionAnchor.LAST_GIVEN, interval_days=28, days_per_cycle=days)
    taken = replace(course(IMMUNOGLOBULIN, 0, route=Route.INTRAVENOUS), infusions=before, infusion_plan=plan)
    found = check_infusion(record(taken, assessments=SEVERE), PROTOCOL, taken.id, given, on(as_of))
    return {(finding.code, finding.level) for finding in found}


@pytest.mark.parametrize(("as_of", "level"), [(10, GuardLevel.NOTE), (11, GuardLevel.NOTE), (12, GuardLevel.WARN)])
def test_the_first_of_two_days_is_only_noted_until_the_second_has_passed(as_of: int, level: GuardLevel) -> None:
    assert of_two_days(cycle("70", 1), as_of=as_of) == {(C.CYCLE_DAYS, level)}
    assert of_two_days(cycle("70", 1), as_of=as_of, days=1) == {(C.CYCLE_DAYS, GuardLevel.WARN)}


def test_days_recorded_as_they_were_given_are_checked_as_one_cycle() -> None:
    first = cycle("70", 1, 10)
    assert of_two_days(cycle("70", 1, 11), first, cycle("140", 2, -18), as_of=11) == set()
    assert of_two_days(cycle("70.1", 1, 11), first, as_of=11) == {(C.ABOVE_RANGE, GuardLevel.WARN)}
    assert of_two_days(cycle(None, 1, 11), first, as_of=11) == {(C.NOT_CHECKED, GuardLevel.NOTE)}
    assert of_two_days(cycle("70100", 1, 11, DoseUnit.MILLIGRAM), first, as_of=11) == {(C.ABOVE_RANGE, GuardLevel.WARN)}
    assert of_two_days(cycle("7", 1, 11, DoseUnit.MILLILITRE), first, as_of=11) == {(C.NOT_CHECKED, GuardLevel.NOTE)}
    assert of_two_days(cycle("70", 1, 11), first, cycle("140", 2, -17), as_of=11) == {
        (C.CYCLE_INTERVAL, GuardLevel.WARN)
    }


@pytest.mark.parametrize(("day", "warned"), [(28, False), (27, True), (29, False), (1, True)])
def test_cycles_lie_4_weeks_apart(day: int, warned: bool) -> None:
    found = said(cycle(day=day), before=(cycle(day=0),))
    assert (C.CYCLE_INTERVAL in codes(found)) is warned


def test_the_interval_counts_from_the_cycle_before_and_not_from_itself_or_a_later_one() -> None:
    others = (cycle(day=0), cycle(day=40), cycle(day=30, identity="later"))
    assert C.CYCLE_INTERVAL not in codes(said(cycle(day=30, identity="later"), before=others))
    (finding,) = said(cycle(day=20), before=others)
    assert finding.text == "normal immunoglobulin: 20 days after the cycle of 01-Jan-2024, printed are 28 days"


@pytest.mark.parametrize(
    ("total", "weight", "above"),
    [("140", None, False), ("140.001", None, True), ("140", "70", False), ("140", "69", True), ("150", "75", False)],
)
def test_2_g_per_kg_by_the_weight_it_was_dosed_on(total: str, weight: str | None, above: bool) -> None:
    assert (C.ABOVE_RANGE in codes(said(cycle(total, weight=weight)))) is above


def test_without_any_weight_that_is_said() -> None:
    found = said(cycle(), weight=None)
    assert codes(found, GuardLevel.WARN) == {C.NO_DATED_WEIGHT}
    assert "g/kg cannot be checked: no dated weight" in found[0].text


def test_an_amount_not_recorded_is_said() -> None:
    assert codes(said(cycle(None)), GuardLevel.NOTE) == {C.NOT_CHECKED}
    assert codes(said(cycle("1400", unit=DoseUnit.MILLILITRE)), GuardLevel.NOTE) == {C.NOT_CHECKED}


@pytest.mark.parametrize(("total", "over"), [("280", False), ("280.1", True)])
def test_more_than_twice_the_printed_maximum_needs_a_reason(total: str, over: bool) -> None:
    found = said(cycle(total))
    assert codes(found, GuardLevel.STOP) == ({C.TIMES_USUAL} if over else set())
    assert (C.ABOVE_RANGE in codes(found, GuardLevel.WARN)) is not over


@pytest.mark.parametrize(
    ("given", "drug", "over"),
    [
        (cycle("240", weight="60"), IMMUNOGLOBULIN, False),
        (cycle("240.1", weight="60"), IMMUNOGLOBULIN, True),
        (cycle("6", 3), PULSE, False),
        (cycle("6.1", 3), PULSE, True),
        (cycle("2", 1), "rituximab", False),
        (cycle("2.1", 1), "rituximab", True),
        (cycle("2.1", 2), "rituximab", False),
    ],
)
def test_twice_is_reckoned_by_the_weight_it_was_dosed_on_and_for_one_dose_by_the_day(
    given: Infusion, drug: str, over: bool
) -> None:
    assert (C.TIMES_USUAL in codes(said(given, drug=drug), GuardLevel.STOP)) is over


def test_one_dose_of_several_days_is_told_as_it_was_written_down() -> None:
    (found,) = [one for one in said(cycle("10", 3), drug=PULSE) if one.code is C.TIMES_USUAL]
    words = "10 g over 3 days. 3.333 g a dose is more than twice the printed maximum of 1 g a dose"
    assert found.text == f"methylprednisolone sodium succinate: {words}"


def test_an_assumed_weight_finds_only_what_is_ten_times_too_much() -> None:
    assert codes(said(cycle("1400"), weight=None), GuardLevel.STOP) == set()
    assert codes(said(cycle("1401"), weight=None), GuardLevel.STOP) == {C.TIMES_USUAL}


def beside_the_plan(
    total: str,
    days: int = 2,
    *,
    unit: DoseUnit = DoseUnit.GRAM,
    as_of: int = 20,
    weight: str | None = "60",
    drug: str = IMMUNOGLOBULIN,
    **plan: Any,
) -> list[GuardFinding]:
    """What is said of the amount where 2 g/kg of 60 kg are planned over 2 days: 120 g."""
    usual: dict[str, Any] = {"days_per_cycle": 2, "amount_per_kilogram": Decimal(2), "unit": DoseUnit.GRAM}
    planned_so = InfusionPlan("plan", InfusionAnchor.LAST_GIVEN, interval_days=28, **{**usual, **plan})
    taken = replace(course(drug, 0, route=Route.INTRAVENOUS), infusion_plan=planned_so)
    treatment = record(taken, assessments=SEVERE, weight=weight)
    found = check_infusion(treatment, PROTOCOL, taken.id, cycle(total, days, unit=unit), on(as_of))
    return [finding for finding in found if finding.code is C.PLANNED_AMOUNT]


@pytest.mark.parametrize(
    ("total", "level"),
    [
        ("120", None),
        ("96", None),
        ("95.9", GuardLevel.WARN),
        ("60", GuardLevel.WARN),
        ("144", None),
        ("144.1", GuardLevel.WARN),
        ("240", GuardLevel.WARN),
        ("240.1", GuardLevel.STOP),
        ("1200", GuardLevel.STOP),
    ],
)
def test_another_amount_than_planned_is_asked_about_and_far_more_needs_a_reason(
    total: str, level: GuardLevel | None
) -> None:
    assert [finding.level for finding in beside_the_plan(total)] == ([] if level is None else [level])


def test_both_amounts_are_named_with_their_units() -> None:
    (slip,) = beside_the_plan("60", unit=DoseUnit.MILLIGRAM)
    assert slip.text == "normal immunoglobulin: 60 mg given, planned are 120 g"
    assert (slip.reason.rule_id, slip.facts[-1].kind) == ("guard.infusion_amount", "infusion_plan")
    (grave,) = beside_the_plan("1200")
    assert grave.text.endswith("1200 g given, planned are 120 g: more than twice as much")


@pytest.mark.parametrize(
    ("total", "as_of", "asked"), [("60", 11, False), ("60", 12, True), ("72", 11, False), ("72.1", 11, True)]
)
def test_of_a_cycle_that_goes_on_the_days_so_far_are_compared(total: str, as_of: int, asked: bool) -> None:
    found = beside_the_plan(total, 1, as_of=as_of)
    assert bool(found) is asked
    if asked and as_of == 11:
        assert found[0].text.endswith("72.1 g given, planned are 60 g for 1 of 2 days")


def test_whole_vials_of_the_plan_are_what_is_planned_for_a_day() -> None:
    by_vial: dict[str, Any] = {"amount_per_kilogram": None, "amount": Decimal(60), "vial_sizes": (Decimal(20),)}
    assert beside_the_plan("40", 1, as_of=11, **by_vial) == []
    assert beside_the_plan("30", 1, as_of=11, **by_vial) != []


def test_without_a_plan_a_weight_or_a_mass_nothing_is_compared_and_a_plan_holds_for_every_drug() -> None:
    assert beside_the_plan("60", weight=None) == []
    assert beside_the_plan("60", unit=DoseUnit.MILLILITRE) == []
    assert C.PLANNED_AMOUNT not in codes(said(cycle("60")))
    flat: dict[str, Any] = {"amount_per_kilogram": None, "amount": Decimal("0.5"), "days_per_cycle": 1}
    (found,) = beside_the_plan("1", 1, drug="rituximab", **flat)
    assert found.level is GuardLevel.WARN


@pytest.mark.parametrize(
    ("total", "days", "expected"),
    [
        ("3", 3, set()),
        ("5", 5, set()),
        ("2", 2, {C.CYCLE_DAYS}),
        ("6", 6, {C.CYCLE_DAYS}),
        ("1.5", 3, {C.BELOW_RANGE}),
        ("3.1", 3, {C.ABOVE_RANGE}),
        ("2.9", 3, {C.BELOW_RANGE}),
    ],
)
def test_pulses_are_1_g_a_day_for_3_to_5_days(total: str, days: int, expected: set[GuardCode]) -> None:
    assert codes(said(cycle(total, days), drug=PULSE)) == expected


def test_subcutaneous_immunoglobulin_has_no_printed_cycle() -> None:
    assert said(cycle(days=1), route=Route.SUBCUTANEOUS) == ()


def test_a_drug_without_a_printed_dose_is_held_against_the_highest_in_use() -> None:
    assert said(cycle("1", 1), drug="rituximab") == ()
    assert said(cycle("2", 2), drug="rituximab") == ()
    assert codes(said(cycle("1.1", 1), drug="rituximab"), GuardLevel.WARN) == {C.ABOVE_RANGE}
    assert codes(said(cycle("11", 1), drug="rituximab")) == {C.TIMES_USUAL}


def test_adult_limits_are_not_shown_of_a_child() -> None:
    assert said(cycle(days=1), born=date(2015, 1, 1)) == ()


def test_a_course_that_is_not_there_has_no_message() -> None:
    assert check_infusion(record(), PROTOCOL, "none", cycle(), on(20)) == ()


def planned(
    *, before: tuple[Infusion, ...] = (), drug: str = IMMUNOGLOBULIN, weight: str | None = "70", **changed: Any
) -> tuple[GuardFinding, ...]:
    """What is said of a plan: 2 g/kg over 2 days every 4 weeks, unless told otherwise."""
    usual: dict[str, Any] = {
        "anchor": InfusionAnchor.LAST_GIVEN,
        "interval_days": 28,
        "days_per_cycle": 2,
        "amount_per_kilogram": Decimal(2),
        "unit": DoseUnit.GRAM,
    }
    taken = replace(course(drug, 0, route=Route.INTRAVENOUS), infusions=before)
    plan = InfusionPlan("plan", **{**usual, **changed})
    treatment = record(taken, assessments=SEVERE, weight=weight)
    return check_infusion_plan(treatment, PROTOCOL, taken.id, plan, on(20))


@pytest.mark.parametrize(
    ("changed", "said_of"),
    [
        ({}, set()),
        ({"days_per_cycle": 1}, {C.CYCLE_DAYS}),
        ({"days_per_cycle": 5}, set()),
        ({"days_per_cycle": 6}, {C.CYCLE_DAYS}),
        ({"interval_days": 27}, {C.CYCLE_INTERVAL}),
        ({"amount_per_kilogram": Decimal("2.001")}, {C.ABOVE_RANGE}),
        ({"amount_per_kilogram": None, "amount": Decimal(140)}, set()),
        ({"amount_per_kilogram": None, "amount": Decimal(141)}, {C.ABOVE_RANGE}),
        ({"anchor": InfusionAnchor.FIXED_DATES, "interval_days": None, "dates": (on(30), on(58))}, set()),
        ({"anchor": InfusionAnchor.FIXED_DATES, "interval_days": None, "dates": (on(30), on(57))}, {C.CYCLE_INTERVAL}),
    ],
)
def test_a_plan_is_checked_as_if_its_cycles_were_given(changed: dict[str, Any], said_of: set[GuardCode]) -> None:
    assert set(codes(planned(**changed))) == said_of
    assert set(codes(planned(**changed, weight=None))) >= said_of - {C.ABOVE_RANGE}


def test_a_plan_is_asked_about_and_never_stopped() -> None:
    many: dict[str, Any] = {"amount_per_kilogram": None, "amount": Decimal(1401)}
    assert codes(planned(**many)) == {C.TIMES_USUAL}
    assert codes(planned(**many), GuardLevel.STOP) == set()


def test_a_dose_per_kg_is_checked_without_a_weight() -> None:
    (found,) = planned(weight=None, amount_per_kilogram=Decimal("2.5"))
    assert found.code is C.ABOVE_RANGE
    assert "with" not in found.text


@pytest.mark.parametrize(("day", "warned"), [(2, True), (1, False)])
def test_the_first_planned_date_keeps_its_distance_from_what_was_given(day: int, warned: bool) -> None:
    dates = {"anchor": InfusionAnchor.FIXED_DATES, "interval_days": None, "dates": (on(29),)}
    assert (C.CYCLE_INTERVAL in codes(planned(before=(cycle(day=day),), **dates))) is warned


@pytest.mark.parametrize(
    ("total", "vials", "level"),
    [
        ("145", ("10",), GuardLevel.NOTE),
        ("145.1", ("10",), GuardLevel.WARN),
        ("145", ("5", "10"), GuardLevel.WARN),
        ("142.5", ("5", "10"), GuardLevel.NOTE),
        ("142.5", (), GuardLevel.WARN),
    ],
)
def test_rounding_up_to_whole_vials_is_only_noted(total: str, vials: tuple[str, ...], level: GuardLevel) -> None:
    """70 kg at 2 g/kg is 140 g; half the smallest vial above that is rounding."""
    sizes = tuple(map(Decimal, vials))
    plan = InfusionPlan(
        "plan", InfusionAnchor.LAST_GIVEN, interval_days=28, unit=DoseUnit.GRAM, vial_sizes=sizes, amount=Decimal(140)
    )
    taken = replace(course(IMMUNOGLOBULIN, 0, route=Route.INTRAVENOUS), infusion_plan=plan)
    treatment: TreatmentRecord = record(taken, assessments=SEVERE)
    (found,) = check_infusion(treatment, PROTOCOL, taken.id, cycle(total, weight="70"), on(20))
    assert (found.code, found.level) == (C.ABOVE_RANGE, level)
    assert ("rounded up to whole vials" in found.text) is (level is GuardLevel.NOTE)
    gaps = stand(record(replace(taken, infusions=(cycle(total, weight="70"),)), assessments=SEVERE), 20).gaps
    assert any("above 2 g/kg" in gap.text for gap in gaps) is (level is GuardLevel.WARN)
