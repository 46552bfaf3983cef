"""What of the baseline screen is missing before a drug is started."""

from datetime import date

from monitoring.facts import monitoring_records
from monitoring.rules.guard import baseline_findings
from monitoring.schedules import protocol_of
from patients.models import Staff
from patients.selectors import patient_for
from regimens.rules.guard_findings import GuardFinding
from regimens.rules.vocabulary import Route


def baseline_screen(
    staff: Staff, patient_id: int, drug: str, on: date, route: Route = Route.NOT_RECORDED
) -> tuple[GuardFinding, ...]:
    """The items that the drug asks for before its first dose and that are missing. Raises NotFound, NotAllowed."""
    patient = patient_for(staff, patient_id)
    protocol = protocol_of(patient.clinic)
    if drug not in protocol.drugs:
        return ()
    return baseline_findings(monitoring_records([patient.pk])[patient.pk], protocol, drug, on, route)
