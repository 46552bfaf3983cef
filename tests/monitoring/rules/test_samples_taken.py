"""A sample on its way: the item waits for its result, until it is back or does not come."""

from decimal import Decimal

import pytest

from monitoring.rules.calendar import calendar
from monitoring.rules.findings import DueFinding, DueStatus
from monitoring.rules.record import MonitoringRecord, SampleTaken
from regimens.rules.vocabulary import Frequency
from tests.monitoring.rules.builders import (
    after,
    bloods,
    course,
    done,
    dose,
    finding,
    infusion,
    protocol,
    record,
    result,
)


def taken(item: str, day: int, until: int) -> SampleTaken:
    return SampleTaken(f"{item}-{day}", item, after(day), after(until))


def found(one: MonitoringRecord, item: str, day: int) -> DueFinding:
    due = finding(one, item, day)
    assert due is not None
    return due


@pytest.mark.parametrize(
    ("day", "status", "late"),
    [
        (15, DueStatus.DUE, 0),
        (16, DueStatus.WAITING, 0),
        (22, DueStatus.WAITING, 8),
        (23, DueStatus.OVERDUE, 9),
    ],
)
def test_it_waits_from_the_day_it_was_taken_to_before_its_end(day: int, status: DueStatus, late: int) -> None:
    one = record(course("methotrexate"), results=bloods(0), samples_taken=(taken("albumin", 16, 23),))
    due = found(one, "albumin", day)
    assert (due.status, due.days_overdue, due.due_on) == (status, late, after(14))
    waits = status is DueStatus.WAITING
    assert (due.sample_taken_on, due.waiting_until) == ((after(16), after(23)) if waits else (None, None))
    assert found(one, "kidney_function", day).status is not DueStatus.WAITING


@pytest.mark.parametrize(("sampled", "due_on", "waits"), [(15, 29, True), (16, 30, False), (17, 31, False)])
def test_a_result_sampled_on_that_day_or_later_ends_the_wait(sampled: int, due_on: int, waits: bool) -> None:
    rows = [*bloods(0), *done("albumin", sampled)]
    due = found(record(course("methotrexate"), results=rows, samples_taken=(taken("albumin", 16, 60),)), "albumin", 29)
    assert due.due_on == after(due_on)
    assert (due.status is DueStatus.WAITING) == waits


def test_a_sample_taken_before_it_is_due_shows_nothing_until_it_is_due_soon() -> None:
    one = record(course("methotrexate"), results=bloods(0), samples_taken=(taken("albumin", 3, 20),))
    assert found(one, "albumin", 6).status is DueStatus.NOT_DUE
    assert found(one, "albumin", 7).status is DueStatus.WAITING


def test_a_baseline_sample_taken_before_the_start_is_waited_for() -> None:
    one = record(course("azathioprine"), samples_taken=(taken("tpmt", -3, 10),))
    assert found(one, "tpmt", 0).status is DueStatus.WAITING


@pytest.mark.parametrize(("day", "status"), [(199, DueStatus.DUE), (200, DueStatus.WAITING), (205, DueStatus.WAITING)])
def test_a_sample_taken_before_the_increase_that_asks_answers_nothing(day: int, status: DueStatus) -> None:
    weekly = Frequency.ONCE_WEEKLY
    raised = course("methotrexate", dose(0, "10", weekly), dose(200, "15", weekly))
    looks = bloods(0, 14, 28, 42, 70, 98, 126)
    due = found(record(raised, results=looks, samples_taken=(taken("albumin", day, 300),)), "albumin", 214)
    assert (due.due_on, due.status) == (after(210), DueStatus.WAITING)
    late = [*bloods(0, 14, 28, 42, 70, 98, 126), *bloods(190)]
    due = found(record(raised, results=late, samples_taken=(taken("albumin", day, 300),)), "albumin", 214)
    assert (due.due_on, due.status) == (after(214), status)


def test_a_nadir_count_is_not_answered_by_a_sample_of_before_the_pulse() -> None:
    pulse = course("cyclophosphamide", infusions=(infusion(0), infusion(28)))
    rows = record(pulse, results=bloods(0, 10), samples_taken=(taken("full_blood_count", 27, 60),))
    assert found(rows, "full_blood_count", 38).status is DueStatus.DUE
    rows = record(pulse, results=bloods(0, 10), samples_taken=(taken("full_blood_count", 38, 60),))
    assert found(rows, "full_blood_count", 39).status is DueStatus.WAITING


def test_a_level_that_came_back_and_is_no_trough_is_no_longer_on_its_way() -> None:
    one = course("tacrolimus", dose(0, "2", Frequency.TWICE_DAILY))
    level = result("tacrolimus_level", 7, "8", hours_after_dose=Decimal(3))
    waiting = record(one, samples_taken=(taken("tacrolimus_trough", 7, 30),))
    assert found(waiting, "tacrolimus_trough", 8).status is DueStatus.WAITING
    back = record(one, results=[level], samples_taken=(taken("tacrolimus_trough", 7, 30),))
    due = found(back, "tacrolimus_trough", 8)
    assert (due.status, due.due_on) == (DueStatus.DUE, after(7))


def test_of_two_samples_the_one_expected_last_is_waited_for() -> None:
    rows = (taken("albumin", 14, 30), taken("albumin", 16, 22))
    due = found(record(course("methotrexate"), results=bloods(0), samples_taken=rows), "albumin", 18)
    assert (due.sample_taken_on, due.waiting_until) == (after(14), after(30))


def test_the_calendar_takes_samples_on_their_way_to_come_back() -> None:
    rows = record(course("methotrexate"), results=bloods(0), samples_taken=(taken("albumin", 14, 23),))
    shown = calendar(rows, protocol(), after(15), after(35))
    days = {
        item: [(visit.on - after(0)).days for visit in shown.visits if item in {one.item for one in visit.items}]
        for item in ("albumin", "kidney_function")
    }
    assert days["albumin"] == [28]
    assert days["kidney_function"] == [15, 28]  # the second joins the visit for the albumin
