"""Python with its libraries loaded and nothing of ours: each piece of code runs in a fork of it.

A fork is a process of its own, with an environment of its own, at a twentieth of the price of a new Python.
"""

import atexit
import json
import os
import subprocess
import sys
import tempfile
import traceback
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class WarmPython:
    """Answers as `subprocess.run([sys.executable, "-c", code], env=environment)` would."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, code: str, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([code, environment]) + "\n")
        self._process.stdin.flush()
        status, out, error = json.loads(self._process.stdout.readline())
        return subprocess.CompletedProcess([sys.executable, "-c", code], status, out, error)


@cache
def warm_python() -> WarmPython:
    """One for this process, from when it is first asked for. It starts with nothing of this environment."""
    process = subprocess.Popen(
        [sys.executable, __file__],
        cwd=ROOT,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(process.communicate)  # closes its input, at which it ends
    return WarmPython(process)


def serve() -> None:
    """One line of JSON asks, one line answers: exit status, standard output, standard error."""
    import celery.app  # noqa: F401 - loaded for the forks
    import django.http
    import psycopg  # noqa: F401 - as above

    assert django.http
    assert not [name for name in sys.modules if name.partition(".")[0] in ("tracker", "patients", "monitoring")]
    for line in sys.stdin:
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as error:
            child = os.fork()
            if child == 0:
                os.dup2(out.fileno(), 1)
                os.dup2(error.fileno(), 2)
                _run(*json.loads(line))
            _, status = os.waitpid(child, 0)
            out.seek(0)
            error.seek(0)
            answer = [os.waitstatus_to_exitcode(status), out.read(), error.read()]
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


def _run(code: str, environment: dict[str, str]) -> None:
    """In the fork, which ends here."""
    os.environ.clear()
    os.environ.update(environment)
    status = 0
    try:
        exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - the tests' own code
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        status = 1
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    sys.path.remove(str(Path(__file__).parent))  # where this file lies is no place to import from
    serve()
