"""From rows to what the pathway rules read: what was taken. A fixed number of queries for any number of patients."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from patients.facts import columns, grouped, patient_records
from patients.rules.vocabulary import DatePrecision
from regimens.models import (
    Course,
    DosePeriod,
    Infusion,
    InfusionPlan,
    Milestone,
    Outcome,
    PlannedInfusion,
    Review,
    TaperDecision,
    TaperPlan,
    TaperStep,
)
from regimens.rules import record
from regimens.rules.vocabulary import (
    CourseRole,
    DoseBasis,
    DoseUnit,
    Frequency,
    InfusionAnchor,
    MilestoneKind,
    OutcomeKind,
    PromptCode,
    ReactionGrade,
    ReviewAnswer,
    Route,
    StopReason,
    TaperChoice,
    Trend,
    Weekday,
    WeightBasis,
)

_DOSE = (
    "pk", "course_id", "from_on", "amount", "unit", "basis", "frequency", "frequency_text", "weekday", "brand",
)  # fmt: skip
_INFUSION = (
    "pk", "course_id", "first_on", "days", "total", "unit", "dosing_weight", "dosing_weight_on", "reaction",
)  # fmt: skip


def treatment_records(
    patient_ids: Collection[int], known_at: datetime | None = None
) -> dict[int, record.TreatmentRecord]:
    """The treatment records of these patients, by patient id; seventeen queries in all, eighteen with `known_at`.

    With `known_at` as they were known at that moment (see patients.facts): a course that nobody had stopped by then is
    not stopped.
    """
    ids = list(patient_ids)
    outcomes = grouped(
        Outcome.objects.filter(course__patient__in=ids).as_known(known_at).order_by("on", "pk"), "course_id"
    )
    milestones = grouped(
        Milestone.objects.filter(patient__in=ids).as_known(known_at).order_by("on", "pk"), "patient_id"
    )
    answers = Review.objects.filter(patient__in=ids).as_known(known_at).select_related("recorded_by")
    reviews = grouped(answers.order_by("on", "pk"), "patient_id")
    courses = courses_of(ids, known_at)
    return {
        patient_id: record.TreatmentRecord(
            patient=patient,
            courses=tuple(
                replace(course, outcomes=tuple(outcome_record(row) for row in outcomes[int(course.id)]))
                for course in courses.get(patient_id, ())
            ),
            milestones=tuple(_milestone(row) for row in milestones[patient_id]),
            reviews=tuple(_review(row) for row in reviews[patient_id]),
        )
        for patient_id, patient in patient_records(ids, known_at).items()
    }


def courses_of(patient_ids: Collection[int], known_at: datetime | None = None) -> dict[int, tuple[record.Course, ...]]:
    """What these patients take and are planned to take, without the judgements on it: seven queries."""
    ids = list(patient_ids)
    # What belongs to a course is looked up by the courses that are known: rows of any other never come into sight.
    of_patient = {"course__patient__in": ids}
    courses = grouped(
        Course.objects.filter(patient__in=ids).as_known(known_at).order_by("start_on", "pk"), "patient_id"
    )
    doses = grouped(
        columns(DosePeriod.objects.filter(**of_patient).as_known(known_at).order_by("from_on", "pk"), *_DOSE),
        "course_id",
    )
    infusions = grouped(
        columns(Infusion.objects.filter(**of_patient).as_known(known_at).order_by("first_on", "pk"), *_INFUSION),
        "course_id",
    )
    steps = TaperStep.objects.filter(plan__in=TaperPlan.objects.filter(**of_patient).as_known(known_at))
    tapers = grouped(steps.select_related("plan").order_by("on", "pk"), "plan.course_id")
    decisions = grouped(TaperDecision.objects.filter(**of_patient).as_known(known_at).order_by("on", "pk"), "course_id")
    plans = grouped(InfusionPlan.objects.filter(**of_patient).as_known(known_at).order_by("pk"), "course_id")
    of_plans = PlannedInfusion.objects.filter(plan__in=InfusionPlan.objects.filter(**of_patient).as_known(known_at))
    dates = grouped(of_plans.order_by("on"), "plan_id")
    return {
        patient_id: tuple(
            _as_known(
                replace(
                    _course(row),
                    doses=tuple(dose_record(dose) for dose in doses[row.pk]),
                    infusions=tuple(infusion_record(infusion) for infusion in infusions[row.pk]),
                    taper=tuple(
                        record.TaperStep(str(step.pk), step.on, step.milligrams_per_day) for step in tapers[row.pk]
                    ),
                    infusion_plan=next((_plan(plan, dates[plan.pk]) for plan in plans[row.pk]), None),
                    taper_decisions=tuple(_decision(decision) for decision in decisions[row.pk]),
                ),
                row,
                known_at,
            )
            for row in rows
        )
        for patient_id, rows in courses.items()
    }


def _as_known(course: record.Course, row: Course, known_at: datetime | None) -> record.Course:
    """The course without a stop that was entered later."""
    if known_at is None or row.stop_recorded_at is None or row.stop_recorded_at <= known_at:
        return course
    return replace(course, stop_on=None, stop_precision=DatePrecision.DAY, stop_reason=None)


def _course(row: Course, **belonging: Any) -> record.Course:
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
        **belonging,
    )


def _milestone(row: Milestone) -> record.Milestone:
    return record.Milestone(
        id=str(row.pk),
        on=row.on,
        kind=MilestoneKind(row.kind),
        note=row.note,
        precision=DatePrecision(row.precision),
        protocol_version=row.protocol_version,
    )


def outcome_record(row: Outcome) -> record.Outcome:
    """One judgement as rules read it."""
    return record.Outcome(
        id=str(row.pk),
        on=row.on,
        kind=OutcomeKind(row.kind),
        reason=row.reason,
        reaction=row.reaction,
        precision=DatePrecision(row.precision),
        protocol_version=row.protocol_version,
    )


def _review(row: Review) -> record.Review:
    return record.Review(
        id=str(row.pk),
        on=row.on,
        prompt=PromptCode(row.prompt),
        subject=row.subject,
        fingerprint=row.fingerprint,
        answer=ReviewAnswer(row.answer),
        until=row.until,
        reason=row.reason,
        question=row.trace["text"],
        by=row.recorded_by.get_full_name() or row.recorded_by.username,
        protocol_version=row.protocol_version,
        facts=tuple(record.ReviewedFact(**fact) for fact in row.trace["facts"]),
        outcome=str(row.outcome_id or ""),
        milestone=str(row.milestone_id or ""),
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
        brand=row.brand,
    )


def infusion_record(row: Infusion) -> record.Infusion:
    """One infusion cycle as rules and pages read it."""
    return record.Infusion(
        id=str(row.pk),
        first_on=row.first_on,
        days=row.days,
        total=row.total,
        unit=DoseUnit(row.unit) if row.unit else None,
        dosing_weight=row.dosing_weight,
        dosing_weight_on=row.dosing_weight_on,
        infusion_reaction=ReactionGrade(row.reaction),
    )


def _plan(row: InfusionPlan, dates: list[PlannedInfusion]) -> record.InfusionPlan:
    return record.InfusionPlan(
        id=str(row.pk),
        anchor=InfusionAnchor(row.anchor),
        interval_days=row.interval_days,
        dates=tuple(one.on for one in dates),
        days_per_cycle=row.days_per_cycle,
        amount=row.amount,
        amount_per_kilogram=row.amount_per_kilogram,
        unit=DoseUnit(row.unit) if row.unit else None,
        weight_basis=WeightBasis(row.weight_basis),
        vial_sizes=tuple(row.vial_sizes),
        review_after_cycles=row.review_after_cycles,
    )


def _step(row: TaperStep) -> record.TaperStep:
    return record.TaperStep(str(row.pk), row.on, row.milligrams_per_day)


def _decision(row: TaperDecision) -> record.TaperDecision:
    return record.TaperDecision(
        id=str(row.pk),
        on=row.on,
        choice=TaperChoice(row.choice),
        planned_on=row.planned_on,
        milligrams_per_day=row.milligrams_per_day,
        strength=Trend(row.strength),
        muscle_enzyme=Trend(row.muscle_enzyme),
        symptoms=Trend(row.symptoms),
        reason=row.reason,
        next_check_on=row.next_check_on,
    )
