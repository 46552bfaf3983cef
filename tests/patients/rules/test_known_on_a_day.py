"""What was known on a day: latest rows, weight, age, conditions, antibodies, strength."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from patients.rules.age import age_on
from patients.rules.antibodies import plain_name, positive_antibodies
from patients.rules.as_of import active_conditions, latest, weight_on
from patients.rules.record import Autoantibody, Condition, PatientRecord, Person, Weight
from patients.rules.strength import is_below, rank
from patients.rules.vocabulary import AntibodyFinding, ConditionKind, MrcGrade
from patients.rules.wording import display_date, display_number, joined

DAY = date(2026, 4, 5)


def person(**rows: Any) -> PatientRecord:
    return PatientRecord(Person("p"), **rows)


def test_the_weight_is_the_latest_by_the_day() -> None:
    rows = (
        Weight("b", date(2026, 4, 5), Decimal(71)),
        Weight("c", date(2026, 4, 6), Decimal(72)),
        Weight("a", date(2026, 4, 1), Decimal(70)),
    )
    found = weight_on(person(weights=rows), DAY)
    assert found is not None
    assert found.kilograms == 71
    assert weight_on(person(weights=rows), date(2026, 3, 31)) is None


def test_on_one_day_the_order_has_no_meaning() -> None:
    rows = [Weight("a", DAY, Decimal(70)), Weight("b", DAY, Decimal(71))]
    assert latest(rows, DAY) == latest(rows[::-1], DAY) == rows[1]


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2008, 4, 5), date(2026, 4, 4), 17),
        (date(2008, 4, 5), date(2026, 4, 5), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (None, DAY, None),
    ],
)
def test_age(born: date | None, day: date, age: int | None) -> None:
    assert age_on(born, day) == age


@pytest.mark.parametrize(("day", "present"), [(4, False), (5, True), (9, True), (10, False)])
def test_conditions_count_on_both_ends(day: int, present: bool) -> None:
    row = Condition("c", ConditionKind.ILD, date(2026, 4, 5), date(2026, 4, 9))
    assert (ConditionKind.ILD in active_conditions(person(conditions=(row,)), date(2026, 4, day))) is present


def test_of_two_rows_of_one_condition_the_first_begun_stands() -> None:
    rows = (Condition("b", ConditionKind.ILD, DAY), Condition("a", ConditionKind.ILD, date(2026, 1, 1)))
    assert active_conditions(person(conditions=rows), DAY)[ConditionKind.ILD].id == "a"


@pytest.mark.parametrize("name", ["anti-Jo-1", "Jo 1", "ANTI-JO1 antibody", "anti-Jo-1 (weak)"])
def test_antibody_spellings(name: str) -> None:
    assert plain_name(name) == "jo1"


def test_only_positive_findings_known_by_the_day_count() -> None:
    rows = (
        Autoantibody("1", "anti-SRP", AntibodyFinding.NEGATIVE),
        Autoantibody("2", "anti SRP", AntibodyFinding.POSITIVE, DAY),
        Autoantibody("3", "anti-Mi-2", AntibodyFinding.EQUIVOCAL),
        Autoantibody("4", "anti-MDA5", AntibodyFinding.POSITIVE),
    )
    assert set(positive_antibodies(person(autoantibodies=rows), DAY)) == {"srp", "mda5"}
    assert set(positive_antibodies(person(autoantibodies=rows), date(2026, 4, 4))) == {"mda5"}


def test_strength_has_an_order() -> None:
    assert [rank(grade) for grade in MrcGrade] == list(range(13))
    assert is_below(MrcGrade.FOUR_MINUS, MrcGrade.FOUR)
    assert not is_below(MrcGrade.FOUR, MrcGrade.FOUR)


def test_words() -> None:
    assert display_date(DAY) == "05-Apr-2026"
    numbers = ["7.50", "10", "0.3", "1E+2", "100.0", "0"]
    assert [display_number(Decimal(text)) for text in numbers] == ["7.5", "10", "0.3", "100", "100", "0"]
    assert [joined(words) for words in ((), ("a",), ("a", "b"), ("a", "b", "c"))] == ["", "a", "a or b", "a, b or c"]
