"""Taking back what was entered in error about treatment. Nothing is deleted: rows stay, with who and why.

A row goes with everything that rests on it, at the same moment: a course with its doses, judgements, infusions, taper
plan, taper decisions and dose checks; a judgement with the answer that recorded it, so that the question is put again.
"""

from datetime import datetime
from typing import Any, TypeVar, cast

from django.db import transaction
from django.db.models import Q, QuerySet

from patients.acting import explained
from patients.entries import LONGEST_REASON, bump_version, store, supersede
from patients.errors import NotFound, Refused
from patients.models import Staff
from patients.models.entry import Entry
from patients.rules.permissions import Permission
from patients.rules.vocabulary import DatePrecision
from patients.selectors import patient_to_write, require
from regimens.models import (
    Course,
    DoseCheck,
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
from regimens.selectors import course_for, course_to_write, courses_for, infusions_for, milestones_for, reviews_for

E = TypeVar("E", bound=Entry)

_GONE = "No such entry among your patients, or it was already replaced or withdrawn."
_UNDER_A_COURSE: tuple[type[Entry], ...] = (
    *(DosePeriod, Outcome, Infusion, InfusionPlan),
    *(TaperPlan, TaperDecision, DoseCheck),
)
_OF_THE_ENTRY = {"recorded_at", "recorded_by", "replaces", "superseded_at", "superseded_by", "superseded_reason"}
_NOT_STOPPED = {
    "stop_on": None,
    "stop_precision": DatePrecision.DAY.value,
    "stop_reason": "",
    "stop_note": "",
    "stop_recorded_at": None,
    "stop_recorded_by": None,
}


@transaction.atomic
@explained()
def withdraw_course(*, by: Staff, entry_id: int, reason: str, with_judgements: bool = False) -> Course:
    """Withdraws a course with everything under it, as if it had never been entered.

    Judgements on it go with it only when `with_judgements` says that this was seen; they, a taper plan and answers to
    questions about it are a doctor's, and so is then the withdrawal. Raises NotFound, NotAllowed, Refused.
    """
    course = course_to_write(by, entry_id, Permission.RECORD_TREATMENT)
    judgements = _current(Outcome, course).exists()
    tapered = _current(TaperPlan, course).exists() or _current(TaperDecision, course).exists()
    if course.never_given or judgements or tapered or _answers(course).exists():
        require(by, course.patient.clinic_id, Permission.JUDGE_TREATMENT)
    # What was never given is nothing but its judgement.
    if judgements and not (with_judgements or course.never_given):
        raise Refused(
            "Judgements were recorded on this course, and withdrawing it withdraws them as well. Confirm that, or "
            "withdraw the judgements first.",
            "with_judgements",
        )
    moment = supersede(course, by=by, reason=reason)
    why = f"withdrawn with its course: {reason.strip()}"
    # The answers first: they are found by the judgements that they recorded.
    _go_with(_answers(course), by, why, moment)
    for model in _UNDER_A_COURSE:
        _go_with(_current(model, course), by, why, moment)
    return course


@transaction.atomic
@explained()
def reopen_course(*, by: Staff, course_id: int, reason: str, version: int) -> Course:
    """Takes back a stop entered in error: a new row of the course without it takes the place of the stopped one.

    Everything under the course is entered anew under the new row, at the same moment, so that both what was known
    before and what is known now stay whole; each stays its author's. Questions about the course are put anew: where
    answers to them go, these are a doctor's, and so is taking back the stop. Raises NotFound, NotAllowed, Refused (not
    stopped, another course of the drug since), StaleVersion.
    """
    # The patient before the course, as every write that holds both: two writes then never wait for each other.
    patient_to_write(by, course_for(by, course_id).patient_id, Permission.RECORD_TREATMENT)
    course = course_to_write(by, course_id, Permission.RECORD_TREATMENT)
    if course.stop_on is None:
        raise Refused("This course is not stopped.")
    if _answers(course).exists():
        require(by, course.patient.clinic_id, Permission.JUDGE_TREATMENT)
    bump_version(course, version)
    moment = supersede(course, by=by, reason=reason)
    new = _copy(course, by, moment, **_NOT_STOPPED, version=version + 1)
    doses: dict[int, DosePeriod] = {}
    for dose in _taken_over(DosePeriod, course, by, moment):
        doses[dose.pk] = _copy(dose, by, moment, course=new)
    for check in _taken_over(DoseCheck, course, by, moment):
        _copy(check, by, moment, course=new, dose=doses.get(check.dose_id, check.dose))
    for row in (*_taken_over(Outcome, course, by, moment), *_taken_over(Infusion, course, by, moment)):
        _copy(row, by, moment, course=new)
    for infusions in _taken_over(InfusionPlan, course, by, moment):
        renewed = _copy(infusions, by, moment, course=new)
        for date in infusions.dates.all():
            store(PlannedInfusion(plan=renewed, on=date.on))
    plans: dict[int, TaperPlan] = {}
    for plan in _taken_over(TaperPlan, course, by, moment):
        copied = plans[plan.pk] = _copy(plan, by, moment, course=new)
        for step in plan.steps.all():
            store(TaperStep(plan=copied, on=step.on, milligrams_per_day=step.milligrams_per_day))
    for decision in _taken_over(TaperDecision, course, by, moment):
        _copy(decision, by, moment, course=new, plan=plans.get(decision.plan_id or 0))
    _go_with(_answers(course), by, f"the stop of the course was taken back: {reason.strip()}", moment)
    return new


@transaction.atomic
@explained()
def withdraw_dose(*, by: Staff, entry_id: int, reason: str) -> DosePeriod:
    """Withdraws a dose period; the dose before it then goes on. Raises NotFound, NotAllowed, Refused (first dose)."""
    dose = DosePeriod.objects.filter(pk=entry_id, course__in=courses_for(by)).current().first()
    if dose is None:
        raise NotFound(_GONE)
    course = course_to_write(by, dose.course_id, Permission.RECORD_TREATMENT)
    first = _current(DosePeriod, course).order_by("from_on", "pk").first()
    if first is None or first.pk == dose.pk:
        raise Refused(
            "This is the first dose of the course, and a course has one from its start. Withdraw the whole course and "
            "enter it again."
        )
    moment = supersede(dose, by=by, reason=reason)
    _go_with(DoseCheck.objects.filter(dose=dose).current(), by, f"withdrawn with its dose: {reason.strip()}", moment)
    bump_version(course, None)
    return dose


@transaction.atomic
@explained()
def withdraw_outcome(*, by: Staff, entry_id: int, reason: str) -> Outcome:
    """Withdraws a judgement, with the answer that recorded it where it came from a question.

    Raises NotFound, NotAllowed, Refused.
    """
    outcome = Outcome.objects.filter(pk=entry_id, course__in=courses_for(by)).current().first()
    if outcome is None:
        raise NotFound(_GONE)
    course = course_to_write(by, outcome.course_id, Permission.JUDGE_TREATMENT)
    if course.never_given:
        raise Refused("This judgement is why the drug was never given. Withdraw the whole entry of the drug.")
    moment = supersede(outcome, by=by, reason=reason)
    answers = Review.objects.filter(outcome=outcome).current()
    _go_with(answers, by, f"withdrawn with its judgement: {reason.strip()}", moment)
    return outcome


@transaction.atomic
@explained()
def withdraw_infusion(*, by: Staff, entry_id: int, reason: str) -> Infusion:
    """Withdraws an infusion cycle. Raises NotFound, NotAllowed, Refused."""
    infusion = infusions_for(by).filter(pk=entry_id).first()
    if infusion is None:
        raise NotFound(_GONE)
    course_to_write(by, infusion.course_id, Permission.RECORD_TREATMENT)
    supersede(infusion, by=by, reason=reason)
    return infusion


@transaction.atomic
@explained()
def withdraw_milestone(*, by: Staff, entry_id: int, reason: str) -> Milestone:
    """Withdraws a milestone, with the answer that recorded it where it came from a question.

    Raises NotFound, NotAllowed, Refused.
    """
    milestone = milestones_for(by).filter(pk=entry_id).first()
    if milestone is None:
        raise NotFound(_GONE)
    patient_to_write(by, milestone.patient_id, Permission.JUDGE_TREATMENT)
    moment = supersede(milestone, by=by, reason=reason)
    answers = Review.objects.filter(milestone=milestone).current()
    _go_with(answers, by, f"withdrawn with its milestone: {reason.strip()}", moment)
    return milestone


@transaction.atomic
@explained()
def withdraw_review(*, by: Staff, entry_id: int, reason: str) -> Review:
    """Withdraws an answer to a question, which is then put again. Raises NotFound, NotAllowed, Refused.

    An answer that recorded something is the reason of what it recorded, and goes only together with it.
    """
    review = reviews_for(by).filter(pk=entry_id).first()
    if review is None:
        raise NotFound(_GONE)
    patient_to_write(by, review.patient_id, Permission.JUDGE_TREATMENT)
    recorded = "judgement" if review.outcome_id else "milestone" if review.milestone_id else ""
    if recorded:
        raise Refused(f"This answer recorded a {recorded}. Withdraw the {recorded}, and the answer goes with it.")
    supersede(review, by=by, reason=reason)
    return review


def _current(model: type[E], course: Course) -> "QuerySet[E]":
    rows = model._default_manager.filter(Q(course=course), superseded_at__isnull=True)
    return cast("QuerySet[E]", rows)


def _answers(course: Course) -> "QuerySet[Review]":
    """Answers to questions about the course."""
    about = Q(subject=f"course:{course.pk}") | Q(outcome__course=course)
    return Review.objects.filter(about, patient=course.patient_id).current()


def _go_with(rows: "QuerySet[E]", by: Staff, why: str, moment: datetime) -> None:
    rows.update(superseded_at=moment, superseded_by=by, superseded_reason=why[:LONGEST_REASON])


def _taken_over(model: type[E], course: Course, by: Staff, moment: datetime) -> list[E]:
    """The rows under a course, superseded; each is to be entered again under the course that takes its place."""
    found = list(_current(model, course).order_by("pk"))
    _go_with(_current(model, course), by, "its course took the place of another", moment)
    return found


def _copy(row: E, by: Staff, moment: datetime, **changes: Any) -> E:
    """What the row says, entered again in its place but for the changes."""
    said = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in _OF_THE_ENTRY | set(changes)
    }
    # A judgement or a reason remains its author's, whoever takes the stop back.
    author = by if isinstance(row, Course) else row.recorded_by
    return store(type(row)(**said, **changes, replaces=row, recorded_at=moment, recorded_by=author))
