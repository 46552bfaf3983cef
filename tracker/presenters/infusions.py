"""The infusions of one course as their page shows them: the plan, the next ones, what goes before, what was given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.findings import DueFinding, DueStatus, ItemKind, MonitoringFindings
from monitoring.rules.infusion_checks import CheckState, InfusionCheck, checks_before
from monitoring.rules.infusions import ReviewStanding, infusion_rule, review_standing, shape_of
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.samples import Samples
from monitoring.rules.wording import span
from regimens.models import Infusion, InfusionPlan
from regimens.rules.infusion_dose import WorkedDose, worked_dose
from regimens.rules.infusion_plan import (
    Counted,
    CycleShape,
    NextCycle,
    PlannedCycle,
    answered_dates,
    cycles_ahead,
    cycles_given,
    next_cycle,
)
from regimens.rules.record import Course
from regimens.rules.vocabulary import InfusionAnchor, ReactionGrade, WeightBasis
from tracker import display

_CHECK_TAGS = {
    CheckState.DONE: "good",
    CheckState.TOO_OLD: "caution",
    CheckState.MISSING: "danger",
    CheckState.LATER: "not_due",
    CheckState.ON_THE_DAY: "info",
}
_REACTION_TAGS = {
    ReactionGrade.NONE: "good",
    ReactionGrade.MILD: "info",
    ReactionGrade.MODERATE: "caution",
    ReactionGrade.SEVERE: "danger",
    ReactionGrade.NOT_RECORDED: "plain",
}


@dataclass(frozen=True, slots=True)
class CheckShown:
    """One thing before the infusion, with the look of its tag and what its state means in days."""

    check: InfusionCheck
    tag: str
    state: str
    age: str


@dataclass(frozen=True, slots=True)
class AheadShown:
    """One infusion ahead: its days, and the amount of each day where it is known."""

    cycle: PlannedCycle
    name: str
    days: tuple[tuple[date, str], ...]
    days_overdue: int


@dataclass(frozen=True, slots=True)
class GivenShown:
    """One infusion that was given, with who recorded it."""

    row: Infusion
    name: str
    amount: str
    weight: str
    reaction: str
    tag: str
    by: str


@dataclass(frozen=True, slots=True)
class InfusionsShown:
    """Everything that the page draws."""

    plan: InfusionPlan | None
    plan_by: str
    plan_words: tuple[tuple[str, str], ...]
    passed_dates: tuple[date, ...]
    coming: NextCycle
    coming_words: str
    next_on: date | None
    ahead: tuple[AheadShown, ...]
    dose: WorkedDose | None
    checks: tuple[CheckShown, ...]
    checks_on: date
    to_do: int
    also_due: tuple[DueFinding, ...]
    given: tuple[GivenShown, ...]
    cycles: int
    review: str
    instructions: str


def present(
    course: Course,
    record: MonitoringRecord,
    protocol: MonitoringProtocol,
    findings: MonitoringFindings,
    plan: InfusionPlan | None,
    rows: Sequence[Infusion],
    as_of: date,
) -> InfusionsShown:
    """The page's content. `course` is the one of `record`, `rows` are its infusions, the newest first."""
    drug = protocol.drugs.get(course.drug)
    shape = shape_of(drug, course.route, protocol)
    coming = next_cycle(course, shape, as_of)
    given = cycles_given(course.infusions, shape.within_days, as_of)
    last = given[-1].infusions[-1] if given else None
    planned = course.infusion_plan
    patient = record.treatment.patient
    dose = worked_dose(planned, patient, as_of, protocol.infusions, last) if planned else None
    ahead = cycles_ahead(course, shape, as_of)
    next_on = ahead[0].first_on if ahead else None
    checks_on = max(next_on or as_of, as_of)
    checks = tuple(_check(each, as_of) for each in checks_before(record, protocol, course, checks_on, as_of))
    rule = infusion_rule(drug, course.route) if drug else None
    samples = Samples(record, protocol, as_of)
    first_days = [cycle.first_on for cycle in given]
    reviews = [review_standing(course, each, samples, first_days) for each in (drug.cycle_review if drug else ())]
    numbers = {infusion.id: number for number, cycle in enumerate(given, 1) for infusion in cycle.infusions}
    return InfusionsShown(
        plan=plan,
        plan_by=_by(plan),
        plan_words=tuple(_plan_words(plan)) if plan else (),
        passed_dates=_passed(course, shape, as_of),
        coming=coming,
        coming_words=_coming_words(coming, planned is not None, course),
        next_on=next_on,
        ahead=tuple(_ahead(each, dose, shape, as_of) for each in ahead),
        dose=dose,
        checks=checks,
        checks_on=checks_on,
        to_do=sum(each.check.needs_action for each in checks),
        also_due=tuple(due for due in findings.due if _is_of(due, course) and due.status is not DueStatus.NOT_DUE),
        given=tuple(_given(row, numbers.get(str(row.pk), 0)) for row in rows),
        cycles=len(given),
        review=_review_words(reviews),
        instructions=rule.instructions if rule else "",
    )


