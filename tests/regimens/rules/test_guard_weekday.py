"""Another weekday of a drug taken once a week: asked once where the two doses lie within 7 days of each other."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel
from regimens.rules.proposals import ChangeDose
from regimens.rules.record import Course, DosePeriod
from regimens.rules.vocabulary import Frequency, Route, Weekday
from tests.regimens.rules.build import course, record
from tests.regimens.rules.guarding import DAILY, WEEKLY, amount, said, start

CHANGED = GuardCode.WEEKDAY_CHANGED
MONDAY = date(2026, 3, 2)
DAYS = list(Weekday)


def weekly(weekday: Weekday | None, from_on: date, milligrams: str = "10", frequency: Frequency = WEEKLY) -> DosePeriod:
    return replace(amount(milligrams, frequency, weekday=weekday), from_on=from_on)


def taken(*doses: DosePeriod, drug: str = "methotrexate", stop_on: date | None = None) -> Course:
    begun = replace(course(drug, 0), start_on=MONDAY - timedelta(days=70), stop_on=stop_on)
    return replace(begun, doses=doses)


def asked(of: Course, new: DosePeriod) -> list[GuardFinding]:
    change = ChangeDose(course=of.id, on=new.from_on, dose=new)
    return [finding for finding in said(change, record(of)) if finding.code is CHANGED]


EVERY_MONDAY = weekly(Weekday.MONDAY, MONDAY - timedelta(days=70))


def test_two_days_later_is_said_with_the_day_from_which_it_is_safe() -> None:
    (found,) = asked(taken(EVERY_MONDAY), weekly(Weekday.WEDNESDAY, date(2026, 3, 3)))
    assert found.level is GuardLevel.WARN
    assert found.text == (
        "methotrexate: on Wednesday instead of Monday: the last dose on Monday falls on 02-Mar-2026 and the first on "
        "Wednesday on 04-Mar-2026, 2 days later; two doses within 7 days are one too many. The new weekday is safe "
        "from 09-Mar-2026 on: the first Wednesday is then 11-Mar-2026"
    )
    assert found.facts


@pytest.mark.parametrize(
    ("from_on", "days"),
    [
        (date(2026, 3, 2), None),  # the Monday itself is left out: 23-Feb to 04-Mar
        (date(2026, 3, 3), 2),
        (date(2026, 3, 4), 2),
        (date(2026, 3, 5), None),  # the Wednesday has passed: 02-Mar to 11-Mar
        (date(2026, 3, 9), None),
        (date(2026, 3, 10), 2),
    ],
)
def test_the_first_day_of_the_new_dose_decides(from_on: date, days: int | None) -> None:
    found = asked(taken(EVERY_MONDAY), weekly(Weekday.WEDNESDAY, from_on))
    assert [f", {days} days later" in one.text for one in found] == ([] if days is None else [True])


def test_one_day_is_one_day() -> None:
    (found,) = asked(taken(EVERY_MONDAY), weekly(Weekday.TUESDAY, date(2026, 3, 3)))
    assert "1 day later" in found.text


@given(old=st.sampled_from(DAYS), new=st.sampled_from(DAYS), ahead=st.integers(1, 20))
def test_it_is_said_exactly_within_seven_days_and_the_safe_day_it_names_is_silent(
    old: Weekday, new: Weekday, ahead: int
) -> None:
    on_day = MONDAY + timedelta(days=ahead)
    before = taken(weekly(old, MONDAY - timedelta(days=70)))
    last = max(d for d in (on_day - timedelta(days=n) for n in range(1, 8)) if DAYS[d.weekday()] is old)
    first = min(d for d in (on_day + timedelta(days=n) for n in range(7)) if DAYS[d.weekday()] is new)
    found = asked(before, weekly(new, on_day))
    assert bool(found) is (old is not new and (first - last).days < 7)
    if found:
        safe = last + timedelta(days=7)
        assert f"safe from {safe:%d-%b-%Y}" in found[0].text
        assert asked(before, weekly(new, safe)) == []


def test_the_weekday_that_stays_is_not_asked_about_nor_one_that_is_not_recorded_now() -> None:
    assert asked(taken(EVERY_MONDAY), weekly(Weekday.MONDAY, date(2026, 3, 3), "15")) == []
    assert asked(taken(EVERY_MONDAY), weekly(None, date(2026, 3, 3))) == []


def test_a_weekday_so_far_unknown_is_said_to_be_unknown() -> None:
    unknown = taken(weekly(None, MONDAY - timedelta(days=70)))
    (found,) = asked(unknown, weekly(Weekday.WEDNESDAY, date(2026, 3, 3)))
    assert "the weekday so far is not recorded" in found.text
    lately = taken(EVERY_MONDAY, weekly(None, date(2026, 3, 4)))
    assert "not recorded" in asked(lately, weekly(Weekday.FRIDAY, date(2026, 3, 6)))[0].text


def test_the_dose_before_the_last_counts_where_the_last_was_not_taken_yet() -> None:
    moved = taken(EVERY_MONDAY, weekly(Weekday.SATURDAY, date(2026, 3, 3)))
    (found,) = asked(moved, weekly(Weekday.FRIDAY, date(2026, 3, 5)))
    assert "the last dose on Monday falls on 02-Mar-2026" in found.text
    assert "4 days later" in found.text


def test_it_holds_for_every_weekly_drug_and_not_for_a_daily_dose_before() -> None:
    change = weekly(Weekday.WEDNESDAY, date(2026, 3, 3), "125")
    assert asked(taken(weekly(Weekday.MONDAY, MONDAY, "125"), drug="abatacept"), change)
    assert asked(taken(weekly(None, MONDAY, frequency=DAILY)), change) == []


@pytest.mark.parametrize(("stop_on", "is_asked"), [(date(2026, 3, 3), True), (date(2026, 3, 2), False)])
def test_a_start_after_a_stop_is_asked_about_as_well(stop_on: date, is_asked: bool) -> None:
    before = taken(EVERY_MONDAY, stop_on=stop_on)
    again = start("methotrexate", weekly(Weekday.WEDNESDAY, date(2026, 3, 3)), route=Route.SUBCUTANEOUS)
    found = said(again, record(before))
    assert (CHANGED in {finding.code for finding in found}) is is_asked
    assert CHANGED not in {finding.code for finding in said(again, record())}


def test_days_at_the_ends_of_the_calendar_raise_nothing() -> None:
    for day in (date.min, date.max):
        assert asked(taken(EVERY_MONDAY), weekly(Weekday.WEDNESDAY, day)) == []
