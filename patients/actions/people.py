"""Who is a patient of the clinic, and whether they are under care."""

from datetime import date

from django.db import transaction

from patients.clock import today_in
from patients.entries import (
    bump_version,
    not_before_birth,
    not_in_future,
    store,
)
from patients.errors import Refused
from patients.models import (
    Patient,
    Staff,
    StatusChange,
)
from patients.rules import nhs_number as nhs
from patients.rules.permissions import Permission
from patients.rules.vocabulary import (
    DatePrecision,
    PatientStatus,
    Sex,
    Subtype,
)
from patients.selectors import clinic_for, patient_to_write


@transaction.atomic
def register_patient(
    *,
    by: Staff,
    clinic_id: int,
    hospital_number: str,
    given_names: str,
    family_name: str,
    born: date | None = None,
    born_precision: DatePrecision = DatePrecision.DAY,
    sex: Sex = Sex.NOT_RECORDED,
    subtype: Subtype = Subtype.NOT_RECORDED,
    nhs_number: str = "",
) -> Patient:
    """Registers a patient in one clinic. Raises NotFound, NotAllowed, Refused."""
    clinic = clinic_for(by, clinic_id, Permission.REGISTER_PATIENT)
    number = nhs.normalised(nhs_number)
    if number and not nhs.is_valid(number):
        raise Refused("This is not a valid NHS number: check the ten digits.", "nhs_number")
    if born is not None:
        not_in_future(born, today_in(clinic), "born")
    return store(
        Patient(
            clinic=clinic,
            hospital_number=hospital_number.strip(),
            nhs_number=number,
            given_names=given_names.strip(),
            family_name=family_name.strip(),
            born=born,
            born_precision=born_precision,
            sex=sex,
            subtype=subtype,
            recorded_by=by,
        )
    )


@transaction.atomic
def change_status(
    *,
    by: Staff,
    patient_id: int,
    status: PatientStatus,
    on: date | None,
    reason: str,
    version: int,
) -> Patient:
    """Sets whether the patient is under care. Leaving care needs the day and the reason; returning clears both.

    Each change is kept as a StatusChange beside those before it, so that what was known earlier stays knowable.

    Raises NotFound, NotAllowed, Refused, StaleVersion.
    """
    patient = patient_to_write(by, patient_id, Permission.REGISTER_PATIENT)
    bump_version(patient, version)
    if status == PatientStatus.ACTIVE:
        on, reason = None, ""
    elif on is None:
        raise Refused("Enter the day from which this holds.", "on")
    else:
        not_in_future(on, today_in(patient.clinic), "on")
        not_before_birth(patient, on, "on")
        if not reason.strip():
            raise Refused("Enter the reason.", "reason")
    patient.status, patient.status_on, patient.status_reason = status.value, on, reason.strip()
    patient.version = version + 1
    store(patient)
    store(StatusChange(patient=patient, status=status, on=on, reason=reason.strip(), recorded_by=by))
    return patient
