"""Corticosteroid: dependence, above target, judged a failure; both sides of each threshold."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from patients.rules.reasons import Truth
from patients.rules.vocabulary import DatePrecision
from regimens.protocol.schema import Comparison, PathwayProtocol
from regimens.rules.findings import Prompt
from regimens.rules.pathway import evaluate
from regimens.rules.record import Course, DosePeriod, TaperStep
from regimens.rules.vocabulary import Frequency, MilestoneKind, OutcomeKind, PromptCode
from tests.regimens.rules.build import NON_SEVERE, PROTOCOL, SEVERE, course, dose, milestone, on, record, stand

HALF_YEAR = 26 * 7
YEAR = 52 * 7
SETTLED = 12 * 7
DEPENDENCE, TARGET = PromptCode.STEROID_DEPENDENCE, PromptCode.STEROID_ABOVE_TARGET


def prednisolone(*doses: DosePeriod, stop: int | None = None) -> Course:
    return course("prednisolone", 0, stop, doses=doses)


def asked(code: PromptCode, day: int, *courses: Course) -> list[Prompt]:
    findings = stand(record(*courses, assessments=NON_SEVERE), day)
    return [prompt for prompt in findings.prompts if prompt.code is code]


def facts(prompts: list[Prompt]) -> list[tuple[str, str]]:
    (prompt,) = prompts
    return [(fact.kind, fact.id) for fact in prompt.facts]


@pytest.mark.parametrize(
    ("doses", "day", "prompted"),
    [
        ([dose("5")], HALF_YEAR, True),
        ([dose("5")], HALF_YEAR - 1, False),
        ([dose("4.99")], YEAR * 3, False),
        ([dose("40"), dose("4", day=100)], YEAR, False),
        ([dose("40"), dose("5", day=100)], YEAR, True),
        ([dose("40"), dose(None, day=100)], YEAR, False),
        ([dose(None), dose("40", day=100)], YEAR, True),
        ([dose("20", Frequency.AS_TEXT)], YEAR, False),
        ([dose("10", Frequency.ALTERNATE_DAYS)], HALF_YEAR, True),
        ([], YEAR, False),
    ],
)
def test_above_target_after_the_weeks_of_a_taper(doses: list[DosePeriod], day: int, prompted: bool) -> None:
    assert bool(asked(TARGET, day, prednisolone(*doses))) is prompted


def protocol(comparison: Comparison) -> PathwayProtocol:
    settings = replace(PROTOCOL.settings, steroid_target_comparison=comparison)
    return replace(PROTOCOL, file=replace(PROTOCOL.file, settings=settings))


@pytest.mark.parametrize(
    ("comparison", "milligrams", "prompted"),
    [
        (Comparison.BELOW, "5", True),
        (Comparison.BELOW, "4.9", False),
        (Comparison.AT_MOST, "5", False),
        (Comparison.AT_MOST, "5.1", True),
    ],
)
def test_whether_the_target_itself_is_reached_is_a_setting(
    comparison: Comparison, milligrams: str, prompted: bool
) -> None:
    treatment = record(prednisolone(dose(milligrams)), assessments=NON_SEVERE)
    findings = evaluate(treatment, protocol(comparison), on(HALF_YEAR))
    assert (TARGET in {prompt.code for prompt in findings.prompts}) is prompted


def test_it_says_for_whom_the_number_is_printed() -> None:
    for rows, word in ((NON_SEVERE, "none for severe disease"), (SEVERE, "none for severe disease, as here")):
        findings = stand(record(prednisolone(dose("10")), assessments=rows), HALF_YEAR)
        (prompt,) = [each for each in findings.prompts if each.code is TARGET]
        assert prompt.reason.predicates[-1].text.endswith(word)
        assert "10 mg prednisolone a day" in prompt.text
        assert "below 5" in prompt.text


def test_a_lower_step_is_no_new_question_and_a_raise_is() -> None:
    first = facts(asked(TARGET, YEAR - 1, prednisolone(dose("40"))))
    lowered = facts(asked(TARGET, YEAR - 1, prednisolone(dose("40"), dose("20", day=100), dose("10", day=200))))
    assert first == lowered == [("course", "prednisolone@0"), ("dose", "dose@0")]
    raised = facts(asked(TARGET, YEAR, prednisolone(dose("7"), dose("5", day=100), dose("6", day=200))))
    assert raised == [("course", "prednisolone@0"), ("dose", "dose@200")]


@pytest.mark.parametrize(("day", "prompted"), [(150 + SETTLED - 1, False), (150 + SETTLED, True)])
def test_a_taper_under_way_is_left_alone(day: int, prompted: bool) -> None:
    by_dose = prednisolone(dose("40"), dose("10", day=150))
    by_step = replace(prednisolone(dose("40")), taper=(TaperStep("t", on(150), Decimal(10)),))
    for tapered in (by_dose, by_step):
        assert bool(asked(TARGET, day, tapered)) is prompted


def test_a_raise_is_left_alone_as_long() -> None:
    raised = prednisolone(dose("40"), dose("5", day=100), dose("6", day=190))
    assert not asked(TARGET, 190 + SETTLED - 1, raised)
    assert asked(TARGET, 190 + SETTLED, raised)
    # Written down once more, and not changed.
    assert asked(TARGET, 200, prednisolone(dose("6"), dose("6", day=190)))


def test_dependence_speaks_for_both() -> None:
    for doses in ([dose("10")], [dose("40"), dose("5", day=100), dose("10", day=150)]):
        assert asked(DEPENDENCE, YEAR, prednisolone(*doses))
        assert not asked(TARGET, YEAR, prednisolone(*doses))


RAISED = 150
EXPLAINED = 28


@pytest.mark.parametrize(
    ("judged", "kind", "prompted"),
    [
        (RAISED - EXPLAINED, OutcomeKind.INEFFECTIVE, False),
        (RAISED - EXPLAINED - 1, OutcomeKind.INEFFECTIVE, True),
        (RAISED + EXPLAINED, OutcomeKind.INTOLERANT, False),
        (RAISED + EXPLAINED + 1, OutcomeKind.INTOLERANT, True),
        (RAISED, OutcomeKind.STEROID_DEPENDENT, False),
        (RAISED, OutcomeKind.PARTIAL_RESPONSE, True),
    ],
)
def test_a_raise_while_another_drug_failed_is_no_dependence(judged: int, kind: OutcomeKind, prompted: bool) -> None:
    raised = prednisolone(dose("40"), dose("5", day=100), dose("20", day=RAISED))
    other = course("methotrexate", 0, outcomes=[(judged, kind)])
    assert bool(asked(DEPENDENCE, HALF_YEAR, raised, other)) is prompted
    # Not known yet on the day before.
    assert asked(DEPENDENCE, HALF_YEAR, raised, course("methotrexate", 0, outcomes=[(HALF_YEAR + 1, kind)]))


@pytest.mark.parametrize(("day", "prompted"), [(EXPLAINED, False), (EXPLAINED + 1, True)])
def test_a_raise_for_a_declared_relapse_is_no_dependence(day: int, prompted: bool) -> None:
    raised = prednisolone(dose("40"), dose("5", day=100), dose("20", day=RAISED))
    for relapse_on in (RAISED - day, RAISED + day):
        relapse = milestone(MilestoneKind.RELAPSE, relapse_on)
        findings = stand(record(raised, assessments=NON_SEVERE, milestones=[relapse]), HALF_YEAR)
        assert (DEPENDENCE in {prompt.code for prompt in findings.prompts}) is prompted


def test_the_target_is_an_adult_dose() -> None:
    for born, prompted in ((date(2006, 1, 1), True), (date(2010, 1, 1), False), (None, True)):
        findings = stand(record(prednisolone(dose("10")), assessments=NON_SEVERE, born=born), HALF_YEAR)
        assert (TARGET in {prompt.code for prompt in findings.prompts}) is prompted


def test_a_step_of_the_taper_counts_as_a_dose() -> None:
    tapered = replace(prednisolone(dose("40")), taper=(TaperStep("t", on(100), Decimal(4)),))
    assert asked(TARGET, 99 + HALF_YEAR, prednisolone(dose("40")))
    assert not asked(TARGET, HALF_YEAR, tapered)


def test_a_break_begins_the_weeks_again() -> None:
    earlier = replace(prednisolone(dose("10"), stop=100), id="earlier")
    again = course("prednisolone", 101, doses=[dose("10", day=101)])
    assert not asked(TARGET, 100 + HALF_YEAR, earlier, again)
    assert asked(TARGET, 101 + HALF_YEAR, earlier, again)
    without_break = course("prednisolone", 100, doses=[dose("10", day=100)])
    assert asked(TARGET, HALF_YEAR, earlier, without_break)


@pytest.mark.parametrize("kind", [OutcomeKind.STEROID_DEPENDENT, OutcomeKind.INEFFECTIVE])
def test_a_corticosteroid_judged_a_failure_asks_neither(kind: OutcomeKind) -> None:
    judged = course("prednisolone", doses=[dose("40")], outcomes=[(YEAR, kind)])
    assert asked(TARGET, YEAR - 1, judged)
    assert asked(DEPENDENCE, YEAR + 1, prednisolone(dose("40")))
    assert not asked(TARGET, YEAR + 1, judged)
    assert not asked(DEPENDENCE, YEAR + 1, judged)


def test_pulses_have_no_daily_dose() -> None:
    pulses = course("methylprednisolone_sodium_succinate", doses=[dose("1000")])
    assert not asked(TARGET, YEAR, pulses)
    assert asked(TARGET, YEAR, pulses, prednisolone(dose("5")))


def test_two_corticosteroids_count_together() -> None:
    other = course("methylprednisolone", doses=[dose("2")])  # 2.5 mg prednisolone
    assert not asked(TARGET, HALF_YEAR, prednisolone(dose("2.4")), other)
    assert asked(TARGET, HALF_YEAR, prednisolone(dose("2.5")), other)


@pytest.mark.parametrize(
    ("doses", "day", "prompted"),
    [
        ([dose("40"), dose("5", day=100), dose("7.5", day=150)], HALF_YEAR, True),
        ([dose("40"), dose("5", day=100), dose("7.5", day=150)], HALF_YEAR - 1, False),
        ([dose("40"), dose("5", day=100), dose("7.4", day=150)], YEAR * 2, False),
        ([dose("40"), dose("20", day=100), dose("30", day=150)], HALF_YEAR, True),
        # Raised without a lowering before it: the dose was still being found.
        ([dose("20"), dose("40", day=20), dose("10", day=60)], YEAR - 1, False),
        # Lowered below the limit again after the raise.
        ([dose("40"), dose("5", day=100), dose("20", day=150), dose("5", day=180)], YEAR * 2, False),
    ],
)
def test_dependence_when_a_lowering_had_to_be_taken_back(doses: list[DosePeriod], day: int, prompted: bool) -> None:
    assert bool(asked(DEPENDENCE, day, prednisolone(*doses))) is prompted


@pytest.mark.parametrize(
    ("doses", "day", "prompted"),
    [
        ([dose("7.5")], YEAR, True),
        ([dose("7.5")], YEAR - 1, False),
        ([dose("7.4")], YEAR * 3, False),
        ([dose("60"), dose("20", day=50), dose("7.5", day=100)], YEAR, True),
        ([dose("60"), dose("7", day=50)], YEAR * 2, False),
        ([dose(None), dose("10", day=30)], YEAR, False),
        ([dose(None), dose("10", day=30)], YEAR + 30, True),
    ],
)
def test_dependence_when_it_never_came_below(doses: list[DosePeriod], day: int, prompted: bool) -> None:
    assert bool(asked(DEPENDENCE, day, prednisolone(*doses))) is prompted


def test_dependence_rests_on_the_lowering_and_the_raise() -> None:
    doses = [dose("40"), dose("5", day=100), dose("20", day=150), dose("15", day=170)]
    (prompt,) = asked(DEPENDENCE, HALF_YEAR, prednisolone(*doses))
    assert (prompt.subject, prompt.reason.rule_id) == ("course:prednisolone@0", "prompt.steroid_dependence_raised")
    assert [fact.id for fact in prompt.facts] == ["prednisolone@0", "dose@100", "dose@150"]
    assert "raised from 5 mg to 20 mg on 30-May-2024" in prompt.text
    later = asked(DEPENDENCE, YEAR * 3, prednisolone(*doses))
    assert later[0].facts == prompt.facts


def test_dependence_without_a_raise_rests_on_where_it_began() -> None:
    (prompt,) = asked(DEPENDENCE, YEAR, prednisolone(dose("40"), dose("10", day=100)))
    assert prompt.reason.rule_id == "prompt.steroid_dependence_unlowered"
    assert [fact.id for fact in prompt.facts] == ["prednisolone@0", "dose@0"]
    assert all(predicate.truth is Truth.TRUE for predicate in prompt.reason.predicates)


def test_a_failed_corticosteroid_asks_to_complete_line_1_while_nothing_else_was_tried() -> None:
    failed = course("prednisolone", doses=[dose("40")], outcomes=[(30, OutcomeKind.INEFFECTIVE)])
    assert not asked(PromptCode.STEROID_FAILED, 29, failed)
    (prompt,) = asked(PromptCode.STEROID_FAILED, 30, failed)
    assert [fact.kind for fact in prompt.facts] == ["outcome"]
    assert not asked(PromptCode.STEROID_FAILED, 30, failed, course("methotrexate", 30))


def test_the_first_dose_is_dated_as_exactly_as_the_course() -> None:
    about = replace(prednisolone(dose("7"), dose("5", day=40), dose("6", day=80)), start_precision=DatePrecision.MONTH)
    (first,) = asked(TARGET, YEAR, replace(about, doses=about.doses[:1]))
    assert first.facts[1].label == "dose of prednisolone from about Jan-2024"
    (raised,) = asked(TARGET, YEAR, about)
    assert raised.facts[1].label == "dose of prednisolone from 21-Mar-2024"
