"""The timeline's page in closer view: monitoring, levels, response, clusters, spans, and properties of any drawing."""

import dataclasses
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.long_record import long_record
from monitoring.protocol.load import load as load_monitoring
from monitoring.rules.audit_findings import Period
from monitoring.rules.findings import MonitoringFindings
from monitoring.rules.record import MissedVisit, MonitoringRecord, Pause, Result, TargetRange
from monitoring.rules.schedule import evaluate as evaluate_monitoring
from patients.protocol.load import load as load_activity
from patients.rules.record import Condition, Enzyme
from patients.rules.vocabulary import ConditionKind, DatePrecision, EnzymeName, SevereFeature
from regimens.protocol.load import load as load_pathway
from regimens.rules.record import Milestone, TaperStep
from regimens.rules.response import responses
from regimens.rules.vocabulary import DoseUnit, Frequency, MilestoneKind, OutcomeKind, Route
from tests.factories import records
from tracker.timeline.canvas import Canvas, days_meant
from tracker.timeline.cluster import text_width
from tracker.timeline.layout import Closer, Window, lay_out, whole_axis
from tracker.timeline.levels import level_lane, levels_shown
from tracker.timeline.looks import LookStatus, looks
from tracker.timeline.marks import Lane, LaneKind, Mark, Shape, Timeline
from tracker.timeline.response import scores_over_time
from tracker.timeline.scale import TimeScale
from tracker.timeline.sheet import Heading, sheet
from tracker.timeline.svg import parts, plot, plot_parts, written
from tracker.timeline.treatment import Names
from tracker.timeline.view import SHORTEST, Span, closer, moved, spanned, usual, zoomed_in, zoomed_out

MONITORING, PATHWAY, ACTIVITY = load_monitoring(), load_pathway(), load_activity()
AS_OF = date(2026, 6, 1)
LONG = long_record()
_KNOWN: dict[date, tuple[MonitoringFindings, Closer]] = {}


def names() -> Names:
    return Names(
        drugs=lambda slug: PATHWAY.drugs[slug].name,
        analytes=lambda slug: MONITORING.analytes[slug].name,
        equivalence=lambda course: PATHWAY.drugs[course.drug].prednisolone_equivalence if course.drug else None,
    )


def drawn(record: MonitoringRecord, as_of: date = AS_OF, window: Window | None = None, width: float = 1000) -> Timeline:
    """Everything that the page shows, of all days unless a window is given."""
    found, near = of_rules(record, as_of)
    timeline = lay_out(record, (), found, names(), as_of, width, window=window, closer=near)
    assert timeline is not None
    return timeline


def of_rules(record: MonitoringRecord, as_of: date) -> tuple[MonitoringFindings, Closer]:
    """What the rules say of the record, worked out once for any number of windows."""
    if record is LONG and as_of in _KNOWN:
        return _KNOWN[as_of]
    found = evaluate_monitoring(record, MONITORING, as_of)
    axis = whole_axis(record, found, as_of)
    assert axis is not None
    seen = looks(record, MONITORING, PATHWAY, found, Period(axis.first, as_of, as_of))
    response = responses(record.treatment, PATHWAY, ACTIVITY, as_of)
    known = found, Closer(MONITORING, seen, scores_over_time(record.treatment, response, ACTIVITY, as_of))
    if record is LONG:
        _KNOWN[as_of] = known
    return known


def lane(timeline: Timeline, label: str) -> Lane:
    return next(lane for lane in timeline.lanes if lane.label == label)


def marks_of(timeline: Timeline) -> list[Mark]:
    return [mark for lane in timeline.lanes for mark in lane.marks]


def on_methotrexate(*sampled: date, stop_on: date | None = None) -> MonitoringRecord:
    """Methotrexate since 5 January, with a full blood count on each of the days."""
    course = replace(
        records.course("methotrexate"), start_on=date(2026, 1, 5), doses=(records.weekly(),), stop_on=stop_on
    )
    cells = (("white_cells", "6", "10*9/L"), ("neutrophils", "4", "10*9/L"), ("platelets", "250", "10*9/L"))
    rows = [
        Result(f"{analyte}-{on}", analyte, on, Decimal(value), unit=unit)
        for on in sampled
        for analyte, value, unit in (*cells, ("haemoglobin", "130", "g/L"))
    ]
    return records.monitoring(course, results=tuple(rows))


