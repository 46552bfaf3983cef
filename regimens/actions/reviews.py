"""A clinician's answer to a question that the software put, with what it records, in one transaction."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from patients.acting import explained
from patients.clock import today_in
from patients.entries import not_before_birth, not_in_future, store
from patients.errors import Refused, Stale
from patients.models import Patient, Staff
from patients.rules.permissions import Permission
from patients.rules.vocabulary import DatePrecision
from patients.rules.wording import display_date
from patients.selectors import patient_to_write
from regimens.actions.judgements import record_milestone, record_outcome
from regimens.facts import treatment_records
from regimens.models import Milestone, Outcome, Review
from regimens.protocol.load import load
from regimens.rules.answers import Acceptance
from regimens.rules.findings import PathwayFindings
from regimens.rules.pathway import evaluate
from regimens.rules.record import TreatmentRecord
from regimens.rules.reviews import OpenQuestion, Questions, questions, trace_of
from regimens.rules.vocabulary import MilestoneKind, OutcomeKind, PromptCode, ReviewAnswer


class StaleQuestion(Stale):
    """The facts behind the question have changed, or somebody else has answered it. Nothing was saved.

    `question` is how it stands now; None when it is no longer asked.
    """

    def __init__(self, message: str, question: OpenQuestion | None) -> None:
        super().__init__(message, "fingerprint")
        self.question = question

    @property
    def fingerprint(self) -> str:
        return self.question.fingerprint if self.question is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOutcome:
    """The judgement on the course that was asked about; `on` None means the day of the answer."""

    kind: OutcomeKind
    on: date | None = None
    reaction: str = ""
    precision: DatePrecision = DatePrecision.DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMilestone:
    """The statement about the disease; `on` None means the day of the answer."""

    kind: MilestoneKind
    on: date | None = None
    precision: DatePrecision = DatePrecision.DAY


@transaction.atomic
@explained()
def answer_prompt(
    *,
    by: Staff,
    patient_id: int,
    prompt: PromptCode,
    subject: str,
    fingerprint: str,
    answer: ReviewAnswer,
    on: date | None = None,
    until: date | None = None,
    reason: str = "",
    outcome: NewOutcome | None = None,
    milestone: NewMilestone | None = None,
) -> Review:
    """Answers the question that `fingerprint` stands for, as it is put today.

    Accepting records what the table in rules/answers.py allows; `reason` is then also the reason of the outcome, or
    the note of the milestone. Raises NotFound, NotAllowed, Refused, StaleQuestion.
    """
    patient = patient_to_write(by, patient_id, Permission.JUDGE_TREATMENT)
    today = today_in(patient.clinic)
    on = on or today
    not_in_future(on, today, "on")
    not_before_birth(patient, on, "on")
    record = treatment_records([patient.pk])[patient.pk]
    findings = evaluate(record, load(), today)
    question = _as_asked(questions(record, findings), prompt, subject, fingerprint)
    accepted = answer is ReviewAnswer.ACCEPTED
    _check_deferral(answer, until, today)
    if not accepted and not reason.strip():
        raise Refused("Say why the question is put off or rejected.", "reason")
    _check_recorded(question.acceptance, accepted, outcome, milestone)
    judged = _record_outcome(by, subject, on, reason, outcome) if outcome is not None else None
    stated = _record_milestone(by, patient, on, reason, milestone) if milestone is not None else None
    return store(
        Review(
            patient=patient,
            on=on,
            prompt=prompt,
            subject=subject,
            fingerprint=fingerprint,
            answer=answer,
            until=until,
            reason=reason.strip(),
            **_traced(question, record, findings),
            outcome=judged,
            milestone=stated,
            recorded_by=by,
        )
    )


def _traced(question: OpenQuestion, record: TreatmentRecord, findings: PathwayFindings) -> dict[str, object]:
    """What the answer was based on."""
    return {
        "rule_id": question.prompt.reason.rule_id,
        "protocol_version": findings.protocol_version,
        "trace": trace_of(question.prompt, record, findings),
    }


def _as_asked(found: Questions, prompt: PromptCode, subject: str, fingerprint: str) -> OpenQuestion:
    """The open question that was answered. Raises StaleQuestion when it is not put in this way any more."""
    for question in found.open:
        if question.prompt.code is prompt and question.prompt.subject == subject:
            if question.fingerprint == fingerprint:
                return question
            raise StaleQuestion(
                "What this question rests on has changed while you were looking at it. Nothing was saved: read the "
                "question as it stands now, then answer it.",
                question,
            )
    for answered in found.answered:
        if answered.prompt.code is prompt and answered.prompt.subject == subject:
            review = answered.review
            raise StaleQuestion(
                f"This question was {review.answer.label} on {display_date(review.on)} by {review.by}. Nothing was "
                "saved: look at the answer in the record.",
                None,
            )
    raise StaleQuestion(
        "This question is no longer asked: what it rested on has changed. Nothing was saved: look at the record.", None
    )


def _check_deferral(answer: ReviewAnswer, until: date | None, today: date) -> None:
    if answer is not ReviewAnswer.DEFERRED:
        if until is not None:
            raise Refused("A day belongs only to a question that is put off.", "until")
        return
    if until is None:
        raise Refused("Enter the day until which the question is put off.", "until")
    longest = load().settings.longest_deferral_days
    if until <= today:
        raise Refused("A question is put off until a later day.", "until")
    if until > today + timedelta(days=longest):
        last = display_date(today + timedelta(days=longest))
        raise Refused(f"A question can be put off for {longest} days at most, until {last}.", "until")


def _check_recorded(
    acceptance: Acceptance, accepted: bool, outcome: NewOutcome | None, milestone: NewMilestone | None
) -> None:
    if not accepted:
        if outcome is not None or milestone is not None:
            raise Refused("An outcome or a milestone is recorded only when the question is accepted.", "answer")
        return
    if outcome is not None and outcome.kind not in acceptance.outcomes:
        raise Refused(f"“{outcome.kind.label}” is no answer to this question.", "outcome")
    if milestone is not None and milestone.kind not in acceptance.milestones:
        raise Refused(f"“{milestone.kind.label}” is no answer to this question.", "milestone")
    if acceptance.needed and outcome is None and milestone is None:
        field = "outcome" if acceptance.outcomes else "milestone"
        raise Refused("Accepting this question records a judgement: choose which.", field)


def _record_outcome(by: Staff, subject: str, on: date, reason: str, outcome: NewOutcome) -> Outcome:
    return record_outcome(
        by=by,
        course_id=int(subject.removeprefix("course:")),
        on=outcome.on or on,
        kind=outcome.kind,
        reason=reason,
        reaction=outcome.reaction,
        precision=outcome.precision,
    )


def _record_milestone(by: Staff, patient: Patient, on: date, reason: str, milestone: NewMilestone) -> Milestone:
    return record_milestone(
        by=by,
        patient_id=patient.pk,
        on=milestone.on or on,
        kind=milestone.kind,
        note=reason,
        precision=milestone.precision,
    )
