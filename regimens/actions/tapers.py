"""Planned tapers of a corticosteroid. What is decided at their checkpoints is in taper_decisions.py."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from django.db import transaction
from django.utils import timezone

from patients.clock import today_in
from patients.entries import bump_version, store, supersede
from patients.errors import Refused
from patients.models import Staff
from patients.rules.permissions import Permission
from regimens.actions.guarded import let_through
from regimens.facts import treatment_records
from regimens.models import Course, TaperPlan, TaperStep
from regimens.protocol.load import load
from regimens.rules.guard_findings import GuardFinding
from regimens.rules.guard_stopping import stopping_findings
from regimens.rules.proposals import Taper
from regimens.rules.vocabulary import CourseRole
from regimens.selectors import course_to_write


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTaperStep:
    """From a day on, this many mg a day; 0 means stop."""

    on: date
    milligrams_per_day: Decimal


@transaction.atomic
def plan_taper(
    *,
    by: Staff,
    course_id: int,
    steps: Sequence[NewTaperStep],
    note: str = "",
    version: int | None = None,
    seen: Collection[str] | None = None,
) -> TaperPlan:
    """Plans a corticosteroid taper; a plan already there is superseded and stays in the record.

    A plan that stops suddenly is said once (`seen`, see guarded.py). Raises NotFound, NotAllowed, Refused (not a
    corticosteroid, stopped, steps out of order, rising or past), StaleVersion, GuardStopped.
    """
    course = course_on_a_taper(by, course_id)
    if not steps:
        raise Refused("Enter at least one step.", "steps")
    _check_steps(steps, course)
    today = today_in(course.patient.clinic)
    # The step that holds today may have begun; a plan says nothing of what was taken before it.
    if steps[-1].on < today or any(step.on < today for step in steps[1:]):
        raise Refused(
            "Only the first step may lie in the past: it is the dose that the plan starts from, and at least one step "
            "is still to come. Enter what was taken until now as changes of the dose.",
            "steps",
        )
    bump_version(course, version)
    let_through(plan_findings(course, steps), seen=seen)
    rows = [(step.on, step.milligrams_per_day) for step in steps]
    plan = plan_anew(course, rows, by=by, note=note.strip(), why="a new plan was made", at=timezone.now())
    assert plan is not None
    return plan


def plan_findings(course: Course, steps: Sequence[NewTaperStep]) -> tuple[GuardFinding, ...]:
    """What the guard says of a planned taper, which is only about its stop."""
    if all(step.milligrams_per_day for step in steps):
        return ()
    before = treatment_records([course.patient_id])[course.patient_id]
    proposal = Taper(course=str(course.pk), steps=tuple((step.on, step.milligrams_per_day) for step in steps))
    return stopping_findings(before, load(), proposal)


def course_on_a_taper(by: Staff, course_id: int) -> Course:
    """The course, locked for a write. Raises NotFound, NotAllowed, Refused."""
    course = course_to_write(by, course_id, Permission.JUDGE_TREATMENT)
    if course.role != CourseRole.CORTICOSTEROID:
        raise Refused("Only a corticosteroid course has a taper plan.")
    if course.stop_on is not None:
        raise Refused("This course is stopped.")
    return course


def _check_steps(steps: Sequence[NewTaperStep], course: Course) -> None:
    if any(step.milligrams_per_day < 0 for step in steps):
        raise Refused("A dose cannot be less than 0; 0 means stop.", "steps")
    if steps[0].on < course.start_on:
        raise Refused("The first step is before the course started.", "steps")
    for earlier, later in pairwise(steps):
        if later.on <= earlier.on:
            raise Refused("Each step needs a later day than the one before it.", "steps")
        if later.milligrams_per_day >= earlier.milligrams_per_day:
            raise Refused("Each step of a taper is lower than the one before it.", "steps")


def plan_anew(
    course: Course, steps: Sequence[tuple[date, Decimal]], *, by: Staff, note: str, why: str, at: datetime
) -> TaperPlan | None:
    """Puts these steps in the place of the plan; without any step there is no plan. All at one moment."""
    old = TaperPlan.objects.filter(course=course).current().first()
    if old is not None:
        supersede(old, by=by, reason=why, at=at)
    if not steps:
        return None
    plan = store(
        TaperPlan(
            course=course, note=note, protocol_version=load().version, replaces=old, recorded_at=at, recorded_by=by
        )
    )
    for on, milligrams in steps:
        store(TaperStep(plan=plan, on=on, milligrams_per_day=milligrams))
    return plan
