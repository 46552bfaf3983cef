"""The look ahead: the schedule rules run forward, visit by visit."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.rules.assumed import answers, as_planned
from monitoring.rules.calendar import Calendar, CalendarVisit, calendar
from monitoring.rules.findings import ItemKind
from monitoring.rules.record import MonitoringRecord, Snooze
from monitoring.rules.schedule import evaluate
from patients.rules.record import Person
from patients.rules.vocabulary import PatientStatus, Sex
from regimens.rules.vocabulary import Frequency, Route
from tests.monitoring.rules.builders import (
    BLOODS,
    START,
    after,
    bloods,
    course,
    done,
    dose,
    infusion,
    protocol,
    record,
    step,
    weight,
)
from tests.monitoring.rules.test_properties import records

YEAR = 364
WEEKLY_METHOTREXATE = dose(0, "15", Frequency.ONCE_WEEKLY)


def ahead(found: MonitoringRecord, day: int = 0, until: int = YEAR) -> Calendar:
    return calendar(found, protocol(), after(day), after(until))


def days_of(found: Calendar, item: str) -> list[int]:
    return [(visit.on - START).days for visit in found.visits if item in {one.item for one in visit.items}]


def weeks_of(found: Calendar, item: str) -> list[int]:
    days = days_of(found, item)
    assert [day % 7 for day in days] == [0] * len(days)
    return [day // 7 for day in days]


def items_of(visit: CalendarVisit) -> set[tuple[str, str]]:
    return {(one.item, one.occasion) for one in visit.items}


@pytest.mark.parametrize("item", BLOODS)
def test_fresh_methotrexate_follows_the_weeks_that_grampian_prints(item: str) -> None:
    found = ahead(record(course("methotrexate", WEEKLY_METHOTREXATE)), until=600)
    assert weeks_of(found, item) == [0, 2, 4, 6, 10, 14, 18, 30, 42, 54, 66, 78]


def test_ciclosporin_stays_monthly_with_blood_pressure_and_glucose() -> None:
    found = ahead(record(course("ciclosporin", dose(0, "100", Frequency.TWICE_DAILY))))
    monthly = [6 + 4 * number for number in range(12)]
    assert weeks_of(found, "full_blood_count") == [0, 2, 4, *monthly]
    assert weeks_of(found, "glucose") == [2, 4, *monthly]
    assert weeks_of(found, "ciclosporin_trough") == [1, 2, 4, *monthly]


@pytest.mark.parametrize(
    ("drug", "frequency"),
    [
        ("ciclosporin", Frequency.TWICE_DAILY),
        ("tacrolimus", Frequency.TWICE_DAILY),
        ("tacrolimus", Frequency.ONCE_DAILY),
    ],
)
def test_a_trough_is_taken_at_the_time_that_the_dose_asks_for(drug: str, frequency: Frequency) -> None:
    found = ahead(record(course(drug, dose(0, "2", frequency))), until=70)
    assert weeks_of(found, f"{drug}_trough") == [1, 2, 4, 6, 10]
    assert found.notes == ()
    later = [one for visit in found.visits for one in visit.items if one.kind is ItemKind.TROUGH]
    assert {one.detail for one in later} == {""}


def test_what_is_needed_twice_waits_for_its_days_between() -> None:
    pressure = ahead(record(course("ciclosporin", dose(0, "100", Frequency.TWICE_DAILY))), until=13)
    assert days_of(pressure, "blood_pressure") == [0, 1]
    pregnancy = ahead(record(course("mycophenolate_mofetil", dose(0, "500", Frequency.TWICE_DAILY))), until=13)
    assert days_of(pregnancy, "pregnancy_test") == [0, 8]
    assert pregnancy.notes == ()


def test_immunoglobulin_every_four_weeks_on_two_to_five_consecutive_days() -> None:
    given = record(course("normal_immunoglobulin", infusions=(infusion(0, days=2),)))
    found = ahead(given, day=1)
    assert [(one.first_on - START).days for one in found.infusion_days] == [28 * number for number in range(1, 14)]
    assert {(one.fewest_days, one.most_days) for one in found.infusion_days} == {(2, 5)}
    first = found.infusion_days[0]
    assert (first.drug_name, first.last_on) == ("normal immunoglobulin human", after(32))
    # Three cycles after the one on the day of a review, and four weeks on.
    assert weeks_of(found, "immunoglobulin_review") == [12, 28, 44]


def test_a_course_given_under_the_skin_has_no_infusion_days() -> None:
    assert ahead(record(course("normal_immunoglobulin", route=Route.SUBCUTANEOUS))).infusion_days == ()


def test_rituximab_is_repeated_and_followed() -> None:
    found = ahead(record(course("rituximab", infusions=(infusion(0), infusion(14)))), day=15)
    assert [(one.first_on - START).days for one in found.infusion_days] == [168, 168 + 14, 336, 336 + 14]
    assert {(one.fewest_days, one.most_days) for one in found.infusion_days} == {(1, 1)}
    assert days_of(found, "crp") == [15, 28, 168 + 28, 336 + 28]  # 4 weeks after each course
    assert days_of(found, "rituximab_review") == [112, 168 + 112]


def test_pulses_that_no_protocol_plans_are_named() -> None:
    found = ahead(record(course("cyclophosphamide", route=Route.INTRAVENOUS, infusions=(infusion(0),))), day=1)
    assert days_of(found, "urinalysis") == [1, 10]
    assert [note.rule_id for note in found.notes] == ["monitoring.open_ended"]
    assert "when the next pulse is given is a clinical decision" in found.notes[0].text
    by_mouth = ahead(record(course("cyclophosphamide", route=Route.ORAL)), day=1)
    assert by_mouth.notes == ()
    stopped = record(course("cyclophosphamide", route=Route.INTRAVENOUS, infusions=(infusion(0),), stop=1))
    assert [note.rule_id for note in ahead(stopped, day=1).notes] == ["monitoring.stopped"]


def test_a_taper_is_followed_step_by_step_to_its_end() -> None:
    steps = (step(42, "30"), step(70, "10"), step(98, "0"))
    found = ahead(record(course("prednisolone", dose(0, "40"), taper=steps)))
    assert days_of(found, "taper_checkpoint") == [42, 70, 98]
    assert [(one.on - START).days for one in found.taper_steps] == [42, 70, 98]
    assert [one.text for one in found.taper_steps][1:] == [
        "planned taper: 10 mg a day from 16-Mar-2026",
        "planned taper: stop on 13-Apr-2026",
    ]
    assert max(visit.on for visit in found.visits) == after(98)


def test_a_taper_that_keeps_a_dose_is_followed_beyond_its_last_step() -> None:
    found = ahead(record(course("prednisolone", dose(0, "40"), taper=(step(42, "30"), step(70, "10")))), until=130)
    assert days_of(found, "taper_checkpoint") == [42, 70, 98, 126]


def test_a_lower_dose_from_the_taper_ends_what_only_a_high_dose_asks_for() -> None:
    high = course("prednisolone", dose(0, "40"))
    assert "bone_density" in {item for visit in ahead(record(high)).visits for item, _ in items_of(visit)}
    tapered = replace(high, taper=(step(56, "2.5"),))
    assert "bone_density" not in {item for visit in ahead(record(tapered)).visits for item, _ in items_of(visit)}


def test_a_dose_recorded_for_the_day_of_a_step_stands() -> None:
    planned = course("prednisolone", dose(0, "40"), dose(42, "25"), taper=(step(42, "30"), step(70, "10")))
    taken = as_planned(record(planned), START).treatment.courses[0]
    assert [(period.from_on, period.amount) for period in taken.doses] == [
        (after(0), Decimal(40)),
        (after(42), Decimal(25)),
        (after(70), Decimal(10)),
    ]


@pytest.mark.parametrize(
    "fields", [{"never_given": True}, {"stop": 42}, {"start": 43}], ids=["never given", "stopped", "not begun"]
)
def test_steps_outside_the_course_are_not_ahead(fields: dict[str, Any]) -> None:
    found = ahead(record(course("prednisolone", taper=(step(42, "30"),), **fields)))
    assert found.taper_steps == ()


def test_steps_before_the_first_day_and_after_the_last_are_left_out() -> None:
    steps = (step(41, "30"), step(42, "20"), step(70, "10"), step(71, "5"))
    found = ahead(record(course("prednisolone", dose(0, "40"), taper=steps)), day=42, until=70)
    assert [(one.on - START).days for one in found.taper_steps] == [42, 70]


def test_a_planned_stop_comes_the_day_after_the_step_to_nothing_unless_one_is_recorded_before() -> None:
    planned = course("prednisolone", dose(0, "5"), taper=(step(42, "0"),))
    assert as_planned(record(planned), START).treatment.courses[0].stop_on == after(43)
    stopped = replace(planned, stop_on=after(43))
    followed = as_planned(record(stopped), START).treatment.courses[0]
    assert (followed.stop_on, followed.stop_reason, len(followed.doses)) == (after(43), None, 2)
    later = replace(planned, stop_on=after(50))
    assert as_planned(record(later), START).treatment.courses[0].stop_on == after(43)


def test_what_is_overdue_is_caught_up_on_the_first_day() -> None:
    found = ahead(record(course("methotrexate", WEEKLY_METHOTREXATE), results=bloods(0)), day=100)
    assert found.visits[0].on == after(100)
    assert {item for item, _ in items_of(found.visits[0])} >= set(BLOODS)
    assert days_of(found, "albumin")[1] == 128  # monthly at that age of the course


def test_what_was_put_off_waits_and_takes_nothing_else_with_it() -> None:
    taken = record(
        course("methotrexate", WEEKLY_METHOTREXATE),
        results=bloods(0),
        snoozes=(Snooze("albumin", after(14), after(30), "away"),),
    )
    found = ahead(taken, day=14, until=60)
    assert days_of(found, "full_blood_count") == [14, 28, 42]
    assert days_of(found, "albumin") == [30, 42]


def test_a_snooze_that_starts_to_hold_before_the_due_day_is_seen() -> None:
    taken = record(
        course("methotrexate", WEEKLY_METHOTREXATE),
        results=bloods(0),
        snoozes=(Snooze("albumin", after(1), after(20), "away"),),
    )
    assert days_of(ahead(taken, day=2, until=27), "albumin") == [20]


def test_a_course_that_begins_or_ends_later_is_followed_from_or_to_that_day() -> None:
    beginning = ahead(record(course("azathioprine", dose(40, "50"), start=40)), until=60)
    assert days_of(beginning, "full_blood_count") == [40, 54]
    assert [note.rule_id for note in beginning.notes] == ["monitoring.not_begun"]
    ending = ahead(record(course("azathioprine", dose(0, "50"), stop=28), results=bloods(0)))
    assert days_of(ending, "full_blood_count") == [14]


def test_an_increase_recorded_ahead_brings_the_first_phase_back() -> None:
    doses = (dose(0, "50"), dose(150, "100"))
    found = ahead(record(course("azathioprine", *doses), results=bloods(0, 14, 28, 42, 70, 98, 126)), day=127)
    assert days_of(found, "albumin")[:4] == [164, 178, 192, 276]


def test_several_drugs_share_visits_and_say_for_whom() -> None:
    found = ahead(
        record(course("methotrexate", WEEKLY_METHOTREXATE), course("azathioprine", dose(0, "50"))), until=YEAR
    )
    counts = [one for visit in found.visits for one in visit.items if one.item == "full_blood_count"]
    assert len(counts) == 9
    assert {(one.drug_name, one.also_for) for one in counts[1:]} == {("azathioprine", ("methotrexate",))}
    assert all(one.reason.rule_id and one.reason.source for one in counts)


def test_the_last_day_is_part_of_the_calendar_and_the_day_after_is_not() -> None:
    taken = record(course("methotrexate", WEEKLY_METHOTREXATE), results=bloods(0))
    assert days_of(ahead(taken, day=1, until=14), "albumin") == [14]
    assert days_of(ahead(taken, day=1, until=13), "albumin") == []


def test_it_says_what_it_assumes_and_what_asks_for_nothing() -> None:
    found = ahead(record(course("folic_acid", dose(0, "5"))))
    assert found.visits == ()
    assert "every result is normal" in found.assumption.text
    assert "05-Jan-2026" in found.assumption.text
    assert [note.rule_id for note in found.notes] == ["monitoring.nothing_needed"]
    assert found.protocol_version == protocol().version


def test_nobody_who_has_left_care_has_a_calendar() -> None:
    gone = Person("p1", date(1980, 1, 1), Sex.FEMALE, status=PatientStatus.DECEASED, status_on=after(-1))
    found = ahead(record(course("methotrexate", WEEKLY_METHOTREXATE), person=gone))
    assert found.visits == ()
    leaving = replace(gone, status_on=after(10))
    assert days_of(ahead(record(course("methotrexate", WEEKLY_METHOTREXATE), person=leaving)), "albumin") == [0]


def test_the_end_of_the_calendar_of_dates_is_no_trap() -> None:
    late = calendar(record(course("methotrexate")), protocol(), date.max - timedelta(20), date.max)
    assert len(late.visits) <= 21
    backwards = ahead(record(course("methotrexate")), day=10, until=9)
    assert (backwards.visits, backwards.infusion_days, backwards.notes) == ((), (), ())


def test_an_assumed_kidney_function_says_nothing_of_egfr() -> None:
    """The eye rule reads the last eGFR; a made-up one must not hide a low one that was measured."""
    low = record(
        course("hydroxychloroquine", dose(0, "200")),
        course("methotrexate", WEEKLY_METHOTREXATE),
        results=[*bloods(0), *done("eye_screening", -400)],
        weights=(weight(0, "80"),),
    )
    (due,) = [one for one in evaluate(low, protocol(), after(14)).due if one.item == "kidney_function"]
    assert [one.analyte for one in answers(due, protocol(), after(14))] == ["creatinine"]


def test_each_item_can_be_answered() -> None:
    """What the protocol asks for is no longer due the day after the calendar's visit, unless it says otherwise."""
    for drug in protocol().drugs:
        for route in (Route.ORAL, Route.INTRAVENOUS):
            found = ahead(record(course(drug, dose(0, "5"), route=route), weights=(weight(0, "70"),)))
            assert [note.text for note in found.notes if note.rule_id == "monitoring.not_placed"] == [], drug


