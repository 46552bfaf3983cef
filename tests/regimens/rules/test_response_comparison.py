"""Two assessments compared: which two, what is said when they cannot be, and the IMACS definitions apart."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.protocol.load import load as load_activity
from patients.rules.reasons import Truth
from patients.rules.record import Assessment
from patients.rules.vocabulary import Population, Subtype
from regimens.rules.record import TreatmentRecord
from regimens.rules.response_comparison import Comparison, ResponseFindings, compare, response_findings
from tests.regimens.rules.build import PROTOCOL, course, on, record, stand
from tests.regimens.rules.strategies import LAST_DAY, records
from tests.regimens.rules.test_response import seen

ACTIVITY = load_activity()
FIRST, SECOND, THIRD, LAST = seen(-40), seen(-3), seen(30, "5"), seen(60, "2")


def findings(treatment: TreatmentRecord, day: int = 100, **chosen: str) -> ResponseFindings:
    return response_findings(treatment, PROTOCOL, ACTIVITY, on(day), stand(treatment, day), **chosen)


def compared(*rows: Assessment, day: int = 100, **chosen: str) -> Comparison:
    comparison = findings(record(course("methotrexate"), assessments=rows), day, **chosen).comparison
    assert comparison is not None
    return comparison


@pytest.mark.parametrize(
    ("chosen", "day", "baseline", "follow_up"),
    [
        ({}, 100, "a-3", "a60"),
        ({}, 59, "a-3", "a30"),
        ({"baseline": "a-40"}, 100, "a-40", "a60"),
        ({"follow_up": "a30"}, 100, "a-3", "a30"),
        ({"baseline": "a30", "follow_up": "a60"}, 100, "a30", "a60"),
        ({"baseline": "nobody", "follow_up": "nothing"}, 100, "a-3", "a60"),
        ({"follow_up": "a60"}, 59, "a-3", "a30"),
    ],
)
def test_which_two(chosen: dict[str, str], day: int, baseline: str, follow_up: str) -> None:
    comparison = compared(FIRST, SECOND, THIRD, LAST, day=day, **chosen)
    assert (comparison.baseline.id, comparison.follow_up.id) == (baseline, follow_up)
    assert comparison.days == (comparison.follow_up_on - comparison.baseline_on).days


def test_without_a_line_the_first_is_the_baseline() -> None:
    comparison = findings(record(assessments=[LAST, FIRST, SECOND])).comparison
    assert comparison is not None
    assert (comparison.baseline.id, comparison.follow_up.id) == ("a-40", "a60")


def test_what_was_chosen_and_is_not_there_is_named() -> None:
    treatment = record(assessments=[FIRST, SECOND, LAST])
    assert findings(treatment, baseline="x", follow_up="a60").not_found == ("x",)
    assert findings(treatment, 59, follow_up="a60").not_found == ("a60",)
    assert findings(treatment).not_found == ()


def test_fewer_than_two_assessments_give_no_comparison() -> None:
    nothing_measured = Assessment("empty", on(50))
    only = findings(record(assessments=[FIRST, nothing_measured]))
    assert only.comparison is None
    assert [fact.id for fact in only.assessments] == ["a-40"]


@pytest.mark.parametrize(
    ("baseline", "follow_up", "problem"),
    [
        (LAST, FIRST, "the follow-up must be later than the baseline"),
        (FIRST, FIRST, "the follow-up must be later than the baseline"),
        (FIRST, seen(30, form=150), "the manual muscle test was scored on different forms, out of 80 and out of 150"),
        (FIRST, seen(30, form=90), "there is no form of the manual muscle test with a maximum of 90"),
    ],
)
def test_what_cannot_be_compared_says_why(baseline: Assessment, follow_up: Assessment, problem: str) -> None:
    comparison = compare(record(), ACTIVITY, baseline, follow_up)
    assert (comparison.score, comparison.problems) == (None, (problem,))


def test_the_score_and_the_imacs_definition_stand_apart() -> None:
    """Physician global 8 to 2 cm is 60 % of its range, and 75 % of the earlier value: 1 of the 3 measures needed."""
    comparison = compared(SECOND, LAST)
    assert comparison.score is not None
    assert comparison.improvement is not None
    assert (comparison.score.points, comparison.problems) == (20, ())
    assert (comparison.improvement.met, [each.value for each in comparison.improvement.better]) == (
        Truth.FALSE,
        ["physician_global"],
    )


def test_the_population_is_that_of_the_day_of_the_baseline() -> None:
    person = replace(record().patient.person, born=on(-18 * 365 - 5 + 20))
    treatment = record(assessments=[seen(0), seen(60)])
    treatment = replace(treatment, patient=replace(treatment.patient, person=person))
    comparison = findings(treatment).comparison
    assert comparison is not None
    assert comparison.population.population is Population.JUVENILE
    later = compare(treatment, ACTIVITY, seen(30), seen(60))
    assert later.population.population is Population.ADULT


def test_inclusion_body_myositis_is_said_not_to_be_validated() -> None:
    treatment = record(assessments=[FIRST, LAST], subtype=Subtype.INCLUSION_BODY_MYOSITIS)
    comparison = findings(treatment).comparison
    assert comparison is not None
    assert "not validated for inclusion body myositis" in comparison.population.notes[0]


def test_deteriorations_with_the_visits_they_rest_on() -> None:
    worse = [seen(day, extramuscular_global=Decimal("4.5")) for day in (30, 60)]
    once = findings(record(assessments=[FIRST, worse[0]]))
    assert once.deteriorations == ()
    assert once.awaiting is not None
    assert (once.awaiting.first.id, once.awaiting.second) == ("a30", None)
    twice = findings(record(assessments=[FIRST, *worse]))
    (confirmed,) = twice.deteriorations
    assert confirmed.second is not None
    assert (confirmed.reference.id, confirmed.first.id, confirmed.second.id) == ("a-40", "a30", "a60")
    assert confirmed.reason.rule_id == "confirmed_deterioration"
    assert findings(record(assessments=[FIRST, *worse]), 59).deteriorations == ()


@given(records, st.integers(0, LAST_DAY))
def test_any_record_gives_findings(treatment: TreatmentRecord, day: int) -> None:
    answer = findings(treatment, day)
    assert len(answer.assessments) <= len(treatment.patient.assessments)
    assert (answer.comparison is None) is (len(answer.assessments) < 2)
