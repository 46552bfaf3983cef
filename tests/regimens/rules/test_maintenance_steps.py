"""Maintenance: pairs at their edges, when a step has failed, and what is left when nothing of a step can be given."""

from collections.abc import Iterable
from typing import Any

import pytest

from patients.rules.reasons import Predicate, Truth
from patients.rules.vocabulary import ConditionKind
from regimens.rules.findings import AnnotationKind, NextStepWord, PathwayFindings, Tier
from regimens.rules.record import Course, TreatmentRecord
from regimens.rules.replay import in_case_words
from regimens.rules.vocabulary import MilestoneKind, OutcomeKind
from tests.regimens.rules.build import NON_SEVERE, PROTOCOL, condition, course, milestone, offered, on, record, stand

REMISSION = milestone(MilestoneKind.REMISSION, 240)
INEFFECTIVE, RESPONDED, DECLINED = OutcomeKind.INEFFECTIVE, OutcomeKind.RESPONDED, OutcomeKind.DECLINED
THIRD = ("tacrolimus", "rituximab", "cyclophosphamide", "tocilizumab", "abatacept")


def in_remission(*courses: Course, day: int, **known: Any) -> PathwayFindings:
    treatment = record(*courses, assessments=NON_SEVERE, milestones=[REMISSION], **known)
    return stand(treatment, day)


def refused(drugs: Iterable[str]) -> list[Course]:
    return [course(drug, 1, never_given=True, outcomes=[(1, DECLINED)]) for drug in drugs]


def steps(findings: PathwayFindings) -> list[str]:
    return [step.state.value for step in findings.maintenance]


def test_a_pair_begins_on_the_day_of_its_second_drug() -> None:
    taken = course("methotrexate", 0), course("mycophenolate_mofetil", 300)
    assert steps(in_remission(*taken, day=299)) == ["responding", "not_tried", "not_tried"]
    both = in_remission(*taken, day=300)
    assert steps(both) == ["completed", "in_trial", "not_tried"]
    assert offered(both.options) == [("methotrexate", "mycophenolate_mofetil")]


def test_a_drug_stopped_on_the_day_the_other_began_makes_no_pair() -> None:
    other = course("mycophenolate_mofetil", 300)
    assert steps(in_remission(course("methotrexate", 0, 300), other, day=310))[1] == "not_tried"
    assert steps(in_remission(course("methotrexate", 0, 301), other, day=310))[1] == "completed"


@pytest.mark.parametrize(
    ("responded_on", "state"), [(299, "failed"), (300, "completed"), (301, "completed"), (None, "failed")]
)
def test_a_later_success_of_another_drug_keeps_the_step_from_failing(responded_on: int | None, state: str) -> None:
    failed = course("methotrexate", 0, 300, outcomes=[(300, INEFFECTIVE)])
    judged = [] if responded_on is None else [(responded_on, RESPONDED)]
    other = course("azathioprine", 250, 350, outcomes=judged)
    assert steps(in_remission(failed, other, day=400))[0] == state


def test_a_partial_response_is_no_success() -> None:
    failed = course("methotrexate", 0, 300, outcomes=[(300, INEFFECTIVE)])
    other = course("azathioprine", 250, 350, outcomes=[(320, OutcomeKind.PARTIAL_RESPONSE)])
    assert steps(in_remission(failed, other, day=400))[0] == "failed"


def test_when_nothing_of_step_c_can_be_given_what_is_untried_below_comes_first() -> None:
    failed = (
        course("methotrexate", 0, outcomes=[(400, INEFFECTIVE)]),
        course("mycophenolate_mofetil", 300, outcomes=[(400, INEFFECTIVE)]),
    )
    findings = in_remission(*failed, *refused(THIRD), day=400)
    step = findings.next_step
    assert (step.word, step.reasons[0].rule_id) == (
        NextStepWord.MAINTENANCE_ALTERNATIVE,
        "next.maintenance_alternative",
    )
    assert offered(findings.options) == [
        ("azathioprine",),
        ("ciclosporin",),
        ("ciclosporin", "methotrexate"),
        ("azathioprine", "mycophenolate_mofetil"),
    ]
    withheld = [option.drugs for option in findings.options if option.blocked]
    assert withheld == [(drug,) for drug in THIRD]
    assert [option.drugs for option in findings.alternatives] == [()]
    assert step.reasons[0].predicates == (
        Predicate(
            "maintenance step (b) failed, 04-Feb-2025",
            Truth.TRUE,
            tuple(standing.course for standing in findings.maintenance[1].courses),
        ),
    )


