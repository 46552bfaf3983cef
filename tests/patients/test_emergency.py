"""Emergency access: whom it lets read what, for how long, and how it is closed and reviewed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from patients.acting import Acting, acting, acting_as, because
from patients.actions import close_emergency_access, open_emergency_access, record_weight, review_emergency_access
from patients.emergencies import emergencies_to_review, waits_too_long
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import EmergencyAccess, Membership, Patient, Staff
from patients.rules.permissions import Permission
from patients.rules.vocabulary import EmergencyFinding, PatientStatus, Role
from patients.seen import collecting
from patients.selectors import (
    READS_ONLY,
    latest_assessment,
    may_read,
    open_emergencies,
    own_clinics_only,
    patient_for,
    patient_to_write,
    patients_for,
    require_reading,
    search_patients,
    weights_for,
    whose,
)
from tests.factories import rows

pytestmark = pytest.mark.django_db

OPENED = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(minutes=60)
NHS_NUMBER, BORN = "9990000018", date(1970, 5, 4)
REASON = "unconscious on our ward, drugs not known"


@pytest.fixture(autouse=True)
def _nobody_acts_before_and_after() -> Iterator[None]:
    """Reading under an emergency access is named until the request ends, and no request ends here."""
    with acting_as(Acting()):
        yield


@pytest.fixture
def patient() -> Patient:
    """Of another clinic than everybody's below."""
    return rows.a_patient(member(Role.ADMIN), nhs_number=NHS_NUMBER, born=BORN)


@pytest.fixture
def doctor() -> Staff:
    return member(Role.DOCTOR)


@pytest.fixture
def admin(patient: Patient) -> Staff:
    """Of the patient's clinic."""
    return patient.recorded_by


def member(role: Role, **fields: Any) -> Staff:
    return rows.a_member(role, password=None, **fields)


def again(staff: Staff) -> Staff:
    """As the next request reads the person."""
    return Staff.objects.get(pk=staff.pk)


def opened(by: Staff, *, nhs_number: str = NHS_NUMBER, born: date = BORN, reason: str = REASON) -> EmergencyAccess:
    (row,) = open_emergency_access(by=by, nhs_number=nhs_number, born=born, reason=reason, now=OPENED)
    return row


