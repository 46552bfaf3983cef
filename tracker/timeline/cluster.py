"""Makes a crowded lane legible: marks off the axis go, marks too close become one with a count, texts never overlap."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from tracker.display import day
from tracker.timeline.canvas import LETTER, Canvas
from tracker.timeline.marks import GUIDE, LATE, LIMIT, NEUTRAL, OVERDUE, SERIES, Lane, Mark, Row, Shape

_MOST_WORDS = 4  # entries that a cluster names; the table has all of them
_BAD = frozenset({"late", "missed", "overdue", "out of range", "above the upper limit"})
_AIR = 3.0
_SIGN, _PILL_ROOM = 8.0, 16.0
PILL = replace(NEUTRAL, name="cluster", fill="#ffffff", text="#14242c")


def tidied(canvas: Canvas, lane: Lane) -> Lane:
    """The lane as it can be read on this axis."""
    seen = [mark for mark in lane.marks if _on_axis(canvas, mark)]
    return replace(lane, marks=tuple(_settled(canvas, _clustered(canvas, lane, seen))))


def _on_axis(canvas: Canvas, mark: Mark) -> bool:
    """Whether any day of it lies on the axis; what has no row only goes along with the rest."""
    if not mark.rows:
        return True
    return any(reaches(canvas, row) for row in mark.rows)


def reaches(canvas: Canvas, row: Row) -> bool:
    """Whether any day of the row lies on the axis."""
    scale = canvas.scale
    last = row.to_on if row.to_on is not None else max(canvas.as_of, row.from_on)
    return row.from_on <= scale.last and last >= scale.first


def _clustered(canvas: Canvas, lane: Lane, marks: Sequence[Mark]) -> list[Mark]:
    """Points of one height nearer than their reach as one mark; everything else as it was, in its order."""
    points = sorted((mark for mark in marks if mark.reach), key=lambda mark: (_height(mark), mark.x, mark.title))
    found = [mark for mark in marks if not mark.reach]
    for _, same in groupby(points, key=_height):
        group: list[Mark] = []
        for mark in same:
            if group and mark.x - group[0].x >= _room(group, mark):
                found.append(_together(canvas, lane, group))
                group = []
            group.append(mark)
        found.append(_together(canvas, lane, group))
    return found


def _room(group: Sequence[Mark], mark: Mark) -> float:
    """Pixels from the first of a group to a mark that stays out of it. A count takes more room than a sign."""
    reach = max(mark.reach, group[0].reach)
    return max(reach, _PILL_ROOM) if len(group) > 1 and reach >= _SIGN and _height(mark) else reach


def _height(mark: Mark) -> float:
    """Values of a measure lie at many heights and are taken together; signs only with those of their own height."""
    return 0.0 if mark.tone in (SERIES, LIMIT) else mark.y


def _together(canvas: Canvas, lane: Lane, group: Sequence[Mark]) -> Mark:
    if len(group) == 1:
        return group[0]
    rows = tuple(sorted((row for mark in group for row in mark.rows), key=lambda row: (row.from_on, row.words)))
    bad = any(mark.status in _BAD or mark.tone is LIMIT for mark in group)
    title = _summary(lane.label, group, rows)
    if all(mark.tone in (SERIES, LIMIT) for mark in group):
        top, bottom = min(mark.y for mark in group) - 3, max(mark.y for mark in group) + 3
        left = max(min(mark.x for mark in group) - 3, 0)
        width = min(max(mark.x for mark in group) + 3, canvas.scale.width) - left
        tone = LIMIT if bad else SERIES
        return Mark(
            Shape.RECT, tone, x=round(left, 1), y=round(top, 1), width=round(width, 1),
            height=round(bottom - top, 1), title=title, rows=rows, sign="values",
        )  # fmt: skip
    first = group[0]
    if first.shape is Shape.LINE:
        return replace(first, title=title, rows=rows)
    overdue = any(mark.status == "overdue" for mark in group)
    text = f"{len(group)}{'!' if bad else ''}"
    x = round((first.x + group[-1].x) / 2, 1)
    width = max(LETTER * len(text) + 8, 14)
    left = min(max(x - width / 2, 0), canvas.scale.width - width)
    return Mark(
        Shape.RECT, OVERDUE if overdue else LATE if bad else PILL, x=round(left, 1), y=first.y - 7,
        width=round(width, 1), height=14, title=title, rows=rows, sign="cluster", text=text,
        text_x=round(left + width / 2, 1), text_y=first.y + 4, anchor="middle",
    )  # fmt: skip


def _summary(lane: str, group: Sequence[Mark], rows: Sequence[Row]) -> str:
    """`full blood count: 7 done, 2 late, 05-Jan-2026 to 09-Mar-2026`; without a status the entries themselves."""
    first, last = rows[0].from_on, max(row.to_on or row.from_on for row in rows)
    span = day(first) if first == last else f"{day(first)} to {day(last)}"
    if all(mark.status for mark in group):
        counted: dict[str, int] = {}
        for mark in group:
            counted[mark.status] = counted.get(mark.status, 0) + 1
        return f"{lane}: {', '.join(f'{count} {status}' for status, count in counted.items())}, {span}"
    told = "; ".join(dict.fromkeys(row.words for row in rows[:_MOST_WORDS]))
    more = f"; and {len(rows) - _MOST_WORDS} more" if len(rows) > _MOST_WORDS else ""
    return f"{lane}: {len(rows)} entries, {span}: {told}{more}"


def _settled(canvas: Canvas, marks: Sequence[Mark]) -> Iterable[Mark]:
    """A text beside a mark gives way where another text or mark already is; the newest keeps its place."""
    taken = [_box(mark) for mark in marks if mark.reach or (mark.rows and mark.shape is Shape.RECT)]
    written: list[Mark] = []
    for mark in reversed(marks):
        if not mark.text or mark.text_on_shape or mark.tone is GUIDE:
            written.append(mark)
            continue
        for tried in (mark, _turned(mark)):
            box = _text_box(tried)
            inside = box[0] >= 0 and box[2] <= canvas.scale.width
            if inside and not any(_meet(box, other) for other in taken if other != _box(mark)):
                taken.append(box)
                written.append(tried)
                break
        else:
            written.append(replace(mark, text=""))
    return reversed(written)


def _turned(mark: Mark) -> Mark:
    """The same with its text on the other side; the same where it has no other side."""
    if mark.shape is not Shape.PATH or not mark.reach:
        return mark
    away = abs(mark.text_x - mark.x)
    flipped = mark.anchor == "start"
    return replace(mark, anchor="end" if flipped else "start", text_x=mark.x - away if flipped else mark.x + away)


def text_width(text: str) -> float:
    """Pixels that a text takes, a little generous."""
    return len(text) * LETTER


Box = tuple[float, float, float, float]


def _text_box(mark: Mark) -> Box:
    width = text_width(mark.text)
    left = {"end": mark.text_x - width, "middle": mark.text_x - width / 2}.get(mark.anchor, mark.text_x)
    return left, mark.text_y - 9, left + width, mark.text_y + 2


def _box(mark: Mark) -> Box:
    if mark.shape is Shape.RECT:
        return mark.x, mark.y, mark.x + mark.width, mark.y + mark.height
    return mark.x - 5, mark.y - 5, mark.x + 5, mark.y + 5


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] + _AIR and other[0] < one[2] + _AIR and one[1] < other[3] and other[1] < one[3]
