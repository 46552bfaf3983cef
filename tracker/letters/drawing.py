"""The compact timeline on paper: phase and line, milestones, drugs, and CK. Looks are written into the drawing."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from tracker.presenters.record import timeline_of
from tracker.selectors import RecordPage
from tracker.timeline.canvas import number
from tracker.timeline.marks import LaneKind, Timeline
from tracker.timeline.svg import NAMESPACE, heading, labels, plot, written

LANES = frozenset({LaneKind.PHASE, LaneKind.MILESTONES, LaneKind.DRUGS, LaneKind.ENZYMES})
# The one family that typst brings besides those for code and formulas.
FONT = "Libertinus Serif"
WIDTH = 680.0  # pixels: narrower than on a screen, so that its words can be read when it is as wide as the page


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG picture, its width over its height, and what it shows in one sentence."""

    svg: str
    proportion: float
    words: str


def compact_drawing(page: RecordPage) -> Drawing | None:
    """The whole course in few lanes; None while nothing dated is recorded."""
    timeline = timeline_of(page, LANES, WIDTH)
    return None if timeline is None or not timeline.lanes else _drawing(timeline)


def _drawing(timeline: Timeline) -> Drawing:
    width = timeline.gutter + timeline.width
    root = Element(
        "svg",
        {
            "xmlns": NAMESPACE,
            "width": number(width),
            "height": number(timeline.height),
            "viewBox": f"0 0 {number(width)} {number(timeline.height)}",
        },
    )
    named, drawn = labels(timeline, FONT), plot(timeline, font=FONT)
    for part, left in ((named, 0.0), (drawn, timeline.gutter)):
        part.attrib.pop("xmlns", None)
        part.set("x", number(left))
        root.append(part)
    words = heading(timeline).split(". ")[0]
    return Drawing(written(root), width / timeline.height, f"{words}.")
