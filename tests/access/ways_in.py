"""The table of the ways in (ways_in.toml), and what the application really offers."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.views.generic.edit import ProcessFormView

from patients.rules.permissions import Permission
from tests.access.scene import TODAY, Side

TABLE = Path(__file__).with_name("ways_in.toml")
METHODS = ("get", "post", "put", "patch", "delete")
SCOPES = ("public", "signed_in", "clinics", "clinic", "row", "mine", "key")
LOGS = ("view", "list", "search", "print", "export", "api", "feed", "none")
NO_SUCH_ADDRESS = "no_such_address"
OURS = ("patients", "regimens", "monitoring", "tracker")
_KEYS = {"scope", "post_scope", "wrong_role", "asks_again", "owner", "logs", "with", "query", "body", *METHODS}


@dataclass(frozen=True)
class WayIn:
    """One line of the table, named as its address is in the code.

    `needs` is the permission by method, None where none is needed beyond the scope.
    """

    name: str
    scope: str
    needs: dict[str, Permission | None]
    post_scope: str
    logs: str
    wrong_role: int = 403
    asks_again: bool = False
    owner: str = "doctor"
    filled: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def is_api(self) -> bool:
        return self.name == NO_SUCH_ADDRESS or (self.name.startswith("api:") and self.name != "api:documentation")

    def scope_of(self, method: str) -> str:
        return self.post_scope if method == "post" else self.scope

    def address(self, side: Side | None) -> str:
        """The address with this side's rows in it; with None, with rows that do not exist."""
        if self.name == NO_SUCH_ADDRESS:
            return "/api/v1/no/such/address/"
        kwargs = {part: self._row(part, side) for part in _parts(self.name)}
        query = "&".join(f"{key}={_filled(value, side)}" for key, value in self.query.items())
        return reverse(self.name, kwargs=kwargs) + (f"?{query}" if query else "")

    def request(self, side: Side | None) -> dict[str, Any]:
        """What is posted."""
        return {key: _filled(value, side) for key, value in self.body.items()}

    def _row(self, part: str, side: Side | None) -> Any:
        if part in self.filled:
            return _filled(self.filled[part], side)
        if side is None:
            return 999_999
        if part in side.ids:
            return side.ids[part]
        if part == "pk":
            lists = [key for key in side.ids if self.name.startswith(f"api:{key}-")]
            return side.ids[max(lists, key=len)] if lists else side.ids["patients"]
        return side.ids[f"{part.removesuffix('_id')}s"]


def ways_in() -> list[WayIn]:
    """Every line about an address. Raises AssertionError for one that says what nobody reads."""
    table = tomllib.loads(TABLE.read_text())
    lines = {**table["page"], **{_in_api(name): line for name, line in table["api"].items()}}
    return [_read(name, line) for name, line in lines.items()]


def command_lines() -> dict[str, dict[str, str]]:
    """Every line about a management command."""
    found: dict[str, dict[str, str]] = tomllib.loads(TABLE.read_text())["command"]
    return found


def routes() -> dict[str, URLPattern]:
    """Every address of the application by its name. An address without a name is called by its view."""
    found: dict[str, URLPattern] = {}
    for name, pattern in _walk(get_resolver().url_patterns):
        assert name not in found, f"two addresses are called {name}"
        found[name] = pattern
    return found


def methods_offered(pattern: URLPattern) -> set[str] | None:
    """What the view of an address has methods for; None for a function, which does not say."""
    actions = getattr(pattern.callback, "actions", None)
    if actions is not None:
        return set(actions) - {"head", "options"}
    view = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None)
    if view is None:
        return None
    same = {"put"} if getattr(view, "put", None) is ProcessFormView.put else set()
    return {method for method in METHODS if hasattr(view, method) and method in view.http_method_names} - same


def answers_put_as_post(way: WayIn) -> bool:
    """As Django's own form views do: all that guards POST guards it too."""
    view = getattr(ROUTES[way.name].callback, "view_class", None)
    return getattr(view, "put", None) is ProcessFormView.put


def commands() -> set[str]:
    """Every management command of our own applications."""
    found = set()
    for label in OURS:
        name = f"{apps.get_app_config(label).name}.management.commands"
        try:
            folder = import_module(name)
        except ModuleNotFoundError:
            continue
        found |= {module.name for module in iter_modules(folder.__path__) if not module.name.startswith("_")}
    return found


def _walk(patterns: Any, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner)
        elif str(pattern.pattern).startswith(("static/", "^static/")):
            continue
        else:
            yield f"{namespace}{pattern.name or _called(pattern)}", pattern


def _called(pattern: URLPattern) -> str:
    view = getattr(pattern.callback, "cls", None) or getattr(pattern.callback, "view_class", None) or pattern.callback
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", view.__name__).lower()


def _parts(name: str) -> list[str]:
    route = str(ROUTES[name].pattern) if name in ROUTES else ""
    return re.findall(r"<(?:\w+:)?(\w+)>", route)


def _in_api(name: str) -> str:
    return name if name == NO_SUCH_ADDRESS else f"api:{name}"


def _read(name: str, line: Mapping[str, Any]) -> WayIn:
    assert set(line) <= _KEYS, f"{name}: {set(line) - _KEYS}"
    assert line["scope"] in SCOPES, name
    assert line.get("post_scope", "row") in SCOPES, name
    assert "get" not in line or "logs" in line, f"{name}: what can be read says how it shows in the access log"
    assert line.get("logs", "none") in LOGS, name
    return WayIn(
        name=name,
        scope=line["scope"],
        needs={method: Permission(line[method]) if line[method] else None for method in METHODS if method in line},
        post_scope=line.get("post_scope", line["scope"]),
        logs=line.get("logs", "none"),
        wrong_role=line.get("wrong_role", 403),
        asks_again=line.get("asks_again", False),
        owner=line.get("owner", "doctor"),
        filled=line.get("with", {}),
        query=line.get("query", {}),
        body=line.get("body", {}),
    )


def _filled(value: Any, side: Side | None) -> Any:
    """`@name` is a row of the side, `+7` the day in a week, anything else what it is."""
    if isinstance(value, list):
        return [_filled(each, side) for each in value]
    if isinstance(value, dict):
        return {key: _filled(each, side) for key, each in value.items()}
    if isinstance(value, str) and value.startswith("@"):
        if side is None:
            return "course-999999" if value == "@question" else "no-such" if "token" in value else 999_999
        return side.ids[value[1:]]
    if isinstance(value, str) and re.fullmatch(r"\+\d+", value):
        return (TODAY + timedelta(days=int(value))).isoformat()
    return value


ROUTES = routes()
