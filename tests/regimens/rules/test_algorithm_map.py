"""The map shows every option that is printed, every course that was begun, and the same answers as the findings."""

from datetime import date

import pytest
from hypothesis import given

from patients.rules.record import Assessment
from patients.rules.vocabulary import ConditionKind
from regimens.rules.algorithm_map import AlgorithmMap, ColumnKind, Mark, Node, Step, algorithm_map, group_words
from regimens.rules.findings import LineState
from regimens.rules.pathway import evaluate
from regimens.rules.record import TreatmentRecord
from regimens.rules.vocabulary import MilestoneKind, OutcomeKind
from tests.regimens.rules.build import (
    NON_SEVERE,
    PROTOCOL,
    SEVERE,
    condition,
    course,
    milestone,
    on,
    record,
    stand,
)
from tests.regimens.rules.strategies import days, records
from tests.regimens.rules.test_properties import EXAMPLES, known_by, shuffled


def drawn(treatment: TreatmentRecord, day: int) -> AlgorithmMap:
    return algorithm_map(treatment, stand(treatment, day), PROTOCOL, on(day))


def step(drawing: AlgorithmMap, rung: str) -> Step:
    return next(step for column in drawing.columns for step in column.steps if step.rung.id == rung)


def node(drawing: AlgorithmMap, rung: str, *drugs: str) -> Node:
    return next(node for node in step(drawing, rung).nodes if node.option.drugs == drugs)


def marks(drawing: AlgorithmMap, rung: str, *drugs: str) -> tuple[Mark, ...]:
    return node(drawing, rung, *drugs).marks


def test_draws_every_printed_option_once_in_the_order_of_print() -> None:
    drawing = drawn(record(assessments=SEVERE), 1)

    shown = [
        (step.rung.id, node.option.drugs) for column in drawing.columns for step in column.steps for node in step.nodes
    ]
    printed = [(rung.id, entry.drugs) for rung in PROTOCOL.file.rungs for entry in rung.options if rung.id != "adjunct"]
    assert sorted(shown) == sorted(printed)
    assert [column.kind for column in drawing.columns] == list(ColumnKind)
    assert [node.option.drugs for node in drawing.adjuncts] == [("normal_immunoglobulin",)]


def test_without_treatment_line_1_of_the_group_comes_next_and_nothing_is_tried() -> None:
    drawing = drawn(record(assessments=NON_SEVERE), 1)

    assert [column.applies for column in drawing.columns] == [False, True, False]
    assert marks(drawing, "non_severe_1", "methotrexate") == (Mark.NEXT,)
    assert marks(drawing, "non_severe_2", "tacrolimus") == (Mark.NOT_TRIED,)
    assert marks(drawing, "severe_1", "methotrexate") == (), "the other group says nothing of this patient"
    assert step(drawing, "severe_1").finding is None
    assert [entry.next for entry in drawing.columns[1].steps] == [True, False, False]
    assert drawing.path == ()


TRIED = record(
    course("prednisolone", 0),
    course("methotrexate", 1, 200, outcomes=[(190, OutcomeKind.INEFFECTIVE)]),
    course("azathioprine", 60, 80, outcomes=[(80, OutcomeKind.INTOLERANT)]),
    course("tacrolimus", 205),
    course("normal_immunoglobulin", 10, 100),
    course("hydroxychloroquine", 20),
    assessments=NON_SEVERE,
)


def test_marks_what_was_tried_what_failed_what_runs() -> None:
    drawing = drawn(TRIED, 230)

    assert marks(drawing, "non_severe_1", "methotrexate") == (Mark.FAILED,)
    assert marks(drawing, "non_severe_1", "azathioprine") == (Mark.NOT_TOLERATED,)
    assert Mark.RUNNING in marks(drawing, "non_severe_2", "tacrolimus")
    assert Mark.RUNNING in marks(drawing, "non_severe_1", "prednisolone")
    assert step(drawing, "non_severe_1").finding.state is LineState.FAILED  # type: ignore[union-attr]  # None would fail
    assert [entry.here for entry in drawing.columns[1].steps] == [False, True, False]
    assert [standing.drug for standing in drawing.elsewhere] == ["hydroxychloroquine"]
    assert drawing.adjuncts[0].courses[0].drug == "normal_immunoglobulin"


def test_a_drug_judged_ineffective_and_still_taken_carries_both_marks() -> None:
    still = record(course("methotrexate", 0, outcomes=[(100, OutcomeKind.INEFFECTIVE)]), assessments=NON_SEVERE)

    assert marks(drawn(still, 120), "non_severe_1", "methotrexate") == (Mark.RUNNING, Mark.FAILED)