def blood_counts(record: MonitoringRecord, as_of: date = AS_OF) -> list[tuple[date, LookStatus]]:
    found = evaluate_monitoring(record, MONITORING, as_of)
    seen = looks(record, MONITORING, PATHWAY, found, Period(date(2025, 1, 1), as_of, as_of))
    return [(look.on, look.status) for look in seen if look.item == "full_blood_count"]


# What was looked at


def due_of_blood_count(record: MonitoringRecord, as_of: date) -> date:
    return next(
        due.due_on for due in evaluate_monitoring(record, MONITORING, as_of).due if due.item == "full_blood_count"
    )


def test_a_test_on_its_last_day_of_grace_is_done_and_a_day_after_it_is_late() -> None:
    first = date(2026, 1, 5)
    due = due_of_blood_count(on_methotrexate(first), first + timedelta(days=1))
    grace = MONITORING.items["full_blood_count"].grace_days
    grace = MONITORING.defaults.grace_days if grace is None else grace
    in_time, late = due + timedelta(days=grace), due + timedelta(days=grace + 1)
    assert (in_time, LookStatus.DONE) in blood_counts(on_methotrexate(first, in_time))
    assert (late, LookStatus.LATE) in blood_counts(on_methotrexate(first, late))


def test_a_late_test_says_by_how_many_days() -> None:
    first = date(2026, 1, 5)
    late = due_of_blood_count(on_methotrexate(first), first + timedelta(days=1)) + timedelta(days=30)
    counts = lane(drawn(on_methotrexate(first, late)), "full blood count")
    (mark,) = (mark for mark in counts.marks if mark.status == "late")
    assert "done 30 days late" in mark.title
    assert mark.sign == "late"
    assert mark.shape is Shape.PATH


def test_what_was_overdue_when_the_drug_was_stopped_is_missed() -> None:
    record = on_methotrexate(date(2026, 1, 5), stop_on=date(2026, 5, 20))
    found = blood_counts(record)
    assert [status for _, status in found if status is LookStatus.MISSED] == [LookStatus.MISSED]


@pytest.mark.parametrize(("days", "shown"), [(0, True), (1, False)])
def test_a_drug_begun_after_the_day_asks_for_nothing_on_it(days: int, shown: bool) -> None:
    start = AS_OF + timedelta(days=days)
    record = on_methotrexate(AS_OF - timedelta(days=40))
    (course,) = record.treatment.courses
    later = replace(course, start_on=start, doses=tuple(replace(dose, from_on=start) for dose in course.doses))
    record = replace(record, treatment=replace(record.treatment, courses=(later,)))
    assert (LookStatus.DONE in {status for _, status in blood_counts(record)}) == shown


def test_what_lies_ahead_is_planned_and_what_is_late_is_overdue() -> None:
    recent, old = on_methotrexate(date(2026, 1, 5), AS_OF), on_methotrexate(date(2026, 1, 5))
    assert [status for on, status in blood_counts(recent) if on > AS_OF] == [LookStatus.PLANNED]
    assert [status for _, status in blood_counts(old)][-1] is LookStatus.OVERDUE
    overdue = next(mark for mark in lane(drawn(old), "full blood count").marks if mark.status == "overdue")
    assert "overdue by" in overdue.title
    assert overdue.rows[0].kind == "due"


def test_a_missed_visit_and_a_pause_have_a_lane() -> None:
    record = replace(
        on_methotrexate(date(2026, 1, 5)),
        pauses=(Pause("7", date(2026, 2, 1), date(2026, 3, 1), "chest infection", "methotrexate"),),
        missed_visits=(MissedVisit("3", date(2026, 4, 1)),),
    )
    found = lane(drawn(record), "visits and pauses")
    titles = [mark.title for mark in found.marks]
    assert any(
        "monitoring of methotrexate paused: chest infection, 01-Feb-2026 to 01-Mar-2026" in each for each in titles
    )
    assert any("booked visit missed, 01-Apr-2026" in each for each in titles)


