from decimal import Decimal
from typing import Any

import pytest

from monitoring.rules.record import Result
from patients.rules.reasons import FactReference
from regimens.rules.record import Course, InfusionPlan
from regimens.rules.vocabulary import DoseUnit, InfusionAnchor, Route
from tests.monitoring.rules.builders import (
    after,
    bloods,
    course,
    done,
    due_day,
    finding,
    findings,
    infusion,
    record,
    result,
    weight,
)


def immunoglobulin(*days: int, route: Route = Route.INTRAVENOUS) -> Course:
    return course("normal_immunoglobulin", infusions=tuple(infusion(day, days=2) for day in days), route=route)


@pytest.mark.parametrize(
    ("cycles", "due"), [((), 0), ((3,), 31), ((3, 4), 31), ((3, 10), 31), ((3, 11), 39), ((3, 31), 59), ((31, 3), 59)]
)
def test_a_cycle_every_four_weeks_from_the_first_day_of_the_last(cycles: tuple[int, ...], due: int) -> None:
    assert due_day(record(immunoglobulin(*cycles)), "immunoglobulin_infusion", 35) == due


def test_a_cycle_after_the_day_is_not_seen() -> None:
    assert due_day(record(immunoglobulin(3, 40)), "immunoglobulin_infusion", 39) == 31


def test_the_course_dose_comes_from_the_latest_dated_weight() -> None:
    weights = (weight(-20, "60"), weight(5, "70.5"), weight(40, "99"))
    found = finding(record(immunoglobulin(3), weights=weights), "immunoglobulin_infusion", 17)
    assert found is not None
    assert found.detail.startswith(
        "Course dose 2 g/kg × 70.5 kg (weighed 10-Jan-2026, 12 days ago) = 141 g, over 2 to 5 consecutive days."
    )


@pytest.mark.parametrize("kilograms", [None, "0", "-70", "NaN"])
def test_without_a_usable_weight_no_amount_is_given(kilograms: str | None) -> None:
    weights = () if kilograms is None else (weight(0, kilograms),)
    found = finding(record(immunoglobulin(3), weights=weights), "immunoglobulin_infusion", 17)
    assert found is not None
    assert "weight not recorded, so no amount is given" in found.detail


def test_immunoglobulin_under_the_skin_has_no_four_weekly_cycle() -> None:
    found = findings(record(immunoglobulin(route=Route.SUBCUTANEOUS)), 100)
    assert "immunoglobulin_infusion" not in {one.item for one in found.due}
    assert any("subcutaneous" in reason.text for reason in found.quiet_reasons)


@pytest.mark.parametrize(
    ("cycles", "reviewed", "due"),
    [
        ((0, 28), None, None),
        ((0, 28, 56), None, 84),
        ((0, 28, 56, 84), None, 84),
        ((0, 28, 56, 84), 80, None),
        ((0, 28, 56, 84, 112, 140), 80, 168),
        ((0, 28, 56, 84, 112), 56, None),
    ],
)
def test_a_review_after_three_cycles(cycles: tuple[int, ...], reviewed: int | None, due: int | None) -> None:
    results = [] if reviewed is None else [result("immunoglobulin_review", reviewed)]
    assert due_day(record(immunoglobulin(*cycles), results=results), "immunoglobulin_review", 150) == due


def rituximab(*days: int) -> Course:
    return course("rituximab", infusions=tuple(infusion(day) for day in days))


@pytest.mark.parametrize(
    ("item", "due"),
    [("full_blood_count", 28), ("crp", 28), ("kidney_function", 28), ("liver_enzymes", 28), ("rituximab_review", 112)],
)
def test_after_a_rituximab_course(item: str, due: int) -> None:
    baseline = done(item, -5) if item != "rituximab_review" else []
    assert due_day(record(rituximab(0, 14), results=baseline), item, 20) == due


