"""What decides between rows of one day, what immunoglobulin's own history says, and a question's trace whole."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from patients.protocol.load import load as load_activity
from patients.rules.reasons import FactReference
from patients.rules.record import Assessment
from patients.rules.vocabulary import MrcGrade, SevereFeature
from regimens.rules.availability import availability_of
from regimens.rules.findings import AnnotationKind, NextStepWord, SeverityGroup
from regimens.rules.record import Course, TaperStep, TreatmentRecord
from regimens.rules.response_comparison import response_findings
from regimens.rules.reviews import trace_of
from regimens.rules.scene import scene_of
from regimens.rules.severity import severity_standing
from regimens.rules.standing import trials_as_of
from regimens.rules.steroid_doses import steroid_levels
from regimens.rules.vocabulary import DoseUnit, MilestoneKind, OutcomeKind, PromptCode, Route
from tests.regimens.rules.build import (
    NON_SEVERE,
    PROTOCOL,
    SEVERE,
    course,
    dose,
    milestone,
    on,
    option_for,
    record,
    stand,
    strength,
)

IMMUNOGLOBULIN = "normal_immunoglobulin"


# Severity: of several assessments the latest, on one day the highest id, in whatever order they come


def named(identity: str, day: int, *, confirmed: bool = False, grade: MrcGrade = MrcGrade.FOUR) -> Assessment:
    return replace(strength(grade, day, confirmed=confirmed), id=identity)


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_latest_assessment_that_lets_the_group_down(confirmed: bool) -> None:
    rows = [named("b", 5, confirmed=confirmed), named("a", 5, confirmed=confirmed), named("z", 3, confirmed=confirmed)]
    for order in (rows, rows[::-1], [rows[1], rows[2], rows[0]], [rows[2], rows[0], rows[1]]):
        standing = severity_standing(record(assessments=order).patient, (), on(9), PROTOCOL)
        found = standing.confirmed if confirmed else standing.adequate
        assert found is not None
        assert found.id == "b"


def test_evidence_of_one_day_stands_in_the_order_of_its_ids() -> None:
    rows = [named("b", 5, grade=MrcGrade.TWO), named("c", 3, grade=MrcGrade.TWO), named("a", 5, grade=MrcGrade.ONE)]
    for order in (rows, rows[::-1]):
        finding = stand(record(assessments=order), 9).severity
        assert finding.group is SeverityGroup.SEVERE
        assert [fact.id for fact in finding.decided_by] == ["c", "a", "b"]


def test_a_feature_counts_though_the_same_assessment_confirms_non_severe() -> None:
    row = replace(named("a", 5, confirmed=True), severe_features=(SevereFeature.MYOCARDITIS,))
    assert stand(record(assessments=[row]), 5).severity.group is SeverityGroup.SEVERE


# Courses


def test_a_course_runs_from_its_start_and_not_on_the_day_of_its_stop() -> None:
    (trial,) = trials_as_of(record(course("methotrexate", 5, 9)), PROTOCOL, on(20))
    assert [trial.runs_on(on(day)) for day in (4, 5, 8, 9)] == [False, True, True, False]
    (endless,) = trials_as_of(record(course("methotrexate", 5)), PROTOCOL, on(20))
    assert endless.runs_on(on(20))
    (refused,) = trials_as_of(record(course("methotrexate", 5, never_given=True)), PROTOCOL, on(20))
    assert not refused.runs_on(on(6))


def test_on_one_day_a_dose_outranks_a_step_of_the_taper() -> None:
    steps = (TaperStep("t", on(10), Decimal(20)), TaperStep("u", on(20), Decimal(10)))
    taken = replace(course("prednisolone", 0, doses=[dose("40"), dose("30", day=10)]), taper=steps)
    levels = steroid_levels(scene_of(record(taken), PROTOCOL, on(30)))
    assert [(level.on, level.milligrams) for level in levels] == [
        (on(0), Decimal(40)),
        (on(10), Decimal(30)),
        (on(20), Decimal(10)),
    ]


# Immunoglobulin


def given(kind: OutcomeKind, route: Route, *, day: int = 30) -> Course:
    return course(IMMUNOGLOBULIN, 0, day, outcomes=[(day, kind)], route=route)


def history(*courses: Course) -> dict[AnnotationKind, str]:
    offered = stand(record(course("prednisolone", 0), *courses, assessments=NON_SEVERE), 60)
    for option in (*offered.adjuncts, *offered.options):
        if option.drugs == (IMMUNOGLOBULIN,):
            return {
                note.kind: note.reason.rule_id for note in option.annotations if note.kind is not AnnotationKind.NOTE
            }
    return {}


def test_immunoglobulin_by_vein_not_tolerated_leaves_the_subcutaneous_route() -> None:
    by_vein = given(OutcomeKind.INTOLERANT, Route.INTRAVENOUS)
    assert history(by_vein) == {AnnotationKind.CAUTION: "option.subcutaneous"}
    under_skin = replace(given(OutcomeKind.INTOLERANT, Route.SUBCUTANEOUS), id="other")
    assert history(by_vein, under_skin) == {}
    assert history(under_skin) == {}
    assert history() == {}


@pytest.mark.parametrize("kind", [OutcomeKind.INEFFECTIVE, OutcomeKind.DECLINED, OutcomeKind.CONTRAINDICATED])
def test_immunoglobulin_that_failed_or_was_refused_is_not_offered(kind: OutcomeKind) -> None:
    assert history(given(kind, Route.INTRAVENOUS)) == {}


def noted(*courses: Course) -> list[tuple[AnnotationKind, str, tuple[FactReference, ...]]]:
    """What the scene's immunoglobulin option would show, offered or not."""
    scene = scene_of(record(*courses, assessments=NON_SEVERE), PROTOCOL, on(60))
    notes = [note.annotation(PROTOCOL) for note in availability_of(scene).history.get(IMMUNOGLOBULIN, ())]
    return [(note.kind, note.reason.rule_id, note.reason.predicates[0].facts) for note in notes]


