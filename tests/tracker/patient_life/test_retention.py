"""Whose record is past its time: nobody of whom anything was entered since, nobody who was a child; nothing goes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.errors import NotAllowed, NotFound
from patients.models import Patient, Staff
from patients.rules.vocabulary import PatientStatus, Role
from tests.factories.rows import (
    a_clinic,
    a_contact,
    a_course,
    a_dose,
    a_member,
    a_patient,
    a_patient_no_longer_under_care,
    a_weight,
    clinic_of,
)
from tracker.patient_life.retention import past_retention, to_look_through

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 1)
LONG_AGO = datetime(2015, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _frozen() -> Any:
    with time_machine.travel(datetime(2026, 6, 1, 10, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def admin() -> Staff:
    return a_member(Role.ADMIN, password=None)


def an_old_patient(by: Staff, **fields: Any) -> Patient:
    return a_patient(by, **{"recorded_at": LONG_AGO, **fields})


def listed(by: Staff) -> list[int]:
    return [row.patient.pk for row in past_retention(list(to_look_through(by, clinic_of(by).pk)))]


def test_only_those_of_whom_nothing_was_entered_since(admin: Staff) -> None:
    quiet, fresh, contacted = an_old_patient(admin), a_patient(admin), an_old_patient(admin)
    a_weight(quiet, on=date(2015, 2, 1), recorded_at=LONG_AGO)
    a_contact(contacted, on=date(2015, 2, 1))  # entered today
    assert listed(admin) == [quiet.pk]
    assert fresh.pk not in listed(admin)


@pytest.mark.parametrize(("day", "past"), [(date(2018, 5, 31), True), (date(2018, 6, 1), False)])
def test_both_sides_of_the_day(admin: Staff, day: date, past: bool) -> None:
    patient = an_old_patient(admin)
    a_weight(patient, on=day, recorded_at=LONG_AGO)
    assert listed(admin) == ([patient.pk] if past else [])


def test_what_lies_under_a_course_counts(admin: Staff) -> None:
    patient = an_old_patient(admin)
    course = a_course(patient, start_on=date(2015, 1, 1), recorded_at=LONG_AGO)
    assert listed(admin) == [patient.pk]
    a_dose(course, from_on=date(2020, 1, 1), recorded_at=LONG_AGO)
    assert listed(admin) == []


def test_of_the_dead_the_day_of_death_counts(admin: Staff) -> None:
    dead = a_patient_no_longer_under_care(
        admin, PatientStatus.DECEASED, status_on=date(2016, 1, 1), recorded_at=LONG_AGO
    )
    a_weight(dead, on=TODAY)
    assert listed(admin) == [dead.pk]


def test_a_child_then_is_kept_longer(admin: Staff) -> None:
    an_old_patient(admin, born=date(2005, 1, 1))
    assert listed(admin) == []
    assert to_look_through(admin, clinic_of(admin).pk).count() == 1


def test_the_clinics_own_years(admin: Staff) -> None:
    patient = an_old_patient(admin)
    clinic = clinic_of(admin)
    clinic.retention_years = 20
    clinic.save()
    assert listed(admin) == []
    clinic.retention_years = 1
    clinic.save()
    assert listed(admin) == [patient.pk]


def test_for_those_who_manage_the_clinic(admin: Staff) -> None:
    with pytest.raises(NotAllowed):
        to_look_through(a_member(Role.NURSE, clinic_of(admin)), clinic_of(admin).pk)
    with pytest.raises(NotFound):
        to_look_through(admin, a_clinic().pk)


def test_the_same_queries_whatever_the_number(admin: Staff) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            listed(admin)
        return len(queries)

    an_old_patient(admin)
    cost()  # the roles of the person are read once
    few = cost()
    for _ in range(20):
        an_old_patient(admin, born=date(1950, 1, 1) + timedelta(1))
    assert cost() == few
