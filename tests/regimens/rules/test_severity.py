"""Both sides of each test of severity, and how it goes over time."""

from datetime import date

import pytest

from patients.rules.record import Assessment
from patients.rules.vocabulary import ConditionKind, MrcGrade, MuscleGroup, SevereFeature
from regimens.rules.findings import Phase, SeverityGroup
from regimens.rules.record import Milestone
from regimens.rules.vocabulary import MilestoneKind
from tests.regimens.rules.build import condition, course, milestone, on, record, stand, strength

SEVERE, NON_SEVERE, UNKNOWN = SeverityGroup.SEVERE, SeverityGroup.NON_SEVERE, SeverityGroup.NOT_ASSESSED


@pytest.mark.parametrize("grade", list(MrcGrade))
def test_strictly_below_4(grade: MrcGrade) -> None:
    group = stand(record(assessments=[strength(grade)]), 0).severity.group
    better = {MrcGrade.FOUR, MrcGrade.FOUR_PLUS, MrcGrade.FIVE_MINUS, MrcGrade.FIVE}
    assert group is (NON_SEVERE if grade in better else SEVERE)


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (MuscleGroup.PROXIMAL, SEVERE),
        (MuscleGroup.AXIAL, SEVERE),
        (MuscleGroup.NOT_RECORDED, SEVERE),
        (MuscleGroup.DISTAL, NON_SEVERE),
    ],
)
def test_where_the_weak_muscle_is(group: MuscleGroup, expected: SeverityGroup) -> None:
    findings = stand(record(assessments=[strength(MrcGrade.TWO, group=group)]), 0)
    assert findings.severity.group is expected
    rules = {prompt.reason.rule_id for prompt in findings.prompts}
    assert ("prompt.severity_group" in rules) is (group is MuscleGroup.NOT_RECORDED)
    assert ("prompt.severity_distal" in rules) is (group is MuscleGroup.DISTAL)


@pytest.mark.parametrize("kind", list(ConditionKind))
def test_conditions(kind: ConditionKind) -> None:
    severe = {
        ConditionKind.RAPIDLY_PROGRESSIVE_ILD,
        ConditionKind.RESPIRATORY_FAILURE_FROM_ILD,
        ConditionKind.MYOCARDITIS,
        ConditionKind.SEVERE_DYSPHAGIA,
        ConditionKind.OTHER_LIFE_THREATENING,
    }
    treatment = record(conditions=[condition(kind, 10, 20)])
    assert stand(treatment, 9).severity.group is UNKNOWN
    assert stand(treatment, 10).severity.group is (SEVERE if kind in severe else UNKNOWN)
    # Over, but kept until remission.
    assert stand(treatment, 30).severity.group is (SEVERE if kind in severe else UNKNOWN)


@pytest.mark.parametrize("feature", list(SevereFeature))
def test_stated_features(feature: SevereFeature) -> None:
    stated = Assessment("a", on(3), severe_features=(feature,), lowest_mrc=MrcGrade.FIVE)
    findings = stand(record(assessments=[stated]), 3)
    assert findings.severity.group is SEVERE
    assert findings.severity.decided_on == on(3)
    assert [fact.id for fact in findings.severity.decided_by] == ["a"]


def test_not_assessed_is_shown_and_works_as_non_severe() -> None:
    findings = stand(record(), 0)
    assert (findings.severity.group, findings.severity.working_group) == (UNKNOWN, NON_SEVERE)
    assert "strength_not_assessed" in {gap.code.value for gap in findings.gaps}


def test_up_at_once_and_down_only_when_confirmed() -> None:
    treatment = record(
        assessments=[
            strength(MrcGrade.FOUR, 0),
            strength(MrcGrade.THREE, 10),
            strength(MrcGrade.FIVE, 20),
            strength(MrcGrade.FIVE, 30, confirmed=True),
            strength(MrcGrade.FOUR_MINUS, 40),
        ]
    )
    groups = [stand(treatment, day).severity.group for day in (9, 10, 29, 30, 40)]
    assert groups == [NON_SEVERE, SEVERE, SEVERE, NON_SEVERE, SEVERE]
    asked = {prompt.reason.rule_id for prompt in stand(treatment, 20).prompts}
    assert "prompt.severity_confirm" in asked


