"""The timeline's layout: what is drawn where, and that the table beside it says the same."""

import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from monitoring.rules.findings import (
    DriverFinding,
    DueFinding,
    DueStatus,
    ItemKind,
    MonitoringFindings,
)
from monitoring.rules.record import MonitoringRecord, Result
from patients.rules.reasons import FactReference, Reason, RuleKind
from patients.rules.record import Assessment, Condition, Enzyme, PatientRecord, Person, Weight
from patients.rules.vocabulary import ConditionKind, EnzymeName
from regimens.rules.findings import Phase, SeverityGroup
from regimens.rules.record import Course, DosePeriod, Infusion, Milestone, Outcome, TaperStep, TreatmentRecord
from regimens.rules.vocabulary import (
    CourseRole,
    DoseBasis,
    DoseUnit,
    Frequency,
    MilestoneKind,
    OutcomeKind,
    Route,
    StopReason,
    Weekday,
)
from tracker.timeline.layout import Names, lay_out
from tracker.timeline.marks import Lane, Mark, Shape, Timeline
from tracker.timeline.scale import SHORTEST_SPAN, TimeScale, log_scale, spanning
from tracker.timeline.standing import StandingPeriod, turning_days
from tracker.timeline.steroid import milligrams_a_day
from tracker.timeline.treatment import ROW_HEIGHT, periods, shorter_texts

AS_OF = date(2026, 6, 1)
NAMES = Names(drugs=lambda slug: slug.replace("_", " "), analytes=str.upper)
NOTHING_DUE = MonitoringFindings(AS_OF, "1", (), (), ())


def daily(amount: str, from_on: date, **changes: Any) -> DosePeriod:
    dose = DosePeriod(f"d{from_on}", from_on, Decimal(amount), DoseUnit.MILLIGRAM, frequency=Frequency.ONCE_DAILY)
    return replace(dose, **changes)


PREDNISOLONE = Course(
    "1",
    "prednisolone",
    date(2025, 1, 10),
    CourseRole.CORTICOSTEROID,
    route=Route.ORAL,
    doses=(daily("60", date(2025, 1, 10)), daily("20", date(2025, 7, 1)), daily("7.5", date(2026, 1, 5))),
    taper=(TaperStep("t1", date(2026, 7, 1), Decimal(5)), TaperStep("t2", date(2026, 9, 1), Decimal(0))),
)
METHOTREXATE = Course(
    "2",
    "methotrexate",
    date(2025, 2, 1),
    CourseRole.IMMUNOSUPPRESSANT,
    route=Route.ORAL,
    stop_on=date(2025, 9, 1),
    stop_reason=StopReason.INTOLERANT,
    doses=(
        DosePeriod(
            "m1", date(2025, 2, 1), Decimal("7.5"), DoseUnit.MILLIGRAM, frequency=Frequency.ONCE_WEEKLY,
            weekday=Weekday.MONDAY,
        ),
        DosePeriod("m2", date(2025, 4, 1), Decimal(15), DoseUnit.MILLIGRAM, frequency=Frequency.ONCE_WEEKLY),
    ),
    outcomes=(Outcome("o1", date(2025, 8, 20), OutcomeKind.INTOLERANT, reaction="raised liver enzymes"),),
)  # fmt: skip
IMMUNOGLOBULIN = Course(
    "3",
    "normal_immunoglobulin",
    date(2025, 3, 1),
    CourseRole.IMMUNOGLOBULIN,
    route=Route.INTRAVENOUS,
    infusions=tuple(
        Infusion(f"i{n}", date(2025, 3, 1) + timedelta(weeks=4 * n), 2, Decimal(140), DoseUnit.GRAM) for n in range(6)
    ),
)
ASSESSMENTS = (
    Assessment(
        "a1", date(2025, 1, 8), physician_global=Decimal("7.5"), mmt=Decimal(96), mmt_maximum=150,
        enzymes=(Enzyme(EnzymeName.CK, Decimal(4200), upper_limit=Decimal(200)),),
    ),
    Assessment(
        "a2", date(2025, 10, 8), physician_global=Decimal(2), mmt=Decimal(76), mmt_maximum=80,
        enzymes=(Enzyme(EnzymeName.CK, Decimal(150), upper_limit=Decimal(200)),),
    ),
)  # fmt: skip