@pytest.mark.parametrize(
    ("kind", "route", "annotation", "rule"),
    [
        (OutcomeKind.INEFFECTIVE, Route.INTRAVENOUS, AnnotationKind.FAILED_BEFORE, "option.failed_before"),
        (OutcomeKind.DECLINED, Route.INTRAVENOUS, AnnotationKind.UNAVAILABLE, "option.unavailable"),
        (OutcomeKind.INTOLERANT, Route.SUBCUTANEOUS, AnnotationKind.INTOLERANT_BEFORE, "option.intolerant_before"),
        (OutcomeKind.INTOLERANT, Route.INTRAVENOUS, AnnotationKind.CAUTION, "option.subcutaneous"),
    ],
)
def test_what_is_noted_of_immunoglobulin(
    kind: OutcomeKind, route: Route, annotation: AnnotationKind, rule: str
) -> None:
    taken = given(kind, route)
    (found,) = noted(taken)
    label = f"normal immunoglobulin: {kind.label}, 31-Jan-2024"
    assert found == (annotation, rule, (FactReference("outcome", taken.outcomes[0].id, label),))


def test_the_judgement_that_bars_is_the_one_that_is_shown() -> None:
    taken = course(IMMUNOGLOBULIN, 0, 40, outcomes=[(30, OutcomeKind.CONTRAINDICATED), (40, OutcomeKind.COMPLETED)])
    ((kind, _, facts),) = noted(taken)
    assert kind is AnnotationKind.UNAVAILABLE
    assert facts[0].label == "normal immunoglobulin: contraindicated, 31-Jan-2024"


def test_a_drug_never_given_without_a_judgement_points_to_its_course() -> None:
    refused = course("azathioprine", 0, never_given=True)
    findings = stand(record(refused, assessments=NON_SEVERE), 5)
    (note,) = [
        each for each in option_for(findings, "azathioprine").annotations if each.kind is AnnotationKind.UNAVAILABLE
    ]
    assert note.reason.predicates[0].facts == (
        FactReference("course", refused.id, "azathioprine, never given, 01-Jan-2024"),
    )


