"""Lanes of what is taken: one for each drug, its courses as bars with their doses and how they ended."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from patients.rules.entry_order import entry_order
from regimens.rules.record import Course, DosePeriod, Infusion, Outcome
from regimens.rules.vocabulary import CourseRole, Frequency, OutcomeKind, Route
from tracker import display
from tracker.timeline.canvas import Canvas, Source, arrow, check, cross, diamond, fits
from tracker.timeline.marks import (
    BAD,
    GOOD,
    IMMUNOGLOBULIN,
    IMMUNOSUPPRESSANT,
    NEUTRAL,
    OUTSIDE,
    PLANNED,
    STEROID,
    SUPPORTIVE,
    UNKNOWN_DOSE,
    Lane,
    LaneKind,
    Mark,
    Row,
    Shape,
    Tone,
)

ROW_HEIGHT, BAR_HEIGHT = 32.0, 17.0
SIGN_REACH = 9.0  # pixels between the middles of two signs that can be told apart
_TICK_REACH = 3.0
_ROLE_TONES: dict[CourseRole, Tone] = {
    CourseRole.IMMUNOSUPPRESSANT: IMMUNOSUPPRESSANT,
    CourseRole.CORTICOSTEROID: STEROID,
    CourseRole.IMMUNOGLOBULIN: IMMUNOGLOBULIN,
    CourseRole.SUPPORTIVE: SUPPORTIVE,
    CourseRole.OUTSIDE_PATHWAY: OUTSIDE,
}
_BAD_OUTCOMES = (OutcomeKind.INEFFECTIVE, OutcomeKind.STEROID_DEPENDENT, OutcomeKind.INTOLERANT)
_OF_A_DAY = (Frequency.ONCE_DAILY, Frequency.PER_DAY_TOTAL)
_GOOD_OUTCOMES = (OutcomeKind.RESPONDED, OutcomeKind.REMISSION, OutcomeKind.COMPLETED)


def _no_equivalence(course: Course) -> Decimal | None:
    return None


def _no_cycles(course: Course) -> tuple[date, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Names:
    """What drugs and analytes are called, by their catalogue ids, and what the catalogue says of a course.

    `equivalence` is mg of prednisolone for 1 mg of the course's drug, None where the sources give none; `cycles` are
    the first days of the infusions planned ahead.
    """

    drugs: Callable[[str], str]
    analytes: Callable[[str], str]
    equivalence: Callable[[Course], Decimal | None] = _no_equivalence
    cycles: Callable[[Course], tuple[date, ...]] = _no_cycles

    def course(self, course: Course) -> str:
        return self.drugs(course.drug) if course.drug else f"{course.drug_text} (outside the catalogue)"


def by_drug(courses: Iterable[Course], as_of: date, planned: Collection[str] = ()) -> list[list[Course]]:
    """Courses begun by `as_of`, those of one drug and way of giving together, in the order of their first start.

    `planned` are the ids of courses that are told although they begin later.
    """
    groups: dict[tuple[str, str, bool], list[Course]] = {}
    for course in sorted(courses, key=lambda course: (course.start_on, entry_order(course.id))):
        if course.start_on <= as_of or course.id in planned:
            groups.setdefault((course.drug, course.drug_text.lower(), is_oral_steroid(course)), []).append(course)
    return list(groups.values())


def bar_lane(canvas: Canvas, courses: list[Course], names: Names, top: float) -> Lane:
    """The lane of one drug: its courses as bars with their doses."""
    name = names.course(courses[0])
    shelves = _Shelves()
    marks: list[Mark] = []
    for course in courses:
        y = top + shelves.place(canvas, course) * ROW_HEIGHT + ROW_HEIGHT - BAR_HEIGHT - 4
        marks += _course_marks(canvas, name, course, names, y)
    return Lane(name, "", top, shelves.height, tuple(marks), LaneKind.DRUGS)


@dataclass(slots=True)
class _Shelves:
    """Courses of one drug share a row where they do not overlap, and take another where they do."""

    ends: list[date] = field(default_factory=list)

    def place(self, canvas: Canvas, course: Course) -> int:
        """The row of the course, from 0. Courses come in the order of their starts."""
        end = max(_days_ruled_out(canvas, course)) if course.never_given else canvas.until(course.stop_on)
        for row, taken_until in enumerate(self.ends):
            if taken_until <= course.start_on:
                self.ends[row] = end
                return row
        self.ends.append(end)
        return len(self.ends) - 1

    @property
    def height(self) -> float:
        return max(len(self.ends), 1) * ROW_HEIGHT


def periods(course: Course, as_of: date) -> list[tuple[DosePeriod | None, date, date | None]]:
    """The course cut where its dose changes: (dose or None, from, to). Doses from after `as_of` are left out."""
    doses = sorted(
        (dose for dose in course.doses if dose.from_on <= as_of), key=lambda dose: (dose.from_on, entry_order(dose.id))
    )
    cuts: list[tuple[DosePeriod | None, date]] = [(dose, max(dose.from_on, course.start_on)) for dose in doses]
    if not cuts or cuts[0][1] > course.start_on:
        cuts.insert(0, (None, course.start_on))
    ends: list[date | None] = [start for _, start in cuts[1:]]
    ends.append(course.stop_on)
    return [(dose, start, end) for (dose, start), end in zip(cuts, ends, strict=True)]


def is_oral_steroid(course: Course) -> bool:
    return course.role is CourseRole.CORTICOSTEROID and course.route in (Route.ORAL, Route.NOT_RECORDED)


def source_of(course: Course, dose: DosePeriod | None) -> Source:
    """A stretch of a dose comes from that dose, and one without a dose from the course."""
    if dose is None:
        return Source("course", course.id)
    return Source("dose", dose.id, dose.amount, dose.unit.label if dose.unit else "")


def _course_marks(canvas: Canvas, lane: str, course: Course, names: Names, y: float) -> list[Mark]:
    if course.never_given:
        return never_given(canvas, lane, course, y)
    marks = []
    for place, (dose, from_on, to_on) in enumerate(periods(course, canvas.as_of)):
        known = dose is not None and dose.amount is not None
        tone = _ROLE_TONES[course.role] if known else UNKNOWN_DOSE
        words = display.dose(dose) if dose else "dose not recorded"
        precision = course.start_precision if place == 0 else "day"
        for text in (words, *shorter_texts(dose)):
            bar = canvas.bar(
                lane, tone, from_on, to_on, y, BAR_HEIGHT, _noted(course, words), text, source_of(course, dose),
                precision,
            )  # fmt: skip
            if bar.text:
                break
        marks.append(bar if known else replace(bar, dashed=True, sign="dose-not-recorded"))
    marks += [
        _infusion(canvas, lane, infusion, y) for infusion in course.infusions if infusion.first_on <= canvas.as_of
    ]
    marks += [_planned_infusion(canvas, lane, course, on, y) for on in names.cycles(course)]
    marks += canvas.unsure(course.start_on, course.start_precision, y + BAR_HEIGHT + 2)
    return marks + endings(canvas, lane, course, y, y + BAR_HEIGHT)


def shorter_texts(dose: DosePeriod | None) -> tuple[str, ...]:
    """What may stand on a bar too short for the whole dose: an amount alone is read as that of a day.

    A weekly dose still says that it is one, its weekday is then in the title and the table; any other that is not the
    amount of a day stands there whole or not at all.
    """
    if dose is None or dose.amount is None:
        return ("dose not recorded",)
    if dose.frequency is Frequency.ONCE_WEEKLY:
        return (f"{display.dose_amount(dose)} {dose.frequency.label}",)
    return (display.dose_amount(dose),) if dose.frequency in _OF_A_DAY else ()


def _noted(course: Course, words: str) -> str:
    return f"{words} ({course.note})" if course.note else words


def never_given(canvas: Canvas, lane: str, course: Course, y: float) -> list[Mark]:
    """The sign of a drug that was ruled out, with its judgements of that day; those of other days have their own."""
    judged = _judged(canvas, course)
    same_day = [outcome for outcome in judged if outcome.on == course.start_on]
    why = dict.fromkeys(outcome.kind.label for outcome in same_day or judged[-1:])
    text = f"never given: {', '.join(why) or 'reason not recorded'}"
    source = Source("course", course.id)
    title, row = canvas.moment(lane, course.start_on, text, course.start_precision, source)
    if same_day:
        words = f"never given: {', '.join(_judgement_words(outcome) for outcome in same_day)}"
        title, _ = canvas.moment(lane, course.start_on, words, course.start_precision, source)
    rows = (row, *(_judgement_moment(canvas, lane, outcome)[1] for outcome in same_day))
    sign = _never_given_sign(canvas, course.start_on, y, title, text)
    marks = [replace(sign, rows=rows), *canvas.unsure(course.start_on, course.start_precision, y + 9)]
    return marks + _judgements(canvas, lane, [outcome for outcome in judged if outcome not in same_day], y)


def _never_given_sign(canvas: Canvas, on: date, y: float, title: str, text: str) -> Mark:
    x, middle = canvas.scale.x(on), y + BAR_HEIGHT / 2
    flipped = x > canvas.scale.width / 2
    return Mark(
        Shape.PATH,
        UNKNOWN_DOSE,
        x=x,
        y=middle,
        path=diamond(x, middle),
        title=title,
        text=text,
        text_x=x - 9 if flipped else x + 9,
        text_y=middle + 4,
        anchor="end" if flipped else "start",
        sign="never-given",
        reach=SIGN_REACH,
    )


def _days_ruled_out(canvas: Canvas, course: Course) -> list[date]:
    return [course.start_on, *(outcome.on for outcome in _judged(canvas, course))]


def _judged(canvas: Canvas, course: Course) -> list[Outcome]:
    """The judgements on a course by the day, the oldest first."""
    judged = [outcome for outcome in course.outcomes if outcome.on <= canvas.as_of]
    return sorted(judged, key=lambda outcome: (outcome.on, entry_order(outcome.id)))


def _judgement_words(outcome: Outcome) -> str:
    detail = "; ".join(part for part in (outcome.reaction, outcome.reason) if part)
    return f"{outcome.kind.label}{f' ({detail})' if detail else ''}"


def _judgement_moment(canvas: Canvas, lane: str, outcome: Outcome) -> tuple[str, Row]:
    source = Source("outcome", outcome.id)
    return canvas.moment(lane, outcome.on, _judgement_words(outcome), outcome.precision, source)


def _judgements(canvas: Canvas, lane: str, judged: Iterable[Outcome], top: float) -> list[Mark]:
    marks: list[Mark] = []
    for outcome in judged:
        title, row = _judgement_moment(canvas, lane, outcome)
        marks += canvas.unsure(outcome.on, outcome.precision, top - 4)
        marks.append(_judgement(canvas.scale.x(outcome.on), top - 4, outcome.kind, title))
        marks[-1] = replace(marks[-1], rows=(row,), reach=SIGN_REACH)
    return marks


def _infusion(canvas: Canvas, lane: str, infusion: Infusion, y: float) -> Mark:
    unit = infusion.unit.label if infusion.unit else ""
    amount = display.quantity(infusion.total, unit) if infusion.total is not None else "amount not recorded"
    words = f"infusion over {display.days(infusion.days)}, {amount}"
    title, row = canvas.moment(
        lane, infusion.first_on, words, source=Source("infusion", infusion.id, infusion.total, unit)
    )
    x = canvas.scale.x(infusion.first_on)
    return Mark(
        Shape.LINE, NEUTRAL, x=x, y=y - 9, height=12, title=title, rows=(row,), sign="infusion", reach=_TICK_REACH,
        status="infusions",
    )  # fmt: skip


def _planned_infusion(canvas: Canvas, lane: str, course: Course, on: date, y: float) -> Mark:
    plan = Source("infusion_plan", course.infusion_plan.id) if course.infusion_plan else Source("course", course.id)
    words = "infusion planned" if on > canvas.as_of else "infusion planned, not recorded as given"
    title, row = canvas.moment(lane, on, words, source=plan)
    x = canvas.scale.x(on)
    path = f"M{x} {y - 9}V{y + 5}"
    return Mark(
        Shape.PATH, PLANNED, x=x, y=y - 2, path=path, title=title, rows=(row,), dashed=True, open=True,
        sign="planned-infusion",
    )  # fmt: skip


def endings(canvas: Canvas, lane: str, course: Course, top: float, bottom: float) -> list[Mark]:
    """The judgements on a course, and its stop or the sign that it goes on."""
    marks = _judgements(canvas, lane, _judged(canvas, course), top)
    if course.stop_on is None or course.stop_on > canvas.as_of:
        if canvas.scale.holds(canvas.as_of):
            x = canvas.scale.x(canvas.as_of)
            path, y = arrow(x + 1, (top + bottom) / 2), (top + bottom) / 2
            marks.append(Mark(Shape.PATH, NEUTRAL, x=x, y=y, path=path, title=f"{lane}: still taken", sign="goes-on"))
        return marks
    why = course.stop_reason.label if course.stop_reason else "reason not recorded"
    source = Source("course", course.id)
    title, row = canvas.moment(lane, course.stop_on, f"stopped: {why}", course.stop_precision, source)
    marks += canvas.unsure(course.stop_on, course.stop_precision, bottom + 2)
    x, height = canvas.scale.x(course.stop_on), bottom - top + 6
    stop = Mark(Shape.LINE, NEUTRAL, x=x, y=top - 3, height=height, title=title, rows=(row,), sign="stop")
    text = f"stopped: {why}"
    if fits(text, canvas.scale.width - x):
        stop = replace(stop, text=text, text_x=x + 5, text_y=round((top + bottom) / 2 + 4, 1))
    return [*marks, stop]


def _judgement(x: float, y: float, kind: OutcomeKind, title: str) -> Mark:
    if kind in _BAD_OUTCOMES:
        return Mark(Shape.PATH, BAD, x=x, y=y, path=cross(x, y), open=True, title=title, sign="bad")
    if kind in _GOOD_OUTCOMES:
        return Mark(Shape.PATH, GOOD, x=x, y=y, path=check(x, y), open=True, title=title, sign="good")
    return Mark(Shape.CIRCLE, NEUTRAL, x=x, y=y, radius=4, title=title, sign="judged")
