"""Lanes of what is measured: values over time on one scale, with their limits and target bands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from monitoring.rules.entered import above_its_limit
from monitoring.rules.enzymes import enzymes_as_results
from monitoring.rules.record import Result
from patients.rules.entry_order import entry_order
from patients.rules.record import Assessment
from patients.rules.vocabulary import DatePrecision, EnzymeName
from tracker import display
from tracker.timeline.canvas import Canvas, Source, diamond, number, result_source
from tracker.timeline.marks import GUIDE, LIMIT, SECOND_SERIES, SERIES, Lane, LaneKind, Mark, Shape, Tone
from tracker.timeline.scale import LogScale, ValueScale, log_scale

SERIES_HEIGHT, LOG_HEIGHT = 64.0, 92.0
_REACH = 4.0  # pixels between two values that can be told apart


@dataclass(frozen=True, slots=True)
class Point:
    """One measured value: where it lies on its scale, what is read, and whether it is out of range."""

    on: date
    value: Decimal
    words: str
    high: bool = False
    source: Source = Source()
    precision: DatePrecision = DatePrecision.DAY


def creatine_kinase(assessments: Sequence[Assessment], results: Sequence[Result], as_of: date) -> list[Point]:
    """CK in U/L from assessments and from results, by day."""
    points = [
        _enzyme_point(row, Source("assessment", assessment.id, row.value, row.unit), assessment.precision)
        for assessment in assessments
        for row in enzymes_as_results((assessment,), as_of)
        if is_creatine_kinase(row)
    ]
    points += [
        _enzyme_point(row, result_source(row)) for row in results if is_creatine_kinase(row) and row.sampled_on <= as_of
    ]
    return sorted(points, key=lambda point: (point.on, point.value, point.source.kind, point.source.entry_id))


def is_creatine_kinase(result: Result) -> bool:
    """Whether it is a CK with a number, which has a lane of its own."""
    return result.analyte == EnzymeName.CK.value and result.value is not None


def _enzyme_point(row: Result, source: Source, precision: DatePrecision = DatePrecision.DAY) -> Point:
    assert row.value is not None
    # 1 µkat/L is 60 U/L; one axis needs one unit, the words keep the unit that was recorded.
    factor = Decimal(60) if row.unit == "ukat/L" else Decimal(1)
    limit = f" (upper limit {display.number(row.upper_limit)})" if row.upper_limit is not None else ""
    words = f"{display.result_value(row.comparator, row.value, row.unit, '')}{limit}"
    return Point(row.sampled_on, row.value * factor, words, above_its_limit(row), source, precision)


def upper_limits(
    assessments: Sequence[Assessment], results: Sequence[Result], as_of: date
) -> list[tuple[date, Decimal]]:
    """The laboratory's upper limit of CK in U/L, by the day from which it was given; one entry for each change."""
    found = [
        (each.on, enzyme.upper_limit * (60 if enzyme.unit == "ukat/L" else 1))
        for each in assessments
        for enzyme in each.enzymes
        if enzyme.name is EnzymeName.CK and enzyme.upper_limit is not None and each.on <= as_of
    ]
    found += [
        (each.sampled_on, each.upper_limit * (60 if each.unit == "ukat/L" else 1))
        for each in results
        if is_creatine_kinase(each) and each.upper_limit is not None and each.sampled_on <= as_of
    ]
    changes: list[tuple[date, Decimal]] = []
    for on, limit in sorted(found):
        if not changes or changes[-1][1] != limit:
            changes.append((on, limit))
    return changes


def strength(assessments: Sequence[Assessment], as_of: date) -> list[Point]:
    """MMT as percent of the form's maximum, so that forms of 80, 150 and 260 share an axis."""
    return [
        Point(
            each.on, each.mmt * 100 / each.mmt_maximum, f"{display.number(each.mmt)} of {each.mmt_maximum}",
            source=Source("assessment", each.id, each.mmt, f"of {each.mmt_maximum}"), precision=each.precision,
        )
        for each in _in_order(assessments, as_of)
        if each.mmt is not None and each.mmt_maximum
    ]  # fmt: skip


def physician_global(assessments: Sequence[Assessment], as_of: date) -> list[Point]:
    """Physician global activity, 0-10 cm."""
    return _measured(assessments, as_of, "physician_global", "cm")


def patient_global(assessments: Sequence[Assessment], as_of: date) -> list[Point]:
    """Patient global activity, 0-10 cm."""
    return _measured(assessments, as_of, "patient_global", "cm")


def forced_vital_capacity(assessments: Sequence[Assessment], as_of: date) -> list[Point]:
    """FVC, percent of predicted."""
    return _measured(assessments, as_of, "fvc_percent", "% of predicted")


def _measured(assessments: Sequence[Assessment], as_of: date, name: str, unit: str) -> list[Point]:
    points = []
    for each in _in_order(assessments, as_of):
        value: Decimal | None = getattr(each, name)
        if value is not None:
            source = Source("assessment", each.id, value, unit)
            points.append(Point(each.on, value, display.quantity(value, unit), source=source, precision=each.precision))
    return points


def _in_order(assessments: Sequence[Assessment], as_of: date) -> list[Assessment]:
    return sorted((each for each in assessments if each.on <= as_of), key=lambda each: (each.on, entry_order(each.id)))


