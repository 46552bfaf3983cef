"""Symptoms told at a contact: what has to be seen at once, and the test that they make due.

A test becomes due for whoever takes a drug that asks for it again and again, and not only at its start: those are the
drugs that can harm what it measures. One sampled on the day of the contact or later answers it.
"""

from collections.abc import Iterator

from monitoring.protocol.definitions import RULE_LISTS, DrugMonitoring, MonitoringProtocol, SymptomRule
from monitoring.rules import wording, wording_results
from monitoring.rules.demands import Chart, Demand, Running
from monitoring.rules.findings import AlertFinding
from monitoring.rules.levels import days_since_stop, taken_on
from monitoring.rules.record import MonitoringRecord, SymptomsTold
from monitoring.rules.vocabulary import AlertGrade, AlertLevel, Symptom
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
    rules_of: dict[str, list[SymptomRule]] = {}
    for rule in chart.protocol.symptoms if chart.record.symptoms_told else ():
        if rule.item:
            rules_of.setdefault(rule.item, []).append(rule)
    for item, rules in rules_of.items():
        for one in running:
            if asks_for(one.drug, item):
                yield from _demand(one, item, rules)


def asks_for(drug: DrugMonitoring, item: str) -> bool:
    """Whether the drug's own schedule asks for the item while it is taken; once at the start is not enough."""
    rules = (rule for name in RULE_LISTS if name not in _ONCE for rule in getattr(drug, name))
    return any(item in getattr(rule, "items", ()) for rule in rules)


def _demand(one: Running, item: str, rules: list[SymptomRule]) -> Iterator[Demand]:
    """Due since the first contact that is not answered; what was put off before the last of them was something else."""
    chart, last = one.chart, one.chart.samples.last_day(item)
    told = sorted(
        (
            (contact, rule)
            for contact in chart.record.symptoms_told
            for rule in rules
            if one.start <= contact.on <= chart.as_of
            and (last is None or contact.on > last)
            and _asks(rule, contact, chart.record, chart.protocol)
        ),
        key=lambda found: (found[0].on, found[0].id),
    )
    if not told:
        return
    (first, lead), (newest, newest_rule) = told[0], told[-1]
    demand = one.demand(
        lead,
        item,
        text=wording_results.asked_for_by_symptoms(_predicate(newest, newest_rule).text),
        phase=_PHASE,
        counted_from=first.on,
        interval_days=0,
        predicates=tuple(_predicate(contact, rule) for contact, rule in told),
        not_before=newest.on,
        asked_since=newest.on,
        can_pause=False,
    )
    yield demand._replace(at_once=True)


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