# All that is recorded lies on or before this day, so that nothing but visits changes what is due.
SETTLED = 301
# Items that another item's results answer as well: they may be done before their day without a visit of their own.
_ANALYTES = {item.id: {analyte for way in item.satisfied_by for analyte in way} for item in protocol().items.values()}
SHARED = {
    one
    for one, analytes in _ANALYTES.items()
    if any(one != other and analytes & others for other, others in _ANALYTES.items())
}


@settings(max_examples=40, deadline=None)
@given(records(), st.integers(0, 150))
def test_every_item_due_in_the_time_has_its_visit(found: MonitoringRecord, length: int) -> None:
    found = replace(found, snoozes=())
    from_on, until = after(SETTLED), after(SETTLED + length)
    shown = calendar(found, protocol(), from_on, until)
    assert [visit.on for visit in shown.visits] == sorted({visit.on for visit in shown.visits})
    assert all(from_on <= visit.on <= until and visit.items for visit in shown.visits)
    first_on = {}
    for visit in shown.visits:
        for key in items_of(visit):
            first_on.setdefault(key, visit.on)
    for due in evaluate(found, protocol(), from_on).due:
        day = max(due.due_on, from_on)
        # What follows an infusion counts from the last one, so one that is taken for granted before then moves it on.
        moved = any(each.drug == due.driver.drug and each.first_on <= day for each in shown.infusion_days)
        if day <= until and due.item not in SHARED and not moved:
            assert first_on[due.item, due.occasion] <= day


