"""Lanes of drug levels: each trough with the range it should lie in, and the levels that count for nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import groupby

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.levels import against_target, level_analytes, why_no_trough
from monitoring.rules.record import MonitoringRecord, Result, TargetRange
from monitoring.rules.units import in_own_unit
from patients.rules.entry_order import entry_order
from patients.rules.reasons import Truth
from tracker import display
from tracker.timeline.canvas import Canvas, Source, result_source, triangle
from tracker.timeline.marks import LIMIT, NOT_COUNTED, SERIES, TARGET, Lane, LaneKind, Mark, Shape
from tracker.timeline.measures import Point, guide_lines, joined
from tracker.timeline.scale import ValueScale

LEVEL_HEIGHT = 80.0
_REACH = 4.0
_ENDS = tuple(Decimal(step) for step in ("1", "1.5", "2", "3", "5", "10"))


def levels_shown(record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date) -> dict[str, list[Result]]:
    """The levels with a value in the analyte's own unit, by analyte, oldest first."""
    of_levels = level_analytes(protocol)
    rows = [
        row
        for row in record.results
        if row.analyte in of_levels and row.sampled_on <= as_of and _own_value(protocol, row) is not None
    ]
    rows.sort(key=lambda row: (row.analyte, row.sampled_on, entry_order(row.id)))
    return {analyte: list(same) for analyte, same in groupby(rows, key=lambda row: row.analyte)}


def _own_value(protocol: MonitoringProtocol, row: Result) -> Decimal | None:
    analyte = protocol.analytes.get(row.analyte)
    return None if row.value is None or analyte is None else in_own_unit(analyte, row.value, row.unit)


def level_lane(
    canvas: Canvas, rows: Sequence[Result], record: MonitoringRecord, protocol: MonitoringProtocol, top: float
) -> Lane:
    """One analyte: a filled circle for a trough within its range, ▲ above, ▼ below, hollow where it does not count."""
    analyte = protocol.analytes[rows[0].analyte]
    lane = analyte.name
    ranges = sorted(
        (each for each in record.target_ranges if each.analyte == analyte.id and each.from_on <= canvas.as_of),
        key=lambda each: (each.from_on, entry_order(each.id)),
    )
    bounds = [(each, _bounds(protocol, each)) for each in ranges]
    values = {row.id: _own_value(protocol, row) or Decimal(0) for row in rows}
    highest = max([*values.values(), *(found[1] for _, found in bounds if found)])
    scale = ValueScale(Decimal(0), _round_up(highest), top + 14, top + LEVEL_HEIGHT - 8)
    marks = _bands(canvas, scale, lane, bounds)
    marks += guide_lines(canvas, scale, [(Decimal(0), "0"), (scale.high, display.number(scale.high))])
    counted = [row for row in rows if not why_no_trough(row, record, protocol)]
    marks += joined(canvas, scale, [Point(row.sampled_on, values[row.id], "") for row in counted], SERIES)
    marks += [_mark(canvas, scale, lane, row, values[row.id], record, protocol) for row in rows]
    unit = analyte.units[0] if analyte.units else ""
    note = unit if ranges else f"{unit}, no range set"
    return Lane(lane, note, top, LEVEL_HEIGHT, tuple(marks), LaneKind.LEVELS)


def _bounds(protocol: MonitoringProtocol, target: TargetRange) -> tuple[Decimal, Decimal] | None:
    analyte = protocol.analytes[target.analyte]
    low, high = in_own_unit(analyte, target.low, target.unit), in_own_unit(analyte, target.high, target.unit)
    return None if low is None or high is None else (low, high)


def _bands(
    canvas: Canvas,
    scale: ValueScale,
    lane: str,
    bounds: Sequence[tuple[TargetRange, tuple[Decimal, Decimal] | None]],
) -> list[Mark]:
    """The range of each time, as it was set for this patient."""
    marks = []
    for place, (target, found) in enumerate(bounds):
        if found is None:
            continue
        until = bounds[place + 1][0].from_on if place + 1 < len(bounds) else None
        words = f"should lie in {display.number(target.low)} to {display.quantity(target.high, target.unit)}"
        top, bottom = scale.y(found[1]), scale.y(found[0])
        source = Source("target_range", target.id)
        bar = canvas.bar(
            lane, TARGET, target.from_on, until, top, round(bottom - top, 1), words,
            words.removeprefix("should lie in "), source,
        )  # fmt: skip
        bar = replace(bar, text_y=top + 10, sign="target")
        marks.append(bar if bottom - top >= 12 else replace(bar, text=""))
    return marks


def _mark(
    canvas: Canvas,
    scale: ValueScale,
    lane: str,
    row: Result,
    value: Decimal,
    record: MonitoringRecord,
    protocol: MonitoringProtocol,
) -> Mark:
    written = display.result_value(row.comparator, row.value, row.unit, row.text)
    why_not = why_no_trough(row, record, protocol)
    found = [each for each in against_target(row, record, protocol) if each.truth is Truth.TRUE]
    said = f", does not count: {why_not}" if why_not else f", {found[0].text}" if found else ""
    title, told = canvas.moment(lane, row.sampled_on, f"{written}{said}", source=result_source(row))
    x, y = canvas.scale.x(row.sampled_on), scale.y(value)
    if why_not:
        return Mark(
            Shape.CIRCLE, NOT_COUNTED, x=x, y=y, radius=4, title=title, rows=(told,), dashed=True, sign="not-counted"
        )
    if found:
        above = _is_above(row, value, record, protocol)
        return Mark(
            Shape.PATH, LIMIT, x=x, y=y, path=triangle(x, y, 5.5 if above else -5.5), title=title, rows=(told,),
            sign="level-above" if above else "level-below", reach=_REACH, status="out of range",
        )  # fmt: skip
    return Mark(Shape.CIRCLE, SERIES, x=x, y=y, radius=3.4, title=title, rows=(told,), sign="value", reach=_REACH)


def _is_above(row: Result, value: Decimal, record: MonitoringRecord, protocol: MonitoringProtocol) -> bool:
    held = [each for each in record.target_ranges if each.analyte == row.analyte and each.from_on <= row.sampled_on]
    target = max(held, key=lambda each: (each.from_on, entry_order(each.id)))
    bounds = _bounds(protocol, target)
    return bounds is not None and value >= bounds[1]


def _round_up(value: Decimal) -> Decimal:
    """The next round number of its decade, so that the axis ends at a number that a person counts by."""
    if value <= 0:
        return Decimal(1)
    decade = Decimal(10) ** value.adjusted()
    return next(decade * step for step in _ENDS if decade * step >= value)
