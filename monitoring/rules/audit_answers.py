"""Audits of what people decide in time, the abnormal results first (questions are in audit_questions.py)."""

from collections.abc import Iterator
from datetime import date

from monitoring.protocol.audits import AuditDefinition
from monitoring.rules.audit_case import AuditCase, excluded, judged
from monitoring.rules.audit_findings import AlertEvent, AlertHistory, AuditOutcome, Judgement
from monitoring.rules.status import days_after
from monitoring.rules.vocabulary import AlertStepKind
from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference
from patients.rules.wording import display_date

_NOT_OVER = "the time is not over yet"


def alerts(audit: AuditDefinition, case: AuditCase) -> Iterator[Judgement]:
    """Each alert about a result that was opened in the period: how many days until a person decided."""
    for alert in sorted(case.alerts, key=lambda one: (one.opened_on, entry_order(one.id))):
        if case.period.holds(alert.opened_on) and alert.grade in audit.grades:
            yield _alert(audit, case, alert)


def _alert(audit: AuditDefinition, case: AuditCase, alert: AlertHistory) -> Judgement:
    key, unit = f"alert:{alert.id}", f"{alert.test}, alert of {display_date(alert.opened_on)}"
    known = [event for event in alert.events if event.on <= case.period.as_of]
    decided = next((event for event in known if _decides(event)), None)
    fact = (FactReference("alert", alert.id, unit),)
    opened = f"opened on {display_date(alert.opened_on)}"
    if decided is not None:
        word = "decided" if decided.kind == AlertStepKind.ACTED else "closed by a person"
        return answered(audit, case, alert.opened_on, decided.on, opened, word, key=key, unit=unit, facts=fact)
    ends = [event for event in known if event.kind in (AlertStepKind.CLOSED, AlertStepKind.REOPENED)]
    if ends and ends[-1].kind == AlertStepKind.CLOSED:
        return _closed_by_itself(audit, case, alert.opened_on, ends[-1].on, opened, key=key, unit=unit, facts=fact)
    return unanswered(audit, case, alert.opened_on, f"{opened}, nothing decided", key=key, unit=unit, facts=fact)


def _closed_by_itself(
    audit: AuditDefinition,
    case: AuditCase,
    since: date,
    on: date,
    begun: str,
    *,
    key: str,
    unit: str,
    facts: tuple[FactReference, ...],
) -> Judgement:
    """What the software closed: left out only where the time to decide was not over by then."""
    within = audit.within_days or 0
    why = "closed by the software before anybody decided"
    text = f"{begun}, {why} on {display_date(on)}"
    if (on - since).days <= within:
        return excluded(audit, case, why, text, key=key, unit=unit)
    last = days_after(since, within)
    return judged(audit, case, AuditOutcome.NOT_MET, text, key=key, unit=unit, facts=facts, decided_on=last)


def _decides(event: AlertEvent) -> bool:
    return event.by_person and event.kind in (AlertStepKind.ACTED, AlertStepKind.CLOSED)


def answered(
    audit: AuditDefinition,
    case: AuditCase,
    since: date,
    on: date,
    begun: str,
    word: str,
    *,
    key: str,
    unit: str,
    facts: tuple[FactReference, ...],
) -> Judgement:
    """Something that was answered: in time when no more days had passed than the audit allows."""
    days = (on - since).days
    outcome = AuditOutcome.MET if days <= (audit.within_days or 0) else AuditOutcome.NOT_MET
    took = "on the same day" if days == 0 else f"after {'1 day' if days == 1 else f'{days} days'}"
    text = f"{begun}, {word} on {display_date(on)}, {took}"
    return judged(audit, case, outcome, text, key=key, unit=unit, facts=facts, decided_on=on, days=days)


def unanswered(
    audit: AuditDefinition,
    case: AuditCase,
    since: date,
    begun: str,
    *,
    key: str,
    unit: str,
    facts: tuple[FactReference, ...],
) -> Judgement:
    """Something that nobody has answered: left out while the time is not over, not met after that."""
    within = audit.within_days or 0
    as_of = case.period.as_of
    text = f"{begun} by {display_date(as_of)}"
    if (as_of - since).days <= within:
        return excluded(audit, case, _NOT_OVER, text, key=key, unit=unit)
    last = days_after(since, within)
    return judged(audit, case, AuditOutcome.NOT_MET, text, key=key, unit=unit, facts=facts, decided_on=last)
