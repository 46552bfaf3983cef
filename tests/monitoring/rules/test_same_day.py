"""A second value of one test on one day: when a person is asked about it, and in which words."""

from datetime import datetime, time
from typing import Any

import pytest

from monitoring.protocol.load import load
from monitoring.rules.plausibility import ResultQuestion
from monitoring.rules.same_day import DayValue, is_same, second_of_the_day
from patients.rules.reasons import Truth
from tests.factories.records import result

PROTOCOL = load()
ALT, ALBUMIN = PROTOCOL.analytes["alt"], PROTOCOL.analytes["albumin"]
EARLIER = DayValue(result("alt", "35", unit="U/L"), None, "Nora Quill", datetime(2026, 11, 20, 9, 5))  # noqa: DTZ001 - by the clinic's clocks


def asked(value: str, earlier: DayValue = EARLIER, **sample: Any) -> ResultQuestion | None:
    return second_of_the_day(DayValue(result("alt", value, unit="U/L"), **sample), earlier, ALT, PROTOCOL)


def test_another_value_asks_whether_it_is_another_sample_or_a_correction() -> None:
    found = asked("38")
    assert found is not None
    assert found.text.startswith("ALT 38 U/L: 35 U/L of ")
    assert "entered by Nora Quill on 20-Nov-2026 at 09:05. Is this of another sample of that day" in found.text
    assert found.corrects == EARLIER.result.id
    (predicate,) = found.reason.predicates
    assert (predicate.truth, predicate.facts[0].id) == (Truth.TRUE, EARLIER.result.id)


def test_the_same_value_is_told_as_such() -> None:
    found = asked("35")
    assert found is not None
    assert "this value of" in found.text
    assert "a correction" not in found.text


def test_beside_another_of_its_own_report_nobody_is_named() -> None:
    found = asked("38", DayValue(EARLIER.result))
    assert found is not None
    assert "is recorded already, in the same report." in found.text


@pytest.mark.parametrize(
    ("new", "earlier", "asks"),
    [
        (time(8), time(14), False),
        (time(8), time(8), True),
        (time(8), None, True),
        (None, time(8), True),
        (None, None, True),
    ],
)
def test_two_known_times_are_two_samples(new: time | None, earlier: time | None, asks: bool) -> None:
    assert (asked("38", DayValue(EARLIER.result, earlier), sampled_at=new) is not None) is asks


def test_another_value_is_another_question() -> None:
    prints = {found.fingerprint for value in ("35", "38", "39") if (found := asked(value)) is not None}
    assert len(prints) == 3


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ({"value": "38", "unit": "g/L"}, {"value": "3.8", "unit": "g/dL"}, True),
        ({"value": "38", "unit": "g/L"}, {"value": "3.9", "unit": "g/dL"}, False),
        ({"value": "38", "unit": "g/L"}, {"value": "38", "unit": "g/L", "comparator": "<"}, False),
        ({"value": "38", "unit": "furlongs"}, {"value": "38", "unit": "furlongs"}, True),
        ({"value": "38", "unit": "furlongs"}, {"value": "38", "unit": "g/L"}, False),
        ({"value": "", "text": "clotted"}, {"value": "", "text": "clotted"}, True),
        ({"value": "", "text": "clotted"}, {"value": "", "text": "lost"}, False),
        ({"value": "", "text": "clotted"}, {"value": "38", "unit": "g/L"}, False),
    ],
)
def test_what_says_the_same(first: dict[str, Any], second: dict[str, Any], same: bool) -> None:
    assert is_same(result("albumin", **first), result("albumin", **second), ALBUMIN) is same
