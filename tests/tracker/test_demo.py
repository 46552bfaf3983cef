"""The demo as a person meets it: started, opened in the browser, crashed, stopped by Ctrl-C."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tracker.demo.__main__ import Demo, DemoError, remembered_secret
from tracker.demo.children import Child, stop_all
from tracker.demo_logins import DEMO_LOGINS, DEMO_PASSWORD

ROOT = Path(__file__).resolve().parents[2]


def wait_until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environments_with(word: str) -> dict[int, bytes]:
    """The environments of living processes, by process, that hold this word, which only one demo's children's do."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment = (entry / "environ").read_bytes()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if word.encode() in environment:
            found[int(entry.name)] = environment
    return found


def page(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A database of the demo's own, on the server that the tests use."""
    name = f"demo_{os.getpid()}"
    application, owner = (os.environ[each].rpartition("/")[0] for each in ("DATABASE_URL", "DATABASE_OWNER_URL"))
    with psycopg.connect(f"{owner}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield {
            **os.environ,
            "DATABASE_URL": f"{application}/{name}",
            "DATABASE_OWNER_URL": f"{owner}/{name}",
            "REDIS_KEY_PREFIX": name,
            "DEMO_OF_TEST": str(tmp_path),
        }
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.servers
def test_it_serves_pages_restarts_what_crashes_and_stops_all_it_started(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    port = free_port()
    command = [sys.executable, "-m", "tracker.demo", "--port", str(port), "--local", str(tmp_path)]
    command.append("--without-patients")
    said: list[str] = []
    with (
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as demo,
        ExitStack() as s,
    ):
        s.callback(demo.kill)
        assert demo.stdout is not None
        for line in demo.stdout:
            said.append(line)
            if "Ctrl-C stops everything" in line:
                break
        text = "".join(said)
        assert f"http://127.0.0.1:{port}/" in text
        assert all(login.username in text for login in DEMO_LOGINS)
        assert DEMO_PASSWORD in text

        status, said_health = page(port, "/health/")
        assert (status, json.loads(said_health)["database"], json.loads(said_health)["redis"]) == (200, True, True)
        wait_until(lambda: "celery@" in (tmp_path / "demo" / "worker.log").read_text())

        told_to = environments_with(str(tmp_path))
        del told_to[demo.pid]
        assert told_to
        for told in told_to.values():
            assert b"DATABASE_OWNER_URL" not in told
            assert b"SECOND_FACTOR=none" in told  # else the printed logins lead no further than to setting one up

        web = re.search(r"Listening at: \S+ \((\d+)\)", (tmp_path / "demo" / "web.log").read_text())
        assert web is not None
        os.kill(int(web[1]), signal.SIGKILL)
        assert any("web ended by itself" in line for line in demo.stdout)
        wait_until(lambda: "Listening at" in (tmp_path / "demo" / "web.log").read_text().split(web[0])[1])

        demo.send_signal(signal.SIGINT)
        assert "Stopped" in demo.stdout.read()
        assert demo.wait(timeout=60) == 0
    assert environments_with(str(tmp_path)) == {}


@pytest.mark.servers
def test_its_children_end_with_it_however_it_ends(tmp_path: Path) -> None:
    code = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from tracker.demo.children import Child\n"
        "child = Child('sleep', ['sleep', '60'], Path(sys.argv[1]) / 'log', Path('/'), dict(os.environ), print)\n"
        "child.start()\n"
        "print(child.process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert Path(f"/proc/{child}").exists()
        parent.kill()
    wait_until(lambda: not Path(f"/proc/{child}").exists())


def test_a_taken_port_is_said_plainly(tmp_path: Path) -> None:
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        port = occupant.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "tracker.demo", "--port", str(port), "--local", str(tmp_path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"Port {port} is taken by another program. Choose another: make demo PORT=" in done.stderr


def test_a_second_demo_of_one_checkout_is_refused(tmp_path: Path) -> None:
    demo = Demo(port=free_port(), local=tmp_path, with_cohort=False)
    with demo.alone(), pytest.raises(DemoError, match="running already"), demo.alone():
        pass


@pytest.mark.parametrize("variable", ["DATABASE_URL", "REDIS_URL"])
def test_servers_of_the_environment_are_never_reset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv(variable, "somewhere")
    with pytest.raises(DemoError, match=f"{variable} is set"):
        Demo(port=0, local=tmp_path, with_cohort=False).reset()


def test_the_key_is_random_kept_and_private(tmp_path: Path) -> None:
    key = remembered_secret(tmp_path / "key")
    assert len(key) >= 50
    assert remembered_secret(tmp_path / "key") == key
    assert remembered_secret(tmp_path / "other") != key
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


def test_a_child_that_keeps_crashing_is_started_ever_more_slowly(tmp_path: Path) -> None:
    said: list[str] = []
    child = Child("broken", ["false"], tmp_path / "log", tmp_path, dict(os.environ), said.append)
    wait_until(lambda: child.look() or len(said) == 2)
    assert "broken ended by itself; starting it again in 0.5 s" in said[0]
    assert "again in 1 s" in said[1]
    assert not child.is_running


def test_a_child_that_ignores_a_polite_request_is_ended_with_all_it_forked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tracker.demo.children.STOP_SIGNALS",
        ((signal.SIGTERM, 0.3), (signal.SIGQUIT, 0.3), (signal.SIGKILL, 5.0)),
    )
    script = "trap '' TERM QUIT; sleep 61 & echo $!; wait; wait; wait"
    child = Child("deaf", ["sh", "-c", script], tmp_path / "log", tmp_path, dict(os.environ), print)
    child.start()
    wait_until(lambda: (tmp_path / "log").read_text().strip())
    forked = int((tmp_path / "log").read_text())
    stop_all([child])
    assert not child.is_running
    wait_until(lambda: is_gone(forked))


def is_gone(process_id: int) -> bool:
    """Whether it has ended, and at most waits for somebody to ask how."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