def a_record(*courses: Course, results: tuple[Result, ...] = (), **patient: Any) -> MonitoringRecord:
    who = replace(PatientRecord(Person("1")), **patient)
    return MonitoringRecord(TreatmentRecord(who, courses), results)


def drawn(record: MonitoringRecord, as_of: date = AS_OF, monitoring: MonitoringFindings = NOTHING_DUE) -> Timeline:
    timeline = lay_out(record, (), monitoring, NAMES, as_of)
    assert timeline is not None
    return timeline


def lane(timeline: Timeline, label: str) -> Lane:
    return next(lane for lane in timeline.lanes if lane.label == label)


def titled(lane: Lane, words: str) -> Mark:
    return next(mark for mark in lane.marks if words in mark.title)


def a_due_item(due_on: date, status: DueStatus, name: str = "full blood count") -> DueFinding:
    reason = Reason("r", "because", RuleKind.NATIONAL_GUIDELINE, "source", "1")
    driver = DriverFinding(
        "methotrexate", "methotrexate", FactReference("course", "2", "x"), "r", "p", 28, due_on, reason
    )
    days = max((AS_OF - due_on).days, 0)
    return DueFinding(
        name, "", name, ItemKind.TEST, due_on, due_on, status, days, None, None, None, driver, (), "", (reason,)
    )


def test_nothing_recorded_is_no_drawing() -> None:
    assert lay_out(a_record(), (), NOTHING_DUE, NAMES, AS_OF) is None


def test_a_step_of_the_steroid_is_as_high_as_its_dose() -> None:
    steroid = lane(drawn(a_record(PREDNISOLONE)), "prednisolone")
    sixty, twenty = titled(steroid, "60\u00a0mg"), titled(steroid, "20\u00a0mg")
    assert sixty.height == pytest.approx(3 * twenty.height, abs=0.3)
    assert sixty.x + sixty.width == pytest.approx(twenty.x, abs=0.2)
    assert sixty.y + sixty.height == pytest.approx(twenty.y + twenty.height)


def test_the_planned_taper_lies_after_the_day_and_is_said_to_be_planned() -> None:
    timeline = drawn(a_record(PREDNISOLONE))
    planned = titled(lane(timeline, "prednisolone"), "planned: 5")
    assert planned.dashed
    assert float(planned.path[1:].split()[0]) > timeline.now_x


def test_what_happened_after_the_day_is_not_drawn() -> None:
    before = date(2025, 5, 1)
    timeline = drawn(a_record(PREDNISOLONE, METHOTREXATE, assessments=ASSESSMENTS), before)
    methotrexate = lane(timeline, "methotrexate")
    assert not any("not tolerated" in mark.title or "stopped" in mark.title for mark in methotrexate.marks)
    assert any("still taken" in mark.title for mark in methotrexate.marks)
    assert [row.from_on for row in timeline.rows if row.lane == "CK"] == [date(2025, 1, 8)]
    assert not any("since 01-Jul-2025" in mark.title for mark in lane(timeline, "prednisolone").marks)


def test_an_ending_and_its_judgement_have_their_own_days() -> None:
    methotrexate = lane(drawn(a_record(METHOTREXATE)), "methotrexate")
    assert "20-Aug-2025" in titled(methotrexate, "not tolerated (raised liver enzymes)").title
    assert "01-Sep-2025" in titled(methotrexate, "stopped: not tolerated").title
    assert not any("still taken" in mark.title for mark in methotrexate.marks)


def test_weekly_methotrexate_says_its_weekday_or_that_none_is_recorded() -> None:
    words = [row.words for row in drawn(a_record(METHOTREXATE)).rows]
    assert "7.5\u00a0mg once a week, on Monday" in words
    assert "15\u00a0mg once a week, weekday not recorded" in words


def weekly_on_a_bar_of(days: int) -> str:
    """What is written on the bar of a weekly dose that holds so many days of a year."""
    dose = DosePeriod("m", AS_OF - timedelta(days=days), Decimal(15), DoseUnit.MILLIGRAM,
                      frequency=Frequency.ONCE_WEEKLY, weekday=Weekday.MONDAY)  # fmt: skip
    course = replace(METHOTREXATE, start_on=dose.from_on, stop_on=None, doses=(dose,), outcomes=())
    begun = Assessment("a0", AS_OF - timedelta(days=365), mmt=Decimal(70), mmt_maximum=80)
    return titled(lane(drawn(a_record(course, assessments=(begun,))), "methotrexate"), "15\u00a0mg").text