# Levels


def a_level(identity: str, value: str, on: date, hours: str | None = "12", unit: str = "ug/L") -> Result:
    taken = None if hours is None else Decimal(hours)
    return Result(identity, "tacrolimus_level", on, Decimal(value), unit=unit, hours_after_dose=taken)


def on_tacrolimus(*levels: Result, ranged: bool = True) -> MonitoringRecord:
    dose = records.dose("3", frequency=Frequency.TWICE_DAILY)
    course = replace(records.course("tacrolimus"), start_on=date(2026, 1, 5), route=Route.ORAL, doses=(dose,))
    unit = MONITORING.analytes["tacrolimus_level"].units[0]
    target = TargetRange("1", "tacrolimus_level", date(2026, 1, 5), Decimal(5), Decimal(8), unit)
    return replace(records.monitoring(course, results=levels), target_ranges=(target,) if ranged else ())


@pytest.mark.parametrize(
    ("value", "sign"), [("4.9", "level-below"), ("5", "value"), ("8", "value"), ("8.1", "level-above")]
)
def test_a_level_out_of_its_range_has_another_shape(value: str, sign: str) -> None:
    unit = MONITORING.analytes["tacrolimus_level"].units[0]
    record = on_tacrolimus(a_level("1", value, date(2026, 3, 1), unit=unit))
    found = lane(drawn(record), MONITORING.analytes["tacrolimus_level"].name)
    assert [mark.sign for mark in found.marks if mark.rows and mark.rows[0].kind == "result"] == [sign]
    assert any("should lie in 5 to 8" in mark.title for mark in found.marks)


def test_a_level_that_is_no_trough_says_that_it_does_not_count() -> None:
    unit = MONITORING.analytes["tacrolimus_level"].units[0]
    record = on_tacrolimus(a_level("1", "20", date(2026, 3, 1), hours="2", unit=unit))
    (mark,) = (
        mark
        for mark in lane(drawn(record), MONITORING.analytes["tacrolimus_level"].name).marks
        if mark.sign == "not-counted"
    )
    assert "does not count" in mark.title
    assert mark.dashed


def test_without_a_range_the_lane_says_so() -> None:
    unit = MONITORING.analytes["tacrolimus_level"].units[0]
    record = on_tacrolimus(a_level("1", "20", date(2026, 3, 1), unit=unit), ranged=False)
    rows = levels_shown(record, MONITORING, AS_OF)["tacrolimus_level"]
    canvas = Canvas(TimeScale(date(2026, 1, 1), date(2026, 6, 30), 1000), AS_OF)
    assert level_lane(canvas, rows, record, MONITORING, 0).note.endswith("no range set")


# Treatment


def test_oral_methylprednisolone_is_drawn_as_prednisolone_and_says_so() -> None:
    dose = replace(records.dose("16"), unit=DoseUnit.MILLIGRAM, frequency=Frequency.ONCE_DAILY)
    course = replace(
        records.course("methylprednisolone"),
        start_on=date(2026, 1, 5), role=PATHWAY.drugs["methylprednisolone"].role, route=Route.ORAL, doses=(dose,),
    )  # fmt: skip
    found = lane(drawn(records.monitoring(course)), "methylprednisolone")
    assert found.note == "mg a day, as prednisolone"
    assert any("as prednisolone 20 mg a day" in mark.title for mark in found.marks)


