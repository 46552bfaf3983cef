"""Questions the software puts, with both sides of each threshold."""

from dataclasses import replace
from decimal import Decimal

import pytest

from patients.rules.reasons import Truth
from patients.rules.record import Assessment, Enzyme
from patients.rules.vocabulary import EnzymeName, MrcGrade
from regimens.rules.findings import PathwayFindings
from regimens.rules.record import Course, TaperStep
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


def well(
    ck: str = "200", limit: str | None = "200", mmt: str | None = "80", grade: MrcGrade | None = None, day: int = 50
) -> Assessment:
    return Assessment(
        "well",
        on(day),
        enzymes=(Enzyme(EnzymeName.CK, Decimal(ck), "U/L", None if limit is None else Decimal(limit)),),
        mmt=None if mmt is None else Decimal(mmt),
        mmt_maximum=None if mmt is None else 80,
        lowest_mrc=grade,
    )


@pytest.mark.parametrize(
    ("row", "prednisolone", "prompted"),
    [
        (well(), "4.9", True),
        (well(), "5", False),
        (well(ck="201"), "4.9", False),
        (well(limit=None), "4.9", False),
        (well(mmt="79"), "4.9", False),
        (well(mmt=None), "4.9", False),
        (well(mmt=None, grade=MrcGrade.FIVE), "4.9", True),
        (well(mmt=None, grade=MrcGrade.FIVE_MINUS), "4.9", False),
        (well(grade=MrcGrade.FIVE), "4.9", True),
        (well(mmt="79", grade=MrcGrade.FIVE), "4.9", False),
        (well(grade=MrcGrade.THREE), "4.9", False),
    ],
)
def test_possible_remission(row: Assessment, prednisolone: str, prompted: bool) -> None:
    treatment = record(course("prednisolone", doses=[dose(prednisolone)]), assessments=[row])
    assert bool(asked(stand(treatment, 50), PromptCode.POSSIBLE_REMISSION)) is prompted
    assert not asked(stand(treatment, 49), PromptCode.POSSIBLE_REMISSION)


def test_possible_remission_needs_a_known_corticosteroid_dose_and_treatment() -> None:
    assert not asked(stand(record(course("prednisolone"), assessments=[well()]), 50), PromptCode.POSSIBLE_REMISSION)
    assert not asked(stand(record(assessments=[well()]), 50), PromptCode.POSSIBLE_REMISSION)
    assert asked(stand(record(course("methotrexate"), assessments=[well()]), 50), PromptCode.POSSIBLE_REMISSION)


def test_a_taper_step_replaces_the_recorded_dose() -> None:
    tapering = replace(course("prednisolone", doses=[dose("40")]), taper=(TaperStep("t", on(30), Decimal("2.5")),))
    assert asked(stand(record(tapering, assessments=[well()]), 50), PromptCode.POSSIBLE_REMISSION)
    later = replace(tapering, taper=(TaperStep("t", on(51), Decimal("2.5")),))
    assert not asked(stand(record(later, assessments=[well()]), 50), PromptCode.POSSIBLE_REMISSION)


def test_remission_is_never_switched_by_itself() -> None:
    treatment = record(course("prednisolone", doses=[dose("4")]), assessments=[well()])
    assert stand(treatment, 50).phase.phase.value == "induction"


def test_remission_with_nothing_running_asks_about_drug_free_remission() -> None:
    calm = [milestone(MilestoneKind.REMISSION, 10)]
    stopped = stand(record(course("prednisolone", 0, 20), milestones=calm), 30)
    assert "prompt.drug_free_remission" in {prompt.reason.rule_id for prompt in stopped.prompts}
    running = stand(record(course("prednisolone", 0, 31), milestones=calm), 30)
    assert "prompt.drug_free_remission" not in {prompt.reason.rule_id for prompt in running.prompts}
