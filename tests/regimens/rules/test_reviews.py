"""When a question is open, answered, or put again."""

import json
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patients.rules.reasons import FactReference
from patients.rules.record import Assessment, Enzyme, Person
from patients.rules.vocabulary import EnzymeName
from regimens.rules.answers import acceptance_of
from regimens.rules.fact_versions import fact_rows, version_of
from regimens.rules.findings import PathwayFindings, Prompt
from regimens.rules.pathway import evaluate
from regimens.rules.record import Review, ReviewedFact, TreatmentRecord
from regimens.rules.reviews import OpenQuestion, Questions, fingerprint, questions, trace_of
from regimens.rules.vocabulary import Frequency, MilestoneKind, OutcomeKind, PromptCode, ReviewAnswer
from tests.regimens.rules.build import NON_SEVERE, PROTOCOL, course, dose, milestone, on, record, stand
from tests.regimens.rules.strategies import records
from tests.regimens.rules.test_prompts import assess
from tests.regimens.rules.test_properties import shuffled

WEEKLY = Frequency.ONCE_WEEKLY
DAY = 100
FINAL = (ReviewAnswer.ACCEPTED, ReviewAnswer.REJECTED)


def story(*assessments: Assessment, milligrams: str = "15") -> TreatmentRecord:
    """Methotrexate at target dose from day 0: from day 84 on, has it worked?"""
    rows = (*NON_SEVERE, *assessments)
    return record(course("methotrexate", doses=[dose(milligrams, WEEKLY)]), assessments=rows)


def asked(treatment: TreatmentRecord, day: int = DAY) -> Questions:
    return questions(treatment, stand(treatment, day))


def answered(
    treatment: TreatmentRecord,
    answer: ReviewAnswer = ReviewAnswer.REJECTED,
    day: int = DAY,
    until: int | None = None,
    identity: str = "1",
) -> TreatmentRecord:
    """The record with an answer to each of the questions that are open on the day."""
    findings = stand(treatment, day)
    reviews = [
        answer_to(each, treatment, findings, answer, until, f"{identity}{place}")
        for place, each in enumerate(questions(treatment, findings).open)
    ]
    assert reviews
    return replace(treatment, reviews=(*treatment.reviews, *reviews))


def answer_to(
    question: OpenQuestion,
    treatment: TreatmentRecord,
    findings: PathwayFindings,
    answer: ReviewAnswer,
    until: int | None,
    identity: str,
) -> Review:
    trace = trace_of(question.prompt, treatment, findings)
    return Review(
        id=identity,
        on=findings.as_of,
        prompt=question.prompt.code,
        subject=question.prompt.subject,
        fingerprint=question.fingerprint,
        answer=answer,
        until=None if until is None else on(until),
        facts=tuple(ReviewedFact(**fact) for fact in trace["facts"]),
    )


def test_a_question_is_open_until_it_is_answered() -> None:
    (question,) = asked(story()).open
    assert (question.prompt.code, question.earlier, question.why_again) == (PromptCode.ADEQUATE_TRIAL, None, "")
    assert not asked(story(), 83).open


@pytest.mark.parametrize("answer", FINAL)
@pytest.mark.parametrize("day", [DAY, DAY + 1, DAY + 3650])
def test_once_answered_it_is_not_asked_again_on_any_later_day(answer: ReviewAnswer, day: int) -> None:
    found = asked(answered(story(), answer), day)
    assert not found.open
    assert [each.review.answer for each in found.answered] == [answer]
    assert not found.past


def test_an_answer_is_not_known_before_its_day() -> None:
    treatment = answered(story())
    before = asked(treatment, DAY - 1)
    assert len(before.open) == 1
    assert not before.answered
    assert before == asked(story(), DAY - 1)


@pytest.mark.parametrize(("day", "is_open"), [(DAY, False), (DAY + 29, False), (DAY + 30, True), (DAY + 31, True)])
def test_a_deferral_ends_on_its_day(day: int, is_open: bool) -> None:
    found = asked(answered(story(), ReviewAnswer.DEFERRED, until=DAY + 30), day)
    assert bool(found.open) is is_open
    if is_open:
        assert found.open[0].why_again == "It was put off on 10-Apr-2024 until 10-May-2024; that day has come."
        assert [each.id for each in found.past] == ["10"]


def test_a_deferral_without_its_day_settles_nothing() -> None:
    assert asked(answered(story(), ReviewAnswer.DEFERRED)).open


def test_a_new_deciding_fact_asks_again_and_says_which() -> None:
    first = answered(story(assess(0, "7")))
    again = replace(story(assess(0, "7"), assess(120, "7")), reviews=first.reviews)
    assert not asked(again, 119).open
    (question,) = asked(again, 120).open
    assert question.earlier == first.reviews[0]
    assert question.why_again == "It was rejected on 10-Apr-2024; since then: new: assessment, 30-Apr-2024."
    assert not asked(again, 120).answered


