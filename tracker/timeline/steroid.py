"""The lane of an oral corticosteroid: steps as high as the mg taken a day, and the planned taper beyond."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from patients.rules.entry_order import entry_order
from patients.rules.record import Weight
from regimens.rules.record import Course, DosePeriod, TaperStep
from regimens.rules.vocabulary import DoseBasis, DoseUnit, Frequency
from tracker import display
from tracker.timeline.canvas import Canvas, Source, fits
from tracker.timeline.marks import (
    GUIDE,
    PLANNED,
    STEROID,
    STEROID_BY_PLAN,
    UNKNOWN_DOSE,
    Lane,
    LaneKind,
    Mark,
    Shape,
)
from tracker.timeline.treatment import Names, endings, never_given, periods, source_of

STEROID_HEIGHT = 88.0
_LEAST_AXIS = Decimal(20)  # mg a day that the axis always reaches
_ONE = Decimal(1)
_TIMES_A_DAY = {
    Frequency.ONCE_DAILY: Decimal(1),
    Frequency.TWICE_DAILY: Decimal(2),
    Frequency.THREE_TIMES_DAILY: Decimal(3),
    Frequency.PER_DAY_TOTAL: Decimal(1),
    Frequency.ALTERNATE_DAYS: Decimal("0.5"),
}
_MILLIGRAMS = {DoseUnit.MILLIGRAM: Decimal(1), DoseUnit.GRAM: Decimal(1000), DoseUnit.MICROGRAM: Decimal("0.001")}


@dataclass(frozen=True, slots=True)
class _Step:
    """A stretch of one daily amount in mg on the lane's axis. `by_plan`: a step of the taper that nobody recorded."""

    course: Course
    dose: DosePeriod | None
    step: TaperStep | None
    from_on: date
    to_on: date | None
    amount: Decimal | None


def milligrams_a_day(dose: DosePeriod, weights: Iterable[Weight]) -> Decimal | None:
    """The daily amount that a dose comes to, or None when what is recorded does not say."""
    if dose.amount is None or dose.unit not in _MILLIGRAMS or dose.frequency not in _TIMES_A_DAY:
        return None
    amount = dose.amount * _MILLIGRAMS[dose.unit] * _TIMES_A_DAY[dose.frequency]
    if dose.basis is DoseBasis.FLAT:
        return amount
    known = [weight for weight in weights if weight.on <= dose.from_on]
    if dose.basis is not DoseBasis.PER_KILOGRAM or not known:
        return None
    return amount * max(known, key=lambda weight: (weight.on, entry_order(weight.id))).kilograms


def steroid_lane(canvas: Canvas, courses: list[Course], weights: tuple[Weight, ...], names: Names, top: float) -> Lane:
    """In mg of prednisolone a day where the catalogue gives the drug's equivalence, else in mg as recorded."""
    name, factor = names.course(courses[0]), names.equivalence(courses[0]) or _ONE
    note = "mg a day" if factor == _ONE else "mg a day, as prednisolone"
    floor, ceiling = top + STEROID_HEIGHT - 4, top + 26
    given = [course for course in courses if not course.never_given]
    taken = [step for course in given for step in _steps(canvas, course, weights, factor)]
    planned = [
        step.milligrams_per_day * factor
        for course in given
        for step in course.taper
        if step.on > canvas.as_of and canvas.scale.holds(step.on)
    ]
    shown = [step.amount for step in taken if step.amount is not None and _on_axis(canvas, step)]
    highest = max(shown + planned + [_LEAST_AXIS])
    per_milligram = (floor - ceiling) / float(highest)
    marks = [_guide(canvas, ceiling, f"{display.number(highest.normalize())} mg"), _guide(canvas, floor, "0")]
    marks += [_drawn(canvas, name, step, factor, floor, per_milligram) for step in taken]
    for course in given:
        marks += _taper(canvas, name, course, factor, floor, per_milligram)
        marks += canvas.unsure(course.start_on, course.start_precision, floor + 1)
        marks += [
            replace(mark, text="") if mark.sign == "stop" else mark
            for mark in endings(canvas, name, course, floor - 16, floor)
        ]
    for course in courses:
        if course.never_given:
            marks += never_given(canvas, name, course, top + 6)
    return Lane(name, note, top, STEROID_HEIGHT, tuple(marks), LaneKind.DRUGS)


def _on_axis(canvas: Canvas, step: _Step) -> bool:
    return step.from_on <= canvas.scale.last and canvas.until(step.to_on) >= canvas.scale.first


