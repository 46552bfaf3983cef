"""`python -m tracker.demo` (what `make demo` runs): the whole of Myoline on this machine until Ctrl-C.

Web server, one Celery worker and Celery beat run as children of this process, on embedded servers unless the
environment names others. Whatever way this process ends, they end with it.
"""

import argparse
import errno
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psycopg
import redis

from tracker.demo.children import Child, look_after, stop_all
from tracker.demo_logins import DEMO_LOGINS, DEMO_PASSWORD, SECOND_LOGIN
from tracker.embedded import CHECKOUT, EmbeddedServerError, use_servers
from tracker.embedded.home import find_home, make_own_folder
from tracker.embedded.lease import exclusive
from tracker.embedded.postgres import DATABASE

HOST = "127.0.0.1"
READY_SECONDS = 60.0


class DemoError(Exception):
    """The demo cannot go on; the message is written for the person at the terminal."""


class Stopped(BaseException):
    """Ctrl-C, or a request to terminate."""


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - to the terminal


@dataclass(frozen=True, slots=True)
class Demo:
    """One demo: where it is served, where it keeps its logs and its key, and whether it wants patients."""

    port: int
    local: Path
    with_cohort: bool

    def run(self) -> None:
        """Everything from the free port to Ctrl-C. Raises DemoError, EmbeddedServerError."""
        self.check_port()
        with self.alone():
            environment = self.environment()
            self.prepare(environment)
            children = self.children(environment)
            try:
                self.wait_until_served(children)
                self.welcome()
                while True:
                    look_after(children)
                    time.sleep(0.2)
            finally:
                ignore_signals()
                say("\nStopping …")
                stop_all(children)
                say("Stopped. The data is kept: `make demo` goes on with it, `make demo-reset` starts over.")

    def reset(self) -> None:
        """Throw the embedded demo data away and load it afresh. Raises DemoError, EmbeddedServerError."""
        for variable in ("DATABASE_URL", "REDIS_URL"):
            if os.environ.get(variable):
                raise DemoError(f"{variable} is set. Only embedded servers are reset; empty your own yourself.")
        with self.alone():
            try:
                environment = self.environment()
            except EmbeddedServerError as error:
                say(f"{error}\nRemoving the embedded servers' data altogether.")
                find_home(CHECKOUT).remove_everything()
                environment = self.environment()
            empty(environment["DATABASE_OWNER_URL"], environment["REDIS_URL"])
            self.prepare(environment)
            say("The demo is as new. `make demo` starts it.")

    def check_port(self) -> None:
        """Raises DemoError when the port cannot be listened on."""
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, self.port))
            except OSError as error:
                taken = error.errno == errno.EADDRINUSE
                why = "is taken by another program" if taken else f"cannot be used ({error.strerror})"
                raise DemoError(
                    f"Port {self.port} {why}. Choose another: make demo PORT={self.port % 65535 + 1}"
                ) from error

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Two demos of one checkout would share a database and its schedule. Raises DemoError."""
        find_home(CHECKOUT)
        make_own_folder(self.local / "demo", mode=0o700)
        with exclusive(self.local / "demo" / "lock") as lock:
            if lock is None:
                raise DemoError("The demo of this checkout is running already. Stop that one first, with Ctrl-C.")
            yield

    def environment(self) -> dict[str, str]:
        """A small production installation, reached over this machine's own network only."""
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tracker.settings"}
        environment.setdefault("SECOND_FACTOR", "none")  # the demo's logins are printed: a password is enough for them
        environment.update(
            DEBUG="false",
            HTTPS_ONLY="false",
            SECRET_KEY=remembered_secret(self.local / "demo" / "secret-key"),
            ALLOWED_HOSTS=f"{HOST},localhost",
            CSRF_TRUSTED_ORIGINS=f"http://{HOST}:{self.port},http://localhost:{self.port}",
            STATIC_ROOT=str(self.local / "demo" / "static"),
            PYTHONUNBUFFERED="1",
        )
        use_servers(environment)
        return environment

    def prepare(self, environment: dict[str, str]) -> None:
        """Migrate, gather static files, load the cohort if there is none. Raises DemoError."""
        self.manage(environment, "Preparing the database", "migrate", "--verbosity=0")
        self.manage(environment, "Gathering static files", "collectstatic", "--no-input", "--verbosity=0")
        if self.with_cohort:
            self.manage(environment, "Looking for the demo patients", "load_demo", "--if-empty")

    def manage(self, environment: dict[str, str], title: str, *command: str) -> None:
        say(f"{title} …")
        with subprocess.Popen(  # noqa: S603 - our own commands
            [sys.executable, "manage.py", *command], cwd=CHECKOUT, env=environment
        ) as process:
            try:
                status = process.wait()
            except Stopped:
                process.terminate()
                raise
        if status:
            raise DemoError(f"`manage.py {' '.join(command)}` failed with status {status}.")

    def children(self, environment: dict[str, str]) -> list[Child]:
        celery = (sys.executable, "-m", "celery", "--app", "tracker")
        commands = {
            "web": (
                *(sys.executable, "-m", "gunicorn", "tracker.wsgi:application", "--bind", f"{HOST}:{self.port}"),
                *("--workers", "2", "--worker-class", "gthread", "--threads", "4"),
                *("--graceful-timeout", "5", "--no-control-socket"),
            ),
            "worker": (*celery, "worker", "--loglevel", "INFO", "--concurrency", "2", "--without-gossip"),
            "beat": (
                *(*celery, "beat", "--loglevel", "INFO", "--pidfile="),
                *("--schedule", str(self.local / "demo" / "beat-schedule")),
            ),
        }
        environment = {name: value for name, value in environment.items() if name != "DATABASE_OWNER_URL"}
        return [
            Child(name, command, self.local / "demo" / f"{name}.log", CHECKOUT, environment, say)
            for name, command in commands.items()
        ]

    def wait_until_served(self, children: list[Child]) -> None:
        """Start the children and wait for the first page. Raises DemoError when it does not come."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            look_after(children)
            if is_served(self.port):
                return
            time.sleep(0.1)
        raise DemoError(f"No page came within {READY_SECONDS:.0f} s. The web server's log: {children[0].log}")

    def welcome(self) -> None:
        say(f"\nMyoline is at http://{HOST}:{self.port}/\n")
        for login in DEMO_LOGINS:
            say(f"  {login.username:<13} password {DEMO_PASSWORD}   ({login.role})")
        say(f"  {SECOND_LOGIN.username:<13} password {DEMO_PASSWORD}   ({SECOND_LOGIN.role} of the second clinic)")
        say("\nMade-up and published patients only. Ctrl-C stops everything.\n")


def port_number(text: str) -> int:
    """For argparse: a TCP port."""
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not between 1 and 65535")
    return port


def is_served(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/health/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def remembered_secret(path: Path) -> str:
    """A random key made at the first start, so that who is signed in stays so over a restart."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key


