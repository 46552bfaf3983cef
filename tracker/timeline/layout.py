"""Puts the lanes under one time axis. Pure: the same record, findings and day give the same drawing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from itertools import groupby

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.findings import MonitoringFindings
from monitoring.rules.record import MonitoringRecord
from patients.rules.entry_order import entry_order
from regimens.rules.coming import ComingChange
from regimens.rules.record import Course
from tracker.timeline import course_of_disease as disease
from tracker.timeline import measures, monitoring
from tracker.timeline.ahead import with_flags
from tracker.timeline.canvas import LETTER, Canvas
from tracker.timeline.cluster import tidied
from tracker.timeline.levels import level_lane, levels_shown
from tracker.timeline.looks import Look
from tracker.timeline.marks import NOW_PLATE_WIDTH, AxisTick, Lane, LaneKind, Row, Timeline
from tracker.timeline.response import Scored, response_lane
from tracker.timeline.scale import TimeScale, spanning
from tracker.timeline.standing import StandingPeriod
from tracker.timeline.steroid import steroid_lane
from tracker.timeline.treatment import ROW_HEIGHT, Names, bar_lane, by_drug, is_oral_steroid

WIDTH, GUTTER, AXIS_HEIGHT, GAP = 1000.0, 150.0, 28.0, 5.0
AHEAD = timedelta(days=365)  # how far into what is planned the axis may reach
EVERY_LANE = frozenset(LaneKind)


@dataclass(frozen=True, slots=True)
class Window:
    """What is looked at: the days of the axis, both included, and the lanes."""

    first: date
    last: date
    lanes: frozenset[LaneKind] = EVERY_LANE


@dataclass(frozen=True, slots=True)
class Closer:
    """What the page of the timeline shows beyond a record's overview. `looks` take the place of the lane of counts."""

    protocol: MonitoringProtocol
    looks: tuple[Look, ...] = ()
    scored: tuple[Scored, ...] = ()


@dataclass(slots=True)
class _Stack:
    """Lanes laid one below the other, each tidied for the axis; what has nothing to show on it takes no room."""

    canvas: Canvas
    kinds: frozenset[LaneKind]
    bottom: float = AXIS_HEIGHT
    lanes: list[Lane] = field(default_factory=list)

    def add(self, kind: LaneKind, draw: Callable[[float], Lane]) -> None:
        if kind not in self.kinds:
            return
        lane = tidied(self.canvas, draw(self.bottom))
        if any(mark.rows for mark in lane.marks):
            self.lanes.append(lane)
            self.bottom = lane.bottom + GAP


def lay_out(
    record: MonitoringRecord,
    standing: Sequence[StandingPeriod],
    found: MonitoringFindings,
    names: Names,
    as_of: date,
    width: float = WIDTH,
    *,
    window: Window | None = None,
    closer: Closer | None = None,
    coming: Sequence[ComingChange] = (),
) -> Timeline | None:
    """The drawing of the window, or of everything; None when nothing was recorded up to `as_of` and nothing planned.

    `coming` is what is entered for a later day, as `RecordPage.coming` tells it.
    """
    whole = whole_axis(record, found, as_of, width, names, coming)
    if whole is None:
        return None
    scale = whole if window is None else TimeScale(window.first, window.last, width)
    canvas = Canvas(scale, as_of)
    stack = _Stack(canvas, EVERY_LANE if window is None else window.lanes)
    treatment = record.treatment
    stack.add(LaneKind.PHASE, lambda top: disease.standing_lane(canvas, standing, top))
    stack.add(LaneKind.MILESTONES, lambda top: disease.milestone_lane(canvas, treatment.milestones, top))
    for courses in by_drug(treatment.courses, as_of, {change.course.id for change in coming}):
        stack.add(LaneKind.DRUGS, partial(_drug_lane, canvas, record, courses, names, coming))
    _add_conditions(stack, record)
    _add_measures(stack, record, closer)
    if closer is not None:
        _add_levels(stack, record, closer.protocol)
    _add_monitoring(stack, record, found, names, closer)
    _add_results(stack, record, names, closer)
    return Timeline(
        as_of=as_of,
        first_on=scale.first,
        last_on=scale.last,
        width=width,
        height=stack.bottom + GAP,
        gutter=GUTTER,
        now_x=scale.at(as_of),
        ticks=axis_ticks(canvas),
        lanes=tuple(stack.lanes),
        rows=rows_of(stack.lanes),
    )


def rows_of(lanes: Sequence[Lane]) -> tuple[Row, ...]:
    """Every row of the lanes, lane by lane, the oldest first; a lane of two things has one after the other."""
    return tuple(
        row
        for lane in lanes
        for row in sorted(
            (row for mark in lane.marks for row in mark.rows),
            key=lambda row: (row.lane, row.from_on, row.words, row.kind, row.entry_id),
        )
    )


def axis_ticks(canvas: Canvas) -> tuple[AxisTick, ...]:
    """The axis, without words that the plate of `as_of` would cover or the edge would cut."""
    now, room = canvas.scale.at(canvas.as_of), NOW_PLATE_WIDTH / 2 + 4
    shown = []
    for tick in canvas.scale.ticks():
        end = tick.x + LETTER * len(tick.label) + 3
        hidden = (end > now - room and tick.x < now + room) or end > canvas.scale.width
        shown.append(replace(tick, label="") if hidden else tick)
    return tuple(shown)


def whole_axis(
    record: MonitoringRecord,
    found: MonitoringFindings,
    as_of: date,
    width: float = WIDTH,
    names: Names | None = None,
    coming: Sequence[ComingChange] = (),
) -> TimeScale | None:
    """The axis that holds everything recorded and planned; None when there is neither as of `as_of`."""
    days = [*_recorded_days(record, as_of), *(change.on for change in coming if change.on <= as_of + AHEAD)]
    if not days:
        return None
    return spanning([*days, *_days_ahead(record, found, as_of, names)], as_of, width)


