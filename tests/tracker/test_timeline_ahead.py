"""What is entered for a coming day, on the timeline: a flag right of the line of today, and its row."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from regimens.rules.coming import coming_changes
from regimens.rules.record import Course, TaperStep
from regimens.rules.vocabulary import CourseRole, StopReason
from tests.tracker.test_timeline import (
    AS_OF,
    METHOTREXATE,
    NAMES,
    NOTHING_DUE,
    PREDNISOLONE,
    a_record,
    daily,
    lane,
    titled,
)
from tracker.timeline.layout import lay_out
from tracker.timeline.legend import signs_of
from tracker.timeline.marks import Timeline
from tracker.timeline.scale import TimeScale
from tracker.timeline.view import usual

SIGN = "planned-change"
SOON = AS_OF + timedelta(days=10)


def drawn(*courses: Course) -> Timeline:
    record = a_record(*courses)
    timeline = lay_out(record, (), NOTHING_DUE, NAMES, AS_OF, coming=coming_changes(courses, AS_OF))
    assert timeline is not None
    return timeline


def azathioprine(start: date) -> Course:
    return Course("9", "azathioprine", start, CourseRole.IMMUNOSUPPRESSANT, doses=(daily("50", start),))


def test_a_drug_that_is_only_planned_has_a_lane_with_a_flag_and_no_bar() -> None:
    timeline = drawn(METHOTREXATE, azathioprine(SOON))
    (mark,) = lane(timeline, "azathioprine").marks
    assert (mark.x > timeline.now_x, mark.dashed, mark.sign) == (True, True, SIGN)
    assert mark.title == "azathioprine: planned start: 50\u00a0mg once a day, 11-Jun-2026"
    (row,) = mark.rows
    assert (row.from_on, row.kind, row.entry_id, row.value) == (SOON, "course", "9", Decimal(50))
    assert signs_of(timeline.signs)


def test_a_record_that_holds_only_a_plan_is_drawn() -> None:
    timeline = drawn(azathioprine(SOON))
    assert [each.label for each in timeline.lanes] == ["azathioprine"]
    assert timeline.first_on <= AS_OF < SOON <= timeline.last_on


def test_what_is_planned_of_a_drug_that_is_taken_stands_in_its_lane() -> None:
    course = azathioprine(date(2026, 1, 5))
    changed = replace(course, doses=(*course.doses, daily("75", SOON)), stop_on=SOON + timedelta(days=60))
    marks = lane(drawn(replace(changed, stop_reason=StopReason.PLANNED)), "azathioprine").marks
    flags = [mark.rows[0].words for mark in marks if mark.sign == SIGN]
    assert flags == ["planned dose: 75\u00a0mg once a day", "planned stop: planned end of the course"]
    assert {"goes-on", SIGN} == {mark.sign for mark in marks if mark.sign}


@pytest.mark.parametrize(("start", "flags"), [(AS_OF, 0), (AS_OF + timedelta(days=1), 1)])
def test_what_begins_today_is_taken_and_no_plan(start: date, flags: int) -> None:
    marks = lane(drawn(METHOTREXATE, azathioprine(start)), "azathioprine").marks
    assert len([mark for mark in marks if mark.sign == SIGN]) == flags


def test_the_steps_of_a_taper_are_drawn_once() -> None:
    assert not any(mark.sign == SIGN for mark in lane(drawn(PREDNISOLONE), "prednisolone").marks)
    ahead = replace(PREDNISOLONE, start_on=SOON, doses=(), taper=(TaperStep("t", SOON + timedelta(90), Decimal(5)),))
    assert titled(lane(drawn(ahead), "prednisolone"), "planned: 5\u00a0mg a day").sign == SIGN


def test_the_usual_days_hold_the_last_planned_day() -> None:
    young = TimeScale(date(2026, 5, 20), date(2026, 8, 1), 1000)
    planned = AS_OF + timedelta(days=60)
    assert usual(AS_OF, young).last < planned
    assert usual(AS_OF, young, [SOON, planned]).last > planned
