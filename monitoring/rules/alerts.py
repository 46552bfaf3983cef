"""What must be seen by a person: results, symptoms told at a contact, missed visits; and whom it waits for.

Of several rules that speak about one value the strictest leads and the others are further reasons, so that nobody is
told the same thing twice. Times are moments with a zone; how long is reckoned in hours that have passed, so that a
change of the clocks changes nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from monitoring.protocol.definitions import MonitoringProtocol, ResultType
from monitoring.rules import wording_results
from monitoring.rules.enzymes import enzymes_as_results
from monitoring.rules.findings import AlertFinding, ThresholdFinding
from monitoring.rules.levels import (
    against_target,
    days_since_stop,
    level_analytes,
    taken_on,
    target_on,
    why_no_trough,
)
from monitoring.rules.missed import missed_visits
from monitoring.rules.record import MonitoringRecord, Result
from monitoring.rules.spans import usable
from monitoring.rules.symptoms import alert_about
from monitoring.rules.thresholds import flag, limited
from monitoring.rules.trends import trends
from monitoring.rules.vocabulary import AlertGrade, AlertLevel
from patients.rules.entry_order import entry_order
from patients.rules.reasons import Predicate, Reason, Truth
from patients.rules.vocabulary import PatientStatus

Hours = Mapping[str, Sequence[int]]
_RANK = {grade: number for number, grade in enumerate(AlertGrade)}
_LEVELS = tuple(AlertLevel)


@dataclass(frozen=True, slots=True)
class ResultReading:
    """One result as the rules read it: what it asks for, if anything. `note`: why it counts for nothing.

    `limited`: whether any limit of the protocol speaks about it. Without one only a person can read it.
    """

    result: Result
    finding: AlertFinding | None
    note: str = ""
    limited: bool = False

    @property
    def clear(self) -> bool:
        """Whether the rules could read it and it asks for nothing."""
        return self.limited and self.finding is None and not self.note


@dataclass(frozen=True, slots=True)
class Climb:
    """That an alert reaches a level at a moment."""

    level: AlertLevel
    at: datetime


def evaluate_alerts(
    record: MonitoringRecord,
    protocol: MonitoringProtocol,
    as_of: date,
    *,
    entered: Mapping[str, date] | None = None,
    first_entered: Mapping[str, date] | None = None,
) -> tuple[AlertFinding, ...]:
    """Everything that must be seen and can still matter, the strictest first.

    `entered` says by subject (`result:<id>`, `contact:<id>`) on which day it was entered; what is not in it counts as
    entered on its own day. `first_entered` says so of the first of several corrections, where that was earlier: whether
    something was late does not depend on when a slip in it was put right. What can no longer matter (see `why_past`)
    raises nothing. Of somebody who has died, and of a record that was merged into another, nothing is raised.
    """
    if record.treatment.patient.person.status in (PatientStatus.DECEASED, PatientStatus.MERGED):
        return ()
    days = entered or {}
    first = {**days, **(first_entered or {})}
    newest = _newest_days(record, protocol, as_of)
    results = [
        row
        for row in record.results
        if row.sampled_on <= as_of
        and not _why_past(
            row,
            days.get(f"result:{row.id}", row.sampled_on),
            first.get(f"result:{row.id}", row.sampled_on),
            newest,
            protocol,
            as_of,
        )
    ]
    found = [
        reading.finding for reading in read_results(record, protocol, as_of, results) if reading.finding is not None
    ]
    for told in record.symptoms_told:
        finding = alert_about(told, record, protocol)
        entered_on = days.get(f"contact:{told.id}", told.on)
        if (
            finding is not None
            and told.on <= as_of
            and (as_of - entered_on).days <= protocol.raising.entered_within_days
        ):
            found.append(_when_entered(finding, days, protocol))
    missed = _missed(record, protocol, as_of)
    if missed is not None:
        found.append(missed)
    return tuple(sorted(found, key=lambda each: (_RANK[each.grade], each.on, each.subject)))


def why_past(
    result: Result,
    record: MonitoringRecord,
    protocol: MonitoringProtocol,
    as_of: date,
    entered_on: date,
    first_entered_on: date | None = None,
) -> str:
    """Why a result can no longer raise an alert; "" while it can.

    It was entered longer ago than the protocol looks back, or (by `first_entered_on`, when the first of several
    corrections was entered) long after its day and a newer value of the test is here: a history that is entered at once
    asks for one look, not for a hundred.
    """
    newest = _newest_days(record, protocol, as_of)
    return _why_past(result, entered_on, first_entered_on or entered_on, newest, protocol, as_of)


def read_results(
    record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date, results: Sequence[Result]
) -> tuple[ResultReading, ...]:
    """What each of these results of the record asks for, in the order given; results after `as_of` are not seen."""
    seen: dict[str, list[Result]] = defaultdict(list)
    for row in record.results:
        if row.sampled_on <= as_of:
            seen[row.analyte].append(row)
    muscle = protocol.muscle.muscle_analyte
    enzymes = enzymes_as_results(record.treatment.patient.assessments, as_of)
    beside = [*seen[muscle], *(row for row in enzymes if row.analyte == muscle)]
    levels = level_analytes(protocol)
    readings = []
    for result in results:
        others = seen[result.analyte]
        taken = {course.drug for course in taken_on(record.treatment.courses, result.sampled_on)}
        stopped = days_since_stop(record.treatment.courses, result.sampled_on)
        found = [
            *trends(result, protocol, others=others),
            *against_target(result, record, protocol),
            *flag(result, protocol, others=[*others, *beside], drugs=taken, stopped=stopped),
        ]
        note = why_no_trough(result, record, protocol) if result.analyte in levels else ""
        has_range = target_on(record.target_ranges, result.analyte, result.sampled_on) is not None
        has_limit = has_range or limited(result, protocol, others=others, drugs=taken, stopped=stopped)
        readings.append(ResultReading(result, _strictest(result, found), note, has_limit))
    return tuple(readings)


def level_at(
    grade: AlertGrade,
    opened_at: datetime,
    acknowledged: bool,
    now: datetime,
    hours: Hours,
    start: AlertLevel = AlertLevel.NURSE,
) -> AlertLevel:
    """Whom an alert waits for that has waited at `start` since `opened_at`. It never goes down."""
    if acknowledged:
        return start
    return max((climb.level for climb in climbs(grade, opened_at, now, hours, start)), key=_LEVELS.index, default=start)


def climbs(
    grade: AlertGrade, since: datetime, now: datetime, hours: Hours, start: AlertLevel = AlertLevel.NURSE
) -> tuple[Climb, ...]:
    """The levels that an alert nobody has acknowledged has reached by `now`, each with the moment, in order.

    `hours` gives for each grade the hours from the nurses to the next level and the one after (fewer: it climbs no
    further), both counted from the nurses. One that starts higher has those hours behind it.
    """
    place = _LEVELS.index(start)
    steps = tuple(hours[grade])
    behind = steps[place - 1] if 0 < place <= len(steps) else 0
    reached = [
        Climb(_LEVELS[number], since + timedelta(hours=after - behind))
        for number, after in enumerate(steps, start=1)
        if number > place
    ]
    return tuple(climb for climb in reached if climb.at <= now)


def stricter(first: AlertGrade, second: AlertGrade) -> bool:
    """Whether the first grade needs a person sooner than the second."""
    return _RANK[first] < _RANK[second]


def _newest_days(record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date) -> dict[str, date]:
    """The day of the newest sample of each test. A number that is missing ("clotted") makes nothing else the older."""
    found: dict[str, date] = {}
    for row in record.results:
        analyte = protocol.analytes.get(row.analyte)
        if analyte is not None and analyte.result_type is ResultType.NUMERIC and not usable(row.value):
            continue
        if row.sampled_on <= as_of and row.sampled_on > found.get(row.analyte, date.min):
            found[row.analyte] = row.sampled_on
    return found


def _why_past(
    result: Result,
    entered_on: date,
    first_entered_on: date,
    newest: Mapping[str, date],
    protocol: MonitoringProtocol,
    as_of: date,
) -> str:
    rule = protocol.raising
    if (as_of - entered_on).days > rule.entered_within_days:
        return wording_results.entered_long_ago(rule.entered_within_days)
    late = (first_entered_on - result.sampled_on).days
    if late > rule.late_after_days and newest.get(result.analyte, result.sampled_on) > result.sampled_on:
        return wording_results.late_and_not_the_newest(late)
    return ""


def _strictest(result: Result, found: list[ThresholdFinding]) -> AlertFinding | None:
    """One finding for the value. Of equal grades what is certain leads, then what is said for one drug alone."""
    if not found:
        return None
    # The bands of single drugs come last in the protocol.
    order = sorted(
        range(len(found)), key=lambda place: (_RANK[found[place].grade], found[place].truth is not Truth.TRUE, -place)
    )
    lead, *rest = (found[place] for place in order)
    caveats = {caveat.text: caveat for one in (lead, *rest) for caveat in one.caveats}
    return AlertFinding(
        subject=f"result:{result.id}",
        on=result.sampled_on,
        rule_id=lead.rule_id,
        grade=lead.grade,
        level=AlertLevel.NURSE,
        text=lead.text,
        action=lead.action,
        reason=lead.reason,
        further=tuple(one.reason for one in rest),
        caveats=tuple(caveats.values()),
    )


def _when_entered(finding: AlertFinding, days: Mapping[str, date], protocol: MonitoringProtocol) -> AlertFinding:
    """What was told at a contact and entered long after its day is only looked at, and says so.

    Never a result: the newest value of a test says how the patient is now, and an older one raises nothing.
    """
    rule = protocol.raising
    late = (days.get(finding.subject, finding.on) - finding.on).days
    if late <= rule.late_after_days or finding.grade is AlertGrade.LOOK:
        return finding
    text = wording_results.entered_late(late, finding.grade.label)
    caveat = Reason(rule.id, text, rule.kind, rule.source, protocol.version, (Predicate(text, Truth.TRUE),))
    return replace(finding, grade=AlertGrade.LOOK, caveats=(*finding.caveats, caveat))


def _missed(record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date) -> AlertFinding | None:
    """More missed visits than is safe, straight to the doctors; about the last of them."""
    found = missed_visits(record, protocol, as_of)
    visits = [visit for visit in record.missed_visits if visit.on <= as_of]
    if not found.not_safe_to_continue or found.reason is None or not visits:
        return None
    last = max(visits, key=lambda visit: (visit.on, entry_order(visit.id)))
    return AlertFinding(
        subject=f"contact:{last.id}",
        on=last.on,
        rule_id=found.reason.rule_id,
        grade=AlertGrade.ACTION,
        level=AlertLevel.DOCTOR,
        text=found.reason.text,
        action=wording_results.after_missed_visits(),
        reason=found.reason,
    )