def test_a_corrected_fact_asks_again() -> None:
    treatment = answered(story(assess(0, "7"), assess(60, "7")))
    corrected = replace(story(assess(0, "7"), assess(60, "6.9")), reviews=treatment.reviews)
    (question,) = asked(corrected).open
    assert question.why_again == "It was rejected on 10-Apr-2024; since then: corrected: assessment, 01-Mar-2024."


def test_another_row_that_says_the_same_is_no_change() -> None:
    treatment = answered(story(assess(0, "7"), assess(60, "7")))
    entered_again = replace(assess(60, "7.0"), id="another row", notes="typed again")
    same = replace(story(assess(0, "7"), entered_again), reviews=treatment.reviews)
    assert not asked(same).open


def test_a_withdrawn_fact_asks_again() -> None:
    treatment = answered(story(assess(0, "7"), assess(60, "7")))
    withdrawn = replace(story(assess(0, "7")), reviews=treatment.reviews)
    (question,) = asked(withdrawn).open
    assert question.why_again.endswith("since then: no longer decisive: assessment, 01-Mar-2024.")


def test_another_dose_at_target_is_another_trial() -> None:
    treatment = answered(story())
    other = replace(story(milligrams="20"), reviews=treatment.reviews)
    (question,) = asked(other).open
    assert "corrected: dose of methotrexate from 01-Jan-2024" in question.why_again


def test_an_answer_belongs_to_its_subject() -> None:
    treatment = answered(story())
    two = replace(treatment, courses=(*treatment.courses, course("azathioprine", 1, doses=[dose("100", day=1)])))
    found = asked(two)
    assert [each.prompt.subject for each in found.open] == ["course:azathioprine@1"]
    assert [each.prompt.subject for each in found.answered] == ["course:methotrexate@0"]


def test_of_two_answers_on_one_day_the_one_entered_later_counts() -> None:
    treatment = answered(story(), ReviewAnswer.DEFERRED, until=DAY + 10, identity="9")
    (first,) = treatment.reviews
    both = replace(treatment, reviews=(replace(first, id="100", answer=ReviewAnswer.REJECTED, until=None), first))
    for reviews in (both.reviews, both.reviews[::-1]):
        found = asked(replace(both, reviews=reviews), DAY + 20)
        assert [each.review.id for each in found.answered] == ["100"]
        assert [each.id for each in found.past] == ["90"]
        assert found.answer_count == 2


def test_an_answer_whose_question_is_settled_by_an_outcome_stays_to_be_read() -> None:
    treatment = answered(story(), ReviewAnswer.ACCEPTED)
    (methotrexate,) = treatment.courses
    judged = course("methotrexate", doses=methotrexate.doses, outcomes=[(DAY, OutcomeKind.INEFFECTIVE)])
    found = asked(replace(treatment, courses=(judged,)))
    assert (found.open, found.answered, [each.id for each in found.past]) == ((), (), ["10"])


def test_the_fingerprint_depends_on_code_subject_rule_and_facts() -> None:
    treatment = story(assess(0, "7"))
    (prompt,) = stand(treatment, DAY).prompts
    mark = fingerprint(prompt, treatment)
    assert len(mark) == 32
    others: list[Prompt] = [
        replace(prompt, code=PromptCode.DETERIORATION),
        replace(prompt, subject="course:other"),
        replace(prompt, reason=replace(prompt.reason, rule_id="another.rule")),
        replace(prompt, facts=prompt.facts[1:]),
    ]
    assert len({fingerprint(each, treatment) for each in others} | {mark}) == 5
    alike = [
        replace(prompt, text="other words"),
        replace(prompt, facts=prompt.facts[::-1]),
        replace(prompt, reason=replace(prompt.reason, protocol_version="2099.9", predicates=())),
        replace(prompt, facts=tuple(replace(fact, label="other words") for fact in prompt.facts)),
    ]
    assert {fingerprint(each, treatment) for each in alike} == {mark}


def test_a_stop_in_the_future_and_a_later_dose_change_no_fingerprint() -> None:
    treatment = story()
    (prompt,) = stand(treatment, DAY).prompts
    (given_course,) = treatment.courses
    later = replace(
        given_course, stop_on=on(DAY + 50), doses=(*given_course.doses, dose("20", WEEKLY, day=DAY + 10)), note="seen"
    )
    assert fingerprint(prompt, replace(treatment, courses=(later,))) == fingerprint(prompt, treatment)


