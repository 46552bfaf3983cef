"""A clinic's own cases say exactly what they mean: every key is known, every word is one of its list."""

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from regimens.rules.case_keys import ROW_KEYS, checked
from regimens.rules.case_values import CaseError

ROOT = Path(__file__).parents[3]
CASE: dict[str, Any] = {
    "id": "one",
    "patient": {"subtype": "dermatomyositis", "weight_kg": 64},
    "assessments": [{"day": 0, "ck": Decimal("3200.5"), "non_severe_confirmed": True}],
    "courses": [{"drug": "methotrexate", "start_day": 0, "never_given": False, "stop_day": None}],
    "expected": [{"as_of_day": 5, "line_reached": 1}],
}


def with_value(place: tuple[str | int, ...], value: object) -> list[dict[str, Any]]:
    case = copy.deepcopy(CASE)
    holder: Any = case
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    return [case]


@pytest.mark.parametrize(
    "name", ["tests/cases/published.json", "tests/cases/readings.json", "docs/vignettes/example.json"]
)
def test_the_cases_of_the_project_say_what_they_mean(name: str) -> None:
    document = json.loads((ROOT / name).read_text(encoding="utf-8"), parse_float=Decimal)
    assert len(checked(document)) == len(document)


def test_a_checkpoint_without_confidence_must_agree() -> None:
    (case,) = checked([CASE])
    assert case["expected"][0]["confidence"] == "high"
    (case,) = checked(with_value(("expected", 0, "confidence"), "medium"))
    assert case["expected"][0]["confidence"] == "medium"
    assert "confidence" not in CASE["expected"][0]


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("expectd",), [], "case 'one': unknown key 'expectd'; known keys are "),
        (("expected",), [], "nothing is expected; add at least one entry"),
        (("expected",), [{"as_of_day": 5}], r"'expected\[0\]': nothing is expected; name at least one of severity,"),
        (("expected",), [{"as_of_day": 5, "line_reached": None}], "nothing is expected; name at least one of"),
        (("expected",), "line 1", "'expected': expected a list"),
        (("expected",), ["line 1"], r"'expected\[0\]': expected an object"),
        (("expected", 0, "next_steps"), "continue_line_1", "unknown key 'next_steps'"),
        (("expected", 0, "next_step"), "continue", "'next_step': expected one of start_line_1, "),
        (("expected", 0, "severity"), "mild", "'severity': expected one of severe, non_severe"),
        (("expected", 0, "phase"), "remission", "'phase': expected one of induction"),
        (("expected", 0, "line_reached"), "1", "'line_reached': expected 0, 1, 2 or 3, found '1'"),
        (("expected", 0, "line_reached"), 4, "'line_reached': expected 0, 1, 2 or 3, found 4"),
        (("expected", 0, "line_reached"), True, "'line_reached': expected 0, 1, 2 or 3, found True"),
        (("expected", 0, "failed_lines"), 1, "'failed_lines': expected a list of line numbers"),
        (("expected", 0, "failed_lines"), ["1"], "'failed_lines': expected a list of line numbers"),
        (("expected", 0, "failed_drugs"), [["a"]], "'failed_drugs': expected a list of drug names"),
        (("expected", 0, "next_options"), "a", "'next_options': expected a list of drug names"),
        (("expected", 0, "confidence"), "sure", "'confidence': expected one of high, medium, low"),
        (("courses", 0, "start_dya"), 3, r"'courses\[0\]': unknown key 'start_dya'"),
        (("courses", 0, "never_given"), "no", "'never_given': expected true or false, found 'no'"),
        (("courses", 0, "dose"), Decimal("1E+9"), "'dose': the number is out of range"),
        (("courses", 0, "dose"), float("nan"), "'dose': the number is out of range"),
        (("patient",), [], "'patient': expected an object"),
        (("patient", "weight"), 64, "'patient': unknown key 'weight'"),
        (("patient", "weight_kg"), 10_000_001, "'weight_kg': the number is out of range"),
    ],
)
def test_what_means_nothing_is_refused(place: tuple[str | int, ...], value: object, message: str) -> None:
    with pytest.raises(CaseError, match=message):
        checked(with_value(place, value))


@pytest.mark.parametrize("document", [None, {}, [], "case", [3]])
def test_what_is_no_list_of_cases_is_refused(document: object) -> None:
    with pytest.raises(CaseError, match=r"a list of cases|case number 1: expected an object"):
        checked(document)


@pytest.mark.parametrize("value", [0, 3, 10_000_000])
def test_ranges_and_lines_at_their_limits_are_taken(value: int) -> None:
    checked(with_value(("patient", "weight_kg"), value))
    checked(with_value(("expected", 0, "line_reached"), min(value, 3)))


