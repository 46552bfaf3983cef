"""When the infusions of a course are given: both anchors, what answers a date, the second infusion, the days."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regimens.protocol.load import load
from regimens.rules.infusion_plan import (
    Counted,
    CycleShape,
    answered_dates,
    consecutive_days,
    cycles_ahead,
    cycles_given,
    is_infused,
    next_cycle,
    rest_of_cycle,
)
from regimens.rules.record import Course, Infusion, InfusionPlan
from regimens.rules.vocabulary import DoseUnit, InfusionAnchor, Route
from tests.factories.records import course, infusion, on

IMMUNOGLOBULIN = CycleShape(answered_within_days=7, within_days=7, interval_days=28, days_from=2, days_to=5)
RITUXIMAB = CycleShape(answered_within_days=7, within_days=28, interval_days=168, second_after_days=14)
PULSES = CycleShape(answered_within_days=7)


def every(days: int, length: int = 1) -> InfusionPlan:
    return InfusionPlan("plan", InfusionAnchor.LAST_GIVEN, interval_days=days, days_per_cycle=length)


def fixed(*days: int, length: int = 1) -> InfusionPlan:
    return InfusionPlan("plan", InfusionAnchor.FIXED_DATES, dates=tuple(map(on, days)), days_per_cycle=length)


def given_on(*days: int, plan: InfusionPlan | None = None, stop: int | None = None) -> Course:
    return course(
        "normal_immunoglobulin",
        infusions=tuple(infusion(day) for day in days),
        infusion_plan=plan,
        route=Route.INTRAVENOUS,
        stop_on=None if stop is None else on(stop),
    )


def due(one: Course, shape: CycleShape, as_of: int) -> tuple[date | None, Counted]:
    found = next_cycle(one, shape, on(as_of))
    return found.on, found.counted


@pytest.mark.parametrize(
    ("days", "plan", "as_of", "wanted"),
    [
        ((), None, 3, (on(0), Counted.START)),
        ((), every(35), 3, (on(0), Counted.START)),
        ((3,), None, 10, (on(31), Counted.LAST_GIVEN)),
        ((3,), every(35), 10, (on(38), Counted.LAST_GIVEN)),
        ((3, 35), every(35), 40, (on(70), Counted.LAST_GIVEN)),
        ((3, 35), every(35), 34, (on(38), Counted.LAST_GIVEN)),
        ((3, 10), None, 12, (on(31), Counted.LAST_GIVEN)),
        ((3, 11), None, 12, (on(39), Counted.LAST_GIVEN)),
    ],
)
def test_counted_from_the_first_day_of_the_last_cycle(
    days: tuple[int, ...], plan: InfusionPlan | None, as_of: int, wanted: tuple[date, Counted]
) -> None:
    assert due(given_on(*days, plan=plan), IMMUNOGLOBULIN, as_of) == wanted


@pytest.mark.parametrize(
    ("days", "as_of", "wanted"),
    [
        ((), 0, (on(10), Counted.FIXED_DATE)),
        ((), 20, (on(10), Counted.FIXED_DATE)),
        ((3,), 5, (on(38), Counted.FIXED_DATE)),
        ((2,), 5, (on(10), Counted.FIXED_DATE)),
        ((17,), 20, (on(38), Counted.FIXED_DATE)),
        ((18,), 20, (on(38), Counted.FIXED_DATE)),
        ((38,), 40, (on(66), Counted.FIXED_DATE)),
        ((10, 38, 66), 70, (on(94), Counted.DATES_USED_UP)),
    ],
)
def test_fixed_dates_stand_and_are_answered_within_seven_days(
    days: tuple[int, ...], as_of: int, wanted: tuple[date, Counted]
) -> None:
    """A date that a later infusion left behind is passed over, and does not come up again."""
    assert due(given_on(*days, plan=fixed(66, 10, 38)), IMMUNOGLOBULIN, as_of) == wanted


def test_used_up_dates_of_a_drug_without_an_interval_leave_the_day_open() -> None:
    assert due(given_on(10, plan=fixed(10)), PULSES, 20) == (None, Counted.DATES_USED_UP)
    assert cycles_ahead(given_on(10, plan=fixed(10)), PULSES, on(20)) == ()


def test_without_plan_and_interval_nobody_says_when() -> None:
    assert due(given_on(10), PULSES, 20) == (None, Counted.NO_INTERVAL)
    assert due(given_on(), PULSES, 20) == (None, Counted.NO_INTERVAL)
    assert due(given_on(10, plan=every(21)), PULSES, 20) == (on(31), Counted.LAST_GIVEN)


def test_each_infusion_answers_the_nearest_date_and_only_that() -> None:
    dates = [on(0), on(7), on(14)]
    late, both = infusion(8), (infusion(0), infusion(7))
    assert answered_dates(dates, [late], 7, on(30)) == {on(7): late}
    assert answered_dates(dates, both, 7, on(30)) == {on(0): both[0], on(7): both[1]}
    assert answered_dates(dates, both, 7, on(6)) == {on(0): both[0]}
    assert answered_dates([on(0)], [infusion(8)], 7, on(30)) == {}


@pytest.mark.parametrize(
    ("days", "as_of", "wanted"),
    [
        ((0,), 5, (on(14), Counted.SECOND)),
        ((0,), 28, (on(14), Counted.SECOND)),
        ((0,), 29, (on(168), Counted.LAST_GIVEN)),
        ((0, 14), 20, (on(168), Counted.LAST_GIVEN)),
        ((0, 15, 170), 175, (on(184), Counted.SECOND)),
    ],
)
def test_a_course_of_two_infusions(days: tuple[int, ...], as_of: int, wanted: tuple[date, Counted]) -> None:
    assert due(given_on(*days), RITUXIMAB, as_of) == wanted


def test_courses_ahead_show_both_infusions() -> None:
    found = cycles_ahead(given_on(0), RITUXIMAB, on(5), count=5)
    assert [(one.number, one.first_on, one.second) for one in found] == [
        (1, on(14), True),
        (2, on(168), False),
        (2, on(182), True),
        (3, on(336), False),
        (3, on(350), True),
    ]


def test_six_cycles_ahead_with_each_of_their_days() -> None:
    given_whole = replace(given_on(plan=every(28, length=5)), infusions=(infusion(0, 5),))
    found = cycles_ahead(given_whole, IMMUNOGLOBULIN, on(3))
    assert [one.first_on for one in found] == [on(28 * number) for number in range(1, 7)]
    assert [one.number for one in found] == [2, 3, 4, 5, 6, 7]
    assert found[0].days == tuple(on(28 + offset) for offset in range(5))
    assert found[0].last_on == on(32)


def test_after_an_overdue_cycle_the_others_count_from_today() -> None:
    found = cycles_ahead(given_on(0, plan=every(28)), IMMUNOGLOBULIN, on(40), count=3)
    assert [one.first_on for one in found] == [on(28), on(68), on(96)]


def test_nothing_is_planned_from_the_stop_on() -> None:
    found = cycles_ahead(given_on(0, plan=every(28), stop=56), IMMUNOGLOBULIN, on(3))
    assert [one.first_on for one in found] == [on(28)]
    dated = cycles_ahead(given_on(plan=fixed(10, 38, 66), stop=38), IMMUNOGLOBULIN, on(3))
    assert [one.first_on for one in dated] == [on(10)]


@pytest.mark.parametrize(
    ("first_on", "last_on"),
    [
        (date(2026, 3, 27), date(2026, 3, 31)),  # the clocks go forward on 29 March
        (date(2026, 10, 23), date(2026, 10, 27)),  # and back on 25 October
        (date(2028, 2, 27), date(2028, 3, 2)),
        (date(2026, 12, 30), date(2027, 1, 3)),
    ],
)
def test_days_cross_months_and_clock_changes(first_on: date, last_on: date) -> None:
    days = consecutive_days(first_on, 5)
    assert (days[0], days[-1], len(set(days))) == (first_on, last_on, 5)


def test_the_end_of_the_calendar_is_no_end_of_the_page() -> None:
    late = replace(given_on(plan=every(28)), infusions=(Infusion("1", date.max - timedelta(days=1)),))
    assert next_cycle(late, IMMUNOGLOBULIN, date.max).on == date.max
    assert len(cycles_ahead(late, IMMUNOGLOBULIN, date.max)) == 1


@pytest.mark.parametrize(
    ("drug", "route", "infused"),
    [
        ("normal_immunoglobulin", Route.INTRAVENOUS, True),
        ("normal_immunoglobulin", Route.NOT_RECORDED, True),
        ("normal_immunoglobulin", Route.SUBCUTANEOUS, False),
        ("abatacept", Route.INTRAVENOUS, True),
        ("abatacept", Route.NOT_RECORDED, False),
        ("cyclophosphamide", Route.ORAL, False),
        ("", Route.INTRAVENOUS, True),
        ("", Route.NOT_RECORDED, False),
    ],
)
def test_what_is_infused(drug: str, route: Route, infused: bool) -> None:
    assert is_infused(route, load().drugs.get(drug)) is infused


days_given = st.lists(st.integers(0, 400), max_size=8, unique=True)


@given(days_given, st.integers(1, 120), st.integers(0, 500), st.randoms(use_true_random=False))
def test_order_and_the_future_have_no_meaning(days: list[int], interval: int, as_of: int, random: Random) -> None:
    one = given_on(*days, plan=every(interval))
    shuffled = list(one.infusions)
    random.shuffle(shuffled)
    known = tuple(row for row in shuffled if row.first_on <= on(as_of))
    found = next_cycle(one, IMMUNOGLOBULIN, on(as_of))
    assert next_cycle(replace(one, infusions=tuple(shuffled)), IMMUNOGLOBULIN, on(as_of)) == found
    assert next_cycle(replace(one, infusions=known), IMMUNOGLOBULIN, on(as_of)) == found


@given(days_given, st.integers(0, 500))
def test_every_infusion_belongs_to_one_cycle(days: list[int], as_of: int) -> None:
    rows = given_on(*days).infusions
    cycles = cycles_given(rows, 7, on(as_of))
    counted = [row for cycle in cycles for row in cycle.infusions]
    assert sorted(row.id for row in counted) == sorted(row.id for row in rows if row.first_on <= on(as_of))
    assert all(
        later.first_on - earlier.first_on > timedelta(7) for earlier, later in zip(cycles, cycles[1:], strict=False)
    )


@given(days_given, st.integers(10, 120), st.integers(1, 5), st.integers(0, 500))
def test_cycles_ahead_never_overlap_and_never_lie_before_the_next(
    days: list[int], interval: int, length: int, as_of: int
) -> None:
    one = given_on(*days, plan=every(interval, length))
    found = cycles_ahead(one, IMMUNOGLOBULIN, on(as_of))
    assert len(found) == 6
    assert found[0].first_on == next_cycle(one, IMMUNOGLOBULIN, on(as_of)).on
    assert all(one.last_on < other.first_on for one, other in zip(found, found[1:], strict=False))
    assert all(one.first_on > on(as_of) for one in found[1:])


@given(days_given, st.sets(st.integers(0, 400), min_size=1, max_size=8), st.integers(0, 500))
def test_a_fixed_date_ahead_is_never_moved(days: list[int], dates: set[int], as_of: int) -> None:
    one = given_on(*days, plan=fixed(*dates))
    found = next_cycle(one, IMMUNOGLOBULIN, on(as_of))
    if found.counted is Counted.FIXED_DATE:
        ahead = cycles_ahead(one, IMMUNOGLOBULIN, on(as_of), count=20)
        assert {cycle.first_on for cycle in ahead} <= {on(day) for day in dates}
        assert found.on == ahead[0].first_on


def by_day(*days: int, plan: InfusionPlan, totals: tuple[str | None, ...] = ()) -> Course:
    """Each of these days recorded by itself, with its amount in g."""
    amounts = totals or ("40",) * len(days)
    rows = tuple(infusion(day, 1, total or "") for day, total in zip(days, amounts, strict=True))
    return replace(given_on(plan=plan), infusions=rows)


def test_the_rest_of_a_cycle_is_planned_for_the_day_after_and_the_next_cycle_counts_from_its_first() -> None:
    one = by_day(30, plan=replace(every(28, 2), amount=Decimal(80), unit=DoseUnit.GRAM))
    assert due(one, IMMUNOGLOBULIN, 30) == (on(31), Counted.REST)
    ahead = cycles_ahead(one, IMMUNOGLOBULIN, on(30), 3)
    assert [(each.number, each.days, each.rest) for each in ahead] == [
        (1, (on(31),), True),
        (2, (on(58), on(59)), False),
        (3, (on(86), on(87)), False),
    ]
    both = by_day(30, 31, plan=replace(every(28, 2), amount=Decimal(80), unit=DoseUnit.GRAM))
    assert due(both, IMMUNOGLOBULIN, 31) == (on(58), Counted.LAST_GIVEN)
    assert next_cycle(both, IMMUNOGLOBULIN, on(31)).number == 2


@pytest.mark.parametrize(("as_of", "counted"), [(31, Counted.REST), (37, Counted.REST), (38, Counted.LAST_GIVEN)])
def test_the_rest_is_asked_for_as_long_as_it_would_belong_to_the_cycle(as_of: int, counted: Counted) -> None:
    assert due(by_day(30, plan=every(28, 2)), IMMUNOGLOBULIN, as_of)[1] is counted


@pytest.mark.parametrize(("total", "open_still"), [("79.9", True), ("80", False), (None, True)])
def test_the_whole_amount_on_fewer_days_leaves_no_rest(total: str | None, open_still: bool) -> None:
    plan = replace(every(28, 2), amount=Decimal(80), unit=DoseUnit.GRAM)
    assert bool(rest_of_cycle(by_day(30, plan=plan, totals=(total,)), IMMUNOGLOBULIN, on(30))) is open_still
    rounded = replace(plan, vial_sizes=(Decimal(10),))
    assert rest_of_cycle(by_day(30, plan=rounded, totals=("76",)), IMMUNOGLOBULIN, on(30)) == ()


def test_a_later_day_answers_no_date_of_its_own() -> None:
    plan = fixed(30, 36, length=2)
    rows = by_day(30, 31, plan=plan).infusions
    assert set(answered_dates(plan.dates, rows, 7, on(40))) == {on(30)}


def test_without_a_plan_nothing_is_left_open() -> None:
    assert rest_of_cycle(replace(by_day(30, plan=every(28, 2)), infusion_plan=None), IMMUNOGLOBULIN, on(30)) == ()