@pytest.mark.parametrize(
    ("days", "written"),
    [(200, "15\u00a0mg once a week, on Monday"), (50, "15\u00a0mg once a week"), (30, "")],
)
def test_the_bar_of_a_weekly_dose_says_once_a_week_or_nothing(days: int, written: str) -> None:
    assert weekly_on_a_bar_of(days) == written


@pytest.mark.parametrize(
    ("frequency", "shorter"),
    [
        (Frequency.ONCE_DAILY, ("2\u00a0mg",)),
        (Frequency.PER_DAY_TOTAL, ("2\u00a0mg",)),
        (Frequency.TWICE_DAILY, ()),
        (Frequency.ALTERNATE_DAYS, ()),
        (Frequency.NOT_RECORDED, ()),
    ],
)
def test_an_amount_stands_alone_only_where_it_is_that_of_a_day(frequency: Frequency, shorter: tuple[str, ...]) -> None:
    assert shorter_texts(daily("2", AS_OF, frequency=frequency)) == shorter


@pytest.mark.parametrize(
    ("frequency", "sign", "written"),
    [
        (Frequency.ONCE_DAILY, "steroid", "40 mg"),
        (Frequency.EVERY_4_WEEKS, "no-daily-dose", "40\u00a0mg every 4 weeks"),
        (Frequency.NOT_RECORDED, "no-daily-dose", "40\u00a0mg, frequency not recorded"),
    ],
)
def test_a_steroid_dose_that_is_no_daily_amount_says_how_often(frequency: Frequency, sign: str, written: str) -> None:
    course = replace(PREDNISOLONE, doses=(daily("40", PREDNISOLONE.start_on, frequency=frequency),), taper=())
    mark = titled(lane(drawn(a_record(course)), "prednisolone"), "40\u00a0mg")
    assert (mark.sign, mark.text) == (sign, written)


def test_a_steroid_dose_that_did_not_stay_so_says_it_on_its_bar() -> None:
    dose = replace(daily("60", PREDNISOLONE.start_on), frequency_text="then tapered to 7.5 mg")
    mark = titled(lane(drawn(a_record(replace(PREDNISOLONE, doses=(dose,), taper=()))), "prednisolone"), "60\u00a0mg")
    assert mark.sign == "steroid"
    assert mark.text == "60\u00a0mg once a day (then tapered to 7.5 mg)"


def test_days_before_the_first_dose_are_drawn_as_dose_not_recorded() -> None:
    course = replace(METHOTREXATE, start_on=date(2025, 1, 1))
    first, *_ = periods(course, AS_OF)
    assert first == (None, date(2025, 1, 1), date(2025, 2, 1))
    assert titled(lane(drawn(a_record(course)), "methotrexate"), "dose not recorded").tone.name == "unknown-dose"


def test_a_drug_never_given_is_a_sign_and_no_bar() -> None:
    course = Course(
        "9", "azathioprine", date(2025, 6, 1), CourseRole.IMMUNOSUPPRESSANT, never_given=True,
        outcomes=(Outcome("o", date(2025, 6, 1), OutcomeKind.DECLINED),),
    )  # fmt: skip
    (mark,) = lane(drawn(a_record(METHOTREXATE, course)), "azathioprine").marks
    assert mark.shape is Shape.PATH
    assert mark.text == "never given: declined by the patient"


RULED_OUT = Course(
    "9", "azathioprine", date(2025, 6, 1), CourseRole.IMMUNOSUPPRESSANT, never_given=True,
    outcomes=(
        Outcome("o2", date(2025, 6, 1), OutcomeKind.CONTRAINDICATED, reason="TPMT absent", reaction="rash before"),
        Outcome("o3", date(2025, 6, 1), OutcomeKind.DECLINED, reason="fears infections"),
        Outcome("o4", date(2025, 12, 1), OutcomeKind.DECLINED, reason="asked again"),
        Outcome("o5", date(2026, 6, 2), OutcomeKind.DECLINED, reason="asked tomorrow"),
    ),
)  # fmt: skip