def test_versions_of_every_kind_of_fact() -> None:
    treatment = replace(story(assess(0, "7")), milestones=(milestone(MilestoneKind.RELAPSE, 5),))
    rows = fact_rows(treatment)
    kinds = {kind for kind, _ in rows}
    assert {"patient", "weight", "assessment", "milestone", "course", "dose"} <= kinds
    for kind, identity in rows:
        fact = FactReference(kind, identity, "")
        assert version_of(fact, rows) == version_of(fact, fact_rows(treatment))
    missing = FactReference("assessment", "gone", "")
    assert version_of(missing, rows) == version_of(missing, rows)
    assert version_of(missing, rows) != version_of(replace(missing, id="gone too"), rows)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"amount": Decimal("15.00")}, True),
        ({"id": "another"}, True),
        ({"amount": Decimal("15.01")}, False),
        ({"frequency": Frequency.ONCE_DAILY}, False),
        ({"from_on": on(1)}, False),
    ],
)
def test_a_version_stands_for_what_a_dose_says(change: dict[str, Any], same: bool) -> None:
    given_dose = dose("15", WEEKLY)
    changed = replace(given_dose, **change)
    versions = {
        version_of(FactReference("dose", each.id, ""), fact_rows(record(course("methotrexate", doses=[each]))))
        for each in (given_dose, changed)
    }
    assert (len(versions) == 1) is same


def test_the_trace_is_plain_and_says_what_the_question_rested_on() -> None:
    treatment = story(assess(0, "7"), assess(60, "7"))
    findings = stand(treatment, DAY)
    (prompt,) = findings.prompts
    trace = trace_of(prompt, treatment, findings)
    assert json.loads(json.dumps(trace)) == trace
    assert (trace["as_of"], trace["protocol_version"]) == ("2024-04-10", findings.protocol_version)
    assert (trace["text"], trace["rule_ids"]) == (prompt.text, ["prompt.adequate_trial"])
    assert [each["truth"] for each in trace["reason"]["predicates"]] == ["true", "unknown"]
    assert [(each["kind"], each["id"]) for each in trace["facts"]] == [(each.kind, each.id) for each in prompt.facts]
    assert all(len(each["version"]) == 32 and each["label"] for each in trace["facts"])


@pytest.mark.parametrize("code", PromptCode)
def test_every_question_says_what_accepting_means(code: PromptCode) -> None:
    (prompt,) = stand(story(), DAY).prompts
    acceptance = acceptance_of(replace(prompt, code=code))
    assert acceptance.statement.endswith(".")
    assert not (acceptance.outcomes and acceptance.milestones)
    # Only a question about a course can record a judgement on one.
    about_a_course = (PromptCode.ADEQUATE_TRIAL, PromptCode.STEROID_DEPENDENCE)
    assert bool(acceptance.outcomes) is (code in about_a_course)
    if acceptance.needed:
        assert acceptance.outcomes or acceptance.milestones


def test_remission_off_treatment_is_not_mere_remission() -> None:
    calm = record(course("prednisolone", 0, 20), milestones=[milestone(MilestoneKind.REMISSION, 10)])
    (prompt,) = stand(calm, 30).prompts
    assert acceptance_of(prompt).milestones == (MilestoneKind.DRUG_FREE_REMISSION,)


# What holds for every record, however odd. Days are spread out, so that weeks and months of a rule can pass.

EXAMPLES = settings(max_examples=60, deadline=None)
STRETCH = 12
far_days = st.integers(0, 60 * STRETCH).map(on)


def stretched(treatment: TreatmentRecord) -> TreatmentRecord:
    """The same story, twelve times as slow, each row with an id of its own as in a database."""

    def later(value: Any, prefix: str = "") -> Any:
        if isinstance(value, date):
            return on((value - on(0)).days * STRETCH)
        if isinstance(value, tuple):
            return tuple(later(each, prefix) for each in value)
        if is_dataclass(value) and not isinstance(value, type | Person):
            own = f"{prefix}{getattr(value, 'id', '')}"
            changed = {field.name: later(getattr(value, field.name), own) for field in fields(value)}
            return replace(value, **{**changed, "id": own} if "id" in changed else changed)
        return value

    slower: TreatmentRecord = later(treatment)
    return slower


visits = st.builds(
    Assessment,
    id=st.just(""),
    on=far_days,
    physician_global=st.integers(0, 10).map(Decimal),
    patient_global=st.integers(0, 10).map(Decimal),
    extramuscular_global=st.integers(0, 10).map(Decimal),
    mmt=st.sampled_from([60, 70, 80]).map(Decimal),
    mmt_maximum=st.just(80),
    enzymes=st.sampled_from(["90", "150", "900"]).map(
        lambda value: (Enzyme(EnzymeName.CK, Decimal(value), "U/L", Decimal(200)),)
    ),
)
daily = st.builds(
    lambda day, milligrams: dose(str(milligrams), day=day), st.integers(0, 500), st.sampled_from([2, 4, 6, 10, 30])
)


