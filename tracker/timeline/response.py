"""The response to treatment over time: the Total Improvement Score of each assessment against its line's baseline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from patients.protocol.activity import ActivityProtocol, Categories
from patients.rules.entry_order import entry_order
from patients.rules.population import population_of
from patients.rules.record import Assessment
from patients.rules.vocabulary import ResponseCategory
from regimens.rules.record import TreatmentRecord
from regimens.rules.response_comparison import compare
from regimens.rules.response_findings import LineResponse, Response, Responses
from tracker import display
from tracker.timeline.canvas import Canvas, Source
from tracker.timeline.marks import RESPONSE_BANDS, SERIES, Lane, LaneKind, Mark, Shape
from tracker.timeline.measures import Point, guide_lines, series
from tracker.timeline.scale import ValueScale

RESPONSE_HEIGHT = 92.0
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of one line of treatment, oldest first, and the cut-offs that hold for them."""

    line: str
    points: tuple[Point, ...]
    cut_offs: Categories


def scores_over_time(
    record: TreatmentRecord, found: Responses, activity: ActivityProtocol, as_of: date
) -> tuple[Scored, ...]:
    """For each line with a baseline, every later assessment that a score can rest on.

    Baselines, and which assessments count for which line, are those of the response rules. A maintenance step runs
    beside an induction line; each assessment is drawn once, against the baseline of the induction line begun last that
    counts it, and only where none does against that of a step: in remission little is left to improve.
    """
    taken: set[str] = set()
    by_id = {each.id: each for each in record.patient.assessments if each.on <= as_of}
    scored = []
    for line in sorted(found.lines, key=_induction_first, reverse=True):
        response = line.response
        baseline = by_id.get(response.baseline.id) if response.baseline is not None else None
        if baseline is None:
            continue
        cut_offs = activity.categories[population_of(record.patient.person, activity, baseline.on).population]
        name = f"line {line.code}" if line.code.isdigit() else f"maintenance ({line.code})"
        left = [each for each in by_id.values() if each.id not in taken]
        points = tuple(_points(record, activity, response, baseline, left, name))
        taken.update(point.source.entry_id for point in points)
        if points:
            scored.append(Scored(name, points, cut_offs))
    return tuple(reversed(scored))


def _induction_first(line: LineResponse) -> tuple[bool, date, str]:
    return line.code.isdigit(), line.response.start_on, line.code


def _points(
    record: TreatmentRecord,
    activity: ActivityProtocol,
    response: Response,
    baseline: Assessment,
    assessments: Sequence[Assessment],
    line: str,
) -> Sequence[Point]:
    left_out = {each.assessment.id for each in response.left_out}
    after = max(response.start_on, baseline.on)
    points = []
    for each in sorted(assessments, key=lambda each: (each.on, entry_order(each.id))):
        if each.id in left_out or not after < each.on <= response.counted_until:
            continue
        score = compare(record, activity, baseline, each).score
        if score is None or not score.sufficient:
            continue
        least = "at least " if score.partial else ""
        category = score.category.label
        if score.partial and score.category is ResponseCategory.NONE:
            category = "below minimal in what was measured, not decided"
        words = (
            f"{least}{display.number(score.points)}, {category}, {line} against the baseline of "
            f"{display.day(baseline.on, baseline.precision)}"
        )
        source = Source("assessment", each.id, score.points, "points")
        points.append(Point(each.on, score.points, words, source=source, precision=each.precision))
    return points


def response_lane(canvas: Canvas, scored: Sequence[Scored], top: float) -> Lane:
    """0 to 100 points with the cut-offs of minimal, moderate and major response as bands."""
    scale = ValueScale(Decimal(0), _HUNDRED, top + 12, top + RESPONSE_HEIGHT - 8)
    marks = _bands(canvas, scale, scored[-1].cut_offs)
    marks += guide_lines(canvas, scale, [(Decimal(0), ""), (_HUNDRED, "")])
    for each in scored:
        marks += series(canvas, "response (TIS)", scale, each.points, SERIES, "score")
    return Lane("response (TIS)", "0 to 100 points", top, RESPONSE_HEIGHT, tuple(marks), LaneKind.RESPONSE)


def _bands(canvas: Canvas, scale: ValueScale, cut_offs: Categories) -> list[Mark]:
    """One band from each cut-off to the next, named at its lower right."""
    marks = []
    limits = [("minimal", cut_offs.minimal), ("moderate", cut_offs.moderate), ("major", cut_offs.major)]
    for place, (name, low) in enumerate(limits):
        high = limits[place + 1][1] if place + 1 < len(limits) else _HUNDRED
        y = scale.y(high)
        marks.append(
            Mark(
                Shape.RECT, RESPONSE_BANDS[place], x=0, y=y, width=canvas.scale.width,
                height=round(scale.y(low) - y, 1),
                text=f"{name}, from {display.number(low)}", text_x=canvas.scale.width - 4,
                text_y=scale.y(low) - 3, anchor="end",
            )
        )  # fmt: skip
    return marks
