"""The estimate against tables worked by hand, its band against the formula, and what holds for any group."""

import math
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.caseload.survival import Estimate, kaplan_meier

# Remission of leukaemia under 6-mercaptopurine in weeks, True where it ended (Freireich 1963, printed in textbooks).
TREATED = [
    *[(6, True)] * 3, (6, False), (7, True), (9, False), (10, True), (10, False), (11, False), (13, True), (16, True),
    (17, False), (19, False), (20, False), (22, True), (23, True), (25, False), (32, False), (32, False), (34, False),
    (35, False),
]  # fmt: skip
# Worked by hand: 18/21, then times 16/17, 14/15, 11/12, 10/11, 6/7, 5/6.
BY_HAND = {6: "0.8571", 7: "0.8067", 10: "0.7529", 13: "0.6902", 16: "0.6275", 22: "0.5378", 23: "0.4482"}


def test_a_published_table_worked_by_hand() -> None:
    found = kaplan_meier(TREATED)
    assert (found.people, found.events) == (21, 9)
    assert {step.days: str(step.remaining) for step in found.steps if step.events} == BY_HAND
    assert [(step.days, step.at_risk, step.events, step.censored) for step in found.steps][:4] == [
        (6, 21, 3, 1),
        (7, 17, 1, 0),
        (9, 16, 0, 1),
        (10, 15, 1, 1),
    ]
    assert found.median.days == 23


def test_the_band_is_greenwoods_on_the_log_log_scale() -> None:
    """At 6 weeks: S = 18/21, variance of log S = 3 / (21 * 18)."""
    step = kaplan_meier(TREATED).steps[0]
    share = 18 / 21
    half = 1.959964 * math.sqrt(3 / (21 * 18)) / abs(math.log(share))
    assert step.low == Decimal(repr(share ** math.exp(half))).quantize(Decimal("0.0001"))
    assert step.high == Decimal(repr(share ** math.exp(-half))).quantize(Decimal("0.0001"))


def test_the_interval_of_the_median_is_read_off_the_band() -> None:
    found = kaplan_meier(TREATED)
    low = next(step.days for step in found.steps if step.low is not None and step.low <= Decimal("0.5"))
    assert (found.median.low, found.median.high) == (low, None)


@pytest.mark.parametrize(
    ("watched", "median"),
    [
        ([(5, True), (10, True)], 5),  # exactly one half
        ([(5, True), (10, True), (15, True)], 10),
        ([(5, True), (10, False), (15, False)], None),
        ([(0, True)], 0),
    ],
)
def test_the_median_is_the_first_day_with_a_half_or_less(watched: list[tuple[int, bool]], median: int | None) -> None:
    assert kaplan_meier(watched).median.days == median


def test_where_all_or_nobody_remain_there_is_no_band() -> None:
    nobody_ended = kaplan_meier([(5, False), (9, False)])
    assert [(step.remaining, step.low, step.high) for step in nobody_ended.steps] == [(1, None, None)] * 2
    assert nobody_ended.median == type(nobody_ended.median)(None, None, None)
    last = kaplan_meier([(5, True), (9, True)]).steps[-1]
    assert (last.remaining, last.low, last.high) == (0, None, None)


def test_at_risk_counts_whoever_is_watched_up_to_the_day() -> None:
    found = kaplan_meier([(5, True), (9, False)])
    assert [found.at_risk(day) for day in (0, 5, 6, 9, 10)] == [2, 2, 1, 1, 0]


def test_a_curve_needs_somebody() -> None:
    with pytest.raises(ValueError, match="needs somebody"):
        kaplan_meier([])


def by_hand(watched: list[tuple[int, bool]]) -> dict[int, float]:
    """The product over the days on which somebody reached the end."""
    share, found = 1.0, {}
    for day in sorted({day for day, _ in watched}):
        at_risk = sum(other >= day for other, _ in watched)
        events = sum(ended for other, ended in watched if other == day)
        share *= 1 - events / at_risk
        found[day] = share
    return found


groups = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(groups, st.randoms())
def test_any_group_is_the_product_and_its_order_has_no_meaning(watched: list[tuple[int, bool]], order: Random) -> None:
    found = kaplan_meier(watched)
    shuffled = list(watched)
    order.shuffle(shuffled)
    assert kaplan_meier(shuffled) == found
    expected = by_hand(watched)
    assert {step.days for step in found.steps} == set(expected)
    for step in found.steps:
        assert abs(float(step.remaining) - expected[step.days]) < 0.0001
        if step.low is not None and step.high is not None:
            assert step.low <= step.remaining <= step.high
    assert sum(step.events for step in found.steps) == found.events
    assert sum(step.events + step.censored for step in found.steps) == found.people


def test_the_estimate_can_be_compared() -> None:
    assert isinstance(kaplan_meier([(1, True)]), Estimate)