def test_when_nothing_at_all_is_left_a_specialist_comes_first() -> None:
    failed = (
        course("methotrexate", 0, 400, outcomes=[(400, OutcomeKind.INTOLERANT)]),
        course("mycophenolate_mofetil", 300, 400, outcomes=[(400, OutcomeKind.INTOLERANT)]),
    )
    rest = refused(("azathioprine", "ciclosporin", *THIRD))
    findings = in_remission(*failed, *rest, day=410)
    assert findings.next_step.word is NextStepWord.MAINTENANCE_ALTERNATIVE
    assert findings.next_step.reasons[0].rule_id == "next.end_of_algorithm"
    assert [option.drugs for option in findings.options] == [(), *((drug,) for drug in THIRD)]
    assert findings.options[0].tier is Tier.ALTERNATIVE
    assert findings.alternatives == ()


def test_immunoglobulin_first_where_it_may_be_alone() -> None:
    pregnant = [condition(ConditionKind.PREGNANCY, 300)]
    findings = in_remission(course("prednisolone", 0, 240), day=310, conditions=pregnant)
    assert findings.options[0].drugs == ("normal_immunoglobulin",)


def relapsed(*courses: Course, day: int) -> PathwayFindings:
    milestones = [REMISSION, milestone(MilestoneKind.RELAPSE, 300)]
    steroid = course("prednisolone", 0)
    failed = [
        course("methotrexate", 0, 60, outcomes=[(60, INEFFECTIVE)]),
        course("ciclosporin", 60, 120, outcomes=[(120, INEFFECTIVE)]),
        course("cyclophosphamide", 120, 200, outcomes=[(200, RESPONDED)]),
    ]
    return stand(record(steroid, *failed, *courses, assessments=NON_SEVERE, milestones=milestones), day)


def test_a_drug_in_cycles_begun_after_the_relapse_goes_on_after_its_last_infusion() -> None:
    findings = relapsed(course("rituximab", 300, 315), day=320)
    assert (findings.next_step.word, offered(findings.options)) == (
        NextStepWord.CONTINUE_LINE_3,
        [("rituximab",)],
    )
    notes = {annotation.kind for annotation in findings.options[0].annotations}
    assert AnnotationKind.RUNNING not in notes
    running = relapsed(course("rituximab", 300), day=320)
    assert AnnotationKind.RUNNING in {annotation.kind for annotation in running.options[0].annotations}


# In the words of case files


def words(treatment: TreatmentRecord, day: int) -> dict[str, Any]:
    return in_case_words(stand(treatment, day), PROTOCOL)


def test_secondary_options_of_a_remission_are_not_what_comes_next_unless_they_run() -> None:
    steroid = course("prednisolone", 0, 240)
    untreated = record(steroid, assessments=NON_SEVERE, milestones=[REMISSION])
    assert words(untreated, 260)["next_options"] == ["methotrexate", "azathioprine", "mycophenolate mofetil"]
    running = record(steroid, course("ciclosporin", 0), assessments=NON_SEVERE, milestones=[REMISSION])
    assert words(running, 260)["next_options"] == ["ciclosporin"]


def test_secondary_options_of_an_induction_are_what_comes_next() -> None:
    severe = record(assessments=[*NON_SEVERE], conditions=[condition(ConditionKind.MYOCARDITIS)])
    found = words(severe, 1)["next_options"]
    assert isinstance(found, list)
    assert "mycophenolate mofetil" in found


def test_withheld_options_are_not_what_comes_next() -> None:
    pregnant = record(assessments=NON_SEVERE, conditions=[condition(ConditionKind.PREGNANCY)])
    found = words(pregnant, 1)["next_options"]
    assert isinstance(found, list)
    assert "methotrexate" not in found


def test_remission_off_treatment_counts_as_maintenance() -> None:
    free = record(
        course("prednisolone", 0, 200),
        assessments=NON_SEVERE,
        milestones=[milestone(MilestoneKind.DRUG_FREE_REMISSION, 240)],
    )
    assert words(free, 260)["phase"] == "maintenance"
    assert words(free, 100)["phase"] == "induction"
    assert on(0) == stand(free, 0).as_of


def test_a_drug_outside_the_catalogue_keeps_its_own_word() -> None:
    failed = course("not_in_the_catalogue", 0, 60, outcomes=[(60, INEFFECTIVE)], role=course("methotrexate").role)
    found = words(record(failed, assessments=NON_SEVERE), 90)
    assert found["failed_drugs"] == ["not_in_the_catalogue"]
