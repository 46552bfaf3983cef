"""Settings under production's environment, each time in a process of its own."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from monitoring import delivery
from monitoring.rules.sending import TAKE_OVER_AFTER
from tests.tracker.warm_python import warm_python
from tracker import settings as declared
from tracker.celery import BEAT_SCHEDULE, app
from tracker.settings import database

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "PATH": os.defpath,
    "DJANGO_SETTINGS_MODULE": "tracker.settings",
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "clinic.invalid",
    "DATABASE_URL": "postgresql://someone:word@database.invalid:5433/clinic?sslmode=require",
    "REDIS_URL": "redis://redis.invalid:6379/0",
}


def run_python(code: str, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return warm_python().run(code, environment)


def read(environment: dict[str, str], *names: str) -> dict[str, object]:
    code = f"import json, tracker.settings as s; print(json.dumps({{n: getattr(s, n) for n in {names!r}}}))"
    done = run_python(code, environment)
    assert done.returncode == 0, done.stderr
    values: dict[str, object] = json.loads(done.stdout)
    return values


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL"])
def test_production_does_not_start_without_its_secrets(name: str) -> None:
    environment = {key: value for key, value in PRODUCTION.items() if key != name}
    done = run_python("import tracker.settings", environment)
    assert done.returncode != 0
    assert name in done.stderr.splitlines()[-1]


def test_production_is_the_default_and_is_closed() -> None:
    values = read(
        PRODUCTION,
        *("DEBUG", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS"),
        *("ALLOWED_HOSTS", "SECURE_PROXY_SSL_HEADER"),
    )
    assert values == {
        "DEBUG": False,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "ALLOWED_HOSTS": ["clinic.invalid"],
        "SECURE_PROXY_SSL_HEADER": None,
    }


def test_production_never_loads_the_embedded_servers() -> None:
    done = run_python("import sys, tracker.settings; print('tracker.embedded' in sys.modules)", PRODUCTION)
    assert done.stdout.strip() == "False", done.stderr


def test_a_proxys_word_on_tls_is_taken_only_when_asked() -> None:
    values = read({**PRODUCTION, "TRUST_PROXY": "true"}, "SECURE_PROXY_SSL_HEADER")
    assert values["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]


def test_a_database_address_is_taken_apart() -> None:
    described = database("postgresql://some%40one:w%2Ford@host.invalid:5433/clinic?sslmode=require")
    expected = {
        "ENGINE": "tracker.database",
        "NAME": "clinic",
        "USER": "some@one",
        "PASSWORD": "w/ord",
        "HOST": "host.invalid",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }
    assert {name: described[name] for name in expected} == expected


@pytest.mark.parametrize("url", ["sqlite:///clinic.db", "mysql://host/clinic", "host=somewhere"])
def test_another_database_than_postgresql_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql://"):
        database(url)


def test_without_any_address_the_first_query_says_so() -> None:
    assert database(None) == {"ENGINE": "django.db.backends.dummy"}


def test_passwords_are_hashed_with_argon2() -> None:
    assert declared.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


@pytest.mark.django_db
def test_a_page_forbids_inline_code_and_frames() -> None:
    response = Client().get("/health/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "camera=()" in response["Permissions-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_tasks_survive_their_worker_and_never_outlive_their_visibility() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.result_backend is None
    assert app.conf.task_soft_time_limit < app.conf.task_time_limit
    assert app.conf.task_time_limit < app.conf.broker_transport_options["visibility_timeout"]
    assert app.conf.timezone == "UTC"


def test_the_schedule_names_tasks_that_exist_and_lets_no_old_run_pile_up() -> None:
    app.loader.import_default_modules()
    assert BEAT_SCHEDULE
    for entry in BEAT_SCHEDULE.values():
        assert entry["task"] in app.tasks
        assert entry["options"]["expires"] > 0


def test_requirement_files_are_pinned_by_hash_and_name_no_host_or_path() -> None:
    files = sorted((ROOT / "requirements").glob("*.txt"))
    assert [file.name for file in files] == ["base.txt", "demo.txt", "dev.txt", "test.txt"]
    for file in files:
        lines = file.read_text().splitlines()
        assert not [line for line in lines if re.search(r"://|--index|--find-links|--extra|file:|@ |^-e|^/", line)]
        for line, following in zip(lines, lines[1:], strict=False):
            if not line.startswith(" "):
                assert re.match(r"^[a-z0-9._-]+(\[[a-z,]+\])?==\S+ ", line), line
                assert following.strip().startswith("--hash=sha256:")


def test_each_requirement_file_holds_the_smaller_one_unchanged() -> None:
    pins = {
        name: set(re.findall(r"^\S+==\S+", (ROOT / "requirements" / f"{name}.txt").read_text(), flags=re.MULTILINE))
        for name in ("base", "demo", "test", "dev")
    }
    assert pins["base"] < pins["demo"] < pins["test"] < pins["dev"]


def test_every_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    listed = text[text.index("dependencies = [") : text.index("[tool.")]
    for line in listed.splitlines():
        if line.startswith('    "'):
            assert re.search(r'",\s+# \S+', line), line


def test_static_files_are_found_once_each(tmp_path: Path) -> None:
    environment = {**PRODUCTION, "STATIC_ROOT": str(tmp_path)}
    done = run_python(
        "from django.core.management import execute_from_command_line as run;"
        "run(['manage.py', 'collectstatic', '--no-input'])",
        environment,
    )
    assert done.returncode == 0, done.stderr
    assert "Found another file" not in done.stdout + done.stderr
    assert (tmp_path / "myoline.css").is_file()


def test_nobody_waits_for_a_redis_that_does_not_answer() -> None:
    """Without a limit, a page that saves hangs as long as the network pleases."""
    broker = app.conf.broker_transport_options
    cache = declared.CACHES["default"]["OPTIONS"]
    for limits in (broker, cache):
        assert 0 < limits["socket_connect_timeout"] <= 5
        assert 0 < limits["socket_timeout"] <= 30


@pytest.mark.parametrize("hours", ["4,2", "2,2", "0,4", "-1", "2,4,6"])
def test_hours_that_do_not_rise_stop_the_start(hours: str) -> None:
    done = run_python("import tracker.settings", {**PRODUCTION, "ALERT_HOURS_URGENT": hours})
    assert done.returncode != 0
    assert "ALERT_HOURS_URGENT: one or two whole numbers of hours" in done.stderr


def test_hours_after_which_alerts_climb_are_a_choice_of_the_installation() -> None:
    assert read({**PRODUCTION, "ALERT_HOURS_ACTION": "12"}, "ALERT_HOURS")["ALERT_HOURS"] == {
        "urgent": [2, 4],
        "action": [12],
        "look": [168],
    }


def test_without_a_mail_server_nothing_is_planned_and_with_one_it_is_spoken_to_over_tls() -> None:
    names = ("MAIL_IS_SENT", "EMAIL_BACKEND", "EMAIL_USE_TLS", "EMAIL_PORT", "SITE_URL", "MAIL_PATIENT_IDENTIFIERS")
    without = read(PRODUCTION, *names)
    assert without["MAIL_IS_SENT"] is False
    assert str(without["EMAIL_BACKEND"]).split(".")[-2] == "dummy"
    mail = {"EMAIL_HOST": "mail.invalid", "DEFAULT_FROM_EMAIL": "Clinic <noreply@clinic.invalid>"}
    assert read({**PRODUCTION, **mail}, *names, "MAIL_DOMAIN") == {
        "MAIL_IS_SENT": True,
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_USE_TLS": True,
        "EMAIL_PORT": 587,
        "SITE_URL": "https://clinic.invalid",
        "MAIL_PATIENT_IDENTIFIERS": "hospital_number_and_initials",
        "MAIL_DOMAIN": "clinic.invalid",
    }


@pytest.mark.parametrize(("name", "value"), [("MAIL_PATIENT_IDENTIFIERS", "name"), ("MAIL_DAYS_BETWEEN_OVERDUE", "0")])
def test_a_mail_setting_that_means_nothing_is_refused(name: str, value: str) -> None:
    done = run_python("import tracker.settings", {**PRODUCTION, name: value})
    assert done.returncode != 0
    assert name in done.stderr.splitlines()[-1]


def test_a_claim_outlives_every_task_that_could_still_hold_it() -> None:
    assert TAKE_OVER_AFTER.total_seconds() > 2 * app.conf.task_time_limit
    assert app.conf.task_soft_time_limit > delivery.SECONDS + 2 * declared.EMAIL_TIMEOUT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DAYS_TO_WAIT_FOR_A_RESULT", "0"),
        ("DAYS_TO_WAIT_FOR_A_RESULT", "57"),
        ("ALERT_UNDECIDED_HOURS_URGENT", "0"),
        ("ALERT_UNDECIDED_HOURS_ACTION", "-1"),
        ("ALERT_UNDECIDED_HOURS_LOOK", "0"),
        ("ALERT_HOURS_ACTION", "0,2"),
        ("ALERT_HOURS_LOOK", "0"),
        ("ALERT_REPEAT_GRACE_DAYS", "-1"),
        ("HEARTBEAT_LATE_MINUTES", "1"),
        ("HEARTBEAT_LATE_HOURS", "24"),
        ("SITE_URL", "https://*.clinic.invalid"),
    ],
)
def test_a_number_or_address_that_would_silence_something_stops_the_start(name: str, value: str) -> None:
    done = run_python("import tracker.settings", {**PRODUCTION, name: value})
    assert done.returncode != 0
    assert name in done.stderr.splitlines()[-1]


def test_the_ends_of_the_ranges_are_allowed() -> None:
    smallest = {
        "DAYS_TO_WAIT_FOR_A_RESULT": "1",
        "ALERT_UNDECIDED_HOURS_LOOK": "1",
        "ALERT_REPEAT_GRACE_DAYS": "0",
        "HEARTBEAT_LATE_MINUTES": "2",
        "HEARTBEAT_LATE_HOURS": "25",
    }
    values = read({**PRODUCTION, **smallest}, "DAYS_TO_WAIT_FOR_A_RESULT", "ALERT_REPEAT_GRACE_DAYS")
    assert values == {"DAYS_TO_WAIT_FOR_A_RESULT": 1, "ALERT_REPEAT_GRACE_DAYS": 0}
    longest = read({**PRODUCTION, "DAYS_TO_WAIT_FOR_A_RESULT": "56"}, "DAYS_TO_WAIT_FOR_A_RESULT")
    assert longest == {"DAYS_TO_WAIT_FOR_A_RESULT": 56}


def test_links_in_mails_lead_to_one_address_though_any_host_is_answered() -> None:
    done = run_python("import tracker.settings", {**PRODUCTION, "ALLOWED_HOSTS": "*"})
    assert done.returncode != 0
    assert "SITE_URL" in done.stderr.splitlines()[-1]
    values = read({**PRODUCTION, "ALLOWED_HOSTS": "*", "SITE_URL": "https://clinic.invalid"}, "SITE_URL")
    assert values == {"SITE_URL": "https://clinic.invalid"}


def test_the_two_ways_of_tls_exclude_each_other() -> None:
    done = run_python("import tracker.settings", {**PRODUCTION, "EMAIL_USE_SSL": "true", "EMAIL_USE_TLS": "true"})
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1].endswith(
        "EMAIL_USE_SSL and EMAIL_USE_TLS are both on: one mail connection has one of them; turn the other off"
    )
    values = read({**PRODUCTION, "EMAIL_USE_SSL": "true", "EMAIL_USE_TLS": "false"}, "EMAIL_USE_SSL", "EMAIL_USE_TLS")
    assert values == {"EMAIL_USE_SSL": True, "EMAIL_USE_TLS": False}


def test_what_cannot_wait_for_a_nights_work_has_a_queue_of_its_own() -> None:
    app.loader.import_default_modules()
    urgent = {name for name in app.tasks if app.amqp.router.route({}, name)["queue"].name == "myoline-urgent"}
    assert urgent == {
        *(f"monitoring.tasks.{name}" for name in ("beat", "climb_alerts", "send_planned_mail")),
        "tracker.tasks.seal_trail",
    }
    assert set(app.amqp.queues.consume_from) == {"myoline", "myoline-urgent"}  # by a worker that is told no queue
    assert app.conf.broker_transport_options["queue_order_strategy"] == "round_robin"
