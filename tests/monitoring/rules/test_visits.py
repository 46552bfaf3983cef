"""What one visit can serve, and how often a patient comes in a year."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from monitoring.rules.calendar import calendar
from monitoring.rules.record import Result
from monitoring.rules.visits import Wanted, visit_days
from regimens.rules.vocabulary import Frequency
from tests.monitoring.rules.builders import after, bloods, course, dose, finding, protocol, record, result, weight

TODAY = after(0)
TWICE = Frequency.TWICE_DAILY


def days(*wanted: Wanted) -> list[int]:
    return [(on - TODAY).days for on in visit_days(wanted, TODAY, 5)]


def want(
    due: int, item: str = "", not_before: int | None = None, with_: tuple[str, ...] = (), held: bool = False
) -> Wanted:
    return Wanted(after(due), None if not_before is None else after(not_before), item, with_, held)


def test_an_item_is_pulled_forward_five_days_at_most() -> None:
    assert days(want(10, "a"), want(15, "b"), want(16, "c")) == [10, 10, 16]
    assert days(want(-3, "a"), want(4, "b")) == [0, 0]


def test_nothing_is_done_before_the_day_that_would_answer_it() -> None:
    assert days(want(10), want(12, not_before=11), want(13, not_before=10)) == [10, 12, 10]


def test_a_level_joins_the_last_visit_with_its_bloods_and_no_other() -> None:
    level = want(35, "level", not_before=12, with_=("count",))
    assert days(want(14, "count"), level) == [14, 14]
    assert days(want(11, "count"), level) == [11, 35]
    assert days(want(14, "vaccine"), level) == [14, 35]
    assert days(want(14, "count"), want(28, "count"), level) == [14, 28, 28]
    assert days(want(33, "vaccine"), level) == [33, 33]


def test_what_is_held_calls_nobody_in_and_joins_who_comes_anyway() -> None:
    assert days(want(2, "paused", held=True), want(5, "a")) == [2, 5]
    assert days(want(2, "a"), want(3, "paused", held=True), want(6, "b")) == [2, 2, 2]


@pytest.mark.parametrize("drug", ["ciclosporin", "tacrolimus"])
def test_levels_are_taken_with_the_bloods_after_the_first(drug: str) -> None:
    shown = calendar(record(course(drug, dose(0, "2", TWICE))), protocol(), after(0), after(364))

    def on(item: str) -> list[int]:
        return [(visit.on - TODAY).days for visit in shown.visits if item in {one.item for one in visit.items}]

    bloods_on, levels_on = on("full_blood_count"), on(f"{drug}_trough")
    assert levels_on == [7, *bloods_on[1:]]
    assert all(later - earlier <= 28 for earlier, later in zip(levels_on, levels_on[1:], strict=False))
    # The bloods, the first level, the second measurement before the start (ciclosporin), and the vaccine of next year.
    others = {"ciclosporin": {1, 7, 364}, "tacrolimus": {7, 364}}[drug]
    assert {(visit.on - TODAY).days for visit in shown.visits} == {*bloods_on, *others}
    assert len(shown.visits) == {"ciclosporin": 18, "tacrolimus": 17}[drug]


def level(day: int) -> Result:
    return result("tacrolimus_level", day, "8", hours_after_dose=Decimal(12))


@pytest.mark.parametrize("level_day", range(99, 126))
def test_wherever_a_level_fell_the_two_are_together_again_within_two_visits(level_day: int) -> None:
    """A level after a dose change, or repeated because it was no trough, leaves nobody coming twice for good."""
    taken = course("tacrolimus", dose(0, "2", TWICE))
    rows = [*bloods(0, 14, 28, 42, 70, 98), level(level_day)]
    one = record(taken, results=rows, weights=(weight(0, "70"),))
    shown = calendar(one, protocol(), after(level_day + 1), after(level_day + 200))
    visits = [
        {one.item for one in visit.items} & {"full_blood_count", "tacrolimus_trough"}
        for visit in shown.visits
        if {"full_blood_count", "tacrolimus_trough"} & {one.item for one in visit.items}
    ]
    assert all(len(visit) == 2 for visit in visits[2:])
    assert len(visits) >= 6


def test_a_level_is_never_due_later_for_being_taken_with_the_bloods() -> None:
    taken = course("tacrolimus", dose(0, "2", TWICE))
    found = finding(record(taken, results=[*bloods(0), level(7)]), "tacrolimus_trough", 8)
    assert found is not None
    assert (found.due_on, found.visit_on) == (after(35), after(14))
    assert found.driver.taken_with == ("full_blood_count", "kidney_function", "liver_enzymes", "albumin")
    assert found.driver.not_before == after(12)


def test_the_order_of_days_ends_with_the_calendar() -> None:
    late = [Wanted(date.max - timedelta(1), None, "a"), Wanted(date.max, None, "b")]
    assert visit_days(late, date.max, 5) == [date.max, date.max]
