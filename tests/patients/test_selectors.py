"""Who sees whom: decided in one place, for every read."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from patients.errors import NotAllowed, NotFound
from patients.models import Staff
from patients.rules.permissions import ROLE_PERMISSIONS, Permission
from patients.rules.vocabulary import Role
from patients.selectors import (
    assessments_for,
    autoantibodies_for,
    clinic_for,
    clinics_of,
    condition_for,
    conditions_for,
    heights_for,
    latest_assessment,
    may,
    patient_for,
    patient_to_write,
    patients_for,
    permissions_in,
    require,
    search_patients,
    weights_for,
)
from tests.factories.rows import (
    a_clinic,
    a_condition,
    a_height,
    a_member,
    a_patient,
    a_stranger,
    a_weight,
    an_assessment,
    an_autoantibody,
    clinic_of,
)
from tests.patients.rules.roles import MAY

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", list(Role))
def test_what_each_role_may(role: Role) -> None:
    staff = a_member(role, password=None)
    clinic = clinic_of(staff)
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert permissions_in(staff, clinic.pk) == MAY[role]
    for permission in Permission:
        assert may(staff, clinic.pk, permission) is (permission in MAY[role])
        if permission not in MAY[role]:
            with pytest.raises(NotAllowed, match="Your role in this clinic does not"):
                require(staff, clinic.pk, permission)


def test_a_role_holds_in_its_own_clinic_only(doctor: Staff) -> None:
    elsewhere = a_clinic()
    doctor.memberships.create(clinic=elsewhere, role=Role.ADMIN.value)
    assert may(doctor, elsewhere.pk, Permission.REGISTER_PATIENT)
    assert not may(doctor, elsewhere.pk, Permission.RECORD_CLINICAL)
    assert set(clinics_of(doctor, Permission.RECORD_CLINICAL)) == {clinic_of_role(doctor, Role.DOCTOR)}
    assert clinics_of(doctor).count() == 2


def clinic_of_role(staff: Staff, role: Role) -> object:
    return staff.memberships.get(role=role.value).clinic


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
def test_no_flag_of_the_account_opens_a_record(doctor: Staff, flag: str) -> None:
    patient = a_patient(doctor)
    root = a_stranger(password=None, **{flag: True})
    assert not patients_for(root).exists()
    with pytest.raises(NotFound):
        patient_for(root, patient.pk)


def test_an_inactive_account_sees_nothing(doctor: Staff) -> None:
    patient = a_patient(doctor)
    gone = a_member(Role.DOCTOR, patient.clinic, password=None, is_active=False)
    assert not patients_for(gone).exists()
    assert not clinics_of(gone).exists()
    assert permissions_in(gone, patient.clinic_id) == frozenset()
    with pytest.raises(NotFound):
        patient_for(gone, patient.pk)


def test_a_patient_of_another_clinic_reads_like_none(doctor: Staff) -> None:
    patient = a_patient(doctor)
    stranger = a_member(password=None)
    with pytest.raises(NotFound) as hidden:
        patient_for(stranger, patient.pk)
    with pytest.raises(NotFound) as absent:
        patient_for(stranger, patient.pk + 1000)
    assert hidden.value.message == absent.value.message
    assert patient_for(doctor, patient.pk) == patient


def test_to_write_asks_for_the_permission_too(doctor: Staff) -> None:
    patient = a_patient(doctor)
    admin = a_member(Role.ADMIN, patient.clinic, password=None)
    with pytest.raises(NotAllowed):
        patient_to_write(admin, patient.pk, Permission.RECORD_CLINICAL)
    with pytest.raises(NotFound):
        patient_to_write(a_member(password=None), patient.pk, Permission.RECORD_CLINICAL)
    assert patient_to_write(admin, patient.pk, Permission.REGISTER_PATIENT) == patient


def test_a_clinic_for_a_write(doctor: Staff) -> None:
    assert clinic_for(doctor, clinic_of(doctor).pk, Permission.REGISTER_PATIENT) == clinic_of(doctor)
    with pytest.raises(NotFound):
        clinic_for(doctor, a_clinic().pk, Permission.REGISTER_PATIENT)
    nurse = a_member(Role.NURSE, password=None)
    with pytest.raises(NotAllowed):
        clinic_for(nurse, clinic_of(nurse).pk, Permission.JUDGE_TREATMENT)


@pytest.mark.parametrize(
    ("read", "add"),
    [
        (assessments_for, an_assessment),
        (weights_for, a_weight),
        (heights_for, a_height),
        (conditions_for, a_condition),
        (autoantibodies_for, an_autoantibody),
    ],
)
def test_facts_of_other_clinics_are_not_listed(
    doctor: Staff, read: Callable[..., Any], add: Callable[..., Any]
) -> None:
    mine = add(a_patient(doctor))
    add(a_patient(a_member(password=None)))
    assert list(read(doctor)) == [mine]


def test_a_condition_is_found_only_with_its_own_patient(doctor: Staff) -> None:
    patient = a_patient(doctor)
    row = a_condition(patient)
    assert condition_for(doctor, patient.pk, row.pk) == row
    for staff, patient_id in ((doctor, a_patient(doctor).pk), (a_member(password=None), patient.pk)):
        with pytest.raises(NotFound):
            condition_for(staff, patient_id, row.pk)


def test_the_latest_assessment_is_by_its_day_not_by_its_entry(doctor: Staff) -> None:
    patient = a_patient(doctor)
    assert latest_assessment(doctor, patient) is None
    latest = an_assessment(patient, date(2026, 4, 5))
    an_assessment(patient, date(2026, 1, 5))
    assert latest_assessment(doctor, patient) == latest
    with pytest.raises(NotAllowed):
        latest_assessment(a_member(password=None), patient)


class TestSearch:
    @pytest.fixture
    def found(self, doctor: Staff) -> object:
        a_patient(doctor, family_name="Somebody", given_names="Else", hospital_number="ZZ9", born=date(1950, 1, 1))
        return a_patient(
            doctor,
            family_name="O'Hara-Lind",
            given_names="Mary Jane",
            hospital_number="RX1234",
            nhs_number="9990000018",
            born=date(1968, 4, 5),
        )

    @pytest.mark.parametrize(
        "text",
        ["hara", "O'HARA-LIND, Mary", "mary o'hara", "rx12", "999 000 0018", "9990000018", "05/04/1968", "1968-04-05",
         "05-Apr-1968", "mary 1968", "1968 lind jane", "o'hara 5 April 1968", "5 April, 1968", "jane 999 000 0018"],
    )  # fmt: skip
    def test_by_name_number_or_birth(self, doctor: Staff, found: object, text: str) -> None:
        assert list(search_patients(doctor, text)) == [found]

    @pytest.mark.parametrize(
        "text",
        [
            "mary else",
            "x1234",
            "999 000 0026",
            "06/04/1968",
            "%",
            "_",
            "mary 1967",
            "mary 06/04/1968",
            "else 9990000018",
        ],
    )
    def test_what_fits_nobody(self, doctor: Staff, found: object, text: str) -> None:
        assert list(search_patients(doctor, text)) == []

    def test_no_text_lists_everybody_of_the_persons_clinics_by_name(self, doctor: Staff, found: object) -> None:
        a_patient(a_member(password=None))
        assert [patient.family_name for patient in search_patients(doctor)] == ["O'Hara-Lind", "Somebody"]