@pytest.mark.parametrize(
    ("days", "as_of", "due"),
    [
        ((), 5, 0),
        ((0,), 5, 14),
        ((0,), 28, 14),
        ((0,), 29, 168),
        ((0, 14), 20, 168),
        ((0, 28), 30, 168),
        ((0, 29), 30, 29 + 14),
        ((0, 29, 43), 50, 197),
    ],
)
def test_the_next_rituximab_infusion(days: tuple[int, ...], as_of: int, due: int) -> None:
    """A course has two, about 2 weeks apart; the second is asked for while it would still belong to the course."""
    assert due_day(record(rituximab(*days)), "rituximab_infusion", as_of) == due


@pytest.mark.parametrize(("sampled", "due"), [(100, 168), (125, 168), (126, 294), (170, 338)])
def test_immunoglobulins_before_every_rituximab_course(sampled: int, due: int) -> None:
    """A sample in the 6 weeks before week 24 serves the next course; after it the 6-monthly ones go on."""
    results: list[Result] = [*done("immunoglobulins", -3), *done("immunoglobulins", sampled)]
    assert due_day(record(rituximab(0, 14), results=results), "immunoglobulins", 175) == due


def test_rituximab_counts_as_running_until_its_stop() -> None:
    stopped = course("rituximab", infusions=(infusion(0),), stop=30)
    results = [*bloods(21), *done("crp", 21), *done("rituximab_review", 98)]
    assert findings(record(stopped, results=results), 29).due
    found = findings(record(stopped, results=results), 100)
    assert found.due == ()
    assert "can stay low for months" in found.quiet_reasons[0].text
    assert "nothing is due for it" in found.quiet_reasons[0].text


@pytest.mark.parametrize(
    ("drug", "item", "first", "last"),
    [
        ("cyclophosphamide", "full_blood_count", 10, 84),
        ("cyclophosphamide", "urinalysis", 10, 84),
        ("rituximab", "liver_enzymes", 28, 84),
        ("rituximab", "rituximab_review", 112, 168),
    ],
)
def test_what_follows_the_last_infusion_is_due_although_the_course_was_stopped(
    drug: str, item: str, first: int, last: int
) -> None:
    stopped = course(drug, infusions=(infusion(0),), stop=1)
    assert due_day(record(stopped), item, 1) == first
    assert due_day(record(stopped), item, last) == first
    assert due_day(record(stopped), item, last + 1) is None
    assert due_day(record(stopped, results=done(item, first)), item, first) is None
    found = findings(record(stopped), 1)
    assert "immunoglobulins" not in {one.item for one in found.due}
    assert "only what is asked for after its stop is still due" in found.quiet_reasons[0].text


def test_without_a_recorded_pulse_the_stop_counts_once_stopped() -> None:
    stopped = course("cyclophosphamide", stop=60)
    found = finding(record(stopped), "full_blood_count", 61)
    assert found is not None
    assert found.due_on == after(70)
    assert "counted from the stop" in found.driver.reason.text
    assert due_day(record(stopped), "full_blood_count", 145) is None


def test_a_course_never_given_or_by_mouth_has_no_pulse_to_follow() -> None:
    assert findings(record(course("cyclophosphamide", stop=1, never_given=True)), 2).due == ()
    assert findings(record(course("cyclophosphamide", stop=1, route=Route.ORAL)), 2).due == ()


def pulses(*days: int, route: Route = Route.INTRAVENOUS) -> Course:
    return course("cyclophosphamide", infusions=tuple(infusion(day) for day in days), route=route)


@pytest.mark.parametrize(
    ("sampled", "as_of", "due"), [(-1, 5, 10), (7, 12, 10), (8, 12, None), (10, 12, None), (10, 28, 38), (36, 40, None)]
)
def test_blood_count_ten_days_after_each_pulse(sampled: int, as_of: int, due: int | None) -> None:
    results = [*done("full_blood_count", -1), *done("full_blood_count", sampled)]
    assert due_day(record(pulses(0, 28), results=results), "full_blood_count", as_of) == due


