"""From rows to what the rules read: who the patients are. A fixed number of queries for any number of patients."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from operator import attrgetter
from typing import Any, TypeVar

from django.db.models import Model

from patients.models import Assessment, AssessmentEnzyme, Autoantibody, Condition, Height, Patient, Weight
from patients.rules import record
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

M = TypeVar("M", bound=Model)


def grouped(rows: Iterable[M], key: str) -> dict[Any, list[M]]:
    """Rows by the value of one of their columns."""
    found: dict[Any, list[M]] = defaultdict(list)
    value_of = attrgetter(key)
    for row in rows:
        found[value_of(row)].append(row)
    return found


def patient_records(patient_ids: Collection[int]) -> dict[int, record.PatientRecord]:
    """The records of these patients, by patient id. Current rows only; seven queries whatever the number."""
    ids = list(patient_ids)
    patients = Patient.objects.filter(pk__in=ids)
    weights = grouped(Weight.objects.filter(patient__in=ids).current().order_by("on", "pk"), "patient_id")
    heights = grouped(Height.objects.filter(patient__in=ids).current().order_by("on", "pk"), "patient_id")
    conditions = grouped(Condition.objects.filter(patient__in=ids).current().order_by("from_on", "pk"), "patient_id")
    antibodies = grouped(Autoantibody.objects.filter(patient__in=ids).current().order_by("pk"), "patient_id")
    assessments = grouped(Assessment.objects.filter(patient__in=ids).current().order_by("on", "pk"), "patient_id")
    enzymes = grouped(
        AssessmentEnzyme.objects.filter(assessment__patient__in=ids, assessment__superseded_at__isnull=True).order_by(
            "pk"
        ),
        "assessment_id",
    )
    return {
        patient.pk: record.PatientRecord(
            person=person_of(patient),
            weights=tuple(record.Weight(str(w.pk), w.on, w.kilograms) for w in weights[patient.pk]),
            heights=tuple(record.Height(str(h.pk), h.on, h.centimetres) for h in heights[patient.pk]),
            conditions=tuple(_condition(row) for row in conditions[patient.pk]),
            autoantibodies=tuple(
                record.Autoantibody(str(a.pk), a.name, AntibodyFinding(a.finding), a.on) for a in antibodies[patient.pk]
            ),
            assessments=tuple(_assessment(row, enzymes[row.pk]) for row in assessments[patient.pk]),
        )
        for patient in patients
    }


def person_of(patient: Patient) -> record.Person:
    """The identity facts of one row."""
    return record.Person(
        id=str(patient.pk),
        born=patient.born,
        sex=Sex(patient.sex),
        subtype=Subtype(patient.subtype),
        status=PatientStatus(patient.status),
        status_on=patient.status_on,
    )


def _condition(row: Condition) -> record.Condition:
    return record.Condition(
        str(row.pk), ConditionKind(row.kind), row.from_on, row.to_on, row.description, DatePrecision(row.precision)
    )


def _assessment(row: Assessment, enzymes: list[AssessmentEnzyme]) -> record.Assessment:
    return record.Assessment(
        id=str(row.pk),
        on=row.on,
        physician_global=row.physician_global,
        patient_global=row.patient_global,
        mmt=row.mmt,
        mmt_maximum=row.mmt_maximum,
        haq=row.haq,
        extramuscular_global=row.extramuscular_global,
        enzymes=tuple(record.Enzyme(EnzymeName(e.name), e.value, e.unit, e.upper_limit) for e in enzymes),
        lowest_mrc=MrcGrade(row.lowest_mrc) if row.lowest_mrc else None,
        lowest_mrc_group=MuscleGroup(row.lowest_mrc_group),
        fvc_percent=row.fvc_percent,
        dlco_percent=row.dlco_percent,
        severe_features=tuple(SevereFeature(feature) for feature in row.severe_features),
        non_severe_confirmed=row.non_severe_confirmed,
        precision=DatePrecision(row.precision),
        notes=row.notes,
    )
