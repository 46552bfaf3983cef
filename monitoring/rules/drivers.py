"""What each running course asks for: its baseline, what is done once, what repeats, its levels and its reviews."""

from collections.abc import Iterator
from datetime import date

from monitoring.protocol.definitions import OnceRule, Pair, PatientGroup, RepeatRule, ReviewRule, TroughRule
from monitoring.rules import eyes, infusions, pace, steroid, symptoms, wording, wording_results
from monitoring.rules.demands import Chart, Demand, Running, RunningPair
from monitoring.rules.levels import is_trough, trough_windows
from monitoring.rules.pace import Pace
from monitoring.rules.record import IntervalOverride
from monitoring.rules.samples import Done
from monitoring.rules.status import days_after
from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.vocabulary import Sex


def demands(chart: Chart, running: list[Running]) -> Iterator[Demand]:
    """Everything that the running courses ask for, each on its own."""
    for one in running:
        for rule in one.drug.baseline:
            yield from _once(one, rule, "baseline")
        for rule in one.drug.once:
            yield from _once(one, rule, "once")
        for repeat in one.drug.repeat:
            if not repeat.routes or one.course.route in repeat.routes:
                yield from _repeat(one, repeat)
        for trough in one.drug.trough:
            yield _trough(one, trough)
        yield from infusions.demands(one)
        for eye_rule in one.drug.eye_screening:
            yield eyes.demand(one, eye_rule)
        for review in one.drug.review:
            yield _review(one, review)
    yield from steroid.demands(chart, running)
    yield from symptoms.demands(chart, running)
    for pair in chart.protocol.pairs:
        yield from _pair(pair, running)


def _once(one: Running, rule: OnceRule, phase: str) -> Iterator[Demand]:
    if rule.routes and one.course.route not in rule.routes:
        return
    samples = one.chart.samples
    earliest = date.min if rule.ever else days_after(one.start, rule.due_days - rule.counts_days_before)
    for item in rule.items:
        last = samples.last_day(item)
        done = 0
        if last is not None and last >= earliest:
            done = 1 if rule.times == 1 else _times_done(samples.days_from(item, earliest), rule.apart_days)
        if done >= rule.times:
            continue
        applies = _applies(one, rule.group)
        if applies is Truth.FALSE:
            return
        text = (
            wording.before_first_dose(one.name, one.start, rule.times, done)
            if rule.due_days == 0
            else wording.once_after_start(one.name, one.start, rule.due_days)
        )
        predicates: tuple[Predicate, ...] = ()
        if rule.group:
            text = wording.drug_with_group(text, one.chart.protocol.groups[rule.group].name)
        if applies is Truth.UNKNOWN:
            predicates = (Predicate(wording.group_unknown(), Truth.UNKNOWN),)
        yield one.demand(
            rule,
            item,
            text=text,
            phase=phase,
            counted_from=one.start,
            interval_days=rule.due_days,
            predicates=predicates,
            not_before=earliest if rule.due_days else None,
            asked_since=one.start,
        )


def _times_done(days: list[date], apart_days: int) -> int:
    """How many of the days count when each must lie so many days after the one counted before it."""
    count, counted = 0, None
    for day in days:
        if counted is None or (day - counted).days >= apart_days:
            count, counted = count + 1, day
    return count


def _applies(one: Running, group_id: str) -> Truth:
    """Whether the patient belongs to the group on the day of the start. Unknown sex or age counts as unknown."""
    if not group_id:
        return Truth.TRUE
    group: PatientGroup = one.chart.protocol.groups[group_id]
    person = one.chart.patient.person
    if person.sex not in group.sexes:
        return Truth.FALSE
    if person.born is None:
        return Truth.UNKNOWN
    born, start = person.born, one.start
    age = start.year - born.year - ((start.month, start.day) < (born.month, born.day))
    if not group.age_from <= age <= group.age_to:
        return Truth.FALSE
    return Truth.TRUE if person.sex in (Sex.FEMALE, Sex.MALE) else Truth.UNKNOWN


def _repeat(one: Running, rule: RepeatRule | Pair) -> Iterator[Demand]:
    known: dict[tuple[date | None, IntervalOverride | None], Pace] = {}
    for item in rule.items:
        last, override = one.last_since_start(item), one.override(item)
        found = known.get((last, override))
        if found is None:
            found = known[last, override] = pace.of(one, rule, last, override)
        last_done, predicates = one.since_last(item, last)
        yield one.demand(
            rule,
            item,
            text="",
            phase=found.due.phase.name,
            counted_from=found.due.counted_from,
            interval_days=found.due.interval_days,
            repeats=True,
            last_done=last_done,
            reason=found.reason(one, rule, predicates),
            override=found.override,
        )


def _review(one: Running, rule: ReviewRule) -> Demand:
    """The next review. One made before this drug was begun counts: it is the patient who is reviewed."""
    last = one.chart.samples.last_day(rule.item)
    last_done, predicates = one.since_last(rule.item, last)
    counted_from, interval_days = max(one.start, rule.asked_from), rule.first_days
    text = wording.first_review(one.name, counted_from, rule.first_days)
    if last is not None and days_after(last, rule.interval_days) > days_after(counted_from, interval_days):
        counted_from, interval_days = last, rule.interval_days
        text = wording.next_review(one.name, rule.interval_days)
    return one.demand(
        rule,
        rule.item,
        text=text,
        phase="yearly",
        counted_from=counted_from,
        interval_days=interval_days,
        repeats=True,
        predicates=predicates,
        last_done=last_done,
        asked_since=one.start,
    )


def _trough(one: Running, rule: TroughRule) -> Demand:
    """The next level. A sample taken at another time after the dose answers nothing, and the finding says so."""
    analyte = one.chart.protocol.items[rule.item].satisfied_by[0][0]
    last_done: Done | None = None
    detail = ""
    for result in one.chart.samples.rows(analyte):
        if result.sampled_on < one.start:
            continue
        windows = trough_windows(rule, one.course, result.sampled_on)
        if any(is_trough(result, window) for window in windows):
            label = wording.last_done_label(one.chart.protocol.items[rule.item].name, result.sampled_on)
            last_done, detail = (result.sampled_on, FactReference("result", result.id, label)), ""
        elif last_done is None or result.sampled_on > last_done[0]:
            hours = result.hours_after_dose
            detail = wording_results.not_a_trough(result.sampled_on, hours, windows[0].hours_from, windows[0].hours_to)
    found = pace.of(one, rule, None if last_done is None else last_done[0], one.override(rule.item))
    due = found.due
    predicates = (
        (Predicate(wording.counted_from_start(one.start), Truth.TRUE, (one.reference,)),)
        if last_done is None
        else (Predicate(wording.counted_from_last(last_done[0]), Truth.TRUE, (last_done[1],)),)
    )
    not_before = days_after(due.counted_from, due.phase.not_before_days) if due.phase.not_before_days else None
    return one.demand(
        rule,
        rule.item,
        text="",
        phase=due.phase.name,
        counted_from=due.counted_from,
        interval_days=due.interval_days,
        repeats=True,
        last_done=last_done,
        not_before=not_before,
        detail=detail,
        asked_since=max(one.asks_since, found.restarted_on or one.start),
        reason=found.reason(one, rule, predicates),
        override=found.override,
        taken_with=due.phase.taken_with,
    )


def _pair(pair: Pair, running: list[Running]) -> Iterator[Demand]:
    members = [one for one in running if one.drug.id in pair.drugs]
    if {one.drug.id for one in members} == set(pair.drugs):
        yield from _repeat(RunningPair(pair, members), pair)