def _is_of(due: DueFinding, course: Course) -> bool:
    drivers = (due.driver, *due.other_drivers)
    return due.kind is not ItemKind.INFUSION and any(driver.course.id == course.id for driver in drivers)


def _check(check: InfusionCheck, as_of: date) -> CheckShown:
    state = check.state.label
    if check.state is CheckState.LATER and check.from_on is not None:
        state = f"from {display.day(check.from_on)} on"
    elif check.state is CheckState.TOO_OLD and check.from_on is not None:
        state = f"to do: counts from {display.day(check.from_on)} on"
    elif check.state is CheckState.DONE and check.from_on is None:
        state = "done"
    age = "" if check.on is None else _ago((as_of - check.on).days)
    return CheckShown(check, _CHECK_TAGS[check.state], state, age)


def _ahead(cycle: PlannedCycle, dose: WorkedDose | None, shape: CycleShape, as_of: date) -> AheadShown:
    name = f"Cycle {cycle.number}"
    if shape.second_after_days is not None:
        name = f"Course {cycle.number}, {'second' if cycle.second else 'first'} infusion"
    if cycle.rest:
        name = f"Cycle {cycle.number}, the rest"
    amounts = [""] * len(cycle.days)
    of_these_days = () if dose is None else dose.days[-len(cycle.days) :] if cycle.rest else dose.days
    if dose is not None and dose.unit is not None and len(of_these_days) == len(cycle.days):
        amounts = [display.quantity(amount, dose.unit.label) for amount in of_these_days]
    days = tuple(zip(cycle.days, amounts, strict=True))
    return AheadShown(cycle, name, days, max(0, (as_of - cycle.first_on).days))


def _given(row: Infusion, number: int) -> GivenShown:
    weight = ""
    if row.dosing_weight is not None:
        weight = f"{display.quantity(row.dosing_weight, 'kg')}, {display.day(row.dosing_weight_on)}"
    reaction = ReactionGrade(row.reaction)
    return GivenShown(
        row=row,
        name=str(number) if number else "",
        amount=display.quantity(row.total, row.unit),
        weight=weight or display.NOT_RECORDED,
        reaction=reaction.label,
        tag=_REACTION_TAGS[reaction],
        by=row.recorded_by.get_full_name() or row.recorded_by.username,
    )


def _by(plan: InfusionPlan | None) -> str:
    return "" if plan is None else plan.recorded_by.get_full_name() or plan.recorded_by.username


