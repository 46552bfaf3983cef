"""Every row of the published algorithm, written out a second time and compared with what a patient is offered."""

import pytest

from patients.rules.vocabulary import ConditionKind, Subtype
from regimens.rules.findings import AnnotationKind, NextStepWord, Tier
from regimens.rules.options import DOSES_NOT_SHOWN
from regimens.rules.record import Course
from regimens.rules.vocabulary import MilestoneKind, OutcomeKind
from tests.regimens.rules.build import (
    NON_SEVERE,
    PROTOCOL,
    SEVERE,
    condition,
    course,
    milestone,
    offered,
    on,
    option_for,
    record,
    stand,
)

INEFFECTIVE = OutcomeKind.INEFFECTIVE
FAILED_1 = course("methotrexate", outcomes=[(100, INEFFECTIVE)])
FAILED_2 = course("ciclosporin", 101, outcomes=[(200, INEFFECTIVE)])
STEROID = course("prednisolone")
REMISSION = (milestone(MilestoneKind.REMISSION, 250),)


def singles(*drugs: str) -> list[tuple[str, ...]]:
    return [(drug,) for drug in drugs]


@pytest.mark.parametrize(
    ("courses", "severe", "day", "word", "drugs"),
    [
        (
            (),
            True,
            0,
            NextStepWord.START_LINE_1,
            ["methylprednisolone_sodium_succinate", "prednisolone"]
            + ["methotrexate", "azathioprine", "mycophenolate_mofetil"],
        ),
        ((), False, 0, NextStepWord.START_LINE_1, ["prednisolone", "methotrexate", "azathioprine"]),
        (
            (STEROID, FAILED_1),
            True,
            100,
            NextStepWord.ESCALATE_LINE_2,
            ["ciclosporin", "tacrolimus", "mycophenolate_mofetil"],
        ),
        (
            (STEROID, FAILED_1),
            False,
            100,
            NextStepWord.ESCALATE_LINE_2,
            ["ciclosporin", "tacrolimus", "mycophenolate_mofetil"],
        ),
        ((STEROID, FAILED_1, FAILED_2), True, 200, NextStepWord.ESCALATE_LINE_3, ["rituximab", "cyclophosphamide"]),
        (
            (STEROID, FAILED_1, FAILED_2),
            False,
            200,
            NextStepWord.ESCALATE_LINE_3,
            ["rituximab", "cyclophosphamide", "abatacept"],
        ),
    ],
)
def test_induction(courses: tuple[Course, ...], severe: bool, day: int, word: NextStepWord, drugs: list[str]) -> None:
    findings = stand(record(*courses, assessments=SEVERE if severe else NON_SEVERE), day)
    assert findings.next_step.word is word
    assert offered(findings.options) == singles(*drugs)
    assert ("normal_immunoglobulin",) in offered(findings.adjuncts)
    assert all(option.reasons for option in findings.options)


def test_ranks_of_severe_line_1() -> None:
    findings = stand(record(assessments=SEVERE), 0)
    assert [option.tier for option in findings.options] == [Tier.PRIMARY] * 4 + [Tier.SECONDARY]


def test_lung_disease_lifts_mycophenolate_in_severe_line_1_only() -> None:
    lung = (condition(ConditionKind.ILD),)
    severe = stand(record(assessments=SEVERE, conditions=lung), 0)
    partners = offered(severe.options)[2:]
    assert partners == singles("mycophenolate_mofetil", "methotrexate", "azathioprine")
    assert option_for(severe, "mycophenolate_mofetil").tier is Tier.PRIMARY
    assert AnnotationKind.CAUTION in {note.kind for note in option_for(severe, "methotrexate").annotations}
    mild = stand(record(assessments=NON_SEVERE, conditions=lung), 0)
    assert ("mycophenolate_mofetil",) not in offered(mild.options)


def test_maintenance_steps() -> None:
    steroid = course("prednisolone", 0, 240)
    held = record(steroid, assessments=NON_SEVERE, milestones=REMISSION)
    single = stand(held, 260)
    assert single.next_step.word is NextStepWord.MAINTENANCE_SINGLE_AGENT
    assert offered(single.options) == singles(
        "methotrexate", "azathioprine", "mycophenolate_mofetil", "ciclosporin", "tacrolimus"
    )
    assert [option.tier for option in single.options] == [Tier.PRIMARY] * 3 + [Tier.SECONDARY] * 2
    agent = course("methotrexate", outcomes=[(300, INEFFECTIVE)])
    combined = stand(record(steroid, agent, assessments=NON_SEVERE, milestones=REMISSION), 300)
    assert combined.next_step.word is NextStepWord.MAINTENANCE_COMBINATION
    assert offered(combined.options) == [
        ("ciclosporin", "methotrexate"),
        ("methotrexate", "mycophenolate_mofetil"),
        ("azathioprine", "mycophenolate_mofetil"),
    ]
    second = course("mycophenolate_mofetil", 300, outcomes=[(400, INEFFECTIVE)])
    resistant = stand(record(steroid, agent, second, assessments=NON_SEVERE, milestones=REMISSION), 400)
    assert resistant.next_step.word is NextStepWord.MAINTENANCE_ALTERNATIVE
    assert offered(resistant.options) == singles(
        "tacrolimus", "rituximab", "cyclophosphamide", "tocilizumab", "abatacept"
    )
    assert [step.state.value for step in resistant.maintenance] == ["failed", "failed", "not_tried"]
    # Steps stay apart from lines.
    assert resistant.failed_lines == ()
    for findings in (single, combined, resistant):
        assert ("normal_immunoglobulin",) in offered(findings.adjuncts)


