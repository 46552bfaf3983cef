"""What the environment says about signing in, read as production reads it."""

import pytest

from tests.tracker.test_settings import PRODUCTION, read, run_python


def test_production_asks_everybody_for_a_second_factor_and_development_nobody() -> None:
    code = "import tracker.settings as s; print(sorted(s.SECOND_FACTOR))"
    assert run_python(code, PRODUCTION).stdout.strip() == "['all']"
    assert run_python(code, {**PRODUCTION, "DEBUG": "true"}).stdout.strip() == "[]"
    assert run_python(code, {**PRODUCTION, "SECOND_FACTOR": "doctor, admin"}).stdout.strip() == "['admin', 'doctor']"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECOND_FACTOR", "doctors"),
        ("SECOND_FACTOR", "all,nurse"),
        ("SECOND_FACTOR", ""),
        ("SESSION_IDLE_MINUTES", "1"),
        ("SESSION_HOURS", "25"),
        ("SIGN_IN_FAILURES", "0"),
        ("OIDC_SERVER_URL", "http://login.hospital.invalid"),
        ("OIDC_CLIENT_ID", ""),
    ],
)
def test_what_cannot_be_meant_stops_the_start_by_name(name: str, value: str) -> None:
    environment = {
        **PRODUCTION,
        "OIDC_SERVER_URL": "https://login.hospital.invalid",
        "OIDC_CLIENT_ID": "x",
        name: value,
    }
    done = run_python("import tracker.settings", environment)
    assert done.returncode != 0
    assert name in done.stderr.splitlines()[-1]


def test_limits_of_sessions_and_the_keys_of_secrets() -> None:
    values = read(
        {**PRODUCTION, "SECRET_KEY_FALLBACKS": "earlier", "SESSION_HOURS": "8"},
        *("SESSION_COOKIE_AGE", "SESSION_IDLE_MINUTES", "SECOND_FACTOR_KEYS", "SESSION_COOKIE_HTTPONLY"),
        *("CSRF_COOKIE_HTTPONLY", "SESSION_EXPIRE_AT_BROWSER_CLOSE"),
    )
    assert values == {
        "SESSION_COOKIE_AGE": 8 * 3600,
        "SESSION_IDLE_MINUTES": 30,
        "SECOND_FACTOR_KEYS": [PRODUCTION["SECRET_KEY"], "earlier"],
        "SESSION_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
    }
