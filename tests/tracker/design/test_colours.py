"""Every pair of colours that the pages put on each other can be read in every look of the pages (WCAG 2.2 AA)."""

import re

import pytest

from tests.tracker.design.stylesheet import block, contrast, declared, looks, sheet

TEXT, GRAPHIC, STRONG_TEXT = 4.5, 3.0, 7.0
GROUNDS = ("ground", "surface", "surface-2")
SOFT = ("danger-soft", "caution-soft", "good-soft", "info-soft", "plain-soft", "accent-soft")
WORDS = [
    *((ink, ground) for ink in ("ink", "ink-soft", "ink-faint", "link", "accent", "danger") for ground in GROUNDS),
    *(("ink", soft) for soft in SOFT),
    *(("ink-soft", soft) for soft in SOFT),
    *(("link", soft) for soft in SOFT),
    *((kind, f"{kind}-soft") for kind in ("danger", "caution", "good", "info")),
    *((kind, ground) for kind in ("caution", "good", "info") for ground in GROUNDS),
    *(("on-strong", kind) for kind in ("danger", "caution", "good", "info")),
    ("accent-ink", "accent"),
    ("banner-ink", "banner"),
    ("banner-mark-ink", "banner-mark"),
    ("focus-ink", "focus"),
    *(("ink", band) for band in ("band-1", "band-2")),
]
# What has to be seen and is not read: edges of controls, the fill of a bar, the lines of a chart on their bands.
GRAPHICS = [
    *(("line-strong", ground) for ground in GROUNDS),
    *((f"series-{number}", on) for number in range(1, 7) for on in ("surface", "surface-2", "band-1", "band-2")),
    *((kind, "surface") for kind in ("accent", "danger", "caution", "good", "info")),
]


@pytest.mark.parametrize(("one", "other", "expected"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48)])
def test_contrast_is_reckoned_as_published(one: str, other: str, expected: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(("ink", "ground"), WORDS, ids="-on-".join)
def test_words_can_be_read(ink: str, ground: str) -> None:
    found = {look: round(contrast(colours[ink], colours[ground]), 2) for look, colours in looks().items()}
    assert {look: ratio for look, ratio in found.items() if ratio < TEXT} == {}


@pytest.mark.parametrize(("part", "ground"), GRAPHICS, ids="-on-".join)
def test_edges_and_lines_can_be_seen(part: str, ground: str) -> None:
    found = {look: round(contrast(colours[part], colours[ground]), 2) for look, colours in looks().items()}
    assert {look: ratio for look, ratio in found.items() if ratio < GRAPHIC} == {}


@pytest.mark.parametrize(("ink", "ground"), WORDS, ids="-on-".join)
def test_high_contrast_is_high(ink: str, ground: str) -> None:
    for look in ("contrast, light device", "contrast, dark device"):
        colours = looks()[look]
        assert contrast(colours[ink], colours[ground]) >= STRONG_TEXT, look


@pytest.mark.parametrize("look", looks())
def test_one_of_the_two_rings_of_the_focus_stands_out_on_every_ground(look: str) -> None:
    colours = looks()[look]
    for ground in (*GROUNDS, *SOFT, "banner", "accent", "danger"):
        rings = (colours["focus"], colours["focus-ink"])
        assert max(contrast(ring, colours[ground]) for ring in rings) >= GRAPHIC, ground


def test_who_asks_the_device_for_more_contrast_sees_what_can_be_chosen() -> None:
    asked = block(':root:not([data-theme="light"], [data-theme="dark"])')
    chosen = block(':root[data-theme="contrast"]')
    assert declared(asked) == declared(chosen) != {}
    assert [line.strip() for line in asked.split("\n")] == [line.strip() for line in chosen.split("\n")]


def test_the_systems_own_colours_replace_every_colour_of_ours() -> None:
    forced = block(":root:root:root", sheet().index("(forced-colors: active)"))
    assert set(re.findall(r"--([\w-]+):", forced)) == set(declared(block(":root")))


def test_no_colour_is_written_where_it_is_used() -> None:
    """Outside the tokens there is only paper, and the picture that a camera reads."""
    css = sheet()
    for name in ("tokens", "print"):
        for part in re.findall(rf"@layer {name} {{.*?\n}}", css, flags=re.DOTALL):
            css = css.replace(part, "")
    css = re.sub(r"@layer print .*|\.qr {.*", "", css)
    assert re.findall(r"(?<![\w-])(?:#[0-9a-f]{3,8}\b|light-dark\(|prefers-color-scheme)[^;]*;", css) == []


def test_every_token_in_use_is_named() -> None:
    used = set(re.findall(r"var\(--([\w-]+)", sheet()))
    named = set(re.findall(r"(?<!\()--([\w-]+):", sheet()))
    assert used - named == set()
