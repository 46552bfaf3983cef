"""States of lines, the line reached, failure and its limits."""

import pytest

from patients.rules.vocabulary import MrcGrade
from regimens.rules.findings import AnnotationKind, LineState, NextStepWord, Phase
from regimens.rules.record import Course, TreatmentRecord
from regimens.rules.vocabulary import CourseRole, MilestoneKind, OutcomeKind, Route
from tests.regimens.rules.build import (
    NON_SEVERE,
    SEVERE,
    course,
    milestone,
    offered,
    option_for,
    record,
    stand,
    strength,
)

INEFFECTIVE, INTOLERANT = OutcomeKind.INEFFECTIVE, OutcomeKind.INTOLERANT
STEROID = course("prednisolone")


def states(treatment: TreatmentRecord, day: int) -> list[LineState]:
    return [line.state for line in stand(treatment, day).lines]


NOT_TRIED = LineState.NOT_TRIED


@pytest.mark.parametrize(
    ("courses", "day", "expected"),
    [
        ((), 0, NOT_TRIED),
        ((STEROID,), 0, LineState.IN_TRIAL),
        ((STEROID, course("methotrexate", 5)), 4, LineState.IN_TRIAL),
        ((STEROID, course("methotrexate", 5)), 5, LineState.IN_TRIAL),
        ((course("methotrexate", outcomes=[(9, OutcomeKind.RESPONDED)]),), 8, LineState.IN_TRIAL),
        ((course("methotrexate", outcomes=[(9, OutcomeKind.RESPONDED)]),), 9, LineState.RESPONDING),
        ((course("methotrexate", outcomes=[(9, OutcomeKind.PARTIAL_RESPONSE)]),), 9, LineState.IN_TRIAL),
        ((course("methotrexate", 0, 20),), 19, LineState.IN_TRIAL),
        ((course("methotrexate", 0, 20),), 20, LineState.COMPLETED),
        ((course("methotrexate", outcomes=[(9, INEFFECTIVE)]),), 8, LineState.IN_TRIAL),
        ((course("methotrexate", outcomes=[(9, INEFFECTIVE)]),), 9, LineState.FAILED),
        ((course("methotrexate", outcomes=[(9, INTOLERANT)]),), 9, LineState.FAILED),
        ((course("methotrexate", outcomes=[(9, OutcomeKind.STEROID_DEPENDENT)]),), 9, LineState.FAILED),
        ((course("methotrexate", outcomes=[(9, OutcomeKind.COMPLETED)]),), 9, LineState.IN_TRIAL),
        ((course("methotrexate", 0, 9, outcomes=[(9, OutcomeKind.CONTRAINDICATED)]),), 9, LineState.COMPLETED),
        (
            (course("methotrexate", never_given=True), course("azathioprine", never_given=True)),
            0,
            LineState.NOT_AVAILABLE,
        ),
        ((course("methotrexate", never_given=True),), 0, NOT_TRIED),
    ],
)
def test_states_of_line_1(courses: tuple[Course, ...], day: int, expected: LineState) -> None:
    first, second, third = states(record(*courses, assessments=NON_SEVERE), day)
    assert (first, second, third) == (expected, NOT_TRIED, NOT_TRIED)


@pytest.mark.parametrize(
    ("second", "day", "failed"),
    [
        (course("azathioprine", 20), 20, ()),
        (course("azathioprine", 20, 60), 59, ()),
        (course("azathioprine", 20, 60), 60, (1,)),
        (course("azathioprine", 20, 60, outcomes=[(50, OutcomeKind.RESPONDED)]), 60, ()),
        (course("azathioprine", 0, 8, outcomes=[(5, OutcomeKind.RESPONDED)]), 30, (1,)),
        (course("azathioprine", 20, outcomes=[(50, INEFFECTIVE)]), 49, ()),
        (course("azathioprine", 20, outcomes=[(50, INEFFECTIVE)]), 50, (1,)),
    ],
)
def test_another_drug_of_the_line_holds_it(second: Course, day: int, failed: tuple[int, ...]) -> None:
    first = course("methotrexate", outcomes=[(10, INEFFECTIVE)])
    assert stand(record(STEROID, first, second, assessments=NON_SEVERE), day).failed_lines == failed


def test_the_latest_judgement_on_a_course_counts() -> None:
    turned = course("methotrexate", outcomes=[(10, INEFFECTIVE), (50, OutcomeKind.RESPONDED)])
    treatment = record(STEROID, turned, assessments=NON_SEVERE)
    assert stand(treatment, 49).failed_drugs == ("methotrexate",)
    assert stand(treatment, 50).failed_drugs == ()
    with_higher = record(STEROID, turned, course("tacrolimus", 20), assessments=NON_SEVERE)
    assert stand(with_higher, 50).failed_lines == (1,)