def _recorded_days(record: MonitoringRecord, as_of: date) -> list[date]:
    """Days that the axis must hold. A condition from long before only begins at the axis's edge."""
    treatment = record.treatment
    days = [course.start_on for course in treatment.courses]
    days += [assessment.on for assessment in treatment.patient.assessments]
    days += [milestone.on for milestone in treatment.milestones]
    days += [result.sampled_on for result in record.results]
    days += [visit.on for visit in record.missed_visits]
    known = [day for day in days if day <= as_of]
    return known or [each.from_on for each in treatment.patient.conditions if each.from_on <= as_of]


def _days_ahead(record: MonitoringRecord, found: MonitoringFindings, as_of: date, names: Names | None) -> list[date]:
    courses = record.treatment.courses
    days = [due.due_on for due in found.due]
    days += [step.on for course in courses if not course.stop_on for step in course.taper]
    days += [on for course in courses for on in names.cycles(course)] if names is not None else []
    return [day for day in days if as_of < day <= as_of + AHEAD]


def _drug_lane(
    canvas: Canvas,
    record: MonitoringRecord,
    courses: list[Course],
    names: Names,
    coming: Sequence[ComingChange],
    top: float,
) -> Lane:
    """An oral corticosteroid by its mg a day, any other drug as bars with their doses; and what is planned of it."""
    begun = [course for course in courses if course.start_on <= canvas.as_of]
    if not begun:
        lane = Lane(names.course(courses[0]), "", top, ROW_HEIGHT, (), LaneKind.DRUGS)
    elif is_oral_steroid(begun[0]) and not all(course.never_given for course in begun):
        lane = steroid_lane(canvas, begun, record.treatment.patient.weights, names, top)
    else:
        lane = bar_lane(canvas, begun, names, top)
    drawn = {course.id for course in courses}
    return with_flags(canvas, lane, [change for change in coming if change.course.id in drawn])


def _add_monitoring(
    stack: _Stack, record: MonitoringRecord, found: MonitoringFindings, names: Names, closer: Closer | None
) -> None:
    canvas, kind = stack.canvas, LaneKind.MONITORING
    if closer is None:
        if found.due:
            stack.add(kind, lambda top: monitoring.due_lane(canvas, found.due, top))
        return
    for _, same in groupby(closer.looks, key=lambda look: look.group):
        stack.add(kind, partial(monitoring.looks_lane, canvas, list(same)))
    visits, pauses = monitoring.visits_and_pauses(canvas, record)
    if visits or pauses:
        stack.add(kind, lambda top: monitoring.visits_lane(canvas, visits, pauses, names, top))


def _add_conditions(stack: _Stack, record: MonitoringRecord) -> None:
    canvas = stack.canvas
    seen = [each for each in record.treatment.patient.conditions if each.from_on <= canvas.as_of]
    seen.sort(key=lambda each: (each.kind.label, each.from_on, entry_order(each.id)))
    for _, same in groupby(seen, key=lambda each: each.kind):
        stack.add(LaneKind.CONDITIONS, partial(disease.condition_lane, canvas, list(same)))


def _add_measures(stack: _Stack, record: MonitoringRecord, closer: Closer | None) -> None:
    canvas, assessments = stack.canvas, record.treatment.patient.assessments
    as_of, results = canvas.as_of, record.results
    stack.add(LaneKind.ASSESSMENTS, lambda top: disease.assessment_lane(canvas, assessments, top))
    ck = measures.creatine_kinase(assessments, results, as_of)
    if ck:
        limits = measures.upper_limits(assessments, results, as_of)
        stack.add(LaneKind.ENZYMES, lambda top: measures.log_lane(canvas, "CK", "U/L, log scale", ck, top, limits))
    strong = measures.strength(assessments, as_of)
    if strong:
        stack.add(
            LaneKind.STRENGTH,
            lambda top: measures.series_lane(
                canvas, "muscle strength", "MMT, % of maximum", strong, top, 0, 100, LaneKind.STRENGTH
            ),
        )
    physician, patient = measures.physician_global(assessments, as_of), measures.patient_global(assessments, as_of)
    if physician or patient:
        stack.add(LaneKind.GLOBALS, lambda top: measures.globals_lane(canvas, physician, patient, top))
    if closer is not None and closer.scored:
        stack.add(LaneKind.RESPONSE, lambda top: response_lane(canvas, closer.scored, top))
    breath = measures.forced_vital_capacity(assessments, as_of)
    if breath:
        stack.add(
            LaneKind.LUNG,
            lambda top: measures.series_lane(canvas, "FVC", "% of predicted", breath, top, 0, 120, LaneKind.LUNG),
        )


def _add_levels(stack: _Stack, record: MonitoringRecord, protocol: MonitoringProtocol) -> None:
    for rows in levels_shown(record, protocol, stack.canvas.as_of).values():
        stack.add(LaneKind.LEVELS, partial(level_lane, stack.canvas, rows, record, protocol))


def _add_results(stack: _Stack, record: MonitoringRecord, names: Names, closer: Closer | None) -> None:
    """Results that no lane above holds."""
    as_of = stack.canvas.as_of
    levels = levels_shown(record, closer.protocol, as_of) if closer is not None else {}
    elsewhere = {row.id for rows in levels.values() for row in rows}
    others = [
        result
        for result in record.results
        if result.sampled_on <= as_of and not measures.is_creatine_kinase(result) and result.id not in elsewhere
    ]
    if others:
        stack.add(LaneKind.RESULTS, lambda top: monitoring.results_lane(stack.canvas, others, names, top))
