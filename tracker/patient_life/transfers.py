"""A patient handed over from one clinic to another: asked for by the one, taken over or declined by the other.

Until it is accepted nothing changes, and the other clinic sees of the patient only what it needs to decide. Whoever
calls `accept_transfer` has the patient reconciled afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from monitoring.actions.hand_over import end_work_of
from patients.acting import because
from patients.actions.drafts import end_drafts_about
from patients.entries import given_reason, store
from patients.errors import NotFound, Refused
from patients.models import Clinic, EmergencyAccess, Patient, PatientTransfer, Staff
from patients.rules.permissions import Permission
from patients.rules.vocabulary import TransferStatus
from patients.seen import seen
from patients.selectors import clinics_of, patient_to_write, require

NO_SUCH_TRANSFER = "No such transfer from or to your clinics."
HANDED_OVER = "The patient was handed over to another clinic:"
NO_LONGER_WAITING = "This transfer was accepted, declined or withdrawn already."


@dataclass(frozen=True, slots=True)
class Transfers:
    """Transfers as one member of staff sees them: to decide here, asked for from here, and those that are settled."""

    to_decide: Sequence[PatientTransfer]
    asked: Sequence[PatientTransfer]
    settled: QuerySet[PatientTransfer]


def clinics_to_hand_over_to(staff: Staff, patient: Patient) -> QuerySet[Clinic]:
    """Every other clinic, for whoever may hand this patient over. Raises NotAllowed."""
    require(staff, patient.clinic_id, Permission.TRANSFER_PATIENT)
    return Clinic.objects.exclude(pk=patient.clinic_id)


def waiting_transfer_of(staff: Staff, patient: Patient) -> PatientTransfer | None:
    """The transfer of this patient that waits for another clinic. Raises NotAllowed."""
    require(staff, patient.clinic_id, Permission.TRANSFER_PATIENT)
    rows = PatientTransfer.objects.filter(patient=patient, status=TransferStatus.WAITING)
    return rows.select_related("to_clinic", "asked_by").first()


def transfers_for(staff: Staff) -> Transfers:
    """The transfers from and to the clinics in which the person may hand patients over."""
    mine = _mine(staff)
    rows = _rows().order_by("-asked_at", "-pk")
    waiting = rows.filter(status=TransferStatus.WAITING)
    to_decide, asked = list(waiting.filter(to_clinic__in=mine)), list(waiting.filter(from_clinic__in=mine))
    seen(row.patient_id for row in (*to_decide, *asked))
    settled = rows.exclude(status=TransferStatus.WAITING).filter(Q(to_clinic__in=mine) | Q(from_clinic__in=mine))
    return Transfers(to_decide, asked, settled)


def transfers_shown(rows: Sequence[PatientTransfer]) -> Sequence[PatientTransfer]:
    """One page of settled transfers, whose patients are thereby seen."""
    seen(row.patient_id for row in rows)
    return rows


def transfer_to_decide(staff: Staff, transfer_id: int) -> PatientTransfer:
    """A transfer that waits for one of the person's clinics, with what is needed to decide. Raises NotFound."""
    row = _rows().filter(pk=transfer_id, to_clinic__in=_mine(staff), status=TransferStatus.WAITING).first()
    if row is None:
        raise NotFound(NO_SUCH_TRANSFER)
    seen([row.patient_id])
    return row


@transaction.atomic
def ask_transfer(*, by: Staff, patient_id: int, to_clinic: int, reason: str) -> PatientTransfer:
    """Asks another clinic to take the patient over. Raises NotFound, NotAllowed, Refused."""
    patient = patient_to_write(by, patient_id, Permission.TRANSFER_PATIENT)
    why = given_reason(reason, missing="Say why the patient goes to another clinic.")
    receiving = Clinic.objects.filter(pk=to_clinic).exclude(pk=patient.clinic_id).first()
    if receiving is None:
        raise Refused("Choose another clinic.", "to_clinic")
    if PatientTransfer.objects.filter(patient=patient, status=TransferStatus.WAITING).exists():
        raise Refused("This patient is already being handed over. Withdraw that first.")
    with because(why):
        return store(
            PatientTransfer(
                patient=patient,
                from_clinic=patient.clinic,
                to_clinic=receiving,
                reason=why,
                hospital_number_before=patient.hospital_number,
                asked_by=by,
            )
        )


