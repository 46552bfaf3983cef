"""Infusion cycles: when the next is due, what goes before it, what each one is followed by, and the dose of a cycle.

A plan of the course comes before the protocol's own interval and dose; the days are those of regimens' planner.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from monitoring.protocol.definitions import (
    AfterInfusionRule,
    BeforeInfusionRule,
    CycleReviewRule,
    DrugMonitoring,
    InfusionRule,
    MonitoringProtocol,
)
from monitoring.rules import wording, wording_infusions
from monitoring.rules.demands import Demand, Running
from monitoring.rules.doses import weight_on
from monitoring.rules.samples import Samples
from monitoring.rules.status import days_after
from patients.rules.reasons import FactReference, Predicate, Truth
from regimens.rules.infusion_dose import worked_dose
from regimens.rules.infusion_plan import Counted, CycleShape, NextCycle, cycles_given, next_cycle
from regimens.rules.record import Course
from regimens.rules.vocabulary import Route


class Cycle(NamedTuple):
    """A cycle by its first day, with the infusion recorded on it."""

    first_on: date
    infusion: FactReference


class Base(NamedTuple):
    """The day from which what follows an infusion counts: a cycle, or without one the start or the stop."""

    on: date
    word: str
    cycle: Cycle | None


def demands(one: Running) -> Iterator[Demand]:
    """What the course's infusions ask for."""
    drug = one.drug
    if not (drug.infusion or drug.after_infusion or drug.cycle_review):
        return
    given = cycles(one)
    rule = infusion_rule(drug, one.course.route)
    if rule is not None:
        coming = next_cycle(one.course, shape_of(drug, one.course.route, one.chart.protocol), one.chart.as_of)
        if coming.on is not None and (one.course.stop_on is None or coming.on < one.course.stop_on):
            yield _next_infusion(one, rule, coming, coming.on, given)
            # What goes before a cycle was looked at before its first day.
            for before in drug.before_infusion if coming.counted is not Counted.REST else ():
                yield from _before_infusion(one, before, coming.on, coming.number, given)
    bases = _bases(given) or [Base(one.start, "start", None)]
    for after in drug.after_infusion:
        if not after.routes or one.course.route in after.routes:
            yield from _after_cycles(one, after, bases)
    for review in drug.cycle_review:
        yield from _cycle_review(one, review, given)


def demands_after_stop(one: Running, stop_on: date) -> Iterator[Demand]:
    """What follows the infusions of a stopped course: a nadir count is due whether or not another pulse is planned."""
    bases = _bases(cycles(one)) or [Base(stop_on, "stop", None)]
    for rule in one.drug.after_infusion:
        recent = [base for base in bases if (one.chart.as_of - base.on).days <= rule.after_stop_days]
        if rule.after_stop_days and recent and (not rule.routes or one.course.route in rule.routes):
            yield from _after_cycles(one, rule, recent)


def infusion_rule(drug: DrugMonitoring, route: Route) -> InfusionRule | None:
    """The rule for infusions of the drug given so; None where it is not infused by this route."""
    return next((rule for rule in drug.infusion if not rule.routes or route in rule.routes), None)


def shape_of(drug: DrugMonitoring | None, route: Route, protocol: MonitoringProtocol) -> CycleShape:
    """How the protocol sees the cycles of the drug by this route, for the planner."""
    answered = protocol.infusions.date_answered_within_days
    rule = infusion_rule(drug, route) if drug is not None else None
    if drug is None or rule is None:
        return CycleShape(answered_within_days=answered, within_days=drug.cycle_within_days if drug else 0)
    return CycleShape(
        answered_within_days=answered,
        within_days=drug.cycle_within_days,
        interval_days=rule.interval_days,
        second_after_days=rule.second_after_days,
        days_from=rule.days_from,
        days_to=rule.days_to,
    )


class ReviewStanding(NamedTuple):
    """How far a course is from its review: the cycles given since the last one, of `wanted`."""

    since: tuple[date, ...]
    wanted: int
    last_review_on: date | None


def review_standing(course: Course, rule: CycleReviewRule, samples: Samples, given: Iterable[date]) -> ReviewStanding:
    """`given` are the first days of the cycles. The plan's number of cycles comes before the protocol's."""
    last = samples.last_day(rule.item)
    if last is not None and last < course.start_on:
        last = None
    planned = course.infusion_plan.review_after_cycles if course.infusion_plan else None
    return ReviewStanding(
        tuple(first_on for first_on in given if last is None or first_on > last), planned or rule.after_cycles, last
    )


def cycles(one: Running) -> list[Cycle]:
    """The cycles given by the day, oldest first; infusions close together are one cycle, by the drug's own measure."""
    found = []
    for cycle in cycles_given(one.course.infusions, one.drug.cycle_within_days, one.chart.as_of):
        label = wording.last_done_label(f"{one.name} infusion", cycle.first_on)
        found.append(Cycle(cycle.first_on, FactReference("infusion", cycle.infusions[0].id, label)))
    return found


def _bases(given: list[Cycle]) -> list[Base]:
    return [Base(cycle.first_on, "infusion", cycle) for cycle in given]


def _next_infusion(one: Running, rule: InfusionRule, coming: NextCycle, on: date, given: list[Cycle]) -> Demand:
    last = given[-1] if given else None
    interval = coming.interval_days or 0
    predicates = _plan_predicates(one)
    if last is not None:
        predicates = (Predicate(wording.counted_from_last(last.first_on), Truth.TRUE, (last.infusion,)), *predicates)
    return one.demand(
        rule,
        rule.item,
        text=_next_text(one, coming, interval),
        phase="first cycle" if last is None else f"cycle {coming.number}",
        counted_from=coming.counted_from or on,
        interval_days=interval,
        repeats=coming.counted in (Counted.LAST_GIVEN, Counted.DATES_USED_UP),
        predicates=predicates,
        last_done=last,
        not_before=on,
        detail=" ".join(part for part in (_dose(one, rule, coming), rule.instructions) if part),
    )


