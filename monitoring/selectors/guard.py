"""What monitoring has to say of a drug that is about to be started or raised, as messages of the dose guard."""

from collections.abc import Mapping
from datetime import date

from monitoring.facts import monitoring_records
from monitoring.models import Alert
from monitoring.rules.against import OpenAlert, against_findings
from monitoring.rules.guard import baseline_findings
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.schedule import evaluate
from monitoring.rules.vocabulary import AlertGrade
from monitoring.schedules import protocol_of
from monitoring.selectors.alerts import alerts_of
from patients.clock import today_in
from patients.models import Patient, Staff
from patients.rules.reasons import FactReference, Predicate, Reason, RuleKind, Truth
from patients.rules.wording import display_date
from patients.selectors import patient_for, require_reading
from regimens.rules.guard_findings import GuardFinding
from regimens.rules.vocabulary import Route
from regimens.selectors import course_for


def baseline_screen(
    staff: Staff, patient_id: int, drug: str, on: date, route: Route = Route.NOT_RECORDED
) -> tuple[GuardFinding, ...]:
    """The items that the drug asks for before its first dose and that are missing. Raises NotFound, NotAllowed."""
    patient = patient_for(staff, patient_id)
    protocol = protocol_of(patient.clinic)
    if drug not in protocol.drugs:
        return ()
    return baseline_findings(monitoring_records([patient.pk])[patient.pk], protocol, drug, on, route)


def against(staff: Staff, patient: Patient, record: MonitoringRecord | None = None) -> tuple[GuardFinding, ...]:
    """What speaks today against starting or raising a drug: open alerts, and monitoring that is overdue.

    `record` is the patient's as it stands, where it is at hand already. Raises NotAllowed.
    """
    require_reading(staff, patient)
    known = record or monitoring_records([patient.pk])[patient.pk]
    tests = {result.id: result.analyte for result in known.results}
    alerts = [_open_alert(row, tests) for row in alerts_of(staff, patient)]
    return against_findings(alerts, evaluate(known, protocol_of(patient.clinic), today_in(patient.clinic)).due)


def start_screen(
    staff: Staff, patient_id: int, drug: str, on: date, route: Route = Route.NOT_RECORDED
) -> tuple[GuardFinding, ...]:
    """What to know of a start besides the drug and its dose: its baseline screen, and what speaks against any start.

    Raises NotFound, NotAllowed.
    """
    patient = patient_for(staff, patient_id)
    record = monitoring_records([patient.pk])[patient.pk]
    protocol = protocol_of(patient.clinic)
    missing = baseline_findings(record, protocol, drug, on, route)
    return (*missing, *against(staff, patient, record))


def raise_screen(staff: Staff, course_id: int) -> tuple[GuardFinding, ...]:
    """What speaks today against a higher dose of the course. Raises NotFound, NotAllowed."""
    return against(staff, course_for(staff, course_id).patient)


def _open_alert(row: Alert, tests: Mapping[str, str]) -> OpenAlert:
    """`tests` names the test of each result by its id."""
    kind, _, identity = row.subject.partition(":")
    grade = AlertGrade(row.grade)
    about = FactReference(kind, identity, f"alert of {display_date(row.on)}")
    rests_on = RuleKind(row.source_kind) if row.source_kind else RuleKind.LOCAL_READING
    reason = Reason(
        row.rule_id,
        row.advice or row.text,
        rests_on,
        row.source,
        row.protocol_version,
        (Predicate(f"the alert is closed; it is {row.get_status_display()}", Truth.FALSE, (about,)),),
    )
    return OpenAlert(grade, row.on, row.text, about, reason, tests.get(str(row.result_id), ""))