def test_a_missed_count_after_the_last_pulse_is_not_forgotten_at_the_next() -> None:
    found = finding(record(pulses(0, 28), results=done("full_blood_count", -1)), "full_blood_count", 29)
    assert found is not None
    assert (found.due_on, found.days_overdue) == (after(10), 19)


def test_urinalysis_with_each_count() -> None:
    assert due_day(record(pulses(0), results=done("urinalysis", -1)), "urinalysis", 5) == 10


def test_without_a_recorded_pulse_the_start_counts_and_says_so() -> None:
    found = finding(record(pulses(), results=done("full_blood_count", -1)), "full_blood_count", 5)
    assert found is not None
    assert found.due_on == after(10)
    assert "no infusion recorded" in found.driver.reason.text


def test_cyclophosphamide_by_mouth_every_two_weeks() -> None:
    one = pulses(route=Route.ORAL)
    results = [*done("full_blood_count", 0), *done("full_blood_count", 200)]
    assert due_day(record(one, results=results), "full_blood_count", 201) == 214


def test_the_next_infusion_is_not_pulled_forward() -> None:
    results = [*done("full_blood_count", 28), *done("kidney_function", 0)]
    found = findings(record(immunoglobulin(0), course("methotrexate", start=13), results=results), 24)
    cycle = next(one for one in found.due if one.item == "immunoglobulin_infusion")
    assert (cycle.due_on, cycle.visit_on) == (after(28), after(28))
    assert any(visit.on == after(24) for visit in found.visits)


def planned(drug: str, plan: InfusionPlan, *days: int, route: Route = Route.INTRAVENOUS) -> Course:
    return course(drug, infusions=tuple(infusion(day) for day in days), route=route, infusion_plan=plan)


def every(days: int, **more: Any) -> InfusionPlan:
    return InfusionPlan("plan-1", InfusionAnchor.LAST_GIVEN, interval_days=days, **more)


def fixed(*days: int) -> InfusionPlan:
    return InfusionPlan("plan-1", InfusionAnchor.FIXED_DATES, dates=tuple(map(after, days)))


@pytest.mark.parametrize(
    ("drug", "item", "plan", "days", "due"),
    [
        ("normal_immunoglobulin", "immunoglobulin_infusion", every(42), (3,), 45),
        ("normal_immunoglobulin", "immunoglobulin_infusion", fixed(40, 70), (3,), 40),
        ("normal_immunoglobulin", "immunoglobulin_infusion", fixed(4), (3,), 31),
        ("cyclophosphamide", "cyclophosphamide_pulse", every(21), (3,), 24),
        ("cyclophosphamide", "cyclophosphamide_pulse", fixed(30), (), 30),
        ("cyclophosphamide", "cyclophosphamide_pulse", fixed(3), (3,), None),
        ("rituximab", "rituximab_infusion", fixed(3, 17, 200), (3,), 17),
        ("tocilizumab", "tocilizumab_infusion", every(35), (3,), 38),
        ("abatacept", "abatacept_infusion", fixed(3, 17, 31), (3, 17), 31),
    ],
)
def test_the_plan_of_the_course_comes_before_the_protocol(
    drug: str, item: str, plan: InfusionPlan, days: tuple[int, ...], due: int | None
) -> None:
    assert due_day(record(planned(drug, plan, *days)), item, 20) == due


@pytest.mark.parametrize(
    ("drug", "item", "due"),
    [
        ("tocilizumab", "tocilizumab_infusion", 31),
        ("abatacept", "abatacept_infusion", 31),
        ("cyclophosphamide", "cyclophosphamide_pulse", None),
    ],
)
def test_without_a_plan_only_an_interval_of_the_sources_is_proposed(drug: str, item: str, due: int | None) -> None:
    given = course(drug, infusions=(infusion(3),), route=Route.INTRAVENOUS)
    assert due_day(record(given), item, 20) == due
    for route in (Route.SUBCUTANEOUS, Route.ORAL):
        assert due_day(record(course(drug, infusions=(infusion(3),), route=route)), item, 20) is None


