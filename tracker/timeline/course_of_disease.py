"""Lanes of how the disease went: standing, milestones, conditions, and the measures followed over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from monitoring.rules.record import Result
from patients.rules.record import Assessment, Condition
from patients.rules.vocabulary import EnzymeName
from regimens.rules.findings import Phase
from regimens.rules.record import Milestone
from regimens.rules.vocabulary import MilestoneKind
from tracker import display
from tracker.timeline.canvas import Canvas, diamond, fits
from tracker.timeline.marks import (
    BAD,
    CONDITION,
    GOOD,
    GUIDE,
    INDUCTION,
    LIMIT,
    LINE_HEIGHT,
    MAINTENANCE,
    OUT_OF_SCOPE,
    RELAPSE,
    REMISSION,
    SERIES,
    Lane,
    Mark,
    Shape,
    label_lines,
)
from tracker.timeline.scale import LogScale, ValueScale, log_scale
from tracker.timeline.standing import StandingPeriod

_PHASE_TONES = {
    Phase.INDUCTION: INDUCTION,
    Phase.MAINTENANCE: MAINTENANCE,
    Phase.RELAPSE: RELAPSE,
    Phase.DRUG_FREE_REMISSION: REMISSION,
}
STANDING_HEIGHT, MILESTONE_HEIGHT, CONDITION_HEIGHT, SERIES_HEIGHT, LOG_HEIGHT = 30.0, 24.0, 24.0, 64.0, 92.0


@dataclass(frozen=True, slots=True)
class Point:
    """One measured value: where it lies on its scale, what is read, and whether it is out of range."""

    on: date
    value: Decimal
    words: str
    high: bool = False


def standing_lane(canvas: Canvas, periods: Sequence[StandingPeriod], top: float) -> Lane:
    """Phase, line and severity as each day knew them."""
    lane = "phase and line"
    marks = []
    for period, following in zip(periods, [*periods[1:], None], strict=True):
        tone = _PHASE_TONES[period.phase] if period.in_scope else OUT_OF_SCOPE
        end = following.from_on if following else None
        bar = canvas.bar(lane, tone, period.from_on, end, top + 3, STANDING_HEIGHT - 6, period.words, period.words)
        marks.append(bar if bar.text else canvas.bar(
            lane, tone, period.from_on, end, top + 3, STANDING_HEIGHT - 6, period.words, period.short_words
        ))  # fmt: skip
    return Lane(lane, "", top, STANDING_HEIGHT, tuple(marks))


def milestone_lane(canvas: Canvas, milestones: Sequence[Milestone], top: float) -> Lane:
    """Remission and relapse as clinicians declared them."""
    lane, middle = "milestones", top + MILESTONE_HEIGHT / 2
    seen = sorted((item for item in milestones if item.on <= canvas.as_of), key=lambda item: (item.on, item.id))
    marks = []
    for milestone, following in zip(seen, [*seen[1:], None], strict=True):
        x = canvas.scale.x(milestone.on)
        title, row = canvas.moment(lane, milestone.on, milestone.kind.label, milestone.precision)
        room = (canvas.scale.x(following.on) if following else canvas.scale.width) - x
        flipped = not fits(milestone.kind.label, room - 12) and following is None
        shown = flipped or fits(milestone.kind.label, room - 12)
        marks.append(
            Mark(
                Shape.PATH,
                BAD if milestone.kind is MilestoneKind.RELAPSE else GOOD,
                path=diamond(x, middle),
                title=title,
                text=milestone.kind.label if shown else "",
                text_x=x - 10 if flipped else x + 10,
                text_y=middle + 4,
                anchor="end" if flipped else "start",
                row=row,
            )
        )
    return Lane(lane, "", top, MILESTONE_HEIGHT, tuple(marks))


def condition_lane(canvas: Canvas, conditions: Sequence[Condition], top: float) -> Lane:
    """One condition, perhaps more than once."""
    lane = conditions[0].kind.label
    height = max(CONDITION_HEIGHT, len(label_lines(lane)) * LINE_HEIGHT + 4)
    marks = tuple(
        canvas.bar(
            lane, CONDITION, each.from_on, each.to_on, top + 5, height - 10, each.description or "present",
            each.description,
        )
        for each in conditions
    )  # fmt: skip
    return Lane(lane, "", top, height, marks)


def creatine_kinase(assessments: Sequence[Assessment], results: Sequence[Result], as_of: date) -> list[Point]:
    """CK in U/L from assessments and from results, by day."""
    points = [
        _enzyme_point(assessment.on, enzyme.value, enzyme.unit, enzyme.upper_limit, "")
        for assessment in assessments
        for enzyme in assessment.enzymes
        if enzyme.name is EnzymeName.CK
    ]
    points += [
        _enzyme_point(result.sampled_on, result.value, result.unit, result.upper_limit, result.comparator)
        for result in results
        if result.analyte == EnzymeName.CK.value and result.value is not None
    ]
    return sorted((point for point in points if point.on <= as_of), key=lambda point: (point.on, point.value))


def _enzyme_point(on: date, value: Decimal, unit: str, limit: Decimal | None, comparator: str) -> Point:
    # 1 µkat/L is 60 U/L; one axis needs one unit, the words keep the unit that was recorded.
    factor = Decimal(60) if unit == "ukat/L" else Decimal(1)
    high = limit is not None and value > limit
    range_words = f" (upper limit {display.number(limit)})" if limit is not None else ""
    return Point(on, value * factor, f"{comparator}{display.quantity(value, unit)}{range_words}", high)


def strength(assessments: Sequence[Assessment], as_of: date) -> list[Point]:
    """MMT as percent of the form's maximum, so that forms of 80, 150 and 260 share an axis."""
    return [
        Point(each.on, each.mmt * 100 / each.mmt_maximum, f"{display.number(each.mmt)} of {each.mmt_maximum}")
        for each in _in_order(assessments, as_of)
        if each.mmt is not None and each.mmt_maximum
    ]