# A question's trace


def asked() -> tuple[TreatmentRecord, int]:
    failed = course("prednisolone", 0, outcomes=[(60, OutcomeKind.INEFFECTIVE)])
    return record(failed, assessments=NON_SEVERE), 60


def test_the_trace_of_a_question_whole() -> None:
    treatment, day = asked()
    findings = stand(treatment, day)
    (prompt,) = [each for each in findings.prompts if each.code is PromptCode.STEROID_FAILED]
    trace = trace_of(prompt, treatment, findings)
    reason = PROTOCOL.because("prompt.steroid_failed")
    label = "prednisolone: ineffective, 01-Mar-2024"
    fact = {"kind": "outcome", "id": "prednisolone@0:60:ineffective", "label": label}
    (decisive,) = trace["facts"]
    assert len(decisive.pop("version")) > 0
    assert decisive == fact
    assert trace == {
        "as_of": "2024-03-01",
        "protocol_version": PROTOCOL.version,
        "text": prompt.text,
        "rule_ids": ["prompt.steroid_failed"],
        "reason": {
            "rule_id": "prompt.steroid_failed",
            "text": reason.text,
            "kind": reason.kind.value,
            "source": reason.source,
            "protocol_version": PROTOCOL.version,
            "predicates": [{"text": "judged a failure", "truth": "true", "facts": [fact]}],
        },
        "facts": trace["facts"],
        "shown": trace["shown"],
    }
    assert [{key: each[key] for key in fact} for each in trace["shown"]] == [fact]


# Phase


def test_a_relapse_without_a_remission_before_it_is_on_treatment() -> None:
    relapse = milestone(MilestoneKind.RELAPSE, 100)
    findings = stand(record(course("methotrexate", 0), milestones=[relapse], assessments=SEVERE), 110)
    assert findings.phase.reasons[0].rule_id == "phase.relapse_on_treatment"


@pytest.mark.parametrize(("judged", "off"), [(99, False), (100, False), (101, True)])
def test_a_failure_up_to_the_day_of_the_relapse_means_on_treatment(judged: int, off: bool) -> None:
    taken = course("methotrexate", 0, 90, outcomes=[(judged, OutcomeKind.INEFFECTIVE)])
    milestones = [milestone(MilestoneKind.REMISSION, 50), milestone(MilestoneKind.RELAPSE, 100)]
    findings = stand(record(taken, milestones=milestones, assessments=NON_SEVERE), 110)
    rule = "phase.relapse_off_treatment" if off else "phase.relapse_on_treatment"
    assert findings.phase.reasons[0].rule_id == rule
    assert findings.next_step.word in set(NextStepWord)


# Response: which two assessments are compared


def measured(identity: str, day: int, amount: str) -> Assessment:
    return Assessment(identity, on(day), physician_global=Decimal(amount), mmt=Decimal(70), mmt_maximum=80)


def compared(rows: list[Assessment], *, baseline: str = "", follow_up: str = "") -> tuple[str, str]:
    treatment = record(course("methotrexate", 290, doses=[dose("15", unit=DoseUnit.MILLIGRAM)]), assessments=rows)
    findings = stand(treatment, 300)
    found = response_findings(
        treatment, PROTOCOL, load_activity(), on(300), findings, baseline=baseline, follow_up=follow_up
    ).comparison
    assert found is not None
    return found.baseline.id, found.follow_up.id


def test_which_two_are_compared() -> None:
    rows = [measured("a", 0, "8"), measured("b", 100, "5"), measured("c", 100, "4"), measured("d", 150, "3")]
    # None lies near the start of the present line: the first and the latest.
    assert compared(rows) == ("a", "d")
    assert compared(rows, baseline="b") == ("b", "d")
    assert compared(rows, baseline="d") == ("d", "d")
    assert compared(rows[:3], baseline="b") == ("b", "c")
    assert compared(rows, follow_up="b") == ("a", "b")
    near = measured("e", 250, "6")
    assert compared([*rows, near, measured("f", 295, "2")]) == ("e", "f")
    assert date(2024, 1, 1) == on(0)
