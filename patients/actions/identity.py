"""Who a patient is, put right: a name changes, a birth was mistyped, a number arrives later."""

from datetime import date

from django.db import transaction

from patients.acting import because, explained
from patients.clock import today_in
from patients.duplicates import newly_alike
from patients.entries import bump_version, given_reason, not_in_future, store
from patients.errors import AlreadyThere, Refused
from patients.models import Clinic, IdentityCorrection, Patient, Staff
from patients.rules import nhs_number as nhs
from patients.rules.permissions import Permission
from patients.rules.plain_text import NotPlainText, plain_text
from patients.rules.vocabulary import DatePrecision, Sex
from patients.selectors import patient_to_write

IDENTITY = ("hospital_number", "nhs_number", "given_names", "family_name", "born", "born_precision", "sex")


@transaction.atomic
@explained()
def correct_identity(
    *,
    by: Staff,
    patient_id: int,
    hospital_number: str,
    given_names: str,
    family_name: str,
    born: date | None,
    born_precision: DatePrecision,
    sex: Sex,
    nhs_number: str,
    reason: str,
    version: int,
    alike_because: str = "",
) -> Patient:
    """Puts who the patient is in the place of what was recorded; what was said until now is kept beside it.

    `alike_because`: why it is somebody else although the record now looks like another; the audit trail keeps it with
    the reason.
    Raises NotFound, NotAllowed, Refused, StaleVersion, and AlreadyThere where such a reason is missing.
    """
    patient = patient_to_write(by, patient_id, Permission.REGISTER_PATIENT)
    # As at registration: two people at two desks may give two records the same identity.
    Clinic.objects.select_for_update(no_key=True).get(pk=patient.clinic_id)
    bump_version(patient, version)
    why = given_reason(reason, missing="Say why this is corrected.")
    although = given_reason(alike_because, field="alike_because")
    before = {name: getattr(patient, name) for name in IDENTITY}
    old = IdentityCorrection(patient=patient, **before, reason=why, recorded_by=by)
    said = Patient(pk=patient.pk, clinic=patient.clinic, **before)
    patient.hospital_number = _plain(hospital_number, "hospital_number")
    patient.given_names = _plain(given_names, "given_names")
    patient.family_name = _plain(family_name, "family_name")
    patient.nhs_number = _checked_number(nhs_number)
    patient.born, patient.sex = born, sex.value
    patient.born_precision = DatePrecision.DAY.value if born is None else born_precision.value
    if all(getattr(patient, name) == value for name, value in before.items()):
        raise Refused("Nothing differs from what is recorded. Change what is wrong, or go back to the record.")
    _check_birth(patient)
    patient.version = version + 1
    with because("; ".join(filter(None, (why, although)))):  # both reasons, where there are two
        store(patient)
        store(old)
    if not although and (found := newly_alike(by, said, patient)):
        # Stored first, so that what the record cannot hold at all is said first; what is raised here takes it back.
        raise AlreadyThere(
            "As corrected, this may be the same person as somebody else who is registered. Look at their record "
            "first; if it is somebody else, say why you correct this one all the same.",
            found,
            "alike_because",
        )
    return patient


def _plain(text: str, field: str) -> str:
    try:
        return plain_text(text.strip(), one_line=True)
    except NotPlainText as error:
        raise Refused(str(error), field) from None


def _checked_number(text: str) -> str:
    number = nhs.normalised(text)
    if number and not nhs.is_valid(number):
        raise Refused("This is not a valid NHS number: check the ten digits.", "nhs_number")
    return number


def _check_birth(patient: Patient) -> None:
    if patient.born is None:
        return
    not_in_future(patient.born, today_in(patient.clinic), "born")
    if patient.status_on is not None and patient.born > patient.status_on:
        raise Refused("The patient’s status holds from an earlier day. Check the date of birth and the status.", "born")
