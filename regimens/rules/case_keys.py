"""The keys and words that a clinic's own cases may use. A key that means nothing would be passed over in silence.

Published cases are read as they were printed; a case that a clinic writes to hold its protocol to must say exactly
what it expects, so every key is known, every word is one of its list, and at least one thing is expected.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from patients.rules.wording import joined
from regimens.rules.case_values import CaseError
from regimens.rules.findings import NextStepWord, Phase, SeverityGroup
from regimens.rules.replay import FIELDS

CONFIDENCES = ("high", "medium", "low")
CASE_KEYS = frozenset(
    {"id", "source", "kind", "dates", "patient", "conditions", "assessments", "milestones", "courses"}
    | {"outcome", "expected", "readings"}
)
ROW_KEYS: Mapping[str, frozenset[str]] = {
    "source": frozenset({"title", "url", "year"}),
    "patient": frozenset({"age", "autoantibodies", "sex", "subtype", "weight_kg"}),
    "conditions": frozenset({"kind", "from_day", "to_day", "notes"}),
    "assessments": frozenset(
        {"day", "ck", "ck_upper_limit", "fvc_percent", "haq", "lowest_mrc", "lowest_mrc_group", "mmt8"}
        | {"non_severe_confirmed", "notes", "physician_global", "severe_features"}
    ),
    "milestones": frozenset({"day", "kind", "notes"}),
    "courses": frozenset(
        {"drug", "dose", "unit", "route", "frequency", "start_day", "stop_day", "outcome", "outcome_day"}
        | {"never_given", "reason"}
    ),
    "expected": frozenset({*FIELDS, "as_of_day", "confidence", "reasoning", "acceptable_alternatives"}),
}
_OBJECTS = ("source", "patient")
_YES_OR_NO = ("never_given", "non_severe_confirmed")
# No day, dose, weight or enzyme comes near it; beyond, it is a slip.
_GREATEST = Decimal(10_000_000)


def checked(document: object) -> list[dict[str, Any]]:
    """The cases of a document, each checkpoint without a confidence set to "high".

    Raises CaseError naming case, key and what is allowed there.
    """
    if not isinstance(document, list) or not document:
        raise CaseError("the file must hold a list of cases, and at least one")
    return [_case(entry, f"case number {number}") for number, entry in enumerate(document, start=1)]


def _case(entry: object, where: str) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise CaseError(f"{where}: expected an object, found {entry!r}")
    where = f"case {entry['id']!r}" if entry.get("id") else where
    _known(entry, CASE_KEYS, where)
    for part, keys in ROW_KEYS.items():
        value = entry.get(part)
        if value is None:
            continue
        rows = [(part, value)] if part in _OBJECTS else _rows(value, f"{where}, key {part!r}", part)
        for at, row in rows:
            _row(row, keys, f"{where}, key {at!r}")
    checkpoints = entry.get("expected") or []
    if not checkpoints:
        raise CaseError(f"{where}: nothing is expected; add at least one entry to 'expected'")
    for number, checkpoint in enumerate(checkpoints):
        _expectation(checkpoint, f"{where}, key 'expected[{number}]'")
    return {**entry, "expected": [{**row, "confidence": row.get("confidence") or "high"} for row in checkpoints]}


def _rows(value: object, where: str, part: str) -> list[tuple[str, object]]:
    if not isinstance(value, list):
        raise CaseError(f"{where}: expected a list, found {value!r}")
    return [(f"{part}[{number}]", row) for number, row in enumerate(value)]


def _row(row: object, keys: frozenset[str], where: str) -> None:
    if not isinstance(row, dict):
        raise CaseError(f"{where}: expected an object, found {row!r}")
    _known(row, keys, where)
    for key, value in row.items():
        if key in _YES_OR_NO and value is not None and not isinstance(value, bool):
            raise CaseError(f"{where}, {key!r}: expected true or false, found {value!r}")
        if isinstance(value, int | float | Decimal) and not -_GREATEST <= _number(value) <= _GREATEST:
            raise CaseError(f"{where}, {key!r}: the number is out of range")


def _number(value: int | float | Decimal) -> Decimal:
    """The value; beyond every range what is no number at all (JSON readers take NaN and Infinity)."""
    number = Decimal(value)
    return number if number.is_finite() else _GREATEST * 2


def _known(entry: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
    for key in entry:
        if key not in keys:
            raise CaseError(f"{where}: unknown key {key!r}; known keys are {', '.join(sorted(keys))}")


def _expectation(row: Mapping[str, Any], where: str) -> None:
    if not any(row.get(field) is not None for field in FIELDS):
        raise CaseError(f"{where}: nothing is expected; name at least one of {joined(FIELDS)}")
    for key, (fits, allowed) in _FORMS.items():
        value = row.get(key)
        if value is not None and not fits(value):
            raise CaseError(f"{where}, {key!r}: expected {allowed}, found {value!r}")


def _one_of(words: tuple[str, ...]) -> tuple[Callable[[Any], bool], str]:
    return lambda value: isinstance(value, str) and value in words, f"one of {', '.join(words)}"


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_list_of(fits: Callable[[object], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(fits(entry) for entry in value)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


_FORMS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "severity": _one_of(tuple(group.value for group in SeverityGroup)),
    "phase": _one_of(tuple(phase.value for phase in Phase)),
    "line_reached": (lambda value: _is_number(value) and 0 <= value <= 3, "0, 1, 2 or 3"),
    "failed_lines": (_is_list_of(_is_number), "a list of line numbers"),
    "failed_drugs": (_is_list_of(_is_text), "a list of drug names"),
    "next_step": _one_of(tuple(word.value for word in NextStepWord)),
    "next_options": (_is_list_of(_is_text), "a list of drug names"),
    "confidence": _one_of(CONFIDENCES),
}
