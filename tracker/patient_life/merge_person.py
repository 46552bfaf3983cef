"""What two records say of who the person is, and what a merge takes from the second into the first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from patients.models import Patient
from patients.rules import nhs_number
from patients.rules.vocabulary import PatientStatus, Sex, Subtype
from tracker import display

FILLED = ("nhs_number", "born", "sex", "subtype", "subtype_note")
_NOT_RECORDED = {"", None, Sex.NOT_RECORDED.value, Subtype.NOT_RECORDED.value}
_NAMES = {
    "hospital_number": "Hospital number",
    "nhs_number": "NHS number",
    "family_name": "Family name",
    "given_names": "Given names",
    "born": "Born",
    "sex": "Sex",
    "subtype": "Subtype",
    "subtype_note": "Note on the subtype",
    "status": "Status",
}


@dataclass(frozen=True, slots=True)
class FieldBeside:
    """One thing that both records say of who the person is. `taken`: it comes from the record that is merged."""

    label: str
    kept: str
    merged: str
    stays: str
    differs: bool
    taken: bool


def name_of(field: str) -> str:
    """What both records say of the person in this column, as pages call it."""
    return _NAMES.get(field, field.replace("_", " ").capitalize())


def filled_in(kept: Patient, merged: Patient) -> dict[str, Any]:
    """What the record that stays does not say and the other does, as it will be stored."""
    found = {
        name: getattr(merged, name)
        for name in FILLED
        if getattr(kept, name) in _NOT_RECORDED and getattr(merged, name) not in _NOT_RECORDED
    }
    if "born" in found:
        found["born_precision"] = merged.born_precision
    if "subtype" not in found and kept.subtype != merged.subtype:
        found.pop("subtype_note", None)  # it describes the other subtype
    return found


def fields_beside(kept: Patient, merged: Patient, filled: dict[str, Any]) -> Iterator[FieldBeside]:
    for name, label in _NAMES.items():
        mine, theirs = _words(kept, name), _words(merged, name)
        taken = name in filled
        differs = bool(mine and theirs) and mine != theirs and name not in ("hospital_number", "status")
        yield FieldBeside(label, mine, theirs, theirs if taken else mine, differs, taken)


def _words(patient: Patient, name: str) -> str:
    value = getattr(patient, name)
    if value in _NOT_RECORDED:
        return ""
    if name == "born":
        return display.day(value, patient.born_precision)
    if name == "nhs_number":
        return nhs_number.spaced(value)
    words = {"sex": Sex, "subtype": Subtype, "status": PatientStatus}.get(name)
    return words(value).label if words else str(value)
