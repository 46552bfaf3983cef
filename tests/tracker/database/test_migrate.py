"""The owner migrates forward and back; the application's role can then do its work and no more."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.conf import settings

from tracker.database.roles import APPLICATION

Manage = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def manage() -> Iterator[Manage]:
    """`manage.py` on an empty database, with both addresses of it."""
    name = f"migrate_{os.getpid()}"
    urls = {
        variable: os.environ[variable].rpartition("/")[0] + f"/{name}"
        for variable in ("DATABASE_URL", "DATABASE_OWNER_URL")
    }
    environment = {**os.environ, **urls, "DJANGO_SETTINGS_MODULE": "tracker.settings"}

    def run(*command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )

    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], dbname="postgres", autocommit=True) as owner:
        owner.execute(f'CREATE DATABASE "{name}"')
        yield run
        owner.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.servers
def test_forward_back_and_forward_again(manage: Manage) -> None:
    for command in (
        ("make_roles",),
        ("migrate", "--verbosity=0"),
        ("migrate", "--verbosity=0", "tracker", "zero"),
        ("migrate", "--verbosity=0"),
        ("make_roles",),
        ("check", "--deploy", "--database", "default", "--tag", "database"),
    ):
        done = manage(*command)
        assert done.returncode == 0, (command, done.stderr)
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], dbname=f"migrate_{os.getpid()}") as owner:
        owners = owner.execute(
            "SELECT DISTINCT pg_get_userbyid(relowner)::text FROM pg_class WHERE relkind = 'r' AND relnamespace IN "
            "('public'::regnamespace, 'audit'::regnamespace)"
        ).fetchall()
        assert owners == [(owner.info.user,)]
        assert owner.info.user != APPLICATION
