"""Two in a row the same way: how large each step must be, within what time, and what is not read."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.protocol.definitions import Direction
from monitoring.rules.record import Result
from monitoring.rules.trends import is_back, trends
from monitoring.rules.vocabulary import AlertGrade
from tests.monitoring.rules.builders import protocol, result

# test, three values, whether they are a trend
CASES = [
    ("neutrophils", ("5", "4", "3.2"), True),
    ("neutrophils", ("5", "4.01", "3.2"), False),
    ("neutrophils", ("5", "4", "3.21"), False),
    ("neutrophils", ("3.2", "4", "5"), False),
    ("neutrophils", ("5", "4", "4"), False),
    ("neutrophils", ("9", "6", "3.99"), True),
    ("neutrophils", ("9", "6", "4"), False),
    ("white_cells", ("8", "6.8", "5.78"), True),
    ("white_cells", ("8", "6.9", "5.78"), False),
    ("white_cells", ("12", "9", "5.99"), True),
    ("white_cells", ("12", "9", "6"), False),
    ("platelets", ("300", "255", "216.75"), True),
    ("platelets", ("300", "255", "217"), False),
    ("platelets", ("500", "350", "249"), True),
    ("platelets", ("500", "350", "250"), False),
    ("haemoglobin", ("140", "133", "126"), True),
    ("haemoglobin", ("140", "134", "126"), False),
    ("haemoglobin", ("160", "145", "129.9"), True),
    ("haemoglobin", ("160", "145", "130"), False),
    ("egfr", ("90", "81", "72.9"), True),
    ("egfr", ("90", "81", "73"), False),
    ("egfr", ("120", "104", "89"), True),
    ("egfr", ("120", "104", "90"), False),
    ("alt", ("32", "40", "50"), True),
    ("alt", ("32", "40", "49"), False),
    ("alt", ("20", "30", "40"), False),
    ("alt", ("20", "30", "40.1"), True),
    ("ast", ("32", "40", "50"), True),
    ("ast", ("50", "40", "32"), False),
    ("creatinine", ("80", "88", "96.8"), True),
    ("creatinine", ("80", "88", "96.7"), False),
    ("creatinine", ("60", "70", "80.1"), True),
    ("creatinine", ("60", "70", "80"), False),
]


def three(analyte: str, values: tuple[str, ...], days: tuple[int, ...] = (0, 28, 56)) -> list[Result]:
    return [result(analyte, day, value) for day, value in zip(days, values, strict=True)]


def found(rows: list[Result]) -> list[str]:
    return [one.rule_id for one in trends(rows[-1], protocol(), others=rows)]


@pytest.mark.parametrize(("analyte", "values", "alerts"), CASES)
def test_both_sides_of_each_step(analyte: str, values: tuple[str, ...], alerts: bool) -> None:
    assert found(three(analyte, values)) == ([f"trend.{analyte}"] if alerts else [])


def test_every_trend_of_the_protocol_has_its_rows_here() -> None:
    assert set(protocol().trends) == {analyte for analyte, _, _ in CASES}


@pytest.mark.parametrize(("days", "alerts"), [((0, 100, 196), True), ((0, 100, 197), False), ((0, 0, 28), False)])
def test_three_samples_within_the_time(days: tuple[int, ...], alerts: bool) -> None:
    rows = [
        result("platelets", day, value, id=f"row-{place}")
        for place, (day, value) in enumerate(zip(days, ("400", "300", "200"), strict=True))
    ]
    assert bool(found(rows)) is alerts


def test_the_last_three_are_looked_at_and_nothing_after_them() -> None:
    rows = three("platelets", ("400", "300", "200"))
    between = result("platelets", 40, "310")
    later = result("platelets", 60, "500")
    assert not trends(rows[-1], protocol(), others=[*rows, between])
    assert trends(rows[-1], protocol(), others=[*rows, later])
    assert not trends(later, protocol(), others=[*rows, later])


def test_of_two_samples_on_a_day_the_one_nearest_to_the_later_value_counts() -> None:
    rows = three("platelets", ("400", "300", "200"))
    assert not trends(rows[-1], protocol(), others=[*rows, result("platelets", 28, "220", id="again")])


@pytest.mark.parametrize(
    ("comparators", "alerts"),
    [
        (("", "", "<"), True),
        (("", "<", ""), False),
        (("<", "", ""), False),
        ((">", "", ""), True),
        (("", "", ">"), False),
    ],
)
def test_a_bound_stands_for_every_value_it_allows(comparators: tuple[str, ...], alerts: bool) -> None:
    rows = [
        result("platelets", day, value, comparator=comparator)
        for day, value, comparator in zip((0, 28, 56), ("400", "300", "200"), comparators, strict=True)
    ]
    assert bool(found(rows)) is alerts


def test_only_known_units_are_read_and_converted() -> None:
    rows = three("platelets", ("400", "300", "200"))
    strange = [*rows[:1], result("platelets", 28, "300", unit="per field"), rows[2]]
    assert found(strange) == []
    milligrams = [
        result("creatinine", 0, "80"),
        result("creatinine", 28, "1", unit="mg/dL"),
        result("creatinine", 56, "98"),
    ]
    assert found(milligrams) == ["trend.creatinine"]


def test_a_rising_liver_enzyme_is_shown_with_the_muscle_enzyme() -> None:
    rows = three("alt", ("40", "60", "90"))
    ck = result("ck", 56, "900", upper_limit=Decimal(200))
    (finding,) = trends(rows[-1], protocol(), others=[*rows, ck])
    assert "May be muscle" in finding.caveats[0].text
    assert "GGT, bilirubin" in finding.caveats[0].text


def test_it_says_the_values_and_is_only_looked_at() -> None:
    (finding,) = trends((rows := three("platelets", ("400", "300", "200")))[-1], protocol(), others=rows)
    assert finding.grade is AlertGrade.LOOK
    assert finding.text.startswith("platelets falling twice in a row, each time by at least 15%: 400 ×10⁹/L on")
    assert [fact.id for fact in finding.reason.predicates[0].facts] == [row.id for row in rows]


@given(
    st.sampled_from(sorted(protocol().trends)),
    st.lists(st.decimals("1", "900", places=1), min_size=3, max_size=3),
    st.decimals("0", "1", places=2),
)
def test_a_worse_last_value_never_loses_the_trend(analyte: str, values: list[Decimal], part: Decimal) -> None:
    (rule,) = protocol().trends[analyte]
    rows = [result(analyte, day, str(value)) for day, value in zip((0, 28, 56), values, strict=True)]
    worse = values[2] * part if rule.direction is Direction.FALLING else values[2] * (1 + part)
    highest = protocol().analytes[analyte].highest
    if found(rows) and (highest is None or worse <= highest):
        assert found([*rows[:2], result(analyte, 56, str(worse))])


@pytest.mark.parametrize(
    ("analyte", "values", "repeat", "comparator", "back"),
    [
        ("haemoglobin", ("130", "100", "70"), "68", "", False),
        ("haemoglobin", ("130", "100", "70"), "129.9", "", False),
        ("haemoglobin", ("130", "100", "70"), "130", "", True),
        ("haemoglobin", ("130", "100", "70"), "131", "", True),
        ("haemoglobin", ("130", "100", "70"), "140", "<", False),
        ("alt", ("32", "40", "50"), "32", "", True),
        ("alt", ("32", "40", "50"), "33", "", False),
    ],
)
def test_a_repeat_is_back_when_it_is_as_good_as_the_first_of_the_trend(
    analyte: str, values: tuple[str, ...], repeat: str, comparator: str, back: bool
) -> None:
    rows = three(analyte, values)
    (rule,) = protocol().trends[analyte]
    again = result(analyte, 60, repeat, comparator=comparator)
    assert is_back(again, rows[-1], rule, protocol(), others=[*rows, again]) is back
    assert not is_back(again, rows[-1], rule, protocol(), others=[*rows[1:], again])
