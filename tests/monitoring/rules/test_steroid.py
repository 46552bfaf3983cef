from typing import Any

import pytest

from monitoring.rules.findings import DueStatus, ItemKind
from patients.rules.reasons import Truth
from regimens.rules.record import Course, DosePeriod, TaperDecision
from regimens.rules.vocabulary import CourseRole, DoseBasis, Frequency, Route, TaperChoice
from tests.monitoring.rules.builders import (
    after,
    course,
    dose,
    due_day,
    finding,
    findings,
    record,
    result,
    step,
    weight,
)


def prednisolone(*doses: DosePeriod, **more: Any) -> Course:
    return course("prednisolone", *doses, role=CourseRole.CORTICOSTEROID, **more)


@pytest.mark.parametrize(
    ("amount", "day", "status"),
    [
        ("20", 20, DueStatus.NOT_DUE),
        ("20", 27, DueStatus.DUE_SOON),
        ("20", 28, DueStatus.DUE),
        ("20", 32, DueStatus.OVERDUE),
        ("19.9", 28, None),
        ("19.9", 400, None),
    ],
)
def test_pneumocystis_decision_at_20_mg_for_28_days(amount: str, day: int, status: DueStatus | None) -> None:
    found = finding(record(prednisolone(dose(0, amount))), "pneumocystis_decision", day)
    assert (found and found.status) == status


LIMITS = [
    ("pneumocystis_decision", "20", "19.9", 28),
    ("emergency_card", "5", "4.9", 28),
    ("bone_density", "5", "4.9", 84),
    ("bone_plan", "7.5", "7.4", 84),
]


@pytest.mark.parametrize(("item", "reaching", "below", "due"), LIMITS)
def test_long_term_items_on_both_sides_of_their_dose(item: str, reaching: str, below: str, due: int) -> None:
    assert due_day(record(prednisolone(dose(0, reaching))), item, 100) == due
    assert due_day(record(prednisolone(dose(0, below))), item, 100) is None


@pytest.mark.parametrize(("item", "reaching", "below", "due"), LIMITS)
def test_long_term_items_on_both_sides_of_their_days(item: str, reaching: str, below: str, due: int) -> None:
    """The dose falls below the limit on the last day before it is reached, or on that day."""
    short = record(prednisolone(dose(0, reaching), dose(due - 1, below)))
    enough = record(prednisolone(dose(0, reaching), dose(due, below)))
    assert due_day(short, item, due + 30) is None
    asked_afterwards = None if item == "pneumocystis_decision" else due
    assert due_day(enough, item, due + 30) == asked_afterwards


@pytest.mark.parametrize(("item", "reaching", "below", "due"), LIMITS)
def test_a_recorded_action_answers(item: str, reaching: str, below: str, due: int) -> None:
    answered = record(prednisolone(dose(0, reaching)), results=[result(item, due + 2)])
    again = due + 2 + 364 if item == "bone_density" else None
    assert due_day(answered, item, due + 5) == again


def test_how_old_an_answer_may_be() -> None:
    one = prednisolone(dose(0, "20"))

    def answered(item: str, day: int) -> bool:
        return due_day(record(one, results=[result(item, day)]), item, 100) is None

    assert answered("emergency_card", -4000)
    assert answered("pneumocystis_decision", -28)
    assert not answered("pneumocystis_decision", -29)
    assert answered("bone_plan", -364)
    assert not answered("bone_plan", -365)


def test_oral_methylprednisolone_counts_by_equivalence() -> None:
    def asked(amount: str) -> int | None:
        one = course("methylprednisolone", dose(0, amount), role=CourseRole.CORTICOSTEROID)
        return due_day(record(one), "pneumocystis_decision", 28)

    assert asked("16") == 28
    assert asked("15.9") is None


