"""The drawing as SVG. Built as a tree of elements, so that no text of a record is ever read as markup.

Looks are written into the drawing (presentation attributes), because what makes PDF and PNG reads no style sheet; on
a screen the classes let the theme take over.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element, SubElement, tostring

from tracker.display import day
from tracker.timeline.canvas import number
from tracker.timeline.layout import AXIS_HEIGHT, GAP
from tracker.timeline.legend import HEIGHT, WIDTH
from tracker.timeline.marks import NOW_PLATE_WIDTH, UNKNOWN_DOSE, Lane, Mark, Shape, Timeline

NAMESPACE = "http://www.w3.org/2000/svg"
SCREEN_FONT = "system-ui, sans-serif"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_INK, _SOFT, _RULE, _STRONG_RULE = "#14242c", "#465a64", "#e4eaec", "#b9c6cc"
HATCHES = {
    "rising": "M-2 2L2 -2M0 8L8 0M6 10L10 6",
    "falling": "M-2 6L2 10M0 0L8 8M6 -2L10 2",
    "dots": "M2 2h1.4M6 6h1.4",
}
Addresses = Callable[[Mark], str]


def nowhere(mark: Mark) -> str:
    """A drawing without links, as on paper."""
    return ""


def plain(text: str) -> str:
    """Without characters that XML cannot carry."""
    return _CONTROL.sub("\ufffd", text)


def written(root: Element) -> str:
    """The element as text."""
    return tostring(root, encoding="unicode", short_empty_elements=True)


@dataclass(frozen=True, slots=True)
class Part:
    """Lanes that are drawn under one axis: all of them, or as many as go on a sheet of paper or a screen."""

    lanes: tuple[Lane, ...]
    top: float
    bottom: float
    first: bool = True

    @property
    def height(self) -> float:
        return self.bottom - self.top


def parts(timeline: Timeline, most: float = 0) -> list[Part]:
    """The lanes in parts no higher than `most` pixels (a lane is never cut), each under its own axis; 0: in one."""
    if not most:
        return [Part(timeline.lanes, 0, timeline.height)]
    groups = _groups(timeline.lanes, most)
    # As few parts as that takes, and those about as high as each other.
    limit = max(timeline.height / max(len(groups), 1), most / 4)
    while limit < most:
        even = _groups(timeline.lanes, limit)
        if len(even) <= len(groups):
            groups = even
            break
        limit += 8
    return [
        Part(tuple(group), group[0].top - AXIS_HEIGHT, group[-1].bottom + GAP, first=place == 0)
        for place, group in enumerate(groups)
    ]


def _groups(lanes: Sequence[Lane], most: float) -> list[list[Lane]]:
    groups: list[list[Lane]] = []
    for lane in lanes:
        if groups and lane.bottom - groups[-1][0].top + AXIS_HEIGHT <= most:
            groups[-1].append(lane)
        else:
            groups.append([lane])
    return groups


def plot(timeline: Timeline, address: Addresses = nowhere, font: str = SCREEN_FONT) -> Element:
    """What stands right of the labels, in one piece, from the axis down."""
    (root,) = plot_parts(timeline, address, font)
    return root


def plot_parts(
    timeline: Timeline, address: Addresses = nowhere, font: str = SCREEN_FONT, most: float = 0
) -> list[Element]:
    """The same in parts. The first link of all is the one that the Tab key stops at."""
    stops = _Stops()
    return [_plot(timeline, part, address, font, stops) for part in parts(timeline, most)]


def _plot(timeline: Timeline, part: Part, address: Addresses, font: str, stops: "_Stops") -> Element:
    root = Element(
        "svg",
        {
            "class": "timeline__plot",
            "xmlns": NAMESPACE,
            "role": "group",
            "aria-labelledby": "timeline-drawing-title" if part.first else "timeline-caption",
            "width": number(timeline.width),
            "height": number(part.height),
            "viewBox": f"0 {number(part.top)} {number(timeline.width)} {number(part.height)}",
            "font-family": font,
            "font-size": "11",
        },
    )
    if part.first:
        SubElement(root, "title", {"id": "timeline-drawing-title"}).text = heading(timeline)
        root.append(hatches(timeline))
    _ground(root, timeline, part)
    for band in (mark for lane in part.lanes for mark in lane.marks if mark.is_ground):
        root.append(drawn(band))
    _now_line(root, timeline, part)
    for lane in part.lanes:
        group = SubElement(root, "g", {"class": "lane", "role": "group", "aria-label": plain(lane.label)})
        for mark in (mark for mark in lane.marks if not mark.is_ground):
            group.append(drawn(mark, address(mark) if mark.title else "", stops))
    _now_plate(root, timeline, part)
    return root


def heading(timeline: Timeline) -> str:
    """What the drawing shows, in one sentence."""
    return (
        f"Treatment and disease from {day(timeline.first_on)} to {day(timeline.last_on)}, as of {day(timeline.as_of)}. "
        "The table below holds the same entries."
    )


class _Stops:
    """Only one link of the drawing is a stop of the Tab key; arrows lead to the others (timeline.js)."""

    def __init__(self) -> None:
        self.taken = False

    def next(self) -> str:
        before, self.taken = self.taken, True
        return "-1" if before else "0"


def hatches(timeline: Timeline, suffix: str = "") -> Element:
    """The patterns that tell tones apart in black and white."""
    definitions = Element("defs")
    wanted = {mark.tone.hatch: mark.tone.stroke for lane in timeline.lanes for mark in lane.marks if mark.tone.hatch}
    for name in sorted(wanted):
        box = {"id": f"timeline-{name}{suffix}", "width": "8", "height": "8", "patternUnits": "userSpaceOnUse"}
        pattern = SubElement(definitions, "pattern", box)
        SubElement(
            pattern, "path", {"class": "t-hatch", "d": HATCHES[name], "stroke": "#5d707a", "stroke-opacity": "0.55"}
        )
    return definitions


def _ground(root: Element, timeline: Timeline, part: Part) -> None:
    top, bottom, height = number(part.top), number(part.bottom), number(part.height)
    SubElement(root, "rect", {"class": "t-paper", "y": top, "width": "100%", "height": height, "fill": "#ffffff"})
    if timeline.now_x < timeline.width:
        left, y = max(timeline.now_x, 0), part.top + AXIS_HEIGHT
        box = {"x": number(left), "y": number(y), "width": number(timeline.width - left)}
        SubElement(root, "rect", {"class": "t-ahead", **box, "height": number(part.bottom - y), "fill": "#f3f6f7"})
    for lane in part.lanes:
        y_rule = number(lane.rule_y)
        ends = {"x1": "0", "x2": "100%", "y1": y_rule, "y2": y_rule}
        SubElement(root, "line", {"class": "t-rule", **ends, "stroke": _RULE})
    for tick in timeline.ticks:
        x, tone = number(tick.x), _STRONG_RULE if tick.major else _RULE
        name = "t-rule t-rule--major" if tick.major else "t-rule"
        ends = {"x1": x, "x2": x, "y1": number(part.top + 20), "y2": bottom}
        SubElement(root, "line", {"class": name, **ends, "stroke": tone})
        if tick.label:
            place = {"x": number(tick.x + 3), "y": number(part.top + 14)}
            SubElement(root, "text", {"class": "t-soft", **place, "fill": _SOFT}).text = tick.label


def _now_line(root: Element, timeline: Timeline, part: Part) -> None:
    """The day that the drawing stands for, under the marks so that it crosses no word."""
    if timeline.shows_now:
        x = number(timeline.now_x)
        line = {"x1": x, "x2": x, "y1": number(part.top + 16), "y2": number(part.bottom)}
        SubElement(root, "line", {"class": "t-now", **line, "stroke": _INK, "stroke-width": "2"})


def _now_plate(root: Element, timeline: Timeline, part: Part) -> None:
    """Its date, at the top."""
    if not timeline.shows_now:
        return
    box = {"x": number(timeline.now_plate_x), "y": number(part.top + 1), "width": number(NOW_PLATE_WIDTH)}
    SubElement(root, "rect", {"class": "t-now-plate", **box, "height": "17", "rx": "3", "fill": _INK})
    place = {"x": number(timeline.now_text_x), "y": number(part.top + 13.5), "text-anchor": "middle"}
    text = SubElement(root, "text", {"class": "t-now-text", **place, "fill": "#ffffff", "font-weight": "700"})
    text.text = day(timeline.as_of)


def drawn(mark: Mark, address: str = "", stops: _Stops | None = None) -> Element:
    """One mark: a link where it leads somewhere. Its title is what a pointer shows and a voice reads out."""
    name = f"mark t-{mark.tone.name}"
    if address and stops is not None:
        link = {"class": name, "href": plain(address), "tabindex": stops.next()}
        if mark.is_cluster:
            link["data-opens"] = "closer"
        group = Element("a", link)
    else:
        group = Element("g", {"class": name})
    if mark.title:
        SubElement(group, "title").text = plain(mark.title)
    if mark.text and mark.anchor == "middle":
        mark = _around_its_text(group, mark)
    _shape(group, mark)
    if mark.text:
        _text(group, mark)
    return group


def _around_its_text(group: Element, mark: Mark) -> Mark:
    """The mark with its text at 0 0 and the group moved to where that was.

    Signs that hold a count are the most frequent ones of a long record; drawn alike, they pack into few bytes.
    """
    x, y = mark.text_x, mark.text_y
    group.set("transform", f"translate({number(x)} {number(y)})")
    return replace(mark, x=mark.x - x, y=mark.y - y, text_x=0, text_y=0)


def _shape(group: Element, mark: Mark) -> None:
    tone = mark.tone
    dashes = {"stroke-dasharray": "4 3"} if mark.dashed else {}
    if mark.shape is Shape.RECT:
        box = {
            "x": number(mark.x), "y": number(mark.y), "width": number(mark.width), "height": number(mark.height),
            "rx": "2",
        }  # fmt: skip
        if tone is UNKNOWN_DOSE:
            dashes = {"stroke-dasharray": "4 3"}
        SubElement(group, "rect", {**box, "fill": tone.fill, "stroke": tone.stroke, **dashes})
        if tone.hatch:
            SubElement(group, "rect", {"class": "t-hatched", **box, "fill": f"url(#timeline-{tone.hatch})"})
    elif mark.shape is Shape.LINE:
        ends = {"x1": number(mark.x), "y1": number(mark.y), "x2": number(mark.x2), "y2": number(mark.y2)}
        dashes = {"stroke-dasharray": "2 4"} if mark.dashed else {}
        SubElement(
            group, "line", {**ends, "stroke": tone.stroke, "stroke-width": "1" if mark.dashed else "2.5", **dashes}
        )
    elif mark.shape is Shape.CIRCLE:
        place = {"cx": number(mark.x), "cy": number(mark.y), "r": number(mark.radius)}
        dashes = {"stroke-dasharray": "2 1.5"} if mark.dashed else {}
        SubElement(group, "circle", {**place, "fill": tone.fill, "stroke": tone.stroke, **dashes})
    elif mark.shape is Shape.PATH:
        width = "2.2" if mark.open and not mark.dashed else "1.4"
        fill = "none" if mark.open else tone.fill
        SubElement(
            group, "path", {"d": mark.path, "fill": fill, "stroke": tone.stroke, "stroke-width": width, **dashes}
        )


def _text(group: Element, mark: Mark) -> None:
    look = (
        {"class": "t-on-shape", "fill": mark.tone.text} if mark.text_on_shape else {"class": "t-ink", "fill": "#2f434d"}
    )
    place = {"x": number(mark.text_x), "y": number(mark.text_y)}
    if mark.anchor != "start":
        place["text-anchor"] = mark.anchor
    weight = {"font-weight": "700"} if mark.anchor == "middle" else {}
    SubElement(group, "text", {**place, **look, **weight}).text = plain(mark.text)


def labels(timeline: Timeline, font: str = SCREEN_FONT) -> Element:
    """What stands left of the lanes, in one piece."""
    (root,) = label_parts(timeline, font)
    return root


def label_parts(timeline: Timeline, font: str = SCREEN_FONT, most: float = 0) -> list[Element]:
    """The same in parts. Hidden from a reading voice: each lane of the plot says its name."""
    return [_labels(timeline, part, font) for part in parts(timeline, most)]


def _labels(timeline: Timeline, part: Part, font: str) -> Element:
    root = Element(
        "svg",
        {
            "class": "timeline__labels",
            "xmlns": NAMESPACE,
            "aria-hidden": "true",
            "width": number(timeline.gutter),
            "height": number(part.height),
            "viewBox": f"0 {number(part.top)} {number(timeline.gutter)} {number(part.height)}",
            "preserveAspectRatio": "xMinYMin slice",
            "font-family": font,
            "font-size": "11.5",
        },
    )
    for lane in part.lanes:
        y = number(lane.rule_y)
        SubElement(root, "line", {"class": "t-rule", "x1": "0", "x2": "100%", "y1": y, "y2": y, "stroke": _RULE})
        for line in lane.lines:
            soft = {"class": "t-soft", "fill": _SOFT, "font-size": "10"}
            look = soft if line.soft else {"class": "t-ink", "fill": _INK, "font-weight": "600"}
            SubElement(root, "text", {"x": "2", "y": number(line.y), **look}).text = plain(line.text)
    return root


def picture(mark: Mark) -> Element:
    """A sign of the legend by itself."""
    size = {"width": number(WIDTH), "height": number(HEIGHT), "viewBox": f"0 0 {number(WIDTH)} {number(HEIGHT)}"}
    root = Element("svg", {"class": "legend__picture", "xmlns": NAMESPACE, "aria-hidden": "true", **size})
    root.set("font-size", "10")
    root.append(drawn(mark))
    return root
