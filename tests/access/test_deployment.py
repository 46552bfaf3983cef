"""What holds for an installation: Django's own deployment checks are silent, and secrets have no other source."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "PATH": os.defpath,
    "SECRET_KEY": "kQ7" * 20 + "-not-a-real-one-and-long-enough",
    "ALLOWED_HOSTS": "clinic.invalid",
    "DATABASE_URL": "postgresql://someone:word@database.invalid:5433/clinic",
    "REDIS_URL": "redis://redis.invalid:6379/0",
}
SECRET_WORDS = ("SECRET", "PASSWORD", "TOKEN", "_KEY", "PRIVATE", "CREDENTIAL", "_URL")
# Names that carry such a word and are none: addresses without a password in them, and prefixes.
NO_SECRET = {
    *("REDIS_KEY_PREFIX", "SITE_URL", "OIDC_SERVER_URL", "API_TOKEN_HOURS"),
    *("STATIC_URL", "ROOT_URLCONF", "LOGIN_URL", "LOGIN_REDIRECT_URL", "LOGOUT_REDIRECT_URL"),
}


def test_the_deployment_checks_are_silent() -> None:
    """But for a protocol whose review is due, on whatever day that is: tests/tracker/test_checks.py is about it."""
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        cwd=ROOT, env=PRODUCTION, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = set(re.findall(r"^\S+ \((\w+\.[A-Z]\d+)\) ", done.stderr, re.MULTILINE))
    assert said - {"tracker.W001"} == {"tracker.I001"}, done.stderr  # who has signed it off is no warning


def asked_of_environment(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner, first = node.func.value, node.args[0] if node.args else None
            if isinstance(owner, ast.Name) and owner.id == "env" and isinstance(first, ast.Constant):
                yield str(first.value), node


def test_no_secret_has_a_default_outside_debug() -> None:
    """Each is asked for without a default, or with an empty one that opens nothing."""
    tree = ast.parse((ROOT / "tracker" / "settings.py").read_text())
    only_in_debug = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.IfExp) and isinstance(node.test, ast.Name) and node.test.id == "DEBUG"
        for inner in ast.walk(node.body)
    }
    found, with_default = set(), []
    for name, call in asked_of_environment(tree):
        if name in NO_SECRET or not any(word in name for word in SECRET_WORDS):
            continue
        found.add(name)
        default = call.args[1] if len(call.args) > 1 else None
        empty = default is None or (isinstance(default, ast.List) and not default.elts)
        empty = empty or (isinstance(default, ast.Constant) and default.value == "")
        if not empty and id(call) not in only_in_debug:
            with_default.append(name)
    assert with_default == []
    assert {"SECRET_KEY", "EMAIL_HOST_PASSWORD", "SECRET_KEY_FALLBACKS"} <= found


def test_no_setting_holds_a_secret_of_its_own() -> None:
    tree = ast.parse((ROOT / "tracker" / "settings.py").read_text())
    literal = [
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name) and any(word in target.id for word in SECRET_WORDS)
    ]
    assert set(literal) <= NO_SECRET