@transaction.atomic
def withdraw_transfer(*, by: Staff, transfer_id: int) -> PatientTransfer:
    """The clinic that asked does not ask any more. Raises NotFound, NotAllowed, Refused."""
    row = _held(by, transfer_id)
    if row.from_clinic_id not in _mine(by):
        raise NotFound(NO_SUCH_TRANSFER)
    return _decided(row, TransferStatus.WITHDRAWN, by, "")


@transaction.atomic
def decline_transfer(*, by: Staff, transfer_id: int, note: str) -> PatientTransfer:
    """The other clinic does not take the patient over, and says why. Raises NotFound, Refused."""
    row = _held(by, transfer_id)
    if row.to_clinic_id not in _mine(by):
        raise NotFound(NO_SUCH_TRANSFER)
    return _decided(row, TransferStatus.DECLINED, by, given_reason(note, missing="Say why.", field="note"))


@transaction.atomic
def accept_transfer(*, by: Staff, transfer_id: int, hospital_number: str) -> PatientTransfer:
    """Takes the patient over, under a hospital number of the clinic that they come to.

    From then on the clinic that handed them over no longer finds them. Its work on the patient ends and what it had
    planned to write is dropped; every open emergency access to its record is closed, for this clinic was not told of
    it. Where the patient already has a record here with the same NHS number, the number stays with that one: the two
    are to be merged. Whoever asked does not accept as well, whatever their roles: a patient leaves a clinic in sight of
    two people. Raises NotFound, Refused.
    """
    row = _held(by, transfer_id)
    if row.to_clinic_id not in _mine(by):
        raise NotFound(NO_SUCH_TRANSFER)
    if row.asked_by_id == by.pk:
        raise Refused("You asked for this transfer. Somebody else in the clinic that takes over has to accept it.")
    patient = Patient.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=row.patient_id)
    number = hospital_number.strip()
    here = Patient.objects.filter(clinic=row.to_clinic_id)
    if not number:
        raise Refused("Enter the hospital number that the patient has with you.", "hospital_number")
    if here.filter(hospital_number=number).exists():
        raise Refused("This hospital number is already used in this clinic.", "hospital_number")
    with because(row.reason):
        note = ""
        if patient.nhs_number and (same := here.filter(nhs_number=patient.nhs_number).first()):
            patient.nhs_number = ""
            note = f"The same NHS number stands in record {same.hospital_number} of this clinic: merge the two."
        patient.clinic, patient.hospital_number = row.to_clinic, number
        patient.version += 1
        store(patient)
        end_work_of(by=by, patient=patient)
        end_drafts_about(patient)
        row.hospital_number_after = number
        # At the moment of the decision: by that the list of what is to be reviewed knows what ended them.
        moment = timezone.now()
        with because(f"{HANDED_OVER} {row.reason}"):
            EmergencyAccess.objects.filter(patient=patient).open_at(moment).update(closed_at=moment)
        return _decided(row, TransferStatus.ACCEPTED, by, note, moment)


def _rows() -> QuerySet[PatientTransfer]:
    return PatientTransfer.objects.select_related(
        "patient__clinic", "from_clinic", "to_clinic", "asked_by", "decided_by"
    )


def _mine(staff: Staff) -> set[int]:
    return set(clinics_of(staff, Permission.TRANSFER_PATIENT).values_list("pk", flat=True))


def _held(by: Staff, transfer_id: int) -> PatientTransfer:
    """The waiting transfer with its patient, both locked: the patient first, as every write locks them."""
    mine = _mine(by)
    rows = PatientTransfer.objects.filter(pk=transfer_id).filter(Q(from_clinic__in=mine) | Q(to_clinic__in=mine))
    patient_id = rows.values_list("patient", flat=True).first()
    if patient_id is None:
        raise NotFound(NO_SUCH_TRANSFER)
    Patient.objects.select_for_update().get(pk=patient_id)
    row = _rows().select_for_update(of=("self",)).get(pk=transfer_id)
    if row.status != TransferStatus.WAITING:
        raise Refused(NO_LONGER_WAITING)
    return row


def _decided(
    row: PatientTransfer, status: TransferStatus, by: Staff, note: str, at: datetime | None = None
) -> PatientTransfer:
    row.status, row.decided_at, row.decided_by, row.decision_note = status.value, at or timezone.now(), by, note
    return store(row)