def test_a_planned_step_that_nobody_recorded_is_drawn_as_planned_and_not_as_taken() -> None:
    dose = replace(records.dose("20"), from_on=date(2026, 1, 5), frequency=Frequency.ONCE_DAILY)
    taper = (TaperStep("1", date(2026, 4, 1), Decimal(10)), TaperStep("2", date(2026, 8, 1), Decimal(5)))
    course = replace(
        records.course("prednisolone"), start_on=date(2026, 1, 5), role=PATHWAY.drugs["prednisolone"].role,
        route=Route.ORAL, doses=(dose,), taper=taper,
    )  # fmt: skip
    found = {mark.sign: mark for mark in lane(drawn(records.monitoring(course)), "prednisolone").marks}
    assert "10\u00a0mg a day by the planned taper, not recorded as taken" in found["steroid-by-plan"].title
    assert found["steroid-by-plan"].x == pytest.approx(found["steroid"].x + found["steroid"].width, abs=0.2)
    assert found["planned-dose"].dashed


def test_courses_of_one_drug_that_overlap_take_a_row_each() -> None:
    first = replace(records.course("methotrexate"), id="1", start_on=date(2026, 1, 5), stop_on=date(2026, 3, 1))
    later = replace(first, id="2", start_on=date(2026, 3, 1), stop_on=None)
    beside = replace(first, id="3", start_on=date(2026, 2, 1), stop_on=None)
    one, two = (
        lane(drawn(records.monitoring(*courses)), "methotrexate") for courses in ((first, later), (first, beside))
    )
    assert len({mark.y for mark in one.marks if mark.shape is Shape.RECT}) == 1
    assert len({mark.y for mark in two.marks if mark.shape is Shape.RECT}) == 2
    assert two.height == 2 * one.height


# The course of the disease


def test_a_score_is_drawn_against_the_baseline_of_its_line_and_says_its_category() -> None:
    timeline = drawn(LONG, date(2026, 11, 22))
    found = lane(timeline, "response (TIS)")
    assert [mark.text for mark in found.marks if mark.is_ground] == [
        "minimal, from 20",
        "moderate, from 40",
        "major, from 60",
    ]
    scores = [mark for mark in found.marks if mark.sign == "score"]
    assert scores
    assert all("against the baseline of" in row.words for mark in scores for row in mark.rows)


def test_an_assessment_is_scored_once_though_a_maintenance_step_runs_beside_its_line() -> None:
    """Remission on line 1 makes a maintenance step of the same course, with a baseline of its own."""
    active = {"physician_global": Decimal(7), "patient_global": Decimal(7), "mmt": Decimal(50), "mmt_maximum": 80}
    quiet = {"physician_global": Decimal(1), "patient_global": Decimal(1), "mmt": Decimal(78), "mmt_maximum": 80}
    visits: tuple[tuple[date, dict[str, Any]], ...] = (
        (date(2025, 1, 5), active),
        (date(2025, 6, 1), quiet),
        (date(2025, 12, 1), quiet),
        (AS_OF, quiet),
    )
    assessments = tuple(
        replace(records.assessment(), id=str(place), on=on, **measures) for place, (on, measures) in enumerate(visits)
    )
    course = replace(records.course("methotrexate"), start_on=date(2025, 1, 6), doses=(records.weekly(),))
    remission = Milestone("1", date(2025, 6, 2), MilestoneKind.REMISSION)
    record = records.monitoring(course, assessments=assessments, milestones=(remission,))
    lines = responses(record.treatment, PATHWAY, ACTIVITY, AS_OF).lines
    scored = scores_over_time(record.treatment, responses(record.treatment, PATHWAY, ACTIVITY, AS_OF), ACTIVITY, AS_OF)
    seen = [point.source.entry_id for each in scored for point in each.points]
    assert len(lines) > 1
    assert sorted(seen) == ["1", "2", "3"]
    assert {each.line for each in scored} == {"line 1"}


def test_an_assessment_with_a_severe_feature_is_filled_and_named() -> None:
    severe = replace(records.assessment(), on=date(2026, 2, 1), severe_features=(next(iter(SevereFeature)),))
    plain = replace(records.assessment(), id="plain", on=date(2026, 4, 1))
    found = lane(drawn(records.monitoring(assessments=(severe, plain))), "assessments")
    signs = {mark.sign: mark for mark in found.marks}
    assert not signs["severe-assessment"].open
    assert signs["assessment"].open
    assert next(iter(SevereFeature)).label in signs["severe-assessment"].title


