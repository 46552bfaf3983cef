"""Every page in every role that reaches it: no accessibility violation, nothing refused, nothing cut off at 320 px.

As the first role that reaches it also enlarged and with its text spaced out (WCAG 2.2, 1.4.4, 1.4.10 and 1.4.12).
"""

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.access.scene import make_scene
from tests.browser.harness import (
    NARROWEST,
    TWICE_AS_LARGE,
    WIDE,
    Complaints,
    a_context,
    cut_off,
    keep_screenshot,
    open_everything,
    resize,
    sideways,
    signed_in,
    space_out,
    violations,
)
from tests.browser.walk import EVERYBODY, NOT_OURS, SIGNED_OUT, Stop, is_pictured, parts

TO_ONE_TEST = 20  # pages; each test makes its scene and empties the database after it

PARTS = [
    pytest.param(part, id=f"{role}-{number}")
    for role in EVERYBODY
    for number, part in enumerate(parts(role, TO_ONE_TEST), 1)
]


def opened(page: Page, stop: Stop, address: str) -> list[str]:
    """What is wrong with one page, in words; axe looks at the wide one."""
    name = f"{stop.way.name} as {stop.role}"
    try:
        response = page.goto(address)
    except Error as error:  # a download, most likely: tests/browser/walk.py names those
        return [f"{name}: {error.message.splitlines()[0]}"]
    if response is None or response.status != 200 or page.url.partition("?")[0] != address.partition("?")[0]:
        return [f"{name}: {response and response.status}, {page.url}"]
    found = []
    open_everything(page)
    found += [f"{name}: {each}" for each in violations(page, apart=NOT_OURS.get(stop.way.name, ()))]
    for size in (WIDE, NARROWEST):
        resize(page, size)
        if is_pictured(stop):
            keep_screenshot(page, f"{stop.way.name}-{stop.role}-{size[0]}")
        if wider := sideways(page):
            found.append(f"{name}: {wider} px too wide at {size[0]} px")
        found += [f"{name}: cut off at {size[0]} px: {each}" for each in cut_off(page)]
    if is_pictured(stop):
        found += [f"{name}: {each}" for each in enlarged(page)]
    resize(page, WIDE)
    return found


def enlarged(page: Page) -> list[str]:
    """What is lost where lines, words and letters stand wider apart, at 320 px and twice as large."""
    found = []
    space_out(page)
    for size in (NARROWEST, TWICE_AS_LARGE):
        resize(page, size)
        if wider := sideways(page):
            found.append(f"{wider} px too wide spaced out at {size[0]} px")
        found += [f"cut off spaced out at {size[0]} px: {each}" for each in cut_off(page)]
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", PARTS)
def test_every_page_is_in_order(
    browser: Browser, live_server: object, complaints: Complaints, part: list[Stop]
) -> None:
    scene = make_scene()
    context, role = a_context(browser), part[0].role
    page = context.new_page() if role == SIGNED_OUT else signed_in(context, str(live_server), scene.north.members[role])
    complaints.listen(page)
    wrong = []
    for stop in part:
        wrong += opened(page, stop, f"{live_server}{stop.way.address(scene.north)}")
        wrong += [f"{stop.way.name} as {role}: {words}" for words in complaints]
        complaints.clear()
    assert not wrong, "\n".join(wrong)