def physician_global(assessments: Sequence[Assessment], as_of: date) -> list[Point]:
    """Physician global activity, 0-10 cm."""
    return [
        Point(each.on, each.physician_global, display.quantity(each.physician_global, "cm"))
        for each in _in_order(assessments, as_of)
        if each.physician_global is not None
    ]


def forced_vital_capacity(assessments: Sequence[Assessment], as_of: date) -> list[Point]:
    """FVC, percent of predicted."""
    return [
        Point(each.on, each.fvc_percent, f"{display.number(each.fvc_percent)} % of predicted")
        for each in _in_order(assessments, as_of)
        if each.fvc_percent is not None
    ]


def _in_order(assessments: Sequence[Assessment], as_of: date) -> list[Assessment]:
    return sorted((each for each in assessments if each.on <= as_of), key=lambda each: (each.on, each.id))


def log_lane(canvas: Canvas, label: str, note: str, points: Sequence[Point], top: float) -> Lane:
    """Values over several decades, such as CK."""
    scale = log_scale([point.value for point in points], top + 10, top + LOG_HEIGHT - 8)
    guides = [(decade, display.number(decade)) for decade in scale.decades()]
    return Lane(label, note, top, LOG_HEIGHT, _series(canvas, label, scale, points, guides))


def series_lane(
    canvas: Canvas, label: str, note: str, points: Sequence[Point], top: float, low: int, high: int
) -> Lane:
    """Values between two fixed ends."""
    scale = ValueScale(Decimal(low), Decimal(high), top + 10, top + SERIES_HEIGHT - 8)
    guides = [(Decimal(low), str(low)), (Decimal(high), str(high))]
    return Lane(label, note, top, SERIES_HEIGHT, _series(canvas, label, scale, points, guides))


def _series(
    canvas: Canvas,
    lane: str,
    scale: LogScale | ValueScale,
    points: Sequence[Point],
    guides: Sequence[tuple[Decimal, str]],
) -> tuple[Mark, ...]:
    right = canvas.scale.width
    marks = [
        Mark(
            Shape.LINE, GUIDE, x=0, y=scale.y(value), width=right, dashed=True, text=text,
            text_x=right - 3, text_y=scale.y(value) - 2, anchor="end",
        )
        for value, text in guides
    ]  # fmt: skip
    for before, after in pairwise(points):
        path = f"M{canvas.scale.x(before.on)} {scale.y(before.value)}L{canvas.scale.x(after.on)} {scale.y(after.value)}"
        marks.append(Mark(Shape.PATH, SERIES, path=path, open=True))
    for point in points:
        words = f"{point.words}{', above the upper limit' if point.high else ''}"
        title, row = canvas.moment(lane, point.on, words)
        x, y = canvas.scale.x(point.on), scale.y(point.value)
        if point.high:
            marks.append(Mark(Shape.PATH, LIMIT, path=diamond(x, y, 4.5), title=title, row=row))
        else:
            marks.append(Mark(Shape.CIRCLE, SERIES, x=x, y=y, radius=3.2, title=title, row=row))
    return tuple(marks)