def test_the_upper_limit_of_ck_is_drawn_in_one_unit_where_it_changes() -> None:
    rows = tuple(
        replace(
            records.assessment(), id=str(place), on=date(2026, 1 + place, 1),
            enzymes=(Enzyme(EnzymeName.CK, Decimal(900), "U/L", Decimal(limit)),),
        )
        for place, limit in enumerate((200, 200, 170))
    )  # fmt: skip
    found = lane(drawn(records.monitoring(assessments=rows)), "CK")
    (limit,) = (mark for mark in found.marks if mark.sign == "limit")
    assert limit.path.count("V") == 1
    assert limit.text == "upper limit 170"


@pytest.mark.parametrize(
    ("precision", "first", "last"),
    [
        (DatePrecision.DAY, date(2026, 2, 10), date(2026, 2, 10)),
        (DatePrecision.MONTH, date(2026, 2, 1), date(2026, 2, 28)),
        (DatePrecision.YEAR, date(2026, 1, 1), date(2026, 12, 31)),
        (DatePrecision.ESTIMATED, date(2026, 2, 10), date(2026, 2, 10)),
    ],
)
def test_the_days_that_a_day_known_in_part_may_have_been(precision: DatePrecision, first: date, last: date) -> None:
    assert days_meant(date(2026, 2, 10), precision) == (first, last)
    milestone = Milestone("1", date(2026, 2, 10), MilestoneKind.REMISSION, precision=precision)
    record = records.monitoring(milestones=(milestone,))
    unsure = [mark for mark in lane(drawn(record), "milestones").marks if mark.sign == "unsure"]
    assert len(unsure) == (0 if precision is DatePrecision.DAY else 1)


# What falls together


def test_tests_too_close_to_be_told_apart_are_counted_and_open_closer() -> None:
    days = [date(2026, 1, 5) + timedelta(days=step) for step in range(6)]
    record = on_methotrexate(*days)
    timeline = drawn(record, window=Window(date(2020, 1, 1), date(2026, 9, 1)))
    (mark,) = (mark for mark in lane(timeline, "full blood count").marks if mark.is_cluster)
    assert mark.text == "7!"  # the count of today is among them: it is overdue
    assert mark.tone.name == "overdue"
    assert "full blood count: 6 done, 1 overdue, 05-Jan-2026 to " in mark.title
    near = drawn(record, window=Window(*closer(days[0], days[-1])))
    assert not any(mark.is_cluster for mark in lane(near, "full blood count").marks)


def test_a_count_that_holds_something_late_says_so_in_its_text_too() -> None:
    first = date(2026, 1, 5)
    late = due_of_blood_count(on_methotrexate(first), first + timedelta(days=1)) + timedelta(days=30)
    timeline = drawn(on_methotrexate(first, late, late + timedelta(days=1)), window=Window(date(2010, 1, 1), AS_OF))
    (mark,) = (mark for mark in lane(timeline, "full blood count").marks if mark.is_cluster)
    assert mark.text.endswith("!")
    assert "late" in mark.title


# Properties of any drawing

WINDOWS = st.tuples(st.integers(0, 3600), st.integers(SHORTEST, 3700)).map(
    lambda found: Window(
        date(2016, 11, 1) + timedelta(days=found[0]), date(2016, 11, 1) + timedelta(days=found[0] + found[1])
    )
)


@settings(max_examples=12, deadline=None)
@given(WINDOWS)
def test_nothing_is_drawn_outside_its_lane_or_the_axis(window: Window) -> None:
    timeline = drawn(LONG, date(2026, 11, 22), window)
    for each in timeline.lanes:
        for mark in each.marks:
            assert each.top - 4 <= mark.y
            assert mark.y + mark.height <= each.bottom + 4
            if mark.rows:
                assert 0 <= mark.x <= timeline.width
                assert mark.x + mark.width <= timeline.width + 2


