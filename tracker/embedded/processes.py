"""Starting, recognising and ending processes without ever touching one that is not ours."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

STOP_SECONDS = 15.0
_PR_SET_PDEATHSIG = 1


def die_with_parent(with_signal: signal.Signals) -> Callable[[], None]:
    """For Popen's preexec_fn: Linux then sends this signal to the child when its parent dies, however it dies.

    Elsewhere nothing happens, and `end_orphan` at the next start is what remains.
    """
    parent = os.getpid()
    library = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def prepare_child() -> None:
        if library is not None:
            library.prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)
            if os.getppid() != parent:  # died in between
                os._exit(1)

    return prepare_child


def stop(process: "subprocess.Popen[bytes]", signals: Sequence[signal.Signals]) -> None:
    """End our child: each signal in turn, until it has gone."""
    for number in signals:
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    process.wait(timeout=STOP_SECONDS)


def end_orphan(process_id: int, *, binary: str, folder: Path, signals: Sequence[signal.Signals]) -> bool:
    """End the process with this id if, and only if, it is `binary` at work in `folder`; True when none is left.

    Process ids are recycled, so the number alone proves nothing. The process is held by descriptor first and examined
    after that, so that no newcomer can slip in between.
    """
    if not hasattr(os, "pidfd_open"):
        return not _is_alive(process_id)
    try:
        descriptor = os.pidfd_open(process_id)
    except OSError:
        return True
    try:
        for number in signals:
            if not _is_at_work(process_id, binary=binary, folder=folder):
                return True
            signal.pidfd_send_signal(descriptor, number)
            deadline = time.monotonic() + STOP_SECONDS
            while time.monotonic() < deadline and _is_at_work(process_id, binary=binary, folder=folder):
                time.sleep(0.05)
        return not _is_at_work(process_id, binary=binary, folder=folder)
    except ProcessLookupError:
        return True
    finally:
        os.close(descriptor)


def _is_at_work(process_id: int, *, binary: str, folder: Path) -> bool:
    entry = Path("/proc") / str(process_id)
    try:
        program = os.readlink(entry / "exe").removesuffix(" (deleted)")
        return Path(program).name == binary and Path(os.readlink(entry / "cwd")) == folder.resolve()
    except OSError:
        return False


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