def test_each_judgement_of_a_drug_never_given_has_its_row_with_its_reason() -> None:
    timeline = drawn(a_record(METHOTREXATE, RULED_OUT))
    found = [row for row in timeline.rows if row.lane == "azathioprine"]
    rows = [(row.kind, row.entry_id, row.from_on, row.words) for row in found]
    assert sorted(rows) == [
        ("course", "9", date(2025, 6, 1), "never given: contraindicated, declined by the patient"),
        ("outcome", "o2", date(2025, 6, 1), "contraindicated (rash before; TPMT absent)"),
        ("outcome", "o3", date(2025, 6, 1), "declined by the patient (fears infections)"),
        ("outcome", "o4", date(2025, 12, 1), "declined by the patient (asked again)"),
    ]
    of_lane = lane(timeline, "azathioprine")
    sign = titled(of_lane, "never given: contraindicated (rash before; TPMT absent), declined by the patient (fears")
    later = titled(of_lane, "declined by the patient (asked again), 01-Dec-2025")
    assert (sign.sign, later.sign) == ("never-given", "judged")


def test_a_judgement_after_the_day_is_not_told_of_a_drug_never_given() -> None:
    timeline = drawn(a_record(METHOTREXATE, RULED_OUT), date(2025, 11, 30))
    assert {row.entry_id for row in timeline.rows if row.kind == "outcome"} == {"o1", "o2", "o3"}


def test_a_corticosteroid_ruled_out_beside_one_taken_is_told() -> None:
    course = replace(RULED_OUT, drug="prednisolone", role=CourseRole.CORTICOSTEROID, route=Route.ORAL)
    timeline = drawn(a_record(PREDNISOLONE, course))
    told = {(row.kind, row.entry_id) for row in timeline.rows if row.lane == "prednisolone"}
    assert {("course", "9"), ("outcome", "o2"), ("outcome", "o3"), ("outcome", "o4")} <= told


def test_a_bar_keeps_clear_of_the_judgements_of_a_drug_never_given() -> None:
    later = replace(METHOTREXATE, drug="azathioprine", start_on=date(2025, 11, 1), stop_on=None, doses=(), outcomes=())
    of_lane = lane(drawn(a_record(RULED_OUT, later)), "azathioprine")
    (bar,) = (mark for mark in of_lane.marks if mark.shape is Shape.RECT and mark.rows)
    assert bar.y > titled(of_lane, "asked again").y + ROW_HEIGHT / 2


def test_infusions_are_ticks_with_their_amount() -> None:
    ivig = lane(drawn(a_record(IMMUNOGLOBULIN)), "normal immunoglobulin")
    ticks = [mark for mark in ivig.marks if "infusion over 2 days, 140\u00a0g" in mark.title]
    assert len(ticks) == 6
    assert len({mark.x for mark in ticks}) == 6


def test_courses_of_one_drug_share_a_lane() -> None:
    again = replace(METHOTREXATE, id="8", start_on=date(2026, 1, 1), stop_on=None, doses=(), outcomes=())
    timeline = drawn(a_record(METHOTREXATE, again))
    assert [lane.label for lane in timeline.lanes] == ["methotrexate"]


def test_forms_of_different_length_share_the_strength_axis() -> None:
    strength = lane(drawn(a_record(assessments=ASSESSMENTS)), "muscle strength")
    low, high = titled(strength, "96 of 150"), titled(strength, "76 of 80")
    span = (strength.bottom - 8) - (strength.top + 12)
    assert (low.y - high.y) / span == pytest.approx((95 - 64) / 100, abs=0.01)


def test_a_value_above_its_upper_limit_has_another_shape_and_says_so() -> None:
    ck = lane(drawn(a_record(assessments=ASSESSMENTS)), "CK")
    high, normal = titled(ck, "4200"), titled(ck, "150")
    assert high.shape is Shape.PATH
    assert "above the upper limit" in high.title
    assert normal.shape is Shape.CIRCLE


