"""What stands in the way of a merge: rows that cannot stand side by side, and two records that disagree."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from patients.models import EmergencyAccess, Patient, PatientTransfer, Staff
from patients.models.patient import Provenance
from patients.rules.vocabulary import PatientStatus, TransferStatus
from regimens.models import Course
from tracker import display
from tracker.entry_kinds import KINDS
from tracker.journal import history_of
from tracker.patient_life.merge_contents import Ids, label_of
from tracker.patient_life.tables import moving_models


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that has to be settled before the two can be one record, and how."""

    text: str
    advice: str
    rows: tuple[str, ...] = ()


def clashes(kept: Patient, merged: Patient, left: Ids) -> dict[str, set[int]]:
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


def overlaps(kept: Patient, merged: Patient) -> dict[str, set[int]]:
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


def conflicts_of_entries(
    by: Staff, kept: Patient, merged: Patient, clashing: dict[str, set[int]]
) -> Iterator[Conflict]:
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


def conflicts_of_people(kept: Patient, merged: Patient) -> Iterator[Conflict]:
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
