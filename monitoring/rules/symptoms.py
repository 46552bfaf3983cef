"""Symptoms told at a contact: what has to be seen at once, and the test that they make due.

A test becomes due for whoever takes a drug that asks for it again and again, and not only at its start: those are the
drugs that can harm what it measures. One sampled on the day of the contact or later answers it. The stop of the drug
does not: what was told before it or within the rule's days after it is still asked for (ADR 0052).
"""

from collections.abc import Iterator
from datetime import date

from monitoring.protocol.definitions import RULE_LISTS, DrugMonitoring, MonitoringProtocol, SymptomRule
from monitoring.rules import wording, wording_results
from monitoring.rules.demands import Chart, Demand, Running
from monitoring.rules.findings import AlertFinding
from monitoring.rules.levels import days_since_stop, taken_on
from monitoring.rules.record import MonitoringRecord, SymptomsTold
from monitoring.rules.status import days_after
from monitoring.rules.vocabulary import AlertGrade, AlertLevel, Symptom
from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Predicate, Reason, Truth

_RANK = {grade: place for place, grade in enumerate(AlertGrade)}
_PHASE = "at once"
_ONCE = ("baseline", "once")


def alert_about(told: SymptomsTold, record: MonitoringRecord, protocol: MonitoringProtocol) -> AlertFinding | None:
    """One finding for one contact; the strictest rule leads and the others are further reasons. None: asks nothing."""
    asking = [rule for rule in protocol.symptoms if _asks(rule, told, record, protocol)]
    if not asking:
        return None
    asking.sort(key=lambda rule: _RANK[rule.grade])
    lead, *further = (_reason(rule, told, protocol) for rule in asking)
    return AlertFinding(
        subject=f"contact:{told.id}",
        on=told.on,
        rule_id=lead.rule_id,
        grade=asking[0].grade,
        level=AlertLevel.NURSE,
        text=lead.text,
        action=" ".join(dict.fromkeys(rule.action for rule in asking)),
        reason=lead,
        further=tuple(further),
    )


def demands(chart: Chart, running: list[Running]) -> Iterator[Demand]:
    """The tests that symptoms have made due and that no sample has answered since."""
    for item, rules in _rules_by_item(chart).items():
        for one in running:
            if asks_for(one.drug, item):
                yield from _demand(one, item, rules)


def demands_after_stop(one: Running, stop_on: date) -> Iterator[Demand]:
    """The tests that symptoms told before a course was stopped, or shortly after, have made due.

    Not what a course that is running asks for already: who looks after a stopped drug must not decide who is told.
    """
    for item, rules in _rules_by_item(one.chart).items():
        if asks_for(one.drug, item):
            yield from _demand(one, item, rules, stop_on, _asked_by_others_from(one, stop_on, item))


def asks_for(drug: DrugMonitoring, item: str) -> bool:
    """Whether the drug's own schedule asks for the item while it is taken; once at the start is not enough."""
    rules = (rule for name in RULE_LISTS if name not in _ONCE for rule in getattr(drug, name))
    return any(item in getattr(rule, "items", ()) for rule in rules)


def _asked_by_others_from(one: Running, stop_on: date, item: str) -> date:
    """From when on what is told is asked for by another course: the drug begun again, or one that is taken now."""
    chart = one.chart
    courses, drugs = chart.record.treatment.courses, chart.protocol.drugs
    begun_again = [
        course.start_on
        for course in courses
        if course.drug == one.course.drug
        and course.id != one.course.id
        and not course.never_given
        and course.start_on >= stop_on
    ]
    taken = [course for course in taken_on(courses, chart.as_of) if course.drug in drugs]
    asking = [course.start_on for course in taken if asks_for(drugs[course.drug], item)]
    return min([*begun_again, *asking], default=date.max)


def _rules_by_item(chart: Chart) -> dict[str, list[SymptomRule]]:
    found: dict[str, list[SymptomRule]] = {}
    for rule in chart.protocol.symptoms if chart.record.symptoms_told else ():
        if rule.item:
            found.setdefault(rule.item, []).append(rule)
    return found


def _demand(
    one: Running, item: str, rules: list[SymptomRule], stop_on: date | None = None, before: date = date.max
) -> Iterator[Demand]:
    """Due since the first contact that is not answered; what was put off before the last of them was something else."""
    chart, last = one.chart, one.chart.samples.last_day(item)
    told = sorted(
        (
            (contact, rule)
            for contact in chart.record.symptoms_told
            for rule in rules
            if one.start <= contact.on <= chart.as_of
            and contact.on < before
            and (stop_on is None or contact.on <= days_after(stop_on, rule.after_stop_days or 0))
            and (last is None or contact.on > last)
            and _asks(rule, contact, chart.record, chart.protocol)
        ),
        key=lambda found: (found[0].on, entry_order(found[0].id)),
    )
    if not told:
        return
    (first, lead), (newest, newest_rule) = told[0], told[-1]
    stopped = () if stop_on is None else (_stopped(one, stop_on, newest_rule),)
    demand = one.demand(
        lead,
        item,
        text=wording_results.asked_for_by_symptoms(
            _predicate(newest, newest_rule).text, *(predicate.text for predicate in stopped)
        ),
        phase=_PHASE,
        counted_from=first.on,
        interval_days=0,
        predicates=(*(_predicate(contact, rule) for contact, rule in told), *stopped),
        not_before=newest.on,
        asked_since=newest.on,
        can_pause=False,
    )
    yield demand._replace(at_once=True)


def _stopped(one: Running, stop_on: date, rule: SymptomRule) -> Predicate:
    text = wording_results.stopped_and_may_be_the_cause(
        one.name, stop_on, one.course.stop_precision, rule.after_stop_days or 0
    )
    return Predicate(text, Truth.TRUE, (one.reference,))


def _asks(rule: SymptomRule, told: SymptomsTold, record: MonitoringRecord, protocol: MonitoringProtocol) -> bool:
    """Whether the rule speaks about a symptom told, and about a drug taken that day or stopped shortly before."""
    if not set(rule.symptoms) & set(told.symptoms):
        return False
    if not rule.drugs:
        return True
    courses = record.treatment.courses
    if any(course.drug in rule.drugs for course in taken_on(courses, told.on)):
        return True
    stopped = days_since_stop(courses, told.on)
    return any(stopped[drug] <= protocol.raising.limits_after_stop_days for drug in rule.drugs if drug in stopped)


def _reason(rule: SymptomRule, told: SymptomsTold, protocol: MonitoringProtocol) -> Reason:
    predicate = _predicate(told, rule)
    return Reason(rule.id, predicate.text, rule.kind, rule.source, protocol.version, (predicate,))


def _predicate(told: SymptomsTold, rule: SymptomRule) -> Predicate:
    fact = FactReference("contact", told.id, wording.last_done_label("contact", told.on))
    return Predicate(wording_results.symptoms_told(_labels(rule, *told.symptoms), told.on), Truth.TRUE, (fact,))


def _labels(rule: SymptomRule, *told: Symptom) -> list[str]:
    """Those of the rule's symptoms that were told, in the rule's order."""
    return [symptom.label for symptom in rule.symptoms if symptom in told]