def test_a_bound_is_above_a_limit_only_where_that_is_sure_and_keeps_its_sign() -> None:
    bound = Result("r1", "ck", date(2025, 3, 1), Decimal(250), "<", "U/L", upper_limit=Decimal(200))
    timeline = drawn(a_record(results=(bound, replace(bound, id="r2", sampled_on=date(2025, 4, 1), comparator=">"))))
    below, above = sorted(lane(timeline, "CK").marks[-2:], key=lambda mark: mark.x)
    assert (below.sign, above.sign) == ("value", "high")
    assert [(row.comparator, row.value) for row in timeline.rows] == [("<", Decimal(250)), (">", Decimal(250))]


def test_ck_in_two_units_shares_one_axis_and_keeps_its_words() -> None:
    results = (
        Result("r1", "ck", date(2025, 3, 1), Decimal(600), unit="U/L"),
        Result("r2", "ck", date(2025, 4, 1), Decimal(10), unit="ukat/L"),
    )
    ck = lane(drawn(a_record(results=results)), "CK")
    assert titled(ck, "600").y == titled(ck, "10\u00a0µkat/L").y


def test_due_marks_count_their_items_and_say_which_are_late() -> None:
    late, next_week = AS_OF - timedelta(days=9), AS_OF + timedelta(days=7)
    due = (
        a_due_item(late, DueStatus.OVERDUE, "full blood count"),
        a_due_item(late, DueStatus.OVERDUE, "ALT"),
        a_due_item(next_week, DueStatus.DUE_SOON, "blood pressure"),
    )
    timeline = drawn(a_record(METHOTREXATE), monitoring=replace(NOTHING_DUE, due=due))
    first, second = lane(timeline, "due").marks
    assert (first.text, second.text) == ("2!", "1")
    assert "ALT (overdue), full blood count (overdue)" in first.title
    assert first.x < timeline.now_x < second.x


def test_a_due_date_far_ahead_does_not_stretch_the_axis() -> None:
    far = a_due_item(date(2035, 1, 1), DueStatus.NOT_DUE)
    timeline = drawn(a_record(METHOTREXATE), monitoring=replace(NOTHING_DUE, due=(far,)))
    assert timeline.last_on < date(2027, 8, 1)


def test_an_old_condition_begins_at_the_edge_of_the_axis() -> None:
    diabetes = Condition("c", ConditionKind.DIABETES, date(1990, 1, 1))
    timeline = drawn(a_record(METHOTREXATE, conditions=(diabetes,)))
    assert timeline.first_on > date(2024, 1, 1)
    (bar,) = lane(timeline, "diabetes mellitus").marks
    assert bar.x == 0
    assert "since 01-Jan-1990" in bar.title


def test_milestones_and_standing_come_first() -> None:
    record = a_record(METHOTREXATE)
    remission = Milestone("1", date(2025, 12, 1), MilestoneKind.REMISSION)
    record = replace(record, treatment=replace(record.treatment, milestones=(remission,)))
    standing = (
        StandingPeriod(date(2025, 2, 1), Phase.INDUCTION, 1, SeverityGroup.SEVERE, in_scope=True),
        StandingPeriod(date(2025, 12, 1), Phase.MAINTENANCE, 1, SeverityGroup.SEVERE, in_scope=True),
    )
    timeline = lay_out(record, standing, NOTHING_DUE, NAMES, AS_OF)
    assert timeline is not None
    assert [lane.label for lane in timeline.lanes[:2]] == ["phase and line", "milestones"]
    assert timeline.lanes[0].marks[0].text == "induction · line 1 · severe"
    assert turning_days(record.treatment, date(2025, 8, 20)) == [date(2025, 2, 1), date(2025, 8, 20)]


def test_every_mark_of_a_fact_has_its_row_and_lies_inside_the_drawing() -> None:
    timeline = drawn(a_record(PREDNISOLONE, METHOTREXATE, IMMUNOGLOBULIN, assessments=ASSESSMENTS))
    marks = [mark for lane in timeline.lanes for mark in lane.marks]
    assert len(timeline.rows) == sum(1 for mark in marks if mark.title and "still taken" not in mark.title)
    assert all(0 <= mark.x <= timeline.width and 0 <= mark.y <= timeline.height for mark in marks)
    tops = [lane.top for lane in timeline.lanes]
    assert tops == sorted(tops)
    assert all(above.bottom <= below.top for above, below in zip(timeline.lanes, timeline.lanes[1:], strict=False))


