"""Who is a patient of the clinic, and whether they are under care."""

from datetime import date

from django.db import transaction

from patients.acting import because, explained
from patients.clock import today_in
from patients.duplicates import alike
from patients.entries import (
    bump_version,
    given_reason,
    not_before_birth,
    not_in_future,
    store,
)
from patients.errors import AlreadyThere, Refused
from patients.models import (
    Clinic,
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
    register_because: str = "",
) -> Patient:
    """Registers a patient in one clinic.

    `register_because`: why it is somebody else, or another record is wanted, although somebody alike is there; kept in
    the audit trail. Raises NotFound, NotAllowed, Refused, and AlreadyThere where such a reason is missing.
    """
    clinic = clinic_for(by, clinic_id, Permission.REGISTER_PATIENT)
    # One registration in a clinic at a time: two people at two desks may have the same person before them.
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    number = nhs.normalised(nhs_number)
    if number and not nhs.is_valid(number):
        raise Refused("This is not a valid NHS number: check the ten digits.", "nhs_number")
    if born is not None:
        not_in_future(born, today_in(clinic), "born")
    patient = Patient(
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
    reason = given_reason(register_because, field="register_because")
    with because(reason):
        store(patient)
    if not reason and (found := alike(by, patient)):
        # Stored first, so that what the record cannot hold at all is said first; what is raised here takes it back.
        raise AlreadyThere(
            "Somebody who may be the same person is registered already. Look at their record first; if it is somebody "
            "else, say why you register all the same.",
            found,
        )
    return patient


@transaction.atomic
@explained()
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
    if status == PatientStatus.MERGED:
        raise Refused("A record is not made one with another by its status. Merge the two records instead.", "status")
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
