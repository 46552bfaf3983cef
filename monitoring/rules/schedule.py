"""What is due for one patient as of a day: the entry to the monitoring rules."""

from datetime import date

from monitoring.protocol.definitions import DrugMonitoring, MonitoringProtocol
from monitoring.rules import infusions, symptoms, wording
from monitoring.rules.demands import Chart, Demand, Running
from monitoring.rules.drivers import demands
from monitoring.rules.findings import DueFinding, MonitoringFindings, VisitFinding
from monitoring.rules.intervals import risk_on
from monitoring.rules.merge import Draft, drafts, finding
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.samples import Samples
from monitoring.rules.visits import Wanted, visit_days
from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Predicate, Reason, RuleKind, Truth
from patients.rules.vocabulary import PatientStatus
from regimens.rules.record import Course

_HOUSE = "How this software reads the record"


def evaluate(
    record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date, *, only_repeating: bool = False
) -> MonitoringFindings:
    """Everything due on or after `as_of`, and overdue before it, with reasons; soonest first.

    `only_repeating`: without what is asked for once. A baseline test that was never done is due before the first of the
    repeated ones, and would stand for all of them.

    Nothing recorded for a day after `as_of` changes what is due, except what is a plan: taper steps, and a stop that is
    recorded ahead, from which on no infusion is planned. A course that begins later is named in `quiet_reasons`. The
    order of rows has no meaning. Raises nothing on odd records: what is not known is said to be unknown.
    """
    gone = _left_care(record, protocol, as_of)
    if gone is not None:
        return MonitoringFindings(as_of, protocol.version, (), (), (gone,))
    risk = risk_on(record, protocol, as_of) if protocol.risk_tiers else None
    chart = Chart(record, protocol, as_of, Samples(record, protocol, as_of), risk)
    running: list[Running] = []
    stopped: list[Demand] = []
    quiet: list[Reason] = []
    for course in sorted(
        record.treatment.courses, key=lambda course: (course.start_on, course.drug, entry_order(course.id))
    ):
        if course.never_given and course.start_on > as_of:
            continue
        drug = protocol.drugs.get(course.drug)
        follows = _after_stop(course, drug, chart)
        stopped += follows
        why = _quiet(course, drug, protocol, as_of, still_asks=bool(follows))
        if why is not None:
            quiet.append(why)
        elif drug is not None:
            running.append(Running(course, drug, chart))
    asked = list(demands(chart, running))
    quiet.extend(_asks_nothing(one) for one in running if _is_silent(one, asked))
    quiet.extend(_other_route(one) for one in running if _by_other_route(one))
    if not record.treatment.courses:
        quiet.append(_reason("monitoring.no_course", wording.no_course(), protocol.version))
    counted = [one for one in (*asked, *stopped) if not only_repeating or one.driver.interval_days is not None]
    found, waived = drafts(chart, counted)
    wanted = [_wanted(draft) for draft in found]
    days = visit_days(wanted, as_of, protocol.defaults.pull_forward_days)
    due = tuple(finding(draft, day) for draft, day in zip(found, days, strict=True))
    return MonitoringFindings(as_of, protocol.version, due, _visits(due), tuple(quiet), tuple(waived))


def _wanted(draft: Draft) -> Wanted:
    first = draft.group[0]
    driver = first.driver
    return Wanted(draft.standing.due_on, driver.not_before, first.item, driver.taken_with, draft.is_held)


def _visits(due: tuple[DueFinding, ...]) -> tuple[VisitFinding, ...]:
    """The visits, soonest first, each with the items that it serves."""
    by_day: dict[date, list[str]] = {}
    for one in due:
        items = by_day.setdefault(one.visit_on, [])
        if one.item not in items:
            items.append(one.item)
    return tuple(VisitFinding(on, tuple(by_day[on])) for on in sorted(by_day))


def _left_care(record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date) -> Reason | None:
    """Why nothing is due for a patient who died or went elsewhere. Without a date it holds on every day."""
    person = record.treatment.patient.person
    if person.status == PatientStatus.ACTIVE or (person.status_on is not None and person.status_on > as_of):
        return None
    text = wording.patient_left(person.status.label, person.status_on)
    fact = FactReference("patient", person.id, text)
    return _reason("monitoring.left_care", text, protocol.version, (Predicate(text, Truth.TRUE, (fact,)),))


def _quiet(
    course: Course, drug: DrugMonitoring | None, protocol: MonitoringProtocol, as_of: date, *, still_asks: bool
) -> Reason | None:
    """Why a course asks for nothing, or for nothing more, on the day; None when it is running and has rules."""
    name = drug.name if drug is not None else course.drug_text or course.drug
    if course.start_on > as_of:
        rule_id, text = "monitoring.not_begun", wording.course_not_begun(name, course.start_on)
    elif course.never_given:
        rule_id, text = "monitoring.never_given", wording.course_never_given(name)
    elif course.stop_on is not None and course.stop_on <= as_of:
        after_stop = drug.after_stop if drug is not None else ""
        say = wording.course_stopped_still_asks if still_asks else wording.course_stopped
        rule_id, text = "monitoring.stopped", say(name, course.stop_on, after_stop)
    elif drug is None:
        rule_id, text = "monitoring.unknown_drug", wording.course_unknown(name)
    elif drug.nothing_needed:
        rule_id, text = "monitoring.nothing_needed", drug.nothing_needed
    else:
        return None
    fact = FactReference("course", course.id, wording.from_day_label(name, course.start_on, course.start_precision))
    return _reason(rule_id, text, protocol.version, (Predicate(text, Truth.TRUE, (fact,)),))


def _after_stop(course: Course, drug: DrugMonitoring | None, chart: Chart) -> list[Demand]:
    """What a stopped course still asks for: what follows its last infusions, and the tests that symptoms make due."""
    if drug is None or course.never_given or course.start_on > chart.as_of:
        return []
    if course.stop_on is None or course.stop_on > chart.as_of:
        return []
    if not drug.after_infusion and not chart.record.symptoms_told:
        return []
    one = Running(course, drug, chart)
    return [*infusions.demands_after_stop(one, course.stop_on), *symptoms.demands_after_stop(one, course.stop_on)]


def _is_silent(one: Running, asked: list[Demand]) -> bool:
    return not any(demand.driver.course is one.reference for demand in asked)


def _asks_nothing(one: Running) -> Reason:
    text = wording.course_needs_none(one.name)
    version = one.chart.protocol.version
    return _reason("monitoring.complete", text, version, (Predicate(text, Truth.TRUE, (one.reference,)),))


def _by_other_route(one: Running) -> bool:
    """Whether the protocol's own cycles are not for this route; a rule that only a plan fills has none."""
    return any(
        rule.interval_days is not None and rule.routes and one.course.route not in rule.routes
        for rule in one.drug.infusion
    )


def _other_route(one: Running) -> Reason:
    text = wording.route_outside(one.name, one.course.route.label)
    version = one.chart.protocol.version
    return _reason("monitoring.other_route", text, version, (Predicate(text, Truth.TRUE, (one.reference,)),))


def _reason(rule_id: str, text: str, version: str, predicates: tuple[Predicate, ...] = ()) -> Reason:
    return Reason(rule_id, text, RuleKind.LOCAL_READING, _HOUSE, version, predicates)
