"""Puts the lanes under one time axis. Pure: the same record, findings and day give the same drawing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby

from monitoring.rules.findings import DueFinding, DueStatus, MonitoringFindings
from monitoring.rules.record import MonitoringRecord, Result
from patients.rules.vocabulary import EnzymeName
from regimens.rules.record import Course
from tracker import display
from tracker.timeline import course_of_disease as disease
from tracker.timeline.canvas import LETTER, Canvas, diamond
from tracker.timeline.marks import (
    DUE,
    LIMIT,
    NEUTRAL,
    NOW_PLATE_WIDTH,
    OVERDUE,
    AxisTick,
    Lane,
    Mark,
    Row,
    Shape,
    Timeline,
)
from tracker.timeline.scale import spanning
from tracker.timeline.standing import StandingPeriod
from tracker.timeline.treatment import by_drug, drug_lane

WIDTH, GUTTER, AXIS_HEIGHT, GAP = 1000.0, 150.0, 28.0, 5.0
DUE_HEIGHT, DUE_WIDTH, RESULTS_HEIGHT = 30.0, 23.0, 26.0
AHEAD = timedelta(days=365)  # how far into what is planned the axis may reach


@dataclass(frozen=True, slots=True)
class Names:
    """What drugs and analytes are called, by their catalogue ids."""

    drugs: Callable[[str], str]
    analytes: Callable[[str], str]

    def course(self, course: Course) -> str:
        return self.drugs(course.drug) if course.drug else f"{course.drug_text} (outside the catalogue)"


@dataclass(slots=True)
class _Stack:
    """Lanes laid one below the other."""

    bottom: float = AXIS_HEIGHT
    lanes: list[Lane] = field(default_factory=list)

    def add(self, draw: Callable[[float], Lane]) -> None:
        lane = draw(self.bottom)
        self.lanes.append(lane)
        self.bottom = lane.bottom + GAP


def lay_out(
    record: MonitoringRecord,
    standing: Sequence[StandingPeriod],
    monitoring: MonitoringFindings,
    names: Names,
    as_of: date,
    width: float = WIDTH,
) -> Timeline | None:
    """The whole drawing, or None when nothing was recorded up to `as_of`."""
    days = _recorded_days(record, as_of)
    if not days:
        return None
    canvas = Canvas(spanning([*days, *_days_ahead(record, monitoring, as_of)], as_of, width), as_of)
    stack = _Stack()
    if standing:
        stack.add(lambda top: disease.standing_lane(canvas, standing, top))
    if any(milestone.on <= as_of for milestone in record.treatment.milestones):
        stack.add(lambda top: disease.milestone_lane(canvas, record.treatment.milestones, top))
    weights = record.treatment.patient.weights
    for courses in by_drug(record.treatment.courses, as_of):
        stack.add(lambda top, group=courses: drug_lane(canvas, group, weights, names.course, top))  # type: ignore[misc]
    if monitoring.due:
        stack.add(lambda top: _due_lane(canvas, monitoring.due, top))
    _add_conditions(stack, canvas, record)
    _add_measures(stack, canvas, record)
    _add_results(stack, canvas, record, names)
    return Timeline(
        as_of=as_of,
        first_on=canvas.scale.first,
        last_on=canvas.scale.last,
        width=width,
        height=stack.bottom + GAP,
        gutter=GUTTER,
        now_x=canvas.scale.x(as_of),
        ticks=axis_ticks(canvas),
        lanes=tuple(stack.lanes),
        rows=tuple(mark.row for lane in stack.lanes for mark in lane.marks if mark.row is not None),
    )


def axis_ticks(canvas: Canvas) -> tuple[AxisTick, ...]:
    """The axis, without words that the plate of `as_of` would cover or the edge would cut."""
    now, room = canvas.scale.x(canvas.as_of), NOW_PLATE_WIDTH / 2 + 4
    shown = []
    for tick in canvas.scale.ticks():
        end = tick.x + LETTER * len(tick.label) + 3
        hidden = (end > now - room and tick.x < now + room) or end > canvas.scale.width
        shown.append(replace(tick, label="") if hidden else tick)
    return tuple(shown)


def _recorded_days(record: MonitoringRecord, as_of: date) -> list[date]:
    """Days that the axis must hold. A condition from long before only begins at the axis's edge."""
    treatment = record.treatment
    days = [course.start_on for course in treatment.courses]
    days += [assessment.on for assessment in treatment.patient.assessments]
    days += [milestone.on for milestone in treatment.milestones]
    days += [result.sampled_on for result in record.results]
    known = [day for day in days if day <= as_of]
    return known or [each.from_on for each in treatment.patient.conditions if each.from_on <= as_of]


def _days_ahead(record: MonitoringRecord, monitoring: MonitoringFindings, as_of: date) -> list[date]:
    days = [due.due_on for due in monitoring.due]
    days += [step.on for course in record.treatment.courses if not course.stop_on for step in course.taper]
    return [day for day in days if as_of < day <= as_of + AHEAD]


