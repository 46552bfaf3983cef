"""What the layout forbids and import-linter cannot see, read from the source itself."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APPS = ("patients", "regimens", "monitoring", "tracker")
CLINICAL = ("patients", "regimens", "monitoring")
NO_ROWS_HERE = ("views/", "api/", "serializers/", "templatetags/", "presenters/")
NO_ROWS_IN = ("api.py", "serializers.py", "forms.py")  # infusion_api.py as well as api.py
PURE = [f"{app}.{kind}" for app in CLINICAL for kind in ("rules", "protocol") if (ROOT / app / kind).is_dir()]


def sources(*, under: tuple[str, ...] = ("",), named: tuple[str, ...] = ()) -> Iterator[Path]:
    """Python files of the apps, migrations left out: their path inside the app begins with one of these, or their name
    ends so.
    """
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            inside = path.relative_to(ROOT / app).as_posix()
            if (inside.startswith(under) or path.name.endswith(named)) and not inside.startswith("migrations/"):
                yield path


def found(
    paths: Iterator[Path], forbidden: "type[ast.AST] | tuple[type[ast.AST], ...]"
) -> Iterator[tuple[str, ast.AST]]:
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, forbidden):
                yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", node


def row_access(tree_nodes: Iterator[tuple[str, ast.AST]]) -> list[str]:
    """Places that reach for a manager, or save or delete."""
    places = []
    for place, node in tree_nodes:
        if isinstance(node, ast.Attribute) and node.attr == "objects":
            places.append(place)
        called = node.func if isinstance(node, ast.Call) else None
        writes = isinstance(called, ast.Attribute) and called.attr in {"save", "delete", "bulk_create", "bulk_update"}
        if writes and getattr(getattr(called, "value", None), "id", "") != "self":  # self.save is a page's own step
            places.append(place)
    return places


def test_pages_and_serializers_never_touch_rows() -> None:
    assert row_access(found(sources(under=NO_ROWS_HERE, named=NO_ROWS_IN), (ast.Attribute, ast.Call))) == []


def test_row_access_is_recognised() -> None:
    written = "Patient.objects.get(pk=1)\npatient.save()\npatient.delete()\nsaved = form.saved"
    nodes = ((f"line {getattr(node, 'lineno', 0)}", node) for node in ast.walk(ast.parse(written)))
    assert sorted(row_access(nodes)) == ["line 1", "line 2", "line 3"]


def test_rules_never_read_a_clock() -> None:
    clocks = {"today", "now", "utcnow", "localdate", "time_ns", "monotonic"}
    calls = found(sources(under=("rules/", "protocol/")), ast.Call)
    assert [place for place, call in calls if getattr(getattr(call, "func", None), "attr", "") in clocks] == []


def test_nothing_listens_to_model_signals() -> None:
    imports = found(sources(), ast.ImportFrom)
    listeners = [place for place, node in imports if getattr(node, "module", None) == "django.db.models.signals"]
    receivers = [
        place
        for place, node in found(sources(), ast.ImportFrom)
        if getattr(node, "module", None) == "django.dispatch" and any(name.name == "receiver" for name in node.names)
    ]
    assert listeners + receivers == []


def test_no_model_overrides_save_or_delete() -> None:
    methods = found(sources(under=("models/", "models.py")), ast.FunctionDef)
    assert [place for place, node in methods if getattr(node, "name", "") in {"save", "delete"}] == []


@pytest.mark.parametrize("name", ["core", "common", "utils", "helpers"])
def test_no_drawer_for_odds_and_ends(name: str) -> None:
    assert [path for path in sources() if name in {path.stem, *path.relative_to(ROOT).parts}] == []


def test_rules_and_protocols_import_the_standard_library_and_each_other() -> None:
    allowed_below = {"patients": {"patients"}, "regimens": {"patients", "regimens"}}
    allowed_below["monitoring"] = allowed_below["regimens"] | {"monitoring"}
    strangers = []
    for path in sources(under=("rules/", "protocol/")):
        app = path.relative_to(ROOT).parts[0]
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
            for name in names:
                package, *rest = name.split(".")
                pure = package in allowed_below.get(app, set()) and rest[:1] in (["rules"], ["protocol"])
                if package not in sys.stdlib_module_names and not pure:
                    strangers.append(f"{path.relative_to(ROOT)} imports {name}")
    assert strangers == []


@pytest.mark.parametrize("package", PURE)
def test_rules_and_protocols_load_without_django(package: str) -> None:
    code = (
        "import importlib, pkgutil, sys\n"
        f"package = importlib.import_module({package!r})\n"
        "for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "    importlib.import_module(module.name)\n"
        "loaded = {name.split('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded & {'django', 'celery', 'rest_framework', 'psycopg', 'redis'}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
