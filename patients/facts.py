"""From rows to what the rules read: who the patients are. A fixed number of queries for any number of patients.

With `known_at` the answer holds exactly what had been recorded by that moment: rows entered later are left out, rows
replaced or withdrawn later are back, and a patient registered later is not there at all.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, TypeVar, cast

from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from patients.models import (
    Assessment,
    AssessmentEnzyme,
    Autoantibody,
    Condition,
    Height,
    IdentityCorrection,
    Patient,
    StatusChange,
    Weight,
)
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


def columns(rows: QuerySet[M], *names: str) -> Iterable[M]:
    """These columns of the rows, in named tuples: a model instance costs several times as much, and rules want none.

    For the type checker they stay rows of the model, whose columns they name.
    """
    return cast("Iterable[M]", rows.values_list(*names, named=True))


def bodies(patient_ids: Collection[int], known_at: datetime | None = None) -> dict[int, record.PatientRecord]:
    """Who these patients are, their weights, heights and conditions, by patient id: four queries, five with `known_at`.

    What the monitoring schedule needs; for assessments and antibodies as well ask for `patient_records`.
    """
    ids = list(patient_ids)
    patients = Patient.objects.filter(pk__in=ids)
    if known_at is not None:
        patients = patients.filter(recorded_at__lte=known_at).annotate(until_corrected=_corrected_after(known_at))
    of = {"patient__in": ids}
    weights = grouped(
        columns(
            Weight.objects.filter(**of).as_known(known_at).order_by("on", "pk"), "pk", "patient_id", "on", "kilograms"
        ),
        "patient_id",
    )
    heights = grouped(
        columns(
            Height.objects.filter(**of).as_known(known_at).order_by("on", "pk"), "pk", "patient_id", "on", "centimetres"
        ),
        "patient_id",
    )
    conditions = grouped(Condition.objects.filter(**of).as_known(known_at).order_by("from_on", "pk"), "patient_id")
    statuses = _statuses_known(ids, known_at) if known_at is not None else None
    return {
        patient.pk: record.PatientRecord(
            person=person_of(patient) if statuses is None else _person_known(patient, statuses),
            weights=tuple(record.Weight(str(w.pk), w.on, w.kilograms) for w in weights[patient.pk]),
            heights=tuple(record.Height(str(h.pk), h.on, h.centimetres) for h in heights[patient.pk]),
            conditions=tuple(_condition(row) for row in conditions[patient.pk]),
        )
        for patient in patients
    }


def patient_records(patient_ids: Collection[int], known_at: datetime | None = None) -> dict[int, record.PatientRecord]:
    """The records of these patients, by patient id; seven queries whatever the number, eight with `known_at`.

    None stands for now. A patient registered after `known_at` has no entry in the answer.
    """
    ids = list(patient_ids)
    of = {"patient__in": ids}
    antibodies = grouped(Autoantibody.objects.filter(**of).as_known(known_at).order_by("pk"), "patient_id")
    assessments = grouped(Assessment.objects.filter(**of).as_known(known_at).order_by("on", "pk"), "patient_id")
    # Enzymes follow their assessment: those of one that is not known are never asked for below.
    enzymes = grouped(AssessmentEnzyme.objects.filter(assessment__patient__in=ids).order_by("pk"), "assessment_id")
    return {
        patient_id: replace(
            body,
            autoantibodies=tuple(
                record.Autoantibody(str(a.pk), a.name, AntibodyFinding(a.finding), a.on) for a in antibodies[patient_id]
            ),
            assessments=tuple(_assessment(row, enzymes[row.pk]) for row in assessments[patient_id]),
        )
        for patient_id, body in bodies(ids, known_at).items()
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


def _statuses_known(patient_ids: list[int], known_at: datetime) -> dict[int, StatusChange]:
    """The status entered last by then, by patient id."""
    rows = StatusChange.objects.filter(patient__in=patient_ids).known_at(known_at).order_by("recorded_at", "pk")
    return {row.patient_id: row for row in rows}


def _corrected_after(known_at: datetime) -> Subquery:
    """The birth and the sex that the first correction after a moment put right; None while nobody has corrected."""
    later = IdentityCorrection.objects.filter(patient=OuterRef("pk"), recorded_at__gt=known_at)
    said = JSONObject(born="born", sex="sex")
    return Subquery(later.order_by("recorded_at", "pk").values_list(said)[:1])


def _person_known(patient: Patient, statuses: Mapping[int, StatusChange]) -> record.Person:
    """The person with the birth, sex and status known then. No status had been entered: under care, as registered."""
    known = statuses.get(patient.pk)
    now = person_of(patient)
    said: dict[str, str | None] | None = getattr(patient, "until_corrected", None)
    if said is not None:
        born = said["born"]
        now = replace(now, born=date.fromisoformat(born) if born else None, sex=Sex(said["sex"] or ""))
    return replace(
        now,
        status=PatientStatus(known.status) if known else PatientStatus.ACTIVE,
        status_on=known.on if known else None,
    )


def _condition(row: Condition) -> record.Condition:
    return record.Condition(
        str(row.pk), ConditionKind(row.kind), row.from_on, row.to_on, row.description, DatePrecision(row.precision)
    )


def assessment_of(row: Assessment) -> record.Assessment:
    """One assessment with its enzymes, as the rules read it."""
    return _assessment(row, list(row.enzymes.all()))


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
        cmas=None if row.cmas is None else Decimal(row.cmas),
        das=row.das,
    )
