"""The bridge from rows to rule inputs: everything arrives, nothing superseded does, queries stay the same in number."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from monitoring.facts import monitoring_records, schedule_records
from monitoring.protocol.load import load
from monitoring.rules.schedule import evaluate
from patients.models import Weight
from patients.rules.vocabulary import EnzymeName, MrcGrade
from regimens.rules.vocabulary import OutcomeKind
from tests.factories.records import DAY
from tests.factories.rows import (
    a_condition,
    a_course,
    a_height,
    a_member,
    a_milestone,
    a_patient,
    a_result,
    a_snooze,
    a_taper,
    a_weight,
    an_assessment,
    an_autoantibody,
    an_infusion,
    an_outcome,
    clinic_of,
)
from tracker.cohort.store import store_patients
from tracker.cohort.synthetic import synthetic_cohort

pytestmark = pytest.mark.django_db


def a_full_record(doctor):
    patient = a_patient(doctor)
    a_weight(patient)
    a_height(patient)
    a_condition(patient)
    an_autoantibody(patient)
    an_assessment(patient, ck="2762", lowest_mrc=MrcGrade.FOUR_MINUS.value)
    course = a_course(patient, "prednisolone", DAY, "60")
    an_outcome(course)
    a_taper(course, (DAY + timedelta(days=42), "50"))
    an_infusion(a_course(patient, "normal_immunoglobulin", DAY))
    a_milestone(patient)
    a_result(patient)
    a_snooze(patient, "albumin", DAY + timedelta(days=7))
    return patient


def test_everything_recorded_arrives():
    patient = a_full_record(a_member())

    record = monitoring_records([patient.pk])[patient.pk]

    who = record.treatment.patient
    assert (who.person.id, who.weights[0].kilograms, who.heights[0].centimetres) == (str(patient.pk), 70, 165)
    assert (len(who.conditions), who.autoantibodies[0].name) == (1, "anti-Jo-1")
    assert who.assessments[0].lowest_mrc is MrcGrade.FOUR_MINUS
    assert [(enzyme.name, enzyme.value) for enzyme in who.assessments[0].enzymes] == [(EnzymeName.CK, Decimal("2762"))]
    by_drug = {course.drug: course for course in record.treatment.courses}
    assert by_drug["prednisolone"].doses[0].amount == 60
    assert by_drug["prednisolone"].outcomes[0].kind is OutcomeKind.INEFFECTIVE
    assert by_drug["prednisolone"].taper[0].milligrams_per_day == 50
    assert len(by_drug["normal_immunoglobulin"].infusions) == 1
    assert len(record.treatment.milestones) == len(record.results) == len(record.snoozes) == 1


def test_superseded_rows_stay_out():
    doctor = a_member()
    patient = a_full_record(doctor)
    Weight.objects.update(superseded_at=timezone.now(), superseded_by=doctor, superseded_reason="wrong patient")

    assert monitoring_records([patient.pk])[patient.pk].treatment.patient.weights == ()


def test_number_of_queries_is_the_same_for_one_and_for_twenty(django_assert_num_queries):
    doctor = a_member()
    patients = [a_full_record(doctor) for _ in range(20)]

    for chosen in (patients[:1], patients):
        with django_assert_num_queries(27):
            assert len(monitoring_records([patient.pk for patient in chosen])) == len(chosen)


def test_the_schedule_finds_the_same_in_the_lighter_records(django_assert_num_queries):
    doctor = a_member()
    clinic, today = clinic_of(doctor), date(2026, 11, 22)
    ids = store_patients(list(synthetic_cohort(7, 60, today)), clinic=clinic, by=doctor, today=today)

    with django_assert_num_queries(21):
        light = schedule_records(ids)

    whole = monitoring_records(ids)
    for pk in ids:
        for day in (today, today - timedelta(days=400)):
            assert evaluate(light[pk], load(), day) == evaluate(whole[pk], load(), day)
