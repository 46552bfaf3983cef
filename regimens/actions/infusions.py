"""Infusions: how a course of them is meant to go on, and what was given. See docs/adr/0018."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from django.db import transaction
from django.utils import timezone

from patients.acting import explained
from patients.clock import today_in
from patients.entries import not_in_future, store, supersede
from patients.errors import NotFound, Refused
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.rules.wording import display_date
from regimens.actions.guarded import let_through
from regimens.facts import infusion_record, treatment_records
from regimens.models import Course, Infusion, InfusionPlan, PlannedInfusion
from regimens.protocol.load import load
from regimens.rules import record
from regimens.rules.guard_findings import GuardFinding, stops
from regimens.rules.guard_infusions import check_infusion, check_infusion_plan
from regimens.rules.infusion_plan import is_infused, later
from regimens.rules.record import TreatmentRecord
from regimens.rules.vocabulary import DoseUnit, InfusionAnchor, ReactionGrade, Route, WeightBasis
from regimens.selectors import course_to_write, infusion_plans_for

HEAVIEST = Decimal(400)  # kg, as for a weight on the record
LONGEST_CYCLE = 10  # days, as the database holds it too
LONGEST_AHEAD = 728  # days: nobody plans further than two years
MOST_DATES = 26
MOST_VIAL_SIZES = 6  # as the database holds it too
LARGEST_AMOUNT = Decimal(10**6)
LONGEST_NOTE = 300  # characters, as the database holds it too

_GONE = "No such plan among your patients, or it was already replaced or withdrawn."
_NO_REACTION = (ReactionGrade.NONE, ReactionGrade.NOT_RECORDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInfusionPlan:
    """A plan to make, as in regimens.models.InfusionPlan: one amount, flat or per kg, for all days of one cycle."""

    anchor: InfusionAnchor
    interval_days: int | None = None
    dates: Sequence[date] = ()
    days_per_cycle: int = 1
    amount: Decimal | None = None
    amount_per_kilogram: Decimal | None = None
    unit: DoseUnit | None = None
    weight_basis: WeightBasis = WeightBasis.ACTUAL
    vial_sizes: Sequence[Decimal] = ()
    review_after_cycles: int | None = None
    note: str = ""


@transaction.atomic
def plan_infusions(
    *, by: Staff, course_id: int, plan: NewInfusionPlan, seen: Collection[str] | None = None
) -> InfusionPlan:
    """Plans how the infusions of a course go on; a plan already there is superseded and stays in the record.

    What lies outside the printed dose, days or interval is said once (`seen`, see guarded.py) and may be planned all
    the same. Raises NotFound, NotAllowed, Refused (not infused, stopped, no amount, dates past or out of order),
    GuardStopped.
    """
    course = course_to_write(by, course_id, Permission.RECORD_TREATMENT)
    today = today_in(course.patient.clinic)
    _check_course(course)
    _check_dates(course, plan, today)
    _check_amount(plan)
    _check_review(course, plan)
    before = treatment_records([course.patient_id])[course.patient_id]
    let_through(check_infusion_plan(before, load(), str(course.pk), _record(plan), today), seen=seen)
    old = InfusionPlan.objects.filter(course=course, superseded_at__isnull=True).first()
    moment = timezone.now()
    if old is not None:
        supersede(old, by=by, reason="a new plan was made", at=moment)
    row = store(
        InfusionPlan(
            course=course,
            anchor=plan.anchor.value,
            interval_days=plan.interval_days,
            days_per_cycle=plan.days_per_cycle,
            amount=plan.amount,
            amount_per_kilogram=plan.amount_per_kilogram,
            unit=plan.unit.value if plan.unit else "",
            weight_basis=plan.weight_basis.value,
            vial_sizes=sorted(plan.vial_sizes),
            review_after_cycles=plan.review_after_cycles,
            note=plan.note.strip(),
            protocol_version=load().version,
            replaces=old,
            recorded_at=moment,
            recorded_by=by,
        )
    )
    for on in plan.dates:
        store(PlannedInfusion(plan=row, on=on))
    return row


@transaction.atomic
@explained()
def withdraw_infusion_plan(*, by: Staff, entry_id: int, reason: str) -> InfusionPlan:
    """Withdraws a plan; the one before it does not come back. Raises NotFound, NotAllowed, Refused."""
    plan = infusion_plans_for(by).filter(pk=entry_id).first()
    if plan is None:
        raise NotFound(_GONE)
    course_to_write(by, plan.course_id, Permission.RECORD_TREATMENT)
    supersede(plan, by=by, reason=reason)
    return plan


@transaction.atomic
@explained("override_reason")
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
    product: str = "",
    batch_numbers: str = "",
    reaction: ReactionGrade = ReactionGrade.NOT_RECORDED,
    reaction_note: str = "",
    note: str = "",
    override_reason: str = "",
    seen: Collection[str] | None = None,
) -> Infusion:
    """Records one infusion cycle that was given: first day, consecutive days, whole amount, weight used (kg).

    `product` and `batch_numbers` as they stood on the vials; a reaction says in `reaction_note` what happened. An
    amount far above the planned or printed one needs its reason, which stands in the note from then on; `seen` holds
    the fingerprints of the warnings that the person was shown (see guarded.py). Raises NotFound, NotAllowed, Refused,
    GuardStopped.
    """
    course = course_to_write(by, course_id, Permission.RECORD_TREATMENT)
    _check_days_given(course, first_on, days)
    _check_total(total, unit)
    _check_dosing_weight(dosing_weight, dosing_weight_on)
    _check_reaction(reaction, reaction_note.strip())
    before = treatment_records([course.patient_id])[course.patient_id]
    row = Infusion(
        course=course,
        first_on=first_on,
        days=days,
        total=total,
        unit=unit.value if total is not None and unit else "",
        dosing_weight=dosing_weight,
        dosing_weight_on=dosing_weight_on,
        product=product.strip(),
        batch_numbers=batch_numbers.strip(),
        reaction=reaction.value,
        reaction_note=reaction_note.strip(),
        note=note.strip(),
        recorded_by=by,
    )
    said = infusion_findings(before, row)
    if stops(said):
        row.note = _with_reason(row.note, override_reason.strip())
    store(row)
    let_through(said, reason=override_reason, seen=seen)
    return row


def _with_reason(note: str, reason: str) -> str:
    """The note with why the amount is right all the same. Raises Refused where the two are too long for it."""
    told = f"{note} Why this amount: {reason}".strip() if reason else note
    if len(told) > LONGEST_NOTE:
        longest = max(0, LONGEST_NOTE - len(told) + len(reason))
        raise Refused(f"With the note, the reason has at most {longest} characters here.", "override_reason")
    return told


def infusion_findings(before: TreatmentRecord, row: Infusion) -> tuple[GuardFinding, ...]:
    """What the guard says of a cycle, on the record as it was without it."""
    given = infusion_record(row)
    return check_infusion(before, load(), str(row.course_id), given, today_in(row.course.patient.clinic))


def _check_total(total: Decimal | None, unit: DoseUnit | None) -> None:
    if total is not None and unit is None:
        raise Refused("An amount needs its unit.", "unit")
    if total is not None and total <= 0:
        raise Refused("An amount is more than 0.", "total")


def _check_dosing_weight(kilograms: Decimal | None, measured_on: date | None) -> None:
    if kilograms is not None and kilograms <= 0:
        raise Refused("A weight is more than 0 kg.", "dosing_weight")
    if kilograms is not None and kilograms > HEAVIEST:
        raise Refused(f"{kilograms} kg cannot be right. Check the decimal point.", "dosing_weight")
    if (kilograms is None) != (measured_on is None):
        raise Refused(
            "A dosing weight needs the day on which it was measured, and the day needs the weight.", "dosing_weight"
        )


def _check_reaction(reaction: ReactionGrade, said: str) -> None:
    if reaction not in _NO_REACTION and not said:
        raise Refused("Say what happened and what was done.", "reaction_note")
    if reaction in _NO_REACTION and said:
        raise Refused("Choose how grave the reaction was, or leave the words about it out.", "reaction")


def _check_course(course: Course) -> None:
    if course.never_given:
        raise Refused("This drug was never given.")
    if course.stop_on is not None:
        raise Refused("This course is stopped.")
    if not is_infused(Route(course.route), load().drugs.get(course.drug)):
        raise Refused(
            f"Only a drug given into a vein has an infusion plan; this course is recorded as "
            f"“{Route(course.route).label}”."
        )


def _check_dates(course: Course, plan: NewInfusionPlan, today: date) -> None:
    if not 1 <= plan.days_per_cycle <= LONGEST_CYCLE:
        raise Refused(f"A cycle lasts 1 to {LONGEST_CYCLE} consecutive days.", "days_per_cycle")
    if plan.anchor is InfusionAnchor.LAST_GIVEN:
        if plan.dates:
            raise Refused("Dates belong to a plan with fixed dates. Choose that, or leave the dates out.", "dates")
        if plan.interval_days is None:
            raise Refused("Say after how many days the next cycle begins.", "interval_days")
        if not plan.days_per_cycle <= plan.interval_days <= LONGEST_AHEAD:
            raise Refused(
                f"An interval lies between the days of one cycle ({plan.days_per_cycle}) and {LONGEST_AHEAD} days.",
                "interval_days",
            )
        return
    if plan.interval_days is not None:
        raise Refused("A plan with fixed dates has no interval. Leave it out, or count from the last.", "interval_days")
    if not plan.dates:
        raise Refused("Enter at least one date.", "dates")
    if len(plan.dates) > MOST_DATES:
        raise Refused(f"Enter at most {MOST_DATES} dates.", "dates")
    first, last = plan.dates[0], plan.dates[-1]
    for earlier, following in pairwise(plan.dates):
        if following < later(earlier, plan.days_per_cycle):
            raise Refused(
                f"The cycles must be in the order of their dates, each after the days of the one before: "
                f"{display_date(following)} follows {display_date(earlier)}.",
                "dates",
            )
    if first < today:
        raise Refused(f"{display_date(first)} is past. Record what was given as an infusion.", "dates")
    if first < course.start_on:
        raise Refused("The first date is before the course started.", "dates")
    if last > later(today, LONGEST_AHEAD):
        raise Refused(f"A date lies at most {LONGEST_AHEAD} days ahead. Check the year.", "dates")


def _check_amount(plan: NewInfusionPlan) -> None:
    flat, relative = plan.amount, plan.amount_per_kilogram
    if flat is None and relative is None:
        raise Refused("Enter the dose of one cycle: an amount, or an amount per kg.", "amount")
    if flat is not None and relative is not None:
        raise Refused("Give one of the two: an amount, or an amount per kg.", "amount_per_kilogram")
    for name, value in (("amount", flat), ("amount_per_kilogram", relative)):
        if value is not None and not 0 < value < LARGEST_AMOUNT:
            raise Refused("An amount is more than 0.", name)
    if plan.unit is None:
        raise Refused("An amount needs its unit.", "unit")
    if flat is not None and plan.weight_basis is not WeightBasis.ACTUAL:
        raise Refused("Which weight is used matters only for an amount per kg.", "weight_basis")
    if any(size <= 0 for size in plan.vial_sizes):
        raise Refused("A vial size is more than 0.", "vial_sizes")
    if len(set(plan.vial_sizes)) != len(plan.vial_sizes):
        raise Refused("A vial size is named twice.", "vial_sizes")
    if len(plan.vial_sizes) > MOST_VIAL_SIZES:
        raise Refused(f"Name at most {MOST_VIAL_SIZES} vial sizes.", "vial_sizes")


def _check_review(course: Course, plan: NewInfusionPlan) -> None:
    if plan.review_after_cycles is None:
        return
    drug = load().drugs.get(course.drug)
    offered = drug.infusions if drug else None
    if offered is None:
        raise Refused("The protocol has no review by the number of cycles for this drug.", "review_after_cycles")
    if not offered.review_after_cycles <= plan.review_after_cycles <= offered.review_latest_cycle:
        raise Refused(
            f"The protocol asks for a review after {offered.review_after_cycles} to {offered.review_latest_cycle} "
            "cycles.",
            "review_after_cycles",
        )


def _record(plan: NewInfusionPlan) -> record.InfusionPlan:
    return record.InfusionPlan(
        id="planned",
        anchor=plan.anchor,
        interval_days=plan.interval_days,
        dates=tuple(plan.dates),
        days_per_cycle=plan.days_per_cycle,
        amount=plan.amount,
        amount_per_kilogram=plan.amount_per_kilogram,
        unit=plan.unit,
        weight_basis=plan.weight_basis,
        vial_sizes=tuple(sorted(plan.vial_sizes)),
        review_after_cycles=plan.review_after_cycles,
    )


def _check_days_given(course: Course, first_on: date, days: int) -> None:
    today = today_in(course.patient.clinic)
    not_in_future(first_on, today, "first_on")
    if course.never_given:
        raise Refused("This drug was never given.")
    if first_on < course.start_on:
        raise Refused("This day is before the course started.", "first_on")
    if course.stop_on is not None and first_on >= course.stop_on:
        raise Refused("The course had already stopped on that day.", "first_on")
    if not 1 <= days <= LONGEST_CYCLE:
        raise Refused(f"A cycle lasts 1 to {LONGEST_CYCLE} consecutive days.", "days")
    last_on = later(first_on, days - 1)
    if last_on > today:
        raise Refused(
            f"The last of these days is {display_date(last_on)}, in the future. Record the days that were given by "
            "now; each further day is an entry of its own once it was given, and counts with the same cycle.",
            "days",
        )
    near = Infusion.objects.filter(course=course, first_on__lte=last_on).current().order_by("-first_on").first()
    # The same first day again is refused by the row itself.
    if near is not None and near.first_on != first_on and later(near.first_on, near.days - 1) >= first_on:
        raise Refused(f"These days overlap those of the cycle of {display_date(near.first_on)}.", "first_on")
