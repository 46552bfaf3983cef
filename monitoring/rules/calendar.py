"""The monitoring calendar of the days ahead: visits, tests, infusion days and taper steps, merged over all drugs.

There is one definition of what is due, `schedule.evaluate`. The calendar runs it forward: each visit is taken to happen
on its day with normal results, each infusion and taper step to be given as planned, and the rules then say what comes
next. Nothing of it is a forecast of what will be found.
"""

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date

from monitoring.protocol.definitions import InfusionRule, MonitoringProtocol, OnceRule
from monitoring.rules import wording, wording_doses
from monitoring.rules.assumed import (
    answers,
    as_planned,
    planned_steps,
    turning_days,
    with_assessment,
    with_infusions,
    with_samples,
)
from monitoring.rules.findings import DueFinding, ItemKind, MonitoringFindings
from monitoring.rules.infusions import infusion_rule
from monitoring.rules.intervals import pause_end
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.schedule import evaluate
from monitoring.rules.status import days_after
from monitoring.rules.visits import Wanted, visit_days
from patients.rules.reasons import Reason, RuleKind
from regimens.rules.record import Course

_HOUSE = "How this software looks ahead"


@dataclass(frozen=True, slots=True)
class CalendarItem:
    """One thing to be done at a visit: for which drug first, for which others too, and why on that day."""

    item: str
    occasion: str
    name: str
    kind: ItemKind
    drug: str
    drug_name: str
    also_for: tuple[str, ...]
    due_on: date
    phase: str
    detail: str
    reason: Reason

    @property
    def key(self) -> tuple[str, str]:
        """What it is: unique among the items of one visit."""
        return self.item, self.occasion


@dataclass(frozen=True, slots=True)
class CalendarVisit:
    """One visit and everything that it serves."""

    on: date
    items: tuple[CalendarItem, ...]


@dataclass(frozen=True, slots=True)
class InfusionDays:
    """A cycle that begins on `first_on` and takes `fewest_days` to `most_days` consecutive days."""

    first_on: date
    item: str
    name: str
    drug: str
    drug_name: str
    fewest_days: int
    most_days: int

    @property
    def last_on(self) -> date:
        """The last day of the cycle if it takes as long as it may."""
        return days_after(self.first_on, self.most_days - 1)


@dataclass(frozen=True, slots=True)
class CalendarStep:
    """A planned taper step: from this day so many mg a day, 0 for none."""

    on: date
    course: str
    drug: str
    drug_name: str
    step: str
    text: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """What lies ahead from `from_on` to `until`, both days included, if all goes as `assumption` says.

    `notes` says what asks for nothing on the first day, and what could not be placed.
    """

    from_on: date
    until: date
    protocol_version: str
    visits: tuple[CalendarVisit, ...]
    infusion_days: tuple[InfusionDays, ...]
    taper_steps: tuple[CalendarStep, ...]
    assumption: Reason
    notes: tuple[Reason, ...]


def calendar(record: MonitoringRecord, protocol: MonitoringProtocol, from_on: date, until: date) -> Calendar:
    """The merged calendar from one day to another.

    What is overdue on `from_on` is taken to be done that day, what was put off or paused on the day it was put off to
    or the pause ends; samples on their way come back. Total, as `evaluate` is, and done after at most one step for each
    day between the two.
    """
    walk = _Walk(with_samples(as_planned(record, from_on), protocol, from_on), protocol, from_on, until)
    walk.run()
    visits = tuple(walk.visits)
    return Calendar(
        from_on=from_on,
        until=until,
        protocol_version=protocol.version,
        visits=visits,
        infusion_days=tuple(_infusion_days(visits, record, protocol)),
        taper_steps=_steps(record, protocol, from_on, until),
        assumption=_reason("monitoring.calendar", wording.calendar_assumption(from_on), protocol),
        notes=(*walk.quiet, *_open_ended(record, protocol, from_on, until), *walk.not_placed),
    )


_Key = tuple[str, str]


