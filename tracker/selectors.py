"""Reads that join who the patient is, what they take and what must be looked at, for pages that show everything."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.findings import DueFinding, MonitoringFindings
from monitoring.rules.record import MonitoringRecord
from monitoring.rules.schedule import evaluate as evaluate_monitoring
from monitoring.schedules import protocol_of
from monitoring.selectors import records_of
from patients.clock import end_of_day, today_in
from patients.models import Patient, PatientMerge, Staff
from patients.rules.permissions import Permission
from patients.selectors import not_known_yet, patient_for, permissions_in
from regimens.models import DoseCheck
from regimens.protocol.load import load as load_pathway
from regimens.rules.coming import ComingChange, ComingKind, coming_changes
from regimens.rules.findings import PathwayFindings
from regimens.rules.pathway import evaluate as evaluate_pathway
from regimens.rules.reviews import Questions, questions
from regimens.selectors import dose_checks_of
from tracker.journal import EntryChange, changes_since, withdrawn_entries
from tracker.patient_life.merge_log import came_with_merges


@dataclass(frozen=True, slots=True)
class Standing:
    """One patient with everything recorded and everything that the rules answer, as of a day.

    `known_on` is the day up to whose end the record was read; None stands for now.
    """

    patient: Patient
    as_of: date
    record: MonitoringRecord
    pathway: PathwayFindings
    monitoring: MonitoringFindings
    questions: Questions
    known_on: date | None = None

    @property
    def protocol(self) -> MonitoringProtocol:
        """The monitoring protocol under the schedule of the patient's clinic."""
        return protocol_of(self.patient.clinic)

    @property
    def next_due(self) -> DueFinding | None:
        """The item that has been due longest, or comes due first; of one day's items the first of the protocol."""
        order = {item: number for number, item in enumerate(self.protocol.items)}
        return min(self.monitoring.due, key=lambda due: (due.due_on, order[due.item], due.occasion), default=None)


@dataclass(frozen=True, slots=True)
class RecordPage:
    """The patient record as one member of staff sees it. `is_today` is False when looking back (or ahead).

    Looking back at what was known on a day, `now` is the same patient as of the same day from what is known now, and
    `changes` what was entered, corrected or withdrawn since then, the latest first; `merges` brought entries of
    another record since.
    """

    standing: Standing
    today: date
    permissions: frozenset[Permission]
    now: Standing | None = None
    changes: tuple[EntryChange, ...] = ()
    withdrawn: tuple[EntryChange, ...] = ()
    merges: tuple[PatientMerge, ...] = ()
    dose_checks: tuple[DoseCheck, ...] = ()

    @property
    def known_on(self) -> date | None:
        return self.standing.known_on

    @property
    def is_today(self) -> bool:
        """Whether this is the record of today as known now, in which alone something can be entered."""
        return self.standing.as_of == self.today and self.known_on is None

    @property
    def coming(self) -> tuple[ComingChange, ...]:
        """What is entered for a day after the page's.

        Read from what became known only later, a start, dose or stop after that day may be what was done, not what was
        planned: of those none is told then. The steps of a taper are always a plan.
        """
        standing = self.standing
        found = coming_changes(standing.record.treatment.courses, standing.as_of)
        if (self.known_on or self.today) <= standing.as_of:
            return found
        return tuple(change for change in found if change.kind is ComingKind.TAPER_STEP)

    @property
    def days_query(self) -> str:
        """What links to the patient's other pages carry, so that they stand for the same days; "" for today."""
        if self.is_today:
            return ""
        known = f"&known_on={self.known_on}" if self.known_on else ""
        return f"?as_of={self.standing.as_of}{known}"


def standings_of(
    staff: Staff, patients: Sequence[Patient], as_of: date | None = None, known_on: date | None = None
) -> list[Standing]:
    """Where each of these patients stands and what is due, in the order given. Fixed number of queries.

    `known_on` None reads what is recorded now; a day reads what had been recorded by its end, by the clinic's clocks,
    and leaves out patients registered later. `as_of` None means `known_on`, or else today where the patient's clinic
    is. Raises NotAllowed, Refused.
    """
    records = records_of(staff, patients, known_on)
    pathway = load_pathway()
    found = []
    for patient in patients:
        if patient.pk not in records:
            continue
        day = as_of or known_on or today_in(patient.clinic)
        record = records[patient.pk]
        findings = evaluate_pathway(record.treatment, pathway, day)
        found.append(
            Standing(
                patient=patient,
                as_of=day,
                record=record,
                pathway=findings,
                monitoring=evaluate_monitoring(record, protocol_of(patient.clinic), day),
                questions=questions(record.treatment, findings),
                known_on=known_on,
            )
        )
    return found


def record_page(
    staff: Staff,
    patient_id: int,
    as_of: date | None = None,
    known_on: date | None = None,
    *,
    dose_checks: bool = True,
    withdrawn: bool = True,
) -> RecordPage:
    """Everything that a page of the patient record shows; what the page does not show can be left unread.

    Raises NotFound for a patient of another clinic, NotKnownYet for one registered after `known_on`, and Refused for a
    `known_on` that has not come yet.
    """
    patient = patient_for(staff, patient_id)
    if known_on == today_in(patient.clinic):
        as_of, known_on = as_of or known_on, None  # what is known by the end of today is what is known now
    found = standings_of(staff, [patient], as_of, known_on)
    if known_on is not None and not found:
        raise not_known_yet(patient, known_on)
    (standing,) = found
    page = RecordPage(
        standing=standing,
        today=today_in(patient.clinic),
        permissions=permissions_in(staff, patient.clinic_id),
        withdrawn=withdrawn_entries(staff, patient) if withdrawn and known_on is None else (),
        dose_checks=tuple(_checks(staff, patient, known_on)) if dose_checks else (),
    )
    if known_on is None:
        return page
    (now,) = standings_of(staff, [patient], standing.as_of)
    moment = end_of_day(known_on, patient.clinic)
    return replace(
        page,
        now=now,
        changes=changes_since(staff, patient, moment),
        merges=tuple(came_with_merges(patient, moment)),
    )


def _checks(staff: Staff, patient: Patient, known_on: date | None) -> Iterable[DoseCheck]:
    return dose_checks_of(staff, patient, end_of_day(known_on, patient.clinic) if known_on is not None else None)
