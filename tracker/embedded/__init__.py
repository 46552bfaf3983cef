"""PostgreSQL and Redis of our own, for the demo, for development and for tests; never for production.

`use_servers` sets DATABASE_URL and REDIS_URL for this process where they are unset, starting the servers if nobody has
them up. Each user holds a lease for as long as its process lives; the last one gone, the servers stop by themselves.
docs/adr/0002 tells how and why.
"""

import os
from collections.abc import MutableMapping
from pathlib import Path

from tracker.embedded.home import EmbeddedServerError, Home, find_home
from tracker.embedded.lease import Lease, take_lease
from tracker.embedded.postgres import Postgres
from tracker.embedded.server import Server
from tracker.embedded.valkey import Valkey

__all__ = ["EmbeddedServerError", "Lease", "recorded_url", "server_named", "take_leases", "use_servers"]

CHECKOUT = Path(__file__).resolve().parent.parent.parent
SERVER_OF_VARIABLE: dict[str, type[Server]] = {"DATABASE_URL": Postgres, "REDIS_URL": Valkey}

_held: list[Lease] = []


def server_named(name: str, checkout: Path = CHECKOUT) -> Server:
    """The server called `postgres` or `valkey` of one checkout.

    Raises KeyError for another name, EmbeddedServerError where its folders cannot be used.
    """
    by_name = {server.name: server for server in SERVER_OF_VARIABLE.values()}
    return by_name[name](find_home(checkout))


def take_leases(variables: list[str], checkout: Path = CHECKOUT) -> dict[str, Lease]:
    """Start (if need be) and lease the server behind each of these variables. Raises EmbeddedServerError."""
    home = find_home(checkout)
    return {variable: take_lease(SERVER_OF_VARIABLE[variable](home)) for variable in variables}


def use_servers(environ: MutableMapping[str, str] | None = None) -> list[str]:
    """Point the unset ones of DATABASE_URL and REDIS_URL at embedded servers for the life of this process.

    With an embedded database, DATABASE_OWNER_URL is set as well, for what only the owner of the tables may do.
    Returns the variables that were set; none when both were given. Raises EmbeddedServerError.
    """
    environ = os.environ if environ is None else environ
    missing = [variable for variable in SERVER_OF_VARIABLE if not environ.get(variable)]
    for variable, lease in take_leases(missing).items():
        environ[variable] = lease.url
        if lease.owner_url:
            environ["DATABASE_OWNER_URL"] = lease.owner_url
        _held.append(lease)
    return missing


def recorded_url(variable: str) -> str | None:
    """Where the embedded server behind this variable was last up, if it ever was. Starts nothing and holds nothing."""
    try:
        server = SERVER_OF_VARIABLE[variable](Home.at(CHECKOUT))
        address = server.read_address()
    except OSError:
        return None
    return server.url(address) if address else None
