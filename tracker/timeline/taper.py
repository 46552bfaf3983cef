"""The taper of one course as a drawing: taken, planned and expected dose on one axis, and what was decided."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from monitoring.rules.record import MonitoringRecord
from patients.rules.entry_order import entry_order
from regimens.rules.record import TaperDecision
from regimens.rules.taper import TaperSpan, TaperStanding
from regimens.rules.taper_curve import LABEL, ExpectedCurve
from regimens.rules.vocabulary import TaperChoice
from tracker import display
from tracker.timeline import measures
from tracker.timeline.canvas import LETTER, Canvas, fits
from tracker.timeline.layout import AHEAD, AXIS_HEIGHT, GAP, GUTTER, WIDTH, axis_ticks
from tracker.timeline.marks import (
    EXPECTED,
    GUIDE,
    NEUTRAL,
    PLANNED,
    STEROID,
    UNKNOWN_DOSE,
    Lane,
    Mark,
    Row,
    Shape,
    Timeline,
)
from tracker.timeline.scale import ValueScale, spanning

DOSE_HEIGHT, DECISION_HEIGHT = 190.0, 34.0
LEAST_AXIS = Decimal(20)  # mg a day that the axis always reaches
BEFORE = timedelta(days=84)  # how long before the start measures are drawn, as in a response's baseline


def lay_out_taper(
    standing: TaperStanding,
    curve: ExpectedCurve | None,
    decisions: Sequence[TaperDecision],
    record: MonitoringRecord,
    name: str,
) -> Timeline | None:
    """The drawing, or None where there is no daily dose to draw (it began later, or is given in pulses)."""
    if not standing.spans:
        return None
    as_of, start = standing.as_of, standing.course.start_on
    expected = () if curve is None else curve.steps
    days = [start, *(step.on for step in standing.ahead), *(on for on, _ in expected)]
    days += [decision.next_check_on for decision in decisions if decision.next_check_on]
    canvas = Canvas(spanning([on for on in days if on <= as_of + AHEAD], as_of, WIDTH), as_of)
    lanes = [_dose_lane(canvas, standing, curve, name)]
    if decisions:
        lanes.append(_decision_lane(canvas, decisions, lanes[-1].bottom + GAP))
    lanes += _measures(canvas, record, start - BEFORE, lanes[-1].bottom + GAP)
    return Timeline(
        as_of=as_of,
        first_on=canvas.scale.first,
        last_on=canvas.scale.last,
        width=WIDTH,
        height=lanes[-1].bottom + 2 * GAP,
        gutter=GUTTER,
        now_x=canvas.scale.x(as_of),
        ticks=axis_ticks(canvas),
        lanes=tuple(lanes),
        rows=tuple(row for lane in lanes for mark in lane.marks for row in mark.rows),
    )


def _dose_lane(canvas: Canvas, standing: TaperStanding, curve: ExpectedCurve | None, name: str) -> Lane:
    expected = () if curve is None else curve.steps
    amounts = [each for span in standing.spans for each in (span.taken, span.planned) if each is not None]
    amounts += [step.milligrams_per_day for step in standing.ahead] + [dose for _, dose in expected]
    highest = max([*amounts, LEAST_AXIS])
    scale = ValueScale(Decimal(0), highest, AXIS_HEIGHT + 18, AXIS_HEIGHT + DOSE_HEIGHT - 6)
    marks = [_guide(canvas, scale, value) for value in _guides(highest)]
    marks += [_taken(canvas, scale, span, name) for span in standing.spans]
    marks += _planned(canvas, scale, standing)
    if curve is not None and expected:
        marks += _expected(canvas, scale, curve)
    return Lane(name, "mg a day", AXIS_HEIGHT, DOSE_HEIGHT, tuple(marks))


def _guides(highest: Decimal) -> list[Decimal]:
    """Lines that a person counts by: every 5, 10, 20 or 50 mg, and the top."""
    apart = next((step for step in (5, 10, 20, 50) if highest / step <= 5), 100)
    values = [Decimal(value) for value in range(0, int(highest) + 1, apart)]
    return values if highest - values[-1] < apart / 3 else [*values, highest]


def _guide(canvas: Canvas, scale: ValueScale, value: Decimal) -> Mark:
    y = scale.y(value)
    return Mark(
        Shape.LINE, GUIDE, x=0, y=y, width=canvas.scale.width, text=f"{display.number(value)} mg" if value else "",
        text_x=canvas.scale.width - 3, text_y=y - 3, anchor="end", dashed=True,
    )  # fmt: skip


def _taken(canvas: Canvas, scale: ValueScale, span: TaperSpan, name: str) -> Mark:
    last = span.before - timedelta(days=1)
    until = None if last == canvas.as_of else span.before
    if span.taken is None:
        y = scale.bottom - 18
        return canvas.bar(name, UNKNOWN_DOSE, span.from_on, until, y, 18, "dose not recorded", "dose not recorded")
    height = max(round(scale.bottom - scale.y(span.taken), 1), 1.5)
    words = f"recorded: {display.quantity(span.taken, 'mg')} a day"
    text = display.quantity(span.taken, "mg")
    bar = canvas.bar(name, STEROID, span.from_on, until, scale.bottom - height, height, words, text)
    # The dose stands at the foot of its step, clear of the dashed plan at its top.
    return Mark(
        bar.shape, bar.tone, bar.x, bar.y, bar.width, bar.height, title=bar.title, rows=bar.rows, text=bar.text,
        text_x=bar.text_x, text_y=scale.bottom - 5,
    )  # fmt: skip


def _planned(canvas: Canvas, scale: ValueScale, standing: TaperStanding) -> list[Mark]:
    """The plan of each day as one dashed staircase, and a table row for each of its steps."""
    pieces: list[tuple[date, date, Decimal]] = []
    for span in standing.spans:
        if span.planned is None:
            continue
        if pieces and pieces[-1][1] == span.from_on and pieces[-1][2] == span.planned:
            pieces[-1] = (pieces[-1][0], span.before, span.planned)
        else:
            pieces.append((span.from_on, span.before, span.planned))
    if standing.course.stop_on is None or standing.course.stop_on > standing.as_of:
        for step, following in pairwise([*standing.ahead, None]):
            assert step is not None
            pieces.append((step.on, following.on if following else canvas.scale.last, step.milligrams_per_day))
        if standing.ahead and len(pieces) > len(standing.ahead):
            place = len(pieces) - len(standing.ahead) - 1
            pieces[place] = (pieces[place][0], standing.ahead[0].on, pieces[place][2])
    marks, path, before = [], "", None
    for from_on, to_on, dose in pieces:
        x, end, y = canvas.scale.x(from_on), canvas.scale.x(to_on), scale.y(dose)
        path += f"V{y}H{end}" if before == from_on else f"M{x} {y}H{end}"
        before = to_on
        goal = "stop" if not dose else f"{display.quantity(dose, 'mg')} a day"
        title, row = canvas.moment("plan", from_on, f"planned: {goal}")
        shown = from_on > standing.as_of and fits(display.quantity(dose, "mg"), end - x)
        text = display.quantity(dose, "mg") if shown else ""
        marks.append(
            Mark(Shape.CIRCLE, PLANNED, x=x, y=y, radius=2.5, title=title, rows=(row,), text=text,
                 text_x=x + 5, text_y=y - 4)
        )  # fmt: skip
    line = [Mark(Shape.PATH, PLANNED, path=path, dashed=True, open=True, title="plan, dashed")] if path else []
    return [*line, *marks]


def _expected(canvas: Canvas, scale: ValueScale, curve: ExpectedCurve) -> list[Mark]:
    (first, dose), *later = curve.steps
    path = f"M{canvas.scale.x(first)} {scale.y(dose)}"
    for on, milligrams in later:
        path += f"H{canvas.scale.x(on)}V{scale.y(milligrams)}"
    path += f"H{canvas.scale.x(curve.ends_on or curve.steps[-1][0])}"
    words = (
        f"{curve.example.title}: from {display.quantity(dose, 'mg')} to {display.quantity(curve.steps[-1][1], 'mg')}"
    )
    row = Row(LABEL, first, curve.ends_on, single=False, words=words)
    x = min(canvas.scale.x(first) + 6, canvas.scale.width - len(curve.label) * LETTER)
    return [
        Mark(
            Shape.PATH, EXPECTED, path=path, title=f"{curve.label}, {words}", rows=(row,), text=curve.label,
            text_x=max(x, 2), text_y=scale.y(dose) - 5,
        )
    ]  # fmt: skip


def _decision_lane(canvas: Canvas, decisions: Sequence[TaperDecision], top: float) -> Lane:
    lane, middle = "decisions", top + DECISION_HEIGHT / 2
    marks = []
    ordered = sorted(decisions, key=lambda each: (each.on, entry_order(each.id)))
    for decision, following in pairwise([*ordered, None]):
        assert decision is not None
        x = canvas.scale.x(decision.on)
        room = (canvas.scale.x(following.on) if following else canvas.scale.width) - x - 10
        words = decision_words(decision)
        title, row = canvas.moment(lane, decision.on, words)
        word = decision.choice.value if fits(decision.choice.value, room) else ""
        marks.append(
            Mark(Shape.PATH, NEUTRAL, path=_sign(decision.choice, x, middle), title=title, rows=(row,), text=word,
                 text_x=x + 9, text_y=middle + 4)
        )  # fmt: skip
    return Lane(lane, "", top, DECISION_HEIGHT, tuple(marks))


def decision_words(decision: TaperDecision) -> str:
    """`hold the dose, 20 mg a day: CK rising`."""
    dose = decision.milligrams_per_day
    said = decision.choice.label
    if dose is not None:
        said += ", stop" if not dose else f", {display.quantity(dose, 'mg')} a day"
    return f"{said}: {decision.reason}" if decision.reason else said


def _sign(choice: TaperChoice, x: float, y: float, size: float = 6.0) -> str:
    """▼ for a cut, ▬ for a hold, ▲ for a raise."""
    left, right = round(x - size, 1), round(x + size, 1)
    if choice is TaperChoice.HOLD:
        return f"M{left} {y - 2.5}H{right}V{y + 2.5}H{left}Z"
    tip, foot = (y + size, y - size + 1) if choice is TaperChoice.CUT else (y - size, y + size - 1)
    return f"M{left} {foot}H{right}L{x} {tip}Z"


def _measures(canvas: Canvas, record: MonitoringRecord, since: date, top: float) -> list[Lane]:
    """CK and strength of the same time, as far as recorded."""
    assessments = [each for each in record.treatment.patient.assessments if each.on >= since]
    results = [each for each in record.results if each.sampled_on >= since]
    lanes: list[Lane] = []
    ck = measures.creatine_kinase(assessments, results, canvas.as_of)
    if ck:
        lanes.append(measures.log_lane(canvas, "CK", "U/L, log scale", ck, top))
        top = lanes[-1].bottom + GAP
    strength = measures.strength(assessments, canvas.as_of)
    if strength:
        lanes.append(measures.series_lane(canvas, "muscle strength", "MMT, % of maximum", strength, top, 0, 100))
    return lanes
