"""Audits of the tests by patient: in date on a day, and every interval kept (each by itself: audit_intervals.py)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from monitoring.protocol.audits import AuditDefinition
from monitoring.rules.audit_case import AuditCase, cannot_tell, excluded, judged, unjudged
from monitoring.rules.audit_findings import AuditOutcome, Judgement
from monitoring.rules.audit_intervals import intervals
from monitoring.rules.audit_starts import LEFT
from monitoring.rules.findings import DueFinding, DueStatus
from patients.rules.reasons import FactReference
from patients.rules.wording import display_date, joined


def tests_in_date(audit: AuditDefinition, case: AuditCase) -> Iterator[Judgement]:
    """The patient: whether any item of the kinds was overdue on the last day. What is paused is left out."""
    if case.left_by(case.period.end):
        yield excluded(audit, case, LEFT)
        return
    asked = [due for due in case.findings.due if due.kind in audit.kinds]
    counted = [due for due in asked if due.status is not DueStatus.PAUSED]
    late = [due for due in counted if due.days_overdue > 0]
    missed = [due for due in late if not cannot_tell(due)]
    if not asked:
        waived = any(case.monitoring.items[one.item].kind in audit.kinds for one in case.findings.waived)
        yield excluded(audit, case, "recorded as not needed" if waived else "no drug taken asks for such a test")
    elif not counted:
        yield excluded(audit, case, "monitoring is paused for everything that is asked")
    elif missed:
        text = f"overdue {_since(missed)}"
        since = min(due.due_on for due in missed)
        yield judged(audit, case, AuditOutcome.NOT_MET, text, facts=_last_rows(missed), decided_on=since)
    elif late:
        names = joined(tuple(due.name for due in late), "and")
        yield unjudged(audit, case, cannot_tell(late[0]), f"{names}: {cannot_tell(late[0])}")
    else:
        text = f"none of {len(counted)} overdue" if len(counted) > 1 else f"{counted[0].name} is not overdue"
        yield judged(audit, case, AuditOutcome.MET, text, facts=_last_rows(counted), decided_on=case.period.end)


def _since(missed: list[DueFinding]) -> str:
    """The items by the day since which they are due, the longest first."""
    by_day: dict[date, list[str]] = defaultdict(list)
    for due in missed:
        by_day[due.due_on].append(due.name)
    return "; ".join(f"since {display_date(day)}: {joined(tuple(by_day[day]), 'and')}" for day in sorted(by_day))


def _last_rows(found: list[DueFinding]) -> tuple[FactReference, ...]:
    return tuple(dict.fromkeys(due.last_done_by for due in found if due.last_done_by is not None))


def patients_intervals(audit: AuditDefinition, case: AuditCase) -> Iterator[Judgement]:
    """The patient: every interval kept, or which were not."""
    found = intervals(audit, case)
    missed = [one for one in found if one.outcome is AuditOutcome.NOT_MET]
    kept = sum(one.outcome is AuditOutcome.MET for one in found)
    facts = tuple(dict.fromkeys(fact for one in missed for part in one.reason.predicates for fact in part.facts))
    if missed:
        text = f"{len(missed)} of {len(missed) + kept} not kept: {joined(tuple(one.unit for one in missed), 'and')}"
        first = min(one.decided_on or case.period.end for one in missed)
        yield judged(audit, case, AuditOutcome.NOT_MET, text, facts=facts, decided_on=first)
    elif any(one.outcome is AuditOutcome.UNJUDGED for one in found):
        yield unjudged(audit, case, "an interval cannot be judged, and none is known to have been missed")
    elif kept:
        yield judged(audit, case, AuditOutcome.MET, f"all {kept} kept" if kept > 1 else "the only one was kept")
    else:
        yield excluded(audit, case, "no interval ended in the period")
