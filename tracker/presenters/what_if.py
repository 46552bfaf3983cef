"""The sandbox as its page shows it: the pathway and the calendar as recorded, beside what they would be."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.calendar import Calendar, CalendarItem, CalendarVisit, InfusionDays, calendar
from monitoring.rules.guard import baseline_findings
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.status import days_after
from regimens.protocol.load import load as load_pathway
from regimens.rules.comparison import Difference, differences
from regimens.rules.findings import PathwayFindings
from regimens.rules.guard import guard
from regimens.rules.guard_findings import GuardFinding, in_order
from regimens.rules.pathway import evaluate
from regimens.rules.proposals import ChangeDose, Proposal, StartDrug, StopDrug, Taper, applied, begun_by
from regimens.rules.raising import said_of_a_raise
from regimens.rules.vocabulary import CourseRole
from tracker import display

DAYS_AHEAD = 364  # a year of the monitoring protocol: 12 months of 4 weeks and one more


@dataclass(frozen=True, slots=True)
class GivenCourse:
    """A course that a change can be about. `stopped`: a change here ends it."""

    id: str
    name: str
    role: CourseRole
    start_on: date
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """One fact about where the patient stands, as recorded and as it would be."""

    name: str
    now: str
    then: str

    @property
    def changed(self) -> bool:
        return self.now != self.then


@dataclass(frozen=True, slots=True)
class MonthShown:
    """One calendar month: how many visits, on which days infusions, and which items come in addition or no more."""

    first: date
    now: int
    then: int
    infusions: tuple[InfusionDays, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VisitShown:
    """One visit with the changes. `new`: as recorded there is none on that day. `added`: items new on that day."""

    on: date
    items: tuple[CalendarItem, ...]
    added: frozenset[tuple[str, str]]
    new: bool
    infusions: tuple[InfusionDays, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything that the sandbox shows of its changes. `on`: the day for which the two pathways are compared."""

    on: date
    now: PathwayFindings
    then: PathwayFindings
    facts: tuple[Compared, ...]
    differences: tuple[Difference, ...]
    calendar: Calendar
    months: tuple[MonthShown, ...]
    visits: tuple[VisitShown, ...]
    visits_now: int

    @property
    def visits_then(self) -> int:
        return len(self.calendar.visits)


def preview(
    record: MonitoringRecord, proposals: Sequence[Proposal], today: date, monitoring: MonitoringProtocol
) -> Preview:
    """The record beside the same record with the proposals saved, in their order.

    The pathways are compared for the day on which the last of the changes holds, today at the earliest: a drug that is
    started next week changes nothing today. The calendars run from today.
    """
    pathway = load_pathway()
    changed = replace(record, treatment=applied(record.treatment, proposals))
    on = max((today, *(proposal.on for proposal in proposals if not isinstance(proposal, Taper))))
    now, then = evaluate(record.treatment, pathway, on), evaluate(changed.treatment, pathway, on)
    until = days_after(today, DAYS_AHEAD)
    ahead_now, ahead = (calendar(one, monitoring, today, until) for one in (record, changed))
    return Preview(
        on=on,
        now=now,
        then=then,
        facts=tuple(_facts(now, then)),
        differences=differences(now, then),
        calendar=ahead,
        months=tuple(_months(ahead_now, ahead)),
        visits=tuple(_visits(ahead_now, ahead)),
        visits_now=len(ahead_now.visits),
    )


def given_courses(record: MonitoringRecord, proposals: Sequence[Proposal]) -> dict[str, GivenCourse]:
    """The courses that a change can be about, by id: those without an end, and those that a change here begins."""
    found = {
        course.id: GivenCourse(course.id, _drug_name(course.drug, course.drug_text), course.role, course.start_on)
        for course in record.treatment.courses
        if not course.never_given and course.stop_on is None
    }
    for number, proposal in enumerate(proposals, start=1):
        if isinstance(proposal, StartDrug):
            name, identity = _drug_name(proposal.drug, proposal.drug_text), begun_by(number)
            found[identity] = GivenCourse(identity, name, proposal.role, proposal.on)
        elif isinstance(proposal, StopDrug) and proposal.course in found:
            found[proposal.course] = replace(found[proposal.course], stopped=True)
    return found


def change_words(proposal: Proposal, courses: Mapping[str, GivenCourse]) -> str:
    """One change in a sentence: what, from when, how much."""
    if isinstance(proposal, StartDrug):
        name = _drug_name(proposal.drug, proposal.drug_text)
        return f"Start {name} on {display.day(proposal.on, proposal.precision)}: {display.dose(proposal.dose)}"
    name = courses[proposal.course].name if proposal.course in courses else "a course that has ended"
    if isinstance(proposal, StopDrug):
        return f"Stop {name} on {display.day(proposal.on, proposal.precision)}: {proposal.reason.label}"
    if isinstance(proposal, Taper):
        return f"Taper {name}: {', '.join(_step_words(on, milligrams) for on, milligrams in proposal.steps)}"
    return f"Change the dose of {name} from {display.day(proposal.on)}: {display.dose(proposal.dose)}"


