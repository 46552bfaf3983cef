"""Lanes of how the disease went as judged: standing, milestones, assessments, conditions. Measures: measures.py."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from patients.rules.entry_order import entry_order
from patients.rules.record import Assessment, Condition
from patients.rules.vocabulary import MrcGrade
from regimens.rules.findings import Phase
from regimens.rules.record import Milestone
from regimens.rules.vocabulary import MilestoneKind
from tracker import display
from tracker.timeline.canvas import Canvas, Source, diamond, triangle
from tracker.timeline.marks import (
    BAD,
    CONDITION,
    GOOD,
    INDUCTION,
    LINE_HEIGHT,
    MAINTENANCE,
    NEUTRAL,
    OUT_OF_SCOPE,
    RELAPSE,
    REMISSION,
    Lane,
    LaneKind,
    Mark,
    Shape,
    label_lines,
)
from tracker.timeline.standing import StandingPeriod

_PHASE_TONES = {
    Phase.INDUCTION: INDUCTION,
    Phase.MAINTENANCE: MAINTENANCE,
    Phase.RELAPSE: RELAPSE,
    Phase.DRUG_FREE_REMISSION: REMISSION,
}
STANDING_HEIGHT, MILESTONE_HEIGHT, ASSESSMENT_HEIGHT, CONDITION_HEIGHT = 30.0, 24.0, 24.0, 24.0
_REACH = 9.0


def standing_lane(canvas: Canvas, periods: Sequence[StandingPeriod], top: float) -> Lane:
    """Phase, line and severity as each day knew them."""
    lane, y, height = "phase and line", top + 3, STANDING_HEIGHT - 6
    marks = []
    for period, following in zip_longest(periods, periods[1:]):
        tone = _PHASE_TONES[period.phase] if period.in_scope else OUT_OF_SCOPE
        end = following.from_on if following else None
        bar = canvas.bar(lane, tone, period.from_on, end, y, height, period.words, period.words)
        if not bar.text:
            shorter = canvas.bar(lane, tone, period.from_on, end, y, height, period.words, period.short_words)
            code = canvas.bar(lane, tone, period.from_on, end, y, height, period.words, period.code)
            bar = shorter if shorter.text else code
        marks.append(replace(bar, sign="phase"))
    return Lane(lane, "", top, STANDING_HEIGHT, tuple(marks), LaneKind.PHASE)


def milestone_lane(canvas: Canvas, milestones: Sequence[Milestone], top: float) -> Lane:
    """Remission and relapse as clinicians declared them."""
    lane, middle = "milestones", top + MILESTONE_HEIGHT / 2
    seen = sorted(
        (item for item in milestones if item.on <= canvas.as_of), key=lambda item: (item.on, entry_order(item.id))
    )
    marks: list[Mark] = []
    for milestone in seen:
        x = canvas.scale.x(milestone.on)
        words = f"{milestone.kind.label} ({milestone.note})" if milestone.note else milestone.kind.label
        source = Source("milestone", milestone.id)
        title, row = canvas.moment(lane, milestone.on, words, milestone.precision, source)
        marks += canvas.unsure(milestone.on, milestone.precision, middle)
        marks.append(
            Mark(
                Shape.PATH,
                BAD if milestone.kind is MilestoneKind.RELAPSE else GOOD,
                x=x,
                y=middle,
                path=_milestone_sign(milestone.kind, x, middle),
                title=title,
                text=milestone.kind.label,
                text_x=x + 10,
                text_y=middle + 4,
                rows=(row,),
                sign="relapse" if milestone.kind is MilestoneKind.RELAPSE else "remission",
                reach=_REACH,
            )
        )
    return Lane(lane, "", top, MILESTONE_HEIGHT, tuple(marks), LaneKind.MILESTONES)


def _milestone_sign(kind: MilestoneKind, x: float, y: float) -> str:
    """A relapse points up, as disease activity does; a remission lies level."""
    return triangle(x, y, 6) if kind is MilestoneKind.RELAPSE else diamond(x, y)


def assessment_lane(canvas: Canvas, assessments: Sequence[Assessment], top: float) -> Lane:
    """Each visit at which the disease was assessed; filled where signs of severe disease were recorded."""
    lane, middle = "assessments", top + ASSESSMENT_HEIGHT / 2
    marks: list[Mark] = []
    for each in sorted(assessments, key=lambda each: (each.on, entry_order(each.id))):
        if each.on > canvas.as_of:
            continue
        source = Source("assessment", each.id)
        title, row = canvas.moment(lane, each.on, assessment_words(each), each.precision, source)
        x, severe = canvas.scale.x(each.on), bool(each.severe_features)
        marks += canvas.unsure(each.on, each.precision, middle)
        marks.append(
            Mark(
                Shape.PATH, BAD if severe else NEUTRAL, x=x, y=middle, path=triangle(x, middle, -5), title=title,
                rows=(row,), sign="severe-assessment" if severe else "assessment", reach=_REACH, open=not severe,
                status="assessments with a severe feature" if severe else "assessments",
            )
        )  # fmt: skip
    return Lane(lane, "", top, ASSESSMENT_HEIGHT, tuple(marks), LaneKind.ASSESSMENTS)


def assessment_words(each: Assessment) -> str:
    """What was said of severity, and which measures have no lane of their own."""
    words = [feature.label for feature in each.severe_features]
    if each.non_severe_confirmed:
        words.append("confirmed as not severe")
    if each.lowest_mrc is not None:
        words.append(f"weakest group {_grade(each.lowest_mrc)} ({each.lowest_mrc_group.label})")
    for name, value in (("HAQ", each.haq), ("extramuscular global", each.extramuscular_global)):
        if value is not None:
            words.append(f"{name} {display.number(value)}")
    for name, value in (("DLCO", each.dlco_percent), ("CMAS", each.cmas), ("DAS", each.das)):
        if value is not None:
            words.append(f"{name} {display.number(value)}{' %' if name == 'DLCO' else ''}")
    words += [f"notes: {each.notes}"] if each.notes else []
    return ", ".join(words) or "measures alone, nothing said of severity"


def _grade(grade: MrcGrade) -> str:
    return f"MRC {grade.label}"


def condition_lane(canvas: Canvas, conditions: Sequence[Condition], top: float) -> Lane:
    """One condition, perhaps more than once."""
    lane = conditions[0].kind.label
    height = max(CONDITION_HEIGHT, len(label_lines(lane)) * LINE_HEIGHT + 4)
    marks: list[Mark] = []
    for each in conditions:
        bar = canvas.bar(
            lane, CONDITION, each.from_on, each.to_on, top + 5, height - 10, each.description or "present",
            each.description, Source("condition", each.id), each.precision,
        )  # fmt: skip
        marks += [bar, *canvas.unsure(each.from_on, each.precision, top + height / 2)]
    return Lane(lane, "", top, height, tuple(marks), LaneKind.CONDITIONS)
