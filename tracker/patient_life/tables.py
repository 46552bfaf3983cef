"""Which tables speak of a patient, read from the models, and what a merge does with each.

A table that is neither in MOVES nor in STAYS is found by a test: whoever adds one decides what becomes of its rows when
two records of one person are made one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.db import models

from patients.models import Patient
from patients.models.entry import Entry

# What is recorded of the person: it goes to the record that stays. Rows under these (doses under a course, steps under
# an alert, enzymes under an assessment) go along by themselves.
MOVES = frozenset(
    {
        "patients.Assessment", "patients.Autoantibody", "patients.Condition", "patients.ContactDetails",
        "patients.Height", "patients.Weight",
        "regimens.Course", "regimens.Milestone", "regimens.Review",
        "monitoring.Alert", "monitoring.Assignment", "monitoring.Contact", "monitoring.IntervalOverride",
        "monitoring.NotNeeded", "monitoring.Pause", "monitoring.Result", "monitoring.RiskAssessment",
        "monitoring.SampleTaken", "monitoring.SharedCare", "monitoring.Snooze", "monitoring.TargetRange",
    }
)  # fmt: skip

# What is about the record itself, and why it stays where it is.
STAYS: Mapping[str, str] = {
    "patients.StatusChange.patient": "whether that record was under care, and from when to when",
    "patients.IdentityCorrection.patient": "who that record was said to be about, and until when",
    "patients.Draft.patient": "what somebody has typed and not saved; it goes by itself after a few days",
    "patients.EmergencyAccess.patient": "which record was opened in an emergency, and is reviewed as that",
    "patients.PatientTransfer.patient": "which record was handed over, under which number",
    "patients.PatientMerge.kept": "the log of merges itself",
    "patients.PatientMerge.merged": "the log of merges itself",
    "patients.Patient.merged_into": "the pointer that the merge sets",
    "monitoring.DueItem.patient": "worked out from the record; made anew for the record that stays",
    "monitoring.NotWorkedOut.patient": "a note on the last calculation, which the next one replaces",
    "tracker.Event.patient": "the audit trail, which nothing changes",
}

# Rows that are a part of another: without them it does not say the whole.
PARTS = {"patients.Assessment": "patients.AssessmentEnzyme"}


def patient_columns() -> Iterator[tuple[str, Any]]:
    """Each column of a table that points at a patient, as "app.Model.column"."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if field.remote_field is not None and field.remote_field.model is Patient:
                yield f"{model._meta.label}.{field.name}", field


def undecided() -> list[str]:
    """Columns of which nobody has said what a merge does with them; there are none."""
    return [name for name, field in patient_columns() if name not in STAYS and not _moves(field)]


def moving_models() -> list[type[models.Model]]:
    """The tables whose rows go to the record that stays, in a fixed order."""
    return [apps.get_model(label) for label in sorted(MOVES)]


def moving_entries() -> list[type[Entry]]:
    """Those of them that hold what somebody entered."""
    return [model for model in moving_models() if issubclass(model, Entry)]


def ties_between(model: type[models.Model]) -> Iterator[tuple[str, type[models.Model]]]:
    """Paths by which a row names a row of a moving table, with that table: `result`, `replaces`, `outcome__course`.

    A row whose tie goes to another record would lie between the two: it goes where that row goes.
    """
    moving = set(moving_models())
    for field in _references(model):
        target = field.related_model
        if target in moving:
            yield field.name, target
            continue
        for further in _references(target):
            if further.related_model in moving:
                yield f"{field.name}__{further.name}", further.related_model


def columns_naming(model: type[models.Model]) -> Iterator[Any]:
    """Columns of other tables that name rows of this one."""
    for relation in model._meta.related_objects:
        if relation.related_model is not model:
            yield relation.field


def _moves(field: Any) -> bool:
    return bool(field.model._meta.label in MOVES and field.name == "patient")


def _references(model: type[models.Model]) -> Iterator[Any]:
    for field in model._meta.local_concrete_fields:
        if isinstance(field, models.ForeignKey) and field.related_model is not Patient:
            yield field
