"""Planned tapers and infusions given."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from django.db import transaction
from django.utils import timezone

from patients.clock import today_in
from patients.entries import not_in_future, store, supersede
from patients.errors import Refused
from patients.models import Staff
from patients.rules.permissions import Permission
from regimens.actions.guarded import let_through
from regimens.facts import infusion_record, treatment_records
from regimens.models import Infusion, TaperPlan, TaperStep
from regimens.protocol.load import load
from regimens.rules.guard_findings import GuardFinding
from regimens.rules.guard_infusions import check_infusion
from regimens.rules.record import TreatmentRecord
from regimens.rules.vocabulary import CourseRole, DoseUnit
from regimens.selectors import course_to_write

LONGEST_CYCLE = 10  # days, as the database holds it too


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTaperStep:
    """From a day on, this many mg a day; 0 means stop."""

    on: date
    milligrams_per_day: Decimal


@transaction.atomic
def plan_taper(*, by: Staff, course_id: int, steps: Sequence[NewTaperStep], note: str = "") -> TaperPlan:
    """Plans a corticosteroid taper; a plan already there is superseded and stays in the record.

    Raises NotFound, NotAllowed, Refused (not a corticosteroid, stopped, steps out of order, rising or past).
    """
    course = course_to_write(by, course_id, Permission.JUDGE_TREATMENT)
    if course.role != CourseRole.CORTICOSTEROID:
        raise Refused("Only a corticosteroid course has a taper plan.")
    if course.stop_on is not None:
        raise Refused("This course is stopped.")
    if not steps:
        raise Refused("Enter at least one step.", "steps")
    if any(step.milligrams_per_day < 0 for step in steps):
        raise Refused("A dose cannot be less than 0; 0 means stop.", "steps")
    if steps[0].on < course.start_on:
        raise Refused("The first step is before the course started.", "steps")
    for earlier, later in pairwise(steps):
        if later.on <= earlier.on:
            raise Refused("Each step needs a later day than the one before it.", "steps")
        if later.milligrams_per_day >= earlier.milligrams_per_day:
            raise Refused("Each step of a taper is lower than the one before it.", "steps")
    today = today_in(course.patient.clinic)
    # The step that holds today may have begun; a plan says nothing of what was taken before it.
    if steps[-1].on < today or any(step.on < today for step in steps[1:]):
        raise Refused(
            "Only the first step may lie in the past: it is the dose that the plan starts from, and at least one step "
            "is still to come. Enter what was taken until now as changes of the dose.",
            "steps",
        )
    old = TaperPlan.objects.filter(course=course, superseded_at__isnull=True).first()
    moment = timezone.now()
    if old is not None:
        supersede(old, by=by, reason="a new plan was made", at=moment)
    plan = store(
        TaperPlan(
            course=course,
            note=note.strip(),
            protocol_version=load().version,
            replaces=old,
            recorded_at=moment,
            recorded_by=by,
        )
    )
    for step in steps:
        store(TaperStep(plan=plan, on=step.on, milligrams_per_day=step.milligrams_per_day))
    return plan


@transaction.atomic
def record_infusion(
    *,
    by: Staff,
    course_id: int,
    first_on: date,
    days: int = 1,
    total: Decimal | None = None,
    unit: DoseUnit | None = None,
    dosing_weight: Decimal | None = None,
    dosing_weight_on: date | None = None,
    note: str = "",
    seen: Collection[str] | None = None,
) -> Infusion:
    """Records one infusion cycle that was given: first day, consecutive days, whole amount, weight used (kg).

    What was given is a fact, so nothing about it needs a reason; `seen` holds the fingerprints of the warnings that
    the person was shown (see guarded.py). Raises NotFound, NotAllowed, Refused, GuardStopped.
    """
    course = course_to_write(by, course_id, Permission.RECORD_TREATMENT)
    not_in_future(first_on, today_in(course.patient.clinic), "first_on")
    if course.never_given:
        raise Refused("This drug was never given.")
    if first_on < course.start_on:
        raise Refused("This day is before the course started.", "first_on")
    if course.stop_on is not None and first_on >= course.stop_on:
        raise Refused("The course had already stopped on that day.", "first_on")
    if not 1 <= days <= LONGEST_CYCLE:
        raise Refused(f"A cycle lasts 1 to {LONGEST_CYCLE} consecutive days.", "days")
    if total is not None and unit is None:
        raise Refused("An amount needs its unit.", "unit")
    if total is not None and total <= 0:
        raise Refused("An amount is more than 0.", "total")
    if dosing_weight is not None and dosing_weight <= 0:
        raise Refused("A weight is more than 0 kg.", "dosing_weight")
    if (dosing_weight is None) != (dosing_weight_on is None):
        raise Refused(
            "A dosing weight needs the day on which it was measured, and the day needs the weight.", "dosing_weight"
        )
    before = treatment_records([course.patient_id])[course.patient_id]
    row = store(
        Infusion(
            course=course,
            first_on=first_on,
            days=days,
            total=total,
            unit=unit if total is not None and unit else "",
            dosing_weight=dosing_weight,
            dosing_weight_on=dosing_weight_on,
            note=note.strip(),
            recorded_by=by,
        )
    )
    let_through(infusion_findings(before, row), seen=seen)
    return row


def infusion_findings(before: TreatmentRecord, row: Infusion) -> tuple[GuardFinding, ...]:
    """What the guard says of a cycle, on the record as it was without it."""
    given = infusion_record(row)
    return check_infusion(before, load(), str(row.course_id), given, today_in(row.course.patient.clinic))
