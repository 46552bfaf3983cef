"""Several judgements on one drug: which of them stands (readings 17 to 20)."""

import pytest

from patients.rules.vocabulary import ConditionKind
from regimens.rules.findings import AnnotationKind, LineState, NextStepWord
from regimens.rules.vocabulary import MilestoneKind, OutcomeKind
from tests.regimens.rules.build import NON_SEVERE, condition, course, milestone, offered, option_for, record, stand

INEFFECTIVE, INTOLERANT = OutcomeKind.INEFFECTIVE, OutcomeKind.INTOLERANT
SILENT = (OutcomeKind.COMPLETED, OutcomeKind.CONTRAINDICATED, OutcomeKind.DECLINED)


def judged(*outcomes: tuple[int, OutcomeKind]) -> tuple[str, ...]:
    """Drugs failed on day 130 after methotrexate was judged so and stopped on day 120."""
    methotrexate = course("methotrexate", 0, 120, outcomes=outcomes)
    return stand(record(course("prednisolone"), methotrexate, assessments=NON_SEVERE), 130).failed_drugs


@pytest.mark.parametrize("later", SILENT)
@pytest.mark.parametrize("failure", [INEFFECTIVE, OutcomeKind.STEROID_DEPENDENT, INTOLERANT])
@pytest.mark.parametrize("day", [100, 120])
def test_a_failure_outlasts_a_word_that_says_nothing_of_the_effect(
    failure: OutcomeKind, later: OutcomeKind, day: int
) -> None:
    methotrexate = course("methotrexate", 0, 120, outcomes=[(100, failure), (day, later)])
    found = stand(record(course("prednisolone"), methotrexate, assessments=NON_SEVERE), 130)
    assert found.failed_drugs == ("methotrexate",)
    assert found.lines[0].state is LineState.FAILED
    assert found.next_step.word is NextStepWord.ESCALATE_LINE_2


@pytest.mark.parametrize(
    ("outcomes", "failed"),
    [
        ([(100, INEFFECTIVE), (110, OutcomeKind.PARTIAL_RESPONSE)], False),
        ([(100, INEFFECTIVE), (110, OutcomeKind.RESPONDED)], False),
        ([(100, INTOLERANT), (110, OutcomeKind.PARTIAL_RESPONSE)], True),
        ([(100, INTOLERANT), (110, INEFFECTIVE)], True),
        ([(100, INTOLERANT), (110, OutcomeKind.RESPONDED)], False),
        ([(100, OutcomeKind.RESPONDED), (110, INEFFECTIVE)], True),
    ],
)
def test_a_later_judgement_of_the_effect_replaces_an_earlier_one(
    outcomes: list[tuple[int, OutcomeKind]], failed: bool
) -> None:
    assert judged(*outcomes) == (("methotrexate",) if failed else ())


@pytest.mark.parametrize("later", [OutcomeKind.COMPLETED, OutcomeKind.PARTIAL_RESPONSE, INEFFECTIVE])
def test_a_drug_not_tolerated_is_never_offered_again_whatever_was_said_later(later: OutcomeKind) -> None:
    """Off treatment a new course begins: the drug would otherwise come back on line 1."""
    methotrexate = course("methotrexate", 0, 120, outcomes=[(100, INTOLERANT), (110, later)])
    marks = [milestone(MilestoneKind.DRUG_FREE_REMISSION, 200), milestone(MilestoneKind.RELAPSE, 400)]
    found = stand(record(methotrexate, assessments=NON_SEVERE, milestones=marks), 400)
    assert ("methotrexate",) not in offered((*found.options, *found.alternatives))
    kinds = {annotation.kind for annotation in option_for(found, "methotrexate").annotations}
    assert AnnotationKind.INTOLERANT_BEFORE in kinds


@pytest.mark.parametrize("later", [OutcomeKind.COMPLETED, INEFFECTIVE])
def test_a_contraindication_outlasts_a_later_word(later: OutcomeKind) -> None:
    methotrexate = course("methotrexate", 0, 120, outcomes=[(100, OutcomeKind.CONTRAINDICATED), (110, later)])
    marks = [milestone(MilestoneKind.REMISSION, 200)]
    found = stand(record(methotrexate, assessments=NON_SEVERE, milestones=marks), 210)
    every = offered((*found.options, *found.alternatives))
    assert not any("methotrexate" in drugs for drugs in every)


def test_an_earlier_course_does_not_undo_a_later_judgement() -> None:
    """Taken again between the start and the judgement of the first course: that is not taken again since."""
    first = course("methotrexate", 0, 120, outcomes=[(150, INTOLERANT)])
    second = course("methotrexate", 60, 90)
    marks = [milestone(MilestoneKind.DRUG_FREE_REMISSION, 200), milestone(MilestoneKind.RELAPSE, 400)]
    found = stand(record(first, second, assessments=NON_SEVERE, milestones=marks), 400)
    assert ("methotrexate",) not in offered(found.options)
    again = course("methotrexate", 160, 190)
    found = stand(record(first, again, assessments=NON_SEVERE, milestones=marks), 400)
    assert ("methotrexate",) in offered(found.options)


@pytest.mark.parametrize("pregnant", [True, False])
def test_continue_says_that_what_runs_is_withheld(pregnant: bool) -> None:
    conditions = [condition(ConditionKind.PREGNANCY, 5)] if pregnant else []
    treatment = record(course("prednisolone"), course("methotrexate"), assessments=NON_SEVERE, conditions=conditions)
    step = stand(treatment, 20).next_step
    assert step.word is NextStepWord.CONTINUE_LINE_1
    assert ("withheld in pregnancy" in step.text) == pregnant


def test_the_next_step_begins_with_a_running_drug_that_pregnancy_withholds() -> None:
    pregnant = (condition(ConditionKind.PREGNANCY, 80),)
    taken = record(course("prednisolone"), course("methotrexate"), assessments=NON_SEVERE, conditions=pregnant)
    assert not stand(taken, 79).next_step.text.startswith("methotrexate")
    step = stand(taken, 80).next_step
    assert step.text == "methotrexate: withheld in pregnancy. Decide about that first; otherwise continue line 1"
    assert [fact.kind for predicate in step.reasons[0].predicates[:2] for fact in predicate.facts] == [
        "course",
        "condition",
    ]
    # It is said too when the step itself names other drugs.
    failed = course("methotrexate", outcomes=[(60, OutcomeKind.INEFFECTIVE)])
    above = stand(record(course("prednisolone"), failed, assessments=NON_SEVERE, conditions=pregnant), 80).next_step
    assert above.word is NextStepWord.ESCALATE_LINE_2
    assert above.text.startswith("methotrexate: withheld in pregnancy. Decide about that first; otherwise line 2")