KEYS = "assessments, conditions, courses, dates, expected, id, kind, milestones, outcome, patient, readings, source"
ROWS = {part: ", ".join(sorted(keys)) for part, keys in ROW_KEYS.items()}
EXPECTED = {"as_of_day": 5, "line_reached": 1}
FIELDS = "severity, phase, line_reached, failed_lines, failed_drugs, next_step or next_options"
OWN: list[tuple[object, str]] = [
    ({}, "the file must hold a list of cases, and at least one"),
    ([], "the file must hold a list of cases, and at least one"),
    ([{"id": "a", "expected": [EXPECTED]}, 5], "case number 2: expected an object, found 5"),
    ([{"drugs": []}], f"case number 1: unknown key 'drugs'; known keys are {KEYS}"),
    ([{"id": "a", "drugs": []}], f"case 'a': unknown key 'drugs'; known keys are {KEYS}"),
    ([{"id": "a"}], "case 'a': nothing is expected; add at least one entry to 'expected'"),
    ([{"id": "a", "source": 5}], "case 'a', key 'source': expected an object, found 5"),
    (
        [{"id": "a", "source": {"by": 1}}],
        f"case 'a', key 'source': unknown key 'by'; known keys are {ROWS['source']}",
    ),
    ([{"id": "a", "courses": 5}], "case 'a', key 'courses': expected a list, found 5"),
    ([{"id": "a", "courses": [{}, 5]}], "case 'a', key 'courses[1]': expected an object, found 5"),
    (
        [{"id": "a", "courses": [{"drog": 1}]}],
        f"case 'a', key 'courses[0]': unknown key 'drog'; known keys are {ROWS['courses']}",
    ),
    (
        [{"id": "a", "courses": [{"never_given": 1}]}],
        "case 'a', key 'courses[0]', 'never_given': expected true or false, found 1",
    ),
    (
        [{"id": "a", "assessments": [{"non_severe_confirmed": "yes"}]}],
        "case 'a', key 'assessments[0]', 'non_severe_confirmed': expected true or false, found 'yes'",
    ),
    (
        [{"id": "a", "courses": [{"dose": 10_000_001}]}],
        "case 'a', key 'courses[0]', 'dose': the number is out of range",
    ),
    (
        [{"id": "a", "courses": [{"dose": -10_000_000.5}]}],
        "case 'a', key 'courses[0]', 'dose': the number is out of range",
    ),
    (
        [{"id": "a", "patient": {"age": float("nan")}}],
        "case 'a', key 'patient', 'age': the number is out of range",
    ),
    (
        [{"id": "a", "expected": [EXPECTED, {"as_of_day": 1}]}],
        f"case 'a', key 'expected[1]': nothing is expected; name at least one of {FIELDS}",
    ),
    (
        [{"id": "a", "expected": [{"line_reached": 4}]}],
        "case 'a', key 'expected[0]', 'line_reached': expected 0, 1, 2 or 3, found 4",
    ),
    (
        [{"id": "a", "expected": [{"line_reached": -1}]}],
        "case 'a', key 'expected[0]', 'line_reached': expected 0, 1, 2 or 3, found -1",
    ),
    (
        [{"id": "a", "expected": [{"line_reached": True}]}],
        "case 'a', key 'expected[0]', 'line_reached': expected 0, 1, 2 or 3, found True",
    ),
    (
        [{"id": "a", "expected": [{"failed_lines": ["1"]}]}],
        "case 'a', key 'expected[0]', 'failed_lines': expected a list of line numbers, found ['1']",
    ),
    (
        [{"id": "a", "expected": [{"failed_lines": 1}]}],
        "case 'a', key 'expected[0]', 'failed_lines': expected a list of line numbers, found 1",
    ),
    (
        [{"id": "a", "expected": [{"failed_drugs": [1]}]}],
        "case 'a', key 'expected[0]', 'failed_drugs': expected a list of drug names, found [1]",
    ),
    (
        [{"id": "a", "expected": [{"next_options": "x"}]}],
        "case 'a', key 'expected[0]', 'next_options': expected a list of drug names, found 'x'",
    ),
    (
        [{"id": "a", "expected": [{"phase": 5}]}],
        "case 'a', key 'expected[0]', 'phase': expected one of induction, maintenance, relapse, drug_free_remission, "
        "found 5",
    ),
    (
        [{"id": "a", "expected": [EXPECTED | {"confidence": "sure"}]}],
        "case 'a', key 'expected[0]', 'confidence': expected one of high, medium, low, found 'sure'",
    ),
]


@pytest.mark.parametrize(("document", "message"), OWN, ids=range(len(OWN)))
def test_refusals_of_a_clinics_own_cases(document: object, message: str) -> None:
    with pytest.raises(CaseError) as refused:
        checked(document)
    assert str(refused.value) == message


def test_limits_of_a_clinics_own_cases_are_within() -> None:
    rows = [{"dose": 10_000_000}, {"dose": -10_000_000}, {"never_given": None}, {"never_given": False}]
    expected = [{"failed_lines": [], "next_options": []}, {"line_reached": 3}, {"line_reached": 0}]
    (case,) = checked([{"id": "a", "courses": rows, "expected": expected, "readings": [1]}])
    assert [row["confidence"] for row in case["expected"]] == ["high"] * 3