def _due_lane(canvas: Canvas, due: Sequence[DueFinding], top: float) -> Lane:
    """Marks with the number of items due there; days too close to be told apart share a mark."""
    clusters: list[list[DueFinding]] = []
    for item in sorted(due, key=lambda each: (each.due_on, each.name, each.occasion)):
        if clusters and canvas.scale.x(item.due_on) - canvas.scale.x(clusters[-1][0].due_on) < DUE_WIDTH:
            clusters[-1].append(item)
        else:
            clusters.append([item])
    marks = tuple(_due_mark(canvas, items, top + DUE_HEIGHT / 2) for items in clusters)
    return Lane("due", "number of items", top, DUE_HEIGHT, marks)


def _due_mark(canvas: Canvas, items: list[DueFinding], middle: float) -> Mark:
    first, last = items[0].due_on, items[-1].due_on
    late = any(item.status is DueStatus.OVERDUE for item in items)
    told = (DueStatus.OVERDUE, DueStatus.SNOOZED)
    words = ", ".join(f"{item.name} ({item.status.label})" if item.status in told else item.name for item in items)
    span = display.day(first) if first == last else f"{display.day(first)} to {display.day(last)}"
    x = canvas.scale.x(first)
    return Mark(
        Shape.CIRCLE,
        OVERDUE if late else DUE,
        x=x,
        y=middle,
        radius=11 if len(items) > 9 else 9,
        title=f"due: {words}, {span}",
        text=f"{len(items)}{'!' if late else ''}",
        text_x=x,
        text_y=middle + 4,
        anchor="middle",
        row=Row("due", first, last, single=first == last, words=words),
    )


def _add_conditions(stack: _Stack, canvas: Canvas, record: MonitoringRecord) -> None:
    seen = [each for each in record.treatment.patient.conditions if each.from_on <= canvas.as_of]
    seen.sort(key=lambda each: (each.kind.label, each.from_on, each.id))
    for _, same in groupby(seen, key=lambda each: each.kind):
        group = list(same)
        stack.add(lambda top, group=group: disease.condition_lane(canvas, group, top))  # type: ignore[misc]


def _add_measures(stack: _Stack, canvas: Canvas, record: MonitoringRecord) -> None:
    assessments, as_of = record.treatment.patient.assessments, canvas.as_of
    ck = disease.creatine_kinase(assessments, record.results, as_of)
    if ck:
        stack.add(lambda top: disease.log_lane(canvas, "CK", "U/L, log scale", ck, top))
    fixed = (
        ("muscle strength", "MMT, % of maximum", disease.strength(assessments, as_of), 0, 100),
        ("physician global", "0 to 10 cm", disease.physician_global(assessments, as_of), 0, 10),
        ("FVC", "% of predicted", disease.forced_vital_capacity(assessments, as_of), 0, 120),
    )
    for label, note, points, low, high in fixed:
        if points:
            stack.add(
                lambda top, label=label, note=note, points=points, low=low, high=high: disease.series_lane(  # type: ignore[misc]
                    canvas, label, note, points, top, low, high
                )
            )


def _add_results(stack: _Stack, canvas: Canvas, record: MonitoringRecord, names: Names) -> None:
    others = [
        result
        for result in record.results
        if result.sampled_on <= canvas.as_of
        and not (result.analyte == EnzymeName.CK.value and result.value is not None)
    ]
    if others:
        stack.add(lambda top: _results_lane(canvas, others, names, top))


def _results_lane(canvas: Canvas, results: Sequence[Result], names: Names, top: float) -> Lane:
    """One mark for each sample day; the values are in its words and in the table."""
    lane, middle = "other results", top + RESULTS_HEIGHT / 2
    in_order = sorted(results, key=lambda each: (each.sampled_on, each.analyte, each.id))
    marks = []
    for on, same_day in groupby(in_order, key=lambda each: each.sampled_on):
        day_results = list(same_day)
        high = any(_above_limit(result) for result in day_results)
        title, row = canvas.moment(lane, on, "; ".join(_result_words(result, names) for result in day_results))
        x = canvas.scale.x(on)
        if high:
            marks.append(Mark(Shape.PATH, LIMIT, path=diamond(x, middle, 5), title=title, row=row))
        else:
            marks.append(Mark(Shape.CIRCLE, NEUTRAL, x=x, y=middle, radius=3.5, title=title, row=row))
    return Lane(lane, "by sample day", top, RESULTS_HEIGHT, tuple(marks))


def _above_limit(result: Result) -> bool:
    return result.value is not None and result.upper_limit is not None and result.value > result.upper_limit


def _result_words(result: Result, names: Names) -> str:
    value = display.result_value(result.comparator, result.value, result.unit, result.text)
    return f"{names.analytes(result.analyte)} {value}{' (above its upper limit)' if _above_limit(result) else ''}"
