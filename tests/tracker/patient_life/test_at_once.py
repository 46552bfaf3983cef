"""Merging, handing over and writing in the same moment, on real connections: one of them waits, nothing is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection, transaction

from patients.actions import open_emergency_access, record_weight, register_patient
from patients.emergencies import waiting_in
from patients.errors import AlreadyThere, DomainError
from patients.models import EmergencyAccess, Patient, PatientMerge, PatientTransfer, Staff, Weight
from regimens.actions import NewDose, change_dose, start_course
from regimens.models import Course, DosePeriod
from regimens.rules.vocabulary import DoseUnit, Frequency, Weekday
from tests.factories import rows
from tracker.patient_life.merge_preview import preview_merge
from tracker.patient_life.merges import merge_patients, unmerge
from tracker.patient_life.transfers import accept_transfer, ask_transfer, withdraw_transfer

pytestmark = pytest.mark.django_db(transaction=True)

ON = date(2026, 3, 2)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each got that did its act in the same moment: an answer, or the error that stopped it."""
    ready = Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        try:
            ready.wait(timeout=10)
            return act()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(one, acts))


@pytest.fixture
def doctor() -> Staff:
    return rows.a_member(password=None)


@pytest.fixture
def two(doctor: Staff) -> tuple[Patient, Patient]:
    return rows.a_patient(doctor), rows.a_patient(doctor)


def merging(by: Staff, kept: Patient, merged: Patient) -> Callable[[], PatientMerge]:
    seen = preview_merge(by=by, kept_id=kept.pk, merged_id=merged.pk).fingerprint
    return lambda: merge_patients(by=by, kept_id=kept.pk, merged_id=merged.pk, reason="one person", seen=seen)


def test_two_merges_of_the_same_two_records(doctor: Staff, two: tuple[Patient, Patient]) -> None:
    one, other = two
    rows.a_weight(one)
    rows.a_weight(other, "80")
    answers = at_once(merging(doctor, one, other), merging(doctor, other, one), merging(doctor, one, other))
    assert sum(isinstance(answer, PatientMerge) for answer in answers) == 1, answers
    made = PatientMerge.objects.get()
    assert Weight.objects.filter(patient=made.kept).count() == 2
    assert Patient.objects.filter(merged_into__isnull=False).get() == made.merged


@pytest.mark.parametrize("attempt", range(5))
def test_a_write_meanwhile_is_moved_or_refused(doctor: Staff, two: tuple[Patient, Patient], attempt: int) -> None:
    kept, merged = two
    rows.a_weight(merged)
    answers = at_once(
        merging(doctor, kept, merged),
        lambda: record_weight(by=doctor, patient_id=merged.pk, on=ON, kilograms=Decimal(81)),
    )
    merged.refresh_from_db()
    written = [answer for answer in answers if isinstance(answer, Weight)]
    if merged.merged_into_id is None:
        # The write came first: the merge was made in sight of another record, and says so.
        assert len(written) == 1
        assert Weight.objects.filter(patient=merged).count() == 2
    else:
        assert written == []
        assert not Weight.objects.filter(patient=merged).exists()
        assert Weight.objects.filter(patient=kept).count() == 1


def test_a_dose_under_a_course_that_moves_goes_with_it(doctor: Staff, two: tuple[Patient, Patient]) -> None:
    kept, merged = two
    course = rows.a_course(merged, start_on=date(2026, 1, 5), dose="10")
    at_once(
        merging(doctor, kept, merged),
        lambda: change_dose(
            by=doctor, course_id=course.pk, on=ON, dose=_weekly(), note="", override_reason="known and wanted"
        ),
    )
    course.refresh_from_db()
    assert {dose.course.patient_id for dose in DosePeriod.objects.all()} == {course.patient_id}