def test_the_plan_and_its_dose_are_told() -> None:
    plan = every(42, amount_per_kilogram=Decimal(2), unit=DoseUnit.GRAM, vial_sizes=(Decimal(10),), days_per_cycle=5)
    given = planned("normal_immunoglobulin", plan, 3)
    found = finding(record(given, weights=(weight(10, "70.5"),)), "immunoglobulin_infusion", 20)
    assert found is not None
    assert found.driver.interval_days == 42
    assert "by the plan of the course" in found.driver.reason.text
    assert FactReference("infusion_plan", "plan-1", "normal immunoglobulin human: infusion plan") in [
        fact for predicate in found.driver.reason.predicates for fact in predicate.facts
    ]
    assert found.detail.replace("\u00a0", " ").startswith(
        "Planned dose 140 g = 14 × 10 g, over 5 consecutive days, from 70.5 kg (weighed 15-Jan-2026, 10 days ago)."
    )
    unweighed = finding(record(given), "immunoglobulin_infusion", 20)
    assert unweighed is not None
    assert "no amount is given" in unweighed.detail


@pytest.mark.parametrize(("wanted", "due"), [(None, 84), (3, 84), (4, 112), (6, None)])
def test_the_plan_may_put_the_review_later(wanted: int | None, due: int | None) -> None:
    given = planned("normal_immunoglobulin", every(28, review_after_cycles=wanted), 0, 28, 56, 84)
    assert due_day(record(given), "immunoglobulin_review", 90) == due


@pytest.mark.parametrize(
    ("drug", "plan", "item", "sampled", "due"),
    [
        ("normal_immunoglobulin", None, "kidney_function", 16, 31),
        ("normal_immunoglobulin", None, "kidney_function", 17, None),
        ("normal_immunoglobulin", every(42), "kidney_function", 30, 45),
        ("normal_immunoglobulin", every(42), "kidney_function", 31, None),
        ("cyclophosphamide", every(28), "urinalysis", 28, 31),
        ("cyclophosphamide", every(28), "urinalysis", 29, None),
        ("rituximab", fixed(3, 17, 100), "immunoglobulins", 57, 100),
        ("rituximab", fixed(3, 17, 100), "immunoglobulins", 58, 57 + 169),
    ],
)
def test_what_goes_before_the_next_infusion_is_due_by_its_day(
    drug: str, plan: InfusionPlan | None, item: str, sampled: int, due: int | None
) -> None:
    days = (3, 17) if drug == "rituximab" else (3,)
    one = course(drug, infusions=tuple(map(infusion, days)), route=Route.INTRAVENOUS, infusion_plan=plan)
    results = [*done(item, -1), *done(item, 13), *done(item, sampled)]
    assert due_day(record(one, results=results), item, max(sampled, 20)) == due


def test_before_the_first_infusion_only_the_baseline_asks() -> None:
    found = finding(record(immunoglobulin()), "kidney_function", 0)
    assert found is not None
    assert found.driver.rule_id == "normal_immunoglobulin.baseline"
    assert due_day(record(immunoglobulin(), results=done("kidney_function", -30)), "kidney_function", 0) is None


def test_nothing_is_planned_past_a_stop_that_is_recorded_ahead() -> None:
    stopping = course("normal_immunoglobulin", infusions=(infusion(3),), route=Route.INTRAVENOUS, stop=31)
    assert due_day(record(stopping), "immunoglobulin_infusion", 20) is None
    later = course("normal_immunoglobulin", infusions=(infusion(3),), route=Route.INTRAVENOUS, stop=32)
    assert due_day(record(later), "immunoglobulin_infusion", 20) == 31
