"""Real Celery workers for tests, each a process of its own that can be killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection


def start_worker(**environment: str) -> "subprocess.Popen[bytes]":
    """A worker on this test's own database and Redis keys, with further environment."""
    name = connection.settings_dict["NAME"]
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    command = [sys.executable, "-m", "celery", "-A", "tracker", "worker", "--concurrency=1", "--pool=solo"]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tracker.settings", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for(condition: Callable[[], object], what: str, seconds: float = 180.0) -> None:
    """Returns once the condition holds; fails with what did not happen."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"in {seconds} s: {what}"
        time.sleep(0.02)


def sender_of(port: int, workers: "list[subprocess.Popen[bytes]]") -> "subprocess.Popen[bytes]":
    """The worker that holds the connection from a local port."""
    wanted = f":{port:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    inodes = {f"socket:[{line.split()[9]}]" for line in lines if line.split()[1].endswith(wanted)}
    for worker in workers:
        for descriptor in Path(f"/proc/{worker.pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # a worker that goes on has closed it meanwhile
                if os.readlink(descriptor) in inodes:
                    return worker
    raise AssertionError("no worker holds this connection")


def forget_queue() -> None:
    """Removes every task and everything that Celery keeps about them, as a broker does that lost its data."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        for key in client.scan_iter(match=f"{os.environ['REDIS_KEY_PREFIX']}:*"):
            client.delete(key)