def empty(owner_url: str, redis_url: str) -> None:
    """Make the embedded database anew and empty the embedded Redis."""
    with psycopg.connect(owner_url, dbname="postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{DATABASE}"')
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()


def stop_by_signal() -> None:
    """Turn the two signals that ask a program to end into an exception, also where a shell had them ignored."""

    def stopped(number: int, frame: FrameType | None) -> None:
        raise Stopped

    signal.signal(signal.SIGINT, stopped)
    signal.signal(signal.SIGTERM, stopped)


def ignore_signals() -> None:
    """A second Ctrl-C must not interrupt the stopping."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tracker.demo", description=__doc__)
    parser.add_argument("--port", type=port_number, default=8000, help="on 127.0.0.1 (default: 8000)")
    parser.add_argument("--local", type=Path, default=CHECKOUT / ".local", help="folder for logs (default: .local)")
    parser.add_argument("--without-patients", action="store_true", help="start with an empty record")
    parser.add_argument("--reset", action="store_true", help="throw the demo data away and load it afresh")
    options = parser.parse_args()
    demo = Demo(port=options.port, local=options.local, with_cohort=not options.without_patients)
    stop_by_signal()
    try:
        if options.reset:
            demo.reset()
        else:
            demo.run()
    except (DemoError, EmbeddedServerError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - to the terminal
        return 1
    except Stopped:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