class _Walk:
    """Goes from visit to visit. Each step lies at least one day after the one before, so that it ends."""

    def __init__(self, record: MonitoringRecord, protocol: MonitoringProtocol, from_on: date, until: date) -> None:
        self.record = record
        self.protocol = protocol
        self.from_on = from_on
        self.until = until
        self.turnings = turning_days(record, protocol, from_on, until)
        held = [*(snooze.until for snooze in record.snoozes), *(pause_end(pause) for pause in record.pauses)]
        self.put_off_until = max(held, default=date.min)
        self.visits: list[CalendarVisit] = []
        self.quiet: tuple[Reason, ...] = ()
        self.not_placed: list[Reason] = []
        self.done_on: dict[_Key, date] = {}
        self.times_done: dict[_Key, int] = {}
        self.not_before: dict[_Key, date] = {}
        self.unanswered: set[tuple[_Key, date, str]] = set()

    def run(self) -> None:
        """Fills `visits`, and with them everything else."""
        day = self.from_on
        while day <= self.until:
            found = evaluate(self.record, self.protocol, day)
            if day == self.from_on:
                self.quiet = found.quiet_reasons
            self._notice_unanswered(found)
            planned = self._planned(found)
            visit_on = min((on for on, _ in planned), default=None)
            turning = self._next_turning(found, day)
            if turning is not None and (visit_on is None or turning <= visit_on):
                day = turning
            elif visit_on is None or visit_on > self.until:
                return
            elif visit_on > day and self.put_off_until > day:
                day = visit_on  # what was put off may be due only then
            else:
                self._visit(visit_on, [due for on, due in planned if on == visit_on])
                if visit_on == self.until:
                    return
                day = days_after(visit_on, 1)

    def _next_turning(self, found: MonitoringFindings, day: date) -> date | None:
        """The next day on which something changes without a visit, the end of a waiver included."""
        ahead = self.turnings[bisect_right(self.turnings, day) : bisect_right(self.turnings, day) + 1]
        ahead += [one.until for one in found.waived if one.until is not None and one.until > day]
        return min(ahead, default=None)

    def _planned(self, found: MonitoringFindings) -> list[tuple[date, DueFinding]]:
        """Each item with its visit: the rule's own day, unless something has to wait."""
        wanted = [due for due in found.due if _signature(due) not in self.unanswered]
        waits = {(due.item, due.occasion): wait for due in wanted if (wait := self._waits_until(due)) > found.as_of}
        if not waits and len(wanted) == len(found.due):
            return [(due.visit_on, due) for due in wanted]

        def due_on(due: DueFinding) -> date:
            return max(due.due_on, waits.get((due.item, due.occasion), date.min))

        def want(due: DueFinding) -> Wanted:
            first_day = waits.get((due.item, due.occasion), due.driver.not_before)
            return Wanted(due_on(due), first_day, due.item, due.driver.taken_with)

        wanted.sort(key=lambda due: (due_on(due), due.item, due.occasion))
        days = visit_days(map(want, wanted), found.as_of, self.protocol.defaults.pull_forward_days)
        return list(zip(days, wanted, strict=True))

    def _waits_until(self, due: DueFinding) -> date:
        until = due.snoozed_until or date.min, due.paused_until or date.min
        return max(self.not_before.get((due.item, due.occasion), date.min), *until)

    def _visit(self, on: date, due: list[DueFinding]) -> None:
        results = list(self.record.results)
        for one in due:
            results.extend(answers(one, self.protocol, on))
            if one.kind is ItemKind.INFUSION:
                self.record = with_infusions(self.record, one, on)
            elif self.protocol.items[one.item].by_risk_assessment:
                self.record = with_assessment(self.record, on)
            self.done_on[one.item, one.occasion] = on
        self.record = replace(self.record, results=tuple(results))
        self.visits.append(CalendarVisit(on, tuple(_item(one) for one in due)))

    def _notice_unanswered(self, found: MonitoringFindings) -> None:
        """What is still due although it was just done: some are needed twice, and the second has to wait its days."""
        by_key = {(due.item, due.occasion): due for due in found.due}
        for key, on in self.done_on.items():
            due = by_key.get(key)
            if due is None or due.due_on > on:
                self.times_done.pop(key, None)
                self.not_before.pop(key, None)
                continue
            self.times_done[key] = self.times_done.get(key, 0) + 1
            rules = [rule for rule in self._once_rules(due) if rule.times > self.times_done[key]]
            if rules:
                self.not_before[key] = days_after(on, max(1, *(rule.apart_days for rule in rules)))
            else:
                self.unanswered.add(_signature(due))
                self.not_placed.append(
                    _reason("monitoring.not_placed", wording.not_placed(due.name, on), self.protocol)
                )
        self.done_on.clear()

    def _once_rules(self, due: DueFinding) -> list[OnceRule]:
        asking = {driver.rule_id for driver in (due.driver, *due.other_drivers)}
        drugs = (self.protocol.drugs[driver.drug] for driver in (due.driver, *due.other_drivers))
        return [rule for drug in drugs for rule in (*drug.baseline, *drug.once) if rule.id in asking]


