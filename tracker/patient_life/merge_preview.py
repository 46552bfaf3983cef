"""What merging two records would do: what goes over, what lies in both, what stands in the way, who it is then."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone

from patients.errors import NotFound, Refused
from patients.models import EmergencyAccess, Patient, PatientTransfer, Staff
from patients.models.entry import Entry
from patients.models.patient import Provenance
from patients.rules import nhs_number
from patients.rules.permissions import Permission
from patients.rules.vocabulary import PatientStatus, Sex, Subtype, TransferStatus
from patients.seen import seen
from patients.selectors import PATIENT_NOT_FOUND, patients_for, require
from regimens.models import Course
from tracker import display
from tracker.entry_kinds import KINDS
from tracker.journal import history_of
from tracker.patient_life.tables import PARTS, columns_naming, moving_entries, moving_models

Ids = dict[str, list[int]]  # by table ("patients.Weight")

# An address to which the patient ended reminders is not the same as one to which they have not, whatever it says; and
# a missed contact may have an alert that names it.
_NEVER_LEFT = {"patients.ContactDetails", "regimens.Course", "monitoring.Contact"}
_OF_THE_ENTRY = {
    "id", "patient_id", "recorded_at", "recorded_by_id", "replaces_id", "superseded_at", "superseded_by_id",
    "superseded_reason", "protocol_version",
}  # fmt: skip
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
_LABELS = {model._meta.label: label for kind in KINDS for model, label in [(kind.model, kind.label)]}


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows of one kind."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that has to be settled before the two can be one record, and how."""

    text: str
    advice: str
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldBeside:
    """One thing that both records say of who the person is. `taken`: it comes from the record that is merged."""

    label: str
    kept: str
    merged: str
    stays: str
    differs: bool
    taken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePreview:
    """What `merge_patients` would do now. `fingerprint` stands for all of it: the merge refuses when it has changed."""

    kept: Patient
    merged: Patient
    moving: Ids
    left: Ids
    conflicts: tuple[Conflict, ...]
    fields: tuple[FieldBeside, ...]
    fingerprint: str
    filled: dict[str, Any] = field(default_factory=dict)

    @property
    def counts(self) -> list[Counted]:
        """What goes over, by kind."""
        return [Counted(label_of(table), len(ids)) for table, ids in self.moving.items() if ids]

    @property
    def counts_left(self) -> list[Counted]:
        """What says the same in both records: the copy of the merged one stays where it is."""
        return [Counted(label_of(table), len(ids)) for table, ids in self.left.items() if ids]

    @property
    def differences(self) -> list[FieldBeside]:
        """Where the two records say different things of who the person is."""
        return [each for each in self.fields if each.differs]


def preview_merge(*, by: Staff, kept_id: int, merged_id: int) -> MergePreview:
    """What merging the second record into the first would do. Nothing is written.

    Raises NotFound for a record of another clinic as for none, NotAllowed, and Refused for two that cannot be merged at
    all.
    """
    kept, merged = (_to_merge(by, pk) for pk in (kept_id, merged_id))
    require(by, kept.clinic_id, Permission.MERGE_PATIENTS)
    if kept.pk == merged.pk:
        raise Refused("These are the same record. Enter the number of the other one.", "other")
    if kept.clinic_id != merged.clinic_id:
        raise Refused("The two records belong to different clinics. One clinic hands its patient over first.", "other")
    if merged.merged_into_id is not None or kept.merged_into_id is not None:
        raise Refused("One of these records has already been merged into another. Use the record that holds.", "other")
    seen([kept.pk, merged.pk])
    return _preview(kept, merged, by)


def label_of(table: str) -> str:
    """The kind of entry in a table, as pages call it."""
    return _LABELS.get(table) or table.rpartition(".")[2].lower()


def name_of(field: str) -> str:
    """What both records say of the person in this column, as pages call it."""
    return _NAMES.get(field, field.replace("_", " ").capitalize())


def _to_merge(by: Staff, patient_id: int) -> Patient:
    patient = patients_for(by).filter(pk=patient_id).first()
    if patient is None:
        raise NotFound(PATIENT_NOT_FOUND, "other")
    return patient


