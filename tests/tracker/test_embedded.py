"""The embedded servers for real, in a checkout of their own: started, shared, crashed, left."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from tracker.database.roles import APPLICATION
from tracker.embedded import EmbeddedServerError, Lease, recorded_url, server_named, take_leases, use_servers
from tracker.embedded.home import OUTSIDE, Home, find_home, make_own_folder
from tracker.embedded.lease import is_locked, lock_holder
from tracker.embedded.postgres import SYNC
from tracker.embedded.processes import end_orphan
from tracker.embedded.server import Address

BOTH = ("DATABASE_URL", "REDIS_URL")
Take = Callable[..., dict[str, Lease]]
ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not ROOT, reason="only root meets this")


def wait_until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


def is_alive(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def checkout(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder that stands for a checkout; its mode decides whether root's unprivileged user can enter it."""
    folder = Path(tempfile.mkdtemp(prefix="checkout-", dir=OUTSIDE))
    folder.chmod(getattr(request, "param", 0o755))
    yield folder
    for name in ("postgres", "valkey"):
        wait_until(lambda name=name: not is_locked(server_named(name, folder).lock_file))
    Home.at(folder).remove_everything()
    folder.rmdir()


@pytest.fixture
def take(checkout: Path) -> Iterator[Take]:
    """`take_leases` for this checkout; what a test does not release itself is released at its end."""
    taken: list[Lease] = []

    def take(*variables: str) -> dict[str, Lease]:
        leases = take_leases(list(variables), checkout)
        taken.extend(leases.values())
        return leases

    yield take
    for lease in taken:
        lease.release()


def connect(url: str | None) -> "psycopg.Connection[tuple[object, ...]]":
    assert url is not None
    return psycopg.connect(url, autocommit=True, options="-c synchronous_commit=on")


@pytest.mark.servers
@pytest.mark.parametrize("checkout", [0o755, 0o700], indirect=True)
def test_servers_survive_crashes_with_every_committed_row(checkout: Path, take: Take) -> None:
    leases = take(*BOTH)
    postgres = server_named("postgres", checkout)
    with connect(leases["DATABASE_URL"].owner_url) as connection:
        connection.execute("CREATE TABLE kept (value text)")
        connection.execute("INSERT INTO kept VALUES ('before')")
        connection.execute("CREATE EXTENSION btree_gist")
    with redis.Redis.from_url(leases["REDIS_URL"].url) as client:
        client.set("kept", "before")

    # The server is killed: its supervisor starts it again, on the same port.
    killed = postgres.process_id()
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: postgres.process_id() not in {None, killed} and postgres.answers(postgres.read_address()))
    with connect(leases["DATABASE_URL"].owner_url) as connection:
        assert connection.execute("SELECT value FROM kept").fetchall() == [("before",)]

    # The supervisors are killed: the servers go with them, and the next user brings them back.
    for name in ("postgres", "valkey"):
        server = server_named(name, checkout)
        supervisor, process_id = lock_holder(server.lock_file), server.process_id()
        assert supervisor is not None
        assert process_id is not None
        os.kill(supervisor, signal.SIGKILL)
        wait_until(lambda gone=process_id: not is_alive(gone))
    again = take(*BOTH)
    with connect(again["DATABASE_URL"].owner_url) as connection:
        assert connection.execute("SELECT value FROM kept").fetchall() == [("before",)]
    with redis.Redis.from_url(again["REDIS_URL"].url) as client:
        assert client.get("kept") == b"before"


@pytest.mark.servers
@pytest.mark.parametrize("checkout", [0o755, pytest.param(0o700, marks=needs_root)], indirect=True)
def test_a_checkout_whose_password_is_gone_starts_over_and_keeps_the_data_aside(checkout: Path, take: Take) -> None:
    lease = take("DATABASE_URL")["DATABASE_URL"]
    with connect(lease.owner_url) as connection:
        connection.execute("CREATE TABLE left_behind (value text)")
    postgres = server_named("postgres", checkout)
    lease.release()
    wait_until(lambda: not is_locked(postgres.lock_file))
    if postgres.home.data == postgres.home.local:
        postgres.address_file.unlink()
    else:
        shutil.rmtree(checkout / ".local")  # a clone that was removed and made again at the same place

    with connect(take("DATABASE_URL")["DATABASE_URL"].owner_url) as connection:
        assert connection.execute("SELECT to_regclass('left_behind')").fetchall() == [(None,)]
    assert (postgres.home.data / "postgres.set-aside" / "PG_VERSION").exists()


