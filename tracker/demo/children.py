"""The demo's long-running parts: started, started again after a crash, stopped together."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tracker.embedded.processes import die_with_parent

STEADY_SECONDS = 30.0  # up for so long, a child's earlier crashes are forgotten
BACK_OFF_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
# From polite to certain, each with the seconds that it is given.
STOP_SIGNALS = ((signal.SIGTERM, 10.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0))


@dataclass
class Child:
    """One part, a process group of its own, so that all it forks can be told to stop as well."""

    name: str
    command: Sequence[str]
    log: Path
    folder: Path
    environment: dict[str, str]
    say: Callable[[str], None]
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    start_at: float = 0.0
    crashes: int = 0

    def start(self) -> None:
        # Its own session: Ctrl-C at the terminal reaches the demo alone, which then stops its children in order.
        with self.log.open("ab") as log:
            # preexec_fn is safe: the demo has no threads.
            self.process = subprocess.Popen(  # noqa: S603 - our own commands
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        self.started_at = time.monotonic()

    def look(self) -> None:
        """Notice a crash, and start again when it is time to."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            if now - self.started_at > STEADY_SECONDS:
                self.crashes = 0
            delay = BACK_OFF_SECONDS[min(self.crashes, len(BACK_OFF_SECONDS) - 1)]
            self.crashes += 1
            self.say(f"{self.name} ended by itself; starting it again in {delay:g} s. Its log: {self.log}")
            self.process, self.start_at = None, now + delay
        if self.process is None and now >= self.start_at:
            self.start()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Signal the whole group."""
        if self.process is not None and self.is_running:
            os.killpg(self.process.pid, number)


def look_after(children: Sequence[Child]) -> None:
    for child in children:
        child.look()


def stop_all(children: Sequence[Child]) -> None:
    """All at once; returns when none is left."""
    for number, patience in STOP_SIGNALS:
        for child in children:
            child.send(number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not any(child.is_running for child in children):
                return
            time.sleep(0.05)