@pytest.mark.parametrize(("begun", "due"), [(14, 28), (15, 29), (28, 42), (29, 57)])
def test_a_change_of_steroid_breaks_no_run_and_only_a_long_gap_does(begun: int, due: int) -> None:
    """The days of a short gap are not counted; after more than 14 days the count begins anew."""
    first = prednisolone(dose(0, "20"), stop=14)
    second = course("methylprednisolone", dose(begun, "16"), start=begun)
    assert due_day(record(first, second), "pneumocystis_decision", begun) == due


@pytest.mark.parametrize(("again", "density"), [(81, 85), (95, None)])
def test_a_day_without_tablets_does_not_set_the_clock_back(again: int, density: int | None) -> None:
    first = prednisolone(dose(0, "40"), stop=80, id="first")
    second = prednisolone(dose(again, "40"), start=again, id="second")
    one = record(first, second)
    assert due_day(one, "pneumocystis_decision", 100) == (28 if density else again + 28)
    assert due_day(one, "bone_density", 100) == (density or again + 84)


@pytest.mark.parametrize(("back", "due"), [(23, 31), (34, 42), (35, 63)])
def test_a_lower_dose_for_a_while_breaks_the_run_only_after_14_days(back: int, due: int) -> None:
    """Three days with less beside a pulse, say."""
    one = record(prednisolone(dose(0, "20"), dose(20, "5"), dose(back, "20")))
    assert due_day(one, "pneumocystis_decision", back) == due


def test_a_gap_after_the_limit_was_reached_moves_nothing() -> None:
    one = record(prednisolone(dose(0, "20"), dose(40, "5"), dose(43, "20")))
    assert due_day(one, "pneumocystis_decision", 43) == 28
    assert due_day(one, "pneumocystis_decision", 42) is None


def test_the_reason_counts_the_days_taken_and_not_those_of_the_gap() -> None:
    found = finding(record(prednisolone(dose(0, "20"), dose(20, "5"), dose(23, "20"))), "pneumocystis_decision", 25)
    assert found is not None
    assert found.driver.reason.predicates[0].text == "20 mg a day or more for 28 days (22 so far)"


def test_two_steroids_count_together() -> None:
    both = record(prednisolone(dose(0, "15")), course("methylprednisolone", dose(0, "4")))
    assert due_day(both, "pneumocystis_decision", 28) == 28


@pytest.mark.parametrize(
    "unknown",
    [
        (),
        (dose(0, None),),
        (dose(0, "5", Frequency.AS_TEXT, frequency_text="tapering"),),
        (dose(0, "0.1", basis=DoseBasis.PER_KILOGRAM),),
        (dose(0, "5", Frequency.NOT_RECORDED),),
    ],
)
def test_a_dose_not_known_counts_as_reaching_the_limit_and_says_so(unknown: tuple[DosePeriod, ...]) -> None:
    found = finding(record(prednisolone(*unknown)), "pneumocystis_decision", 28)
    assert found is not None
    assert found.status is DueStatus.DUE
    doubts = [one for one in found.driver.reason.predicates if one.truth is Truth.UNKNOWN]
    assert [one.text for one in doubts] == [
        "dose not recorded (from 05-Jan-2026): treated as reaching the limit, to be safe"
    ]


def test_a_dose_per_kg_is_read_with_a_weight() -> None:
    one = prednisolone(dose(0, "0.25", basis=DoseBasis.PER_KILOGRAM))
    assert due_day(record(one, weights=(weight(0, "80"),)), "pneumocystis_decision", 28) == 28
    assert due_day(record(one, weights=(weight(0, "79"),)), "pneumocystis_decision", 28) is None


def test_a_topical_steroid_does_not_count() -> None:
    assert due_day(record(prednisolone(route=Route.TOPICAL)), "pneumocystis_decision", 100) is None


def test_review_six_weeks_after_the_start() -> None:
    one = prednisolone(dose(0, "40"))
    assert due_day(record(one), "steroid_review", 10) == 42
    assert due_day(record(one, results=[result("steroid_review", 27)]), "steroid_review", 30) == 42
    assert due_day(record(one, results=[result("steroid_review", 28)]), "steroid_review", 30) is None


