from dataclasses import replace
from datetime import date

import pytest

from monitoring.rules.findings import DueStatus
from monitoring.rules.record import MonitoringRecord, Result, Snooze
from patients.rules.reasons import RuleKind
from patients.rules.record import PatientRecord, Person
from patients.rules.vocabulary import PatientStatus
from regimens.rules.record import Course, TreatmentRecord
from regimens.rules.vocabulary import Frequency
from tests.monitoring.rules.builders import (
    BLOODS,
    after,
    bloods,
    course,
    done,
    dose,
    due_day,
    finding,
    findings,
    infusion,
    record,
    result,
)

LEFT = [status for status in PatientStatus if status is not PatientStatus.ACTIVE]


@pytest.mark.parametrize("status", LEFT)
def test_who_has_left_care_has_nothing_due_from_that_day(status: PatientStatus) -> None:
    gone = record(course("methotrexate"), person=Person("p", status=status, status_on=after(50)))
    assert findings(gone, 49).due
    found = findings(gone, 50)
    assert (found.due, found.visits) == ((), ())
    assert found.quiet_reasons[0].text == f"Nothing is due: {status.label} on 24-Feb-2026."


@pytest.mark.parametrize("status", LEFT)
def test_left_on_a_day_not_recorded_is_left(status: PatientStatus) -> None:
    found = findings(record(course("methotrexate"), person=Person("p", status=status)), 0)
    assert found.due == ()
    assert "date not recorded" in found.quiet_reasons[0].text


def test_a_course_asks_from_its_start_to_before_its_stop() -> None:
    one = record(course("azathioprine", start=10, stop=100))
    assert findings(one, 9).due == ()
    assert "begins on 15-Jan-2026" in findings(one, 9).quiet_reasons[0].text
    assert findings(one, 10).due
    assert findings(one, 99).due
    assert findings(one, 100).due == ()
    assert "was stopped on 15-Apr-2026" in findings(one, 100).quiet_reasons[0].text


def test_a_course_never_given_asks_for_nothing() -> None:
    one = record(course("azathioprine", never_given=True))
    assert findings(one, 10).due == ()
    assert "never given" in findings(one, 10).quiet_reasons[0].text
    assert findings(one, -1).quiet_reasons == ()


def test_no_drug_and_a_drug_outside_the_catalogue_say_so() -> None:
    assert findings(record(), 0).quiet_reasons[0].text == "Nothing is due: no drug is recorded."
    unknown = findings(record(course("", drug_text="nintedanib")), 0)
    assert unknown.due == ()
    assert "nintedanib is not in the catalogue" in unknown.quiet_reasons[0].text


def test_the_earliest_drug_drives_and_the_others_stay_named() -> None:
    old = course("methotrexate")
    new = course("azathioprine", start=300)
    found = finding(record(old, new, results=bloods(0, 14, 28, 42, 70, 98, 126, 210, 294, 300)), "albumin", 301)
    assert found is not None
    assert (found.due_on, found.driver.drug, found.driver.phase) == (after(314), "azathioprine", "A")
    assert [(other.drug, other.due_on, other.phase) for other in found.other_drivers] == [
        ("methotrexate", after(384), "C")
    ]
    assert [reason.rule_id for reason in found.reasons] == ["azathioprine.bloods", "methotrexate.bloods"]


def test_leflunomide_with_methotrexate_stays_monthly_while_both_are_taken() -> None:
    both = (course("leflunomide"), course("methotrexate", start=100, stop=400))
    results = bloods(0, 14, 28, 42, 70, 98, 100, 114, 128, 142, 170, 198, 226, 254)
    together = finding(record(*both, results=results), "full_blood_count", 260)
    assert together is not None
    assert (together.due_on, together.driver.drug_name) == (after(282), "leflunomide with methotrexate")
    assert due_day(record(*both, results=bloods(254)), "full_blood_count", 400) == 338
    assert due_day(record(both[0], results=results), "full_blood_count", 260) == 338


def test_an_increase_of_either_restarts_the_pair() -> None:
    weekly = Frequency.ONCE_WEEKLY
    both = (course("leflunomide"), course("methotrexate", dose(0, "10", weekly), dose(200, "15", weekly)))
    assert due_day(record(*both, results=bloods(190)), "full_blood_count", 200) == 214


def test_a_result_counts_by_its_sample_and_never_from_the_future() -> None:
    one = course("methotrexate")
    assert due_day(record(one, results=bloods(0, 14)), "albumin", 13) == 14
    assert due_day(record(one, results=bloods(0, 14)), "albumin", 14) == 28


def test_last_done_points_to_the_row() -> None:
    found = finding(record(course("methotrexate"), results=bloods(0)), "full_blood_count", 5)
    assert found is not None
    assert found.last_done_on == after(0)
    assert found.last_done_by is not None
    assert (found.last_done_by.kind, found.last_done_by.id) == ("result", "white_cells-0")
    assert found.last_done_by.label == "full blood count, 05-Jan-2026"


