"""One patient as an audit looks at them, and how a judgement about one unit is written down."""

from datetime import date
from functools import cached_property

from monitoring.protocol.audits import AuditDefinition
from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.audit_findings import AlertHistory, AuditOutcome, Judgement, Period
from monitoring.rules.findings import DueFinding, MonitoringFindings
from monitoring.rules.levels import taken_on
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.schedule import evaluate
from monitoring.rules.vocabulary import MonitoredBy
from patients.protocol.activity import ActivityProtocol
from patients.rules.reasons import FactReference, Predicate, Reason, Truth
from patients.rules.vocabulary import PatientStatus
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.record import Course

_TRUTH = {AuditOutcome.MET: Truth.TRUE, AuditOutcome.NOT_MET: Truth.FALSE}


class AuditCase:
    """A patient's record with the protocols, for one period. What several audits need is worked out once.

    `alerts` are the histories of the patient's alerts about results.
    """

    def __init__(
        self,
        record: MonitoringRecord,
        monitoring: MonitoringProtocol,
        pathway: PathwayProtocol,
        period: Period,
        alerts: tuple[AlertHistory, ...] = (),
    ) -> None:
        self.record = record
        self.monitoring = monitoring
        self.pathway = pathway
        self.period = period
        self.alerts = alerts
        self.intervals: dict[tuple[str, ...], tuple[Judgement, ...]] = {}
        """Judged intervals by the kinds of items looked at; filled by audit_intervals.py for both audits of them."""

    @property
    def activity(self) -> ActivityProtocol:
        return self.pathway.activity

    @cached_property
    def findings(self) -> MonitoringFindings:
        """What was due on the last day of the period."""
        return evaluate(self.record, self.monitoring, self.period.end)

    @cached_property
    def taken(self) -> list[Course]:
        """The courses taken on the last day of the period."""
        return taken_on(self.record.treatment.courses, self.period.end)

    @property
    def patient(self) -> FactReference:
        return FactReference("patient", self.record.treatment.patient.person.id, "this patient")

    def left_by(self, day: date) -> bool:
        """Whether the patient was no longer under care on the day. Without a date that holds on every day."""
        person = self.record.treatment.patient.person
        return person.status is not PatientStatus.ACTIVE and (person.status_on is None or person.status_on <= day)


def judged(
    audit: AuditDefinition,
    case: AuditCase,
    outcome: AuditOutcome,
    text: str,
    *,
    key: str = "",
    unit: str = "",
    why: str = "",
    facts: tuple[FactReference, ...] = (),
    decided_on: date | None = None,
    days: int | None = None,
) -> Judgement:
    """One judgement with its reason on the audit's own definition. Without `key` it is about the whole patient."""
    file = case.monitoring.audits
    version = f"{case.monitoring.version}, audits {file.version}" if file is not None else case.monitoring.version
    predicate = Predicate(text, _TRUTH.get(outcome, Truth.UNKNOWN), facts)
    reason = Reason(audit.id, text, audit.kind, audit.source, version, (predicate,))
    return Judgement(key or "patient", unit or "this patient", outcome, reason, why, decided_on, days)


def excluded(
    audit: AuditDefinition, case: AuditCase, why: str, text: str = "", *, key: str = "", unit: str = ""
) -> Judgement:
    """A unit that the denominator leaves out."""
    return judged(audit, case, AuditOutcome.EXCLUDED, text or why, key=key, unit=unit, why=why)


def unjudged(
    audit: AuditDefinition, case: AuditCase, why: str, text: str = "", *, key: str = "", unit: str = ""
) -> Judgement:
    """A unit that belongs to the audit and that nobody can judge from what is recorded."""
    return judged(audit, case, AuditOutcome.UNJUDGED, text or why, key=key, unit=unit, why=why)


def cannot_tell(due: DueFinding) -> str:
    """Why an overdue item may have been done after all; "" when nothing speaks for it."""
    if due.waiting_until is not None:
        return "overdue, and a sample is on its way"
    if looked_after_elsewhere(due):
        return "overdue, but looked after by another service, and nothing of it has come here"
    return ""


def looked_after_elsewhere(due: DueFinding) -> bool:
    """Whether no drug that asks for it is looked after by this clinic."""
    return all(driver.monitored_by is not MonitoredBy.US for driver in (due.driver, *due.other_drivers))