def test_each_planned_step_is_a_checkpoint_of_its_own() -> None:
    one = prednisolone(dose(0, "40"), taper=(step(56, "30"), step(42, "35"), step(0, "40")))
    found = [item for item in findings(record(one), 43).due if item.item == "taper_checkpoint"]
    assert [(item.occasion, item.due_on, item.kind) for item in found] == [
        (after(42).isoformat(), after(42), ItemKind.CHECKPOINT),
        (after(56).isoformat(), after(56), ItemKind.CHECKPOINT),
    ]
    assert "planned taper: 35 mg a day from 16-Feb-2026" in found[0].driver.reason.text


@pytest.mark.parametrize(("recorded", "left"), [(38, [42, 56]), (39, [56]), (42, [56]), (52, [56]), (53, [])])
def test_a_checkpoint_answers_every_step_up_to_three_days_later(recorded: int, left: list[int]) -> None:
    one = prednisolone(dose(0, "40"), taper=(step(42, "35"), step(56, "30")))
    found = findings(record(one, results=[result("taper_checkpoint", recorded)]), 55).due
    days = [(item.due_on - after(0)).days for item in found if item.item == "taper_checkpoint"]
    assert days == left


@pytest.mark.parametrize(("amount", "due"), [("5", 70), ("4.9", 126), (None, 70)])
def test_without_a_plan_checkpoints_follow_the_dose(amount: str | None, due: int) -> None:
    found = finding(record(prednisolone(dose(0, amount))), "taper_checkpoint", 60)
    assert found is not None
    assert (found.due_on, found.detail) == (after(due), "no taper planned")


def test_after_the_last_planned_step_it_says_that_none_is_planned() -> None:
    one = prednisolone(dose(0, "40"), taper=(step(42, "35"),))
    done = [result("taper_checkpoint", 42)]
    assert finding(record(one, results=done), "taper_checkpoint", 41) is None
    found = finding(record(one, results=done), "taper_checkpoint", 43)
    assert found is not None
    assert (found.due_on, found.detail) == (after(70), "no taper planned after 16-Feb-2026")


def test_a_pulse_asks_for_its_baseline_only() -> None:
    one = course("methylprednisolone_sodium_succinate", route=Route.INTRAVENOUS)
    asked = {item.item for item in findings(record(one), 200).due}
    assert asked == {"blood_pressure", "weight", "potassium", "glucose_or_hba1c"}


def test_nothing_after_the_stop_but_the_reminder_of_the_card() -> None:
    found = findings(record(prednisolone(dose(0, "40"), stop=100)), 100)
    assert found.due == ()
    assert "check that the patient has one" in found.quiet_reasons[0].text


def test_a_weight_taken_after_the_day_changes_nothing() -> None:
    one = course("prednisolone", dose(0, "0.05", basis=DoseBasis.PER_KILOGRAM), role=CourseRole.CORTICOSTEROID)
    later = record(one, weights=(weight(41, "70"),))
    assert due_day(later, "pneumocystis_decision", 40) == due_day(record(one), "pneumocystis_decision", 40) == 28
    assert due_day(later, "pneumocystis_decision", 41) is None


@pytest.mark.parametrize(
    ("amount", "due"),
    [("10", 15), ("9.9", 28), ("5", 28)],
)
def test_the_local_rule_gives_the_card_after_14_days_at_10_mg(amount: str, due: int) -> None:
    assert due_day(record(prednisolone(dose(0, amount))), "emergency_card", 20) == due


def test_fourteen_days_at_10_mg_are_not_more_than_14() -> None:
    dropped = [record(prednisolone(dose(0, "10"), dose(days, "4"))) for days in (14, 15)]
    assert [due_day(one, "emergency_card", 40) for one in dropped] == [None, 15]


def decided(day: int, choice: TaperChoice, planned: int | None = None, again: int | None = None) -> TaperDecision:
    next_check = None if again is None else after(again)
    planned_on = None if planned is None else after(planned)
    return TaperDecision("1", after(day), choice, planned_on=planned_on, next_check_on=next_check)


