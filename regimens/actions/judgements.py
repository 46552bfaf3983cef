"""What only a clinician decides: outcomes and milestones, each with its own date."""

from collections.abc import Collection
from datetime import date
from zoneinfo import ZoneInfo

from django.db import transaction

from patients.acting import explained
from patients.clock import today_in
from patients.entries import ask_once, not_before_birth, not_in_future, store, store_once
from patients.errors import Refused
from patients.models import Patient, Staff
from patients.rules.permissions import Permission
from patients.rules.same_day import DayQuestion
from patients.rules.vocabulary import DatePrecision
from patients.rules.wording import joined
from patients.selectors import patient_to_write
from regimens.facts import outcome_record
from regimens.models import Course, Milestone, Outcome
from regimens.protocol.load import load
from regimens.rules.same_day import contradicting_outcome
from regimens.rules.vocabulary import CourseRole, MilestoneKind, OutcomeKind, Route
from regimens.selectors import course_to_write, drug_name

_NEED_A_REASON = (
    OutcomeKind.INEFFECTIVE,
    OutcomeKind.STEROID_DEPENDENT,
    OutcomeKind.INTOLERANT,
    OutcomeKind.CONTRAINDICATED,
    OutcomeKind.DECLINED,
)
_FOR_THE_MYOSITIS = (CourseRole.IMMUNOSUPPRESSANT, CourseRole.CORTICOSTEROID, CourseRole.IMMUNOGLOBULIN)


@transaction.atomic
@explained()
def record_outcome(
    *,
    by: Staff,
    course_id: int,
    on: date,
    kind: OutcomeKind,
    reason: str = "",
    reaction: str = "",
    precision: DatePrecision = DatePrecision.DAY,
    seen: Collection[str] | None = None,
) -> Outcome:
    """Records a judgement on a course (readings 16, 17). A judgement against a drug needs its reason.

    `seen` holds the fingerprints of the questions that the person was shown; a judgement that contradicts another one
    of its day raises GuardStopped until it is among them. None: nobody is asked. Raises NotFound, NotAllowed, Refused.
    """
    course = course_to_write(by, course_id, Permission.JUDGE_TREATMENT)
    not_in_future(on, today_in(course.patient.clinic), "on")
    if on < course.start_on:
        raise Refused("An outcome cannot be before the course started.", "on")
    if kind in _NEED_A_REASON and not (reason.strip() or reaction.strip()):
        raise Refused("Say why, so that the next reader understands the judgement.", "reason")
    row = store_once(
        Outcome(
            course=course,
            on=on,
            kind=kind,
            reason=reason.strip(),
            reaction=reaction.strip(),
            precision=precision,
            protocol_version=load().version,
            recorded_by=by,
        )
    )
    ask_once(_contradicted(row), seen)
    return row


def _contradicted(stored: Outcome) -> list[DayQuestion]:
    """A question about each judgement of the same course and day that says the opposite, the earliest first."""
    rows = Outcome.objects.filter(course=stored.course, on=stored.on).current().exclude(pk=stored.pk)
    new, clocks = outcome_record(stored), ZoneInfo(stored.course.patient.clinic.time_zone)
    asked = (
        contradicting_outcome(
            new,
            outcome_record(row),
            drug=drug_name(stored.course),
            by=row.recorded_by.get_full_name() or row.recorded_by.username,
            at=row.recorded_at.astimezone(clocks),
            protocol_version=stored.protocol_version,
        )
        for row in rows.select_related("recorded_by").order_by("pk")
    )
    return [question for question in asked if question is not None]


@transaction.atomic
def record_milestone(
    *,
    by: Staff,
    patient_id: int,
    on: date,
    kind: MilestoneKind,
    note: str = "",
    precision: DatePrecision = DatePrecision.DAY,
) -> Milestone:
    """Records remission, remission off treatment, or relapse (readings 27, 33-35).

    Raises NotFound, NotAllowed, Refused.
    """
    patient = patient_to_write(by, patient_id, Permission.JUDGE_TREATMENT)
    not_in_future(on, today_in(patient.clinic), "on")
    not_before_birth(patient, on, "on")
    if kind is MilestoneKind.DRUG_FREE_REMISSION:
        _nothing_runs(patient, on)
    return store(
        Milestone(
            patient=patient,
            on=on,
            kind=kind,
            note=note.strip(),
            precision=precision,
            protocol_version=load().version,
            recorded_by=by,
        )
    )


def _nothing_runs(patient: Patient, on: date) -> None:
    """Raises Refused while a drug for the myositis is taken: that is no remission off treatment (reading 34)."""
    taken = (
        Course.objects.filter(
            patient=patient, superseded_at__isnull=True, never_given=False, start_on__lte=on, role__in=_FOR_THE_MYOSITIS
        )
        .exclude(stop_on__lte=on)
        .exclude(route=Route.TOPICAL)
        .order_by("start_on", "pk")
    )
    names = joined(tuple(dict.fromkeys(drug_name(course) for course in taken)), "and")
    if names:
        raise Refused(
            f"Still taken on that day: {names}. Remission off treatment begins when the last is stopped: record "
            "the stop first, or declare remission.",
            "kind",
        )
