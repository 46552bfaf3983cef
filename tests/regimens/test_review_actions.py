"""Answering a question: who may, what is kept, what is recorded with it, and what is refused."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Clinic, Patient, Staff
from patients.rules.vocabulary import Role
from regimens.actions import (
    NewDose,
    NewMilestone,
    NewOutcome,
    StaleQuestion,
    answer_prompt,
    change_dose,
    record_milestone,
    record_outcome,
    withdraw_outcome,
)
from regimens.models import Course, Milestone, Outcome, Review
from regimens.protocol.load import load
from regimens.rules.reviews import OpenQuestion, Questions
from regimens.rules.vocabulary import (
    DoseUnit,
    Frequency,
    MilestoneKind,
    OutcomeKind,
    PromptCode,
    ReviewAnswer,
)
from regimens.selectors import questions_of
from tests.factories.rows import a_clinic, a_course, a_member, a_milestone, a_patient, an_assessment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

TODAY = date(2026, 11, 20)
START = TODAY - timedelta(days=100)
ACCEPTED, DEFERRED, REJECTED = ReviewAnswer.ACCEPTED, ReviewAnswer.DEFERRED, ReviewAnswer.REJECTED
INEFFECTIVE = NewOutcome(kind=OutcomeKind.INEFFECTIVE)


@dataclass
class Case:
    """A patient on methotrexate at target dose for 100 days: has it worked?"""

    clinic: Clinic
    doctor: Staff
    patient: Patient
    course: Course

    def questions(self) -> Questions:
        return questions_of(self.doctor, self.patient, TODAY)

    def asked(self) -> OpenQuestion:
        (question,) = self.questions().open
        return question

    def answer(self, **changed: Any) -> Review:
        question = changed.pop("question", None) or self.asked()
        said: dict[str, Any] = {
            "by": self.doctor,
            "patient_id": self.patient.pk,
            "prompt": question.prompt.code,
            "subject": question.prompt.subject,
            "fingerprint": question.fingerprint,
            "answer": REJECTED,
            "reason": "was not taken regularly",
        }
        return answer_prompt(**{**said, **changed})


@pytest.fixture
def case() -> Case:
    clinic = a_clinic()
    doctor = a_member(Role.DOCTOR, clinic, password=None, first_name="Dora", last_name="Doctor")
    patient = a_patient(doctor)
    return Case(clinic, doctor, patient, a_course(patient, "methotrexate", START, "15"))


def test_a_rejection_is_kept_with_what_it_rested_on(case: Case) -> None:
    question = case.asked()
    review = case.answer()
    assert (review.on, review.answer, review.until, review.reason) == (
        TODAY,
        "rejected",
        None,
        "was not taken regularly",
    )
    assert (review.subject, review.rule_id) == (f"course:{case.course.pk}", "prompt.adequate_trial")
    assert review.protocol_version == load().version
    assert review.trace["text"] == question.prompt.text
    assert [fact["kind"] for fact in review.trace["facts"]] == ["course", "dose"]
    assert (review.outcome, review.milestone) == (None, None)


def test_a_rejected_question_is_not_asked_again_until_facts_change(case: Case) -> None:
    case.answer()
    found = case.questions()
    assert found.open == ()
    assert [(each.review.by, each.review.reason) for each in found.answered] == [
        ("Dora Doctor", "was not taken regularly")
    ]
    an_assessment(case.patient, START, physician_global=5)
    question = case.asked()
    assert question.earlier is not None
    assert "since then: new: assessment" in question.why_again


def test_an_accepted_question_records_the_dated_outcome(case: Case) -> None:
    outcome = NewOutcome(kind=OutcomeKind.INEFFECTIVE, on=TODAY - timedelta(days=3))
    review = case.answer(answer=ACCEPTED, outcome=outcome, reason="CK rising")
    row = Outcome.objects.get()
    assert (row.course, row.kind, row.on, row.reason) == (
        case.course,
        "ineffective",
        TODAY - timedelta(days=3),
        "CK rising",
    )
    assert row.protocol_version == load().version
    assert review.outcome == row
    found = case.questions()
    assert (found.open, found.answered) == ((), ())
    assert [(each.outcome, each.question) for each in found.past] == [(str(row.pk), review.trace["text"])]


def test_a_withdrawn_outcome_puts_the_question_again(case: Case) -> None:
    review = case.answer(answer=ACCEPTED, outcome=INEFFECTIVE, reason="CK rising")
    assert review.outcome is not None
    withdraw_outcome(by=case.doctor, entry_id=review.outcome.pk, reason="another patient")
    assert case.asked()


def test_remission_off_treatment_is_recorded_as_a_milestone(case: Case) -> None:
    patient = a_patient(case.doctor)
    a_course(patient, "prednisolone", START, "10", stop_on=START + timedelta(days=30))
    a_milestone(patient, MilestoneKind.REMISSION, START + timedelta(days=20))
    other = Case(case.clinic, case.doctor, patient, case.course)
    kind = MilestoneKind.DRUG_FREE_REMISSION
    with pytest.raises(Refused, match="no answer to this question"):
        other.answer(answer=ACCEPTED, milestone=NewMilestone(kind=MilestoneKind.RELAPSE))
    review = other.answer(answer=ACCEPTED, milestone=NewMilestone(kind=kind), reason="well since")
    row = Milestone.objects.get(kind=kind)
    assert (review.milestone, row.on, row.note, row.protocol_version) == (row, TODAY, "well since", load().version)
    assert other.questions().open == ()


@pytest.mark.parametrize(
    ("days", "words"), [(0, "later day"), (1, None), (183, None), (184, "183 days at most, until 22-May-2027")]
)
def test_a_question_is_put_off_for_so_long_at_most(case: Case, days: int, words: str | None) -> None:
    until = TODAY + timedelta(days=days)
    if words is None:
        assert case.answer(answer=DEFERRED, until=until).until == until
        assert case.questions().open == ()
        assert questions_of(case.doctor, case.patient, until).open
    else:
        with pytest.raises(Refused, match=words) as refused:
            case.answer(answer=DEFERRED, until=until)
        assert refused.value.field == "until"


@pytest.mark.parametrize(
    ("changed", "words", "field"),
    [
        ({"answer": DEFERRED}, "until which", "until"),
        ({"until": TODAY + timedelta(days=5)}, "belongs only", "until"),
        ({"reason": "  "}, "Say why", "reason"),
        ({"outcome": INEFFECTIVE}, "only when the question is accepted", "answer"),
        ({"answer": ACCEPTED}, "choose which", "outcome"),
        ({"answer": ACCEPTED, "outcome": NewOutcome(kind=OutcomeKind.DECLINED)}, "no answer", "outcome"),
        (
            {"answer": ACCEPTED, "outcome": INEFFECTIVE, "milestone": NewMilestone(kind=MilestoneKind.RELAPSE)},
            "no answer",
            "milestone",
        ),
        ({"answer": ACCEPTED, "outcome": INEFFECTIVE, "reason": ""}, "Say why", "reason"),
        ({"on": TODAY + timedelta(days=1)}, "future", "on"),
        ({"on": date(1970, 5, 3)}, "before the patient was born", "on"),
        (
            {"answer": ACCEPTED, "outcome": NewOutcome(kind=OutcomeKind.RESPONDED, on=START - timedelta(days=1))},
            "before the course started",
            "on",
        ),
        ({"reason": "x" * 501}, "500", "reason"),
    ],
)
def test_what_makes_no_answer_is_refused_and_nothing_is_saved(
    case: Case, changed: dict[str, Any], words: str, field: str
) -> None:
    with pytest.raises(Refused, match=words) as refused:
        case.answer(**changed)
    assert refused.value.field == field
    assert not Review.objects.exists()
    assert not Outcome.objects.exists()
    assert not Milestone.objects.exists()


def test_a_changed_question_is_shown_instead_of_answered(case: Case) -> None:
    question = case.asked()
    change_dose(
        by=case.doctor,
        course_id=case.course.pk,
        on=START + timedelta(days=1),
        dose=NewDose(amount=Decimal(10), unit=DoseUnit.MILLIGRAM, frequency=Frequency.ONCE_WEEKLY),
    )
    with pytest.raises(StaleQuestion, match="no longer asked") as stale:
        case.answer(question=question)
    assert (stale.value.question, stale.value.fingerprint) == (None, "")


def test_facts_that_changed_meanwhile_are_shown(case: Case) -> None:
    question = case.asked()
    an_assessment(case.patient, START, physician_global=5)
    with pytest.raises(StaleQuestion, match="has changed") as stale:
        case.answer(question=question)
    assert stale.value.question == case.asked()
    assert stale.value.fingerprint != question.fingerprint
    assert not Review.objects.exists()


def test_the_second_answer_is_told_of_the_first(case: Case) -> None:
    question = case.asked()
    case.answer(question=question)
    with pytest.raises(StaleQuestion, match="rejected on 20-Nov-2026 by Dora Doctor"):
        case.answer(question=question)
    assert Review.objects.count() == 1


@pytest.mark.parametrize("role", [Role.NURSE, Role.ADMIN])
def test_only_a_doctor_of_the_clinic_answers(case: Case, role: Role) -> None:
    question = case.asked()
    with pytest.raises(NotAllowed):
        case.answer(question=question, by=a_member(role, case.clinic, password=None))
    with pytest.raises(NotFound):
        case.answer(question=question, by=a_member(Role.DOCTOR, password=None))


def test_questions_are_read_by_the_clinic_only(case: Case) -> None:
    nurse = a_member(Role.NURSE, case.clinic, password=None)
    assert questions_of(nurse, case.patient, TODAY).open
    with pytest.raises(NotAllowed):
        questions_of(a_member(Role.DOCTOR, password=None), case.patient, TODAY)


def test_a_question_about_severity_is_accepted_without_a_record(case: Case) -> None:
    case.answer(answer=ACCEPTED, outcome=NewOutcome(kind=OutcomeKind.RESPONDED))
    an_assessment(case.patient, TODAY, lowest_mrc="3", lowest_mrc_group="distal")
    review = case.answer(answer=ACCEPTED, reason="")
    assert (review.prompt, review.outcome, review.milestone) == (PromptCode.SEVERITY_QUESTION, None, None)
    assert review.subject.startswith("assessment:")
    assert case.questions().open == ()


def test_judgements_keep_the_protocol_version_they_were_made_under(case: Case) -> None:
    outcome = record_outcome(by=case.doctor, course_id=case.course.pk, on=TODAY, kind=OutcomeKind.RESPONDED)
    milestone = record_milestone(by=case.doctor, patient_id=case.patient.pk, on=TODAY, kind=MilestoneKind.RELAPSE)
    assert (outcome.protocol_version, milestone.protocol_version) == (load().version, load().version)


def test_questions_of_an_earlier_day_and_of_earlier_knowledge(case: Case) -> None:
    with time_machine.travel("2026-11-22 12:00:00+00:00", tick=False):
        late = TODAY + timedelta(days=2)
        question = questions_of(case.doctor, case.patient, late).open[0]
        case.answer(question=question, on=TODAY)
        assert questions_of(case.doctor, case.patient, late).open == ()
        assert questions_of(case.doctor, case.patient, TODAY).open == ()  # true from its day on
        assert questions_of(case.doctor, case.patient, TODAY - timedelta(days=1)).open
        known = questions_of(case.doctor, case.patient, late, known_on=TODAY + timedelta(days=1))
        assert known.open  # but nobody had said so by then
