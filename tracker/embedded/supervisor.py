"""The small detached process that holds one server: starts it, starts it again after a crash, stops it when unused."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from types import FrameType

from tracker.embedded.home import EmbeddedServerError
from tracker.embedded.lease import exclusive, open_lock, try_exclusive
from tracker.embedded.processes import stop
from tracker.embedded.server import Address, Server

READY_SECONDS = 60.0
UNUSED_SECONDS = 2.0  # so that one command after another finds the server still up
BACK_OFF_SECONDS = (0.2, 1.0, 2.0, 5.0, 10.0)
LOG_LIMIT_BYTES = 5_000_000


def detach(server: Server) -> None:
    """Run a supervisor for this server in the background and return at once."""
    if os.fork():
        return
    os.setsid()
    os.chdir("/")
    signal.pthread_sigmask(signal.SIG_SETMASK, set())  # whatever the starting process had blocked
    status = 0
    try:
        Supervisor(server).run()
    except EmbeddedServerError as error:
        server.failure_file.write_text(str(error))
        status = 1
    except Exception as error:
        server.failure_file.write_text(f"{server.title}: {type(error).__name__}: {error}; see {server.log_file}")
        status = 1
    sys.stdout.flush()
    os._exit(status)


class Supervisor:
    """Holds the lock that says "this server is being looked after" for as long as it runs."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.asked_to_stop = False
        self.process: subprocess.Popen[bytes] | None = None
        self.unused_since: float | None = None

    def run(self) -> None:
        """Keep the server up while somebody leases it. Raises EmbeddedServerError when it cannot be started."""
        server = self.server
        with exclusive(server.lock_file, wait_seconds=0.5) as lock:
            if lock is None:
                return  # another supervisor was quicker
            os.ftruncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
            signal.signal(signal.SIGTERM, self._on_signal)
            signal.signal(signal.SIGINT, self._on_signal)
            if server.log_file.exists() and server.log_file.stat().st_size > LOG_LIMIT_BYTES:
                os.truncate(server.log_file, 0)
            lease = open_lock(server.lease_file)
            try:
                self._look_after(lease)
            finally:
                if self.process:
                    stop(self.process, server.stop_signals)
                # The lease lock, held alone by now, goes last: who waits for it must find no supervisor.
                fcntl.flock(lock, fcntl.LOCK_UN)
                os.close(lease)

    def _look_after(self, lease: int) -> None:
        failures = 0
        while not self.asked_to_stop:
            address = self.server.choose_address()
            self.server.prepare(address)
            self.process = self.server.start(address)
            if self._becomes_ready(address):
                failures = 0
                self.server.after_start(address)
                self.server.write_address(address)
                if self._stays_needed(lease):
                    return
            else:
                stop(self.process, self.server.stop_signals)
            failures += 1
            if failures > len(BACK_OFF_SECONDS):
                raise EmbeddedServerError(f"{self.server.title} does not start; see {self.server.log_file}.")
            time.sleep(BACK_OFF_SECONDS[failures - 1])

    def _becomes_ready(self, address: Address) -> bool:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and not self.asked_to_stop:
            if self.process is None or self.process.poll() is not None:
                return False
            if self.server.answers(address):
                return True
            time.sleep(0.03)
        return False

    def _stays_needed(self, lease: int) -> bool:
        """Watch until the server may stop (True) or has died (False)."""
        while not self.asked_to_stop:
            if self.process is None or self.process.poll() is not None:
                return False
            if self._is_unused(lease):
                return True
            time.sleep(0.2)
        return True

    def _is_unused(self, lease: int) -> bool:
        """True once nobody has held a lease for a while; the lease file is then locked, so that newcomers wait."""
        if not try_exclusive(lease):
            self.unused_since = None
            return False
        now = time.monotonic()
        if self.unused_since is None:
            self.unused_since = now
        if now - self.unused_since >= UNUSED_SECONDS:
            return True
        fcntl.flock(lease, fcntl.LOCK_UN)
        return False

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True
