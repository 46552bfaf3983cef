"""Weights, heights, conditions and autoantibodies."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from patients.clock import today_in
from patients.entries import (
    not_before_birth,
    not_in_future,
    store,
    store_once,
    supersede,
)
from patients.errors import NotFound, Refused
from patients.models import (
    Autoantibody,
    Condition,
    Height,
    Patient,
    Staff,
    Weight,
)
from patients.rules.permissions import Permission
from patients.rules.vocabulary import (
    AntibodyFinding,
    ConditionKind,
    DatePrecision,
)
from patients.selectors import conditions_for, patient_to_write


@transaction.atomic
def record_weight(*, by: Staff, patient_id: int, on: date, kilograms: Decimal) -> Weight:
    """Records a body weight in kg. Raises NotFound, NotAllowed, Refused."""
    patient = patient_for_observation(by, patient_id, on)
    return store_once(Weight(patient=patient, on=on, kilograms=kilograms, recorded_by=by))


@transaction.atomic
def record_height(*, by: Staff, patient_id: int, on: date, centimetres: Decimal) -> Height:
    """Records a height in cm. Raises NotFound, NotAllowed, Refused."""
    patient = patient_for_observation(by, patient_id, on)
    return store_once(Height(patient=patient, on=on, centimetres=centimetres, recorded_by=by))


@transaction.atomic
def record_body_measures(
    *,
    by: Staff,
    patient_id: int,
    on: date,
    kilograms: Decimal | None = None,
    centimetres: Decimal | None = None,
) -> tuple[Weight | None, Height | None]:
    """Records weight, height or both of one day, all or none. Raises NotFound, NotAllowed, Refused."""
    if kilograms is None and centimetres is None:
        raise Refused("Enter a weight, a height or both.", "kilograms")
    return (
        None if kilograms is None else record_weight(by=by, patient_id=patient_id, on=on, kilograms=kilograms),
        None if centimetres is None else record_height(by=by, patient_id=patient_id, on=on, centimetres=centimetres),
    )


@transaction.atomic
def record_condition(
    *,
    by: Staff,
    patient_id: int,
    kind: ConditionKind,
    from_on: date,
    to_on: date | None = None,
    description: str = "",
    precision: DatePrecision = DatePrecision.DAY,
) -> Condition:
    """Records a condition from a day on. Raises NotFound, NotAllowed, Refused."""
    patient = patient_for_observation(by, patient_id, from_on, "from_on")
    return store_once(
        Condition(
            patient=patient,
            kind=kind,
            from_on=from_on,
            to_on=to_on,
            description=description.strip(),
            precision=precision,
            recorded_by=by,
        )
    )


@transaction.atomic
def end_condition(*, by: Staff, condition_id: int, to_on: date) -> Condition:
    """Records the last day of a condition, as a row that supersedes the open one.

    Raises NotFound, NotAllowed, Refused.
    """
    row = conditions_for(by).filter(pk=condition_id).first()
    if row is None:
        raise NotFound("No such condition among your patients.")
    patient = patient_to_write(by, row.patient_id, Permission.RECORD_CLINICAL)
    if row.to_on is not None:
        raise Refused("This condition already has an end.", "to_on")
    not_in_future(to_on, today_in(patient.clinic), "to_on")
    moment = supersede(row, by=by, reason="end recorded")
    return store(
        Condition(
            patient=patient,
            kind=row.kind,
            from_on=row.from_on,
            to_on=to_on,
            description=row.description,
            precision=row.precision,
            replaces=row,
            recorded_at=moment,
            recorded_by=by,
        )
    )


@transaction.atomic
def record_autoantibody(
    *,
    by: Staff,
    patient_id: int,
    name: str,
    finding: AntibodyFinding = AntibodyFinding.POSITIVE,
    on: date | None = None,
) -> Autoantibody:
    """Records a myositis autoantibody finding. Raises NotFound, NotAllowed, Refused."""
    patient = patient_to_write(by, patient_id, Permission.RECORD_CLINICAL)
    if on is not None:
        not_in_future(on, today_in(patient.clinic), "on")
    return store_once(Autoantibody(patient=patient, name=name.strip(), finding=finding, on=on, recorded_by=by))


def patient_for_observation(by: Staff, patient_id: int, on: date, field: str = "on") -> Patient:
    patient = patient_to_write(by, patient_id, Permission.RECORD_CLINICAL)
    not_in_future(on, today_in(patient.clinic), field)
    not_before_birth(patient, on, field)
    return patient