class TestOpening:
    @pytest.mark.parametrize("role", [Role.DOCTOR, Role.NURSE])
    def test_lets_read_for_an_hour_with_the_reason_kept(self, patient: Patient, role: Role) -> None:
        by = member(role)
        row = opened(by, nhs_number="999 000 0018", reason="  unconscious,\n drugs   not known ")
        assert (row.staff, row.patient, row.reason) == (by, patient, "unconscious, drugs not known")
        assert (row.opened_at, row.ends_at, row.closed_at) == (OPENED, OPENED + HOUR, None)
        assert django_settings.EMERGENCY_ACCESS_MINUTES == 60
        with time_machine.travel(OPENED, tick=False):
            assert patient_for(by, patient.pk) == patient

    @pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
    def test_is_for_those_who_treat(self, patient: Patient, role: Role) -> None:
        with pytest.raises(NotAllowed):
            opened(member(role))
        assert not EmergencyAccess.objects.exists()

    def test_nobody_without_a_clinic_or_with_a_closed_account(self, patient: Patient, doctor: Staff) -> None:
        doctor.is_active = False
        for by in (rows.a_stranger(password=None), doctor):
            with pytest.raises(NotAllowed):
                opened(by)

    @pytest.mark.parametrize(
        "wrong", [{"nhs_number": "9990000026"}, {"born": date(1970, 5, 5)}, {"born": date(1970, 4, 5)}]
    )
    def test_both_numbers_must_be_right_and_it_is_not_said_which_is_wrong(
        self, patient: Patient, doctor: Staff, wrong: dict[str, Any]
    ) -> None:
        with pytest.raises(NotFound, match="this NHS number and this date of birth together"):
            opened(doctor, **wrong)
        assert not EmergencyAccess.objects.exists()

    def test_a_patient_without_a_day_of_birth_is_found_by_none(self, patient: Patient, doctor: Staff) -> None:
        Patient.objects.filter(pk=patient.pk).update(born=None)
        with pytest.raises(NotFound):
            opened(doctor)

    @pytest.mark.parametrize("number", ["", "999000001", "9990000019", "999000001X"])
    def test_what_is_no_nhs_number_is_said(self, patient: Patient, doctor: Staff, number: str) -> None:
        with pytest.raises(Refused) as refused:
            opened(doctor, nhs_number=number)
        assert set(refused.value.errors) == {"nhs_number"}

    @pytest.mark.parametrize(
        ("reason", "is_enough"), [("012345678", False), ("0123456789", True), ("    a    b   ", False)]
    )
    def test_the_reason_is_at_least_ten_characters(
        self, patient: Patient, doctor: Staff, reason: str, is_enough: bool
    ) -> None:
        if is_enough:
            opened(doctor, reason=reason)
            return
        with pytest.raises(Refused) as refused:
            opened(doctor, reason=reason)
        assert set(refused.value.errors) == {"reason"}

    def test_a_patient_of_ones_own_needs_none(self, doctor: Staff) -> None:
        rows.a_patient(doctor, nhs_number=NHS_NUMBER, born=BORN)
        with pytest.raises(Refused, match="your own clinic"):
            opened(doctor)

    def test_the_own_record_of_a_patient_does_not_hide_the_other_clinics(self, patient: Patient, doctor: Staff) -> None:
        rows.a_patient(doctor, nhs_number=NHS_NUMBER, born=BORN)
        assert opened(doctor).patient == patient

    def test_each_clinic_that_knows_the_person_is_opened(self, patient: Patient, doctor: Staff) -> None:
        other = rows.a_patient(member(Role.NURSE), nhs_number=NHS_NUMBER, born=BORN)
        found = open_emergency_access(by=doctor, nhs_number=NHS_NUMBER, born=BORN, reason=REASON)
        assert {row.patient for row in found} == {patient, other}

    def test_a_merged_record_is_passed_over(self, patient: Patient, doctor: Staff) -> None:
        kept = rows.a_patient(patient.recorded_by)
        merged = {"status": PatientStatus.MERGED, "status_on": date(2026, 1, 1), "status_reason": "one person"}
        Patient.objects.filter(pk=patient.pk).update(merged_into=kept, **merged)
        with pytest.raises(NotFound):
            opened(doctor)

    def test_while_it_is_open_it_is_not_opened_again(self, patient: Patient, doctor: Staff) -> None:
        opened(doctor)
        with pytest.raises(Refused, match="already open"):
            opened(doctor)
        open_emergency_access(by=doctor, nhs_number=NHS_NUMBER, born=BORN, reason=REASON, now=OPENED + HOUR)
        assert EmergencyAccess.objects.count() == 2


