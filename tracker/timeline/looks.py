"""What was looked at and what was not: each test of the monitoring schedule as done, late, not done, due or planned.

How late a test was is asked of the same rules that the service audit of intervals rests on, so the drawing and the
audit never disagree.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from monitoring.panels import PANELS
from monitoring.protocol.definitions import RULE_LISTS, Item, MonitoringProtocol
from monitoring.rules.audit_case import AuditCase
from monitoring.rules.audit_findings import AuditOutcome, Judgement, Period
from monitoring.rules.audit_intervals import ended_intervals
from monitoring.rules.findings import DueFinding, DueStatus, ItemKind, MonitoringFindings
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.samples import Samples
from patients.rules.reasons import FactReference
from regimens.protocol.schema import PathwayProtocol

_LOOKED_AT = (ItemKind.TEST, ItemKind.TROUGH, ItemKind.OBSERVATION)
_INTERVALS = "intervals_kept"  # the audit whose rule says what is late
_OF_SEVERAL_THINGS = ("monitoring-bloods", "muscle")  # panels that are a report, not one thing to look at


class LookStatus(StrEnum):
    """How a look at something stands. The values are the words."""

    DONE = "done"
    LATE = "late"
    MISSED = "missed"
    OVERDUE = "overdue"
    WAITING = "waiting for a result"
    DUE = "due"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class Look:
    """One test of one day: when it was done, or when it was or is due. `group` is the lane it belongs to."""

    group: str
    item: str
    on: date
    status: LookStatus
    words: str
    fact: FactReference | None = None


def looks(
    record: MonitoringRecord,
    protocol: MonitoringProtocol,
    pathway: PathwayProtocol,
    findings: MonitoringFindings,
    period: Period,
) -> tuple[Look, ...]:
    """Everything that the patient's drugs ask for: what was done in the period, what was not, and what lies ahead.

    Items done that no drug of this patient ever asks for are left to the lane of other results. Groups come in the
    protocol's order.
    """
    asked = _asked_for(record, protocol, findings)
    judged = _judgements(record, protocol, pathway, period)
    samples = Samples(record, protocol, period.end)
    found: list[Look] = []
    for item in protocol.items.values():
        if item.id not in asked or item.kind is ItemKind.INFUSION:
            continue
        group = group_of(item)
        for on in samples.days_from(item.id, period.from_on):
            verdict = judged.get((item.id, on.isoformat()))
            fact = samples.reference(item.id, on)
            found.append(Look(group, item.id, on, _status(verdict), _done_words(item, verdict), fact))
    found += _not_done(judged, protocol, asked)
    found += [_ahead(due, protocol.items[due.item]) for due in findings.due if due.kind is not ItemKind.INFUSION]
    groups = list(dict.fromkeys(group_of(item) for item in protocol.items.values()))
    places = {group: place for place, group in enumerate(groups)}
    return tuple(sorted(found, key=lambda each: (places[each.group], each.on, each.status, each.item, each.words)))


def group_of(item: Item) -> str:
    """The lane of an item: the panel that laboratories report it on, or else its own name."""
    if item.kind is ItemKind.SCREEN:
        return "screening"
    if item.kind in (ItemKind.ACTION, ItemKind.CHECKPOINT):
        return "vaccines and actions" if item.kind is ItemKind.ACTION else "taper checkpoint"
    wanted = item.satisfied_by[0] if item.satisfied_by else ()
    for panel in PANELS if wanted else ():
        if panel.slug not in _OF_SEVERAL_THINGS and all(analyte in panel.analytes for analyte in wanted):
            return panel.name[0].lower() + panel.name[1:]
    return item.name


def _asked_for(record: MonitoringRecord, protocol: MonitoringProtocol, findings: MonitoringFindings) -> set[str]:
    """The items that any drug this patient was given by the day asks for, and whatever is due."""
    found = {due.item for due in findings.due}
    courses = [course for course in record.treatment.courses if course.start_on <= findings.as_of]
    given = {course.drug for course in courses if not course.never_given}
    for drug in (protocol.drugs[slug] for slug in given if slug in protocol.drugs):
        for rule in (rule for name in RULE_LISTS for rule in getattr(drug, name)):
            found.update(rule.items if hasattr(rule, "items") else (rule.item,))
    return found


def _judgements(
    record: MonitoringRecord, protocol: MonitoringProtocol, pathway: PathwayProtocol, period: Period
) -> dict[tuple[str, str], Judgement]:
    """By item and by what the audit's key says after it: the day of a look, or how an interval ended without one."""
    if protocol.audits is None:
        return {}
    audit = next((each for each in protocol.audits.audit if each.id == _INTERVALS), None)
    if audit is None:
        return {}
    case = AuditCase(record, protocol, pathway, period)
    found: dict[tuple[str, str], Judgement] = {}
    for judgement in ended_intervals(replace(audit, kinds=_LOOKED_AT), case):
        item, _, rest = judgement.key.partition(":")
        found[item, rest] = judgement
    return found


def _status(verdict: Judgement | None) -> LookStatus:
    late = verdict is not None and verdict.outcome is AuditOutcome.NOT_MET
    return LookStatus.LATE if late else LookStatus.DONE


def _done_words(item: Item, verdict: Judgement | None) -> str:
    """`full blood count: asked for every 4 weeks, due on 05-Jan-2026, done 9 days late on 14-Jan-2026`."""
    if verdict is None or verdict.outcome not in (AuditOutcome.MET, AuditOutcome.NOT_MET):
        return f"{item.name} done"
    return f"{item.name}: {verdict.reason.text}"


def _not_done(
    judged: dict[tuple[str, str], Judgement], protocol: MonitoringProtocol, asked: set[str]
) -> Iterator[Look]:
    """Intervals that ended without a look. What is overdue still is among the findings of the day."""
    for (item, rest), verdict in sorted(judged.items()):
        given_up = rest.endswith(":no-longer") and verdict.outcome is AuditOutcome.NOT_MET
        if given_up and item in asked and verdict.decided_on is not None:
            known = protocol.items[item]
            words = f"{known.name}: {verdict.reason.text}"
            yield Look(group_of(known), item, verdict.decided_on, LookStatus.MISSED, words)


def _ahead(due: DueFinding, item: Item) -> Look:
    status = {
        DueStatus.OVERDUE: LookStatus.OVERDUE,
        DueStatus.WAITING: LookStatus.WAITING,
        DueStatus.NOT_DUE: LookStatus.PLANNED,
    }.get(due.status, LookStatus.OVERDUE if due.days_overdue > 0 else LookStatus.DUE)
    late = f" by {due.days_overdue} {'day' if due.days_overdue == 1 else 'days'}" if due.days_overdue > 0 else ""
    put_off = f", {due.status.label}" if due.status in (DueStatus.SNOOZED, DueStatus.PAUSED) else ""
    name = f"{due.name} ({due.detail})" if due.detail else due.name
    words = f"{name} {status.value}{late}{put_off}, for {due.driver.drug_name}"
    return Look(group_of(item), due.item, due.due_on, status, words, FactReference("due", due.item, due.name))
