"""A real browser on a real server. Where there is no chromium, tests/conftest.py leaves out what asks for `browser`."""

import os
import re
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from django.core.handlers.base import BaseHandler
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django import Settings

from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.browser.chromium import chromium, missing
from tests.browser.harness import Complaints, a_page, screenshots
from tests.factories import rows

# Playwright's own list, which ours replaces, as far as it matters here; and the address bar as a page of its own, which
# no test sees and which costs each profile as much as the pages that it opens.
NO_FEATURES = (
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "PaintHolding",
    "MediaRouter",
    "ThirdPartyStoragePartitioning",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "OptimizationHints",
    "WebUIOmniboxPopup",
    "WebUIOmniboxFullPopup",
    "WebUIOmniboxAimPopup",
)
FLAGS = (
    f"--disable-features={','.join(NO_FEATURES)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Playwright's synchronous interface runs a loop in this thread, where Django would refuse to use the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


expect.set_options(timeout=15_000)  # milliseconds: a busy machine is no defect
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def _chromium() -> Iterator[Browser]:
    """One chromium for the whole run."""
    path = chromium()
    if path is None:
        pytest.fail(missing())
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def _server_comes_to_rest() -> Iterator[None]:
    """Waits for what the server still works on when the browser has gone: the tables are emptied next, and a request
    half-way through would lock one of them."""
    working: set[int] = set()
    settled, one_by_one = threading.Event(), threading.Lock()
    settled.set()

    def begins(**_: object) -> None:
        with one_by_one:
            working.add(threading.get_ident())
            settled.clear()

    def ends(**_: object) -> None:
        with one_by_one:
            working.discard(threading.get_ident())
            if not working:
                settled.set()

    request_started.connect(begins)
    request_finished.connect(ends)
    yield
    assert settled.wait(timeout=60), "the server still works on a request"
    request_started.disconnect(begins)
    request_finished.disconnect(ends)


@pytest.fixture
def browser(_chromium: Browser, _server_comes_to_rest: None) -> Iterator[Browser]:
    """The run's chromium; the profiles that a test opens in it are closed when the test is over."""
    yield _chromium
    for context in _chromium.contexts:
        context.close()


@pytest.fixture
def complaints() -> Complaints:
    """What the browser's console complained about on `page`."""
    return Complaints()


@pytest.fixture
def page(browser: Browser, complaints: Complaints) -> Page:
    """A page 1280 px wide, signed out."""
    opened = a_page(browser)
    complaints.listen(opened)
    return opened


@pytest.fixture
def scriptless(browser: Browser) -> Page:
    """A page 1280 px wide in a browser that runs no script."""
    return a_page(browser, java_script_enabled=False)


@pytest.fixture
def member(request: pytest.FixtureRequest) -> Staff:
    """A doctor, unless the test asks for another role."""
    return rows.a_member(getattr(request, "param", Role.DOCTOR), first_name="Ada", last_name="Example")


@pytest.fixture(autouse=True)
def _no_job_is_late(settings: Settings) -> None:
    """Nobody sends heartbeats here, and a database that is older than a few minutes would have the banner turn red."""
    settings.HEARTBEAT_LATE_MINUTES, settings.HEARTBEAT_LATE_HOURS = 24 * 60, 10_000


@pytest.fixture(autouse=True)
def _what_a_test_says_it_visits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`@pytest.mark.visits(names of addresses)` is believed by tests/browser/test_walk.py, so it must be true."""
    said = {name for mark in request.node.iter_markers("visits") for name in mark.args}
    seen: set[str] = set()
    resolve = BaseHandler.resolve_request

    def noted(handler: BaseHandler, asked: object) -> object:
        match = resolve(handler, asked)
        seen.add(match.view_name)
        return match

    if said:
        monkeypatch.setattr(BaseHandler, "resolve_request", noted)
    yield
    if said and FAILED not in request.node.stash:
        assert said <= seen, f"the test says that it visits {sorted(said - seen)}, and does not"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keeps what the browser showed when a test failed. The patients of tests are made up."""
    report = yield
    if report.failed and call.when == "call":
        item.stash[FAILED] = True
        running = getattr(item, "funcargs", {}).get("browser")
        pages = [page for context in running.contexts for page in context.pages] if running else []
        for number, page in enumerate(pages):
            _keep(page, screenshots().parent / "failures" / f"{re.sub(r'[^A-Za-z0-9]+', '-', item.nodeid)}-{number}")
    return report


def _keep(page: Page, where: Path) -> None:
    where.parent.mkdir(parents=True, exist_ok=True)
    try:
        page.screenshot(path=f"{where}.png", timeout=5000)
        where.with_suffix(".html").write_text(f"<!-- {page.url} -->\n{page.content()}")
    except Exception as error:  # what the test found is said in any case
        where.with_suffix(".txt").write_text(f"not kept: {error}\n")
