"""An item recorded as not needed: left off the list with its reason, until its day or until something new asks."""

from datetime import timedelta

import pytest

from monitoring.rules.calendar import calendar
from monitoring.rules.findings import WaivedFinding
from monitoring.rules.record import MonitoringRecord, Waiver
from regimens.rules.vocabulary import Frequency
from tests.monitoring.rules.builders import after, bloods, course, dose, due_day, findings, infusion, protocol, record

WEEKLY = Frequency.ONCE_WEEKLY


def waiver(item: str, made: int, until: int | None = None) -> Waiver:
    return Waiver("w1", item, after(made), "had it at the other clinic", until=None if until is None else after(until))


def waived(one: MonitoringRecord, item: str, day: int) -> WaivedFinding | None:
    return next((found for found in findings(one, day).waived if found.item == item), None)


def test_what_is_done_once_is_not_needed_for_as_long_as_the_drug_is_taken() -> None:
    one = record(course("azathioprine"), waivers=(waiver("tpmt", 3),))
    assert due_day(one, "tpmt", 2) == 0
    for day in (3, 4000):
        assert due_day(one, "tpmt", day) is None
        found = waived(one, "tpmt", day)
        assert found is not None
        assert (found.until, found.due_on, found.name) == (None, after(0), "TPMT (wait for the result)")
        assert found.reason.text == "Not needed, for as long as nothing new asks for it: had it at the other clinic"
        assert [fact.kind for predicate in found.reason.predicates for fact in predicate.facts] == ["not_needed"]


def test_another_course_asks_anew_and_an_increase_does_not_ask_for_a_baseline_again() -> None:
    given = waiver("chest_imaging", 3)
    raised = course("methotrexate", dose(0, "10", WEEKLY), dose(30, "15", WEEKLY))
    assert due_day(record(raised, waivers=(given,)), "chest_imaging", 40) is None
    again = course("methotrexate", start=30, id="second")
    assert due_day(record(course("methotrexate", stop=20), again, waivers=(given,)), "chest_imaging", 40) == 30


@pytest.mark.parametrize(("day", "due"), [(13, 14), (14, None), (27, None), (28, 28), (60, 28)])
def test_what_repeats_comes_back_one_interval_after_it_was_recorded(day: int, due: int | None) -> None:
    one = record(course("methotrexate"), results=bloods(0), waivers=(waiver("albumin", 14),))
    assert due_day(one, "albumin", day) == due
    found = waived(one, "albumin", day)
    assert (found is None) == (due is not None)
    if found is not None:
        assert found.until == after(28)
        assert "02-Feb-2026 (one interval after it was recorded)" in found.reason.text
        assert found.due_on == after(14)


def test_what_was_decided_against_is_not_counted_as_missed() -> None:
    one = record(course("methotrexate"), results=bloods(0), waivers=(waiver("albumin", 14, until=50),))
    back = next(due for due in findings(one, 55).due if due.item == "albumin")
    assert (back.due_on, back.days_overdue, back.driver.due_on) == (after(50), 5, after(50))
    assert "as not needed until 24-Feb-2026" in back.driver.reason.text
    assert back.driver.interval_days == 14


def test_a_day_is_kept_to_and_a_look_due_after_it_is_untouched() -> None:
    one = record(course("methotrexate"), results=bloods(0), waivers=(waiver("albumin", 2, until=14),))
    assert due_day(one, "albumin", 5) == 14
    assert waived(one, "albumin", 5) is None


def test_a_dose_increase_or_a_further_infusion_spends_it() -> None:
    raised = course("methotrexate", dose(0, "10", WEEKLY), dose(20, "15", WEEKLY))
    given = (waiver("albumin", 14, until=90),)
    assert due_day(record(raised, results=bloods(0), waivers=given), "albumin", 19) is None
    assert due_day(record(raised, results=bloods(0), waivers=given), "albumin", 20) == 14
    lowered = course("methotrexate", dose(0, "10", WEEKLY), dose(20, "7.5", WEEKLY))
    assert due_day(record(lowered, results=bloods(0), waivers=given), "albumin", 25) is None
    pulses = course("cyclophosphamide", infusions=(infusion(0), infusion(28)))
    nadir = (waiver("full_blood_count", 10, until=90),)
    assert due_day(record(pulses, results=bloods(0), waivers=nadir), "full_blood_count", 27) is None
    assert due_day(record(pulses, results=bloods(0), waivers=nadir), "full_blood_count", 28) is not None


def test_a_baseline_that_is_not_needed_leaves_what_repeats() -> None:
    one = record(course("methotrexate"), waivers=(waiver("albumin", 1),))
    assert due_day(one, "albumin", 0) == 0
    assert due_day(one, "albumin", 1) is None
    assert due_day(one, "albumin", 15) == 15  # one interval after day 1, since the repeated one was due on day 14
    assert waived(one, "albumin", 15) is None


def test_another_item_and_another_occasion_are_not_touched() -> None:
    one = record(course("methotrexate"), results=bloods(0), waivers=(waiver("albumin", 14),))
    assert due_day(one, "kidney_function", 20) == 14
    assert (
        due_day(record(course("methotrexate"), results=bloods(0), waivers=(waiver("nonsense", 14),)), "albumin", 20)
        == 14
    )


def test_the_calendar_brings_it_back_on_its_day() -> None:
    one = record(course("methotrexate"), results=bloods(0), waivers=(waiver("albumin", 14),))
    shown = calendar(one, protocol(), after(15), after(60))
    days = [visit.on for visit in shown.visits if "albumin" in {item.item for item in visit.items}]
    assert days == [after(28), after(42)]
    assert [visit.on - after(0) for visit in shown.visits][0] == timedelta(15)