def test_an_overlapping_course_begun_meanwhile_stops_the_merge(doctor: Staff, two: tuple[Patient, Patient]) -> None:
    kept, merged = two
    rows.a_course(merged, "azathioprine", start_on=date(2026, 1, 5), dose="50")
    at_once(
        merging(doctor, kept, merged),
        lambda: start_course(
            by=doctor, patient_id=kept.pk, on=ON, drug="azathioprine", override_reason="known and wanted"
        ),
    )
    for patient in (kept, merged):
        running = Course.objects.filter(patient=patient, drug="azathioprine", stop_on__isnull=True)
        assert running.count() <= 1


def test_one_merge_is_taken_back_once(doctor: Staff, two: tuple[Patient, Patient]) -> None:
    kept, merged = two
    rows.a_weight(merged)
    made = merging(doctor, kept, merged)()
    answers = at_once(*[lambda: unmerge(by=doctor, merge_id=made.pk, reason="two sisters")] * 3)
    assert sum(isinstance(answer, PatientMerge) for answer in answers) == 1, answers
    assert Weight.objects.get().patient_id == merged.pk


def test_a_transfer_is_decided_once(doctor: Staff) -> None:
    receiver = rows.a_member(password=None)
    patient = rows.a_patient(doctor)
    row = ask_transfer(
        by=doctor, patient_id=patient.pk, to_clinic=rows.clinic_of(receiver).pk, reason="moved to the coast"
    )
    answers = at_once(
        lambda: accept_transfer(by=receiver, transfer_id=row.pk, hospital_number="COAST1"),
        lambda: withdraw_transfer(by=doctor, transfer_id=row.pk),
        lambda: accept_transfer(by=receiver, transfer_id=row.pk, hospital_number="COAST2"),
    )
    assert sum(isinstance(answer, PatientTransfer) for answer in answers) == 1, answers
    patient.refresh_from_db()
    row.refresh_from_db()
    assert (patient.clinic_id == row.to_clinic_id) == (row.status == "accepted")


def test_an_emergency_access_waits_for_a_hand_over_and_is_the_new_clinics_to_review(doctor: Staff) -> None:
    receiver, reader = rows.a_member(password=None), rows.a_member(password=None)
    patient = rows.a_patient(doctor, nhs_number="9990000018", born=date(1970, 5, 4))
    row = ask_transfer(
        by=doctor, patient_id=patient.pk, to_clinic=rows.clinic_of(receiver).pk, reason="moved to the coast"
    )

    def opening() -> list[EmergencyAccess]:
        reason = "unconscious on our ward"
        try:
            return open_emergency_access(by=reader, nhs_number="9990000018", born=date(1970, 5, 4), reason=reason)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            Patient.objects.select_for_update().get(pk=patient.pk)  # as accepting it begins
            asked = threads.submit(opening)
            wait_until_somebody_waits_for_us()
            accept_transfer(by=receiver, transfer_id=row.pk, hospital_number="COAST1")
        (made,) = asked.result(timeout=60)
    assert [one.pk for one in waiting_in(rows.clinic_of(receiver))] == [made.pk]
    assert not waiting_in(rows.clinic_of(doctor)).exists()


def wait_until_somebody_waits_for_us() -> None:
    """Until another connection waits for a lock of this one's transaction."""
    blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    end = monotonic() + 60
    with connection.cursor() as cursor:
        while monotonic() < end:
            cursor.execute(blocked)
            if cursor.fetchone()[0]:
                return
            sleep(0.05)
    raise TimeoutError("nobody waits")


def test_one_person_is_registered_once_at_two_desks(doctor: Staff) -> None:
    clinic = rows.clinic_of(doctor).pk
    known: dict[str, Any] = {"given_names": "Linden", "family_name": "Testworth", "born": date(1970, 5, 4)}
    answers = at_once(
        *[
            lambda number=number: register_patient(by=doctor, clinic_id=clinic, hospital_number=number, **known)
            for number in ("D1", "D2")
        ]
    )
    assert sorted(type(answer).__name__ for answer in answers) == [AlreadyThere.__name__, Patient.__name__]


def _weekly() -> Any:
    return NewDose(amount=Decimal(15), unit=DoseUnit.MILLIGRAM, frequency=Frequency.ONCE_WEEKLY, weekday=Weekday.MONDAY)