def test_a_confirmation_and_a_severe_finding_on_one_day_are_severe() -> None:
    rows = [strength(MrcGrade.FIVE, 5, confirmed=True), Assessment("z", on(5), lowest_mrc=MrcGrade.TWO)]
    assert stand(record(assessments=rows), 5).severity.group is SEVERE
    assert stand(record(assessments=rows[::-1]), 5).severity.group is SEVERE


def test_a_confirmation_outweighs_strength_on_its_own_row_but_no_stated_feature() -> None:
    weak = strength(MrcGrade.THREE, 0, confirmed=True)
    assert stand(record(assessments=[weak]), 0).severity.group is NON_SEVERE
    stated = Assessment("s", on(0), severe_features=(SevereFeature.MYOCARDITIS,), non_severe_confirmed=True)
    assert stand(record(assessments=[stated]), 0).severity.group is SEVERE


def test_remission_lets_it_down_and_a_relapse_asks_again() -> None:
    treatment = record(
        course("prednisolone"),
        assessments=[strength(MrcGrade.THREE, 0)],
        milestones=[milestone(MilestoneKind.REMISSION, 100), milestone(MilestoneKind.RELAPSE, 300)],
    )
    assert stand(treatment, 99).severity.group is SEVERE
    in_remission = stand(treatment, 100)
    assert in_remission.severity.group is SeverityGroup.ANY
    assert in_remission.severity.reasons[0].rule_id == "severity.any_in_remission"
    assert "strength_not_assessed" not in {gap.code.value for gap in in_remission.gaps}
    relapsed = stand(treatment, 300)
    assert (relapsed.phase.phase, relapsed.severity.group) == (Phase.RELAPSE, UNKNOWN)
    assert "prompt.severity_reassess" in {prompt.reason.rule_id for prompt in relapsed.prompts}


@pytest.mark.parametrize(("day", "expected"), [(271, UNKNOWN), (272, SEVERE), (300, SEVERE)])
def test_an_assessment_shortly_before_the_relapse_belongs_to_it(day: int, expected: SeverityGroup) -> None:
    treatment = record(
        course("prednisolone"),
        assessments=[strength(MrcGrade.THREE, day)],
        milestones=[milestone(MilestoneKind.REMISSION, 100), milestone(MilestoneKind.RELAPSE, 300)],
    )
    assert stand(treatment, 300).severity.group is expected


def test_a_relapse_without_remission_lets_nothing_down() -> None:
    treatment = record(
        course("prednisolone"),
        assessments=[strength(MrcGrade.THREE, 0)],
        milestones=[milestone(MilestoneKind.RELAPSE, 300)],
    )
    assert stand(treatment, 300).severity.group is SEVERE


def test_a_condition_still_present_counts_after_the_relapse() -> None:
    milestones = [milestone(MilestoneKind.REMISSION, 100), milestone(MilestoneKind.RELAPSE, 300)]
    open_end = record(conditions=[condition(ConditionKind.MYOCARDITIS)], milestones=milestones)
    closed = record(conditions=[condition(ConditionKind.MYOCARDITIS, 0, 50)], milestones=milestones)
    assert stand(open_end, 300).severity.group is SEVERE
    assert stand(closed, 300).severity.group is UNKNOWN


def test_anti_mda5_alone_is_a_question() -> None:
    findings = stand(record(antibodies=["anti-MDA5"], assessments=[strength(MrcGrade.FIVE)]), 0)
    assert findings.severity.group is NON_SEVERE
    assert "prompt.severity_mda5" in {prompt.reason.rule_id for prompt in findings.prompts}
    weak = stand(record(antibodies=["anti-MDA5"], assessments=[strength(MrcGrade.THREE)]), 0)
    assert "prompt.severity_mda5" not in {prompt.reason.rule_id for prompt in weak.prompts}


def test_a_relapse_in_the_first_year_of_the_calendar_raises_nothing() -> None:
    first = date.min
    marks = (Milestone("1", first, MilestoneKind.REMISSION), Milestone("2", first, MilestoneKind.RELAPSE))
    assert stand(record(milestones=marks), 0).phase.phase is Phase.RELAPSE
