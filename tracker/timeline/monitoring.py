"""Lanes of what was looked at: done, late, not done, due and planned, one row for each group of tests."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from monitoring.rules.entered import above_its_limit
from monitoring.rules.findings import DueFinding, DueStatus
from monitoring.rules.record import MissedVisit, MonitoringRecord, Pause, Result
from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference
from tracker import display
from tracker.timeline.canvas import Canvas, Source, cross, diamond, result_source, triangle
from tracker.timeline.looks import Look, LookStatus
from tracker.timeline.marks import (
    BAD,
    DUE,
    GOOD,
    LATE,
    LIMIT,
    LINE_HEIGHT,
    NEUTRAL,
    OVERDUE,
    PAUSED,
    PLANNED,
    Lane,
    LaneKind,
    Mark,
    Row,
    Shape,
    label_lines,
)
from tracker.timeline.treatment import Names

LOOKS_HEIGHT, DUE_HEIGHT, DUE_WIDTH, RESULTS_HEIGHT = 18.0, 30.0, 23.0, 26.0
_REACH = 8.0


def looks_lane(canvas: Canvas, group: Sequence[Look], top: float) -> Lane:
    """One group of tests. Signs differ in shape as well as in colour."""
    lane = group[0].group
    height = max(LOOKS_HEIGHT, len(label_lines(lane)) * LINE_HEIGHT + 4)
    middle = top + height / 2
    marks = tuple(
        _look(canvas, lane, list(same), middle) for _, same in groupby(group, key=lambda look: (look.on, look.status))
    )
    return Lane(lane, "", top, height, marks, LaneKind.MONITORING)


def _look(canvas: Canvas, lane: str, looks: Sequence[Look], y: float) -> Mark:
    """What was looked at on one day and came out alike."""
    look = looks[0]
    rows = tuple(canvas.moment(lane, each.on, each.words, source=_source(each.fact))[1] for each in looks)
    title = f"{lane}: {'; '.join(row.words for row in rows)}, {display.day(look.on)}"
    x = canvas.scale.x(look.on)
    mark = Mark(
        Shape.CIRCLE, GOOD, x=x, y=y, radius=3.6, title=title, rows=rows, reach=_REACH, status=look.status.value,
        sign=look.status.name.lower(),
    )  # fmt: skip
    match look.status:
        case LookStatus.DONE:
            return mark
        case LookStatus.LATE:
            return replace(mark, shape=Shape.PATH, tone=LATE, path=triangle(x, y, 5.5))
        case LookStatus.MISSED:
            return replace(mark, shape=Shape.PATH, tone=BAD, path=cross(x, y, 4), open=True)
        case LookStatus.OVERDUE:
            return replace(mark, shape=Shape.PATH, tone=OVERDUE, path=diamond(x, y, 6))
        case LookStatus.PLANNED:
            return replace(mark, tone=PLANNED, dashed=True)
        case _:
            return replace(mark, tone=DUE, radius=4.5)


def _source(fact: FactReference | None) -> Source:
    return Source() if fact is None else Source(fact.kind, fact.id)


def visits_lane(
    canvas: Canvas, visits: Sequence[MissedVisit], pauses: Sequence[Pause], names: Names, top: float
) -> Lane:
    """Booked visits that were not attended, and times in which monitoring was paused."""
    lane, middle = "visits and pauses", top + LOOKS_HEIGHT / 2
    marks = []
    for pause in sorted(pauses, key=lambda pause: (pause.from_on, entry_order(pause.id))):
        of = names.drugs(pause.drug) if pause.drug else "every drug"
        words = f"monitoring of {of} paused: {pause.reason}"
        end = pause.ended_on or pause.until
        bar = canvas.bar(
            lane, PAUSED, pause.from_on, end, middle - 7, 14, words, f"paused: {of}", Source("pause", pause.id)
        )
        marks.append(replace(bar, sign="paused"))
    for visit in sorted(visits, key=lambda visit: (visit.on, entry_order(visit.id))):
        title, row = canvas.moment(lane, visit.on, "booked visit missed", source=Source("contact", visit.id))
        x = canvas.scale.x(visit.on)
        marks.append(
            Mark(
                Shape.PATH, BAD, x=x, y=middle, path=cross(x, middle, 4), open=True, title=title, rows=(row,),
                reach=_REACH, status=LookStatus.MISSED.value, sign="missed",
            )
        )  # fmt: skip
    return Lane(lane, "", top, LOOKS_HEIGHT, tuple(marks), LaneKind.MONITORING)


def visits_and_pauses(canvas: Canvas, record: MonitoringRecord) -> tuple[list[MissedVisit], list[Pause]]:
    """Those of the axis."""
    visits = [visit for visit in record.missed_visits if canvas.scale.first <= visit.on <= canvas.as_of]
    pauses = [
        pause
        for pause in record.pauses
        if pause.from_on <= canvas.as_of and (pause.ended_on or pause.until) >= canvas.scale.first
    ]
    return visits, pauses


def due_lane(canvas: Canvas, due: Sequence[DueFinding], top: float) -> Lane:
    """Marks with the number of items due there; days too close to be told apart share a mark."""
    clusters: list[list[DueFinding]] = []
    for item in sorted(due, key=lambda each: (each.due_on, each.name, each.occasion)):
        if clusters and canvas.scale.x(item.due_on) - canvas.scale.x(clusters[-1][0].due_on) < DUE_WIDTH:
            clusters[-1].append(item)
        else:
            clusters.append([item])
    marks = tuple(_due_mark(canvas, items, top + DUE_HEIGHT / 2) for items in clusters)
    return Lane("due", "number of items", top, DUE_HEIGHT, marks, LaneKind.MONITORING)


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
        rows=(Row("due", first, last, single=first == last, words=words, kind="due"),),
        sign="due-count",
    )


def results_lane(canvas: Canvas, results: Sequence[Result], names: Names, top: float) -> Lane:
    """One mark for each sample day; the values are in its words and in the table."""
    lane, middle = "other results", top + RESULTS_HEIGHT / 2
    in_order = sorted(results, key=lambda each: (each.sampled_on, each.analyte, entry_order(each.id)))
    marks = []
    for on, same_day in groupby(in_order, key=lambda each: each.sampled_on):
        day_results = list(same_day)
        high = any(above_its_limit(result) for result in day_results)
        rows = tuple(
            canvas.moment(lane, on, _result_words(result, names), source=result_source(result))[1]
            for result in day_results
        )
        title = f"{lane}: {'; '.join(row.words for row in rows)}, {display.day(on)}"
        x = canvas.scale.x(on)
        mark = Mark(
            Shape.CIRCLE, NEUTRAL, x=x, y=middle, radius=3.5, title=title, rows=rows, reach=_REACH, sign="result",
            status="days with results",
        )  # fmt: skip
        if high:
            path = diamond(x, middle, 5)
            mark = replace(mark, shape=Shape.PATH, tone=LIMIT, path=path, sign="high", status="above the upper limit")
        marks.append(mark)
    return Lane(lane, "by sample day", top, RESULTS_HEIGHT, tuple(marks), LaneKind.RESULTS)


def _result_words(result: Result, names: Names) -> str:
    value = display.result_value(result.comparator, result.value, result.unit, result.text)
    return f"{names.analytes(result.analyte)} {value}{' (above its upper limit)' if above_its_limit(result) else ''}"