def _preview(kept: Patient, merged: Patient, by: Staff) -> MergePreview:
    kept_ids = {model._meta.label: _ids(model, kept) for model in moving_models()}
    all_ids = {model._meta.label: _ids(model, merged) for model in moving_models()}
    left, twice = _in_both(kept, merged)
    moving = {table: [pk for pk in ids if pk not in set(left.get(table, ()))] for table, ids in all_ids.items()}
    clashing = {**_clashes(kept, merged, left), **_overlaps(kept, merged)}
    for table, ids in twice.items():
        clashing.setdefault(table, set()).update(ids)
    filled = _filled(kept, merged)
    said = (kept.version, merged.version, sorted(kept_ids.items()), sorted(moving.items()), sorted(left.items()))
    return MergePreview(
        kept=kept,
        merged=merged,
        moving=moving,
        left=left,
        conflicts=(*_of_the_people(kept, merged), *_of_entries(by, kept, merged, clashing)),
        fields=tuple(_fields(kept, merged, filled)),
        fingerprint=hashlib.sha256(repr((*said, sorted(filled))).encode()).hexdigest()[:32],
        filled=filled,
    )


def _ids(model: type[models.Model], patient: Patient) -> list[int]:
    rows: Any = model._default_manager.filter(patient=patient)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _in_both(kept: Patient, merged: Patient) -> tuple[Ids, Ids]:
    """Current entries that stand in both records with the same content.

    First those that can stay behind with the merged record; then those that something else names, in both records: of
    these one has to be withdrawn.
    """
    left: Ids = {}
    twice: Ids = {}
    for model in moving_entries():
        table = model._meta.label
        if table in _NEVER_LEFT:
            continue
        theirs = contents(model, current_of(model, kept))
        ours = contents(model, current_of(model, merged))
        mine = {pk: said for pk, said in ours.items() if said in set(theirs.values())}
        if not mine:
            continue
        outside = [column for column in columns_naming(model) if column.model._meta.label != PARTS.get(table)]
        named = {pk for column in outside for pk in _named_by(column, mine)}
        left[table] = sorted(with_earlier(model, mine.keys() - named))
        if named:
            same = {said for pk, said in mine.items() if pk in named}
            twice[table] = sorted(named | {pk for pk, said in theirs.items() if said in same})
    return left, twice


def current_of(model: type[Entry], patient: Patient) -> QuerySet[Any]:
    """The patient's entries in this table that were neither replaced nor withdrawn."""
    rows: QuerySet[Any] = model._default_manager.filter(superseded_at__isnull=True)
    return rows.filter(patient=patient)


def contents(model: type[Entry], rows: QuerySet[Any]) -> dict[int, tuple[Any, ...]]:
    """What each of these entries says, apart from who entered it when; parts that belong to it included."""
    columns = [each.attname for each in model._meta.concrete_fields if each.attname not in _OF_THE_ENTRY]
    found = list(rows.values("pk", *columns))
    parts = _parts(model, [row["pk"] for row in found])
    return {row["pk"]: (*(repr(row[name]) for name in columns), *parts.get(row["pk"], ())) for row in found}


def _parts(model: type[Entry], ids: list[int]) -> dict[int, list[str]]:
    label = PARTS.get(model._meta.label)
    if label is None:
        return {}
    column = next(each for each in columns_naming(model) if each.model._meta.label == label)
    owner = column.attname
    found: dict[int, list[str]] = {}
    for row in column.model._default_manager.filter(**{f"{column.name}__in": ids}).values():
        found.setdefault(row[owner], []).append(repr(sorted((k, v) for k, v in row.items() if k not in ("id", owner))))
    return {pk: sorted(each) for pk, each in found.items()}


def _named_by(column: Any, ids: Any) -> set[int]:
    rows = column.model._default_manager.filter(**{f"{column.name}__in": list(ids)})
    return set(rows.values_list(column.attname, flat=True))


def with_earlier(model: type[Entry], ids: Any) -> set[int]:
    """The entries, and those that they took the place of: what was corrected stays with its correction."""
    found, newest = set(ids), set(ids)
    while newest:
        rows: Any = model._default_manager.filter(pk__in=newest, replaces__isnull=False)
        newest = set(rows.values_list("replaces", flat=True)) - found
        found |= newest
    return found