def test_a_running_course_of_another_line_does_not_hold_it() -> None:
    treatment = record(
        STEROID,
        course("methotrexate"),
        course("ciclosporin", 50, outcomes=[(150, INTOLERANT)]),
        assessments=NON_SEVERE,
    )
    findings = stand(treatment, 150)
    assert findings.failed_lines == (2,)
    assert findings.next_step.word is NextStepWord.ESCALATE_LINE_3


def test_immunoglobulin_and_corticosteroid_never_fail_a_line() -> None:
    treatment = record(
        course("prednisolone", outcomes=[(50, INEFFECTIVE)]),
        course("normal_immunoglobulin", outcomes=[(50, INEFFECTIVE)]),
        assessments=NON_SEVERE,
    )
    findings = stand(treatment, 60)
    assert (findings.failed_lines, findings.failed_drugs) == ((), ())
    assert findings.next_step.word is NextStepWord.COMPLETE_LINE_1
    assert "prompt.steroid_failed" in {prompt.reason.rule_id for prompt in findings.prompts}
    assert findings.adjuncts == ()


def test_only_the_role_of_an_immunosuppressant_defines_a_line() -> None:
    other_use = course("rituximab", 5, role=CourseRole.OUTSIDE_PATHWAY)
    assert stand(record(other_use, assessments=NON_SEVERE), 10).line_reached == 0
    topical = course("prednisolone", route=Route.TOPICAL)
    assert stand(record(topical, assessments=NON_SEVERE), 10).line_reached == 0


def test_skipped_lines_are_not_tried() -> None:
    findings = stand(record(STEROID, course("rituximab", 5), assessments=SEVERE), 10)
    assert findings.line_reached == 3
    assert [line.state for line in findings.lines] == [NOT_TRIED, NOT_TRIED, LineState.IN_TRIAL]
    assert "notice.line_skipped" in {reason.rule_id for reason in findings.lines[0].reasons}


def test_rituximab_given_and_stopped_awaits_its_judgement() -> None:
    given = course("rituximab", 5, 20)
    findings = stand(record(STEROID, given, assessments=SEVERE), 100)
    assert findings.next_step.word is NextStepWord.CONTINUE_LINE_3
    assert offered(findings.options) == [("rituximab",)]
    judged = course("rituximab", 5, 20, outcomes=[(100, INEFFECTIVE)])
    assert stand(record(STEROID, judged, assessments=SEVERE), 100).next_step.word is NextStepWord.LINE_3_ALTERNATIVE


def test_intolerance_raises_the_alternatives_of_the_line() -> None:
    cic = course("ciclosporin", 10, outcomes=[(50, INTOLERANT)])
    findings = stand(record(STEROID, cic, assessments=NON_SEVERE), 50)
    assert [option.drugs for option in findings.alternatives] == [
        ("tacrolimus",),
        ("mycophenolate_mofetil",),
        ("methotrexate",),
        ("azathioprine",),
    ]
    ineffective = course("ciclosporin", 10, outcomes=[(50, INEFFECTIVE)])
    findings = stand(record(STEROID, ineffective, assessments=NON_SEVERE), 50)
    assert [option.drugs for option in findings.alternatives][:2] == [("methotrexate",), ("azathioprine",)]


def test_not_tolerated_is_shown_and_never_offered_again() -> None:
    treatment = record(
        course("azathioprine", 0, 20, outcomes=[(20, INTOLERANT)]),
        assessments=NON_SEVERE,
        milestones=[milestone(MilestoneKind.DRUG_FREE_REMISSION, 100), milestone(MilestoneKind.RELAPSE, 300)],
    )
    findings = stand(treatment, 300)
    assert offered(findings.options) == [("prednisolone",), ("methotrexate",)]
    kinds = {note.kind for note in option_for(findings, "azathioprine").annotations}
    assert AnnotationKind.INTOLERANT_BEFORE in kinds


def test_a_drug_ineffective_before_comes_back_only_when_its_line_has_nothing_else() -> None:
    relapse = [milestone(MilestoneKind.DRUG_FREE_REMISSION, 200), milestone(MilestoneKind.RELAPSE, 300)]
    first = course("methotrexate", 0, 50, outcomes=[(50, INEFFECTIVE)])
    once = stand(record(first, assessments=NON_SEVERE, milestones=relapse), 300)
    assert offered(once.options) == [("prednisolone",), ("azathioprine",)]
    both = record(
        first,
        course("azathioprine", 50, 90, outcomes=[(90, INEFFECTIVE)]),
        assessments=NON_SEVERE,
        milestones=relapse,
    )
    findings = stand(both, 300)
    assert offered(findings.options) == [("prednisolone",), ("methotrexate",), ("azathioprine",)]
    assert (findings.failed_drugs, findings.line_reached, findings.line_ever_reached) == ((), 0, 1)


