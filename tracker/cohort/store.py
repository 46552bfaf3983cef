"""Writes cohort patients to the database: one statement for each kind of row, whatever the number of patients.

The records' own ids are only used to find a row's parent; the database gives the rows theirs.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from django.db import models, transaction
from django.utils import timezone

from monitoring.models import Result
from monitoring.models.result import ResultSource
from monitoring.rules import record as monitoring_record
from patients.models import (
    Assessment,
    AssessmentEnzyme,
    Autoantibody,
    Clinic,
    Condition,
    Height,
    Patient,
    Staff,
    Weight,
)
from patients.models.patient import Provenance
from patients.rules import record as patient_record
from regimens.models import Course, DosePeriod, Infusion, Milestone, Outcome, TaperPlan, TaperStep
from regimens.rules import record as regimen_record
from tracker.cohort.people import CohortPatient

M = TypeVar("M", bound=models.Model)
R = TypeVar("R")
P = TypeVar("P", bound=models.Model)

# Rows of one INSERT: keeps a statement to a few MB.
_ROWS_A_STATEMENT = 5000
# A sample is reported on the next day.
_REPORTED_AFTER = timedelta(days=1)


@transaction.atomic
def store_patients(patients: Sequence[CohortPatient], *, clinic: Clinic, by: Staff, today: date) -> list[int]:
    """Stores the patients with their whole records, all or none. Returns the new ids in the same order."""
    rows = _insert(Patient, (_patient(patient, clinic, by) for patient in patients))
    pairs = list(zip(rows, patients, strict=True))
    _store_bodies(pairs, by)
    _store_courses(pairs, by)
    _insert(
        Milestone,
        (
            Milestone(patient=row, on=m.on, precision=m.precision.value, kind=m.kind.value, note=m.note, recorded_by=by)
            for row, patient in pairs
            for m in patient.record.treatment.milestones
        ),
    )
    _insert(
        Result,
        (_result(row, found, patient, by, today) for row, patient in pairs for found in patient.record.results),
    )
    return [row.pk for row in rows]


def _insert(model: type[M], rows: Iterable[M]) -> list[M]:
    return model._default_manager.bulk_create(rows, batch_size=_ROWS_A_STATEMENT)


def _children(
    model: type[M], parents: Iterable[tuple[P, Iterable[R]]], build: Callable[[P, R], M]
) -> list[tuple[M, R]]:
    """Inserts the rows built for each parent's entries; returns each row with its entry."""
    entries = [(parent, entry) for parent, several in parents for entry in several]
    rows = _insert(model, (build(parent, entry) for parent, entry in entries))
    return [(row, entry) for row, (_, entry) in zip(rows, entries, strict=True)]


def _patient(patient: CohortPatient, clinic: Clinic, by: Staff) -> Patient:
    person, identity, report = patient.record.treatment.patient.person, patient.identity, patient.report
    return Patient(
        clinic=clinic,
        hospital_number=identity.hospital_number,
        nhs_number=identity.nhs_number,
        given_names=identity.given_names,
        family_name=identity.family_name,
        born=person.born,
        born_precision=patient.born_precision.value,
        sex=person.sex.value,
        subtype=person.subtype.value,
        subtype_note=patient.subtype_note,
        status=person.status.value,
        status_on=person.status_on,
        status_reason=patient.status_reason,
        provenance=Provenance.PUBLISHED if report else Provenance.SYNTHETIC,
        provenance_title=report.title if report else "",
        provenance_url=report.url if report else "",
        provenance_dates=report.dates if report else "",
        provenance_outcome=report.outcome if report else "",
        recorded_by=by,
    )


def _store_bodies(pairs: list[tuple[Patient, CohortPatient]], by: Staff) -> None:
    records = [(row, patient.record.treatment.patient) for row, patient in pairs]
    _insert(
        Weight,
        (
            Weight(patient=row, on=w.on, kilograms=w.kilograms, recorded_by=by)
            for row, record in records
            for w in record.weights
        ),
    )
    _insert(
        Height,
        (
            Height(patient=row, on=h.on, centimetres=h.centimetres, recorded_by=by)
            for row, record in records
            for h in record.heights
        ),
    )
    _insert(
        Condition,
        (
            Condition(
                patient=row,
                kind=c.kind.value,
                description=c.description,
                from_on=c.from_on,
                to_on=c.to_on,
                precision=c.precision.value,
                recorded_by=by,
            )
            for row, record in records
            for c in record.conditions
        ),
    )
    _insert(
        Autoantibody,
        (
            Autoantibody(patient=row, name=a.name, finding=a.finding.value, on=a.on, recorded_by=by)
            for row, record in records
            for a in record.autoantibodies
        ),
    )
    assessed = _children(
        Assessment,
        ((row, record.assessments) for row, record in records),
        lambda row, entry: _assessment(row, entry, by),
    )
    _children(AssessmentEnzyme, ((row, entry.enzymes) for row, entry in assessed), _enzyme)


