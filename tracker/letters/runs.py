"""A line of print in which parts are bold: cut out of the finished sentence, so that a translation may order it."""

from collections.abc import Iterable
from typing import TypedDict


class Run(TypedDict):
    """A piece of a line."""

    text: str
    strong: bool


Line = list[Run]


def plain_line(text: str) -> Line:
    """A line without anything bold."""
    return [Run(text=text, strong=False)]


def strong_in(sentence: str, *parts: str) -> Line:
    """The sentence with each part bold where it first stands. A part that does not stand in it is passed over."""
    line = plain_line(sentence)
    for part in filter(None, parts):
        line = list(_marked(line, part))
    return line


def _marked(line: Line, part: str) -> Iterable[Run]:
    found = False
    for run in line:
        if found or run["strong"] or part not in run["text"]:
            yield run
            continue
        found = True
        before, _part, after = run["text"].partition(part)
        pieces = (Run(text=before, strong=False), Run(text=part, strong=True), Run(text=after, strong=False))
        yield from (piece for piece in pieces if piece["text"])
