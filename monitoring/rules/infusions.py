"""Infusion cycles: when the next is due, what each one is followed by, and the dose of an immunoglobulin course."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from monitoring.protocol.definitions import AfterInfusionRule, CycleReviewRule, InfusionRule
from monitoring.rules import wording
from monitoring.rules.demands import Demand, Running
from monitoring.rules.doses import weight_on
from monitoring.rules.status import days_after
from patients.rules.reasons import FactReference, Predicate, Truth


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
    for rule in drug.infusion:
        if not rule.routes or one.course.route in rule.routes:
            yield _next_cycle(one, rule, given)
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


def _bases(given: list[Cycle]) -> list[Base]:
    return [Base(cycle.first_on, "infusion", cycle) for cycle in given]


def cycles(one: Running) -> list[Cycle]:
    """The cycles given by the day, oldest first; infusions close together are one cycle, by the drug's own measure."""
    within = one.drug.cycle_within_days
    as_of = one.chart.as_of
    found: list[Cycle] = []
    for infusion in sorted(one.course.infusions, key=lambda infusion: (infusion.first_on, infusion.id)):
        if infusion.first_on > as_of:
            break
        if found and (infusion.first_on - found[-1].first_on).days <= within:
            continue
        label = wording.last_done_label(f"{one.name} infusion", infusion.first_on)
        found.append(Cycle(infusion.first_on, FactReference("infusion", infusion.id, label)))
    return found


def _next_cycle(one: Running, rule: InfusionRule, given: list[Cycle]) -> Demand:
    detail = " ".join(part for part in (_course_dose(one, rule), rule.instructions) if part)
    if not given:
        return one.demand(
            rule,
            rule.item,
            text=wording.first_cycle(one.name, one.start),
            phase="first cycle",
            counted_from=one.start,
            interval_days=0,
            not_before=one.start,
            detail=detail,
        )
    last = given[-1]
    return one.demand(
        rule,
        rule.item,
        text=wording.next_cycle(one.name, rule.interval_days),
        phase=f"cycle {len(given) + 1}",
        counted_from=last.first_on,
        interval_days=rule.interval_days,
        repeats=True,
        predicates=(Predicate(wording.counted_from_last(last.first_on), Truth.TRUE, (last.infusion,)),),
        last_done=last,
        not_before=days_after(last.first_on, rule.interval_days),
        detail=detail,
    )


def _course_dose(one: Running, rule: InfusionRule) -> str:
    """The published dose worked out from the latest dated weight; without a weight, no amount is given."""
    if rule.grams_per_kilogram is None:
        return ""
    weight = weight_on(one.chart.patient.weights, one.chart.as_of)
    if weight is None:
        text = wording.course_dose_unknown(rule.grams_per_kilogram)
    else:
        age = (one.chart.as_of - weight.on).days
        text = wording.course_dose(rule.grams_per_kilogram, weight.kilograms, weight.on, age)
    if rule.days_from is not None and rule.days_to is not None:
        text = f"{text}, {wording.over_days(rule.days_from, rule.days_to)}"
    return f"{text}."


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
            )
            break


def _after_text(one: Running, rule: AfterInfusionRule, base: Base) -> str:
    if base.cycle is None:
        return wording.after_no_cycle(one.name, base.word, base.on, rule.days)
    return wording.after_cycle(one.name, base.on, rule.days)


def _base_predicate(base: Base) -> Predicate:
    if base.cycle is None:
        return Predicate(wording.no_infusion(), Truth.UNKNOWN)
    return Predicate(wording.infusion_given(base.on), Truth.TRUE, (base.cycle.infusion,))


def _cycle_review(one: Running, rule: CycleReviewRule, given: list[Cycle]) -> Iterator[Demand]:
    """Due once enough cycles were given since the last review; the cycle that completes them starts the count."""
    last_review = one.last_since_start(rule.item)
    since = [cycle for cycle in given if last_review is None or cycle.first_on > last_review]
    if len(since) < rule.after_cycles:
        return
    deciding = since[rule.after_cycles - 1]
    counted_since = last_review or one.start
    yield one.demand(
        rule,
        rule.item,
        text=wording.cycle_review(one.name, len(since), counted_since, rule.after_cycles, rule.latest_cycle),
        phase=f"after {rule.after_cycles} cycles",
        counted_from=deciding.first_on,
        interval_days=rule.due_days,
        predicates=tuple(
            Predicate(wording.infusion_given(cycle.first_on), Truth.TRUE, (cycle.infusion,)) for cycle in since
        ),
    )