def _plan_predicates(one: Running) -> tuple[Predicate, ...]:
    plan = one.course.infusion_plan
    if plan is None:
        return ()
    label = wording_infusions.infusion_plan_label(one.name)
    return (Predicate(label, Truth.TRUE, (FactReference("infusion_plan", plan.id, label),)),)


def _next_text(one: Running, coming: NextCycle, interval_days: int) -> str:
    if coming.counted is Counted.FIXED_DATE:
        return wording_infusions.planned_date(one.name)
    if coming.counted is Counted.DATES_USED_UP:
        return wording_infusions.dates_used_up(one.name, interval_days)
    if coming.counted is Counted.REST and coming.counted_from is not None:
        return wording_infusions.rest_of_cycle(one.name, coming.counted_from)
    if coming.counted is Counted.SECOND:
        return wording_infusions.second_infusion(one.name, interval_days)
    if coming.counted is Counted.START:
        return wording_infusions.first_cycle(one.name, one.start)
    text = wording_infusions.next_cycle(one.name, interval_days)
    return wording_infusions.planned_cycle(text) if one.course.infusion_plan else text


def _dose(one: Running, rule: InfusionRule, coming: NextCycle) -> str:
    """The plan's dose worked out; without a plan the published one. Without a weight, no amount is given."""
    plan = one.course.infusion_plan
    if plan is not None:
        last = coming.last.infusions[-1] if coming.last else None
        return worked_dose(plan, one.chart.patient, one.chart.as_of, one.chart.protocol.infusions, last).summary
    if rule.grams_per_kilogram is None:
        return ""
    weight = weight_on(one.chart.patient.weights, one.chart.as_of)
    if weight is None:
        text = wording_infusions.course_dose_unknown(rule.grams_per_kilogram)
    else:
        age = (one.chart.as_of - weight.on).days
        text = wording_infusions.course_dose(rule.grams_per_kilogram, weight.kilograms, weight.on, age)
    if rule.days_from is not None and rule.days_to is not None:
        text = f"{text}, {wording_infusions.over_days(rule.days_from, rule.days_to)}"
    return f"{text}."


def _before_infusion(
    one: Running, rule: BeforeInfusionRule, on: date, number: int, given: list[Cycle]
) -> Iterator[Demand]:
    """What is due by the next infusion, unless looked at shortly before it. Before the first one the baseline asks."""
    if not rule.asked or not given or (rule.routes and one.course.route not in rule.routes):
        return
    earliest = days_after(on, -rule.within_days)
    for item in rule.items:
        last = one.chart.samples.last_day(item)
        if last is not None and last >= earliest:
            continue
        yield one.demand(
            rule,
            item,
            text=wording_infusions.before_infusion(one.name, on),
            phase=f"before cycle {number}",
            counted_from=on,
            interval_days=0,
            predicates=(
                Predicate(wording_infusions.infusion_given(given[-1].first_on), Truth.TRUE, (given[-1].infusion,)),
            ),
            not_before=earliest,
            asked_since=max(one.asks_since, given[-1].first_on),
        )


def _after_cycles(one: Running, rule: AfterInfusionRule, bases: list[Base]) -> Iterator[Demand]:
    """For each item the oldest base that nothing has followed yet."""
    for item in rule.items:
        last = one.chart.samples.last_day(item)
        for base in bases:
            not_before = days_after(days_after(base.on, rule.days), -rule.early_days)
            if last is not None and last >= not_before:
                continue
            yield one.demand(
                rule,
                item,
                text=_after_text(one, rule, base),
                phase=rule.phase,
                counted_from=base.on,
                interval_days=rule.days,
                predicates=(_base_predicate(base),),
                not_before=not_before,
                asked_since=max(one.asks_since, bases[-1].on),
                can_pause=False,  # the counts fall after a pulse whether or not anybody looks
            )
            break


def _after_text(one: Running, rule: AfterInfusionRule, base: Base) -> str:
    if base.cycle is None:
        return wording_infusions.after_no_cycle(one.name, base.word, base.on, rule.days)
    return wording_infusions.after_cycle(one.name, base.on, rule.days)


def _base_predicate(base: Base) -> Predicate:
    if base.cycle is None:
        return Predicate(wording_infusions.no_infusion(), Truth.UNKNOWN)
    return Predicate(wording_infusions.infusion_given(base.on), Truth.TRUE, (base.cycle.infusion,))


def _cycle_review(one: Running, rule: CycleReviewRule, given: list[Cycle]) -> Iterator[Demand]:
    """Due once enough cycles were given since the last review; the cycle that completes them starts the count."""
    standing = review_standing(one.course, rule, one.chart.samples, (cycle.first_on for cycle in given))
    wanted = standing.wanted
    if len(standing.since) < wanted:
        return
    since = [cycle for cycle in given if cycle.first_on in standing.since]
    deciding = since[wanted - 1]
    counted_since = standing.last_review_on or one.start
    yield one.demand(
        rule,
        rule.item,
        text=wording_infusions.cycle_review(one.name, len(since), counted_since, wanted, rule.latest_cycle),
        phase=f"after {wanted} cycles",
        counted_from=deciding.first_on,
        interval_days=rule.due_days,
        predicates=tuple(
            Predicate(wording_infusions.infusion_given(cycle.first_on), Truth.TRUE, (cycle.infusion,))
            for cycle in since
        ),
    )
