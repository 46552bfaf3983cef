"""Questions the software puts, with both sides of each threshold."""

from dataclasses import replace
from decimal import Decimal

import pytest

from patients.rules.reasons import Truth
from patients.rules.record import Assessment
from patients.rules.vocabulary import PatientStatus
from regimens.rules.findings import PathwayFindings
from regimens.rules.record import Course
from regimens.rules.vocabulary import Frequency, MilestoneKind, OutcomeKind, PromptCode
from tests.regimens.rules.build import NON_SEVERE, course, dose, milestone, on, record, stand

WEEKLY = Frequency.ONCE_WEEKLY
FULL_TRIAL = 84


def asked(findings: PathwayFindings, code: PromptCode) -> list[str]:
    return [prompt.text for prompt in findings.prompts if prompt.code is code]


def trial(given: Course, day: int) -> PathwayFindings:
    return stand(record(given, assessments=NON_SEVERE), day)


@pytest.mark.parametrize(
    ("given", "day", "prompted"),
    [
        (course("methotrexate", doses=[dose("15", WEEKLY)]), FULL_TRIAL, True),
        (course("methotrexate", doses=[dose("15", WEEKLY)]), FULL_TRIAL - 1, False),
        (course("methotrexate", doses=[dose("14.9", WEEKLY)]), 400, False),
        (course("methotrexate", doses=[dose("7.5", WEEKLY), dose("15", WEEKLY, day=20)]), 20 + FULL_TRIAL, True),
        (course("methotrexate", doses=[dose("7.5", WEEKLY), dose("15", WEEKLY, day=20)]), 19 + FULL_TRIAL, False),
        (course("methotrexate", doses=[dose("20", WEEKLY), dose("10", WEEKLY, day=20)]), 400, False),
        (course("azathioprine", doses=[dose("100")]), FULL_TRIAL, True),
        (course("azathioprine", doses=[dose("99")]), FULL_TRIAL, False),
        (course("mycophenolate_mofetil", doses=[dose("1000", Frequency.TWICE_DAILY)]), FULL_TRIAL, True),
        (course("mycophenolate_mofetil", doses=[dose("999", Frequency.TWICE_DAILY)]), FULL_TRIAL, False),
        (course("ciclosporin"), FULL_TRIAL, True),
        (course("ciclosporin"), FULL_TRIAL - 1, False),
        (course("methotrexate", 0, 50, doses=[dose("15", WEEKLY)]), FULL_TRIAL, False),
    ],
)
def test_adequate_trial(given: Course, day: int, prompted: bool) -> None:
    assert bool(asked(trial(given, day), PromptCode.ADEQUATE_TRIAL)) is prompted


@pytest.mark.parametrize("kind", [OutcomeKind.RESPONDED, OutcomeKind.INEFFECTIVE, OutcomeKind.PARTIAL_RESPONSE])
def test_a_judged_trial_asks_nothing(kind: OutcomeKind) -> None:
    judged = course("methotrexate", doses=[dose("15", WEEKLY)], outcomes=[(90, kind)])
    assert asked(trial(judged, 89), PromptCode.ADEQUATE_TRIAL)
    assert not asked(trial(judged, 90), PromptCode.ADEQUATE_TRIAL)


def test_why_not_yet_counts_the_weeks() -> None:
    given = course("methotrexate", doses=[dose("15", WEEKLY)])
    (predicate,) = trial(given, 9 * 7).next_step.why_not_yet
    assert (predicate.truth, predicate.facts[0].id) == (Truth.FALSE, given.id)
    assert predicate.text == "methotrexate: needs 12 weeks at target dose (15 mg a week or more); has 9"


def test_an_unknown_dose_is_said_and_not_asked_about() -> None:
    findings = trial(course("methotrexate"), 400)
    assert not asked(findings, PromptCode.ADEQUATE_TRIAL)
    assert [predicate.truth for predicate in findings.next_step.why_not_yet] == [Truth.UNKNOWN]


def assess(day: int, physician: str, *, mmt: str = "60", patient: str = "5", extra: str = "2") -> Assessment:
    """All measures but the enzyme and the questionnaire."""
    return Assessment(
        f"assessment@{day}",
        on(day),
        physician_global=Decimal(physician),
        patient_global=Decimal(patient),
        mmt=Decimal(mmt),
        mmt_maximum=80,
        extramuscular_global=Decimal(extra),
    )


def treated(*rows: Assessment, day: int = FULL_TRIAL) -> PathwayFindings:
    return stand(record(course("methotrexate", doses=[dose("15", WEEKLY)]), assessments=[*NON_SEVERE, *rows]), day)


def test_a_drug_may_have_a_trial_length_of_its_own() -> None:
    given = course("rituximab")
    assert not asked(trial(given, 20 * 7 - 1), PromptCode.ADEQUATE_TRIAL)
    assert asked(trial(given, 20 * 7), PromptCode.ADEQUATE_TRIAL)


@pytest.mark.parametrize(
    ("follow_up", "prompted", "words", "truth"),
    [
        # Physician 7 to 6.5 is 5 %: nothing. 7 to 5.5 is 15 %: 7.5 points; patient 15 %: 2.5 points.
        (assess(60, "6.5"), True, "at least 0 of 100", Truth.UNKNOWN),
        (assess(60, "5.5", patient="3.5"), True, "at least 10 of 100", Truth.UNKNOWN),
        # Strength 60 to 72 of 80 is 15 %: 20 points.
        (assess(60, "7", mmt="72"), False, "at least 20 of 100", Truth.TRUE),
        (assess(60, "7", mmt="64"), True, "at least 10 of 100", Truth.UNKNOWN),
    ],
)
def test_a_trial_that_has_worked_is_not_asked_about(
    follow_up: Assessment, prompted: bool, words: str, truth: Truth
) -> None:
    findings = treated(assess(0, "7"), follow_up)
    assert bool(asked(findings, PromptCode.ADEQUATE_TRIAL)) is prompted
    if prompted:
        predicates = findings.prompts[0].reason.predicates
    else:
        predicates = findings.next_step.why_not_yet
        assert predicates[0].text.startswith("methotrexate: has worked so far")
    (score,) = [predicate for predicate in predicates if "Total Improvement Score" in predicate.text]
    assert words in score.text
    assert (score.truth, len(score.facts)) == (truth, 2)


