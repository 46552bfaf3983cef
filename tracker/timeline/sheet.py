"""A timeline as a picture that stands by itself: whose it is, of which day, its signs, who made it and when."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

import typst

from tracker.timeline.canvas import number
from tracker.timeline.cluster import text_width
from tracker.timeline.legend import HEIGHT, WIDTH, signs_of
from tracker.timeline.marks import Mark, Timeline
from tracker.timeline.svg import NAMESPACE, SCREEN_FONT, drawn, hatches, labels, plain, plot, written

MARGIN, LINE, FOOT = 16.0, 17.0, 22.0
_INK, _SOFT = "#14242c", "#465a64"
PAPER_FONT = "Libertinus Serif"  # comes with typst, so that a picture is the same on every machine
_SHARPNESS = 144.0  # pixels an inch
_PAGE = """#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: float(sys.inputs.width) * 1pt)
"""

_Placed = tuple[float, tuple[Mark, str]]
"""A sign with its words, and how far from the left it stands."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the drawing, whose identity first, and below it."""

    title: str
    lines: tuple[str, ...]
    foot: str


def sheet(timeline: Timeline, heading: Heading, font: str = SCREEN_FONT) -> Element:
    """The whole picture. It holds no script, no style sheet, no link and nothing from elsewhere."""
    width = timeline.gutter + timeline.width + 2 * MARGIN
    top = MARGIN + LINE * (1 + len(heading.lines)) + 8
    legend = _legend(timeline, width - 2 * MARGIN)
    below = top + timeline.height + 14
    height = below + len(legend) * LINE + FOOT + MARGIN
    size = {"width": number(width), "height": number(height), "viewBox": f"0 0 {number(width)} {number(height)}"}
    root = Element("svg", {"xmlns": NAMESPACE, **size, "font-family": font, "font-size": "11"})
    SubElement(root, "title").text = plain(f"{heading.title}: {heading.lines[0] if heading.lines else ''}")
    SubElement(root, "rect", {"width": number(width), "height": number(height), "fill": "#ffffff"})
    root.append(hatches(timeline))
    _line(root, heading.title, MARGIN + 12, size="15", weight="700")
    for place, line in enumerate(heading.lines):
        _line(root, line, MARGIN + 12 + LINE * (place + 1), size="12", weight="700" if place == 0 else "400")
    _nested(root, labels(timeline, font), MARGIN, top)
    _nested(root, plot(timeline, font=font), MARGIN + timeline.gutter, top)
    for row, signs in enumerate(legend):
        for x, (mark, words) in signs:
            y = below + row * LINE
            picture = SubElement(root, "g", {"transform": f"translate({number(MARGIN + x)} {number(y)})"})
            picture.append(drawn(mark))
            _line(root, words, y + HEIGHT - 3, x=MARGIN + x + WIDTH + 4, size="10.5", tone=_SOFT)
    _line(root, heading.foot, height - MARGIN, size="10", tone=_SOFT)
    return root


def _nested(root: Element, part: Element, x: float, y: float) -> None:
    """A drawing inside the sheet: it is cut off at its own edges."""
    part.attrib.pop("xmlns", None)
    part.attrib.pop("role", None)
    part.attrib.pop("aria-labelledby", None)
    part.set("x", number(x))
    part.set("y", number(y))
    for definitions in part.findall("defs"):
        part.remove(definitions)
    root.append(part)


def _line(
    root: Element, text: str, y: float, *, size: str, x: float = MARGIN, weight: str = "400", tone: str = _INK
) -> None:
    look = {"font-size": size, "font-weight": weight, "fill": tone}
    SubElement(root, "text", {"x": number(x), "y": number(y), **look}).text = plain(text)


def _legend(timeline: Timeline, width: float) -> list[list[_Placed]]:
    """The signs in rows that are no wider than the sheet, each with its distance from the left."""
    rows: list[list[_Placed]] = []
    x = width
    for mark, words in signs_of(timeline.signs):
        needed = WIDTH + 8 + text_width(words) + 14
        if x + needed > width:
            rows.append([])
            x = 0.0
        rows[-1].append((x, (mark, words)))
        x += needed
    return rows


def as_svg(timeline: Timeline, heading: Heading) -> bytes:
    """A file of its own, UTF-8."""
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + written(sheet(timeline, heading)).encode()


def as_png(timeline: Timeline, heading: Heading) -> bytes:
    """The same as a picture of pixels. Raises typst.TypstError where the drawing cannot be read, which is a defect."""
    root = sheet(timeline, heading, PAPER_FONT)
    inputs = {"svg": written(root), "width": root.attrib["width"]}
    found = typst.compile(_PAGE.encode(), sys_inputs=inputs, ignore_system_fonts=True, format="png", ppi=_SHARPNESS)
    assert isinstance(found, bytes)
    return found