def test_severity_rising_keeps_line_and_offers_the_pulse() -> None:
    treatment = record(STEROID, course("methotrexate"), assessments=[*NON_SEVERE, strength(MrcGrade.THREE, 50)])
    assert ("methylprednisolone_sodium_succinate",) not in offered(stand(treatment, 49).adjuncts)
    worse = stand(treatment, 50)
    assert worse.next_step.word is NextStepWord.CONTINUE_LINE_1
    assert ("methylprednisolone_sodium_succinate",) in offered(worse.adjuncts)


def test_immunoglobulin_by_vein_not_tolerated_leaves_the_other_route() -> None:
    by_vein = course("normal_immunoglobulin", 0, 20, outcomes=[(20, INTOLERANT)], route=Route.INTRAVENOUS)
    findings = stand(record(STEROID, by_vein, assessments=NON_SEVERE), 30)
    notes = [note.text for note in option_for(findings, "normal_immunoglobulin").annotations]
    assert any("subcutaneous" in note for note in notes)
    under_skin = course("normal_immunoglobulin", 25, 40, outcomes=[(40, INTOLERANT)], route=Route.SUBCUTANEOUS)
    assert ("normal_immunoglobulin",) not in offered(
        stand(record(STEROID, by_vein, under_skin, assessments=NON_SEVERE), 40).adjuncts
    )


@pytest.mark.parametrize(("stop", "reached", "off"), [(299, 0, True), (300, 1, False), (None, 1, False)])
def test_relapse_on_or_off_treatment(stop: int | None, reached: int, off: bool) -> None:
    treatment = record(
        course("prednisolone", 0, 200),
        course("methotrexate", 0, stop),
        assessments=NON_SEVERE,
        milestones=[milestone(MilestoneKind.REMISSION, 150), milestone(MilestoneKind.RELAPSE, 300)],
    )
    findings = stand(treatment, 300)
    rule = "phase.relapse_off_treatment" if off else "phase.relapse_on_treatment"
    assert (findings.phase.phase, findings.phase.reasons[0].rule_id) == (Phase.RELAPSE, rule)
    assert (findings.line_reached, findings.line_ever_reached) == (reached, 1)
    expected = NextStepWord.START_LINE_1 if off else NextStepWord.ESCALATE_LINE_2
    assert findings.next_step.word is expected


def test_relapse_on_treatment_shows_maintenance_as_the_other_way() -> None:
    treatment = record(
        STEROID,
        course("methotrexate", outcomes=[(300, INEFFECTIVE)]),
        assessments=NON_SEVERE,
        milestones=[milestone(MilestoneKind.REMISSION, 150), milestone(MilestoneKind.RELAPSE, 300)],
    )
    rungs = {option.rung for option in stand(treatment, 300).alternatives}
    assert {"maintenance_b", "maintenance_c"} <= rungs


def test_judged_in_remission_counts_for_the_step_and_at_the_relapse_for_the_line() -> None:
    courses = (STEROID, course("methotrexate", outcomes=[(250, INEFFECTIVE)]))
    calm = record(*courses, assessments=NON_SEVERE, milestones=[milestone(MilestoneKind.REMISSION, 150)])
    findings = stand(calm, 260)
    assert (findings.failed_lines, findings.failed_drugs) == ((), ("methotrexate",))
    assert findings.maintenance[0].state is LineState.FAILED
    again = record(
        *courses,
        assessments=NON_SEVERE,
        milestones=[milestone(MilestoneKind.REMISSION, 150), milestone(MilestoneKind.RELAPSE, 260)],
    )
    assert stand(again, 260).failed_lines == (1,)


def test_reasons_name_the_courses_behind_a_failed_line() -> None:
    failed = course("methotrexate", outcomes=[(9, INEFFECTIVE)])
    line = stand(record(STEROID, failed, assessments=NON_SEVERE), 9).lines[0]
    facts = {fact.id for reason in line.reasons for predicate in reason.predicates for fact in predicate.facts}
    assert facts == {failed.id, failed.outcomes[0].id}
    assert [standing.drug for standing in line.courses] == ["methotrexate"]


@pytest.mark.parametrize(("judged", "lines", "step"), [(150, (1,), LineState.NOT_TRIED), (151, (), LineState.FAILED)])
def test_a_judgement_on_the_day_of_remission_still_belongs_to_the_line(
    judged: int, lines: tuple[int, ...], step: LineState
) -> None:
    treatment = record(
        STEROID,
        course("methotrexate", outcomes=[(judged, INEFFECTIVE)]),
        assessments=NON_SEVERE,
        milestones=[milestone(MilestoneKind.REMISSION, 150)],
    )
    findings = stand(treatment, 160)
    assert (findings.failed_lines, findings.maintenance[0].state) == (lines, step)
