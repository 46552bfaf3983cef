"""What only a clinician decides: outcomes and milestones, each with its own date."""

from datetime import date

from django.db import transaction

from patients.clock import today_in
from patients.entries import not_before_birth, not_in_future, store, store_once
from patients.errors import Refused
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.rules.vocabulary import DatePrecision
from patients.selectors import patient_to_write
from regimens.models import Milestone, Outcome
from regimens.protocol.load import load
from regimens.rules.vocabulary import MilestoneKind, OutcomeKind
from regimens.selectors import course_to_write

_NEED_A_REASON = (
    OutcomeKind.INEFFECTIVE,
    OutcomeKind.STEROID_DEPENDENT,
    OutcomeKind.INTOLERANT,
    OutcomeKind.CONTRAINDICATED,
    OutcomeKind.DECLINED,
)


@transaction.atomic
def record_outcome(
    *,
    by: Staff,
    course_id: int,
    on: date,
    kind: OutcomeKind,
    reason: str = "",
    reaction: str = "",
    precision: DatePrecision = DatePrecision.DAY,
) -> Outcome:
    """Records a judgement on a course (readings 16, 17). A judgement against a drug needs its reason.

    Raises NotFound, NotAllowed, Refused.
    """
    course = course_to_write(by, course_id, Permission.JUDGE_TREATMENT)
    not_in_future(on, today_in(course.patient.clinic), "on")
    if on < course.start_on:
        raise Refused("An outcome cannot be before the course started.", "on")
    if kind in _NEED_A_REASON and not (reason.strip() or reaction.strip()):
        raise Refused("Say why, so that the next reader understands the judgement.", "reason")
    return store_once(
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