def test_the_newest_score_counts_not_the_best() -> None:
    lost = treated(assess(0, "7"), assess(40, "7", mmt="72"), assess(80, "7"))
    assert asked(lost, PromptCode.ADEQUATE_TRIAL)
    held = treated(assess(0, "7"), assess(40, "7"), assess(80, "7", mmt="72"))
    assert not asked(held, PromptCode.ADEQUATE_TRIAL)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((), "no assessment at its start"),
        ((assess(0, "7"),), "no assessment since its start"),
        ((assess(0, "7"), Assessment("half", on(60), patient_global=Decimal(1))), "no later assessment compares"),
    ],
)
def test_an_unknown_score_is_asked_about_and_said_to_be_unknown(rows: tuple[Assessment, ...], words: str) -> None:
    findings = treated(*rows)
    assert asked(findings, PromptCode.ADEQUATE_TRIAL)
    score = findings.prompts[0].reason.predicates[1]
    assert score.truth is Truth.UNKNOWN
    assert words in score.text


def test_a_later_assessment_is_not_seen_before_its_day() -> None:
    rows = (assess(0, "7"), assess(90, "2", mmt="80"))
    assert asked(treated(*rows, day=89), PromptCode.ADEQUATE_TRIAL)
    assert not asked(treated(*rows, day=90), PromptCode.ADEQUATE_TRIAL)


def test_the_trial_rests_on_the_course_the_dose_and_the_two_assessments() -> None:
    (prompt,) = treated(assess(0, "7"), assess(60, "7")).prompts
    assert prompt.subject == "course:methotrexate@0"
    assert [(fact.kind, fact.id) for fact in prompt.facts] == [
        ("course", "methotrexate@0"),
        ("dose", "dose@0"),
        ("assessment", "assessment@0"),
        ("assessment", "assessment@60"),
    ]


def test_remission_with_nothing_running_asks_about_drug_free_remission() -> None:
    calm = [milestone(MilestoneKind.REMISSION, 10)]
    stopped = stand(record(course("prednisolone", 0, 20), milestones=calm), 30)
    assert "prompt.drug_free_remission" in {prompt.reason.rule_id for prompt in stopped.prompts}
    running = stand(record(course("prednisolone", 0, 31), milestones=calm), 30)
    assert "prompt.drug_free_remission" not in {prompt.reason.rule_id for prompt in running.prompts}


@pytest.mark.parametrize("status", [status for status in PatientStatus if status is not PatientStatus.ACTIVE])
def test_nothing_is_asked_about_somebody_no_longer_under_care(status: PatientStatus) -> None:
    treatment = record(
        course("prednisolone", doses=[dose("10")]),
        course("methotrexate", doses=[dose("20", WEEKLY)]),
        assessments=NON_SEVERE,
    )
    person = replace(treatment.patient.person, status=status, status_on=on(400))
    ended = replace(treatment, patient=replace(treatment.patient, person=person))
    undated = replace(treatment, patient=replace(treatment.patient, person=replace(person, status_on=None)))
    assert {prompt.code for prompt in stand(ended, 399).prompts} == {
        PromptCode.ADEQUATE_TRIAL,
        PromptCode.STEROID_DEPENDENCE,
    }
    for findings in (stand(ended, 400), stand(undated, 399)):
        assert not findings.prompts
        assert not findings.next_step.why_not_yet


def test_a_drug_given_in_cycles_is_asked_about_after_its_last_infusion() -> None:
    given = course("rituximab", 0, 14)
    assert not asked(trial(given, 20 * 7 - 1), PromptCode.ADEQUATE_TRIAL)
    (text,) = asked(trial(given, 20 * 7), PromptCode.ADEQUATE_TRIAL)
    assert text.startswith("rituximab: 20 weeks since its start (no target dose published) and no response recorded.")
    judged = course("rituximab", 0, 14, outcomes=[(100, OutcomeKind.RESPONDED)])
    assert not asked(trial(judged, 20 * 7), PromptCode.ADEQUATE_TRIAL)


def test_a_drug_under_which_remission_was_declared_has_worked() -> None:
    given = (
        course("methotrexate", doses=[dose("20", WEEKLY)]),
        course("mycophenolate_mofetil", 200, doses=[dose("1000", Frequency.TWICE_DAILY, day=200)]),
    )
    remission = milestone(MilestoneKind.REMISSION, 199)
    findings = stand(record(*given, assessments=NON_SEVERE, milestones=[remission]), 400)
    # What was begun afterwards is asked about as before.
    assert [prompt.subject for prompt in findings.prompts] == [f"course:{given[1].id}"]
    (said,) = [each for each in findings.next_step.why_not_yet if each.text.startswith("methotrexate")]
    assert (said.text, said.truth) == ("methotrexate: remission was declared under it, 18-Jul-2024", Truth.TRUE)
    relapse = milestone(MilestoneKind.RELAPSE, 300)
    again = stand(record(*given, assessments=NON_SEVERE, milestones=[remission, relapse]), 400)
    assert f"course:{given[0].id}" in {prompt.subject for prompt in again.prompts}