@settings(max_examples=40, deadline=None)
@given(records(), st.integers(-100, 300))
def test_each_visit_is_the_one_that_the_schedule_gives_on_its_day(found: MonitoringRecord, day: int) -> None:
    found = replace(found, snoozes=())
    shown = calendar(found, protocol(), after(day), after(day + 60))
    lived = as_planned(found, after(day))
    for visit in shown.visits[:1]:
        due = evaluate(lived, protocol(), visit.on).due
        assert items_of(visit) == {(one.item, one.occasion) for one in due if one.visit_on == visit.on}


@settings(max_examples=30, deadline=None)
@given(records(), st.integers(-100, 300), st.integers(0, 100), st.integers(0, 100))
def test_a_longer_calendar_begins_with_the_shorter_one(
    found: MonitoringRecord, day: int, length: int, further: int
) -> None:
    shorter = calendar(found, protocol(), after(day), after(day + length))
    longer = calendar(found, protocol(), after(day), after(day + length + further))
    assert longer.visits[: len(shorter.visits)] == shorter.visits
    assert all(visit.on > after(day + length) for visit in longer.visits[len(shorter.visits) :])


@settings(max_examples=30, deadline=None)
@given(records(), st.randoms(use_true_random=False))
def test_the_order_of_rows_has_no_meaning(found: MonitoringRecord, random: Random) -> None:
    def shuffled(rows: Iterable[object]) -> tuple[Any, ...]:
        listed = list(rows)
        return tuple(random.sample(listed, len(listed)))

    courses = shuffled(
        replace(one, doses=shuffled(one.doses), infusions=shuffled(one.infusions), taper=shuffled(one.taper))
        for one in found.treatment.courses
    )
    treatment = replace(found.treatment, courses=courses)
    other = MonitoringRecord(treatment, shuffled(found.results), shuffled(found.snoozes))
    assert ahead(other, day=100, until=250) == ahead(found, day=100, until=250)