def _plan_words(plan: InfusionPlan) -> list[tuple[str, str]]:
    unit = plan.get_unit_display() if plan.unit else ""
    if plan.anchor == InfusionAnchor.FIXED_DATES:
        when = "fixed dates: " + ", ".join(display.day(date.on) for date in plan.dates.all())
    else:
        when = f"every {span(plan.interval_days or 0)} from the first day of the last cycle"
    if plan.amount_per_kilogram is not None:
        basis = WeightBasis(plan.weight_basis).label
        amount = f"{display.quantity(plan.amount_per_kilogram, f'{unit}/kg')} by {basis}"
    else:
        amount = display.quantity(plan.amount, unit)
    days = "1 day" if plan.days_per_cycle == 1 else f"{plan.days_per_cycle} consecutive days"
    vials = ", ".join(display.quantity(size, unit) for size in plan.vial_sizes) or "not named"
    found = [("When", when), ("Dose of one cycle", amount), ("Over", days), ("Vials at hand", vials)]
    if plan.review_after_cycles:
        found.append(("Review after", f"{plan.review_after_cycles} cycles"))
    return [*found, ("Note", plan.note)] if plan.note else found


def _coming_words(coming: NextCycle, planned: bool, course: Course) -> str:
    """Why the next infusion lies where it does, or that nobody has said."""
    by = "by the plan" if planned else "by the protocol; there is no plan of this course"
    if coming.counted is Counted.NO_INTERVAL:
        return "The sources of the protocol give no interval for this drug, so none is proposed. A plan says when."
    if coming.counted is Counted.DATES_USED_UP:
        if coming.on is None:
            return "The dates of the plan have passed. Plan on, or stop the course."
        return (
            f"The dates of the plan have passed: {_counted_from(coming)}, by the protocol. Plan on, or stop the course."
        )
    if coming.counted is Counted.FIXED_DATE:
        return "A date of the plan."
    if coming.counted is Counted.REST:
        return f"{_given_so_far(coming)}; the rest is planned to follow."
    if coming.counted is Counted.SECOND:
        return f"The second infusion of the course, {_counted_from(coming)}, by the protocol."
    if coming.counted is Counted.START:
        began = display.day(course.start_on, course.start_precision)
        return f"No infusion is recorded since the start on {began}, {by}."
    return f"{_counted_from(coming)[:1].upper()}{_counted_from(coming)[1:]}, {by}."


def _given_so_far(coming: NextCycle) -> str:
    """`1 day of this cycle is given (40 g), begun on 05-Apr-2026`."""
    rows = coming.last.infusions if coming.last else ()
    days = sum(row.days for row in rows)
    units = {row.unit for row in rows}
    (unit,) = units if len(units) == 1 else (None,)
    known = unit is not None and all(row.total is not None for row in rows)
    total = sum((row.total for row in rows if row.total is not None), Decimal(0))
    amount = f" ({display.quantity(total, unit.label)})" if known and unit is not None else ""
    given = "1 day of this cycle is" if days == 1 else f"{days} days of this cycle are"
    return f"{given} given{amount}, begun on {display.day(coming.counted_from)}"


def _counted_from(coming: NextCycle) -> str:
    return (
        f"{span(coming.interval_days or 0)} after the first day of the last cycle, {display.day(coming.counted_from)}"
    )


def _passed(course: Course, shape: CycleShape, as_of: date) -> tuple[date, ...]:
    """Planned dates that passed without an infusion near them."""
    plan = course.infusion_plan
    if plan is None or not plan.dates:
        return ()
    answered = answered_dates(plan.dates, course.infusions, shape.answered_within_days, as_of)
    return tuple(on for on in plan.dates if on < as_of and on not in answered)


def _review_words(reviews: Sequence[ReviewStanding]) -> str:
    if not reviews:
        return ""
    standing = reviews[0]
    count = len(standing.since)
    since = f"since the review of {display.day(standing.last_review_on)}" if standing.last_review_on else "so far"
    cycles = "1 cycle" if count == 1 else f"{count or 'No'} cycles"
    left = standing.wanted - count
    if left <= 0:
        return f"{cycles} {since}; the review after {standing.wanted} cycles is due."
    return f"{cycles} {since}; the review comes after {standing.wanted}, that is after {left} more."


def _ago(days: int) -> str:
    return "today" if days == 0 else "1 day ago" if days == 1 else f"{days} days ago"