@st.composite
def busy_records(draw: st.DrawFn) -> TreatmentRecord:
    """Somebody treated for two years, of whom there is usually something to ask."""
    rows = tuple(replace(row, id=f"v{place}") for place, row in enumerate(draw(st.lists(visits, max_size=6))))
    doses = {each.id: each for each in draw(st.lists(daily, min_size=1, max_size=5))}
    treatment = record(
        course("methotrexate", doses=[replace(dose("15", WEEKLY), id="weekly")]),
        course("prednisolone", doses=doses.values()),
        assessments=(*draw(st.sampled_from([(), NON_SEVERE])), *rows),
        antibodies=draw(st.sampled_from([(), ("anti-MDA5",)])),
    )
    kind = draw(st.none() | st.sampled_from(MilestoneKind))
    return treatment if kind is None else replace(treatment, milestones=(milestone(kind, draw(st.integers(0, 700))),))


slow_records = busy_records() | records.map(stretched)


def all_answered(treatment: TreatmentRecord, day: date, answer: ReviewAnswer) -> tuple[TreatmentRecord, Questions]:
    findings = evaluate(treatment, PROTOCOL, day)
    found = questions(treatment, findings)
    reviews = tuple(
        answer_to(each, treatment, findings, answer, None, str(number)) for number, each in enumerate(found.open)
    )
    return replace(treatment, reviews=reviews), found


@EXAMPLES
@given(slow_records, far_days, st.integers(0, 2000), st.sampled_from(FINAL))
def test_answered_with_the_same_facts_it_is_never_asked_again(
    treatment: TreatmentRecord, day: date, passed: int, answer: ReviewAnswer
) -> None:
    """Days pass and nothing is recorded that changes the fingerprint: no question of that fingerprint is open."""
    after, found = all_answered(treatment, day, answer)
    marks = {each.fingerprint for each in found.open}
    later = questions(after, evaluate(after, PROTOCOL, day + timedelta(days=passed)))
    assert not marks & {each.fingerprint for each in later.open}
    today = questions(after, evaluate(after, PROTOCOL, day))
    assert not today.open
    assert len(today.answered) == len(found.open)


@EXAMPLES
@given(slow_records, far_days, st.integers(1, 400))
def test_later_answers_change_no_earlier_day(treatment: TreatmentRecord, day: date, before: int) -> None:
    after, found = all_answered(treatment, day, ReviewAnswer.REJECTED)
    earlier = day - timedelta(days=before)
    findings = evaluate(after, PROTOCOL, earlier)
    assert questions(after, findings) == questions(treatment, findings)


@EXAMPLES
@given(slow_records, far_days, st.integers(0, 10_000))
def test_the_order_of_rows_has_no_meaning(treatment: TreatmentRecord, day: date, seed: int) -> None:
    after, _ = all_answered(treatment, day, ReviewAnswer.REJECTED)
    mixed = replace(shuffled(after, seed), reviews=after.reviews[::-1])
    later = day + timedelta(days=30)
    assert questions(mixed, evaluate(mixed, PROTOCOL, later)) == questions(after, evaluate(after, PROTOCOL, later))


@EXAMPLES
@given(slow_records, far_days)
def test_no_two_questions_are_the_same(treatment: TreatmentRecord, day: date) -> None:
    found = questions(treatment, evaluate(treatment, PROTOCOL, day))
    keys = [(each.prompt.code, each.prompt.subject) for each in found.open]
    assert len(keys) == len(set(keys))
    rows = fact_rows(treatment)
    assert all((fact.kind, fact.id) in rows for each in found.open for fact in each.prompt.facts)
    assert all(each.prompt.facts for each in found.open)


@EXAMPLES
@given(slow_records, far_days)
def test_a_changed_fact_asks_again(treatment: TreatmentRecord, day: date) -> None:
    after, found = all_answered(treatment, day, ReviewAnswer.REJECTED)
    about = [each for each in found.open if any(fact.kind == "assessment" for fact in each.prompt.facts)]
    rows = tuple(replace(row, fvc_percent=Decimal(77)) for row in after.patient.assessments)
    changed = replace(after, patient=replace(after.patient, assessments=rows))
    again = questions(changed, evaluate(changed, PROTOCOL, day)).open
    assert {(each.prompt.code, each.prompt.subject) for each in about} <= {
        (each.prompt.code, each.prompt.subject) for each in again
    }
    assert all(each.why_again for each in again)