def _clashes(kept: Patient, merged: Patient, left: Ids) -> dict[str, set[int]]:
    """Rows that the database would not let stand side by side for one patient, by table."""
    found: dict[str, set[int]] = {}
    for model in moving_models():
        for constraint in model._meta.constraints:
            if not isinstance(constraint, models.UniqueConstraint) or "patient" not in constraint.fields:
                continue
            others = [name for name in constraint.fields if name != "patient"]
            rows: Any = model._default_manager.exclude(pk__in=left.get(model._meta.label, ()))
            rows = rows.filter(constraint.condition) if constraint.condition is not None else rows
            sides = [
                {tuple(row[1:]): row[0] for row in rows.filter(patient=patient).values_list("pk", *others)}
                for patient in (kept, merged)
            ]
            for key in sides[0].keys() & sides[1].keys():
                found.setdefault(model._meta.label, set()).update((sides[0][key], sides[1][key]))
    return found


def _overlaps(kept: Patient, merged: Patient) -> dict[str, set[int]]:
    """Courses of one drug at the same time, as the exclusion constraint of courses sees it."""
    sides = [
        list(Course.objects.filter(patient=one, superseded_at__isnull=True, never_given=False))
        for one in (kept, merged)
    ]
    found = {
        course.pk
        for one in sides[0]
        for other in sides[1]
        if (one.drug, one.drug_text.lower()) == (other.drug, other.drug_text.lower()) and _together(one, other)
        for course in (one, other)
    }
    return {"regimens.Course": found} if found else {}


def _together(one: Course, other: Course) -> bool:
    ends = one.stop_on or date.max, other.stop_on or date.max
    return one.start_on < ends[1] and other.start_on < ends[0]


def _of_entries(by: Staff, kept: Patient, merged: Patient, clashing: dict[str, set[int]]) -> Iterator[Conflict]:
    for kind in KINDS:
        ids = clashing.pop(kind.model._meta.label, set())
        if not ids:
            continue
        rows = []
        for patient in (kept, merged):
            for told in history_of(by, patient, [kind.word]):
                if told.id in ids:
                    day = f"{display.day(told.on)}: " if told.on else ""
                    rows.append(f"{patient.hospital_number}, {day}{told.what} (entered by {told.by})")
        if kind.word == "course":
            text = "Both records have a course of one drug at the same time."
            advice = "Stop, correct or withdraw one of the two, so that they no longer overlap."
        else:
            text = f"Both records have a {kind.label} where one person can have only one."
            advice = "Withdraw the one that does not hold."
        yield Conflict(text, advice, tuple(rows))
    for table, ids in clashing.items():
        yield Conflict(f"{len(ids)} rows of {label_of(table)} cannot stand in one record.", "Settle them first.")


def _of_the_people(kept: Patient, merged: Patient) -> Iterator[Conflict]:
    if kept.provenance != merged.provenance:
        yield Conflict(
            f"{_whose_record(kept)}, {_whose_record(merged)}.", "A clinical record is not merged with one that is not."
        )
    if all(_both_and_different(kept, merged, name) for name in ("nhs_number", "born")):
        yield Conflict(
            "NHS number and date of birth are both different: these are two people.",
            "If they are not, the number or the date is wrong in one of them: have it put right first.",
        )
    died = [one.status == PatientStatus.DECEASED for one in (kept, merged)]
    if any(died) and not all(died):
        yield Conflict(
            "One record says that the person has died, the other does not.", "Put the status right in one of them."
        )
    elif kept.status != PatientStatus.ACTIVE and merged.status == PatientStatus.ACTIVE:
        yield Conflict(
            "The record that would stay is not under care, the other one is: nothing would be due any more.",
            "Keep the other record, or put the status right.",
        )
    for patient in (kept, merged):
        if PatientTransfer.objects.filter(patient=patient, status=TransferStatus.WAITING).exists():
            yield Conflict(
                f"{patient.hospital_number} is being handed over to another clinic.", "Withdraw that or wait for it."
            )
    if EmergencyAccess.objects.filter(patient=merged).open_at(timezone.now()).exists():
        yield Conflict(
            f"{merged.hospital_number} is open to somebody of another clinic in an emergency.",
            "Wait until that access has ended: it would break off in front of them.",
        )


def _whose_record(patient: Patient) -> str:
    return f"{patient.hospital_number} is a {Provenance(patient.provenance).label}"


def _both_and_different(kept: Patient, merged: Patient, name: str) -> bool:
    """Whether both records say it, and not the same."""
    one, other = getattr(kept, name), getattr(merged, name)
    return bool(one and other and one != other)


def _filled(kept: Patient, merged: Patient) -> dict[str, Any]:
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


def _fields(kept: Patient, merged: Patient, filled: dict[str, Any]) -> Iterator[FieldBeside]:
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