def test_tocilizumab_defines_no_induction_line() -> None:
    findings = stand(record(STEROID, course("tocilizumab", 5), assessments=NON_SEVERE), 30)
    assert (findings.line_reached, findings.next_step.word) == (1, NextStepWord.COMPLETE_LINE_1)
    assert "notice.not_in_induction" in {reason.rule_id for reason in findings.notices}


@pytest.mark.parametrize(
    "drug",
    ["ciclosporin", "tacrolimus", "rituximab", "cyclophosphamide", "abatacept", "tocilizumab"],
)
def test_specialist_doses_have_no_range(drug: str) -> None:
    for rule in PROTOCOL.drugs[drug].doses:
        assert rule.text.startswith("consult specialist")
        assert (rule.minimum, rule.maximum, rule.maximum_per_kilogram, rule.per) == (None, None, None, None)


@pytest.mark.parametrize(
    ("drug", "effect"),
    [
        ("methotrexate", "interstitial pneumonitis"),
        ("azathioprine", "liver damage"),
        ("ciclosporin", "nephrotoxicity"),
        ("tacrolimus", "hypertension"),
        ("rituximab", "hepatitis B reactivation"),
        ("cyclophosphamide", "bladder toxicity"),
        ("normal_immunoglobulin", "thrombosis"),
    ],
)
def test_adverse_effects_are_named(drug: str, effect: str) -> None:
    assert effect in PROTOCOL.drugs[drug].adverse_effects


def test_calcineurin_inhibitors_name_their_monitoring() -> None:
    findings = stand(record(STEROID, FAILED_1, assessments=SEVERE), 100)
    for drug in ("ciclosporin", "tacrolimus"):
        assert "trough level" in option_for(findings, drug).monitoring_named
    assert option_for(findings, "mycophenolate_mofetil").monitoring_named == ()


@pytest.mark.parametrize(
    ("drug", "condition_kind", "antibody", "text"),
    [
        ("rituximab", None, "anti-Jo-1", "anti-Jo-1"),
        ("rituximab", None, "Anti-Mi2", "anti-Mi-2"),
        ("rituximab", None, "anti-SRP", "anti-SRP"),
        ("rituximab", None, "anti-TIF1-gamma", "a positive myositis antibody"),
        ("rituximab", ConditionKind.RAPIDLY_PROGRESSIVE_ILD, "anti-MDA5", "anti-MDA5 with severe lung disease"),
        ("cyclophosphamide", ConditionKind.ILD, None, "interstitial lung disease"),
    ],
)
def test_notes_on_line_3(drug: str, condition_kind: ConditionKind | None, antibody: str | None, text: str) -> None:
    conditions = [condition(condition_kind)] if condition_kind else []
    treated = (STEROID, FAILED_1, FAILED_2)
    with_it = record(*treated, assessments=SEVERE, conditions=conditions, antibodies=[antibody] if antibody else [])
    notes = [note.text for note in option_for(stand(with_it, 200), drug).annotations]
    assert any(note.startswith(text) for note in notes)
    without = option_for(stand(record(*treated, assessments=SEVERE), 200), drug)
    assert not any(note.text.startswith(text) for note in without.annotations)


def test_pregnancy_withholds_three_drugs_and_shows_them() -> None:
    pregnant = [condition(ConditionKind.PREGNANCY, 0, 200)]
    findings = stand(record(assessments=SEVERE, conditions=pregnant), 0)
    assert findings.next_step.word is NextStepWord.START_TREATMENT
    assert offered(findings.options)[0] == ("normal_immunoglobulin",)
    withheld = {option.drugs[0] for option in findings.options if option.blocked}
    assert withheld == {"methotrexate", "mycophenolate_mofetil"}
    kinds = {
        note.reason.kind.value
        for note in option_for(findings, "methotrexate").annotations
        if note.kind.value == "blocked"
    }
    assert kinds == {"safety_rule"}
    after = stand(record(assessments=SEVERE, conditions=pregnant), 201)
    assert ("methotrexate",) in offered(after.options)


def test_inclusion_body_myositis_is_gated_out() -> None:
    findings = stand(record(STEROID, subtype=Subtype.INCLUSION_BODY_MYOSITIS), 10)
    assert (findings.in_scope, findings.options, findings.next_step.word) == (False, (), NextStepWord.OUT_OF_SCOPE)
    assert findings.scope_reasons[0].rule_id == "scope.inclusion_body_myositis"


def test_under_18_sees_options_without_doses() -> None:
    child = record(assessments=NON_SEVERE, born=on(-365 * 17))
    young = stand(child, 0)
    assert offered(young.options) == singles("prednisolone", "methotrexate", "azathioprine")
    assert {option.dose_text for option in young.options} == {DOSES_NOT_SHOWN}
    eighteen = record(assessments=NON_SEVERE, born=on(0).replace(year=on(0).year - 18))
    assert option_for(stand(eighteen, -1), "methotrexate").dose_text == DOSES_NOT_SHOWN
    assert "25 mg" in option_for(stand(eighteen, 0), "methotrexate").dose_text
    unknown = stand(record(assessments=NON_SEVERE, born=None), 0)
    assert "25 mg" in option_for(unknown, "methotrexate").dose_text
    assert "notice.age_not_recorded" in {reason.rule_id for reason in unknown.notices}
