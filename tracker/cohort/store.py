"""Writes cohort patients to the database: one statement for each kind of row, whatever the number of patients.

The records' own ids are only used to find a row's parent; the database gives the rows theirs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db import models, transaction

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
    StatusChange,
    Weight,
)
from patients.models.patient import Provenance
from patients.rules import record as patient_record
from patients.rules.vocabulary import PatientStatus
from regimens.models import Course, DosePeriod, Infusion, Milestone, Outcome, TaperPlan, TaperStep
from regimens.rules import record as regimen_record
from tracker.cohort.entry_moments import EntryMoments
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
    moments = [EntryMoments(patient, clinic, today) for patient in patients]
    registered = zip(patients, moments, strict=True)
    rows = _insert(Patient, (_patient(patient, clinic, by, when.registered_at) for patient, when in registered))
    entry = Entered(by, {row.pk: when for row, when in zip(rows, moments, strict=True)})
    pairs = list(zip(rows, patients, strict=True))
    _insert(StatusChange, (_status(row, entry) for row in rows if row.status != PatientStatus.ACTIVE))
    _store_bodies(pairs, entry)
    _store_courses(pairs, entry)
    _insert(
        Milestone,
        (
            Milestone(
                patient=row,
                on=m.on,
                precision=m.precision.value,
                kind=m.kind.value,
                note=m.note,
                **entry.of(row.pk, m.on),
            )
            for row, patient in pairs
            for m in patient.record.treatment.milestones
        ),
    )
    _insert(
        Result,
        (_result(row, found, patient, entry, today) for row, patient in pairs for found in patient.record.results),
    )
    return [row.pk for row in rows]


@dataclass(frozen=True, slots=True)
class Entered:
    """Who entered the rows, and when: by the id of the patient."""

    by: Staff
    moments: Mapping[int, EntryMoments]

    def of(
        self, patient_id: int, on: date | None, *, after: timedelta = timedelta(0), not_before: datetime | None = None
    ) -> dict[str, Any]:
        """The fields that say who entered a row about a day, and when."""
        moment = self.moments[patient_id].entered(on, after=after, not_before=not_before)
        return {"recorded_by": self.by, "recorded_at": moment}

    def under(self, course: Course, on: date | None) -> dict[str, Any]:
        """The same for a row under a course: with the course where they are of one day, and never before it."""
        if on == course.start_on:
            return {"recorded_by": self.by, "recorded_at": course.recorded_at}
        return self.of(course.patient_id, on, not_before=course.recorded_at)


def _insert(model: type[M], rows: Iterable[M]) -> list[M]:
    return model._default_manager.bulk_create(rows, batch_size=_ROWS_A_STATEMENT)


def _children(
    model: type[M], parents: Iterable[tuple[P, Iterable[R]]], build: Callable[[P, R], M]
) -> list[tuple[M, R]]:
    """Inserts the rows built for each parent's entries; returns each row with its entry."""
    entries = [(parent, entry) for parent, several in parents for entry in several]
    rows = _insert(model, (build(parent, entry) for parent, entry in entries))
    return [(row, entry) for row, (_, entry) in zip(rows, entries, strict=True)]


def _patient(patient: CohortPatient, clinic: Clinic, by: Staff, registered_at: datetime) -> Patient:
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
        recorded_at=registered_at,
        recorded_by=by,
    )


def _status(patient: Patient, entry: Entered) -> StatusChange:
    return StatusChange(
        patient=patient,
        status=patient.status,
        on=patient.status_on,
        reason=patient.status_reason,
        **entry.of(patient.pk, patient.status_on),
    )


def _store_bodies(pairs: list[tuple[Patient, CohortPatient]], entry: Entered) -> None:
    records = [(row, patient.record.treatment.patient) for row, patient in pairs]
    _insert(
        Weight,
        (
            Weight(patient=row, on=w.on, kilograms=w.kilograms, **entry.of(row.pk, w.on))
            for row, record in records
            for w in record.weights
        ),
    )
    _insert(
        Height,
        (
            Height(patient=row, on=h.on, centimetres=h.centimetres, **entry.of(row.pk, h.on))
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
                **entry.of(row.pk, c.from_on),
            )
            for row, record in records
            for c in record.conditions
        ),
    )
    _insert(
        Autoantibody,
        (
            Autoantibody(
                patient=row,
                name=a.name,
                finding=a.finding.value,
                on=a.on,
                **entry.of(row.pk, a.on, after=_REPORTED_AFTER),
            )
            for row, record in records
            for a in record.autoantibodies
        ),
    )
    assessed = _children(
        Assessment,
        ((row, record.assessments) for row, record in records),
        lambda row, assessment: _assessment(row, assessment, entry),
    )
    _children(AssessmentEnzyme, ((row, assessment.enzymes) for row, assessment in assessed), _enzyme)


