"""Lanes of what is taken: one for each drug, the oral corticosteroids by mg a day."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from itertools import pairwise

from patients.rules.record import Weight
from regimens.rules.record import Course, DosePeriod, Infusion
from regimens.rules.vocabulary import CourseRole, DoseBasis, DoseUnit, Frequency, OutcomeKind, Route
from tracker import display
from tracker.timeline.canvas import Canvas, arrow, check, cross, diamond, fits
from tracker.timeline.marks import (
    BAD,
    GOOD,
    GUIDE,
    IMMUNOGLOBULIN,
    IMMUNOSUPPRESSANT,
    NEUTRAL,
    OUTSIDE,
    PLANNED,
    STEROID,
    SUPPORTIVE,
    UNKNOWN_DOSE,
    Lane,
    Mark,
    Shape,
    Tone,
)

DRUG_HEIGHT, BAR_HEIGHT, STEROID_HEIGHT = 32.0, 17.0, 76.0
_ROLE_TONES: dict[CourseRole, Tone] = {
    CourseRole.IMMUNOSUPPRESSANT: IMMUNOSUPPRESSANT,
    CourseRole.CORTICOSTEROID: STEROID,
    CourseRole.IMMUNOGLOBULIN: IMMUNOGLOBULIN,
    CourseRole.SUPPORTIVE: SUPPORTIVE,
    CourseRole.OUTSIDE_PATHWAY: OUTSIDE,
}
_BAD_OUTCOMES = (OutcomeKind.INEFFECTIVE, OutcomeKind.STEROID_DEPENDENT, OutcomeKind.INTOLERANT)
_GOOD_OUTCOMES = (OutcomeKind.RESPONDED, OutcomeKind.REMISSION, OutcomeKind.COMPLETED)
_TIMES_A_DAY = {
    Frequency.ONCE_DAILY: Decimal(1),
    Frequency.TWICE_DAILY: Decimal(2),
    Frequency.THREE_TIMES_DAILY: Decimal(3),
    Frequency.PER_DAY_TOTAL: Decimal(1),
    Frequency.ALTERNATE_DAYS: Decimal("0.5"),
}
_MILLIGRAMS = {DoseUnit.MILLIGRAM: Decimal(1), DoseUnit.GRAM: Decimal(1000), DoseUnit.MICROGRAM: Decimal("0.001")}


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
    return amount * max(known, key=lambda weight: (weight.on, weight.id)).kilograms


def by_drug(courses: Iterable[Course], as_of: date) -> list[list[Course]]:
    """Courses begun by `as_of`, those of one drug and way of giving together, in the order of their first start."""
    groups: dict[tuple[str, str, bool], list[Course]] = {}
    for course in sorted(courses, key=lambda course: (course.start_on, course.id)):
        if course.start_on <= as_of:
            groups.setdefault((course.drug, course.drug_text.lower(), _is_oral_steroid(course)), []).append(course)
    return list(groups.values())


def drug_lane(
    canvas: Canvas, courses: list[Course], weights: tuple[Weight, ...], name_of: Callable[[Course], str], top: float
) -> Lane:
    """The lane of one drug: an oral corticosteroid by its mg a day, any other drug as bars with their doses."""
    name = name_of(courses[0])
    if _is_oral_steroid(courses[0]) and not all(course.never_given for course in courses):
        return _steroid_lane(canvas, name, courses, weights, top)
    y = top + DRUG_HEIGHT - BAR_HEIGHT - 4
    marks: list[Mark] = []
    for course in courses:
        marks += _course_marks(canvas, name, course, y)
    return Lane(name, "", top, DRUG_HEIGHT, tuple(marks))


def periods(course: Course, as_of: date) -> list[tuple[DosePeriod | None, date, date | None]]:
    """The course cut where its dose changes: (dose or None, from, to). Doses from after `as_of` are left out."""
    doses = sorted((dose for dose in course.doses if dose.from_on <= as_of), key=lambda dose: (dose.from_on, dose.id))
    cuts: list[tuple[DosePeriod | None, date]] = [(dose, max(dose.from_on, course.start_on)) for dose in doses]
    if not cuts or cuts[0][1] > course.start_on:
        cuts.insert(0, (None, course.start_on))
    ends: list[date | None] = [start for _, start in cuts[1:]]
    ends.append(course.stop_on)
    return [(dose, start, end) for (dose, start), end in zip(cuts, ends, strict=True)]


def _is_oral_steroid(course: Course) -> bool:
    return course.role is CourseRole.CORTICOSTEROID and course.route in (Route.ORAL, Route.NOT_RECORDED)


def _course_marks(canvas: Canvas, lane: str, course: Course, y: float) -> list[Mark]:
    if course.never_given:
        return [_never_given(canvas, lane, course, y)]
    marks = []
    for dose, from_on, to_on in periods(course, canvas.as_of):
        known = dose is not None and dose.amount is not None
        tone = _ROLE_TONES[course.role] if known else UNKNOWN_DOSE
        words = display.dose(dose) if dose else "dose not recorded"
        text = display.dose_amount(dose) if dose else "dose not recorded"
        marks.append(canvas.bar(lane, tone, from_on, to_on, y, BAR_HEIGHT, words, text))
    marks += [
        _infusion(canvas, lane, infusion, y) for infusion in course.infusions if infusion.first_on <= canvas.as_of
    ]
    return marks + _endings(canvas, lane, course, y, y + BAR_HEIGHT)


def _never_given(canvas: Canvas, lane: str, course: Course, y: float) -> Mark:
    judged = [outcome for outcome in course.outcomes if outcome.on <= canvas.as_of]
    why = max(judged, key=lambda outcome: (outcome.on, outcome.id)).kind.label if judged else "reason not recorded"
    words = f"never given: {why}"
    title, row = canvas.moment(lane, course.start_on, words, course.start_precision)
    x, middle = canvas.scale.x(course.start_on), y + BAR_HEIGHT / 2
    flipped = x > canvas.scale.width / 2
    return Mark(
        Shape.PATH,
        UNKNOWN_DOSE,
        path=diamond(x, middle),
        title=title,
        text=words,
        text_x=x - 9 if flipped else x + 9,
        text_y=middle + 4,
        anchor="end" if flipped else "start",
        row=row,
    )


def _infusion(canvas: Canvas, lane: str, infusion: Infusion, y: float) -> Mark:
    amount = display.quantity(infusion.total, infusion.unit.label if infusion.unit else "")
    amount = amount if infusion.total is not None else "amount not recorded"
    words = f"infusion over {display.days(infusion.days)}, {amount}"
    title, row = canvas.moment(lane, infusion.first_on, words)
    return Mark(
        Shape.LINE,
        NEUTRAL,
        x=canvas.scale.x(infusion.first_on),
        y=y - 9,
        height=12,
        title=title,
        row=row,
    )


def _endings(canvas: Canvas, lane: str, course: Course, top: float, bottom: float) -> list[Mark]:
    """The judgements on a course, and its stop or the sign that it goes on."""
    marks = []
    for outcome in sorted(course.outcomes, key=lambda outcome: (outcome.on, outcome.id)):
        if outcome.on > canvas.as_of:
            continue
        detail = "; ".join(part for part in (outcome.reaction, outcome.reason) if part)
        words = f"{outcome.kind.label}{f' ({detail})' if detail else ''}"
        title, row = canvas.moment(lane, outcome.on, words, outcome.precision)
        x, y = canvas.scale.x(outcome.on), top - 3
        if outcome.kind in _BAD_OUTCOMES:
            marks.append(Mark(Shape.PATH, BAD, path=cross(x, y), open=True, title=title, row=row))
        elif outcome.kind in _GOOD_OUTCOMES:
            marks.append(Mark(Shape.PATH, GOOD, path=check(x, y), open=True, title=title, row=row))
        else:
            marks.append(Mark(Shape.CIRCLE, NEUTRAL, x=x, y=y, radius=4, title=title, row=row))
    if course.stop_on is None or course.stop_on > canvas.as_of:
        x = canvas.scale.x(canvas.as_of)
        marks.append(Mark(Shape.PATH, NEUTRAL, path=arrow(x + 1, (top + bottom) / 2), title=f"{lane}: still taken"))
    else:
        why = course.stop_reason.label if course.stop_reason else "reason not recorded"
        title, row = canvas.moment(lane, course.stop_on, f"stopped: {why}", course.stop_precision)
        x = canvas.scale.x(course.stop_on)
        marks.append(Mark(Shape.LINE, NEUTRAL, x=x, y=top - 3, height=bottom - top + 6, title=title, row=row))
    return marks


def _steroid_lane(canvas: Canvas, name: str, courses: list[Course], weights: tuple[Weight, ...], top: float) -> Lane:
    floor, ceiling = top + STEROID_HEIGHT - 4, top + 18
    taken = [
        (dose, from_on, to_on, milligrams_a_day(dose, weights) if dose else None)
        for course in courses
        if not course.never_given
        for dose, from_on, to_on in periods(course, canvas.as_of)
    ]
    planned = [step.milligrams_per_day for course in courses for step in course.taper if step.on > canvas.as_of]
    highest = max([amount for *_, amount in taken if amount is not None] + planned + [Decimal(20)])
    per_milligram = (floor - ceiling) / float(highest)
    marks = [_guide(canvas, ceiling, f"{display.number(highest.normalize())} mg"), _guide(canvas, floor, "0")]
    for dose, from_on, to_on, amount in taken:
        words = display.dose(dose) if dose else "dose not recorded"
        if amount is None:
            text = display.dose_amount(dose) if dose else "dose not recorded"
            marks.append(canvas.bar(name, UNKNOWN_DOSE, from_on, to_on, floor - 16, 16, words, text))
            continue
        if dose is not None and dose.basis is not DoseBasis.FLAT:
            words = f"{words}, about {display.number(amount.quantize(Decimal('0.1')))} mg a day"
        height = max(round(float(amount) * per_milligram, 1), 1.5)
        text = f"{display.number(amount.quantize(Decimal('0.1')))} mg"
        bar = canvas.bar(name, STEROID, from_on, to_on, floor - height, height, words, text)
        marks.append(_text_above(bar) if height < 16 else bar)
    for course in courses:
        if not course.never_given:
            marks += _taper(canvas, name, course, floor, per_milligram)
            marks += _endings(canvas, name, course, floor - 16, floor)
    return Lane(name, "mg a day", top, STEROID_HEIGHT, tuple(marks))


def _text_above(bar: Mark) -> Mark:
    """A step too low to be written on carries its text above."""
    return Mark(
        bar.shape, bar.tone, bar.x, bar.y, bar.width, bar.height, title=bar.title, row=bar.row,
        text=bar.text, text_x=bar.x + 3, text_y=bar.y - 3,
    )  # fmt: skip


def _guide(canvas: Canvas, y: float, text: str) -> Mark:
    return Mark(
        Shape.LINE, GUIDE, x=0, y=y, width=canvas.scale.width, text=text, text_x=canvas.scale.width - 3,
        text_y=y - 3, anchor="end", dashed=True,
    )  # fmt: skip


def _taper(canvas: Canvas, lane: str, course: Course, floor: float, per_milligram: float) -> list[Mark]:
    """The planned steps that lie ahead, as a dashed staircase with one table row for each step."""
    ahead = sorted((step for step in course.taper if step.on > canvas.as_of), key=lambda step: step.on)
    if not ahead or (course.stop_on is not None and course.stop_on <= canvas.as_of):
        return []
    marks = []
    for step, following in pairwise([*ahead, None]):
        assert step is not None
        x = canvas.scale.x(step.on)
        end = canvas.scale.x(following.on) if following else x + 6
        y = round(floor - float(step.milligrams_per_day) * per_milligram, 1)
        text = display.quantity(step.milligrams_per_day, "mg")
        title, row = canvas.moment(lane, step.on, f"planned: {text} a day")
        shown = text if fits(text, end - x) else ""
        marks.append(
            Mark(Shape.PATH, PLANNED, path=f"M{x} {floor}V{y}H{end}", title=title, row=row, dashed=True,
                 text=shown, text_x=x + 3, text_y=y - 3)
        )  # fmt: skip
    return marks
