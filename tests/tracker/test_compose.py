"""docker-compose.yml, Dockerfile, dotenv-sample and settings.py agree name by name; no secret stands in any of them."""

import ast
import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from tracker.database.roles import APPLICATION

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
INTERPOLATION = re.compile(r"\$\{(\w+)(:?[-?])?([^}]*)\}")
SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD", "POSTGRES_APPLICATION_PASSWORD", "REDIS_PASSWORD"}
COMPOSE_ONLY = (SECRETS - {"SECRET_KEY"}) | {"MYOLINE_IMAGE", "WEB_PORT"}


def names_read_by_settings() -> set[str]:
    """First arguments of env.<type>("NAME") and address_of("NAME") in settings.py."""
    names = set()
    for node in ast.walk(ast.parse((ROOT / "tracker" / "settings.py").read_text())):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        called = node.func
        reads_environment = isinstance(called, ast.Attribute) and getattr(called.value, "id", "") == "env"
        if reads_environment or getattr(called, "id", "") == "address_of":
            names.add(str(node.args[0].value))
    return names


def names_in_sample() -> set[str]:
    return set(re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / "dotenv-sample").read_text(), flags=re.MULTILINE))


def names_interpolated() -> set[str]:
    return {name for name, _, _ in INTERPOLATION.findall((ROOT / "docker-compose.yml").read_text())}


def test_the_sample_lists_every_name_that_is_read_and_no_other() -> None:
    read = names_read_by_settings()
    assert {"DEBUG", "SECRET_KEY", "DATABASE_URL", "REDIS_URL"} <= read
    assert names_in_sample() == read | COMPOSE_ONLY


def test_compose_interpolates_only_names_of_the_sample() -> None:
    assert COMPOSE_ONLY <= names_interpolated() <= names_in_sample()


@pytest.mark.parametrize("service", OURS)
def test_settings_read_every_name_that_a_container_is_given(service: str) -> None:
    given = set(SERVICES[service]["environment"])
    assert given <= names_read_by_settings()
    assert {"SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"} <= given
    assert "DEBUG" not in given


def test_every_choice_of_an_installation_reaches_the_containers() -> None:
    fixed_by_the_image = {"DEBUG", "HTTPS_ONLY", "SOFTWARE_REVISION", "STATIC_ROOT", "TEST_DATABASE_NAME"}
    chosen = names_read_by_settings() - fixed_by_the_image
    assert set(SERVICES["migrate"]["environment"]) == chosen
    for service in ("web", "worker", "beat"):
        assert set(SERVICES[service]["environment"]) == chosen - {"DATABASE_OWNER_URL"}


def test_every_secret_must_be_given_and_none_stands_in_a_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for name, operator, default in INTERPOLATION.findall(text):
        if name in SECRETS:
            assert operator == ":?", f"{name} must stop the start when it is missing"
            assert default == "see dotenv-sample"
    for service in SERVICES.values():
        for name, value in service["environment"].items():
            if value is None:
                continue  # handed on from the environment as it is
            if "PASSWORD" in name or "SECRET" in name:
                assert str(value).startswith("${")
            assert not re.search(r"://[^:/@]*:[^$@]+@", str(value)), f"{name} holds a password"
    needed = [line for line in (ROOT / "dotenv-sample").read_text().splitlines() if line[:1].isupper()]
    assert {line.rstrip("=") for line in needed} == SECRETS | {"ALLOWED_HOSTS"}


def test_the_addresses_name_the_services() -> None:
    web = SERVICES["web"]["environment"]
    postgres = SERVICES["postgres"]["environment"]
    database = f"@postgres:5432/{postgres['POSTGRES_DB']}"
    assert re.sub(INTERPOLATION, "x", web["DATABASE_URL"]) == f"postgresql://{APPLICATION}:x{database}"
    owner = SERVICES["migrate"]["environment"]["DATABASE_OWNER_URL"]
    assert re.sub(INTERPOLATION, "x", owner) == f"postgresql://{postgres['POSTGRES_USER']}:x{database}"
    assert re.sub(INTERPOLATION, "x", web["REDIS_URL"]) == "redis://:x@redis:6379/0"


def test_our_containers_run_one_image_built_here() -> None:
    assert {SERVICES[name]["image"] for name in OURS} == {"${MYOLINE_IMAGE:-myoline:latest}"}
    assert {SERVICES[name]["build"] for name in OURS} == {"."}
    for name in ("postgres", "redis"):
        assert re.fullmatch(r"[a-z]+:\d+", SERVICES[name]["image"]), "the major version is pinned"


def test_commands_start_what_exists() -> None:
    web, worker, beat = (SERVICES[name]["command"] for name in ("web", "worker", "beat"))
    assert web[0] == "gunicorn"
    module, _, attribute = web[1].partition(":")
    assert callable(getattr(importlib.import_module(module), attribute))
    assert web[1] in (ROOT / "Dockerfile").read_text()
    for command, verb in ((worker, "worker"), (beat, "beat")):
        assert command[:2] == ["celery", "--app"]
        assert importlib.import_module(command[2]).celery_app.main == "tracker"
        assert command[3] == verb
    shell, option, script = SERVICES["migrate"]["command"]
    assert (shell, option) == ("sh", "-c")
    steps = [step.split() for step in script.split("&&")]
    assert [step[:2] for step in steps] == [["python", "manage.py"]] * 3
    assert [step[2] for step in steps] == ["make_roles", "migrate", "check"]
    assert {step[2] for step in steps} <= set(get_commands())


def test_only_the_step_that_migrates_knows_the_owners_password() -> None:
    for name, service in SERVICES.items():
        if name not in {"migrate", "postgres"}:
            assert "${POSTGRES_PASSWORD" not in str(service), name


def test_everything_is_watched_restarted_and_started_in_order() -> None:
    for name, service in SERVICES.items():
        if name == "migrate":
            assert service["restart"] == "no"
            continue
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"]
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "redis": {"condition": "service_healthy"},
        }


def test_data_lives_in_named_volumes() -> None:
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"]) == {"postgres-data", "redis-data", "beat-data"}


def test_the_servers_log_repeats_no_row_that_it_refuses() -> None:
    command = SERVICES["postgres"]["command"]
    assert command[0] == "postgres", "any other command runs as root in this image"
    assert command[1::2] == ["-c", "-c"]
    assert set(command[2::2]) == {"log_min_error_statement=panic", "log_error_verbosity=terse"}


def test_redis_persists_refuses_strangers_and_never_forgets() -> None:
    command = SERVICES["redis"]["command"]
    assert command[0] == "redis-server", "any other command runs as root in this image"
    assert dict(zip(command[1::2], command[2::2], strict=True)) == {
        "--requirepass": "${REDIS_PASSWORD:?see dotenv-sample}",
        "--appendonly": "yes",
        "--maxmemory-policy": "noeviction",
    }


def test_only_the_web_server_is_reachable_and_only_from_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:${WEB_PORT:-8000}:8000"]}


def test_the_image_is_built_in_stages_and_runs_without_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert sum(line.startswith("FROM ") for line in lines) == 2
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001"]
    assert any("--require-hashes" in line and "requirements/base.txt" in line for line in lines)
    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists()
                assert f"!{source}" in (ROOT / ".dockerignore").read_text().splitlines()