@settings(max_examples=12, deadline=None)
@given(WINDOWS)
def test_no_two_texts_of_a_lane_lie_on_each_other(window: Window) -> None:
    for each in drawn(LONG, date(2026, 11, 22), window).lanes:
        boxes = []
        for mark in each.marks:
            if mark.text and not mark.text_on_shape and mark.tone.name != "guide":
                left = mark.text_x - (text_width(mark.text) if mark.anchor == "end" else 0)
                boxes.append((left, mark.text_y - 9, left + text_width(mark.text), mark.text_y + 2))
        for place, one in enumerate(boxes):
            for other in boxes[place + 1 :]:
                apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
                assert apart, (each.label, one, other)


def recorded(record: MonitoringRecord, as_of: date) -> set[tuple[str, str]]:
    """Kind and id of every entry that has a place in the drawing of all days."""
    treatment = record.treatment
    found = {("assessment", each.id) for each in treatment.patient.assessments if each.on <= as_of}
    found |= {("condition", each.id) for each in treatment.patient.conditions if each.from_on <= as_of}
    found |= {("milestone", each.id) for each in treatment.milestones if each.on <= as_of}
    found |= {("result", each.id) for each in record.results if each.sampled_on <= as_of}
    found |= {("contact", each.id) for each in record.missed_visits if each.on <= as_of}
    found |= {("pause", each.id) for each in record.pauses if each.from_on <= as_of}
    for course in treatment.courses:
        if course.start_on <= as_of:
            found |= {("outcome", each.id) for each in course.outcomes if each.on <= as_of}
            found |= {("infusion", each.id) for each in course.infusions if each.first_on <= as_of}
            found |= {("dose", each.id) for each in course.doses if each.from_on <= as_of}
    return found


@pytest.mark.parametrize("as_of", [date(2018, 3, 1), date(2021, 7, 4), date(2026, 11, 22)])
def test_every_entry_stands_in_the_table_once_for_each_lane_it_has(as_of: date) -> None:
    timeline = drawn(LONG, as_of)
    own = [
        (row.kind, row.entry_id)
        for each in timeline.lanes
        if each.kind is not LaneKind.MONITORING
        for row in timeline.rows
        if row.lane == each.label and row.kind
    ]
    told = [(row.kind, row.entry_id) for row in timeline.rows]
    assert recorded(LONG, as_of) <= set(told)
    results = [each for each in own if each[0] == "result"]
    assert len(results) == len(set(results))
    for each in timeline.lanes:
        if each.kind in (LaneKind.ENZYMES, LaneKind.STRENGTH, LaneKind.RESULTS, LaneKind.ASSESSMENTS):
            of_lane = [(row.kind, row.entry_id) for row in timeline.rows if row.lane == each.label]
            assert len(of_lane) == len(set(of_lane))


@pytest.mark.parametrize("as_of", [date(2018, 3, 1), date(2021, 7, 4)])
def test_nothing_after_the_day_is_drawn_but_plans(as_of: date) -> None:
    later = [row for row in drawn(LONG, as_of).rows if row.from_on > as_of]
    assert {row.kind for row in later} <= {"due", "taper_step", "infusion_plan", "course"}
    assert all(row.kind == "due" or "planned" in row.words for row in later)


def test_the_order_of_rows_has_no_meaning() -> None:
    def shuffled(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*values[1::2], *reversed(values[::2]))

    patient = LONG.treatment.patient
    treatment = replace(
        LONG.treatment,
        patient=replace(patient, assessments=shuffled(patient.assessments), weights=shuffled(patient.weights)),
        courses=shuffled(LONG.treatment.courses),
        milestones=shuffled(LONG.treatment.milestones),
    )
    mixed = replace(
        LONG, treatment=treatment, results=shuffled(LONG.results), missed_visits=shuffled(LONG.missed_visits)
    )
    assert drawn(mixed, date(2026, 11, 22)) == drawn(LONG, date(2026, 11, 22))


