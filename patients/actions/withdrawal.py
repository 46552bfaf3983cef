"""Taking back what was entered in error, and putting a value right. Nothing is deleted: rows stay, with who and why.

Whoever may record a kind of entry may withdraw it. What was known before stays knowable (see EntryQuerySet.known_at).
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet

from patients.acting import explained
from patients.actions.observations import patient_for_observation
from patients.entries import store_once, supersede
from patients.errors import NotFound
from patients.models import Assessment, Autoantibody, Condition, Height, Staff, Weight
from patients.rules.permissions import Permission
from patients.selectors import (
    assessments_for,
    autoantibodies_for,
    conditions_for,
    heights_for,
    patient_to_write,
    weights_for,
)

Fact = TypeVar("Fact", Weight, Height, Condition, Autoantibody, Assessment)


@transaction.atomic
@explained()
def withdraw_weight(*, by: Staff, entry_id: int, reason: str) -> Weight:
    """Withdraws a body weight entered in error. Raises NotFound, NotAllowed, Refused."""
    return _withdrawn(weights_for, by, entry_id, reason)


@transaction.atomic
@explained()
def withdraw_height(*, by: Staff, entry_id: int, reason: str) -> Height:
    """Withdraws a height entered in error. Raises NotFound, NotAllowed, Refused."""
    return _withdrawn(heights_for, by, entry_id, reason)


@transaction.atomic
@explained()
def withdraw_condition(*, by: Staff, entry_id: int, reason: str) -> Condition:
    """Withdraws a condition entered in error, with its end where it has one. Raises NotFound, NotAllowed, Refused."""
    return _withdrawn(conditions_for, by, entry_id, reason)


@transaction.atomic
@explained()
def withdraw_autoantibody(*, by: Staff, entry_id: int, reason: str) -> Autoantibody:
    """Withdraws an autoantibody finding entered in error. Raises NotFound, NotAllowed, Refused."""
    return _withdrawn(autoantibodies_for, by, entry_id, reason)


@transaction.atomic
@explained()
def withdraw_assessment(*, by: Staff, entry_id: int, reason: str) -> Assessment:
    """Withdraws an assessment entered in error, with its enzymes. Raises NotFound, NotAllowed, Refused."""
    return _withdrawn(assessments_for, by, entry_id, reason)


@transaction.atomic
@explained()
def correct_weight(*, by: Staff, entry_id: int, on: date, kilograms: Decimal, reason: str) -> Weight:
    """Puts another day or value (kg) in the place of a body weight. Raises NotFound, NotAllowed, Refused."""
    old = _found(weights_for, by, entry_id)
    patient = patient_for_observation(by, old.patient_id, on)
    new = Weight(patient=patient, on=on, kilograms=kilograms, replaces=old, recorded_by=by)
    new.recorded_at = supersede(old, by=by, reason=reason)
    return store_once(new)


@transaction.atomic
@explained()
def correct_height(*, by: Staff, entry_id: int, on: date, centimetres: Decimal, reason: str) -> Height:
    """Puts another day or value (cm) in the place of a height. Raises NotFound, NotAllowed, Refused."""
    old = _found(heights_for, by, entry_id)
    patient = patient_for_observation(by, old.patient_id, on)
    new = Height(patient=patient, on=on, centimetres=centimetres, replaces=old, recorded_by=by)
    new.recorded_at = supersede(old, by=by, reason=reason)
    return store_once(new)


def _withdrawn(rows: Callable[[Staff], QuerySet[Fact]], by: Staff, entry_id: int, reason: str) -> Fact:
    row = _found(rows, by, entry_id)
    patient_to_write(by, row.patient_id, Permission.RECORD_CLINICAL)
    supersede(row, by=by, reason=reason)
    return row


def _found(rows: Callable[[Staff], QuerySet[Fact]], by: Staff, entry_id: int) -> Fact:
    row = rows(by).filter(pk=entry_id).first()
    if row is None:
        raise NotFound("No such entry among your patients, or it was already replaced or withdrawn.")
    return row