def _assessment(patient: Patient, given: patient_record.Assessment, entry: Entered) -> Assessment:
    return Assessment(
        patient=patient,
        on=given.on,
        precision=given.precision.value,
        physician_global=given.physician_global,
        patient_global=given.patient_global,
        mmt=given.mmt,
        mmt_maximum=given.mmt_maximum,
        haq=given.haq,
        extramuscular_global=given.extramuscular_global,
        lowest_mrc=given.lowest_mrc.value if given.lowest_mrc else "",
        lowest_mrc_group=given.lowest_mrc_group.value,
        fvc_percent=given.fvc_percent,
        dlco_percent=given.dlco_percent,
        severe_features=[feature.value for feature in given.severe_features],
        non_severe_confirmed=given.non_severe_confirmed,
        notes=given.notes,
        **entry.of(patient.pk, given.on),
    )


def _enzyme(assessment: Assessment, entry: patient_record.Enzyme) -> AssessmentEnzyme:
    return AssessmentEnzyme(
        assessment=assessment,
        name=entry.name.value,
        value=entry.value,
        unit=entry.unit,
        upper_limit=entry.upper_limit,
    )


def _store_courses(pairs: list[tuple[Patient, CohortPatient]], entry: Entered) -> None:
    courses = _children(
        Course,
        ((row, patient.record.treatment.courses) for row, patient in pairs),
        lambda row, course: _course(row, course, entry),
    )
    _children(DosePeriod, ((row, course.doses) for row, course in courses), lambda row, dose: _dose(row, dose, entry))
    _children(
        Outcome,
        ((row, course.outcomes) for row, course in courses),
        lambda row, outcome: Outcome(
            course=row,
            on=outcome.on,
            precision=outcome.precision.value,
            kind=outcome.kind.value,
            reaction=outcome.reaction,
            reason=outcome.reason,
            **entry.under(row, outcome.on),
        ),
    )
    _children(
        Infusion,
        ((row, course.infusions) for row, course in courses),
        lambda row, infusion: _infusion(row, infusion, entry),
    )
    plans = _children(
        TaperPlan,
        ((row, (course,) if course.taper else ()) for row, course in courses),
        lambda row, course: TaperPlan(course=row, **entry.under(row, min(step.on for step in course.taper))),
    )
    _children(
        TaperStep,
        ((plan, course.taper) for plan, course in plans),
        lambda plan, step: TaperStep(plan=plan, on=step.on, milligrams_per_day=step.milligrams_per_day),
    )


def _course(patient: Patient, given: regimen_record.Course, entry: Entered) -> Course:
    entered = entry.of(patient.pk, given.start_on)
    stopped = given.stop_on is not None
    stop = entry.of(patient.pk, given.stop_on, not_before=entered["recorded_at"]) if stopped else {}
    return Course(
        patient=patient,
        drug=given.drug,
        drug_text=given.drug_text,
        role=given.role.value,
        route=given.route.value,
        start_on=given.start_on,
        start_precision=given.start_precision.value,
        stop_on=given.stop_on,
        stop_precision=given.stop_precision.value,
        stop_reason=given.stop_reason.value if given.stop_reason else "",
        stop_recorded_at=stop.get("recorded_at"),
        stop_recorded_by=stop.get("recorded_by"),
        never_given=given.never_given,
        note=given.note,
        **entered,
    )


def _dose(course: Course, given: regimen_record.DosePeriod, entry: Entered) -> DosePeriod:
    return DosePeriod(
        course=course,
        from_on=given.from_on,
        amount=given.amount,
        unit=given.unit.value if given.unit else "",
        basis=given.basis.value,
        frequency=given.frequency.value,
        frequency_text=given.frequency_text,
        weekday=given.weekday.value if given.weekday else "",
        **entry.under(course, given.from_on),
    )


def _infusion(course: Course, given: regimen_record.Infusion, entry: Entered) -> Infusion:
    return Infusion(
        course=course,
        first_on=given.first_on,
        days=given.days,
        total=given.total,
        unit=given.unit.value if given.unit else "",
        dosing_weight=given.dosing_weight,
        dosing_weight_on=given.dosing_weight_on,
        **entry.under(course, given.first_on),
    )


def _result(
    patient: Patient, given: monitoring_record.Result, source: CohortPatient, entry: Entered, today: date
) -> Result:
    measured = given.value is not None
    if source.report:
        where = ResultSource.CASE_REPORT
    else:
        where = ResultSource.LABORATORY if measured and "blood_pressure" not in given.analyte else ResultSource.HAND
    return Result(
        patient=patient,
        analyte=given.analyte,
        value=given.value,
        comparator=given.comparator,
        unit=given.unit,
        text=given.text,
        upper_limit=given.upper_limit,
        hours_after_dose=given.hours_after_dose,
        sampled_on=given.sampled_on,
        received_on=min(given.sampled_on + _REPORTED_AFTER, today) if where is ResultSource.LABORATORY else None,
        source=where,
        **entry.of(
            patient.pk, given.sampled_on, after=_REPORTED_AFTER if where is ResultSource.LABORATORY else timedelta(0)
        ),
    )