def test_an_old_condition_and_every_judgement_is_shown() -> None:
    course = replace(
        records.course("methotrexate"), start_on=date(2026, 1, 5),
        outcomes=tuple(replace(records.outcome(kind), id=kind.value, on=date(2026, 3, 1)) for kind in OutcomeKind),
    )  # fmt: skip
    condition = Condition("1", ConditionKind.ILD, date(1990, 1, 1), precision=DatePrecision.YEAR)
    timeline = drawn(records.monitoring(course, conditions=(condition,)))
    assert {row.entry_id for row in timeline.rows if row.kind == "outcome"} == {kind.value for kind in OutcomeKind}
    assert "since about 1990" in next(mark.title for mark in lane(timeline, condition.kind.label).marks)


# Spans


def test_the_usual_days_are_the_last_three_years_or_all() -> None:
    young = TimeScale(date(2026, 1, 1), date(2026, 8, 1), 1000)
    old = TimeScale(date(2010, 1, 1), date(2026, 8, 1), 1000)
    assert usual(AS_OF, young).first == young.first
    assert usual(AS_OF, old).first == AS_OF - timedelta(days=3 * 365)
    assert usual(AS_OF, old).last >= AS_OF


@settings(max_examples=60)
@given(
    st.dates(date(1890, 1, 1), date(2300, 1, 1)), st.integers(0, 40_000), st.dates(date(2000, 1, 1), date(2030, 1, 1))
)
def test_a_step_never_leaves_the_calendar_or_goes_too_close(first: date, days: int, as_of: date) -> None:
    span = spanned(first, first + timedelta(days=days))
    for each in (span, moved(span, -1), moved(span, 1), zoomed_in(span, as_of), zoomed_out(span, as_of)):
        assert date(1900, 1, 1) <= each.first < each.last <= date(2200, 12, 31)
        assert each.days >= SHORTEST


def test_closer_and_further_keep_today_in_its_place() -> None:
    span = Span(date(2024, 1, 1), date(2027, 1, 1))
    near = zoomed_in(span, AS_OF)
    share, now = ((AS_OF - each.first) / (each.last - each.first) for each in (span, near))
    assert share == pytest.approx(now, abs=0.01)
    assert near.days == pytest.approx(span.days / 2, abs=2)


# As SVG


def test_the_parts_hold_every_lane_once_and_none_is_higher_than_asked() -> None:
    timeline = drawn(LONG, date(2026, 11, 22))
    found = parts(timeline, 560)
    assert [each for part in found for each in part.lanes] == list(timeline.lanes)
    assert all(part.height <= 570 for part in found)
    assert len(plot_parts(timeline, most=560)) == len(found) > 1


def test_every_drawing_is_xml_without_what_could_be_run() -> None:
    hostile = '"><script>alert(1)</script>\x0b\ud800'
    milestone = Milestone("1", date(2026, 2, 10), MilestoneKind.REMISSION, note=hostile)
    timeline = drawn(records.monitoring(milestones=(milestone,)))
    on_paper = sheet(timeline, Heading(hostile, (hostile,), hostile))
    for root in (plot(timeline, lambda mark: hostile), on_paper):
        read = fromstring(written(root))  # noqa: S314 - our own drawing
        assert not [each for each in read.iter() if each.tag.endswith("script")]
    read = fromstring(written(on_paper))  # noqa: S314 - our own drawing
    assert not [each for each in read.iter() if each.tag.endswith("}a")]


def test_tones_of_one_lane_differ_without_colour() -> None:
    """In black and white a sign is known by its shape, hatch, dash or words; two signs are never drawn alike."""
    from tracker.timeline.legend import LEGEND

    def look(mark: Mark) -> tuple[object, ...]:
        shape = dataclasses.replace(mark, title="", text="")
        filled = not mark.open and mark.tone.fill not in ("none", "#ffffff", "#fff2d9", "#f3f6f7", "#e3f4ea")
        return shape.shape, shape.path, shape.radius, shape.width, shape.height, shape.dashed, filled, mark.tone.hatch

    together = ("done", "late", "missed", "overdue", "due", "planned")
    assert len({look(LEGEND[sign][0]) for sign in together}) == len(together)
    levels = ("value", "level-above", "level-below", "not-counted")
    assert len({look(LEGEND[sign][0]) for sign in levels}) == len(levels)
