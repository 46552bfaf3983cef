"""`python -m tracker.embedded`: keep the embedded servers up until Ctrl-C (what `make servers` runs)."""

import argparse
import signal
import sys
from pathlib import Path

from tracker.embedded import CHECKOUT, SERVER_OF_VARIABLE, EmbeddedServerError, server_named, take_leases
from tracker.embedded.supervisor import detach


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tracker.embedded", description=__doc__)
    parser.add_argument("--checkout", type=Path, default=CHECKOUT, help="whose servers (default: this checkout's)")
    parser.add_argument("--supervise", metavar="SERVER", help="hold one server in the background while it is used")
    options = parser.parse_args()
    try:
        if options.supervise:
            detach(server_named(options.supervise, options.checkout))
            return 0
        return hold(options.checkout)
    except EmbeddedServerError as error:
        print(error, file=sys.stderr)  # noqa: T201 - to the terminal
        return 1


def hold(checkout: Path) -> int:
    """Lease both servers, say where they are, and wait for a signal."""
    leases = take_leases(list(SERVER_OF_VARIABLE), checkout)
    for variable, lease in leases.items():
        print(f"{variable}={lease.url}", flush=True)  # noqa: T201 - to the terminal
    print("Up until Ctrl-C, and for as long as anybody else uses them.", flush=True)  # noqa: T201 - to the terminal
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    return 0


if __name__ == "__main__":
    sys.exit(main())
