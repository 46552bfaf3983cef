"""Every write about who a patient is. Keyword-only, by a member of staff, in one transaction."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction

from patients.clock import today_in
from patients.entries import (
    ALREADY_RECORDED,
    bump_version,
    not_before_birth,
    not_in_future,
    same_as,
    store,
    store_once,
    supersede,
)
from patients.errors import NotFound, Refused
from patients.models import (
    Assessment,
    AssessmentEnzyme,
    Autoantibody,
    Condition,
    Height,
    Patient,
    Staff,
    Weight,
)
from patients.rules import nhs_number as nhs
from patients.rules.permissions import Permission
from patients.rules.vocabulary import (
    AntibodyFinding,
    ConditionKind,
    DatePrecision,
    EnzymeName,
    MrcGrade,
    MuscleGroup,
    PatientStatus,
    SevereFeature,
    Sex,
    Subtype,
)
from patients.selectors import clinic_for, conditions_for, patient_to_write

# Reading 2 keeps severe features and conditions apart: a statement at an assessment is not a dated condition.


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEnzyme:
    """One enzyme of a new assessment."""

    name: EnzymeName
    value: Decimal
    unit: str = "U/L"
    upper_limit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAssessment:
    """The values of a new assessment; units and ranges as in patients.rules.record.Assessment."""

    on: date
    precision: DatePrecision = DatePrecision.DAY
    physician_global: Decimal | None = None
    patient_global: Decimal | None = None
    mmt: Decimal | None = None
    mmt_maximum: int | None = None
    haq: Decimal | None = None
    extramuscular_global: Decimal | None = None
    enzymes: tuple[NewEnzyme, ...] = ()
    lowest_mrc: MrcGrade | None = None
    lowest_mrc_group: MuscleGroup = MuscleGroup.NOT_RECORDED
    fvc_percent: Decimal | None = None
    dlco_percent: Decimal | None = None
    severe_features: tuple[SevereFeature, ...] = field(default_factory=tuple)
    non_severe_confirmed: bool = False
    notes: str = ""


@transaction.atomic
def register_patient(
    *,
    by: Staff,
    clinic_id: int,
    hospital_number: str,
    given_names: str,
    family_name: str,
    born: date | None = None,
    born_precision: DatePrecision = DatePrecision.DAY,
    sex: Sex = Sex.NOT_RECORDED,
    subtype: Subtype = Subtype.NOT_RECORDED,
    nhs_number: str = "",
) -> Patient:
    """Registers a patient in one clinic. Raises NotFound, NotAllowed, Refused."""
    clinic = clinic_for(by, clinic_id, Permission.REGISTER_PATIENT)
    number = nhs.normalised(nhs_number)
    if number and not nhs.is_valid(number):
        raise Refused("This is not a valid NHS number: check the ten digits.", "nhs_number")
    if born is not None:
        not_in_future(born, today_in(clinic), "born")
    return store(
        Patient(
            clinic=clinic,
            hospital_number=hospital_number.strip(),
            nhs_number=number,
            given_names=given_names.strip(),
            family_name=family_name.strip(),
            born=born,
            born_precision=born_precision,
            sex=sex,
            subtype=subtype,
            recorded_by=by,
        )
    )


@transaction.atomic
def change_status(
    *,
    by: Staff,
    patient_id: int,
    status: PatientStatus,
    on: date | None,
    reason: str,
    version: int,
) -> Patient:
    """Sets whether the patient is under care. Leaving care needs the day and the reason; returning clears both.

    Raises NotFound, NotAllowed, Refused, StaleVersion.
    """
    patient = patient_to_write(by, patient_id, Permission.REGISTER_PATIENT)
    bump_version(patient, version)
    if status == PatientStatus.ACTIVE:
        on, reason = None, ""
    elif on is None:
        raise Refused("Enter the day from which this holds.", "on")
    else:
        not_in_future(on, today_in(patient.clinic), "on")
        not_before_birth(patient, on, "on")
        if not reason.strip():
            raise Refused("Enter the reason.", "reason")
    patient.status, patient.status_on, patient.status_reason = status.value, on, reason.strip()
    patient.version = version + 1
    return store(patient)


@transaction.atomic
def record_weight(*, by: Staff, patient_id: int, on: date, kilograms: Decimal) -> Weight:
    """Records a body weight in kg. Raises NotFound, NotAllowed, Refused."""
    patient = _for_observation(by, patient_id, on)
    return store_once(Weight(patient=patient, on=on, kilograms=kilograms, recorded_by=by))


@transaction.atomic
def record_height(*, by: Staff, patient_id: int, on: date, centimetres: Decimal) -> Height:
    """Records a height in cm. Raises NotFound, NotAllowed, Refused."""
    patient = _for_observation(by, patient_id, on)
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
    patient = _for_observation(by, patient_id, from_on, "from_on")
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
    supersede(row, by=by, reason="end recorded")
    return store(
        Condition(
            patient=patient,
            kind=row.kind,
            from_on=row.from_on,
            to_on=to_on,
            description=row.description,
            precision=row.precision,
            replaces=row,
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


@transaction.atomic
def record_assessment(*, by: Staff, patient_id: int, values: NewAssessment) -> Assessment:
    """Records a severity assessment with its enzymes. Raises NotFound, NotAllowed, Refused."""
    patient = _for_observation(by, patient_id, values.on)
    if not _says_something(values):
        raise Refused("Nothing was entered: record at least one measure, statement or note.")
    row = store(
        Assessment(
            patient=patient,
            on=values.on,
            precision=values.precision,
            physician_global=values.physician_global,
            patient_global=values.patient_global,
            mmt=values.mmt,
            mmt_maximum=values.mmt_maximum if values.mmt is not None else None,
            haq=values.haq,
            extramuscular_global=values.extramuscular_global,
            lowest_mrc=values.lowest_mrc or "",
            lowest_mrc_group=values.lowest_mrc_group,
            fvc_percent=values.fvc_percent,
            dlco_percent=values.dlco_percent,
            severe_features=[feature.value for feature in values.severe_features],
            non_severe_confirmed=values.non_severe_confirmed,
            notes=values.notes.strip(),
            recorded_by=by,
        )
    )
    for enzyme in values.enzymes:
        _store_enzyme(row, enzyme)
    _not_again(row)
    return row


def _not_again(stored: Assessment) -> None:
    """Raises Refused when another assessment says the same, enzymes included; the transaction then takes it back."""
    others = same_as(stored).exclude(pk=stored.pk)
    rows = AssessmentEnzyme.objects.filter(assessment__in=[stored, *others])
    enzymes: defaultdict[int, set[tuple[object, ...]]] = defaultdict(set)
    for pk, *said in rows.values_list("assessment", "name", "value", "unit", "upper_limit"):
        enzymes[pk].add(tuple(said))
    if any(enzymes[other.pk] == enzymes[stored.pk] for other in others):
        raise Refused(ALREADY_RECORDED)


def _store_enzyme(assessment: Assessment, enzyme: NewEnzyme) -> None:
    if enzyme.value < 0 or (enzyme.upper_limit is not None and enzyme.upper_limit <= 0):
        raise Refused(
            f"{enzyme.name.label}: a value cannot be below 0, and an upper limit is more than 0.", enzyme.name.value
        )
    row = AssessmentEnzyme(
        assessment=assessment,
        name=enzyme.name,
        value=enzyme.value,
        unit=enzyme.unit,
        upper_limit=enzyme.upper_limit,
    )
    try:
        store(row)
    except Refused as refused:
        # An assessment has up to five enzymes: the message must say which one it is about.
        raise Refused(f"{enzyme.name.label}: {refused.message}", enzyme.name.value) from None


def _for_observation(by: Staff, patient_id: int, on: date, field: str = "on") -> Patient:
    patient = patient_to_write(by, patient_id, Permission.RECORD_CLINICAL)
    not_in_future(on, today_in(patient.clinic), field)
    not_before_birth(patient, on, field)
    return patient


def _says_something(values: NewAssessment) -> bool:
    measures = (
        values.physician_global,
        values.patient_global,
        values.mmt,
        values.haq,
        values.extramuscular_global,
        values.lowest_mrc,
        values.fvc_percent,
        values.dlco_percent,
    )
    return bool(
        any(measure is not None for measure in measures)
        or values.enzymes
        or values.severe_features
        or values.non_severe_confirmed
        or values.notes.strip()
    )
