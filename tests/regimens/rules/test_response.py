"""How far the disease improved over each course and line: what it starts from, what counts, what is said."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.protocol.load import load as load_activity
from patients.rules.improvement import ImprovementScore, improvement
from patients.rules.population import criteria_for
from patients.rules.record import Assessment, Enzyme
from patients.rules.vocabulary import DatePrecision, EnzymeName, ResponseCategory, Subtype
from regimens.rules.exposure import weight_reference
from regimens.rules.record import Course, TreatmentRecord
from regimens.rules.response import responses
from regimens.rules.response_findings import CourseResponse, LeftOutWhy, LineResponse, Responses, ResponseState, Score
from regimens.rules.vocabulary import CourseRole, Frequency, MilestoneKind, OutcomeKind, Route
from tests.regimens.rules.build import PROTOCOL, course, dose, milestone, on, record, stand
from tests.regimens.rules.strategies import LAST_DAY, assessments, records, rows_of

ACTIVITY = load_activity()
SETTINGS = PROTOCOL.settings
BEFORE, AFTER = SETTINGS.response_baseline_days_before, SETTINGS.response_baseline_days_after
AFTER_STOP, AFTER_CYCLES = SETTINGS.response_days_after_stop, SETTINGS.response_days_after_stop_in_cycles
MINIMAL, MODERATE, MAJOR = list(ResponseCategory)[1:]


def seen(day: int, physician: str | None = "8", *, mmt: str | None = "40", form: int = 80, **more: Any) -> Assessment:
    """An assessment with three measures that never change beside physician global and strength."""
    usual: dict[str, Any] = {
        "patient_global": Decimal(5),
        "haq": Decimal(1),
        "extramuscular_global": Decimal(2),
        "enzymes": (Enzyme(EnzymeName.CK, Decimal(1000), "U/L", Decimal(200)),),
    }
    return Assessment(
        f"a{day}",
        on(day),
        physician_global=None if physician is None else Decimal(physician),
        mmt=None if mmt is None else Decimal(mmt),
        mmt_maximum=None if mmt is None else form,
        **{**usual, **more},
    )


def found(treatment: TreatmentRecord, day: int) -> Responses:
    return responses(treatment, PROTOCOL, ACTIVITY, on(day))


def of(drug: str, treatment: TreatmentRecord, day: int) -> CourseResponse:
    return next(each for each in found(treatment, day).courses if each.drug == drug)


def line(code: str, treatment: TreatmentRecord, day: int) -> LineResponse:
    return next(each for each in found(treatment, day).lines if each.code == code)


def points(score: Score | None) -> str | None:
    return None if score is None else score.words


def test_best_latest_and_the_days_to_each_response() -> None:
    """Minimal on day 30, moderate on day 60, best on day 60, and worse again by day 90; never major."""
    treatment = record(
        course("methotrexate"),
        assessments=[seen(-3), seen(30, "5", mmt="46"), seen(60, "2", mmt="60"), seen(90, "6.5")],
    )
    answer = of("methotrexate", treatment, 100).response
    assert answer.state is ResponseState.SCORED
    assert answer.baseline is not None
    assert (answer.baseline.id, answer.baseline_on) == ("a-3", on(-3))
    assert points(answer.best) == "47.5, moderate response"
    assert points(answer.latest) == "7.5, no response"
    assert answer.latest is not None
    assert (answer.latest.assessment.id, answer.latest.days) == ("a90", 90)
    assert [(each.category, each.days, each.assessment.id) for each in answer.reached] == [
        (MINIMAL, 30, "a30"),
        (MODERATE, 60, "a60"),
    ]


def test_a_major_response_at_once_is_a_minimal_and_a_moderate_one_too() -> None:
    well = seen(30, "1", mmt="80", patient_global=Decimal(0))
    answer = of("methotrexate", record(course("methotrexate"), assessments=[seen(0), well]), 100).response
    assert [(each.category, each.days) for each in answer.reached] == [(MINIMAL, 30), (MODERATE, 30), (MAJOR, 30)]
    assert answer.best == answer.latest


def test_of_equal_scores_the_earliest_is_the_best() -> None:
    treatment = record(course("methotrexate"), assessments=[seen(0), seen(30, "2"), seen(60, "2")])
    answer = of("methotrexate", treatment, 100).response
    assert answer.best is not None
    assert answer.latest is not None
    assert (answer.best.days, answer.latest.days) == (30, 60)


@pytest.mark.parametrize(
    ("days", "baseline"),
    [
        ((-BEFORE,), -BEFORE),
        ((-BEFORE - 1,), None),
        ((AFTER,), AFTER),
        ((AFTER + 1,), None),
        ((0,), 0),
        ((-40, -1, 0, 1), 0),
        ((-40, 1), -40),
        ((-BEFORE - 1, 5, 9), 5),
    ],
)
def test_where_a_course_starts_from(days: tuple[int, ...], baseline: int | None) -> None:
    treatment = record(course("methotrexate"), assessments=[seen(day) for day in days])
    answer = of("methotrexate", treatment, 300).response
    assert answer.baseline_on == (None if baseline is None else on(baseline))
    assert (answer.state is ResponseState.NO_BASELINE) is (baseline is None)
    rule = answer.reasons[0].rule_id
    if baseline is None:
        assert rule == "response.no_baseline"
    else:
        assert rule == ("response.baseline_before" if baseline <= 0 else "response.baseline_after")


@pytest.mark.parametrize(
    ("rows", "baseline"),
    [
        ([seen(-20), seen(-3, None)], "a-20"),
        ([seen(-20), seen(-3, mmt=None)], "a-20"),
        ([seen(-3, None), seen(5)], "a5"),
        ([seen(-20, None), seen(-3, None), seen(5, None)], "a-3"),
        ([seen(-BEFORE - 1), seen(-3, None)], "a-3"),
        ([seen(-20), seen(-3, mmt=None, cmas=Decimal(30))], "a-3"),
    ],
)
def test_a_baseline_that_a_score_can_rest_on_comes_first(rows: list[Assessment], baseline: str) -> None:
    answer = of("methotrexate", record(course("methotrexate"), assessments=rows), 10).response
    assert answer.baseline is not None
    assert answer.baseline.id == baseline


def test_without_a_baseline_there_is_no_score_and_it_is_said() -> None:
    answer = of("methotrexate", record(course("methotrexate"), assessments=[seen(30)]), 100).response
    assert (answer.state, answer.baseline, answer.best, answer.latest) == (ResponseState.NO_BASELINE, None, None, None)


def test_an_assessment_before_the_start_is_no_follow_up() -> None:
    treatment = record(course("methotrexate", 20), assessments=[seen(0), seen(19), seen(20, "1")])
    answer = of("methotrexate", treatment, 100).response
    assert (answer.state, answer.baseline_on) == (ResponseState.NO_FOLLOW_UP, on(20))
    later = replace(treatment, patient=replace(treatment.patient, assessments=(seen(0), seen(21, "1"))))
    assert of("methotrexate", later, 100).response.state is ResponseState.SCORED


@pytest.mark.parametrize(
    ("drug", "last", "rule"),
    [
        ("methotrexate", AFTER_STOP, "response.counted"),
        ("prednisolone", AFTER_STOP, "response.counted"),
        ("rituximab", AFTER_CYCLES, "response.counted_in_cycles"),
        ("methylprednisolone_sodium_succinate", AFTER_STOP, "response.counted"),
    ],
)
def test_how_long_after_a_stop_an_assessment_counts(drug: str, last: int, rule: str) -> None:
    stopped = course(drug, 0, 50)
    for day, state in ((50 + last, ResponseState.SCORED), (51 + last, ResponseState.NO_FOLLOW_UP)):
        answer = of(drug, record(stopped, assessments=[seen(0), seen(day, "1")]), 600).response
        assert (answer.state, answer.counted_until) == (state, on(50 + last))
        assert answer.reasons[1].rule_id == rule
    early = of(drug, record(stopped, assessments=[seen(0)]), 50 + last - 1).response
    assert early.counted_until == on(50 + last - 1)


def test_a_course_that_stops_later_still_runs() -> None:
    answer = of("methotrexate", record(course("methotrexate", 0, 50), assessments=[seen(0), seen(49, "1")]), 49)
    assert answer.stop_on is None
    assert (answer.response.ended_on, answer.response.counted_until) == (on(49), on(49))
    assert of("methotrexate", record(course("methotrexate", 0, 50)), 50).stop_on == on(50)


def test_a_missing_measure_makes_a_score_the_least_that_it_can_be() -> None:
    treatment = record(course("methotrexate"), assessments=[seen(0), seen(30, "2", mmt="60", haq=None)])
    answer = of("methotrexate", treatment, 100).response
    assert points(answer.best) == "at least 47.5, at least moderate response"
    assert [each.category for each in answer.reached] == [MINIMAL, MODERATE]
    none = record(course("methotrexate"), assessments=[seen(0), seen(30, haq=None)])
    assert (
        points(of("methotrexate", none, 100).response.best)
        == "at least 0, below minimal in what was measured, not decided"
    )


@pytest.mark.parametrize(
    ("first", "later", "state", "why"),
    [
        (seen(0), seen(30, None), ResponseState.TOO_LITTLE, LeftOutWhy.TOO_LITTLE),
        (seen(0), seen(30, "1", mmt=None), ResponseState.TOO_LITTLE, LeftOutWhy.TOO_LITTLE),
        (seen(0, None), seen(30, "1"), ResponseState.TOO_LITTLE, LeftOutWhy.TOO_LITTLE),
        (seen(0, mmt=None), seen(30, "1"), ResponseState.TOO_LITTLE, LeftOutWhy.TOO_LITTLE),
        (
            seen(0, mmt=None, cmas=Decimal(20)),
            seen(30, "1", mmt=None, cmas=Decimal(50)),
            ResponseState.TOO_LITTLE,
            LeftOutWhy.TOO_LITTLE,
        ),
        (seen(0), seen(30, "1", mmt="140", form=150), ResponseState.NOT_COMPARABLE, LeftOutWhy.NOT_COMPARABLE),
        (
            seen(0),
            seen(30, enzymes=(Enzyme(EnzymeName.CK, Decimal(4), "ukat/L", Decimal(3)),)),
            ResponseState.NOT_COMPARABLE,
            LeftOutWhy.NOT_COMPARABLE,
        ),
    ],
)
def test_what_gives_no_score_is_named_with_its_reason(
    first: Assessment, later: Assessment, state: ResponseState, why: LeftOutWhy
) -> None:
    answer = of("methotrexate", record(course("methotrexate"), assessments=[first, later]), 100).response
    assert (answer.state, answer.best, answer.latest, answer.reached) == (state, None, None, ())
    (left_out,) = answer.left_out
    assert (left_out.assessment.id, left_out.on, left_out.why) == ("a30", on(30), why)
    assert bool(left_out.problems) is (why is LeftOutWhy.NOT_COMPARABLE)


def test_one_that_cannot_be_compared_leaves_the_others() -> None:
    treatment = record(course("methotrexate"), assessments=[seen(0), seen(30, "2"), seen(60, "1", mmt="140", form=150)])
    answer = of("methotrexate", treatment, 100).response
    assert answer.latest is not None
    assert answer.latest.assessment.id == "a30"
    assert [each.assessment.id for each in answer.left_out] == ["a60"]


def test_a_child_is_judged_by_cmas_where_there_is_no_mmt() -> None:
    treatment = record(
        course("methotrexate"),
        assessments=[seen(0, mmt=None, cmas=Decimal(20)), seen(30, "3", mmt=None, cmas=Decimal(40))],
        subtype=Subtype.JUVENILE_DERMATOMYOSITIS,
    )
    answer = of("methotrexate", treatment, 100).response
    assert points(answer.best) == "52.5, moderate response"


def test_only_what_was_given_for_the_myositis_is_rated() -> None:
    treatment = record(
        course("methotrexate"),
        course("normal_immunoglobulin"),
        course("prednisolone"),
        course("folic_acid"),
        course("leflunomide"),
        course("azathioprine", never_given=True, outcomes=[(0, OutcomeKind.DECLINED)]),
        course("tacrolimus", 101),
        course("", text="deflazacort", role=CourseRole.CORTICOSTEROID),
    )
    rated = [(each.drug or each.drug_name, each.role.value) for each in found(treatment, 100).courses]
    assert sorted(rated) == [
        ("deflazacort", "corticosteroid"),
        ("methotrexate", "immunosuppressant"),
        ("normal_immunoglobulin", "immunoglobulin"),
        ("prednisolone", "corticosteroid"),
    ]


def test_corticosteroid_then_and_now_and_in_all() -> None:
    prednisolone = course("prednisolone", doses=[dose("60"), dose("20", day=30)])
    treatment = record(prednisolone, course("methotrexate", 10, 40), weight="75")
    answer = of("methotrexate", treatment, 100).response
    assert (answer.steroid_at_start, answer.steroid_at_end) == (60, 20)
    assert (answer.cumulative.milligrams, answer.cumulative.per_kilogram) == (1400, Decimal("18.67"))
    assert answer.cumulative.weight == weight_reference(treatment.patient.weights[0])
    unknown = record(course("prednisolone"), course("methotrexate", 10, 40))
    answer = of("methotrexate", unknown, 100).response
    assert (answer.steroid_at_start, answer.steroid_at_end, answer.cumulative.exact) == (None, None, False)
    none = of("methotrexate", record(course("methotrexate")), 100).response
    assert (none.steroid_at_start, none.cumulative.milligrams) == (0, 0)


def test_a_line_starts_with_its_first_drug() -> None:
    treatment = record(
        course("methotrexate", 0, 40, outcomes=[(40, OutcomeKind.INTOLERANT)]),
        course("azathioprine", 45, 100, outcomes=[(100, OutcomeKind.INEFFECTIVE)]),
        course("tacrolimus", 110),
        assessments=[seen(0), seen(60, "2"), seen(105, "7"), seen(150, "1")],
    )
    answer = found(treatment, 200)
    assert [(each.code, each.running, each.response.start_on) for each in answer.lines] == [
        ("1", False, on(0)),
        ("2", True, on(110)),
    ]
    first, second = answer.lines
    assert [fact.id for fact in first.courses] == ["methotrexate@0", "azathioprine@45"]
    assert first.response.counted_until == on(110), "the next line ends it before the 28 days after the stop are over"
    assert first.response.latest is not None
    assert first.response.latest.assessment.id == "a105"
    assert second.response.baseline_on == on(105)
    assert answer.present_line == second


def test_a_line_ends_where_a_higher_one_begins_though_its_drug_runs_on() -> None:
    treatment = record(
        course("tacrolimus", 0, outcomes=[(100, OutcomeKind.INEFFECTIVE)]),
        course("rituximab", 110),
        assessments=[seen(0), seen(60, "6"), seen(110, "6"), seen(300, "0.5")],
    )
    second, third = found(treatment, 310).lines
    assert (second.response.ended_on, second.response.counted_until, second.running) == (on(110), on(110), True)
    assert second.response.latest is not None
    assert second.response.latest.on == on(110)
    assert "response.until_next_line" in {reason.rule_id for reason in second.response.reasons}
    assert third.response.latest is not None
    assert third.response.latest.on == on(300)
    assert "response.until_next_line" not in {reason.rule_id for reason in third.response.reasons}


def test_a_lower_line_begun_later_runs_to_its_own_end() -> None:
    treatment = record(
        course("rituximab", 0), course("tacrolimus", 50), assessments=[seen(0), seen(40), seen(200, "1")]
    )
    second = next(each for each in found(treatment, 210).lines if each.code == "2")
    assert second.response.counted_until == on(210)


def test_the_present_line_is_the_last_that_runs_else_the_last() -> None:
    both = record(course("methotrexate"), course("tacrolimus", 50, 60))
    assert found(both, 55).present_line == line("2", both, 55)
    assert found(both, 70).present_line == line("1", both, 70)
    over = record(course("methotrexate", 0, 20), course("tacrolimus", 50, 60))
    assert found(over, 70).present_line == line("2", over, 70)
    assert found(record(), 10).present_line is None


def test_a_line_of_a_drug_in_cycles_counts_for_longer() -> None:
    treatment = record(course("rituximab", 0, 20), assessments=[seen(0), seen(100, "2")])
    answer = line("3", treatment, 300).response
    assert answer.counted_until == on(20 + AFTER_CYCLES)
    assert answer.reasons[1].rule_id == "response.counted_in_cycles"
    assert points(answer.best) == "20, minimal response"


def test_a_maintenance_step_starts_at_the_remission_or_later() -> None:
    calm = [milestone(MilestoneKind.REMISSION, 200)]
    carried = record(course("methotrexate"), milestones=calm, assessments=[seen(0), seen(190, "2")])
    assert line("a", carried, 300).response.start_on == on(200)
    assert line("a", carried, 300).response.baseline_on == on(190)
    assert line("1", carried, 300).response.start_on == on(0)
    begun = record(course("prednisolone"), course("azathioprine", 220), milestones=calm)
    assert line("a", begun, 300).response.start_on == on(220)


def test_a_combination_starts_when_both_are_taken() -> None:
    treatment = record(
        course("methotrexate"),
        course("mycophenolate_mofetil", 250),
        milestones=[milestone(MilestoneKind.REMISSION, 200)],
    )
    assert line("b", treatment, 300).response.start_on == on(250)


def test_a_day_known_only_in_part_is_passed_on() -> None:
    stopped = replace(
        course("methotrexate", 0, 40), start_precision=DatePrecision.MONTH, stop_precision=DatePrecision.YEAR
    )
    (rated,) = found(record(stopped), 100).courses
    assert (rated.start_precision, rated.stop_precision) == (DatePrecision.MONTH, DatePrecision.YEAR)
    shown = line("1", record(stopped), 100)
    assert (shown.start_precision, shown.end_precision) == (DatePrecision.MONTH, DatePrecision.YEAR)
    running = record(stopped, replace(course("azathioprine", 5), start_precision=DatePrecision.YEAR))
    shown = line("1", running, 100)
    assert (shown.start_precision, shown.end_precision) == (DatePrecision.MONTH, DatePrecision.DAY)
    before = line("1", running, 39)
    assert before.end_precision is DatePrecision.DAY


def test_a_remission_known_only_in_part_is_the_start_of_a_step_known_in_part() -> None:
    calm = replace(milestone(MilestoneKind.REMISSION, 200), precision=DatePrecision.MONTH)
    treatment = record(course("methotrexate"), milestones=[calm])
    assert line("a", treatment, 300).start_precision is DatePrecision.MONTH


def test_findings_of_the_pathway_that_are_at_hand_change_nothing() -> None:
    treatment = record(course("methotrexate"), assessments=[seen(0), seen(30, "2")])
    at_hand = responses(treatment, PROTOCOL, ACTIVITY, on(100), stand(treatment, 100))
    assert at_hand == found(treatment, 100)
    assert (at_hand.protocol_version, at_hand.activity_version) == (PROTOCOL.version, ACTIVITY.version)


def test_each_response_says_the_rules_it_rests_on() -> None:
    (answer,) = found(record(course("methotrexate"), assessments=[seen(0)]), 100).courses
    assert [reason.rule_id for reason in answer.response.reasons] == [
        "response.baseline_before",
        "response.counted",
        "response.enough",
        "improvement_score",
        "exposure.prednisolone",
        "exposure.pulses",
    ]
    texts = [predicate.text for reason in answer.response.reasons for predicate in reason.predicates]
    assert texts == [
        f"an assessment from {BEFORE} days before the start to {AFTER} days after it",
        f"up to {AFTER_STOP} days after a stop",
    ]


# What follows goes through arbitrary records, whose assessments have all the measures.

full_assessments = st.builds(
    replace,
    assessments,
    physician_global=st.none() | st.decimals(0, 10, places=1),
    patient_global=st.none() | st.decimals(0, 10, places=1),
    haq=st.none() | st.integers(0, 24).map(lambda eighths: Decimal(eighths) / 8),
    extramuscular_global=st.none() | st.decimals(0, 10, places=1),
    mmt=st.integers(0, 80).map(Decimal),
    mmt_maximum=st.sampled_from([80, 80, 80, 150]),
)
scored_records = st.builds(
    lambda treatment, rows: replace(treatment, patient=replace(treatment.patient, assessments=rows)),
    records,
    rows_of(full_assessments, "a", 6),
)


@given(scored_records, st.integers(0, LAST_DAY), st.randoms(use_true_random=False))
def test_the_order_of_rows_has_no_meaning(treatment: TreatmentRecord, day: int, dice: Random) -> None:
    patient = treatment.patient
    shuffled = replace(
        treatment,
        courses=tuple(dice.sample(treatment.courses, len(treatment.courses))),
        milestones=tuple(dice.sample(treatment.milestones, len(treatment.milestones))),
        patient=replace(
            patient,
            assessments=tuple(dice.sample(patient.assessments, len(patient.assessments))),
            weights=tuple(dice.sample(patient.weights, len(patient.weights))),
        ),
    )
    assert found(shuffled, day) == found(treatment, day)


@given(scored_records, st.integers(0, LAST_DAY))
def test_nothing_later_changes_the_answer(treatment: TreatmentRecord, day: int) -> None:
    limit = on(day)
    patient = treatment.patient
    known = TreatmentRecord(
        patient=replace(
            patient,
            weights=tuple(each for each in patient.weights if each.on <= limit),
            conditions=tuple(each for each in patient.conditions if each.from_on <= limit),
            autoantibodies=tuple(each for each in patient.autoantibodies if each.on is None or each.on <= limit),
            assessments=tuple(each for each in patient.assessments if each.on <= limit),
        ),
        courses=tuple(_known_course(each, limit) for each in treatment.courses if each.start_on <= limit),
        milestones=tuple(each for each in treatment.milestones if each.on <= limit),
    )
    assert found(known, day) == found(treatment, day)


def _known_course(given_course: Course, limit: date) -> Course:
    stopped = given_course.stop_on is not None and given_course.stop_on <= limit
    return replace(
        given_course,
        stop_on=given_course.stop_on if stopped else None,
        doses=tuple(each for each in given_course.doses if each.from_on <= limit),
        outcomes=tuple(each for each in given_course.outcomes if each.on <= limit),
        infusions=tuple(each for each in given_course.infusions if each.first_on <= limit),
        taper=tuple(each for each in given_course.taper if each.on <= limit),
        undated_outcome=given_course.undated_outcome,
    )


@given(scored_records, st.integers(0, LAST_DAY))
def test_every_score_is_the_score_of_its_two_assessments(treatment: TreatmentRecord, day: int) -> None:
    rows = {row.id: row for row in treatment.patient.assessments}
    for each in (*found(treatment, day).courses, *found(treatment, day).lines):
        answer = each.response
        assert (answer.state is ResponseState.SCORED) is (answer.best is not None) is (answer.latest is not None)
        if answer.baseline is None:
            continue
        baseline = rows[answer.baseline.id]
        counted = [
            row
            for row in rows.values()
            if max(answer.start_on, baseline.on) < row.on <= min(answer.counted_until, on(day))
        ]
        full = {
            row.id: score
            for row in counted
            for score in [improvement(baseline, row, criteria_for(treatment.patient.person, baseline.on), ACTIVITY)]
            if isinstance(score, ImprovementScore) and score.sufficient
        }
        assert {each.assessment.id for each in answer.left_out} == {row.id for row in counted} - set(full)
        if answer.best is not None and answer.latest is not None:
            assert answer.best.points == max(score.points for score in full.values())
            assert full[answer.latest.assessment.id].points == answer.latest.points
            assert answer.latest.on == max(rows[identity].on for identity in full)
            for step in answer.reached:
                first = min(rows[key].on for key, score in full.items() if _at_least(score.category, step.category))
                assert (step.on, step.days) == (first, (first - answer.start_on).days)


def _at_least(category: ResponseCategory, wanted: ResponseCategory) -> bool:
    order = list(ResponseCategory)
    return order.index(category) >= order.index(wanted)


def test_a_course_by_another_route_or_frequency_is_no_stumbling_block() -> None:
    odd = course("prednisolone", doses=[dose("5", Frequency.AS_TEXT)], route=Route.NOT_RECORDED)
    assert of("prednisolone", record(odd), 10).response.steroid_at_end is None