def test_the_path_is_told_in_the_order_in_which_it_happened() -> None:
    assert [(entry.on, entry.text) for entry in drawn(TRIED, 199).path] == [
        (on(0), "prednisolone started"),
        (on(1), "methotrexate (line 1) started"),
        (on(10), "normal immunoglobulin started"),
        (on(60), "azathioprine (line 1) started"),
        (on(80), "azathioprine: not tolerated"),
        (on(80), "azathioprine stopped"),
        (on(100), "normal immunoglobulin stopped"),
        (on(190), "methotrexate: ineffective"),
    ]


def test_in_remission_the_remission_column_applies_and_shows_what_runs() -> None:
    treatment = record(
        course("methotrexate", 0, outcomes=[(100, OutcomeKind.RESPONDED)]),
        assessments=NON_SEVERE,
        milestones=[milestone(MilestoneKind.REMISSION, 200)],
    )
    drawing = drawn(treatment, 300)

    assert [column.applies for column in drawing.columns] == [False, False, True]
    assert marks(drawing, "maintenance_a", "methotrexate") == (Mark.RUNNING, Mark.WORKED)
    assert marks(drawing, "non_severe_1", "methotrexate") == (Mark.RUNNING, Mark.WORKED)
    assert step(drawing, "maintenance_a").here
    assert not step(drawing, "non_severe_1").here
    assert group_words(stand(treatment, 300)) == "maintenance"
    assert drawing.path[-1].text == "remission declared"


def test_a_named_pair_is_marked_only_when_both_drugs_were_taken() -> None:
    remission = [milestone(MilestoneKind.REMISSION, 100)]
    pair = record(course("methotrexate", 0), course("ciclosporin", 120), assessments=NON_SEVERE, milestones=remission)

    drawing = drawn(pair, 200)

    assert Mark.RUNNING in marks(drawing, "maintenance_b", "ciclosporin", "methotrexate")
    assert node(drawing, "maintenance_b", "methotrexate", "mycophenolate_mofetil").courses == ()


def test_withheld_and_ruled_out_drugs_say_so() -> None:
    treatment = record(
        course("azathioprine", 5, never_given=True, outcomes=[(5, OutcomeKind.CONTRAINDICATED)]),
        conditions=[condition(ConditionKind.PREGNANCY, 0)],
        assessments=NON_SEVERE,
    )
    drawing = drawn(treatment, 10)

    assert marks(drawing, "non_severe_1", "methotrexate") == (Mark.WITHHELD,)
    assert marks(drawing, "non_severe_1", "azathioprine") == (Mark.RULED_OUT,)


def test_a_course_before_drug_free_remission_is_shown_as_earlier_treatment() -> None:
    treatment = record(
        course("methotrexate", 0, 150, outcomes=[(100, OutcomeKind.RESPONDED)]),
        assessments=NON_SEVERE,
        milestones=[milestone(MilestoneKind.DRUG_FREE_REMISSION, 160), milestone(MilestoneKind.RELAPSE, 400)],
    )
    drawing = drawn(treatment, 410)

    assert [standing.drug for standing in drawing.elsewhere] == ["methotrexate"]


@pytest.mark.parametrize("assessments", [(), NON_SEVERE])
def test_an_unknown_severity_is_said(assessments: tuple[Assessment, ...]) -> None:
    words = group_words(stand(record(assessments=assessments), 1))

    assert ("not yet assessed" in words) is (not assessments)


def map_on(treatment: TreatmentRecord, day: date) -> AlgorithmMap:
    return algorithm_map(treatment, evaluate(treatment, PROTOCOL, day), PROTOCOL, day)


@EXAMPLES
@given(treatment=records, day=days)
def test_no_course_is_left_out_and_every_offer_is_marked(treatment: TreatmentRecord, day: date) -> None:
    findings = evaluate(treatment, PROTOCOL, day)
    drawing = map_on(treatment, day)
    nodes = [node for column in drawing.columns for step in column.steps for node in step.nodes] + [*drawing.adjuncts]

    shown = {standing.course.id for node in nodes for standing in node.courses}
    shown |= {standing.course.id for standing in drawing.elsewhere}
    assert shown == {each.id for each in treatment.courses if each.start_on <= day}
    printed = {(node.option.rung, node.option.drugs) for node in nodes if Mark.RUNNING not in node.marks}
    offered = {(option.rung, option.drugs) for option in findings.options if not option.blocked} & printed
    marked = {(node.option.rung, node.option.drugs) for node in nodes if Mark.NEXT in node.marks}
    assert offered <= marked


@EXAMPLES
@given(treatment=records, day=days)
def test_nothing_later_and_no_order_of_rows_changes_the_map(treatment: TreatmentRecord, day: date) -> None:
    assert map_on(shuffled(treatment, 7), day) == map_on(treatment, day) == map_on(known_by(treatment, day), day)
