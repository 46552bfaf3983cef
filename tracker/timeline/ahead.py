"""What is entered for a coming day, right of the line of today: a flag in the lane of its drug."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from regimens.rules.coming import ComingChange, ComingKind
from tracker import display
from tracker.timeline.canvas import Canvas, Source, fits, number
from tracker.timeline.marks import PLANNED, Lane, Mark, Shape
from tracker.timeline.treatment import BAR_HEIGHT, SIGN_REACH, shorter_texts

_TEXT_BESIDE = 11.0  # pixels from the staff of the flag to its text


def flag(x: float, top: float, bottom: float) -> str:
    """Path of a flag that flies to the right of its staff."""
    return f"M{number(x)} {number(bottom)}V{number(top)}h8v6h-8"


def with_flags(canvas: Canvas, lane: Lane, changes: Iterable[ComingChange]) -> Lane:
    """The lane of a drug with what is planned of it. The steps of a taper that has begun are its own staircase."""
    flagged = [each for each in changes if each.step is None or each.course.start_on > canvas.as_of]
    marks = [_flagged(canvas, lane, each, following) for each, following in pairwise([*flagged, None]) if each]
    return replace(lane, marks=(*lane.marks, *marks)) if marks else lane


def _flagged(canvas: Canvas, lane: Lane, change: ComingChange, following: ComingChange | None) -> Mark:
    x, bottom = canvas.scale.x(change.on), lane.bottom - 4
    end = canvas.scale.width if following is None else canvas.scale.x(following.on)
    title, row = canvas.moment(lane.label, change.on, _words(change), change.precision, _source(change))
    text = next((each for each in _texts(change) if fits(each, end - x - _TEXT_BESIDE)), "")
    return Mark(
        Shape.PATH, PLANNED, x=x, y=bottom - BAR_HEIGHT / 2, path=flag(x, bottom - BAR_HEIGHT, bottom), title=title,
        rows=(row,), text=text, text_x=x + _TEXT_BESIDE, text_y=bottom - BAR_HEIGHT / 2 + 4, dashed=True, open=True,
        sign="planned-change", reach=SIGN_REACH,
    )  # fmt: skip


def _words(change: ComingChange) -> str:
    if change.kind is ComingKind.STOP:
        reason = change.course.stop_reason
        return f"planned stop: {reason.label if reason else 'reason not recorded'}"
    if change.step is not None:
        return f"planned: {display.quantity(change.step.milligrams_per_day, 'mg')} a day"
    dose = display.dose(change.dose) if change.dose is not None else "dose not recorded"
    return f"planned {'start' if change.kind is ComingKind.START else 'dose'}: {dose}"


def _texts(change: ComingChange) -> Sequence[str]:
    """What may stand beside the flag, the longest first."""
    if change.kind is ComingKind.STOP:
        return ("stop",)
    if change.step is not None:
        return (display.quantity(change.step.milligrams_per_day, "mg"),)
    return (*((display.dose(change.dose),) if change.dose is not None else ()), *shorter_texts(change.dose))


def _source(change: ComingChange) -> Source:
    if change.step is not None:
        return Source(*change.entry, change.step.milligrams_per_day, "mg")
    dose = change.dose
    if dose is None:
        return Source(*change.entry)
    return Source(*change.entry, dose.amount, dose.unit.label if dose.unit else "")
