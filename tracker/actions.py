"""Writes that join several actions of the applications: saving exactly what was tried out in the sandbox."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.record import MonitoringRecord
from monitoring.schedules import protocol_of
from monitoring.selectors import against, baseline_screen, records_of
from patients.clock import today_in
from patients.errors import DomainError, NotAllowed, NotFound, Refused, StaleVersion
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import patient_to_write
from regimens.actions import NewDose, NewTaperStep, change_dose, plan_taper, start_course, stop_course
from regimens.protocol.load import load as load_pathway
from regimens.rules.guard_findings import GuardFinding
from regimens.rules.proposals import ChangeDose, Proposal, StartDrug, StopDrug, Taper, begun_by
from regimens.rules.record import DosePeriod
from regimens.selectors import course_to_write

# More than anybody means in one visit; it bounds the work that one request can ask for.
MOST_CHANGES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """One change of the sandbox with what is entered beside it. `reason`: why, in spite of what the dose guard says."""

    proposal: Proposal
    note: str = ""
    reason: str = ""


class ChangeRefused(Refused):
    """One of several changes cannot be made, and so none is. `number` says which, from 1; `error` why."""

    def __init__(self, number: int, error: DomainError) -> None:
        super().__init__(error.message, error.field, error.errors if isinstance(error, Refused) else None)
        self.number = number
        self.error = error


class RecordChanged(StaleVersion):
    """The record is not the one that the preview was made from. Nothing was saved."""

    def __init__(self, version: int) -> None:
        super().__init__(
            "The record changed after this preview was made, or a new day began. Nothing was saved: look at the new "
            "preview, then save it if it still is what you want.",
            version,
        )


def digest_of(record: MonitoringRecord, today: date, monitoring: MonitoringProtocol) -> str:
    """A fingerprint of everything that a preview rests on: the record, the day, the protocols of the clinic."""
    versions = (load_pathway().version, monitoring.version)
    return hashlib.sha256(repr((record, today, versions)).encode()).hexdigest()


@transaction.atomic
def save_changes(*, by: Staff, patient_id: int, changes: Sequence[PlannedChange], digest: str) -> None:
    """Saves these changes in their order, all or none, if the record is still the one that `digest` stands for.

    Each is written by the action that its own page calls, with that action's permission and checks. Raises NotFound (of
    the patient), NotAllowed, RecordChanged, ChangeRefused, Refused (no change).
    """
    if not changes:
        raise Refused("There is no change to save.")
    if len(changes) > MOST_CHANGES:
        raise Refused(f"{MOST_CHANGES} changes are the most that can be saved at once. Nothing was saved.")
    patient = patient_to_write(by, patient_id, Permission.RECORD_TREATMENT)
    for course_id in sorted(filter(None, map(_saved_course, changes))):
        with suppress(NotFound):  # gone since the preview: the digest says so
            course_to_write(by, course_id, Permission.RECORD_TREATMENT)  # held, so that nobody changes it meanwhile
    record = records_of(by, [patient])[patient.pk]
    if digest_of(record, today_in(patient.clinic), protocol_of(patient.clinic)) != digest:
        raise RecordChanged(patient.version)
    _write(by, patient_id, changes, rehearsing=False, standing=against(by, patient, record))


@transaction.atomic
def rehearse_changes(*, by: Staff, patient_id: int, changes: Sequence[PlannedChange]) -> None:
    """Makes the changes as `save_changes` would and takes them back: what the actions refuse is refused here too.

    Only the reason that the dose guard may ask for need not be there yet. Nothing remains. Raises NotAllowed,
    ChangeRefused.
    """
    try:
        _write(by, patient_id, changes, rehearsing=True)
    finally:
        transaction.set_rollback(True)


def _saved_course(change: PlannedChange) -> int | None:
    """The saved course that the change is about; None for a start, and for a course begun by a change before it."""
    proposal = change.proposal
    if isinstance(proposal, StartDrug) or not proposal.course.isdecimal():
        return None
    return int(proposal.course)


def _write(
    by: Staff,
    patient_id: int,
    changes: Sequence[PlannedChange],
    *,
    rehearsing: bool,
    standing: Sequence[GuardFinding] = (),
) -> None:
    """`standing`: what on the record, before all changes, speaks against starting or raising a drug."""
    begun: dict[str, int] = {}
    for number, change in enumerate(changes, start=1):
        try:
            if isinstance(change.proposal, StartDrug):
                begun[begun_by(number)] = _start(
                    by, patient_id, change.proposal, change, standing, rehearsing=rehearsing
                )
            else:
                course_id = _course_id(by, patient_id, change.proposal.course, begun)
                _go_on(by, course_id, change.proposal, change, standing, rehearsing=rehearsing)
        except NotAllowed:
            raise
        except DomainError as error:
            raise ChangeRefused(number, error) from error


def _start(
    by: Staff,
    patient_id: int,
    start: StartDrug,
    change: PlannedChange,
    standing: Sequence[GuardFinding],
    *,
    rehearsing: bool,
) -> int:
    """Starts the course; the new row's id. What the baseline screen lacks only has to be kept with what is saved."""
    screen = () if rehearsing else baseline_screen(by, patient_id, start.drug, start.on, start.route)
    course = start_course(
        by=by,
        patient_id=patient_id,
        on=start.on,
        precision=start.precision,
        drug=start.drug,
        drug_text=start.drug_text,
        role=start.role,
        route=start.route,
        dose=_new_dose(start.dose),
        note=change.note,
        override_reason=_reason(change, rehearsing=rehearsing),
        beside=(*screen, *standing),
    )
    return course.pk


def _go_on(
    by: Staff,
    course_id: int,
    proposal: ChangeDose | StopDrug | Taper,
    change: PlannedChange,
    standing: Sequence[GuardFinding],
    *,
    rehearsing: bool,
) -> None:
    """Makes one change of a course that is there."""
    if isinstance(proposal, ChangeDose):
        change_dose(
            by=by,
            course_id=course_id,
            on=proposal.on,
            dose=_new_dose(proposal.dose),
            note=change.note,
            override_reason=_reason(change, rehearsing=rehearsing),
            if_raised=standing,
        )
    elif isinstance(proposal, StopDrug):
        # The version as it is now: that nobody else moved it is what the digest and the lock are for.
        version = course_to_write(by, course_id, Permission.RECORD_TREATMENT).version
        stop_course(
            by=by,
            course_id=course_id,
            on=proposal.on,
            precision=proposal.precision,
            reason=proposal.reason,
            note=change.note,
            version=version,
        )
    else:
        steps = [NewTaperStep(on=on, milligrams_per_day=milligrams) for on, milligrams in proposal.steps]
        plan_taper(by=by, course_id=course_id, steps=steps, note=change.note)


def _reason(change: PlannedChange, *, rehearsing: bool) -> str:
    return change.reason or ("not asked for yet" if rehearsing else "")


def _course_id(by: Staff, patient_id: int, course: str, begun: dict[str, int]) -> int:
    """The row that a change is about. Raises NotFound for a course of another patient as for none."""
    if course in begun:
        return begun[course]
    if course.isdecimal() and course_to_write(by, int(course), Permission.RECORD_TREATMENT).patient_id == patient_id:
        return int(course)
    raise NotFound("No such course of this patient.")


def _new_dose(dose: DosePeriod) -> NewDose:
    return NewDose(
        amount=dose.amount,
        unit=dose.unit,
        basis=dose.basis,
        frequency=dose.frequency,
        frequency_text=dose.frequency_text,
        weekday=dose.weekday,
    )
