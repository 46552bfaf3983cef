"""A real browser on a real server. Without chromium these tests are skipped with one line, but never in CI."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_django import Settings

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = (
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One chromium for the whole run."""
    if not shutil.which(str(CHROMIUM)):
        if os.environ.get("CI") == "true":
            pytest.fail(f"there is no chromium at {CHROMIUM}, and CI must not skip the browser")
        pytest.skip(f"there is no chromium at {CHROMIUM}")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture(autouse=True)
def _no_job_is_late(settings: Settings) -> None:
    """Nobody sends heartbeats here, and a database that is older than a few minutes would have the banner turn red."""
    settings.HEARTBEAT_LATE_MINUTES, settings.HEARTBEAT_LATE_HOURS = 24 * 60, 10_000
