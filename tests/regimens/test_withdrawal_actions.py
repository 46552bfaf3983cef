"""Taking back what was entered in error about treatment: who may, what goes with it, and what stays."""

from datetime import date, timedelta

import pytest

from patients.errors import NotAllowed, Refused
from patients.models import Clinic, Patient, Staff
from patients.rules.vocabulary import Role
from regimens.actions import (
    answer_prompt,
    record_milestone,
    reopen_course,
    withdraw_course,
    withdraw_milestone,
    withdraw_outcome,
)
from regimens.models import Course, DoseCheck, Milestone, Outcome, Review
from regimens.rules.reviews import OpenQuestion
from regimens.rules.vocabulary import MilestoneKind, OutcomeKind, PromptCode, ReviewAnswer
from regimens.selectors import questions_of
from tests.factories.rows import a_clinic, a_course, a_member, a_milestone, an_outcome

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

TODAY = date(2026, 11, 20)
START = TODAY - timedelta(days=100)
WHY = "entered for another patient"


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


@pytest.fixture
def doctor(clinic: Clinic) -> Staff:
    return a_member(Role.DOCTOR, clinic, password=None)


@pytest.fixture
def nurse(clinic: Clinic) -> Staff:
    return a_member(Role.NURSE, clinic, password=None)


def asked(doctor: Staff, patient: Patient) -> OpenQuestion:
    (question,) = questions_of(doctor, patient, TODAY).open
    return question


def rejected(doctor: Staff, patient: Patient) -> Review:
    """The doctor's answer to the question whether the drug has worked."""
    question = asked(doctor, patient)
    return answer_prompt(
        by=doctor,
        patient_id=patient.pk,
        prompt=question.prompt.code,
        subject=question.prompt.subject,
        fingerprint=question.fingerprint,
        answer=ReviewAnswer.REJECTED,
        reason="was not taken regularly",
    )


def test_an_answer_about_a_course_goes_with_it_and_only_a_doctor_does_that(
    doctor: Staff, nurse: Staff, patient: Patient
) -> None:
    course = a_course(patient, "methotrexate", START, "20")
    answer = rejected(doctor, patient)
    assert answer.subject == f"course:{course.pk}"
    with pytest.raises(NotAllowed):
        withdraw_course(by=nurse, entry_id=course.pk, reason=WHY)
    withdraw_course(by=doctor, entry_id=course.pk, reason=WHY)
    answer.refresh_from_db()
    course.refresh_from_db()
    assert answer.superseded_at == course.superseded_at is not None


def test_a_stop_is_taken_back_by_a_doctor_where_a_doctors_answer_goes_with_it(
    doctor: Staff, nurse: Staff, patient: Patient
) -> None:
    course = a_course(patient, "methotrexate", START, "20")
    answer = rejected(doctor, patient)
    Course.objects.filter(pk=course.pk).update(
        stop_on=TODAY, stop_reason="planned", stop_recorded_by=nurse, stop_recorded_at=answer.recorded_at
    )
    with pytest.raises(NotAllowed):
        reopen_course(by=nurse, course_id=course.pk, reason="wrong patient", version=course.version)
    reopened = reopen_course(by=doctor, course_id=course.pk, reason="wrong patient", version=course.version)
    answer.refresh_from_db()
    assert answer.superseded_at == reopened.recorded_at
    assert asked(doctor, patient).prompt.subject == f"course:{reopened.pk}"


def test_what_a_doctor_judged_stays_the_doctors_when_a_nurse_takes_a_stop_back(
    doctor: Staff, nurse: Staff, patient: Patient
) -> None:
    course = a_course(patient, "methotrexate", START, "20", stop_on=TODAY)
    an_outcome(course, OutcomeKind.RESPONDED, TODAY)
    check = {"course": course, "dose": course.doses.get(), "protocol_version": "1", "findings": [{"code": "caution"}]}
    DoseCheck.objects.create(**check, override_reason="agreed with pharmacy", recorded_by=doctor)
    reopened = reopen_course(by=nurse, course_id=course.pk, reason="wrong patient", version=course.version)
    assert reopened.recorded_by == nurse
    assert Outcome.objects.get(course=reopened).recorded_by == doctor
    assert DoseCheck.objects.get(course=reopened).recorded_by == doctor


def test_a_milestone_is_withdrawn_once_and_by_a_doctor(doctor: Staff, nurse: Staff, patient: Patient) -> None:
    row = a_milestone(patient, MilestoneKind.REMISSION, TODAY)
    with pytest.raises(NotAllowed):
        withdraw_milestone(by=nurse, entry_id=row.pk, reason=WHY)
    with pytest.raises(Refused, match="Say why"):
        withdraw_milestone(by=doctor, entry_id=row.pk, reason="  ")
    withdraw_milestone(by=doctor, entry_id=row.pk, reason=WHY)
    row.refresh_from_db()
    assert (row.superseded_by, row.superseded_reason) == (doctor, WHY)
    assert record_milestone(by=doctor, patient_id=patient.pk, on=TODAY, kind=MilestoneKind.REMISSION).pk != row.pk


def test_the_answer_that_recorded_a_milestone_goes_with_it(doctor: Staff, patient: Patient) -> None:
    row = a_milestone(patient, MilestoneKind.REMISSION, TODAY)
    other = a_milestone(patient, MilestoneKind.RELAPSE, TODAY)
    said = {
        "patient": patient,
        "on": TODAY,
        "prompt": PromptCode.POSSIBLE_REMISSION.value,
        "fingerprint": "f",
        "trace": {},
    }
    said |= {"rule_id": "r", "protocol_version": "1", "answer": ReviewAnswer.ACCEPTED.value, "recorded_by": doctor}
    answer = Review.objects.create(**said, milestone=row)
    kept = Review.objects.create(**{**said, "fingerprint": "g"}, milestone=other)
    withdraw_milestone(by=doctor, entry_id=row.pk, reason=WHY)
    answer.refresh_from_db()
    kept.refresh_from_db()
    assert answer.superseded_reason == f"withdrawn with its milestone: {WHY}"
    assert kept.superseded_at is None
    assert Milestone.objects.filter(superseded_at__isnull=True).get() == other


def test_the_answer_that_recorded_a_judgement_goes_with_it(doctor: Staff, patient: Patient) -> None:
    row = an_outcome(a_course(patient, "methotrexate", START, "20"), OutcomeKind.INEFFECTIVE, TODAY)
    said = {"patient": patient, "on": TODAY, "prompt": PromptCode.ADEQUATE_TRIAL.value, "fingerprint": "f", "trace": {}}
    said |= {"rule_id": "r", "protocol_version": "1", "answer": ReviewAnswer.ACCEPTED.value, "recorded_by": doctor}
    answer = Review.objects.create(**said, outcome=row)
    withdraw_outcome(by=doctor, entry_id=row.pk, reason=WHY)
    answer.refresh_from_db()
    assert answer.superseded_reason == f"withdrawn with its judgement: {WHY}"
