"""What is entered for a coming day: both sides of the day, of the start and of the stop."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.rules.vocabulary import DatePrecision
from regimens.rules.coming import ComingChange, ComingKind, coming_changes
from regimens.rules.record import Course, TaperStep
from tests.regimens.rules.build import course, dose, on

START, DOSE, STOP, STEP = ComingKind.START, ComingKind.DOSE, ComingKind.STOP, ComingKind.TAPER_STEP


def told(courses: Iterable[Course], day: int) -> list[tuple[ComingKind, int]]:
    return [(each.kind, (each.on - on(0)).days) for each in coming_changes(courses, on(day))]


def methotrexate() -> Course:
    return course("methotrexate", 10, 40, doses=[dose("10", day=10), dose("15", day=20)])


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (9, [(START, 10), (DOSE, 20), (STOP, 40)]),
        (10, [(DOSE, 20), (STOP, 40)]),
        (19, [(DOSE, 20), (STOP, 40)]),
        (20, [(STOP, 40)]),
        (39, [(STOP, 40)]),
        (40, []),
    ],
)
def test_what_has_come_is_no_longer_coming(day: int, expected: list[tuple[ComingKind, int]]) -> None:
    assert told([methotrexate()], day) == expected


def test_a_start_is_told_with_its_first_dose_and_its_entry_is_the_course() -> None:
    start = coming_changes([replace(methotrexate(), start_precision=DatePrecision.MONTH)], on(0))[0]
    assert start.dose is not None
    assert (start.dose.amount, start.entry) == (Decimal(10), ("course", methotrexate().id))
    assert start.precision is DatePrecision.MONTH
    assert coming_changes([course("methotrexate", 10)], on(0)) == (
        ComingChange(on(10), START, course("methotrexate", 10)),
    )


@pytest.mark.parametrize(("day", "told_of_it"), [(39, True), (40, False), (41, False)])
def test_a_dose_from_the_stop_on_never_comes(day: int, told_of_it: bool) -> None:
    stopped = course("azathioprine", 0, 40, doses=[dose("50", day=0), dose("100", day=day)])
    assert ((DOSE, day) in told([stopped], 5)) is told_of_it


def test_a_drug_that_was_never_given_has_nothing_coming() -> None:
    assert told([course("azathioprine", 10, never_given=True)], 5) == []


def test_the_steps_of_a_taper_that_lie_ahead_are_told_until_the_stop() -> None:
    steps = tuple(TaperStep(f"t{day}", on(day), Decimal(60 - day)) for day in (10, 20, 30))
    tapered = replace(course("prednisolone", 0, 30), taper=steps)
    assert told([tapered], 10) == [(STEP, 20), (STOP, 30)]
    assert coming_changes([tapered], on(10))[0].entry == ("taper_step", "t20")


def test_of_one_day_the_stop_is_told_before_the_start() -> None:
    replaced = [course("azathioprine", 30), course("methotrexate", 0, 30)]
    assert told(replaced, 5) == [(STOP, 30), (START, 30)]


DAYS = st.integers(0, 30)


@given(
    st.lists(st.tuples(DAYS, DAYS, st.lists(DAYS, max_size=3, unique=True)), max_size=4),
    DAYS,
)
def test_only_later_days_are_told_and_the_order_of_rows_changes_nothing(
    drawn: list[tuple[int, int, list[int]]], day: int
) -> None:
    courses = [
        replace(
            course("methotrexate", start, start + length + 1, doses=[dose("10", day=start + more) for more in doses]),
            id=str(number),
        )
        for number, (start, length, doses) in enumerate(drawn)
    ]
    found = coming_changes(courses, on(day))
    assert all(each.on > on(day) for each in found)
    assert coming_changes(courses[::-1], on(day)) == found