def _signature(due: DueFinding) -> tuple[_Key, date, str]:
    return (due.item, due.occasion), due.due_on, due.driver.rule_id


def _item(due: DueFinding) -> CalendarItem:
    others = dict.fromkeys(driver.drug_name for driver in due.other_drivers if driver.paused_until is None)
    return CalendarItem(
        item=due.item,
        occasion=due.occasion,
        name=due.name,
        kind=due.kind,
        drug=due.driver.drug,
        drug_name=due.driver.drug_name,
        also_for=tuple(name for name in others if name != due.driver.drug_name),
        due_on=due.due_on,
        phase=due.driver.phase,
        detail=due.detail,
        reason=due.driver.reason,
    )


def _infusion_days(
    visits: tuple[CalendarVisit, ...], record: MonitoringRecord, protocol: MonitoringProtocol
) -> list[InfusionDays]:
    """The plan of a course says how many days a cycle takes; without one the protocol says between how many."""
    planned = {
        course.drug: course.infusion_plan.days_per_cycle
        for course in record.treatment.courses
        if course.infusion_plan is not None and course.stop_on is None
    }
    found = []
    for visit in visits:
        for item in visit.items:
            if item.kind is ItemKind.INFUSION:
                rule = _infusion_rule(protocol, item)
                fewest = planned.get(item.drug) or (rule.days_from if rule else None) or 1
                most = planned.get(item.drug) or max(fewest, (rule.days_to if rule else None) or 1)
                found.append(InfusionDays(visit.on, item.item, item.name, item.drug, item.drug_name, fewest, most))
    return found


def _infusion_rule(protocol: MonitoringProtocol, item: CalendarItem) -> InfusionRule | None:
    return next((rule for rule in protocol.drugs[item.drug].infusion if rule.id == item.reason.rule_id), None)


def _steps(
    record: MonitoringRecord, protocol: MonitoringProtocol, from_on: date, until: date
) -> tuple[CalendarStep, ...]:
    found = []
    for course in record.treatment.courses:
        for step in planned_steps(course, from_on):
            if step.on <= until:
                name = _name(course, protocol)
                text = wording_doses.planned_step(step.on, step.milligrams_per_day)
                found.append(CalendarStep(step.on, course.id, course.drug, name, step.id, text))
    return tuple(sorted(found, key=lambda step: (step.on, step.drug_name, step.course, step.step)))


def _open_ended(record: MonitoringRecord, protocol: MonitoringProtocol, from_on: date, until: date) -> list[Reason]:
    """Drugs given in pulses for which nobody says when the next is: only what follows given ones is listed."""
    drugs = set()
    for course in record.treatment.courses:
        drug = protocol.drugs.get(course.drug)
        ahead = course.start_on <= until and (course.stop_on is None or course.stop_on > from_on)
        if drug is None or course.never_given or not ahead:
            continue
        rule = infusion_rule(drug, course.route)
        if rule is not None and (rule.interval_days is not None or course.infusion_plan is not None):
            continue
        if any(not rule.routes or course.route in rule.routes for rule in drug.after_infusion):
            drugs.add(drug.name)
    return [_reason("monitoring.open_ended", wording.pulses_not_planned(name), protocol) for name in sorted(drugs)]


def _name(course: Course, protocol: MonitoringProtocol) -> str:
    drug = protocol.drugs.get(course.drug)
    return drug.name if drug is not None else course.drug_text or course.drug


def _reason(rule_id: str, text: str, protocol: MonitoringProtocol) -> Reason:
    return Reason(rule_id, text, RuleKind.LOCAL_READING, _HOUSE, protocol.version)
