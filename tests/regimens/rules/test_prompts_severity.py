"""Questions about severity: each has a subject of its own, so that no two open ones are the same question."""

from patients.rules.vocabulary import MrcGrade, MuscleGroup
from regimens.rules.findings import Prompt
from regimens.rules.record import TreatmentRecord
from regimens.rules.vocabulary import MilestoneKind, PromptCode
from tests.regimens.rules.build import milestone, record, stand, strength


def asked(treatment: TreatmentRecord, day: int = 30) -> list[Prompt]:
    return [prompt for prompt in stand(treatment, day).prompts if prompt.code is PromptCode.SEVERITY_QUESTION]


def test_two_at_once_are_told_apart() -> None:
    weak = strength(MrcGrade.THREE, 0, MuscleGroup.DISTAL)
    prompts = asked(record(assessments=[weak], antibodies=["anti-MDA5"]))
    assert [(each.reason.rule_id, each.subject) for each in prompts] == [
        ("prompt.severity_mda5", "autoantibody:anti-MDA5"),
        ("prompt.severity_distal", "assessment:assessment@0"),
    ]


def test_a_relapse_asks_for_an_assessment_and_rests_on_its_milestone() -> None:
    (prompt,) = asked(record(milestones=[milestone(MilestoneKind.RELAPSE, 10)]))
    assert (prompt.reason.rule_id, prompt.subject) == ("prompt.severity_reassess", "milestone:relapse@10")
    assert prompt.facts[0].kind == "milestone"


def test_later_strength_asks_to_confirm_non_severe() -> None:
    rows = [strength(MrcGrade.THREE), strength(MrcGrade.FOUR, 20)]
    (prompt,) = asked(record(assessments=rows))
    assert (prompt.reason.rule_id, prompt.subject) == ("prompt.severity_confirm", "assessment:assessment@20")
    assert not asked(record(assessments=rows), 19)


def test_distal_weakness_is_asked_about() -> None:
    (prompt,) = asked(record(assessments=[strength(MrcGrade.THREE, 0, MuscleGroup.DISTAL)]))
    assert prompt.reason.rule_id == "prompt.severity_distal"
    assert not asked(record(assessments=[strength(MrcGrade.FOUR, 0, MuscleGroup.DISTAL)]))
