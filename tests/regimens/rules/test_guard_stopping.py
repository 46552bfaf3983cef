"""A corticosteroid that is stopped, or planned down to nothing: how long it was taken, and how much at the end."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel, holding
from regimens.rules.guard_stopping import stopping_findings
from regimens.rules.proposals import StopDrug, Taper
from regimens.rules.record import Course, TaperStep, TreatmentRecord
from regimens.rules.vocabulary import CourseRole, Route, StopReason
from tests.regimens.rules.build import PROTOCOL, course, dose, on, record


def said(treatment: TreatmentRecord, day: int, about: str = "prednisolone@0") -> tuple[GuardFinding, ...]:
    return stopping_findings(treatment, PROTOCOL, StopDrug(course=about, on=on(day), reason=StopReason.PLANNED))


def planned(treatment: TreatmentRecord, *steps: tuple[int, str]) -> tuple[GuardFinding, ...]:
    rows = tuple((on(day), Decimal(milligrams)) for day, milligrams in steps)
    return stopping_findings(treatment, PROTOCOL, Taper(course="prednisolone@0", steps=rows))


def prednisolone(amount: str | None = "20", **more: Any) -> Course:
    return replace(course("prednisolone", doses=[dose(amount)]), **more)


@pytest.mark.parametrize(("day", "warned"), [(1, False), (21, False), (22, True), (400, True)])
def test_after_more_than_three_weeks_a_sudden_stop_is_warned_of(day: int, warned: bool) -> None:
    found = said(record(prednisolone()), day)
    assert bool(found) is warned
    if warned:
        (finding,) = found
        assert (finding.code, finding.level) == (GuardCode.SUDDEN_STOP, GuardLevel.WARN)
        assert f"used for {day} days without a break" in finding.text
        assert "from 20 mg of prednisolone a day: do not stop a corticosteroid suddenly" in finding.text
        assert "sick-day rules" in finding.text
        assert finding.reason.source.startswith("SPS")
        assert finding.facts[0].kind == "course"


@pytest.mark.parametrize(
    ("amount", "code"),
    [("5", GuardCode.SUDDEN_STOP), ("4.9", GuardCode.SICK_DAYS), (None, GuardCode.SUDDEN_STOP)],
)
def test_a_low_last_dose_leaves_only_the_sick_day_note(amount: str | None, code: GuardCode) -> None:
    (finding,) = said(record(prednisolone(amount)), 60)
    assert finding.code is code
    assert bool(holding([finding])) is (code is GuardCode.SUDDEN_STOP)


def test_a_dose_that_is_not_known_says_so() -> None:
    (finding,) = said(record(prednisolone(None)), 60)
    assert "from a dose that is not known" in finding.text


def test_a_taper_that_nobody_recorded_does_not_hide_the_recorded_dose() -> None:
    low = (TaperStep("s", on(40), Decimal("2.5")),)
    (finding,) = said(record(prednisolone("20", taper=low)), 60)
    assert finding.code is GuardCode.SUDDEN_STOP
    assert "from 20 mg" in finding.text


def test_recorded_steps_down_to_a_low_dose_are_no_sudden_stop() -> None:
    tapered = replace(prednisolone(), doses=(dose("20"), dose("10", day=28), dose("2.5", day=56)))
    (finding,) = said(record(tapered), 84)
    assert finding.code is GuardCode.SICK_DAYS


def test_another_corticosteroid_that_goes_on_means_that_nothing_is_stopped() -> None:
    other = course("methylprednisolone", 30, doses=[dose("16", day=30)], route=Route.ORAL)
    assert said(record(prednisolone(), other), 60) == ()


def test_a_change_from_one_to_the_other_breaks_no_run() -> None:
    first = course("methylprednisolone", 0, 20, doses=[dose("16")], route=Route.ORAL)
    second = course("prednisolone", 20, doses=[dose("20", day=20)])
    (finding,) = said(record(first, second), 30, "prednisolone@20")
    assert "used for 30 days" in finding.text


def test_a_break_begins_the_count_anew() -> None:
    first = course("methylprednisolone", 0, 19, doses=[dose("16")], route=Route.ORAL)
    second = course("prednisolone", 20, doses=[dose("20", day=20)])
    assert said(record(first, second), 41, "prednisolone@20") == ()
    assert said(record(first, second), 42, "prednisolone@20") != ()


@pytest.mark.parametrize(
    "one",
    [
        course("methotrexate", doses=[dose("15")]),
        course("methylprednisolone_sodium_succinate", doses=[dose("1000")], route=Route.INTRAVENOUS),
        course("prednisolone", doses=[dose("20")], route=Route.TOPICAL),
        course("", text="deflazacort", role=CourseRole.OUTSIDE_PATHWAY),
    ],
)
def test_of_anything_else_nothing_is_said(one: Course) -> None:
    assert said(record(one), 100, one.id) == ()


def test_a_course_that_is_not_there_says_nothing() -> None:
    assert said(record(prednisolone()), 60, "other") == ()


@pytest.mark.parametrize(("last", "code"), [("5", GuardCode.SUDDEN_STOP), ("4.99", GuardCode.SICK_DAYS)])
def test_a_plan_that_ends_from_a_high_dose_is_warned_of(last: str, code: GuardCode) -> None:
    (finding,) = planned(record(prednisolone()), (28, "10"), (56, last), (84, "0"))
    assert finding.code is code
    assert "planned to stop on 25-Mar-2024" in finding.text


def test_a_plan_that_does_not_end_says_nothing() -> None:
    assert planned(record(prednisolone()), (28, "10")) == ()


@pytest.mark.parametrize(("day", "count"), [(21, 0), (22, 1)])
def test_a_plan_to_stop_at_once(day: int, count: int) -> None:
    assert len(planned(record(prednisolone()), (day, "0"))) == count
