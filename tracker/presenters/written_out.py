"""The protocol as people read it: what `write_clinical_docs` writes for docs/clinical, cut into blocks for a page.

There is one text. The writers (`*/protocol/document.py`) put it down in a small part of Markdown – headings, tables,
lists, paragraphs, `code` – and this reads exactly that part.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from django.utils.text import slugify

_CODE = re.compile(r"`([^`]+)`")
_HEADING = re.compile(r"(#{1,3}) (.+)")
_RULE_LINE = re.compile(r"\|(?:-+\|)+")
_NOT_HERE = "Generated from"
"""How the paragraph begins that tells where the file in the repository comes from."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line. `code` is an id; `rule` says that it has its place on the page of every rule."""

    text: str
    code: bool = False
    rule: bool = False


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`caption` tells it from others under the same heading; each of the `rows` has one line for each `header` cell."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]

    @property
    def named_rows(self) -> Iterator[tuple[tuple[str, Line], ...]]:
        """Each row as pairs of its heading and its cell."""
        for row in self.rows:
            yield tuple(zip(self.header, row, strict=True))


@dataclass(frozen=True, slots=True)
class Block:
    """One of: a heading within the section, a paragraph, a list, a table."""

    heading: str = ""
    anchor: str = ""
    paragraph: Line = ()
    bullets: tuple[Line, ...] = ()
    table: Table | None = None


@dataclass(slots=True)
class Section:
    """What stands under one heading of the second level; the first, without a title, stands before all."""

    title: str
    anchor: str
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WrittenPage:
    title: str
    sections: tuple[Section, ...]

    @property
    def intro(self) -> list[Block]:
        return self.sections[0].blocks

    @property
    def titled(self) -> tuple[Section, ...]:
        return self.sections[1:]


class NotReadable(ValueError):
    """The text holds something that this does not read."""


def written_page(text: str, rules: Collection[str] = ()) -> WrittenPage:
    """A text as the writers make it; ids among `rules` become links. Raises NotReadable."""
    title, sections = "", [Section("", "")]
    for piece in _pieces(text):
        found = _HEADING.fullmatch(piece[0])
        if found is None:
            block = _block(piece, _last_heading(sections), rules)
            if block is not None:
                sections[-1].blocks.append(block)
        elif len(found[1]) == 1:
            title = found[2]
        elif len(found[1]) == 2:
            name = _without_code(found[2])
            sections.append(Section(name, _anchor(found[2], name)))
        else:
            name = _without_code(found[2])
            sections[-1].blocks.append(Block(heading=name, anchor=_anchor(found[2], name)))
    if not title:
        raise NotReadable("The text has no title.")
    return WrittenPage(title, tuple(sections))


def _pieces(text: str) -> Iterator[list[str]]:
    """Lines that belong together: a heading, or whatever stands between empty lines."""
    piece: list[str] = []
    for line in [*text.splitlines(), ""]:
        heading = line.startswith("#")
        if piece and (not line.strip() or heading):
            yield piece
            piece = []
        if heading:
            yield [line]
        elif line.strip():
            piece.append(line)


def _block(piece: list[str], caption: str, rules: Collection[str]) -> Block | None:
    if piece[0].startswith(_NOT_HERE):
        return None
    if piece[0].startswith("|"):
        return Block(table=_table(piece, caption, rules))
    if all(line.startswith("- ") for line in piece):
        return Block(bullets=tuple(_line(line.removeprefix("- "), rules) for line in piece))
    return Block(paragraph=_line(" ".join(piece), rules))


def _table(piece: list[str], caption: str, rules: Collection[str]) -> Table:
    if len(piece) < 2 or not _RULE_LINE.fullmatch(piece[1]):
        raise NotReadable(f"Under “{caption}” stands a table without its second line.")
    header, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in [piece[0], *piece[2:]])
    for row in rows:
        if len(row) != len(header):
            raise NotReadable(f"Under “{caption}” a row has {len(row)} cells, and the table {len(header)} columns.")
    cells = tuple(tuple(_line(cell, rules) for cell in row) for row in rows)
    return Table(f"{caption}: {', '.join(header)}", tuple(header), cells)


def _line(text: str, rules: Collection[str]) -> Line:
    spans = []
    for place, part in enumerate(_CODE.split(text)):
        if part:
            code = place % 2 == 1
            spans.append(Span(part, code, code and part in rules))
    return tuple(spans)


def _last_heading(sections: list[Section]) -> str:
    inner = (block.heading for block in reversed(sections[-1].blocks) if block.heading)
    return next(inner, "") or sections[-1].title


def _without_code(text: str) -> str:
    """`methotrexate (`methotrexate`)` as `methotrexate`: the id is for the anchor."""
    return re.sub(r"\s*\(`[^`]+`\)", "", text).replace("`", "")


def _anchor(text: str, name: str) -> str:
    found = _CODE.search(text)
    return slugify((found[1] if found else name).replace("_", "-"))