def guard_messages(
    record: MonitoringRecord,
    proposals: Sequence[Proposal],
    today: date,
    monitoring: MonitoringProtocol,
    against: Sequence[GuardFinding] = (),
) -> list[tuple[GuardFinding, ...]]:
    """What the dose guard says of each change, seen from the record that the changes before it leave.

    `against`: what on the record as it is speaks against starting or raising a drug.
    """
    said: list[tuple[GuardFinding, ...]] = []
    for place, proposal in enumerate(proposals):
        if isinstance(proposal, StartDrug | ChangeDose):
            before = replace(record, treatment=applied(record.treatment, proposals[:place]))
            said.append(_guard(before, proposal, today, monitoring, against))
        else:
            said.append(())
    return said


def _guard(
    before: MonitoringRecord,
    proposal: StartDrug | ChangeDose,
    today: date,
    monitoring: MonitoringProtocol,
    against: Sequence[GuardFinding],
) -> tuple[GuardFinding, ...]:
    found = guard(before.treatment, load_pathway(), proposal, today)
    if isinstance(proposal, ChangeDose):
        return in_order([*found, *said_of_a_raise(before.treatment, proposal, against)])
    screen = baseline_findings(before, monitoring, proposal.drug, proposal.on, proposal.route)
    return in_order([*found, *screen, *against])


def _step_words(on: date, milligrams: Decimal) -> str:
    if not milligrams:
        return f"stop on {display.day(on)}"
    return f"{display.quantity(milligrams, 'mg')} a day from {display.day(on)}"


def _drug_name(drug: str, text: str) -> str:
    entry = load_pathway().drugs.get(drug)
    return entry.name if entry is not None else text or drug


def _facts(now: PathwayFindings, then: PathwayFindings) -> Iterator[Compared]:
    rows: tuple[tuple[str, Callable[[PathwayFindings], str]], ...] = (
        ("Severity", lambda found: found.severity.group.label),
        ("Phase", lambda found: found.phase.phase.label),
        (
            "Line of therapy reached",
            lambda found: f"line {found.line_reached}" if found.line_reached else "no line yet",
        ),
        ("Judged to have failed", lambda found: _listed(f"line {line}" for line in found.failed_lines)),
        ("Taken", lambda found: _listed(standing.drug_name for standing in found.running)),
        ("What the algorithm says next", lambda found: found.next_step.text or found.next_step.word.label),
        ("Options", lambda found: _listed(option.name for option in found.options if not option.blocked)),
    )
    for name, words in rows:
        yield Compared(name, words(now), words(then))


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words) or "none"


def _months(now: Calendar, then: Calendar) -> Iterator[MonthShown]:
    first = then.from_on.replace(day=1)
    while first <= then.until:
        visits_now, visits_then = _of_month(now.visits, first), _of_month(then.visits, first)
        items_now, items_then = _item_names(visits_now), _item_names(visits_then)
        yield MonthShown(
            first=first,
            now=len(visits_now),
            then=len(visits_then),
            infusions=tuple(one for one in then.infusion_days if _same_month(one.first_on, first)),
            added=_more(items_then - items_now),
            removed=_more(items_now - items_then),
        )
        first = _next_month(first)


def _visits(now: Calendar, then: Calendar) -> Iterator[VisitShown]:
    before = {visit.on: _keys(visit) for visit in now.visits}
    steps: dict[date, list[str]] = {}
    for step in then.taper_steps:
        steps.setdefault(step.on, []).append(f"{step.drug_name}: {step.text}")
    days = {visit.on: visit.items for visit in then.visits}
    for on in sorted({*days, *steps}):
        items = days.get(on, ())
        yield VisitShown(
            on=on,
            items=items,
            added=frozenset(_keys(CalendarVisit(on, items)) - before.get(on, set())),
            new=bool(items) and on not in before,
            infusions=tuple(one for one in then.infusion_days if one.first_on == on),
            steps=tuple(steps.get(on, ())),
        )


def _keys(visit: CalendarVisit) -> set[tuple[str, str]]:
    return {item.key for item in visit.items}


def _item_names(visits: Iterable[CalendarVisit]) -> Counter[str]:
    return Counter(item.name for visit in visits for item in visit.items)


def _more(names: Counter[str]) -> tuple[str, ...]:
    return tuple(name if count == 1 else f"{name} ({count} times)" for name, count in sorted(names.items()))


def _of_month(visits: Sequence[CalendarVisit], first: date) -> list[CalendarVisit]:
    return [visit for visit in visits if _same_month(visit.on, first)]


def _same_month(day: date, other: date) -> bool:
    return (day.year, day.month) == (other.year, other.month)


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
