"""Values that can hardly have been meant: outside the analyte's bounds, or far from the patient's own last one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from monitoring.protocol.load import load
from monitoring.rules.plausibility import ResultQuestion, far_from_last, more_than_its_whole, within_bounds
from monitoring.rules.record import Result
from patients.rules.reasons import RuleKind, Truth


def result(value: str, unit: str = "U/L", analyte: str = "alt", day: int = 1, identity: str = "7") -> Result:
    comparator = value.rstrip("0123456789.")
    number = Decimal(value.removeprefix(comparator))
    return Result(identity, analyte, date(2026, 4, day), value=number, comparator=comparator, unit=unit)


def question(
    new: str, last: str, unit: str = "U/L", last_unit: str = "U/L", analyte: str = "alt"
) -> ResultQuestion | None:
    return far_from_last(result(new, unit, analyte, 20, "9"), result(last, last_unit, analyte, 5), load())


@pytest.mark.parametrize(
    ("new", "last", "asked"),
    [
        ("310", "62", False),
        ("310.1", "62", True),
        ("12.4", "62", False),
        ("12.3", "62", True),
        ("62", "62", False),
        ("62", "0", False),
        ("0", "62", False),
        # <5 stands for everything below 5: what may be near is not asked about.
        ("62", "<5", True),
        ("25", "<5", False),
        ("<5", "62", True),
        ("<13", "62", False),
        (">310", "62", False),
        (">311", "62", True),
        ("62", ">400", True),
        ("62", ">300", False),
        ("<5", "<500", False),
        (">5", ">500", False),
    ],
)
def test_far_is_more_than_five_times_for_sure(new: str, last: str, asked: bool) -> None:
    assert (question(new, last) is not None) is asked


def test_units_are_put_together_first() -> None:
    assert question("80", "0.9", "umol/L", "mg/dL", "creatinine") is None
    assert question("800", "0.9", "umol/L", "mg/dL", "creatinine") is not None
    assert question("800", "0.9", "umol/L", "mg/L", "creatinine") is None


def test_it_says_what_was_entered_what_was_last_and_why_it_asks() -> None:
    found = question("620", "62")
    assert found is not None
    assert found.text == (
        "ALT 620 U/L: the last was 62 U/L on 05-Apr-2026; this is 10 times higher. Check the decimal point, the unit "
        "and the patient"
    )
    assert (found.reason.rule_id, found.reason.kind) == ("analytes.far_from_last", RuleKind.LOCAL_READING)
    (predicate,) = found.reason.predicates
    assert (predicate.truth, predicate.facts[0].id) == (Truth.TRUE, "7")


def test_another_value_or_another_last_one_is_another_question() -> None:
    asked = [question("620", "62"), question("621", "62"), question("620", "61"), question("5", "62")]
    assert len({found.fingerprint for found in asked if found}) == 4
    assert question("620", "62").fingerprint == question("620", "62").fingerprint  # type: ignore[union-attr]  # None would fail


def test_a_protocol_that_names_no_distance_asks_nothing() -> None:
    protocol = replace(load(), far_from_last=None)
    assert far_from_last(result("6200"), result("1"), protocol) is None


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "inside"),
    [
        ("haemoglobin", "20", "g/L", True),
        ("haemoglobin", "19.9", "g/L", False),
        ("haemoglobin", "2", "g/dL", True),
        ("haemoglobin", "1.9", "g/dL", False),
        ("haemoglobin", "26", "g/dL", True),
        ("haemoglobin", "132", "g/dL", False),
        ("creatinine", "80", "mg/dL", False),
        ("ck", "100000", "U/L", True),
        ("haemoglobin", "1", "stones", True),
    ],
)
def test_bounds_hold_in_every_known_unit(analyte: str, value: str, unit: str, inside: bool) -> None:
    assert within_bounds(load().analytes[analyte], Decimal(value), unit) is inside


@pytest.mark.parametrize(
    ("part", "whole", "asked"),
    [
        ("5.2", "5.1", True),
        ("5.1", "5.1", False),
        ("4", "5.1", False),
        (">5.1", "5.1", False),
        (">5.2", "5.1", True),
        ("<6", "5.1", False),
        ("5.2", ">5.1", False),
        ("5.2", "<5.1", True),
    ],
)
@pytest.mark.parametrize("analyte", ["neutrophils", "lymphocytes", "eosinophils"])
def test_a_count_above_the_one_it_is_a_part_of_is_asked_about(analyte: str, part: str, whole: str, asked: bool) -> None:
    of = result(whole, "×10⁹/L", "white_cells", identity="9")
    found = more_than_its_whole(result(part, "10*9/L", analyte), of, load())
    assert (found is not None) is asked
    if found is not None:
        assert f"is more than white cells of the same sample, {whole} ×10⁹/L on 01-Apr-2026" in found.text
        assert found.reason.predicates[0].facts[0].id == "9"
