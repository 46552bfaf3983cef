"""What must be seen: one finding for each value, what was told or missed, when it was entered, and how it climbs."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rules.alerts import climbs, evaluate_alerts, level_at, read_results
from monitoring.rules.findings import AlertFinding
from monitoring.rules.record import MissedVisit, MonitoringRecord, Result, SymptomsTold, TargetRange
from monitoring.rules.vocabulary import AlertGrade, AlertLevel, Symptom
from patients.rules.record import Person
from patients.rules.vocabulary import PatientStatus
from regimens.rules.vocabulary import Frequency
from tests.monitoring.rules.builders import after, course, dose, protocol, record, result

HOURS = {"urgent": (2, 4), "action": (24, 72), "look": (168,)}
OPENED = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # the clocks go forward half an hour later
RANK = list(AlertGrade)


def alerts(found: MonitoringRecord, day: int = 60, entered: dict[str, date] | None = None) -> list[AlertFinding]:
    return list(evaluate_alerts(found, protocol(), after(day), entered=entered))


def one_alert(*results: Result, day: int = 60, **more: Any) -> AlertFinding:
    (found,) = alerts(record(results=list(results), **more), day)
    return found


def test_one_value_raises_one_alert_and_the_strictest_leads() -> None:
    found = one_alert(result("neutrophils", 50, "0.4"))
    assert (found.subject, found.rule_id, found.grade) == (
        "result:neutrophils-50",
        "severe.neutrophils",
        AlertGrade.URGENT,
    )
    assert [reason.rule_id for reason in found.further] == ["bsr_2017.neutrophils"]
    assert found.level is AlertLevel.NURSE


def test_of_equal_grades_what_is_said_for_the_drug_leads() -> None:
    (found,) = alerts(record(course("cyclophosphamide"), results=[result("white_cells", 50, "3.4")]))
    assert found.rule_id == "cyclophosphamide.white_cells"
    assert [reason.rule_id for reason in found.further] == ["bsr_2017.white_cells"]


def test_a_limit_speaks_before_the_trend_that_led_there() -> None:
    rows = [result("platelets", day, value) for day, value in ((0, "300"), (25, "200"), (50, "130"))]
    found = one_alert(*rows)
    assert found.rule_id == "bsr_2017.platelets"
    assert [reason.rule_id for reason in found.further] == ["trend.platelets"]


@pytest.mark.parametrize(("day", "holds"), [(9, False), (10, True), (50, True), (134, True), (135, False)])
def test_a_drugs_band_is_read_while_it_is_taken_and_some_days_after_the_stop(day: int, holds: bool) -> None:
    low = result("neutrophils", day, "1.8")
    found = alerts(record(course("cyclophosphamide", start=10, stop=50), results=[low]), day)
    assert [one.rule_id for one in found] == (["cyclophosphamide.neutrophils"] if holds else [])


def test_a_drug_never_given_has_no_band() -> None:
    never = course("cyclophosphamide", stop=0, never_given=True)
    assert alerts(record(never, results=[result("neutrophils", 0, "1.8")])) == []


def test_a_result_that_no_limit_speaks_about_says_so() -> None:
    found = record(results=[result("ck", 50, "9000"), result("platelets", 50, "250")])
    without, normal = read_results(found, protocol(), after(60), found.results)
    assert (without.limited, without.clear) == (False, False)
    assert (normal.limited, normal.clear) == (True, True)


@pytest.mark.parametrize("has_range", [True, False])
def test_a_trough_is_clear_only_beside_the_patients_own_range(has_range: bool) -> None:
    found = with_range(level("7"))
    found = found if has_range else replace(found, target_ranges=())
    (reading,) = read_results(found, protocol(), after(60), found.results)
    assert reading.clear is has_range


@pytest.mark.parametrize(("days_ago", "raised"), [(84, True), (85, False)])
def test_what_was_entered_longer_ago_raises_nothing(days_ago: int, raised: bool) -> None:
    low = record(results=[result("platelets", 60 - days_ago, "40")])
    assert bool(alerts(low)) is raised
    entered = {f"result:platelets-{60 - days_ago}": after(60)}
    assert alerts(low, entered=entered)


@pytest.mark.parametrize(("late", "grade"), [(28, AlertGrade.URGENT), (29, AlertGrade.LOOK)])
def test_old_symptoms_entered_late_call_nobody_at_night(late: int, grade: AlertGrade) -> None:
    told = replace(record(), symptoms_told=(SymptomsTold("7", after(0), (Symptom.FEVER,)),))
    (found,) = alerts(told, late, {"contact:7": after(late)})
    assert found.grade is grade
    said = any(f"Entered {late} days after its day" in caveat.text for caveat in found.caveats)
    assert said is (grade is AlertGrade.LOOK)


@pytest.mark.parametrize("late", [28, 29, 84])
def test_the_newest_value_of_a_test_keeps_its_grade_however_late_it_was_entered(late: int) -> None:
    (found,) = alerts(record(results=[result("platelets", 0, "40")]), late, {"result:platelets-0": after(late)})
    assert found.grade is AlertGrade.URGENT


def test_a_sample_that_gave_no_number_is_not_newer() -> None:
    rows = [result("platelets", 0, "40"), result("platelets", 10, text="clotted")]
    found = alerts(record(results=rows), 40, {"result:platelets-0": after(40)})
    assert found[0].subject == "result:platelets-0"
    assert found[0].grade is AlertGrade.URGENT


def test_a_corrected_value_counts_as_entered_when_the_first_one_was() -> None:
    rows = [result("platelets", 0, "40"), result("platelets", 10, "250")]
    entered = {"result:platelets-0": after(60)}
    assert alerts(record(results=rows), 60, entered) == []
    first = {"result:platelets-0": after(1)}
    (found,) = evaluate_alerts(record(results=rows), protocol(), after(60), entered=entered, first_entered=first)
    assert found.grade is AlertGrade.URGENT


@pytest.mark.parametrize(("late", "subjects"), [(28, {"0", "10"}), (29, {"10"})])
def test_of_a_history_entered_at_once_the_newest_of_each_test_is_looked_at(late: int, subjects: set[str]) -> None:
    rows = [result("platelets", 0, "40"), result("platelets", 10, "40")]
    entered = {f"result:platelets-{day}": after(late) for day in (0, 10)}
    found = alerts(record(results=rows), 60, entered)
    assert {one.subject.rpartition("-")[2] for one in found} == subjects


def test_nothing_after_the_day_is_seen() -> None:
    assert alerts(record(results=[result("platelets", 61, "40")])) == []
    assert alerts(replace(record(), symptoms_told=(SymptomsTold("1", after(61), (Symptom.FEVER,)),))) == []


def test_nothing_is_raised_of_somebody_who_died() -> None:
    died = Person("p1", status=PatientStatus.DECEASED, status_on=after(55))
    assert alerts(record(results=[result("platelets", 50, "40")], person=died)) == []


@pytest.mark.parametrize(("missed", "raised"), [(2, False), (3, True)])
def test_more_than_two_missed_visits_go_to_the_doctors(missed: int, raised: bool) -> None:
    visits = tuple(MissedVisit(str(number), after(40 + number)) for number in range(missed))
    found = alerts(replace(record(course("methotrexate")), missed_visits=visits))
    assert [(one.subject, one.level, one.grade) for one in found] == (
        [("contact:2", AlertLevel.DOCTOR, AlertGrade.ACTION)] if raised else []
    )


def level(value: str, hours: str = "12", **more: Any) -> Result:
    return result("tacrolimus_level", 50, value, hours_after_dose=Decimal(hours), **more)


def with_range(*results: Result, low: str = "5", high: str = "10", unit: str = "ng/mL") -> MonitoringRecord:
    taken = course("tacrolimus", dose(0, "2", Frequency.TWICE_DAILY))
    ranges = (TargetRange("1", "tacrolimus_level", after(0), Decimal(low), Decimal(high), unit),)
    return replace(record(taken, results=list(results)), target_ranges=ranges)


@pytest.mark.parametrize(
    ("value", "grade"),
    [
        ("4.9", AlertGrade.LOOK),
        ("5", None),
        ("10", None),
        ("10.1", AlertGrade.ACTION),
    ],
)
def test_a_trough_beside_the_patients_own_range(value: str, grade: AlertGrade | None) -> None:
    assert [one.grade for one in alerts(with_range(level(value)))] == ([] if grade is None else [grade])


def test_a_level_is_compared_in_its_own_unit() -> None:
    assert [one.grade for one in alerts(with_range(level("11", unit="ug/L")))] == [AlertGrade.ACTION]


@pytest.mark.parametrize(
    ("comparator", "value", "grade"),
    [
        ("<", "5", AlertGrade.LOOK),
        ("<", "4", AlertGrade.LOOK),
        (">", "10", AlertGrade.ACTION),
        (">", "8", AlertGrade.LOOK),
    ],
)
def test_a_level_reported_as_a_bound(comparator: str, value: str, grade: AlertGrade) -> None:
    (found,) = alerts(with_range(level(value, comparator=comparator)))
    assert found.grade is grade
    assert ("cannot be told" in found.text) is ((comparator, value) == (">", "8"))


@pytest.mark.parametrize("hours", ["10.9", "13.1"])
def test_a_level_that_is_no_trough_raises_nothing_and_says_so(hours: str) -> None:
    found = with_range(level("30", hours))
    assert alerts(found) == []
    (reading,) = read_results(found, protocol(), after(60), found.results)
    assert "not counted as a trough" in reading.note


def test_a_level_without_a_range_or_a_course_raises_nothing() -> None:
    assert alerts(replace(with_range(level("30")), target_ranges=())) == []
    stopped = replace(with_range(level("30")), treatment=record().treatment)
    assert alerts(stopped) == []


def test_a_range_holds_from_its_day() -> None:
    later = TargetRange("2", "tacrolimus_level", after(51), Decimal(15), Decimal(20), "ng/mL")
    found = with_range(level("12"))
    assert [one.grade for one in alerts(replace(found, target_ranges=(*found.target_ranges, later)))] == [
        AlertGrade.ACTION
    ]


def test_levels_of_different_brands_are_not_compared() -> None:
    before = result("tacrolimus_level", 20, "9", id="before", brand="Prograf", hours_after_dose=Decimal(12))
    (found,) = alerts(with_range(before, level("12", brand="Adoport")))
    assert "the two are not compared" in found.caveats[0].text


# grade, hours since it was opened, whom it waits for
LEVELS = [
    ("urgent", "1.99", AlertLevel.NURSE),
    ("urgent", "2", AlertLevel.DOCTOR),
    ("urgent", "3.99", AlertLevel.DOCTOR),
    ("urgent", "4", AlertLevel.LEAD),
    ("action", "23.99", AlertLevel.NURSE),
    ("action", "24", AlertLevel.DOCTOR),
    ("action", "72", AlertLevel.LEAD),
    ("look", "167.99", AlertLevel.NURSE),
    ("look", "168", AlertLevel.DOCTOR),
    ("look", "100000", AlertLevel.DOCTOR),
    ("urgent", "-5", AlertLevel.NURSE),
]


def moment(hours: str) -> datetime:
    return OPENED + timedelta(seconds=int(Decimal(hours) * 3600))


@pytest.mark.parametrize(("grade", "hours", "level"), LEVELS)
def test_both_sides_of_each_climb(grade: str, hours: str, level: AlertLevel) -> None:
    now = moment(hours)
    assert level_at(AlertGrade(grade), OPENED, False, now, HOURS) is level
    assert level_at(AlertGrade(grade), OPENED, True, now, HOURS) is AlertLevel.NURSE


@pytest.mark.parametrize(("hours", "level"), [("47.99", AlertLevel.DOCTOR), ("48", AlertLevel.LEAD)])
def test_what_starts_with_the_doctors_has_the_nurses_hours_behind_it(hours: str, level: AlertLevel) -> None:
    assert level_at(AlertGrade.ACTION, OPENED, False, moment(hours), HOURS, AlertLevel.DOCTOR) is level


@given(
    st.sampled_from(list(AlertGrade)),
    st.sampled_from(list(AlertLevel)),
    st.lists(st.integers(-100, 400), min_size=1, max_size=6).map(sorted),
)
def test_climbing_step_by_step_ends_where_climbing_at_once_does(
    grade: AlertGrade, start: AlertLevel, runs: list[int]
) -> None:
    level, since = start, OPENED
    for hours in runs:
        for climb in climbs(grade, since, OPENED + timedelta(hours=hours), HOURS, level):
            assert list(AlertLevel).index(climb.level) > list(AlertLevel).index(level)
            level, since = climb.level, climb.at
    assert level is level_at(grade, OPENED, False, OPENED + timedelta(hours=runs[-1]), HOURS, start)


@given(st.permutations(range(4)))
def test_the_order_of_rows_has_no_meaning(order: list[int]) -> None:
    rows = [
        result("platelets", 10, "300"),
        result("platelets", 20, "200"),
        result("platelets", 30, "100"),
        result("alt", 30, "150"),
    ]
    assert alerts(record(results=[rows[place] for place in order])) == alerts(record(results=rows))


@given(st.decimals("0.01", "5", places=2), st.decimals("0", "1", places=2))
def test_a_strictly_worse_value_never_loses_its_alert(value: Decimal, part: Decimal) -> None:
    before = [result("neutrophils", 10, "5"), result("neutrophils", 30, "3.9")]
    first, second = (
        alerts(record(results=[*before, result("neutrophils", 50, str(one))])) for one in (value, value * part)
    )
    if first:
        assert RANK.index(second[0].grade) <= RANK.index(first[0].grade)