class TestReading:
    @pytest.mark.parametrize(
        ("passed", "is_open"),
        [
            (timedelta(0), True),
            (HOUR - timedelta(seconds=1), True),
            (HOUR, False),
            (HOUR + timedelta(seconds=1), False),
        ],
    )
    def test_ends_after_sixty_minutes(self, patient: Patient, doctor: Staff, passed: timedelta, is_open: bool) -> None:
        opened(doctor)
        for by in (again(doctor), doctor):  # read anew, and still in the hands of a long request
            with time_machine.travel(OPENED + passed, tick=False):
                assert may_read(by, patient) is is_open
                if is_open:
                    assert patient_for(by, patient.pk) == patient
                else:
                    with pytest.raises(NotFound):
                        patient_for(by, patient.pk)

    def test_nobody_else_and_nobody_elses_record(self, patient: Patient, doctor: Staff) -> None:
        beside = rows.a_patient(patient.recorded_by)
        rows.an_emergency(doctor, patient)
        colleague = rows.a_member(Role.DOCTOR, rows.clinic_of(doctor), password=None)
        for by, whom in ((colleague, patient), (doctor, beside)):
            assert not may_read(by, whom)
            with pytest.raises(NotFound):
                patient_for(by, whom.pk)
            with pytest.raises(NotAllowed):
                require_reading(by, whom)
            with pytest.raises(NotAllowed):
                whose(by, whom)

    def test_ends_with_the_role_and_with_the_account(self, patient: Patient, doctor: Staff) -> None:
        rows.an_emergency(doctor, patient)
        Membership.objects.filter(staff=doctor).update(role=Role.AUDITOR)
        assert not may_read(again(doctor), patient)
        Membership.objects.filter(staff=doctor).update(role=Role.NURSE)
        assert may_read(again(doctor), patient)
        Staff.objects.filter(pk=doctor.pk).update(is_active=False)
        assert not may_read(again(doctor), patient)
        Staff.objects.filter(pk=doctor.pk).update(is_active=True)
        with because("left the clinic"):
            Membership.objects.filter(staff=doctor).delete()
        assert not may_read(again(doctor), patient)

    def test_the_trail_names_it_with_the_reason(self, patient: Patient, doctor: Staff) -> None:
        row = rows.an_emergency(doctor, patient, reason="not awake")
        with acting_as(Acting(actor_id=doctor.pk)), collecting() as found:
            patient_for(doctor, patient.pk)
            assert acting() == Acting(actor_id=doctor.pk, emergency_id=row.pk, reason="not awake")
        assert found == {patient.pk}

    def test_the_own_clinics_patients_are_read_under_none(self, patient: Patient, doctor: Staff) -> None:
        own = rows.a_patient(doctor)
        rows.an_emergency(doctor, patient)
        with acting_as(Acting(actor_id=doctor.pk)), collecting() as found:
            patient_for(doctor, own.pk)
            assert acting().emergency_id is None
        assert found == {own.pk}

    def test_who_was_not_found_was_not_seen(self, patient: Patient, doctor: Staff) -> None:
        with collecting() as found, pytest.raises(NotFound):
            patient_for(doctor, patient.pk)
        assert found == set()

    def test_no_list_and_no_search_holds_the_patient(self, patient: Patient, doctor: Staff) -> None:
        rows.a_weight(patient)
        rows.an_emergency(doctor, patient)
        assert patient_for(doctor, patient.pk) == patient
        assert not patients_for(doctor).exists()
        assert not search_patients(doctor, NHS_NUMBER).exists()
        assert not weights_for(doctor).exists()
        assert not whose(doctor).exists()
        assert whose(doctor, patient).get() == patient

    def test_a_selector_of_one_patient_reads_under_it(self, patient: Patient, doctor: Staff) -> None:
        assessment = rows.an_assessment(patient)
        with pytest.raises(NotAllowed):
            latest_assessment(doctor, patient)
        rows.an_emergency(doctor, patient)
        assert latest_assessment(again(doctor), patient) == assessment

    def test_a_program_never_reads_under_it(self, patient: Patient, doctor: Staff) -> None:
        rows.an_emergency(doctor, patient)
        own_clinics_only(doctor)
        with pytest.raises(NotFound):
            patient_for(doctor, patient.pk)

    def test_one_query_more_only_where_the_own_clinics_do_not_know_the_patient(
        self, patient: Patient, doctor: Staff, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        own = rows.a_patient(doctor)
        rows.an_emergency(doctor, patient)
        person = again(doctor)
        assert len(open_emergencies(person)) == 1
        with django_assert_num_queries(1):
            patient_for(person, own.pk)
        with django_assert_num_queries(2):
            patient_for(person, patient.pk)
        nobody = again(member(Role.DOCTOR))
        assert open_emergencies(nobody) == []
        with django_assert_num_queries(1), pytest.raises(NotFound):
            patient_for(nobody, patient.pk)


class TestWriting:
    def test_is_refused_in_plain_words(self, patient: Patient, doctor: Staff) -> None:
        rows.an_emergency(doctor, patient)
        for permission in Permission:
            with pytest.raises(NotAllowed, match="lets you read this record, not change it"):
                patient_to_write(doctor, patient.pk, permission)
        with pytest.raises(NotAllowed) as refused:
            record_weight(by=doctor, patient_id=patient.pk, on=date(2026, 1, 1), kilograms=Decimal(70))
        assert refused.value.message == READS_ONLY

    def test_without_one_the_patient_is_not_there(self, patient: Patient, doctor: Staff) -> None:
        with pytest.raises(NotFound):
            patient_to_write(doctor, patient.pk, Permission.RECORD_CLINICAL)


class TestClosing:
    def test_ends_reading_at_once(self, patient: Patient, doctor: Staff) -> None:
        row = rows.an_emergency(doctor, patient)
        assert may_read(doctor, patient)
        closed = close_emergency_access(by=doctor, emergency_id=row.pk)
        assert closed.closed_at is not None
        assert not may_read(doctor, patient)
        assert not may_read(again(doctor), patient)

    def test_the_patients_clinic_can_end_it_and_nobody_else(
        self, patient: Patient, doctor: Staff, admin: Staff
    ) -> None:
        row = rows.an_emergency(doctor, patient)
        nurse = rows.a_member(Role.NURSE, patient.clinic, password=None)
        for other in (member(Role.ADMIN), member(Role.DOCTOR), nurse):
            with pytest.raises(NotFound):
                close_emergency_access(by=other, emergency_id=row.pk)
        close_emergency_access(by=admin, emergency_id=row.pk)
        assert not may_read(again(doctor), patient)

    def test_what_is_over_stays_as_it_was(self, patient: Patient, doctor: Staff) -> None:
        row = opened(doctor)
        close_emergency_access(by=doctor, emergency_id=row.pk, now=OPENED + HOUR)
        row.refresh_from_db()
        assert row.closed_at is None
        close_emergency_access(by=doctor, emergency_id=row.pk, now=OPENED + timedelta(minutes=5))
        close_emergency_access(by=doctor, emergency_id=row.pk, now=OPENED + timedelta(minutes=9))
        row.refresh_from_db()
        assert row.closed_at == OPENED + timedelta(minutes=5)


class TestReviewing:
    def test_records_who_found_what_and_when(self, patient: Patient, doctor: Staff, admin: Staff) -> None:
        row = opened(doctor)
        found = review_emergency_access(
            by=admin, emergency_id=row.pk, finding=EmergencyFinding.JUSTIFIED, now=OPENED + HOUR
        )
        assert (found.reviewed_by, found.reviewed_at) == (admin, OPENED + HOUR)
        assert (found.finding, found.finding_note) == ("justified", "")
        with pytest.raises(Refused, match="in the meantime"):
            review_emergency_access(by=admin, emergency_id=row.pk, finding=EmergencyFinding.JUSTIFIED)

    def test_a_lead_reviews_as_well(self, patient: Patient, doctor: Staff) -> None:
        lead = rows.a_member(Role.NURSE, patient.clinic, password=None)
        Membership.objects.filter(staff=lead).update(is_lead=True)
        row = opened(doctor)
        assert review_emergency_access(by=again(lead), emergency_id=row.pk, finding=EmergencyFinding.JUSTIFIED)

    def test_nobody_reviews_their_own(self, patient: Patient, doctor: Staff) -> None:
        row = opened(doctor)
        Membership.objects.create(staff=doctor, clinic=patient.clinic, role=Role.ADMIN)
        with pytest.raises(NotAllowed, match="Somebody else"):
            review_emergency_access(by=again(doctor), emergency_id=row.pk, finding=EmergencyFinding.JUSTIFIED)
        with pytest.raises(IntegrityError, match="reviewed_by_another"), transaction.atomic():
            EmergencyAccess.objects.filter(pk=row.pk).update(
                reviewed_at=OPENED, reviewed_by=doctor, finding=EmergencyFinding.JUSTIFIED
            )

    def test_other_clinics_and_other_roles_do_not_find_it(self, patient: Patient, doctor: Staff) -> None:
        row = opened(doctor)
        for by in (doctor, member(Role.ADMIN), rows.a_member(Role.DOCTOR, patient.clinic, password=None)):
            assert not emergencies_to_review(by).exists()
            with pytest.raises(NotFound):
                review_emergency_access(by=by, emergency_id=row.pk, finding=EmergencyFinding.JUSTIFIED)

    def test_not_while_it_is_open(self, patient: Patient, doctor: Staff, admin: Staff) -> None:
        row = opened(doctor)
        justified = {"by": admin, "emergency_id": row.pk, "finding": EmergencyFinding.JUSTIFIED}
        with pytest.raises(Refused, match="still open"):
            review_emergency_access(**justified, now=OPENED + HOUR - timedelta(seconds=1))
        close_emergency_access(by=doctor, emergency_id=row.pk, now=OPENED + timedelta(seconds=5))
        assert review_emergency_access(**justified, now=OPENED + timedelta(seconds=6)).reviewed_by == admin

    @pytest.mark.parametrize("finding", [EmergencyFinding.NOT_JUSTIFIED, EmergencyFinding.TAKEN_FURTHER])
    def test_anything_but_justified_says_why(
        self, patient: Patient, doctor: Staff, admin: Staff, finding: EmergencyFinding
    ) -> None:
        row = opened(doctor)
        with pytest.raises(Refused) as refused:
            review_emergency_access(by=admin, emergency_id=row.pk, finding=finding, note="  ", now=OPENED + HOUR)
        assert set(refused.value.errors) == {"note"}
        found = review_emergency_access(
            by=admin, emergency_id=row.pk, finding=finding, note="a neighbour", now=OPENED + HOUR
        )
        assert found.finding_note == "a neighbour"

    def test_waits_too_long_after_the_days_of_the_setting(self) -> None:
        week = timedelta(days=django_settings.EMERGENCY_REVIEW_DAYS)
        assert not waits_too_long(OPENED, OPENED + week - timedelta(seconds=1))
        assert waits_too_long(OPENED, OPENED + week)
