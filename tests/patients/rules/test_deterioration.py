"""Confirmed deterioration: three criteria, two visits in a row, one reference."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patients.protocol.load import load
from patients.rules.deterioration import Deterioration, awaiting_confirmation, deteriorations, worse_than
from patients.rules.measures import measured
from patients.rules.reasons import Truth
from patients.rules.record import Assessment
from tests.factories import records
from tests.factories.records import DAY

PROTOCOL = load()
LATER = DAY + timedelta(days=1000)
START = {"physician_global": "2", "patient_global": "2", "mmt": "70", "haq": "1", "extramuscular_global": "2"}


def visit(day: int, **changed: str | None) -> Assessment:
    fields: dict[str, Any] = {name: Decimal(value) for name, value in (START | changed).items() if value is not None}
    form = {"mmt_maximum": 80} if "mmt" in fields else {}
    return records.assessment(day=day, **fields, **form)


def days_of(found: tuple[Deterioration, ...]) -> list[tuple[int, ...]]:
    return [
        tuple((each.on - DAY).days for each in (one.reference, one.first, one.second) if each is not None)
        for one in found
    ]


def confirmed(*visits: Assessment, as_of: date = LATER) -> list[tuple[int, int, int]]:
    return days_of(deteriorations(visits, PROTOCOL, as_of))


WORSE = [
    {"physician_global": "4", "mmt": "56"},
    {"extramuscular_global": "4"},
    {"physician_global": "2.6", "patient_global": "2.6", "haq": "1.375"},
    {"patient_global": "2.6", "haq": "1.375", "mmt": "49"},
]
NOT_WORSE = [
    {"physician_global": "3.9", "mmt": "56"},  # below 2 cm
    {"physician_global": "4", "mmt": "56.1"},  # below 20 %
    {"physician_global": "10", "patient_global": "2", "mmt": "70"},  # strength has not changed
    {"extramuscular_global": "3.9"},
    {"physician_global": "2.6", "patient_global": "2.6", "haq": "1.25"},  # 25 %
    {"physician_global": "2.5", "patient_global": "2.6", "haq": "1.375"},  # 25 %
    {"patient_global": "2.6", "haq": "1.375", "mmt": "49.1"},
]


@pytest.mark.parametrize("change", WORSE)
def test_each_criterion_at_two_visits_in_a_row(change: dict[str, str]) -> None:
    assert confirmed(visit(0), visit(30, **change), visit(60, **change)) == [(0, 30, 60)]


@pytest.mark.parametrize("change", NOT_WORSE)
def test_just_short_of_each_criterion(change: dict[str, str]) -> None:
    assert confirmed(visit(0), visit(30, **change), visit(60, **change)) == []


def test_the_two_visits_may_meet_different_criteria() -> None:
    assert confirmed(visit(0), visit(30, **WORSE[0]), visit(60, **WORSE[1])) == [(0, 30, 60)]


def test_one_visit_alone_is_not_confirmed_but_awaited() -> None:
    visits = (visit(0), visit(30, **WORSE[0]))
    assert confirmed(*visits) == []
    awaited = awaiting_confirmation(visits, PROTOCOL, LATER)
    assert awaited is not None
    assert not awaited.confirmed
    assert (awaited.reference, awaited.first) == visits
    assert len(awaited.reason.predicates) == 3


def test_a_good_visit_in_between_breaks_the_row() -> None:
    visits = (visit(0), visit(30, **WORSE[0]), visit(60), visit(90, **WORSE[0]), visit(120))
    assert confirmed(*visits) == []
    assert awaiting_confirmation(visits, PROTOCOL, LATER) is None


def test_the_reference_is_the_best_before_and_the_latest_of_equals() -> None:
    visits = (visit(0, physician_global="6"), visit(30), visit(60), visit(90, **WORSE[1]), visit(120, **WORSE[1]))
    assert confirmed(*visits) == [(60, 90, 120)]


def test_a_slow_decline_is_found_against_the_best() -> None:
    """0.8 cm worse each time: never 2 cm worse than the visit before."""
    steps = ("2", "2.8", "3.6", "4.4", "5.2")
    visits = [
        records.assessment(
            day=30 * number, physician_global=Decimal(number), extramuscular_global=Decimal(step)
        )
        for number, step in enumerate(steps)
    ]  # fmt: skip
    assert days_of(deteriorations(visits, PROTOCOL, LATER)) == [(0, 90, 120)]


def test_after_one_is_confirmed_the_count_begins_anew() -> None:
    bad, worse = {"extramuscular_global": "4.5"}, {"extramuscular_global": "7"}
    visits = [visit(0), visit(30, **bad), visit(60, **bad), visit(90, **bad), visit(120, **bad)]
    assert confirmed(*visits) == [(0, 30, 60)]
    assert awaiting_confirmation(visits, PROTOCOL, LATER) is None
    again = [*visits, visit(150, **worse), visit(180, **worse)]
    assert confirmed(*again) == [(0, 30, 60), (120, 150, 180)]


def test_without_physician_global_the_last_before_is_the_reference() -> None:
    plain = {"physician_global": None, "mmt": None}
    visits = (
        visit(0, **plain),
        visit(30, **plain),
        visit(60, **plain | {"extramuscular_global": "5"}),
        visit(90, **plain | {"extramuscular_global": "5"}),
    )
    assert confirmed(*visits) == [(30, 60, 90)]


def test_nothing_after_the_day_counts() -> None:
    visits = (visit(0), visit(30, **WORSE[0]), visit(60, **WORSE[0]))
    assert confirmed(*visits, as_of=DAY + timedelta(days=60)) == [(0, 30, 60)]
    assert confirmed(*visits, as_of=DAY + timedelta(days=59)) == []


def test_two_assessments_on_one_day_are_one_visit() -> None:
    short = {"patient_global": None, "haq": None}
    visits = (visit(0), visit(30, **WORSE[1]), visit(30, **WORSE[1] | short))
    assert confirmed(*visits) == []
    found = deteriorations((*visits, visit(60, **WORSE[1])), PROTOCOL, LATER)
    assert [one.first for one in found] == [visits[1]]


@pytest.mark.parametrize(
    ("change", "truth"),
    [
        ({"mmt": None, "physician_global": "4"}, Truth.UNKNOWN),  # strength could be worse
        ({"mmt": None}, Truth.FALSE),  # physician global has not changed
        ({"physician_global": None, "mmt": "56"}, Truth.UNKNOWN),
        ({"extramuscular_global": None}, Truth.UNKNOWN),
        ({"haq": None, "patient_global": "2.6", "mmt": "49"}, Truth.UNKNOWN),  # two worse, one missing
        ({"haq": None, "patient_global": "2.6"}, Truth.FALSE),  # one worse, one missing
        ({"haq": None, "extramuscular_global": "4"}, Truth.TRUE),  # one criterion is enough
    ],
)
def test_missing_measures_are_unknown_where_they_could_decide(change: dict[str, str | None], truth: Truth) -> None:
    before, after = (measured(each, PROTOCOL) for each in (visit(0), visit(30, **change)))
    assert worse_than(before, after, PROTOCOL) is truth


def test_strength_on_another_form_is_missing() -> None:
    other = records.assessment(day=30, physician_global=Decimal(5), mmt=Decimal(80), mmt_maximum=150)
    before, after = (measured(each, PROTOCOL) for each in (visit(0), other))
    assert worse_than(before, after, PROTOCOL) is Truth.UNKNOWN


def test_the_reason_tells_the_criteria_of_both_visits() -> None:
    (found,) = deteriorations((visit(0), visit(30, **WORSE[0]), visit(60, **WORSE[1])), PROTOCOL, LATER)
    assert found.confirmed
    truths = [predicate.truth for predicate in found.reason.predicates]
    assert truths == [Truth.TRUE, Truth.FALSE, Truth.FALSE, Truth.FALSE, Truth.TRUE, Truth.FALSE]
    assert found.reason.predicates[0].text.startswith(
        "04-Feb-2026: physician global worse by 2 cm or more and strength"
    )
    assert "physician global worse by 100 % of the earlier value" in found.reason.predicates[0].text


def test_a_rise_from_nothing_counts_as_worse() -> None:
    """Better one question too many than a relapse from remission unseen; 2 cm limits hold as they are."""
    well = dict.fromkeys(("physician_global", "patient_global", "haq", "extramuscular_global"), "0")
    ill = {"physician_global": "0.1", "patient_global": "0.1", "haq": "0.125", "extramuscular_global": "0"}
    assert confirmed(visit(0, **well), visit(30, **ill), visit(60, **ill)) == [(0, 30, 60)]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.integers(0, 5), st.integers(0, 5), st.integers(30, 80)),
        max_size=7,
        unique=True,
    ),
    st.randoms(use_true_random=False),
)
def test_for_any_story(story: list[tuple[int, int, int, int]], order: Any) -> None:
    visits = [
        visit(30 * day, physician_global=str(physician), extramuscular_global=str(skin), mmt=str(strength))
        for day, physician, skin, strength in story
    ]
    found = deteriorations(visits, PROTOCOL, LATER)
    assert deteriorations(order.sample(visits, len(visits)), PROTOCOL, LATER) == found
    last = None
    for one in found:
        assert one.second is not None
        assert one.reference.on < one.first.on < one.second.on
        assert not any(one.first.on < other.on < one.second.on for other in visits)
        assert last is None or one.reference.on >= last
        last = one.second.on
