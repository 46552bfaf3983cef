"""The shares of the rows of a table as bars: how long each is drawn, and what is written beside it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tracker.caseload.grids import Grid

_LABEL_ROOM, _WIDTH, _VALUE_ROOM = 168, 300, 132  # pixels
_ROW, _BAR, _TOP = 28, 16, 6
_LONGEST_LABEL = 26  # letters that fit beside the bars


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    y: float
    text_y: float
    width: float
    value: str
    value_x: float
    words: str


@dataclass(frozen=True, slots=True)
class Shares:
    """Bars from nothing to all, one for each row of whom there is a share."""

    title: str
    bars: tuple[Bar, ...]
    height: int
    axis: tuple[tuple[float, str], ...]
    left: int = _LABEL_ROOM
    bar_height: int = _BAR
    full: int = _WIDTH
    width: int = _LABEL_ROOM + _WIDTH + _VALUE_ROOM


def shares_of(grid: Grid) -> Shares:
    """The bars of a table that has a share; none where nobody is in a denominator."""
    bars = []
    for place, row in enumerate(grid.shares):
        width = round(row.part / row.whole * _WIDTH, 1)
        y = _TOP + place * _ROW
        value = _("%(share)s, %(part)s of %(whole)s") % {"share": row.share, "part": row.part, "whole": row.whole}
        label = row.heading if len(row.heading) <= _LONGEST_LABEL else f"{row.heading[: _LONGEST_LABEL - 1]}…"
        words = f"{row.heading}: {value}"
        bars.append(Bar(label, y, y + 12.5, width, value, round(_LABEL_ROOM + width + 6, 1), words))
    axis = tuple((_LABEL_ROOM + share * _WIDTH / 100, f"{share} %") for share in (0, 50, 100))
    return Shares(grid.title, tuple(bars), _TOP + len(bars) * _ROW + 22, axis)