def test_of_two_rows_on_one_day_the_same_is_named_whatever_their_order() -> None:
    twice = [result("albumin", 0, "40", id="b"), result("albumin", 0, "41", id="a")]
    for rows in (twice, twice[::-1]):
        found = finding(record(course("methotrexate"), results=rows), "albumin", 5)
        assert found is not None
        assert found.last_done_by is not None
        assert found.last_done_by.id == "a"


def test_one_course_drives_an_item_once() -> None:
    found = finding(record(course("methotrexate")), "albumin", 5)
    assert found is not None
    assert (found.driver.rule_id, found.other_drivers) == ("conventional.baseline_bloods", ())


@pytest.mark.parametrize(
    ("made", "until", "day", "status"),
    [
        (14, 20, 14, DueStatus.SNOOZED),
        (14, 20, 19, DueStatus.SNOOZED),
        (14, 20, 20, DueStatus.OVERDUE),
        (15, 20, 14, DueStatus.DUE),
    ],
)
def test_a_snooze(made: int, until: int, day: int, status: DueStatus) -> None:
    snooze = Snooze("albumin", after(made), after(until), "patient away")
    found = finding(record(course("methotrexate"), results=bloods(0), snoozes=(snooze,)), "albumin", day)
    assert found is not None
    assert found.status is status
    assert found.days_overdue == (day - 14 if day - 14 > 3 else 0)
    other = finding(record(course("methotrexate"), results=bloods(0), snoozes=(snooze,)), "kidney_function", day)
    assert other is not None
    assert other.status is not DueStatus.SNOOZED


def test_a_snooze_is_spent_once_the_item_was_done() -> None:
    snooze = Snooze("albumin", after(14), after(60), "patient away")
    found = finding(record(course("methotrexate"), results=bloods(0, 20), snoozes=(snooze,)), "albumin", 34)
    assert found is not None
    assert found.status is DueStatus.DUE


def test_items_within_a_few_days_share_a_visit_and_none_is_put_back() -> None:
    results = [*bloods(0), *done("albumin", 5), *done("liver_enzymes", 6)]
    found = findings(record(course("methotrexate"), results=results), 7)
    visits = {one.item: (one.visit_on - after(0)).days for one in found.due if one.item in BLOODS}
    assert visits == {"full_blood_count": 14, "kidney_function": 14, "albumin": 14, "liver_enzymes": 20}
    assert all(one.visit_on <= max(one.due_on, after(7)) for one in found.due)
    assert found.visits[0].on == after(7)
    assert {item for visit in found.visits for item in visit.items} == {one.item for one in found.due}


def test_reasons_name_rule_source_kind_and_version() -> None:
    found = finding(record(course("methotrexate"), results=bloods(0)), "albumin", 5)
    assert found is not None
    reason = found.driver.reason
    assert reason.rule_id == "methotrexate.bloods"
    assert reason.text == "methotrexate, phase A: every 2 weeks"
    assert reason.kind is RuleKind.NATIONAL_GUIDELINE
    assert "Ledingham" in reason.source
    assert reason.protocol_version == "bsr_2017.2, methotrexate 1"
    assert reason.predicates[0].text == "last done on 05-Jan-2026"
    assert reason.predicates[0].facts[0].id == "albumin-0"


def test_odd_records_raise_nothing() -> None:
    courses = (
        course("methotrexate", dose(0, "NaN"), dose(5, "1E+900"), dose(9, "sNaN"), stop=-5, id="a"),
        course("methotrexate", dose(0, "NaN"), dose(5, "1E+900"), dose(9, "sNaN"), id="b"),
        course("prednisolone", dose(-50, "sNaN"), dose(-50, "NaN"), id="c"),
        course("normal_immunoglobulin", infusions=(infusion(-900, days=0), infusion(4, days=-3)), id="d"),
        course("tacrolimus", id="e"),
        course("no such drug", id="f"),
    )
    results = [
        result("alt", 1, "NaN"),
        result("no such analyte", 2, "5"),
        result("tacrolimus_level", 3, "sNaN", comparator="??"),
        result("egfr", 3, "sNaN"),
    ]
    snooze = Snooze("no such item", date.max, date.min, "")
    odd = record(*courses, results=results, snoozes=(snooze,), person=Person("p", born=date.max))
    for day in (-4000, 0, 4000):
        assert findings(odd, day).as_of == after(day)


def test_the_ends_of_the_calendar_raise_nothing() -> None:
    from monitoring.rules.schedule import evaluate
    from tests.monitoring.rules.builders import protocol

    for start in (date.min, date.max):
        courses = tuple(
            course(drug, start=(start - after(0)).days, infusions=(infusion((start - after(0)).days),))
            for drug in protocol().drugs
        )
        found = MonitoringRecord(TreatmentRecord(PatientRecord(Person("p")), courses))
        assert evaluate(found, protocol(), start).due


