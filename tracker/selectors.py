"""Reads that join who the patient is, what they take and what must be looked at, for pages that show everything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from monitoring.protocol.load import load as load_monitoring
from monitoring.rules.findings import DueFinding, MonitoringFindings
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.schedule import evaluate as evaluate_monitoring
from monitoring.selectors import records_of
from patients.clock import today_in
from patients.models import Patient, Staff
from patients.rules.permissions import Permission
from patients.selectors import patient_for, permissions_in
from regimens.protocol.load import load as load_pathway
from regimens.rules.findings import PathwayFindings
from regimens.rules.pathway import evaluate as evaluate_pathway


@dataclass(frozen=True, slots=True)
class Standing:
    """One patient with everything recorded and everything that the rules answer, as of a day."""

    patient: Patient
    as_of: date
    record: MonitoringRecord
    pathway: PathwayFindings
    monitoring: MonitoringFindings

    @property
    def next_due(self) -> DueFinding | None:
        """The item that has been due longest, or comes due first; of one day's items the first of the protocol."""
        order = {item: number for number, item in enumerate(load_monitoring().items)}
        return min(self.monitoring.due, key=lambda due: (due.due_on, order[due.item], due.occasion), default=None)


@dataclass(frozen=True, slots=True)
class RecordPage:
    """The patient record as one member of staff sees it. `is_today` is False when looking back (or ahead)."""

    standing: Standing
    today: date
    permissions: frozenset[Permission]

    @property
    def is_today(self) -> bool:
        return self.standing.as_of == self.today


def standings_of(staff: Staff, patients: Sequence[Patient], as_of: date | None = None) -> list[Standing]:
    """Where each of these patients stands and what is due, in the order given. Fixed number of queries.

    `as_of` None means today where the patient's clinic is. Raises NotAllowed.
    """
    records = records_of(staff, patients)
    pathway, monitoring = load_pathway(), load_monitoring()
    found = []
    for patient in patients:
        day = as_of or today_in(patient.clinic)
        record = records[patient.pk]
        found.append(
            Standing(
                patient=patient,
                as_of=day,
                record=record,
                pathway=evaluate_pathway(record.treatment, pathway, day),
                monitoring=evaluate_monitoring(record, monitoring, day),
            )
        )
    return found


def record_page(staff: Staff, patient_id: int, as_of: date | None = None) -> RecordPage:
    """Everything that the patient record shows. Raises NotFound for a patient of another clinic."""
    patient = patient_for(staff, patient_id)
    (standing,) = standings_of(staff, [patient], as_of)
    return RecordPage(
        standing=standing, today=today_in(patient.clinic), permissions=permissions_in(staff, patient.clinic_id)
    )
