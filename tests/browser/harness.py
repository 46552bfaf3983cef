"""What browser tests share: signing in, what is wrong with a page, and what is kept of it to look at."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.http import HttpRequest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Response, expect

from patients.models import Staff
from tests.factories import rows

WIDE, TELEPHONE, NARROWEST = (1280, 900), (390, 844), (320, 640)
TWICE_AS_LARGE = (640, 450)  # what a window of 1280 by 900 holds at 200 %
Size = tuple[int, int]
# Taller pages are cut at the foot: the file is to be looked at, not to be measured.
TALLEST_SCREENSHOT = 2500


class Complaints(list[str]):
    """What the browser complains about: refused scripts and styles, missing files, errors of scripts.

    A page that a test asks for with a bad form or a wrong address answers with an error status, and the browser says
    so in its console; `expecting` names the statuses that are no complaint.
    """

    def __init__(self, *expecting: int) -> None:
        super().__init__()
        self.expecting = set(expecting)

    def listen(self, page: Page) -> None:
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not self._is_expected(message.text):
            self.append(message.text)

    def _is_expected(self, text: str) -> bool:
        status = re.search(r"responded with a status of (\d+)", text)
        return status is not None and int(status.group(1)) in self.expecting


def a_context(browser: Browser, size: Size = WIDE, **options: Any) -> BrowserContext:
    """A browser profile of its own, closed when the test is over."""
    return browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)


def a_page(browser: Browser, size: Size = WIDE, **options: Any) -> Page:
    """The one page of a profile of its own."""
    return a_context(browser, size, **options).new_page()


def sign_in(page: Page, address: str, member: Staff, password: str = rows.PASSWORD) -> None:
    """As a person does, by the form. A click does not wait for the next page: the sign-out button does."""
    page.goto(f"{address}/sign-in/")
    type_password(page, member, password)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def type_password(page: Page, member: Staff, password: str = rows.PASSWORD) -> None:
    page.get_by_label("Username").fill(member.username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def signed_in(context: BrowserContext, address: str, member: Staff) -> Page:
    """A page of this profile in which the member is signed in already, without a form: where that is not the point."""
    session = just_signed_in(member).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
    return context.new_page()


def just_signed_in(member: Staff) -> Client:
    """A client whose session is as fresh as if the password had been typed a moment ago."""
    client = Client()
    client.force_login(member, "django.contrib.auth.backends.ModelBackend")
    request = HttpRequest()
    request.session, request.user = client.session, member
    record_authentication(request, member, "password")
    request.session.save()
    return client


def message(page: Page) -> Locator:
    """What the page says about what was just done."""
    return page.locator("main > .messages")


def resize(page: Page, size: Size) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def visit(page: Page, address: str, status: int = 200) -> Response:
    """The answer to this address, which has this status."""
    response = page.goto(address)
    assert response is not None
    assert response.status == status, f"{response.status} instead of {status}: {address}"
    return response


def violations(page: Page, *rules: str, apart: Iterable[str] = ()) -> list[str]:
    """What axe finds wrong with the page, by all its rules or only by these, leaving the parts `apart` out."""
    options: dict[str, object] = {"resultTypes": ["violations"]}  # what passes need not be described in full
    if rules:
        options["runOnly"] = {"type": "rule", "values": rules}
    apart = list(apart)
    if apart:  # a part that is left out may still bring a second <main> into the page, of which axe would tell ours
        options["rules"] = {"landmark-no-duplicate-main": {"enabled": False}}
    context = {"include": [["html"]], "exclude": [[part] for part in apart]}
    found = Axe().run(page, context=context, options=options).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


def sideways(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return max(0, int(wider))


_CUT_OFF = """() => {
  const scrolls = (each) => ["auto", "scroll"].includes(getComputedStyle(each).overflowX);
  const hides = (each) => ["hidden", "clip"].includes(getComputedStyle(each).overflowX);
  const inScroller = (each) => { for (let up = each; up; up = up.parentElement) if (scrolls(up)) return true; };
  const tooWide = [];
  for (const each of document.querySelectorAll("body *")) {
    if (each.closest("svg, .visually-hidden, .skip, select, [hidden]") || !each.checkVisibility()) continue;
    const own = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const control = ["INPUT", "SELECT", "TEXTAREA", "BUTTON"].includes(each.tagName);
    if (!own && !control) continue;
    const box = each.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    const outside = (box.right > innerWidth + 1 || box.left < -1) && !inScroller(each);
    const clipped = hides(each) && each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 1 && !control;
    if (outside || clipped) tooWide.push(each.outerHTML.slice(0, 160));
  }
  return tooWide.slice(0, 5);
}"""


def cut_off(page: Page) -> list[str]:
    """Words and controls of which a part cannot be seen or scrolled to at this width."""
    found: list[str] = page.evaluate(_CUT_OFF)
    return found


_SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""


def space_out(page: Page) -> None:
    """Lines, words and letters as far apart as a reader may set them (WCAG 2.2, 1.4.12)."""
    page.evaluate(_SPACED)


def open_everything(page: Page) -> None:
    """Unfolds every folded part: what is folded is looked at as well."""
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")


def in_order(page: Page, *sizes: Size) -> None:
    """Nobody is shut out of this page as it stands, at these widths (wide and narrowest unless told)."""
    for size in sizes or (NARROWEST, WIDE):
        resize(page, size)
        assert sideways(page) == 0, f"{page.url} is wider than {size[0]} px"
        assert cut_off(page) == [], f"{page.url} at {size[0]} px"
    assert violations(page) == [], page.url


def screenshots() -> Path:
    return Path(os.environ.get("SCREENSHOTS", "test-output/screenshots"))


def keep_screenshot(page: Page, name: str) -> None:
    """Keeps the page as it stands, its head at least, under this name in the folder of screenshots."""
    file = screenshots() / f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.jpg"
    file.parent.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size or {"width": WIDE[0], "height": WIDE[1]}
    height = min(int(page.evaluate("document.documentElement.scrollHeight")), TALLEST_SCREENSHOT)
    page.screenshot(
        path=file,
        type="jpeg",
        quality=55,
        full_page=True,
        clip={"x": 0, "y": 0, "width": size["width"], "height": max(height, 1)},
        animations="disabled",
    )


def tab_to(page: Page, wanted: Locator, most: int = 150) -> None:
    """On with the tabulator key until this has the focus: what cannot be reached so fails, and so does a focus that
    cannot be seen."""
    for _ in range(most):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
        assert focus_is_seen(page), f"the focus is on {focused(page)} and cannot be seen on {page.url}"
    raise AssertionError(f"{wanted} is not reached by the tabulator key on {page.url}")


def go(page: Page, where: Locator) -> None:
    """To this link or button by the tabulator key, and through it."""
    tab_to(page, where)
    page.keyboard.press("Enter")


def typed(page: Page, label: str | re.Pattern[str], words: str) -> None:
    """To the field by the tabulator key, and these words into it."""
    tab_to(page, page.get_by_role("main").get_by_label(label))
    page.keyboard.type(words)


_FOCUS_IS_SEEN = """() => {
  const held = document.activeElement;
  if (!held || held === document.body) return true;  // between the page's end and its beginning nothing holds it
  const box = held.getBoundingClientRect();
  const style = getComputedStyle(held);
  const ring = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  return ring && box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
}"""


def focus_is_seen(page: Page) -> bool:
    """Whether what has the focus is on the screen with a ring around it."""
    return bool(page.evaluate(_FOCUS_IS_SEEN))


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.outerHTML.slice(0, 200)"))


class Steps:
    """A flow told as given, when and then: each step is named in what fails, and its last state is kept to look at.

    At the end of every step that ends on a page of the flow, the page is in order: axe finds nothing. A flow that is
    not `checked`, as the same one without scripts, is neither judged so nor kept.
    """

    def __init__(self, name: str, page: Page, *, checked: bool = True) -> None:
        self.name, self.page, self.number, self.checked = name, page, 0, checked

    def given(self, words: str) -> AbstractContextManager[None]:
        return self._step("given", words)

    def when(self, words: str) -> AbstractContextManager[None]:
        return self._step("when", words)

    def then(self, words: str) -> AbstractContextManager[None]:
        return self._step("then", words)

    @contextmanager
    def _step(self, kind: str, words: str) -> Iterator[None]:
        self.number += 1
        told = f"{self.name} {self.number:02}: {kind} {words}"
        try:
            yield
            if self.page.url != "about:blank" and self.checked:
                assert violations(self.page) == [], self.page.url
                keep_screenshot(self.page, told)
        except Exception as error:
            error.add_note(f"At the step: {told}")
            raise
