"""What holds for every record, however odd."""

import random
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from patients.rules.record import PatientRecord
from regimens.rules.findings import LineState, NextStepWord, Phase
from regimens.rules.pathway import evaluate
from regimens.rules.record import Course, TreatmentRecord
from regimens.rules.replay import in_case_words
from regimens.rules.standing import FAILING
from regimens.rules.wording import sentence
from tests.regimens.rules.build import PROTOCOL, on
from tests.regimens.rules.strategies import LAST_DAY, days, records

EXAMPLES = settings(max_examples=50, deadline=None)


def shuffled(treatment: TreatmentRecord, seed: int) -> TreatmentRecord:
    order = random.Random(seed)  # noqa: S311 - an order, no secret

    def mixed(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(order.sample(rows, len(rows)))

    patient = treatment.patient
    courses = tuple(
        replace(
            course,
            doses=mixed(course.doses),
            outcomes=mixed(course.outcomes),
            infusions=mixed(course.infusions),
            taper=mixed(course.taper),
        )
        for course in treatment.courses
    )
    return TreatmentRecord(
        replace(
            patient,
            weights=mixed(patient.weights),
            conditions=mixed(patient.conditions),
            autoantibodies=mixed(patient.autoantibodies),
            assessments=mixed(patient.assessments),
        ),
        courses=mixed(courses),
        milestones=mixed(treatment.milestones),
    )


def known_by(treatment: TreatmentRecord, day: date) -> TreatmentRecord:
    """The record as it could have been written on the day: everything dated later is cut off."""
    patient = treatment.patient
    person = patient.person
    if person.status_on is not None and person.status_on > day:
        person = replace(person, status=type(person.status).ACTIVE, status_on=None)
    cut = PatientRecord(
        person=person,
        weights=tuple(row for row in patient.weights if row.on <= day),
        conditions=tuple(
            replace(row, to_on=None if row.to_on is not None and row.to_on > day else row.to_on)
            for row in patient.conditions
            if row.from_on <= day
        ),
        autoantibodies=tuple(row for row in patient.autoantibodies if row.on is None or row.on <= day),
        assessments=tuple(row for row in patient.assessments if row.on <= day),
    )
    return TreatmentRecord(
        cut,
        courses=tuple(course_known_by(course, day) for course in treatment.courses if course.start_on <= day),
        milestones=tuple(row for row in treatment.milestones if row.on <= day),
    )


def course_known_by(course: Course, day: date) -> Course:
    return replace(
        course,
        stop_on=None if course.stop_on is not None and course.stop_on > day else course.stop_on,
        doses=tuple(row for row in course.doses if row.from_on <= day),
        outcomes=tuple(row for row in course.outcomes if row.on <= day),
        infusions=tuple(row for row in course.infusions if row.first_on <= day),
        taper=tuple(row for row in course.taper if row.on <= day),
    )


@EXAMPLES
@given(records, days, st.integers(0, 10_000))
def test_the_order_of_rows_has_no_meaning(treatment: TreatmentRecord, day: date, seed: int) -> None:
    assert evaluate(shuffled(treatment, seed), PROTOCOL, day) == evaluate(treatment, PROTOCOL, day)


@EXAMPLES
@given(records, days)
def test_nothing_after_the_day_changes_the_answer(treatment: TreatmentRecord, day: date) -> None:
    assert evaluate(known_by(treatment, day), PROTOCOL, day) == evaluate(treatment, PROTOCOL, day)


@EXAMPLES
@given(records, days)
def test_evaluation_is_total_and_repeats_itself(treatment: TreatmentRecord, day: date) -> None:
    findings = evaluate(treatment, PROTOCOL, day)
    again = evaluate(treatment, PROTOCOL, day)
    assert (findings, repr(findings)) == (again, repr(again))
    assert in_case_words(findings, PROTOCOL)["next_step"] == findings.next_step.word.value
    assert all(sentence(reason).endswith(".") for reason in (*findings.next_step.reasons, *findings.notices))


@EXAMPLES
@given(records, days)
def test_the_line_reached_is_never_above_the_line_ever_reached(treatment: TreatmentRecord, day: date) -> None:
    findings = evaluate(treatment, PROTOCOL, day)
    assert 0 <= findings.line_reached <= findings.line_ever_reached <= 3
    assert all(line <= findings.line_reached for line in findings.failed_lines)


@EXAMPLES
@given(records, st.integers(0, LAST_DAY - 1))
def test_the_line_ever_reached_never_falls(treatment: TreatmentRecord, day: int) -> None:
    today = evaluate(treatment, PROTOCOL, on(day)).line_ever_reached
    assert evaluate(treatment, PROTOCOL, on(day + 1)).line_ever_reached >= today


@EXAMPLES
@given(records, days)
def test_nothing_fails_without_a_dated_judgement(treatment: TreatmentRecord, day: date) -> None:
    findings = evaluate(treatment, PROTOCOL, day)
    judged = {
        course.drug
        for course in treatment.courses
        for outcome in course.outcomes
        if outcome.kind in FAILING and outcome.on <= day and course.start_on <= day and not course.never_given
    }
    assert set(findings.failed_drugs) <= judged
    for line in (*findings.lines, *findings.maintenance):
        if line.state is LineState.FAILED:
            assert judged & {standing.drug for standing in line.courses}


@EXAMPLES
@given(records, days)
def test_the_screen_is_never_empty(treatment: TreatmentRecord, day: date) -> None:
    findings = evaluate(treatment, PROTOCOL, day)
    if findings.in_scope and findings.phase.phase is not Phase.DRUG_FREE_REMISSION:
        assert any(not option.blocked for option in findings.options)
    assert findings.next_step.reasons
    assert (findings.next_step.word is NextStepWord.OUT_OF_SCOPE) is not findings.in_scope


@EXAMPLES
@given(records, days)
def test_a_drug_not_tolerated_is_never_offered(treatment: TreatmentRecord, day: date) -> None:
    """Unless a clinician has given it again since."""
    for option in evaluate(treatment, PROTOCOL, day).options:
        if option.blocked:
            continue
        notes = {annotation.reason.rule_id for annotation in option.annotations}
        assert "option.intolerant_before" not in notes
        assert "option.unavailable" not in notes


@EXAMPLES
@given(records, days)
def test_no_drug_is_offered_twice(treatment: TreatmentRecord, day: date) -> None:
    findings = evaluate(treatment, PROTOCOL, day)
    for options in (findings.options, findings.adjuncts):
        drugs = [option.drugs for option in options]
        assert len(drugs) == len(set(drugs))
