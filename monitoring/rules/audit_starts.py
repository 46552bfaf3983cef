"""Audits of what is asked when a drug is begun, and of what is asked of whoever takes one."""

from collections.abc import Iterator
from datetime import date

from monitoring.protocol.audits import AuditDefinition
from monitoring.protocol.definitions import OnceRule, RepeatRule, ReviewRule, Rule
from monitoring.rules import wording
from monitoring.rules.audit_case import AuditCase, cannot_tell, excluded, judged, unjudged
from monitoring.rules.audit_findings import AuditOutcome, Judgement
from monitoring.rules.findings import DriverFinding
from monitoring.rules.guard import baseline_demand
from monitoring.rules.intervals import shared_care_on
from monitoring.rules.merge import window_of
from monitoring.rules.samples import Done, Samples
from monitoring.rules.schedule import evaluate
from monitoring.rules.status import days_after
from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Truth
from patients.rules.vocabulary import DatePrecision
from patients.rules.wording import display_date, joined
from regimens.rules.record import Course

LEFT = "no longer under care"
_NOT_YET = "not overdue yet"
_NOT_ASKED = "no drug taken asks for it"


def baseline(audit: AuditDefinition, case: AuditCase) -> Iterator[Judgement]:
    """Each course begun in the period: whether anything of its baseline was missing on the day of the start."""
    courses = sorted(case.record.treatment.courses, key=lambda course: (course.start_on, entry_order(course.id)))
    for course in courses:
        if not course.never_given and case.period.holds(course.start_on):
            yield _baseline(audit, case, course)


def _baseline(audit: AuditDefinition, case: AuditCase, course: Course) -> Judgement:
    drug = case.monitoring.drugs.get(course.drug)
    name = drug.name if drug is not None else course.drug_text or course.drug
    unit = wording.from_day_label(name, course.start_on, course.start_precision)
    key = f"course:{course.id}"
    if drug is None:
        return excluded(audit, case, "the drug is outside the catalogue", key=key, unit=unit)
    if not any(_for_route(rule, course) for rule in drug.baseline):
        return excluded(audit, case, "the drug asks for no baseline screen", key=key, unit=unit)
    if case.left_by(course.start_on):
        return excluded(audit, case, LEFT, key=key, unit=unit)
    if course.start_precision is not DatePrecision.DAY:
        return unjudged(audit, case, "the day of the start is not known exactly", key=key, unit=unit)
    due = evaluate(case.record, case.monitoring, course.start_on).due
    missing = [(one, asked) for one in due if (asked := baseline_demand(one, course.id)) is not None]
    certain = tuple(one.name for one, asked in missing if not _doubtful(asked))
    doubtful = tuple(one.name for one, asked in missing if _doubtful(asked))
    fact = (FactReference("course", course.id, unit),)
    on = course.start_on
    if certain:
        text = f"missing on {display_date(on)}: {joined(certain, 'and')}"
        return judged(audit, case, AuditOutcome.NOT_MET, text, key=key, unit=unit, facts=fact, decided_on=on)
    if doubtful:
        text = f"missing on {display_date(on)}, and not known whether it applies: {joined(doubtful, 'and')}"
        why = "not known whether what is missing applies to the patient"
        return unjudged(audit, case, why, text, key=key, unit=unit)
    text = f"nothing was missing on {display_date(on)}"
    return judged(audit, case, AuditOutcome.MET, text, key=key, unit=unit, facts=fact, decided_on=on)


def _doubtful(asked: DriverFinding) -> bool:
    return any(predicate.truth is Truth.UNKNOWN for predicate in asked.reason.predicates)


def _for_route(rule: Rule, course: Course) -> bool:
    routes = getattr(rule, "routes", ())
    return not routes or course.route in routes


def item_in_date(audit: AuditDefinition, case: AuditCase) -> Iterator[Judgement]:
    """The patient, once the item is wanted of a drug taken on the last day: done and not overdue.

    Until the first of it would be overdue the patient is left out, done or not: to count only those who did it early
    would show nothing but those.
    """
    (item,) = audit.items
    asking = [(course, rule) for course in case.taken for rule in _asking(case, course, item)]
    if case.left_by(case.period.end):
        yield excluded(audit, case, LEFT)
    elif not asking:
        yield excluded(audit, case, _NOT_ASKED)
    else:
        yield _item_in_date(audit, case, item, asking)