def _steps(canvas: Canvas, course: Course, weights: tuple[Weight, ...], factor: Decimal) -> list[_Step]:
    """What was taken as far as recorded; from a planned step that has come since the last dose on, the plan."""
    found: list[_Step] = []
    for dose, from_on, to_on in periods(course, canvas.as_of):
        amount = milligrams_a_day(dose, weights) if dose else None
        come = [
            step
            for step in sorted(course.taper, key=lambda step: (step.on, entry_order(step.id)))
            if from_on < step.on <= canvas.as_of and (to_on is None or step.on < to_on)
        ]
        cuts = [from_on, *(step.on for step in come)]
        ends: list[date | None] = [*cuts[1:], to_on]
        scaled = None if amount is None else amount * factor
        found.append(_Step(course, dose, None, from_on, ends[0], scaled))
        found += [
            _Step(course, dose, step, step.on, end, step.milligrams_per_day * factor)
            for step, end in zip(come, ends[1:], strict=True)
        ]
    return found


def _drawn(canvas: Canvas, name: str, step: _Step, factor: Decimal, floor: float, per_milligram: float) -> Mark:
    words, source = _words(step, factor), source_of(step.course, step.dose)
    precision = step.course.start_precision if step.from_on == step.course.start_on else "day"
    if step.step is not None:
        source = Source("taper_step", step.step.id, step.step.milligrams_per_day, "mg")
    if step.amount is None:
        # The lane is read in mg a day: what is no daily amount stands there with how often, or not at all.
        bar = canvas.bar(name, UNKNOWN_DOSE, step.from_on, step.to_on, floor - 16, 16, words, words, source, precision)
        recorded = step.dose is not None and step.dose.amount is not None
        return replace(bar, dashed=True, sign="no-daily-dose" if recorded else "dose-not-recorded")
    height = max(round(float(step.amount) * per_milligram, 1), 1.5)
    text = f"{display.number(step.amount.quantize(Decimal('0.1')))} mg"
    tone = STEROID if step.step is None else STEROID_BY_PLAN
    # What is written beside a dose may say that it did not stay so: "once daily, then tapered".
    more = step.step is None and step.dose is not None and step.dose.frequency_text
    for shown in (words, text) if more else (text,):
        bar = canvas.bar(name, tone, step.from_on, step.to_on, floor - height, height, words, shown, source, precision)
        if bar.text:
            break
    bar = replace(bar, sign="steroid" if step.step is None else "steroid-by-plan")
    return replace(bar, text_x=bar.x + 3, text_y=bar.y - 3) if height < 16 else bar


def _words(step: _Step, factor: Decimal) -> str:
    if step.step is not None:
        planned = display.quantity(step.step.milligrams_per_day, "mg")
        return f"{planned} a day by the planned taper, not recorded as taken"
    if step.dose is None or step.amount is None:
        return display.dose(step.dose) if step.dose else "dose not recorded"
    words = display.dose(step.dose)
    amount = display.number(step.amount.quantize(Decimal("0.1")))
    if factor != _ONE:
        return f"{words}, as prednisolone {amount} mg a day"
    return f"{words}, about {amount} mg a day" if step.dose.basis is not DoseBasis.FLAT else words


def _guide(canvas: Canvas, y: float, text: str) -> Mark:
    return Mark(
        Shape.LINE, GUIDE, x=0, y=y, width=canvas.scale.width, text=text, text_x=canvas.scale.width - 3,
        text_y=y - 3, anchor="end", dashed=True,
    )  # fmt: skip


def _taper(
    canvas: Canvas, lane: str, course: Course, factor: Decimal, floor: float, per_milligram: float
) -> list[Mark]:
    """The planned steps that lie ahead, as a dashed staircase with one table row for each step."""
    ahead = sorted((step for step in course.taper if step.on > canvas.as_of), key=lambda step: step.on)
    if not ahead or (course.stop_on is not None and course.stop_on <= canvas.as_of):
        return []
    marks = []
    for step, following in pairwise([*ahead, None]):
        assert step is not None
        x = canvas.scale.x(step.on)
        end = canvas.scale.x(following.on) if following else x + 6
        y = round(floor - float(step.milligrams_per_day * factor) * per_milligram, 1)
        text = display.quantity(step.milligrams_per_day, "mg")
        source = Source("taper_step", step.id, step.milligrams_per_day, "mg")
        title, row = canvas.moment(lane, step.on, f"planned: {text} a day", source=source)
        shown = text if fits(text, end - x) else ""
        marks.append(
            Mark(Shape.PATH, PLANNED, x=x, y=y, path=f"M{x} {floor}V{y}H{end}", title=title, rows=(row,), dashed=True,
                 text=shown, text_x=x + 3, text_y=y - 3, sign="planned-dose")
        )  # fmt: skip
    return marks
