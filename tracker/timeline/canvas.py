"""What every lane is drawn on: the time axis, the day that the drawing stands for, and how text fits."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from monitoring.rules.record import Result
from patients.rules.vocabulary import DatePrecision
from tracker.display import day
from tracker.timeline.marks import UNSURE, Mark, Row, Shape, Tone
from tracker.timeline.scale import TimeScale

LETTER = 6.2  # pixels of a letter at the drawing's text size, a little generous
_AIR = 9.0
_ABOUT = 9.0  # pixels to each side of a day that is estimated: how far off it may be is not recorded


def number(value: float) -> str:
    """`12`, `12.5`: a tenth of a pixel is enough."""
    return f"{value:.1f}".removesuffix(".0")


def fits(text: str, width: float) -> bool:
    """Whether a text can be written in so many pixels."""
    return len(text) * LETTER + _AIR <= width


@dataclass(frozen=True, slots=True)
class Source:
    """The entry that a mark comes from, and the number it recorded: see Row."""

    kind: str = ""
    entry_id: str = ""
    value: Decimal | None = None
    unit: str = ""
    comparator: str = ""


NOBODY = Source()


def result_source(row: Result) -> Source:
    """A result as the source of its mark, with `<` or `>` where the number is only a bound."""
    return Source("result", row.id, row.value, row.unit, row.comparator)


@dataclass(frozen=True, slots=True)
class Canvas:
    """Nothing recorded for a day after `as_of` is drawn, apart from plans and due dates."""

    scale: TimeScale
    as_of: date

    def until(self, end: date | None) -> date:
        """The end of something that has not ended by `as_of` is `as_of`."""
        return self.as_of if end is None or end > self.as_of else end

    def bar(
        self,
        lane: str,
        tone: Tone,
        from_on: date,
        to_on: date | None,
        y: float,
        height: float,
        words: str,
        text: str,
        source: Source = NOBODY,
        precision: str = DatePrecision.DAY,
    ) -> Mark:
        """A stretch of days as a bar with its words, and its text where that fits."""
        left, right = self.scale.x(from_on), self.scale.x(self.until(to_on))
        width = max(round(right - left, 1), 2.0)
        ended = to_on if to_on is not None and to_on <= self.as_of else None
        began = day(from_on, precision)
        span = f"{began} to {day(ended)}" if ended else f"since {began}"
        row = Row(lane, from_on, ended, single=False, words=words, precision=precision)
        return Mark(
            shape=Shape.RECT,
            tone=tone,
            x=left,
            y=round(y, 1),
            width=width,
            height=height,
            title=f"{lane}: {words}, {span}",
            text=text if fits(text, width) else "",
            text_x=left + 5,
            text_y=round(y + height / 2 + 4, 1),
            rows=(_told_by(row, source),),
        )

    def moment(
        self, lane: str, on: date, words: str, precision: str = DatePrecision.DAY, source: Source = NOBODY
    ) -> tuple[str, Row]:
        """Title and table row of something that happened on one day."""
        row = Row(lane, on, on, single=True, words=words, precision=precision)
        return f"{lane}: {words}, {day(on, precision)}", _told_by(row, source)

    def unsure(self, on: date, precision: str, y: float) -> Sequence[Mark]:
        """A dotted line over the days that a day known only in part may have been; nothing for a known one."""
        if precision == DatePrecision.DAY:
            return ()
        earliest, latest = days_meant(on, precision)
        left, right = self.scale.x(earliest), self.scale.x(latest)
        if earliest == latest:
            left, right = left - _ABOUT, right + _ABOUT
        if right <= 0 or left >= self.scale.width:
            return ()
        path = f"M{left} {y - 3}V{y + 3}M{left} {y}H{right}M{right} {y - 3}V{y + 3}"
        return (Mark(Shape.PATH, UNSURE, x=left, y=y, path=path, open=True, dashed=True, sign="unsure"),)


def days_meant(on: date, precision: str) -> tuple[date, date]:
    """The first and the last day that a day known only in part may have been; the day itself where nobody can say."""
    if precision == DatePrecision.MONTH:
        return on.replace(day=1), on.replace(day=monthrange(on.year, on.month)[1])
    if precision == DatePrecision.YEAR:
        return date(on.year, 1, 1), date(on.year, 12, 31)
    return on, on


def _told_by(row: Row, source: Source) -> Row:
    if source is NOBODY:
        return row
    return replace(
        row, kind=source.kind, entry_id=source.entry_id, value=source.value, unit=source.unit,
        comparator=source.comparator,
    )  # fmt: skip


def cross(x: float, y: float, size: float = 4.5) -> str:
    """Path of an ✕ around a point."""
    side = 2 * size
    return f"{_at(x, y)}m{_by(-size, -size)}l{_by(side, side)}m{_by(-side, 0)}l{_by(side, -side)}"


def check(x: float, y: float, size: float = 5.0) -> str:
    """Path of a ✓ around a point."""
    return f"{_at(x, y)}m{_by(-size, 0)}l{_by(size - 1.5, size - 1)}l{_by(size + 1.5, 1 - 2 * size)}"


def diamond(x: float, y: float, size: float = 5.5) -> str:
    """Path of a ◆ around a point."""
    return f"{_at(x, y)}m{_by(0, -size)}l{_by(size, size)}l{_by(-size, size)}l{_by(-size, -size)}z"


def triangle(x: float, y: float, size: float = 5.0) -> str:
    """Path of a ▲ around a point; ▼ for a negative size."""
    half, foot = abs(size), size * 0.8
    return f"{_at(x, y)}m{_by(-half, foot)}h{number(2 * half)}l{_by(-half, -size - foot)}z"


def arrow(x: float, y: float, size: float = 5.0) -> str:
    """Path of a ▶ that begins at a point: what it follows goes on."""
    return f"{_at(x, y)}m{_by(0, -size)}l{_by(size * 1.3, size)}l{_by(-size * 1.3, size)}z"


def _at(x: float, y: float) -> str:
    """Where a sign stands. All else of it is said from there, so that each of its kind reads alike and packs well."""
    return f"M{number(x)} {number(y)}"


def _by(right: float, down: float) -> str:
    return f"{number(right)} {number(down)}"