def checkpoints(one: Course, day: int) -> list[tuple[int, str]]:
    """Due day and occasion of each checkpoint."""
    return [
        ((due.due_on - after(0)).days, due.occasion)
        for due in findings(record(one), day).due
        if due.item == "taper_checkpoint"
    ]


def tapering(*decisions: TaperDecision, first: int = 42) -> Course:
    steps = (step(first, "15"), step(first + 28, "10"))
    return prednisolone(dose(0, "20"), taper=steps, taper_decisions=decisions)


def occasion(day: int) -> tuple[int, str]:
    return day, after(day).isoformat()


def test_a_decision_to_go_on_settles_its_planned_step_even_before_its_day() -> None:
    assert checkpoints(tapering(), 40) == [occasion(42), occasion(70)]
    assert checkpoints(tapering(decided(30, TaperChoice.CUT, 42)), 40) == [occasion(70)]
    assert checkpoints(tapering(decided(44, TaperChoice.CUT, 42)), 44) == [occasion(70)]
    assert checkpoints(tapering(decided(44, TaperChoice.CUT, 42)), 43) == [occasion(42), occasion(70)]


def test_a_step_that_is_held_is_asked_about_again_where_it_now_lies() -> None:
    held = decided(42, TaperChoice.HOLD, 42, 56)
    assert checkpoints(tapering(held, first=56), 43) == [occasion(56), occasion(84)]
    assert checkpoints(tapering(decided(42, TaperChoice.HOLD, 42, 44), first=44), 43) == [occasion(44), occasion(72)]


def test_the_last_decision_sets_the_next_checkpoint() -> None:
    went_on = tapering(decided(42, TaperChoice.CUT, 42, 56))
    assert checkpoints(went_on, 43) == [(56, ""), occasion(70)]
    finding_of_it = finding(record(went_on), "taper_checkpoint", 43)
    assert finding_of_it is not None
    assert "set on 16-Feb-2026 (cut as planned)" in finding_of_it.driver.reason.text
    assert finding_of_it.driver.reason.predicates[0].facts[0].kind == "taper_decision"


@pytest.mark.parametrize(
    ("again", "found"), [(69, [(69, ""), (70, "step")]), (70, [(70, "step")]), (90, [(70, "step")])]
)
def test_a_step_that_comes_first_is_its_own_checkpoint(again: int, found: list[tuple[int, str]]) -> None:
    seen = checkpoints(tapering(decided(42, TaperChoice.CUT, 42, again)), 43)
    assert [(day, "step" if text else "") for day, text in seen] == found


def test_after_a_raise_the_day_set_is_asked_for_and_then_the_usual_interval() -> None:
    raised = prednisolone(dose(0, "20"), dose(42, "40"), taper_decisions=(decided(42, TaperChoice.RAISE, None, 56),))
    assert checkpoints(raised, 43) == [(56, "")]
    looked = record(raised, results=[result("taper_checkpoint", 53)])
    assert due_day(looked, "taper_checkpoint", 54) == 53 + 28
    early = record(raised, results=[result("taper_checkpoint", 52)])
    assert due_day(early, "taper_checkpoint", 54) == 56


def test_a_decision_without_a_day_counts_like_a_checkpoint() -> None:
    cut = prednisolone(dose(0, "20"), dose(60, "15"), taper_decisions=(decided(60, TaperChoice.CUT),))
    assert checkpoints(cut, 61) == [(88, "")]
    assert checkpoints(cut, 59) == [(70, "")]


def test_a_decision_answers_the_review_after_six_weeks_and_is_shown_as_last_done() -> None:
    found = record(tapering(decided(40, TaperChoice.CUT, 42)))
    assert finding(found, "steroid_review", 39) is not None
    assert finding(found, "steroid_review", 40) is None
    next_step = finding(found, "taper_checkpoint", 41, after(70).isoformat())
    assert next_step is not None
    assert next_step.last_done_on == after(40)
    assert next_step.last_done_by is not None
    assert (next_step.last_done_by.kind, next_step.last_done_by.id) == ("taper_decision", "1")