@pytest.mark.servers
def test_a_server_stays_for_the_last_user_and_goes_after_it(checkout: Path, take: Take) -> None:
    first = take("REDIS_URL")["REDIS_URL"]
    second = take("REDIS_URL")["REDIS_URL"]
    valkey = server_named("valkey", checkout)
    process_id = valkey.process_id()
    assert process_id is not None
    assert second.url == first.url

    first.release()
    time.sleep(3)  # longer than a server without any user lives
    with redis.Redis.from_url(second.url) as client:
        assert client.ping()

    second.release()
    wait_until(lambda: not is_alive(process_id))
    assert not (checkout / ".local" / "postgres.lock").exists(), "only the server asked for is started"


@pytest.mark.servers
def test_a_killed_user_leaves_nothing_running(checkout: Path) -> None:
    command = [sys.executable, "-m", "tracker.embedded", "--checkout", str(checkout)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as user:
        assert user.stdout is not None
        urls = dict(line.strip().split("=", 1) for line in (user.stdout.readline(), user.stdout.readline()))
        assert set(urls) == set(BOTH)
        running = [server_named(name, checkout).process_id() for name in ("postgres", "valkey")]
        assert all(process_id and is_alive(process_id) for process_id in running)
        user.kill()
    wait_until(lambda: not any(process_id and is_alive(process_id) for process_id in running))


@pytest.mark.servers
def test_passwords_are_readable_by_us_alone_and_on_no_command_line(checkout: Path, take: Take) -> None:
    leases = take(*BOTH)
    for name in ("postgres", "valkey"):
        server = server_named(name, checkout)
        address = server.read_address()
        assert address is not None
        assert len(address.password) >= 32
        assert stat.S_IMODE(server.address_file.stat().st_mode) == 0o600
        assert stat.S_IMODE(server.folder.stat().st_mode) == 0o700
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                assert address.password.encode() not in entry.read_bytes()
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(leases["DATABASE_URL"].url, password="wrong")
    wrong = re.sub(r":[^:@]+@", ":wrong@", leases["REDIS_URL"].url)
    with redis.Redis.from_url(wrong) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


@pytest.mark.servers
def test_the_application_signs_in_as_a_role_of_its_own_at_every_start(checkout: Path, take: Take) -> None:
    lease = take("DATABASE_URL")["DATABASE_URL"]
    address = server_named("postgres", checkout).read_address()
    assert address is not None
    assert address.password not in lease.url
    who = "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = session_user"
    with connect(lease.url) as connection:
        assert connection.execute(who).fetchall() == [(APPLICATION, False, False, False)]
        for refused in ("SET ROLE myoline", "SET SESSION AUTHORIZATION myoline", "CREATE TABLE mine (value text)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(refused)
    with connect(lease.owner_url) as connection:  # as data from before there were such roles
        connection.execute(f"ALTER ROLE {APPLICATION} NOLOGIN PASSWORD NULL")
    lease.release()
    wait_until(lambda: not is_locked(server_named("postgres", checkout).lock_file))
    with connect(take("DATABASE_URL")["DATABASE_URL"].url) as connection:
        assert connection.execute("SELECT current_user").fetchall() == [(APPLICATION,)]


@pytest.mark.servers
def test_remains_of_another_time_do_no_harm(checkout: Path, take: Take) -> None:
    """A pid file that names a stranger by now, and a port that somebody else has taken."""
    take("DATABASE_URL")["DATABASE_URL"].release()
    postgres = server_named("postgres", checkout)
    wait_until(lambda: not is_locked(postgres.lock_file))
    address = postgres.read_address()
    assert address is not None

    with subprocess.Popen(["sleep", "60"]) as stranger, socket.socket() as occupant:
        occupant.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        occupant.bind(("127.0.0.1", address.port))
        occupant.listen()
        postgres.process_id_file.write_text(f"{stranger.pid}\n{postgres.folder}\n")
        lease = take("DATABASE_URL")["DATABASE_URL"]
        assert stranger.poll() is None
        assert f":{address.port}/" not in lease.url
        with connect(lease.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        stranger.terminate()


@pytest.mark.servers
def test_data_of_another_major_version_is_refused_in_words(checkout: Path, take: Take) -> None:
    folder = find_home(checkout).data / "postgres"
    folder.mkdir(mode=0o700)
    (folder / "PG_VERSION").write_text("9\n")
    server_named("postgres", checkout).write_address(Address(port=1, password="known", supervisor=1))
    with pytest.raises(EmbeddedServerError, match=r"is PostgreSQL 9's .*make demo-reset"):
        take("DATABASE_URL")


@needs_root
def test_root_keeps_data_outside_a_checkout_that_only_root_can_enter(tmp_path: Path) -> None:
    closed, entered = tmp_path / "My Clone", Path("/usr")
    closed.mkdir(mode=0o700)
    assert Home.at(closed).data.parent == OUTSIDE
    assert Home.at(closed).data.name.startswith("myoline-my-clone-")
    assert Home.at(closed).data != Home.at(tmp_path).data
    assert Home.at(entered).data == entered / ".local"


def test_a_folder_that_somebody_else_made_first_is_refused(tmp_path: Path) -> None:
    real = tmp_path / "real"
    make_own_folder(real, mode=0o700)
    make_own_folder(real, mode=0o711)
    assert stat.S_IMODE(real.stat().st_mode) == 0o711

    link = tmp_path / "link"
    link.symlink_to(real)
    writable = tmp_path / "writable"
    writable.mkdir()
    writable.chmod(0o722)
    for path in (link, writable):
        with pytest.raises(EmbeddedServerError, match="not a folder of this user"):
            make_own_folder(path, mode=0o700)


@needs_root
def test_a_folder_of_another_owner_is_refused(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir(mode=0o700)
    os.chown(foreign, 65534, 65534)
    with pytest.raises(EmbeddedServerError, match="not a folder of this user"):
        make_own_folder(foreign, mode=0o700)


def test_only_the_very_process_is_ended(tmp_path: Path) -> None:
    signals = (signal.SIGTERM,)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with subprocess.Popen(["sleep", "60"], cwd=tmp_path) as process:
        wait_until(lambda: Path(f"/proc/{process.pid}/comm").read_text() == "sleep\n")
        assert end_orphan(process.pid, binary="postgres", folder=tmp_path, signals=signals)
        assert end_orphan(process.pid, binary="sleep", folder=elsewhere, signals=signals)
        assert process.poll() is None
        assert end_orphan(process.pid, binary="sleep", folder=tmp_path, signals=signals)
        assert process.wait(timeout=60) == -signal.SIGTERM


@pytest.mark.parametrize(("told", "waits"), [(None, True), ("on", True), ("off", False)])
def test_only_where_we_are_told_so_the_database_does_not_wait_for_the_disk(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, told: str | None, waits: bool
) -> None:
    if told is None:
        monkeypatch.delenv(SYNC, raising=False)
    else:
        monkeypatch.setenv(SYNC, told)
    command = server_named("postgres", checkout).command(Address(port=1, password="unused", supervisor=0))
    assert ("fsync=off" not in command) is waits


def test_given_servers_are_left_alone() -> None:
    environ = {"DATABASE_URL": "postgresql://ours/db", "REDIS_URL": "redis://ours"}
    assert use_servers(environ) == []
    assert environ == {"DATABASE_URL": "postgresql://ours/db", "REDIS_URL": "redis://ours"}, "nobody else owns it"


def test_the_recorded_address_is_the_one_last_published(monkeypatch: pytest.MonkeyPatch, checkout: Path) -> None:
    monkeypatch.setattr("tracker.embedded.CHECKOUT", checkout)
    assert recorded_url("REDIS_URL") is None
    valkey = server_named("valkey", checkout)
    valkey.write_address(valkey.choose_address())
    assert recorded_url("REDIS_URL") == valkey.url(valkey.read_address())
