"""Of two rows of one day the one entered later counts, also where the number of digits changes."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.rules.as_of import weight_on
from patients.rules.entry_order import entry_order
from patients.rules.record import PatientRecord, Person, Weight
from patients.rules.vocabulary import Subtype

ROOT = Path(__file__).resolve().parents[3]
DAY = date(2026, 6, 1)
# A key that ends with an id as text, as `key=lambda row: (row.on, row.id)` or `attrgetter("on", "id")`.
AS_TEXT = re.compile(r'key=lambda [^:]+: (?:\(.*, )?[\w.\[\]]+\.id\)|attrgetter\(.*"id"\)|\.id [<>] \w+\.id\b')


@given(st.integers(1, 10**12), st.integers(1, 10**12))
def test_numbers_stand_as_they_were_given_out(one: int, other: int) -> None:
    assert (entry_order(str(one)) < entry_order(str(other))) is (one < other)


def test_what_is_proposed_comes_after_the_rows() -> None:
    assert entry_order("999") < entry_order("proposed-1") < entry_order("proposed-10")


@pytest.mark.parametrize(("first", "second"), [("8", "9"), ("9", "10"), ("99", "100")])
def test_the_weight_entered_last_counts(first: str, second: str) -> None:
    earlier, later = Weight(first, DAY, Decimal("70")), Weight(second, DAY, Decimal("71"))
    record = PatientRecord(
        Person("1", born=date(1970, 1, 1), subtype=Subtype.DERMATOMYOSITIS), weights=(later, earlier)
    )
    assert weight_on(record, DAY) == later
    assert weight_on(replace(record, weights=(earlier, later)), DAY) == later


@pytest.mark.parametrize("folder", ["patients/rules", "regimens/rules", "monitoring/rules"])
def test_no_rule_sorts_ids_as_text(folder: str) -> None:
    found = [
        f"{path.name}: {line.strip()}"
        for path in sorted((ROOT / folder).glob("*.py"))
        for line in path.read_text().splitlines()
        if AS_TEXT.search(line)
    ]
    assert found == []
