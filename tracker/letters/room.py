"""How much of a record goes onto so many pages: what has no room is counted and said, never dropped in silence."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.letters.runs import Line, plain_line
from tracker.paper import pages_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Room:
    """How much is printed, how large, and on how many pages it may stand.

    `lines` of each list, `values` in an enumeration of numbers and `findings` in one of words, `letters` of a sentence;
    `size` is that of the type in points, `drawing` how high a drawing may be in cm, `columns` in how many long lists
    stand.
    """

    lines: int
    values: int
    findings: int
    letters: int
    size: float
    drawing: float = 0
    columns: int = 1
    pages: int = 1


def fitted(template: Path, rooms: Sequence[Room], content_in: Callable[[Room], Mapping[str, Any]]) -> Mapping[str, Any]:
    """The content in the first of the rooms whose pages it does not exceed, or in the last, which is the smallest."""
    for room in rooms[:-1]:
        content = content_in(room)
        if pages_of(template, content) <= room.pages:
            return content
    return content_in(rooms[-1])


class Keeper:
    """Cuts lists and sentences to the room there is, and says how much it cut."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self._shortened = 0

    def lines(self, rows: Collection[Line]) -> list[Line]:
        """As many as there is room for, in their order, then how many more there are."""
        cut = len(rows) - self.room.lines
        # One line is not worth a line that says so.
        return list(rows) if cut <= 1 else [*islice(rows, self.room.lines), plain_line(more(cut))]

    def first(self, rows: Sequence[T], most: int) -> tuple[Sequence[T], str]:
        """The first things of an enumeration, and how many more there are ("" for none)."""
        cut = len(rows) - most
        return (rows, "") if cut <= 0 else (rows[:most], more(cut))

    def short(self, text: str) -> str:
        """The sentence, cut at a word."""
        if len(text) <= self.room.letters:
            return text
        self._shortened += 1
        return f"{text[: self.room.letters].rsplit(' ', 1)[0]} …"

    def shortened(self) -> str:
        """How many sentences were cut, in words; "" for none."""
        if not self._shortened:
            return ""
        return ngettext("the end of %(count)s sentence", "the ends of %(count)s sentences", self._shortened) % {
            "count": self._shortened
        }


def more(count: int) -> str:
    """That the record holds so many more."""
    return _("… and %(count)s more in the record") % {"count": count}
