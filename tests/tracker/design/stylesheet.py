"""The style sheet as data: the tokens of each look of the pages, and the contrast between two of them (WCAG 2.2)."""

import re
from itertools import pairwise
from pathlib import Path

SHEET = Path(__file__).parents[3] / "tracker" / "static" / "myoline.css"
_PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")


def sheet() -> str:
    """The sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", SHEET.read_text(), flags=re.DOTALL)


def block(opening: str, start: int = 0) -> str:
    """What stands between the braces after the first `opening` that is found from `start`."""
    css = sheet()
    begin = css.index(opening + " {", start) + len(opening) + 2
    depth, end = 1, begin
    while depth:
        depth += {"{": 1, "}": -1}.get(css[end], 0)
        end += 1
    return css[begin : end - 1]


def declared(text: str) -> dict[str, tuple[str, str]]:
    """Each colour token of a block with its light and its dark value."""
    return {name: (light, dark) for name, light, dark in _PAIR.findall(text)}


def looks() -> dict[str, dict[str, str]]:
    """The colours in force in each look: light, dark, and high contrast on a light and on a dark device."""
    plain = declared(block(":root"))
    strong = plain | declared(block(':root[data-theme="contrast"]'))
    return {
        "light": {name: pair[0] for name, pair in plain.items()},
        "dark": {name: pair[1] for name, pair in plain.items()},
        "contrast, light device": {name: pair[0] for name, pair in strong.items()},
        "contrast, dark device": {name: pair[1] for name, pair in strong.items()},
    }


def _luminance(colour: str) -> float:
    channels = (int(colour[at:end], 16) / 255 for at, end in pairwise((1, 3, 5, 7)))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