@pytest.mark.parametrize("made", [29, 30])
def test_a_snooze_made_before_something_new_asks_is_spent(made: int) -> None:
    snooze = Snooze("albumin", after(made), after(200), "patient away")
    rows, weekly = bloods(0, 14, 28), Frequency.ONCE_WEEKLY

    def status(*courses: Course) -> DueStatus:
        found = finding(record(*courses, results=rows, snoozes=(snooze,)), "albumin", 60)
        assert found is not None
        return found.status

    spent = DueStatus.OVERDUE if made < 30 else DueStatus.SNOOZED
    raised = course("methotrexate", dose(0, "10", weekly), dose(30, "15", weekly))
    lowered = course("methotrexate", dose(0, "10", weekly), dose(30, "7.5", weekly))
    assert status(course("methotrexate")) is DueStatus.SNOOZED
    assert status(lowered) is DueStatus.SNOOZED
    assert status(raised) is spent
    assert status(course("methotrexate"), course("azathioprine", start=30)) is spent


def done_on_time(*courses: Course, item: str, looks: int, until: int = 2000) -> list[int]:
    """The days of the looks when every one is done on the day it is due, as `evaluate` says it from day to day."""
    days: list[int] = []
    results: list[Result] = []
    while len(days) < looks:
        start = days[-1] if days else 0
        for day in range(start, until):
            due = due_day(record(*courses, results=results), item, day)
            if due is not None and due <= day:
                break
        days.append(day)
        results += bloods(day)
    return days


@pytest.mark.parametrize("drug", ["methotrexate", "azathioprine", "mycophenolate_mofetil", "leflunomide"])
@pytest.mark.parametrize("item", BLOODS)
def test_without_a_dose_change_the_looks_fall_in_the_weeks_that_grampian_prints(drug: str, item: str) -> None:
    weeks = (0, 2, 4, 6, 10, 14, 18, 30, 42, 54, 66)
    assert done_on_time(course(drug), item=item, looks=11) == [7 * week for week in weeks]


def test_a_decrease_restarts_nothing_and_an_increase_does() -> None:
    weekly = Frequency.ONCE_WEEKLY
    lowered = course("methotrexate", dose(0, "15", weekly), dose(7 * 40, "10", weekly))
    raised = course("methotrexate", dose(0, "10", weekly), dose(7 * 40, "15", weekly))
    usual = [7 * week for week in (0, 2, 4, 6, 10, 14, 18, 30, 42, 54, 66)]
    assert done_on_time(lowered, item="albumin", looks=11) == usual
    # Two-weekly until the dose has been stable for 6 weeks, then the phase that would have applied by then.
    again = [7 * week for week in (0, 2, 4, 6, 10, 14, 18, 30, 42, 44, 46, 58, 70)]
    assert done_on_time(raised, item="albumin", looks=13) == again


def test_leflunomide_with_methotrexate_stays_monthly_with_blood_pressure_and_weight() -> None:
    both = (course("leflunomide"), course("methotrexate"))
    monthly = [0, 14, 28, *range(42, 42 + 28 * 10, 28)]
    assert done_on_time(*both, item="full_blood_count", looks=13) == monthly
    looks = [row for day in monthly for item in (*BLOODS, "blood_pressure", "weight") for row in done(item, day)]
    for item in ("albumin", "blood_pressure", "weight"):
        found = finding(record(*both, results=looks), item, monthly[-1])
        assert found is not None
        assert (found.due_on, found.driver.drug_name) == (after(monthly[-1] + 28), "leflunomide with methotrexate")
        stopped = (replace(both[0], stop_on=after(250)), both[1])
        alone = finding(record(*stopped, results=looks), item, monthly[-1])
        if item == "albumin":
            assert alone is not None
            assert (alone.due_on, alone.driver.drug_name) == (after(monthly[-1] + 84), "methotrexate")
        else:
            assert alone is None  # methotrexate asks for neither once its baseline is done


def test_for_each_test_the_drug_that_needs_it_most_often_drives() -> None:
    both = (course("ciclosporin", dose(0, "100", Frequency.TWICE_DAILY)), course("methotrexate"))
    looks = [
        row for day in (0, 14, 28, 42, 70, 98, 126, 154) for item in (*BLOODS, "glucose") for row in done(item, day)
    ]
    found = {one.item: one for one in findings(record(*both, results=looks), 155).due}
    drives = {item: (found[item].driver.drug, (found[item].due_on - after(0)).days) for item in ("albumin", "glucose")}
    assert drives == {"albumin": ("ciclosporin", 182), "glucose": ("ciclosporin", 182)}
    assert [(other.drug, other.due_on) for other in found["albumin"].other_drivers] == [("methotrexate", after(238))]
    assert found["chest_imaging"].driver.drug == "methotrexate"
