"""What each sign in a drawing means: a small picture of the sign itself, and words."""

from tracker.timeline.ahead import flag
from tracker.timeline.canvas import arrow, check, cross, diamond, triangle
from tracker.timeline.cluster import PILL
from tracker.timeline.marks import (
    BAD,
    DUE,
    GOOD,
    LATE,
    LIMIT,
    NEUTRAL,
    NOT_COUNTED,
    OVERDUE,
    PAUSED,
    PLANNED,
    SECOND_SERIES,
    SERIES,
    STEROID,
    STEROID_BY_PLAN,
    TARGET,
    UNKNOWN_DOSE,
    UNSURE,
    Mark,
    Shape,
    Tone,
)

WIDTH, HEIGHT = 20.0, 14.0  # pixels of a picture
_X, _Y = WIDTH / 2, HEIGHT / 2


def _path(tone: Tone, path: str, *, open: bool = False, dashed: bool = False) -> Mark:
    return Mark(Shape.PATH, tone, path=path, open=open, dashed=dashed)


def _box(tone: Tone, *, dashed: bool = False, text: str = "") -> Mark:
    return Mark(
        Shape.RECT, tone, x=1, y=1, width=WIDTH - 2, height=HEIGHT - 2, dashed=dashed, text=text, text_x=_X,
        text_y=_Y + 4, anchor="middle" if text else "start",
    )  # fmt: skip


def _dot(tone: Tone, radius: float = 3.6, *, dashed: bool = False, text: str = "") -> Mark:
    return Mark(
        Shape.CIRCLE, tone, x=_X, y=_Y, radius=radius, dashed=dashed, text=text, text_x=_X, text_y=_Y + 4,
        anchor="middle" if text else "start",
    )  # fmt: skip


def _upright() -> Mark:
    return Mark(Shape.LINE, NEUTRAL, x=_X, y=1, height=HEIGHT - 2)


# In the order in which they are listed. Phases, drugs and conditions are named where they are drawn.
LEGEND: dict[str, tuple[Mark, str]] = {
    "remission": (_path(GOOD, diamond(_X, _Y)), "remission"),
    "relapse": (_path(BAD, triangle(_X, _Y, 6)), "relapse"),
    "steroid": (_box(STEROID), "corticosteroid, as recorded"),
    "steroid-by-plan": (_box(STEROID_BY_PLAN), "by the planned taper, not recorded as taken"),
    "planned-dose": (_path(PLANNED, f"M2 12V4H10V9H{WIDTH - 1}", open=True, dashed=True), "planned dose"),
    "dose-not-recorded": (_box(UNKNOWN_DOSE, dashed=True), "dose not recorded"),
    "no-daily-dose": (_box(UNKNOWN_DOSE, dashed=True), "dose recorded, not as an amount a day"),
    "good": (_path(GOOD, check(_X, _Y), open=True), "responded, remission or completed"),
    "bad": (_path(BAD, cross(_X, _Y), open=True), "ineffective or not tolerated"),
    "judged": (_dot(NEUTRAL, 4), "another judgement"),
    "never-given": (_path(UNKNOWN_DOSE, diamond(_X, _Y)), "never given"),
    "stop": (_upright(), "stopped"),
    "infusion": (Mark(Shape.LINE, NEUTRAL, x=_X, y=1, height=7), "infusion given"),
    "planned-change": (
        _path(PLANNED, flag(_X - 4, 1, HEIGHT), open=True, dashed=True),
        "start, other dose or stop entered for a coming day",
    ),
    "planned-infusion": (_path(PLANNED, f"M{_X} 0V14", open=True, dashed=True), "infusion planned"),
    "goes-on": (_path(NEUTRAL, arrow(_X - 3, _Y)), "still taken"),
    "done": (_dot(GOOD), "done"),
    "late": (_path(LATE, triangle(_X, _Y, 5.5)), "done late"),
    "missed": (_path(BAD, cross(_X, _Y, 4), open=True), "missed, or no longer asked for when overdue"),
    "overdue": (_path(OVERDUE, diamond(_X, _Y, 6)), "overdue"),
    "due": (_dot(DUE, 4.5), "due, or sample on its way"),
    "planned": (_dot(PLANNED, dashed=True), "due later"),
    "paused": (_box(PAUSED), "monitoring paused"),
    "due-count": (_dot(DUE, 6.5, text="2"), "number of items due; ! some overdue"),
    "cluster": (_box(PILL, text="3"), "several close together: opens closer; ! some late or out of range"),
    "assessment": (_path(NEUTRAL, triangle(_X, _Y, -5), open=True), "assessment"),
    "severe-assessment": (_path(BAD, triangle(_X, _Y, -5)), "assessment with a severe feature"),
    "value": (_dot(SERIES, 3.2), "value"),
    "score": (_dot(SERIES, 3.2), "value"),
    "values": (Mark(Shape.RECT, SERIES, x=7, y=1, width=6, height=12), "several values close together"),
    "high": (_path(LIMIT, diamond(_X, _Y, 4.5)), "above its upper limit"),
    "limit": (_path(LIMIT, f"M0 {_Y}H{WIDTH}", open=True, dashed=True), "upper limit"),
    "physician-global": (_dot(SERIES, 3.2), "physician global"),
    "patient-global": (_dot(SECOND_SERIES, 3.2), "patient global"),
    "level-above": (_path(LIMIT, triangle(_X, _Y, 5.5)), "level above its range"),
    "level-below": (_path(LIMIT, triangle(_X, _Y, -5.5)), "level below its range"),
    "not-counted": (_dot(NOT_COUNTED, 4, dashed=True), "level that does not count"),
    "target": (_box(TARGET), "range that the level should lie in"),
    "result": (_dot(NEUTRAL, 3.5), "results of a day"),
    "unsure": (_path(UNSURE, f"M2 3V11M2 {_Y}H18M18 3V11", open=True, dashed=True), "day not known exactly"),
}


def signs_of(found: frozenset[str]) -> tuple[tuple[Mark, str], ...]:
    """The signs of a drawing in their order, each with its words once."""
    shown = {words: picture for sign, (picture, words) in LEGEND.items() if sign in found}
    return tuple((picture, words) for words, picture in shown.items())
