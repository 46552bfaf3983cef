"""What merging two records would do: what goes over, what lies in both, what stands in the way, who it is then."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from patients.errors import NotFound, Refused
from patients.models import Patient, Staff
from patients.rules.permissions import Permission
from patients.seen import seen
from patients.selectors import PATIENT_NOT_FOUND, patients_for, require
from tracker.patient_life.merge_conflicts import Conflict, clashes, conflicts_of_entries, conflicts_of_people, overlaps
from tracker.patient_life.merge_contents import Ids, ids_of, in_both, label_of
from tracker.patient_life.merge_person import FieldBeside, fields_beside, filled_in
from tracker.patient_life.tables import moving_models


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows of one kind."""

    label: str
    count: int


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


def _to_merge(by: Staff, patient_id: int) -> Patient:
    patient = patients_for(by).filter(pk=patient_id).first()
    if patient is None:
        raise NotFound(PATIENT_NOT_FOUND, "other")
    return patient


def _preview(kept: Patient, merged: Patient, by: Staff) -> MergePreview:
    kept_ids = {model._meta.label: ids_of(model, kept) for model in moving_models()}
    all_ids = {model._meta.label: ids_of(model, merged) for model in moving_models()}
    left, twice = in_both(kept, merged)
    moving = {table: [pk for pk in ids if pk not in set(left.get(table, ()))] for table, ids in all_ids.items()}
    clashing = {**clashes(kept, merged, left), **overlaps(kept, merged)}
    for table, ids in twice.items():
        clashing.setdefault(table, set()).update(ids)
    filled = filled_in(kept, merged)
    said = (kept.version, merged.version, sorted(kept_ids.items()), sorted(moving.items()), sorted(left.items()))
    return MergePreview(
        kept=kept,
        merged=merged,
        moving=moving,
        left=left,
        conflicts=(*conflicts_of_people(kept, merged), *conflicts_of_entries(by, kept, merged, clashing)),
        fields=tuple(fields_beside(kept, merged, filled)),
        fingerprint=hashlib.sha256(repr((*said, sorted(filled))).encode()).hexdigest()[:32],
        filled=filled,
    )