def test_the_order_of_rows_in_the_record_does_not_matter() -> None:
    one = a_record(PREDNISOLONE, METHOTREXATE, assessments=ASSESSMENTS)
    other = a_record(METHOTREXATE, PREDNISOLONE, assessments=ASSESSMENTS[::-1])
    assert drawn(one) == drawn(other)


@pytest.mark.parametrize(
    ("dose", "expected"),
    [
        (daily("10", AS_OF), "10"),
        (daily("10", AS_OF, frequency=Frequency.TWICE_DAILY), "20"),
        (daily("10", AS_OF, frequency=Frequency.ALTERNATE_DAYS), "5"),
        (daily("1", AS_OF, unit=DoseUnit.GRAM), "1000"),
        (daily("0.5", AS_OF, basis=DoseBasis.PER_KILOGRAM), "35"),
        (daily("0.5", AS_OF - timedelta(days=30), basis=DoseBasis.PER_KILOGRAM), None),
        (daily("10", AS_OF, frequency=Frequency.ONCE_WEEKLY), None),
        (daily("10", AS_OF, frequency=Frequency.AS_TEXT), None),
        (daily("10", AS_OF, unit=DoseUnit.UNIT), None),
        (DosePeriod("x", AS_OF), None),
    ],
)
def test_daily_amount(dose: DosePeriod, expected: str | None) -> None:
    weights = (Weight("w1", AS_OF - timedelta(days=2), Decimal(70)),)
    assert milligrams_a_day(dose, weights) == (None if expected is None else Decimal(expected))


def test_the_axis_of_a_first_visit_can_still_be_read() -> None:
    scale = spanning([AS_OF], AS_OF, 1000)
    assert (scale.last - scale.first).days >= SHORTEST_SPAN
    assert scale.first < AS_OF < scale.last


@pytest.mark.parametrize(("years", "most"), [(1, 14), (5, 14), (30, 14)])
def test_ticks_never_crowd(years: int, most: int) -> None:
    ticks = TimeScale(date(1996, 1, 1), date(1996 + years, 1, 2), 1000).ticks()
    assert 2 <= len(ticks) <= most
    assert all(after.x - before.x >= 70 for before, after in zip(ticks, ticks[1:], strict=False))


def test_a_logarithmic_axis_has_whole_decades_and_bears_zero() -> None:
    scale = log_scale([Decimal(0), Decimal(29), Decimal(2762)], top=0, bottom=90)
    assert [str(decade) for decade in scale.decades()] == ["10", "100", "1000", "10000"]
    assert scale.y(Decimal(0)) == 90
    assert scale.y(Decimal(100)) == 60


def test_the_timeline_needs_no_django() -> None:
    code = "import tracker.timeline.layout, sys; sys.exit('django.db' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_words_of_the_axis_stay_clear_of_the_day_and_of_the_edge() -> None:
    timeline = drawn(a_record(PREDNISOLONE))
    for tick in timeline.ticks:
        left, right = tick.x, tick.x + 6 * len(tick.label)
        assert not tick.label or right < timeline.now_plate_x or left > timeline.now_plate_x + 82
        assert not tick.label or right <= timeline.width


def test_days_too_close_to_be_told_apart_share_a_mark_and_name_both_days() -> None:
    first, second = AS_OF - timedelta(days=40), AS_OF - timedelta(days=39)
    due = (
        a_due_item(first, DueStatus.OVERDUE, "full blood count"),
        a_due_item(second, DueStatus.OVERDUE, "ALT"),
    )
    timeline = drawn(a_record(METHOTREXATE), monitoring=replace(NOTHING_DUE, due=due))
    (mark,) = lane(timeline, "due").marks
    assert mark.text == "2!"
    assert "22-Apr-2026 to 23-Apr-2026" in mark.title


def test_a_step_too_low_for_its_words_carries_them_above() -> None:
    steroid = lane(drawn(a_record(PREDNISOLONE)), "prednisolone")
    high, low = titled(steroid, "60\u00a0mg"), titled(steroid, "7.5\u00a0mg")
    assert high.text_on_shape
    assert low.text == "7.5 mg"
    assert not low.text_on_shape
