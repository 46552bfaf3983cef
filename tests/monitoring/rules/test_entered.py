"""What there is to say of a value as it is typed: beside the last one, and beside its own upper limit."""

import pytest

from monitoring.protocol.load import load
from monitoring.rules.entered import Direction, above_its_limit, direction
from tests.factories.records import result

ANALYTES = load().analytes


@pytest.mark.parametrize(
    ("value", "expected"), [("61.9", Direction.LOWER), ("62", Direction.SAME), ("62.1", Direction.HIGHER)]
)
def test_it_lies_higher_or_lower_than_the_last(value: str, expected: Direction) -> None:
    last = result("alt", "62", unit="U/L")
    assert direction(result("alt", value, unit="U/L"), last, ANALYTES["alt"]) is expected


def test_two_units_are_compared_in_the_analytes_own() -> None:
    last = result("albumin", "38", unit="g/L")
    assert direction(result("albumin", "3.9", unit="g/dL"), last, ANALYTES["albumin"]) is Direction.HIGHER
    assert direction(result("albumin", "3.8", unit="g/dL"), last, ANALYTES["albumin"]) is Direction.SAME


def test_what_cannot_be_compared_is_not() -> None:
    alt, last = ANALYTES["alt"], result("alt", "3", unit="U/L")
    assert direction(result("alt", "5", unit="U/L", comparator="<"), last, alt) is None
    assert direction(last, result("alt", "5", unit="U/L", comparator="<"), alt) is None
    assert direction(result("alt", "5", unit="furlongs"), last, alt) is None
    assert direction(result("alt", "", text="clotted"), last, alt) is None


@pytest.mark.parametrize(
    ("value", "comparator", "above"),
    [
        ("40", "", False),
        ("40.1", "", True),
        ("50", "<", False),
        ("50", "<=", False),
        ("40", ">", True),
        ("39.9", ">", False),
        ("40", ">=", False),
        ("41", ">=", True),
    ],
)
def test_above_its_limit_only_where_that_is_sure(value: str, comparator: str, above: bool) -> None:
    row = result("alt", value, unit="U/L", comparator=comparator, upper_limit=result("alt", "40").value)
    assert above_its_limit(row) is above


def test_without_a_limit_nothing_is_above_it() -> None:
    assert not above_its_limit(result("alt", "4000", unit="U/L"))
