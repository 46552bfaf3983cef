"""What the tests of the audits share: an audit of the protocol, judged for one patient."""

from monitoring.protocol.audits import AuditDefinition
from monitoring.rules.audit_case import AuditCase
from monitoring.rules.audit_findings import AlertHistory, AuditOutcome, Judgement, Period
from monitoring.rules.audits import judge
from monitoring.rules.record import MonitoringRecord
from regimens.protocol.load import load as load_pathway
from tests.monitoring.rules.builders import after, protocol


def audit(identity: str) -> AuditDefinition:
    file = protocol().audits
    assert file is not None
    return next(one for one in file.audit if one.id == identity)


def judged(
    identity: str,
    record: MonitoringRecord,
    until: int,
    *,
    since: int = 0,
    as_of: int | None = None,
    alerts: tuple[AlertHistory, ...] = (),
) -> tuple[Judgement, ...]:
    """The judgements of an audit over days counted from START; `as_of` is the last day of the period where not said."""
    period = Period(after(since), after(until), after(until if as_of is None else as_of))
    return judge(audit(identity), AuditCase(record, protocol(), load_pathway(), period, alerts))


def outcomes(found: tuple[Judgement, ...]) -> list[AuditOutcome]:
    return [one.outcome for one in found]


def only(found: tuple[Judgement, ...]) -> Judgement:
    (one,) = found
    return one
