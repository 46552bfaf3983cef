"""From rows to what the pathway rules read: what was taken. A fixed number of queries for any number of patients."""

from collections.abc import Collection

from patients.facts import grouped, patient_records
from patients.rules.vocabulary import DatePrecision
from regimens.models import Course, DosePeriod, Infusion, Milestone, Outcome, TaperStep
from regimens.rules import record
from regimens.rules.vocabulary import (
    CourseRole,
    DoseBasis,
    DoseUnit,
    Frequency,
    MilestoneKind,
    OutcomeKind,
    Route,
    StopReason,
    Weekday,
)


def treatment_records(patient_ids: Collection[int]) -> dict[int, record.TreatmentRecord]:
    """The treatment records of these patients, by patient id. Current rows only; thirteen queries in all."""
    ids = list(patient_ids)
    of_patient = {"course__patient__in": ids, "course__superseded_at__isnull": True}
    courses = grouped(Course.objects.filter(patient__in=ids).current().order_by("start_on", "pk"), "patient_id")
    doses = grouped(DosePeriod.objects.filter(**of_patient).current().order_by("from_on", "pk"), "course_id")
    outcomes = grouped(Outcome.objects.filter(**of_patient).current().order_by("on", "pk"), "course_id")
    infusions = grouped(Infusion.objects.filter(**of_patient).current().order_by("first_on", "pk"), "course_id")
    steps = TaperStep.objects.filter(
        plan__superseded_at__isnull=True, plan__course__superseded_at__isnull=True, plan__course__patient__in=ids
    )
    tapers = grouped(steps.select_related("plan").order_by("on", "pk"), "plan.course_id")
    milestones = grouped(Milestone.objects.filter(patient__in=ids).current().order_by("on", "pk"), "patient_id")
    return {
        patient_id: record.TreatmentRecord(
            patient=patient,
            courses=tuple(
                _course(row, doses[row.pk], outcomes[row.pk], infusions[row.pk], tapers[row.pk])
                for row in courses[patient_id]
            ),
            milestones=tuple(
                record.Milestone(str(m.pk), m.on, MilestoneKind(m.kind), m.note, DatePrecision(m.precision))
                for m in milestones[patient_id]
            ),
        )
        for patient_id, patient in patient_records(ids).items()
    }


def _course(
    row: Course, doses: list[DosePeriod], outcomes: list[Outcome], infusions: list[Infusion], taper: list[TaperStep]
) -> record.Course:
    return record.Course(
        id=str(row.pk),
        drug=row.drug,
        drug_text=row.drug_text,
        role=CourseRole(row.role),
        route=Route(row.route),
        start_on=row.start_on,
        start_precision=DatePrecision(row.start_precision),
        stop_on=row.stop_on,
        stop_precision=DatePrecision(row.stop_precision),
        stop_reason=StopReason(row.stop_reason) if row.stop_reason else None,
        never_given=row.never_given,
        note=row.note,
        doses=tuple(dose_record(dose) for dose in doses),
        outcomes=tuple(_outcome(outcome) for outcome in outcomes),
        infusions=tuple(_infusion(infusion) for infusion in infusions),
        taper=tuple(record.TaperStep(str(step.pk), step.on, step.milligrams_per_day) for step in taper),
    )


def _outcome(row: Outcome) -> record.Outcome:
    return record.Outcome(
        str(row.pk), row.on, OutcomeKind(row.kind), row.reason, row.reaction, DatePrecision(row.precision)
    )


def dose_record(row: DosePeriod) -> record.DosePeriod:
    """One dose period as rules and pages read it."""
    return record.DosePeriod(
        id=str(row.pk),
        from_on=row.from_on,
        amount=row.amount,
        unit=DoseUnit(row.unit) if row.unit else None,
        basis=DoseBasis(row.basis),
        frequency=Frequency(row.frequency),
        frequency_text=row.frequency_text,
        weekday=Weekday(row.weekday) if row.weekday else None,
    )


def _infusion(row: Infusion) -> record.Infusion:
    return record.Infusion(
        id=str(row.pk),
        first_on=row.first_on,
        days=row.days,
        total=row.total,
        unit=DoseUnit(row.unit) if row.unit else None,
        dosing_weight=row.dosing_weight,
        dosing_weight_on=row.dosing_weight_on,
    )