def log_lane(
    canvas: Canvas,
    label: str,
    note: str,
    points: Sequence[Point],
    top: float,
    limits: Sequence[tuple[date, Decimal]] = (),
) -> Lane:
    """Values over several decades, such as CK, with the upper limit as it was given."""
    seen = [point.value for point in points if canvas.scale.holds(point.on)]
    values = (seen or [point.value for point in points]) + [limit for _, limit in limits[-1:]]
    scale = log_scale(values, top + 12, top + LOG_HEIGHT - 8)
    guides = [(decade, display.number(decade)) for decade in scale.decades()]
    marks = [*guide_lines(canvas, scale, guides), *_limit_steps(canvas, scale, limits)]
    marks += series(canvas, label, scale, points)
    return Lane(label, note, top, LOG_HEIGHT, tuple(marks), LaneKind.ENZYMES)


def _limit_steps(canvas: Canvas, scale: LogScale, limits: Sequence[tuple[date, Decimal]]) -> list[Mark]:
    """The upper limit as a stepped line: it reaches back to the axis's start, and changes where another was given."""
    if not limits:
        return []
    path = f"M0 {scale.y(limits[0][1])}"
    for on, limit in limits[1:]:
        path += f"H{canvas.scale.at(on)}V{scale.y(limit)}"
    path += f"H{canvas.scale.x(canvas.as_of)}"
    y = scale.y(limits[-1][1])
    words = f"upper limit {display.number(limits[-1][1])}"
    return [
        Mark(
            Shape.PATH, LIMIT, x=0, y=y, path=path, open=True, dashed=True, sign="limit", text=words, text_x=3,
            text_y=scale.y(limits[0][1]) - 3,
        )
    ]  # fmt: skip


def series_lane(
    canvas: Canvas,
    label: str,
    note: str,
    points: Sequence[Point],
    top: float,
    low: int,
    high: int,
    kind: LaneKind | None = None,
) -> Lane:
    """Values between two fixed ends."""
    scale = ValueScale(Decimal(low), Decimal(high), top + 12, top + SERIES_HEIGHT - 8)
    guides = [(Decimal(low), str(low)), (Decimal(high), str(high))]
    marks = [*guide_lines(canvas, scale, guides), *series(canvas, label, scale, points)]
    return Lane(label, note, top, SERIES_HEIGHT, tuple(marks), kind)


def globals_lane(canvas: Canvas, physician: Sequence[Point], patient: Sequence[Point], top: float) -> Lane:
    """Physician (filled) and patient (hollow) global on one scale."""
    scale = ValueScale(Decimal(0), Decimal(10), top + 12, top + SERIES_HEIGHT - 8)
    guides = [(Decimal(0), "0"), (Decimal(10), "10")]
    marks = [
        *guide_lines(canvas, scale, guides),
        *series(canvas, "patient global", scale, patient, SECOND_SERIES, "patient-global"),
        *series(canvas, "physician global", scale, physician, SERIES, "physician-global"),
    ]
    return Lane("globals", "0 to 10 cm", top, SERIES_HEIGHT, tuple(marks), LaneKind.GLOBALS)


def guide_lines(canvas: Canvas, scale: LogScale | ValueScale, guides: Sequence[tuple[Decimal, str]]) -> list[Mark]:
    """Dashed lines at round values, named at the right end."""
    right = canvas.scale.width
    return [
        Mark(
            Shape.LINE, GUIDE, x=0, y=scale.y(value), width=right, dashed=True, text=text,
            text_x=right - 3, text_y=scale.y(value) - 2, anchor="end",
        )
        for value, text in guides
    ]  # fmt: skip


def series(
    canvas: Canvas,
    lane: str,
    scale: LogScale | ValueScale,
    points: Sequence[Point],
    tone: Tone = SERIES,
    sign: str = "value",
) -> list[Mark]:
    """The values joined in their order, one link for each; what is above its limit has another shape."""
    marks = joined(canvas, scale, points, tone)
    for point in points:
        words = f"{point.words}{', above the upper limit' if point.high else ''}"
        title, row = canvas.moment(lane, point.on, words, point.precision, point.source)
        x, y = canvas.scale.x(point.on), scale.y(point.value)
        marks += canvas.unsure(point.on, point.precision, y)
        if point.high:
            marks.append(
                Mark(Shape.PATH, LIMIT, x=x, y=y, path=diamond(x, y, 4.5), title=title, rows=(row,), sign="high",
                     reach=_REACH)
            )  # fmt: skip
        else:
            reach = _REACH if tone is SERIES else 0
            marks.append(
                Mark(Shape.CIRCLE, tone, x=x, y=y, radius=3.2, title=title, rows=(row,), sign=sign, reach=reach)
            )
    return marks


def joined(canvas: Canvas, scale: LogScale | ValueScale, points: Sequence[Point], tone: Tone) -> list[Mark]:
    """One line through the values on the axis, and to the nearest ones beyond its ends."""
    first, last = canvas.scale.first, canvas.scale.last
    shown = [(before, after) for before, after in pairwise(points) if after.on >= first and before.on <= last]
    if not shown:
        return []
    on_line = [shown[0][0], *(after for _, after in shown)]
    path = "M" + "L".join(f"{number(canvas.scale.at(point.on))} {number(scale.y(point.value))}" for point in on_line)
    y = scale.y(on_line[0].value)
    return [Mark(Shape.PATH, tone, y=y, path=path, open=True, dashed=tone is SECOND_SERIES)]
