"""How a process says "I use this server": a shared lock on a file, which the kernel drops when the process ends."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tracker.embedded.home import EmbeddedServerError
from tracker.embedded.server import Address, Server

START_SECONDS = 90.0
CODE = Path(__file__).resolve().parent.parent.parent


@dataclass(slots=True)
class Lease:
    """A server kept up for as long as this is held: until `release`, or the end of the process."""

    url: str
    descriptor: int
    owner_url: str | None = None

    def release(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def take_lease(server: Server) -> Lease:
    """Make sure that the server is up, starting it if need be, and keep it up. Raises EmbeddedServerError."""
    descriptor = open_lock(server.lease_file)
    try:
        # Waits while a supervisor that nobody needed any more is stopping its server.
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        address = _wait_until_up(server)
        return Lease(url=server.url(address), descriptor=descriptor, owner_url=server.owner_url(address))
    except BaseException:
        os.close(descriptor)
        raise


def _wait_until_up(server: Server) -> Address:
    deadline = time.monotonic() + START_SECONDS
    started = False
    while time.monotonic() < deadline:
        if not is_locked(server.lock_file):
            if started and server.failure_file.exists():
                raise EmbeddedServerError(server.failure_file.read_text())
            start_supervisor(server)
            started = True
        address = server.read_address()
        if address and address.supervisor == lock_holder(server.lock_file) and server.answers(address):
            return address
        time.sleep(0.05)
    raise EmbeddedServerError(f"{server.title} did not come up in {START_SECONDS:.0f} seconds; see {server.log_file}.")


def start_supervisor(server: Server) -> None:
    """Start the process that holds the server. It detaches itself, so this returns at once."""
    server.failure_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tracker.embedded", "--supervise", server.name]
    command += ["--checkout", str(server.home.local.parent)]
    with server.log_file.open("ab") as log:
        subprocess.run(  # noqa: S603 - ourselves
            command, check=True, cwd=CODE, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )


def open_lock(path: Path) -> int:
    """Open a lock file, for this user only. Raises EmbeddedServerError when it belongs to somebody else."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise EmbeddedServerError(f"Cannot open {path}: {error.strerror}. Was it made by another user?") from error


@contextmanager
def exclusive(path: Path, *, wait_seconds: float = 0.0) -> Iterator[int | None]:
    """Hold a lock file alone; yields its descriptor, or None when somebody else has it for longer than the wait."""
    descriptor = open_lock(path)
    try:
        yield descriptor if _lock_within(descriptor, wait_seconds) else None
    finally:
        os.close(descriptor)


def try_exclusive(descriptor: int) -> bool:
    """Take the lock alone if that is possible this instant."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_within(descriptor: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not try_exclusive(descriptor):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    return True


def is_locked(path: Path) -> bool:
    """Whether some process holds this lock file alone."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def lock_holder(path: Path) -> int | None:
    """The process id that the holder of a lock file noted in it."""
    try:
        return int(path.read_text())
    except (FileNotFoundError, ValueError):
        return None
