"""Where the chromium is that browser tests drive; `python -m tests.browser.chromium` says so, or fails."""

import os
import shutil
import sys

# Debian's first; the others draw the same.
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """Its path, or None. The variable CHROMIUM names the only one that is looked for."""
    told = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, (told,) if told else NAMES)), None)


def must_be_there() -> bool:
    """Whether a run without the browser tests is a failure."""
    return os.environ.get("CI") == "true"


def missing() -> str:
    told = os.environ.get("CHROMIUM")
    return f"there is no chromium at {told}" if told else "there is no chromium here (on Debian: apt install chromium)"


if __name__ == "__main__":
    found = chromium()
    sys.stdout.write(f"{found}\n") if found else sys.exit(f"Browser tests need it, and {missing()}.")