def _assessment(patient: Patient, entry: patient_record.Assessment, by: Staff) -> Assessment:
    return Assessment(
        patient=patient,
        on=entry.on,
        precision=entry.precision.value,
        physician_global=entry.physician_global,
        patient_global=entry.patient_global,
        mmt=entry.mmt,
        mmt_maximum=entry.mmt_maximum,
        haq=entry.haq,
        extramuscular_global=entry.extramuscular_global,
        lowest_mrc=entry.lowest_mrc.value if entry.lowest_mrc else "",
        lowest_mrc_group=entry.lowest_mrc_group.value,
        fvc_percent=entry.fvc_percent,
        dlco_percent=entry.dlco_percent,
        severe_features=[feature.value for feature in entry.severe_features],
        non_severe_confirmed=entry.non_severe_confirmed,
        notes=entry.notes,
        recorded_by=by,
    )


def _enzyme(assessment: Assessment, entry: patient_record.Enzyme) -> AssessmentEnzyme:
    return AssessmentEnzyme(
        assessment=assessment,
        name=entry.name.value,
        value=entry.value,
        unit=entry.unit,
        upper_limit=entry.upper_limit,
    )


def _store_courses(pairs: list[tuple[Patient, CohortPatient]], by: Staff) -> None:
    courses = _children(
        Course,
        ((row, patient.record.treatment.courses) for row, patient in pairs),
        lambda row, entry: _course(row, entry, by),
    )
    _children(DosePeriod, ((row, entry.doses) for row, entry in courses), lambda row, entry: _dose(row, entry, by))
    _children(
        Outcome,
        ((row, entry.outcomes) for row, entry in courses),
        lambda row, entry: Outcome(
            course=row,
            on=entry.on,
            precision=entry.precision.value,
            kind=entry.kind.value,
            reaction=entry.reaction,
            reason=entry.reason,
            recorded_by=by,
        ),
    )
    _children(
        Infusion, ((row, entry.infusions) for row, entry in courses), lambda row, entry: _infusion(row, entry, by)
    )
    plans = _children(
        TaperPlan,
        ((row, (entry,) if entry.taper else ()) for row, entry in courses),
        lambda row, _: TaperPlan(course=row, recorded_by=by),
    )
    _children(
        TaperStep,
        ((plan, entry.taper) for plan, entry in plans),
        lambda plan, entry: TaperStep(plan=plan, on=entry.on, milligrams_per_day=entry.milligrams_per_day),
    )


def _course(patient: Patient, entry: regimen_record.Course, by: Staff) -> Course:
    stopped = entry.stop_on is not None
    return Course(
        patient=patient,
        drug=entry.drug,
        drug_text=entry.drug_text,
        role=entry.role.value,
        route=entry.route.value,
        start_on=entry.start_on,
        start_precision=entry.start_precision.value,
        stop_on=entry.stop_on,
        stop_precision=entry.stop_precision.value,
        stop_reason=entry.stop_reason.value if entry.stop_reason else "",
        stop_recorded_at=timezone.now() if stopped else None,
        stop_recorded_by=by if stopped else None,
        never_given=entry.never_given,
        note=entry.note,
        recorded_by=by,
    )


def _dose(course: Course, entry: regimen_record.DosePeriod, by: Staff) -> DosePeriod:
    return DosePeriod(
        course=course,
        from_on=entry.from_on,
        amount=entry.amount,
        unit=entry.unit.value if entry.unit else "",
        basis=entry.basis.value,
        frequency=entry.frequency.value,
        frequency_text=entry.frequency_text,
        weekday=entry.weekday.value if entry.weekday else "",
        recorded_by=by,
    )


def _infusion(course: Course, entry: regimen_record.Infusion, by: Staff) -> Infusion:
    return Infusion(
        course=course,
        first_on=entry.first_on,
        days=entry.days,
        total=entry.total,
        unit=entry.unit.value if entry.unit else "",
        dosing_weight=entry.dosing_weight,
        dosing_weight_on=entry.dosing_weight_on,
        recorded_by=by,
    )


def _result(patient: Patient, entry: monitoring_record.Result, source: CohortPatient, by: Staff, today: date) -> Result:
    measured = entry.value is not None
    if source.report:
        where = ResultSource.CASE_REPORT
    else:
        where = ResultSource.LABORATORY if measured and "blood_pressure" not in entry.analyte else ResultSource.HAND
    return Result(
        patient=patient,
        analyte=entry.analyte,
        value=entry.value,
        comparator=entry.comparator,
        unit=entry.unit,
        text=entry.text,
        upper_limit=entry.upper_limit,
        hours_after_dose=entry.hours_after_dose,
        sampled_on=entry.sampled_on,
        received_on=min(entry.sampled_on + _REPORTED_AFTER, today) if where is ResultSource.LABORATORY else None,
        source=where,
        recorded_by=by,
    )
