"""Corticosteroids taken each day: how much for how long, what that asks for, and the checkpoints of the taper.

All such courses count together, in prednisolone equivalents over 28 days, so that a change from one to the other breaks
no run; nor does a gap as short as the rule says. A dose that is not known counts as reaching every limit,
and the reason says so.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from monitoring.protocol.definitions import ExposureRule, TaperRule
from monitoring.rules import wording, wording_doses
from monitoring.rules.demands import Chart, Demand, Running
from monitoring.rules.doses import DAYS_COMPARED, milligrams_in_28_days
from monitoring.rules.samples import Done
from monitoring.rules.status import days_after
from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Predicate, Truth
from regimens.rules.record import Course, TaperDecision
from regimens.rules.taper_steps import decided_up_to, last_decision
from regimens.rules.vocabulary import Route


class Step(NamedTuple):
    """From this day one course gives so many mg of prednisolone equivalent in 28 days; None is not known."""

    on: date
    course_id: str
    amount: Decimal | None


class Span(NamedTuple):
    """From this day until the next span, all courses together give this much in 28 days; None is not known."""

    from_on: date
    amount: Decimal | None


class Stretch(NamedTuple):
    """Days in a row at or above a limit, to before `to_on` (None: still so)."""

    from_on: date
    to_on: date | None


class Run(NamedTuple):
    """Days at or above a limit, in stretches between short gaps. `unknown_from`: first day taken on trust."""

    stretches: tuple[Stretch, ...]
    unknown_from: date | None

    @property
    def from_on(self) -> date:
        return self.stretches[0].from_on

    @property
    def to_on(self) -> date | None:
        """The first day below the limit after the last stretch; None while it is reached."""
        return self.stretches[-1].to_on

    def days(self, as_of: date) -> int:
        """Days at or above the limit before the day, without those of the gaps."""
        return sum(((one.to_on or as_of) - one.from_on).days for one in self.stretches)

    def reached_on(self, for_days: int) -> date | None:
        """The day on which that many days are over; None when the run ended sooner."""
        left = for_days
        for one in self.stretches:
            if one.to_on is None or (one.to_on - one.from_on).days >= left:
                return days_after(one.from_on, left)
            left -= (one.to_on - one.from_on).days
        return None


class Check(NamedTuple):
    """A day for looking again, with the decision that set it."""

    due_on: date
    decision: TaperDecision


def demands(chart: Chart, running: list[Running]) -> Iterator[Demand]:
    """What the corticosteroids ask for: long-term items once for all of them, taper checkpoints course by course."""
    daily = [one for one in running if _counts(one.course, chart)]
    if not daily:
        return
    spans = exposure(chart)
    first = min(daily, key=lambda one: (one.start, entry_order(one.course.id)))
    for rule in first.drug.exposure:
        yield from _exposure(first, rule, runs(spans, rule))
    now = spans[-1].amount if spans else None
    for one in daily:
        for taper in one.drug.taper:
            yield from _taper(one, taper, now)


def exposure(chart: Chart) -> list[Span]:
    """What all daily corticosteroids together gave, from the first day to `as_of`, oldest first."""
    steps = [
        step for course in chart.record.treatment.courses if _counts(course, chart) for step in _steps(course, chart)
    ]
    steps.sort(key=lambda step: step.on)
    current: dict[str, Decimal | None] = {}
    spans: list[Span] = []
    for index, step in enumerate(steps):
        current[step.course_id] = step.amount
        if index + 1 < len(steps) and steps[index + 1].on == step.on:
            continue
        amounts = list(current.values())
        known = [amount for amount in amounts if amount is not None]
        spans.append(Span(step.on, sum(known, Decimal(0)) if len(known) == len(amounts) else None))
    return spans


def runs(spans: list[Span], rule: ExposureRule) -> list[Run]:
    """The runs of days on which the dose was at least so high, or not known, oldest first."""
    limit = rule.milligrams_per_day * DAYS_COMPARED
    found: list[Run] = []
    for index, span in enumerate(spans):
        if span.amount is not None and span.amount < limit:
            continue
        ends = spans[index + 1].from_on if index + 1 < len(spans) else None
        unknown = span.from_on if span.amount is None else None
        last = found[-1] if found else None
        if last is None or last.to_on is None or (span.from_on - last.to_on).days > rule.gap_days:
            found.append(Run((Stretch(span.from_on, ends),), unknown))
            continue
        stretches = last.stretches
        if last.to_on == span.from_on:
            stretches, begun = stretches[:-1], stretches[-1].from_on
        else:
            begun = span.from_on
        found[-1] = Run((*stretches, Stretch(begun, ends)), last.unknown_from or unknown)
    return found


def _counts(course: Course, chart: Chart) -> bool:
    drug = chart.protocol.drugs.get(course.drug)
    return (
        drug is not None
        and drug.prednisolone_equivalent is not None
        and not course.never_given
        and course.start_on <= chart.as_of
        and course.route != Route.TOPICAL
    )


def _steps(course: Course, chart: Chart) -> list[Step]:
    """One course as steps: not known from the start until the first recorded dose, nothing from the stop."""
    factor = chart.protocol.drugs[course.drug].prednisolone_equivalent or Decimal(1)
    stop = course.stop_on if course.stop_on is not None and course.stop_on <= chart.as_of else None
    if stop is not None and stop <= course.start_on:
        return []
    weights = [weight for weight in chart.patient.weights if weight.on <= chart.as_of]
    by_day: dict[date, Decimal | None] = {course.start_on: None}
    for period in sorted(course.doses, key=lambda period: (period.from_on, entry_order(period.id))):
        if period.from_on > chart.as_of or (stop is not None and period.from_on >= stop):
            break
        amount = milligrams_in_28_days(period, weights)
        by_day[max(period.from_on, course.start_on)] = None if amount is None else amount * factor
    if stop is not None:
        by_day[stop] = Decimal(0)
    return [Step(on, course.id, amount) for on, amount in by_day.items()]


def _exposure(one: Running, rule: ExposureRule, found: list[Run]) -> Iterator[Demand]:
    run = _deciding_run(one, rule, found)
    if run is None:
        return
    reached_on = run.reached_on(rule.for_days)
    if reached_on is None:
        return
    earliest = date.min if rule.ever else days_after(run.from_on, -rule.counts_days_before)
    text = wording_doses.exposure_reached(rule.milligrams_per_day, rule.for_days, run.from_on)
    for item in rule.items:
        last = one.chart.samples.last_day(item)
        counted_from, interval = days_after(reached_on, -rule.for_days), rule.for_days
        last_done = None
        if last is not None and last >= earliest:
            if rule.interval_days is None:
                continue
            last_done = (last, one.chart.samples.reference(item, last))
            if days_after(last, rule.interval_days) > reached_on:
                counted_from, interval = last, rule.interval_days
        again = f"; {wording_doses.exposure_again(rule.interval_days)}" if rule.interval_days and last_done else ""
        yield one.demand(
            rule,
            item,
            text=f"{text}{again}",
            phase="long-term",
            counted_from=counted_from,
            interval_days=interval,
            repeats=rule.interval_days is not None and last_done is not None,
            predicates=_exposure_predicates(one, rule, run),
            last_done=last_done,
        )


def _deciding_run(one: Running, rule: ExposureRule, found: list[Run]) -> Run | None:
    """The run that asks: the present one, or, where the need outlasts the dose, the first that was long enough."""
    if rule.while_exposed:
        return found[-1] if found and found[-1].to_on is None else None
    for run in found:
        if run.to_on is None or (run.to_on > one.start and run.reached_on(rule.for_days) is not None):
            return run
    return None


def _exposure_predicates(one: Running, rule: ExposureRule, run: Run) -> tuple[Predicate, ...]:
    days = run.days(one.chart.as_of)
    reached = Truth.TRUE if days >= rule.for_days else Truth.FALSE
    limit = wording_doses.exposure_so_far(rule.milligrams_per_day, rule.for_days, days)
    predicates = (Predicate(limit, reached, (one.reference,)),)
    if run.unknown_from is None:
        return predicates
    return (*predicates, Predicate(wording_doses.exposure_unknown(run.unknown_from), Truth.UNKNOWN, (one.reference,)))


def _taper(one: Running, rule: TaperRule, now: Decimal | None) -> Iterator[Demand]:
    """A checkpoint at each step that is not decided on yet, and on the day that the last decision set.

    A decision settles the steps that taper_steps.py says; a checkpoint recorded without one settles each step up to
    `early_days` after it.
    """
    as_of = one.chart.as_of
    done = _last_look(one, rule.item)
    planned = [step for step in one.course.taper if step.on > one.start]
    planned.sort(key=lambda step: (step.on, entry_order(step.id)))
    recorded = _recorded(one, rule.item)
    looked_at = date.min if recorded is None else days_after(recorded, rule.early_days)
    settled = max(decided_up_to(one.course, as_of), looked_at)
    ahead = [step for step in planned if step.on > settled]
    for step in ahead:
        text = wording_doses.planned_step(step.on, step.milligrams_per_day)
        yield one.demand(
            rule,
            rule.item,
            occasion=step.on.isoformat(),
            text=text,
            phase="planned taper",
            counted_from=step.on,
            interval_days=0,
            predicates=(Predicate(text, Truth.TRUE, (FactReference("taper_step", step.id, text),)),),
            not_before=days_after(step.on, -rule.early_days),
        )
    check = _check_set(one, rule, done)
    if check is not None:
        if not ahead or check.due_on < ahead[0].on:
            yield _at_the_day_set(one, rule, check, done)
    elif not planned or planned[-1].on <= as_of:
        yield _without_plan(one, rule, planned[-1].on if planned else None, done, now)


def _recorded(one: Running, item: str) -> date | None:
    """The last day since the start on which a checkpoint was recorded as such, without a decision."""
    analytes = {each for alternative in one.chart.protocol.items[item].satisfied_by for each in alternative}
    days = (row.sampled_on for analyte in analytes for row in one.chart.samples.rows(analyte))
    return max((on for on in days if on >= one.start), default=None)


def _last_look(one: Running, item: str) -> Done | None:
    """When the taper was last looked at: a checkpoint that was recorded, or a decision, whichever is later."""
    last = _recorded(one, item)
    found = None if last is None else (last, one.chart.samples.reference(item, last))
    decision = last_decision(one.course, one.chart.as_of)
    if decision is not None and decision.on >= one.start and (found is None or decision.on >= found[0]):
        text = wording_doses.taper_decided(decision.on, decision.choice.label)
        return decision.on, FactReference("taper_decision", decision.id, text)
    return found


def _check_set(one: Running, rule: TaperRule, done: Done | None) -> Check | None:
    """The day that the last decision set for looking again, unless it was looked at since."""
    decision = last_decision(one.course, one.chart.as_of)
    if decision is None or decision.next_check_on is None or done is None:
        return None
    looked_at = done[0] > decision.on and done[0] >= days_after(decision.next_check_on, -rule.early_days)
    return None if looked_at else Check(decision.next_check_on, decision)


def _at_the_day_set(one: Running, rule: TaperRule, check: Check, done: Done | None) -> Demand:
    decision = check.decision
    text = wording_doses.next_check_set(check.due_on, decision.on, decision.choice.label)
    label = wording_doses.taper_decided(decision.on, decision.choice.label)
    return one.demand(
        rule,
        rule.item,
        text=text,
        phase="next check",
        counted_from=check.due_on,
        interval_days=0,
        predicates=(Predicate(label, Truth.TRUE, (FactReference("taper_decision", decision.id, label),)),),
        last_done=done,
        not_before=days_after(check.due_on, -rule.early_days),
        asked_since=decision.on,
    )


def _without_plan(
    one: Running, rule: TaperRule, plan_ended: date | None, done: Done | None, now: Decimal | None
) -> Demand:
    below = now is not None and now < rule.maintenance_below_milligrams * DAYS_COMPARED
    interval = rule.maintenance_interval_days if below else rule.interval_days
    base = plan_ended or days_after(one.start, rule.first_days)
    last = None if done is None else done[0]
    predicates = (
        (Predicate(wording.counted_from_start(one.start), Truth.TRUE, (one.reference,)),)
        if done is None
        else (Predicate(wording.counted_from_last(done[0]), Truth.TRUE, (done[1],)),)
    )
    limit = wording_doses.dose_below(rule.maintenance_below_milligrams)
    truth = Truth.UNKNOWN if now is None else Truth.TRUE if below else Truth.FALSE
    return one.demand(
        rule,
        rule.item,
        text=wording_doses.taper_interval(one.name, interval),
        phase="no taper planned",
        counted_from=base if last is None else max(base, last),
        interval_days=interval,
        repeats=True,
        predicates=(*predicates, Predicate(limit, truth, (one.reference,))),
        last_done=done,
        detail=wording_doses.no_taper_planned(plan_ended),
    )
