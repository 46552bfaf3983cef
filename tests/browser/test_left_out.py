"""Where there is no chromium, a run says in one line what it left out, and in CI it fails."""

import os
import subprocess
import sys

import pytest

NOWHERE = "/nonexistent/chromium"
LOOK = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests/browser/test_forms.py"]


def run(*command: str, ci: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CHROMIUM": NOWHERE, "CI": ci}
    environment.pop("PYTEST_XDIST_WORKER", None)
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=110)


@pytest.mark.servers
def test_what_is_left_out_is_said_in_one_line() -> None:
    done = run(*LOOK, ci="")
    said = [line for line in done.stdout.splitlines() if "left out" in line]
    assert len(said) == 1
    assert said[0].endswith(f"browser tests were left out: there is no chromium at {NOWHERE}.")
    assert "test_forms.py::" not in done.stdout


@pytest.mark.servers
def test_in_ci_a_run_without_chromium_fails_before_it_begins() -> None:
    done = run(*LOOK, ci="true")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"the browser tests have to run, and there is no chromium at {NOWHERE}" in done.stdout + done.stderr


def test_the_one_that_is_named_is_the_only_one_looked_for() -> None:
    done = run(sys.executable, "-m", "tests.browser.chromium", ci="true")
    assert done.returncode == 1
    assert NOWHERE in done.stderr