def _item_in_date(audit: AuditDefinition, case: AuditCase, item: str, asking: list[tuple[Course, Rule]]) -> Judgement:
    due = next((one for one in case.findings.due if one.item == item), None)
    last = Samples(case.record, case.monitoring, case.period.end).latest(item)
    if due is None and any(one.item == item for one in case.findings.waived):
        return excluded(audit, case, "recorded as not needed")
    if due is None or due.days_overdue == 0:
        return _not_overdue(audit, case, last, asking)
    if due.paused_until is not None:
        return excluded(audit, case, "monitoring is paused")
    why = cannot_tell(due)
    if why:
        return unjudged(audit, case, why)
    done = "never done" if last is None else f"last done on {display_date(last[0])}"
    text = f"overdue since {display_date(due.due_on)}, {done}"
    facts = () if last is None else (last[1],)
    return judged(audit, case, AuditOutcome.NOT_MET, text, facts=facts, decided_on=due.due_on)


def _not_overdue(
    audit: AuditDefinition, case: AuditCase, last: Done | None, asking: list[tuple[Course, Rule]]
) -> Judgement:
    grace = window_of(case.monitoring, case.monitoring.items[audit.items[0]]).grace_days
    first_due = min(_first_due(course, rule) for course, rule in asking)
    if (case.period.end - first_due).days <= grace:
        done = "never done" if last is None else f"done on {display_date(last[0])} already"
        return excluded(audit, case, _NOT_YET, f"{done}, first due on {display_date(first_due)}: {_NOT_YET}")
    if last is None:
        return excluded(audit, case, "it does not apply to this patient")
    longest = max((rule.interval_days for _, rule in asking if isinstance(rule, ReviewRule)), default=None)
    if longest is not None and (case.period.end - last[0]).days > longest + grace:
        # Asked for again only since a decision that it was not needed ended: late by the standard, not by the schedule.
        return excluded(audit, case, _NOT_YET, f"last done on {display_date(last[0])}; {_NOT_YET}")
    text = f"done on {display_date(last[0])}"
    return judged(audit, case, AuditOutcome.MET, text, facts=(last[1],), decided_on=last[0])


def _first_due(course: Course, rule: Rule) -> date:
    """The day on which the rule first wants the item of a course."""
    if isinstance(rule, ReviewRule):
        return days_after(max(course.start_on, rule.asked_from), rule.first_days)
    return days_after(course.start_on, rule.due_days) if isinstance(rule, OnceRule) else course.start_on


def _asking(case: AuditCase, course: Course, item: str) -> Iterator[Rule]:
    """The rules of the course's drug that ask for the item by themselves, not by a dose reached or a cycle given."""
    drug = case.monitoring.drugs.get(course.drug)
    if drug is None:
        return
    rules: tuple[OnceRule | RepeatRule, ...] = (*drug.baseline, *drug.once, *drug.repeat)
    yield from (rule for rule in rules if item in rule.items and _for_route(rule, course))
    yield from (rule for rule in drug.review if rule.item == item)


def shared_care(audit: AuditDefinition, case: AuditCase) -> Iterator[Judgement]:
    """Each drug taken on the last day that asks for tests: whether it is recorded who looks after them."""
    end = case.period.end
    for drug_id in sorted({course.drug or course.drug_text for course in case.taken}):
        drug = case.monitoring.drugs.get(drug_id)
        unit, key = (drug.name if drug is not None else drug_id), f"drug:{drug_id}"
        if case.left_by(end):
            yield excluded(audit, case, LEFT, key=key, unit=unit)
        elif drug is None:
            yield excluded(audit, case, "the drug is outside the catalogue", key=key, unit=unit)
        elif drug.nothing_needed:
            yield excluded(audit, case, "the drug asks for no tests", key=key, unit=unit)
        else:
            found = shared_care_on(case.record, drug_id, end)
            if found is None:
                yield judged(
                    audit, case, AuditOutcome.NOT_MET, "who looks after its tests is not recorded", key=key, unit=unit
                )
                continue
            text = f"{found.monitored_by.label}, since {display_date(found.from_on)}"
            fact = (FactReference("shared_care", found.id, text),)
            yield judged(audit, case, AuditOutcome.MET, text, key=key, unit=unit, facts=fact, decided_on=found.from_on)
