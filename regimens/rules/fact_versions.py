"""The version of a fact: a digest of what it says, without the number of its row.

An entry that is corrected gets another row; when the new row says the same, the version stays. What belongs to the
passing of time stays out: a course's stop, and the rows that hang on it, are facts of their own or end the question.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any

from patients.rules.reasons import FactReference
from patients.rules.wording import display_number
from regimens.rules.record import TreatmentRecord

# Brand and reaction stay out as no question rests on them: an answer given before they were kept still holds.
_NOT_SAID = frozenset({"id", "note", "notes", "brand", "infusion_reaction"})
_OF_A_COURSE = ("drug", "drug_text", "role", "route", "start_on", "start_precision", "never_given")
_OF_A_PERSON = ("born", "sex", "subtype")
_LENGTH = 32  # hexadecimal digits
Rows = Mapping[tuple[str, str], Any]


def digest(text: str) -> str:
    """128 bits of SHA-256, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()[:_LENGTH]


def fact_rows(record: TreatmentRecord) -> Rows:
    """Every row that a question may rest on, by the kind and id of its reference."""
    patient = record.patient
    kinds: dict[str, Iterable[Any]] = {
        "patient": (patient.person,),
        "weight": patient.weights,
        "condition": patient.conditions,
        "autoantibody": patient.autoantibodies,
        "assessment": patient.assessments,
        "milestone": record.milestones,
        "course": record.courses,
        "dose": [row for course in record.courses for row in course.doses],
        "taper_step": [row for course in record.courses for row in course.taper],
        "outcome": [row for course in record.courses for row in course.outcomes],
        "infusion": [row for course in record.courses for row in course.infusions],
    }
    return {(kind, row.id): row for kind, rows in kinds.items() for row in rows}


def version_of(fact: FactReference, rows: Rows) -> str:
    """The version of the fact as it stands in the record; one that is not there has a version of its own."""
    row = rows.get((fact.kind, fact.id))
    if row is None:
        return digest(f"{fact.kind}:{fact.id}:not in the record")
    names = {"course": _OF_A_COURSE, "patient": _OF_A_PERSON}.get(fact.kind)
    return digest(f"{fact.kind}:{_said(row, names)}")


def _said(value: Any, names: Iterable[str] | None = None) -> str:
    """The value in one notation: numbers without trailing zeros, lists in an order that the input does not set."""
    if isinstance(value, Enum):
        return repr(value.value)
    if isinstance(value, Decimal):
        return display_number(value)
    if isinstance(value, tuple):
        return f"[{','.join(sorted(_said(each) for each in value))}]"
    if is_dataclass(value):
        chosen = names or [field.name for field in fields(value) if field.name not in _NOT_SAID]
        return f"{{{','.join(f'{name}={_said(getattr(value, name))}' for name in chosen)}}}"
    return repr(value)
