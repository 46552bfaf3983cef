"""What is decided at a checkpoint of a taper: to cut as planned, to hold, or to raise. See docs/adr/0019.

What a decision changes (the dose, the stop, the plan) is recorded at the decision's own moment, by which it is found
again when the decision is withdrawn.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from patients.acting import explained
from patients.clock import today_in
from patients.entries import LONGEST_REASON, bump_version, not_in_future, store_once, supersede
from patients.errors import NotFound, Refused
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.rules.wording import display_date, display_number
from regimens.actions.courses import stop_course
from regimens.actions.doses import NewDose, change_dose
from regimens.actions.tapers import course_on_a_taper, plan_anew
from regimens.facts import treatment_records
from regimens.models import Course, DoseCheck, DosePeriod, TaperDecision, TaperPlan
from regimens.protocol.load import load
from regimens.rules import record, taper_steps
from regimens.rules.guard_findings import GuardFinding
from regimens.rules.steroid_changes import in_pulses
from regimens.rules.taper import present_dose
from regimens.rules.vocabulary import DoseUnit, Frequency, StopReason, TaperChoice, Trend
from regimens.selectors import course_to_write, courses_for

_AS_STORED = Decimal("0.01")  # a present dose per kg may have more places than the column
_GONE = "No such entry among your patients, or it was already replaced or withdrawn."


@transaction.atomic
@explained()
def decide_taper(
    *,
    by: Staff,
    course_id: int,
    on: date,
    choice: TaperChoice,
    planned_on: date | None = None,
    milligrams_per_day: Decimal | None = None,
    strength: Trend = Trend.NOT_ASSESSED,
    muscle_enzyme: Trend = Trend.NOT_ASSESSED,
    symptoms: Trend = Trend.NOT_ASSESSED,
    reason: str = "",
    next_check_on: date | None = None,
    version: int | None = None,
    override_reason: str = "",
    seen: Collection[str] | None = None,
    if_raised: Sequence[GuardFinding] = (),
) -> TaperDecision:
    """Records what was decided at a checkpoint, about the planned step of `planned_on`, and does what follows from it.

    To cut: the step goes as planned; where its day has come, its dose is recorded from that day (0 mg: the stop). To
    hold: the present dose stays, and this and all later steps move so that this one falls on `next_check_on`. To
    raise: the new dose is recorded from `on`, and what lies ahead of the plan is dropped.

    The dose passes the dose guard as in `change_dose`, `if_raised` included. `version` is that of the course as it was
    read. Everything or nothing is saved. Raises NotFound, NotAllowed, Refused, StaleVersion, GuardStopped.
    """
    course = course_on_a_taper(by, course_id)
    bump_version(course, version)
    about = _about(course, on, planned_on, choice)
    milligrams = _dose_decided(about, choice, milligrams_per_day)
    if choice is not TaperChoice.CUT and not reason.strip():
        raise Refused("Say why the dose is held or raised.", "reason")
    if choice is not TaperChoice.CUT and next_check_on is None:
        raise Refused("Say when to look again: a dose that is held or raised needs a day for that.", "next_check_on")
    new = _New(choice, milligrams, reason, next_check_on)
    moment, plan = _carry_out(by, about, new, _Guard(override_reason, seen, if_raised))
    return store_once(
        TaperDecision(
            course=course,
            on=on,
            planned_on=planned_on,
            choice=choice.value,
            milligrams_per_day=milligrams,
            strength=strength.value,
            muscle_enzyme=muscle_enzyme.value,
            symptoms=symptoms.value,
            reason=reason.strip(),
            next_check_on=next_check_on,
            plan=plan,
            protocol_version=load().version,
            recorded_at=moment,
            recorded_by=by,
        )
    )


@transaction.atomic
@explained()
def withdraw_taper_decision(*, by: Staff, entry_id: int, reason: str) -> TaperDecision:
    """Withdraws a decision with what it changed: its dose goes, and the plan before it is in force again.

    Refused while something rests on it: a later decision or plan, or the stop that it recorded. Raises NotFound,
    NotAllowed, Refused.
    """
    decision = TaperDecision.objects.filter(pk=entry_id, course__in=courses_for(by)).current().first()
    if decision is None:
        raise NotFound(_GONE)
    course = course_to_write(by, decision.course_id, Permission.JUDGE_TREATMENT)
    later = TaperDecision.objects.filter(course=course, pk__gt=decision.pk).current().order_by("pk").last()
    if later is not None:
        raise Refused(f"The decision of {display_date(later.on)} was made after this one. Withdraw that one first.")
    if course.stop_recorded_at is not None and course.stop_recorded_at == decision.recorded_at:
        raise Refused("This decision stopped the course. Take back the stop first.")
    before = _plan_before(decision)
    now = TaperPlan.objects.filter(course=course).current().first()
    if before is not None and (None if now is None else now.pk) != decision.plan_id:
        raise Refused("Another taper was planned after this decision. It stands as the reason for that; plan anew.")
    moment = supersede(decision, by=by, reason=reason)
    if before is not None:
        steps = [(step.on, step.milligrams_per_day) for step in before.steps.all()]
        plan_anew(course, steps, by=by, note=before.note, why="its decision was withdrawn", at=moment)
    _withdraw_dose_of(decision, by, reason, moment)
    bump_version(course, None)
    return decision


@dataclass(frozen=True, slots=True)
class _New:
    """The decision as it is carried out."""

    choice: TaperChoice
    milligrams: Decimal | None
    reason: str
    next_check_on: date | None


@dataclass(frozen=True, slots=True)
class _Guard:
    """What the person answered to the dose guard, what of it they were shown, and what else speaks against a raise."""

    override_reason: str
    seen: Collection[str] | None
    if_raised: Sequence[GuardFinding]


@dataclass(frozen=True, slots=True)
class _About:
    """What a decision is about: the course as the rules read it, the step, and the dose before that step."""

    row: Course
    course: record.Course
    step: record.TaperStep | None
    before: Decimal | None
    on: date


def _about(row: Course, on: date, planned_on: date | None, choice: TaperChoice) -> _About:
    """Checks that the decision fits the course and its plan as they stand. Raises Refused."""
    known = treatment_records([row.patient_id])[row.patient_id]
    course = next(each for each in known.courses if each.id == str(row.pk))
    if in_pulses(course, load()):
        raise Refused("This corticosteroid is given in pulses: it has no daily dose to taper.")
    not_in_future(on, today_in(row.patient.clinic), "on")
    if on < row.start_on:
        raise Refused("This day is before the course started.", "on")
    last = taper_steps.last_decision(course, date.max)
    if last is not None and on < last.on:
        raise Refused(
            f"A decision of {display_date(last.on)} is already recorded; this one is of an earlier day.", "on"
        )
    step = None if planned_on is None else _step(course, planned_on, on)
    ahead = taper_steps.open_steps(course, on)
    if planned_on is None and ahead and choice is not TaperChoice.RAISE:
        raise Refused(f"Say which planned step it is about; the next one is {_step_words(ahead[0])}.", "planned_on")
    if step is not None and choice is TaperChoice.CUT:
        _check_not_early(step, on)
    unchanged = [each for each in course.taper if step is None or each.on < step.on]
    held = replace(course, taper=tuple(unchanged))
    taken = [dose for dose in course.doses if step is not None and step.on <= dose.from_on <= on]
    if taken and choice is not TaperChoice.CUT:
        raise Refused(
            f"A dose is recorded from {display_date(taken[-1].from_on)}, on or after this step: decide about the next "
            "step, or withdraw that dose if it is wrong.",
            "planned_on",
        )
    return _About(row, course, step, present_dose(held, on, known.patient.weights), on)


def _step(course: record.Course, planned_on: date, on: date) -> record.TaperStep:
    step = taper_steps.step_of(course, planned_on)
    ahead = taper_steps.open_steps(course, on)
    if step is not None and step in ahead:
        return step
    if step is not None:
        raise Refused("This step is already decided. Withdraw that decision if it is wrong.", "planned_on")
    now = ", ".join(_step_words(each) for each in ahead) or "no step that is still open"
    raise Refused(
        f"The plan has no step on {display_date(planned_on)}; it may have changed since you read it. It has: {now}.",
        "planned_on",
    )


def _check_not_early(step: record.TaperStep, on: date) -> None:
    days = load().file.taper.decided_days_ahead
    if (step.on - on).days > days:
        raise Refused(
            f"This step is planned for {display_date(step.on)}. Look again and decide at most {days} days before it.",
            "planned_on",
        )


def _dose_decided(about: _About, choice: TaperChoice, typed: Decimal | None) -> Decimal | None:
    """mg a day after the decision. Raises Refused where what was typed does not go with the choice."""
    field = "milligrams_per_day"
    if typed is not None and typed < 0:
        raise Refused("A dose cannot be less than 0.", field)
    present = None if about.before is None else f"{display_number(about.before)} mg a day"
    if choice is TaperChoice.HOLD:
        if typed is not None and typed != about.before:
            raise Refused(
                f"To hold keeps the present dose: {present or 'not known; record it as a change of the dose'}.", field
            )
        return None if about.before is None else about.before.quantize(_AS_STORED)
    if choice is TaperChoice.CUT and about.step is not None:
        if typed is not None and typed != about.step.milligrams_per_day:
            raise Refused(f"The plan says {_step_words(about.step)}. For another dose, plan the taper anew.", field)
        return about.step.milligrams_per_day
    if not typed:
        raise Refused("Enter the new dose in mg a day. To end the drug, stop the course.", field)
    if about.before is not None and choice is TaperChoice.RAISE and typed <= about.before:
        raise Refused(f"To raise, the dose must be above the present one: {present}.", field)
    if about.before is not None and choice is TaperChoice.CUT and typed >= about.before:
        raise Refused(f"To cut, the dose must be below the present one: {present}.", field)
    return typed


def _carry_out(by: Staff, about: _About, new: _New, past_guard: _Guard) -> tuple[datetime, TaperPlan | None]:
    """Changes the dose and the plan; gives the moment at which that is recorded, and the plan that came of it."""
    moment = timezone.now()
    if new.choice is TaperChoice.CUT:
        return _cut(by, about, new.milligrams, past_guard) or moment, None
    if new.choice is TaperChoice.RAISE:
        assert new.milligrams is not None
        moment = _change(by, about, about.on, new.milligrams, past_guard)
        return moment, _drop_the_rest(about, by=by, reason=new.reason, at=moment)
    if about.step is None or new.next_check_on is None:
        return moment, None
    if new.next_check_on <= about.step.on:
        raise Refused(
            f"The step was planned for {display_date(about.step.on)}: to hold the dose, look again after that day.",
            "next_check_on",
        )
    steps = taper_steps.after_hold(about.course.taper, about.step.on, new.next_check_on)
    why = "the dose is held"
    return moment, plan_anew(about.row, _rows(steps), by=by, note=_kept(new.reason), why=why, at=moment)


def _cut(by: Staff, about: _About, milligrams: Decimal | None, past_guard: _Guard) -> datetime | None:
    """Records the dose of the step where its day has come. Gives the moment at which something was recorded."""
    assert milligrams is not None
    from_on = about.on if about.step is None else about.step.on
    if from_on > about.on:
        return None  # the plan goes on by itself
    since = [dose for dose in about.course.doses if dose.from_on >= from_on]
    if about.step is not None and since:
        taken = present_dose(replace(about.course, taper=()), since[0].from_on, ())
        if taken != milligrams:
            raise Refused(
                f"Another dose is recorded from {display_date(since[0].from_on)} than the plan says. Decide about the "
                "next step, plan the taper anew, or withdraw that dose if it is wrong.",
                "planned_on",
            )
        return None  # it was recorded before it was decided
    if milligrams == 0:
        version = Course.objects.values_list("version", flat=True).get(pk=about.row.pk)
        planned = StopReason.PLANNED
        stopped = stop_course(
            by=by, course_id=about.row.pk, on=from_on, reason=planned, version=version, seen=past_guard.seen
        )
        return stopped.stop_recorded_at
    return _change(by, about, from_on, milligrams, past_guard)


def _change(by: Staff, about: _About, on: date, milligrams: Decimal, past_guard: _Guard) -> datetime:
    """The dose from a day on, through the dose guard; gives the moment at which it was recorded."""
    last = max(about.course.doses, key=lambda dose: (dose.from_on, dose.id), default=None)
    once = last is not None and last.frequency is Frequency.ONCE_DAILY
    frequency = Frequency.ONCE_DAILY if once else Frequency.PER_DAY_TOTAL
    dose = NewDose(amount=milligrams, unit=DoseUnit.MILLIGRAM, frequency=frequency)
    period = change_dose(
        by=by,
        course_id=about.row.pk,
        on=on,
        dose=dose,
        note="decided at a taper checkpoint",
        restates=True,
        override_reason=past_guard.override_reason,
        seen=past_guard.seen,
        if_raised=past_guard.if_raised,
    )
    return period.recorded_at


def _drop_the_rest(about: _About, *, by: Staff, reason: str, at: datetime) -> TaperPlan | None:
    """What lies ahead of the plan goes; steps that had come stay, because they count as taken."""
    if not about.course.taper:
        return None
    left = taper_steps.after_raise(about.course.taper, about.step.on if about.step else None, about.on)
    return plan_anew(about.row, _rows(left), by=by, note=_kept(reason), why="the dose was raised", at=at)


def _rows(steps: Sequence[record.TaperStep]) -> list[tuple[date, Decimal]]:
    return [(step.on, step.milligrams_per_day) for step in steps]


def _plan_before(decision: TaperDecision) -> TaperPlan | None:
    """The plan whose place the decision took: superseded at the decision's own moment."""
    return TaperPlan.objects.filter(course=decision.course_id, superseded_at=decision.recorded_at).first()


def _withdraw_dose_of(decision: TaperDecision, by: Staff, reason: str, moment: datetime) -> None:
    why = f"withdrawn with its taper decision: {reason.strip()}"[:LONGEST_REASON]
    doses = DosePeriod.objects.filter(
        course=decision.course_id, recorded_at=decision.recorded_at, amount=decision.milligrams_per_day
    ).current()
    for dose in doses.filter(from_on__in=[day for day in (decision.on, decision.planned_on) if day]):
        DoseCheck.objects.filter(dose=dose).current().update(
            superseded_at=moment, superseded_by=by, superseded_reason=why
        )
        supersede(dose, by=by, reason=why, at=moment)


def _kept(reason: str) -> str:
    return reason.strip()[: TaperPlan._meta.get_field("note").max_length]


def _step_words(step: record.TaperStep) -> str:
    dose = f"{display_number(step.milligrams_per_day)} mg a day" if step.milligrams_per_day else "stop"
    return f"{dose} on {display_date(step.on)}"
