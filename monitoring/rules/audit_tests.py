"""Audits of the repeated tests: in date on a day, and each interval kept or not."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from monitoring.protocol.audits import AuditDefinition
from monitoring.rules.audit_case import AuditCase, cannot_tell, excluded, judged, unjudged
from monitoring.rules.audit_findings import AuditOutcome, Judgement
from monitoring.rules.audit_starts import LEFT
from monitoring.rules.findings import DriverFinding, DueFinding, DueStatus
from monitoring.rules.samples import Samples
from monitoring.rules.schedule import evaluate
from monitoring.rules.status import days_after
from monitoring.rules.wording import span
from patients.rules.reasons import FactReference
from patients.rules.wording import display_date, joined

_ASKED_ONCE = "asked for once, not at an interval"
_PAUSED = "monitoring was paused"


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
        yield excluded(audit, case, "no drug taken asks for such a test")
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


def intervals(audit: AuditDefinition, case: AuditCase) -> tuple[Judgement, ...]:
    """Each interval that ended in the period: by a look, judged on its day as it stood before it, or still overdue.

    Each look is judged as if nothing of its day had come yet, by the schedule in force on that day.
    """
    kinds = tuple(kind.value for kind in audit.kinds)
    if kinds not in case.intervals:
        case.intervals[kinds] = (*_ended_by_a_look(audit, case), *_still_overdue(audit, case))
    return case.intervals[kinds]


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


def _ended_by_a_look(audit: AuditDefinition, case: AuditCase) -> Iterator[Judgement]:
    samples = Samples(case.record, case.monitoring, case.period.end)
    looks: dict[date, list[str]] = defaultdict(list)
    for known in case.monitoring.items.values():
        if known.kind in audit.kinds:
            for day in samples.days_from(known.id, case.period.from_on):
                looks[day].append(known.id)
    rows = sorted(case.record.results, key=lambda row: row.sampled_on)
    days = [row.sampled_on for row in rows]
    for day in sorted(looks):
        if case.left_by(day):
            continue
        before = replace(case.record, results=tuple(rows[: bisect_left(days, day)]))
        due = {one.item: one for one in evaluate(before, case.monitoring, day).due}
        for item in looks[day]:
            if item in due and not _begins_today(due[item], day):
                yield _ended(audit, case, due[item], day, samples.reference(item, day))


def _ended(audit: AuditDefinition, case: AuditCase, due: DueFinding, day: date, row: FactReference) -> Judgement:
    key, unit = f"{due.item}:{day.isoformat()}", f"{due.name} of {display_date(day)}"
    driver = _repeating(due)
    if driver is None:
        return excluded(audit, case, _ASKED_ONCE, key=key, unit=unit)
    asked = _asked(due, driver)
    if due.days_overdue == 0:
        text = f"{asked}, done in time on {display_date(day)}"
        return judged(audit, case, AuditOutcome.MET, text, key=key, unit=unit, facts=(row,), decided_on=day, days=0)
    if due.paused_until is not None:
        return excluded(audit, case, _PAUSED, key=key, unit=unit)
    text = f"{asked}, done {_days(due.days_overdue)} late on {display_date(day)}"
    return judged(
        audit,
        case,
        AuditOutcome.NOT_MET,
        text,
        key=key,
        unit=unit,
        facts=(row,),
        decided_on=due.due_on,
        days=due.days_overdue,
    )


def _still_overdue(audit: AuditDefinition, case: AuditCase) -> Iterator[Judgement]:
    end = case.period.end
    if case.left_by(end):
        return
    for due in case.findings.due:
        driver = _repeating(due)
        if due.kind not in audit.kinds or due.days_overdue == 0 or driver is None:
            continue
        key, unit = f"{due.item}:open", f"{due.name}, due on {display_date(due.due_on)}"
        if due.paused_until is not None:
            yield excluded(audit, case, _PAUSED, key=key, unit=unit)
            continue
        why = cannot_tell(due)
        if why:
            yield unjudged(audit, case, why, key=key, unit=unit)
            continue
        text = f"{_asked(due, driver)}, not done by {display_date(end)}"
        facts = () if due.last_done_by is None else (due.last_done_by,)
        yield judged(
            audit,
            case,
            AuditOutcome.NOT_MET,
            text,
            key=key,
            unit=unit,
            facts=facts,
            decided_on=due.due_on,
            days=due.days_overdue,
        )


def _begins_today(due: DueFinding, day: date) -> bool:
    """Whether no day of the interval has passed yet: a look on the day of the start ends none."""
    return due.driver.interval_days is not None and due.due_on == days_after(day, due.driver.interval_days)


def _repeating(due: DueFinding) -> DriverFinding | None:
    """The demand that set the due date, where it is one that repeats."""
    return due.driver if due.driver.interval_days is not None else None


def _asked(due: DueFinding, driver: DriverFinding) -> str:
    return f"asked for every {span(driver.interval_days or 0)}, due on {display_date(due.due_on)}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
