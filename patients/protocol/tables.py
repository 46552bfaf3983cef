"""Reads protocol TOML into frozen dataclasses, strictly.

A key that the dataclass does not know, a key that is missing, or a value of the wrong kind stops the load with a
message that names the file, the place in it and what to do. Numbers with a decimal point are Decimal, never float.
"""

import tomllib
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints


class ADataclass(Protocol):
    """Any dataclass, as `fields` takes it."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


class Identified(Protocol):
    """A rule, an item or a drug: whatever a file tells apart by its id."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=ADataclass)
N = TypeVar("N", bound=Identified)
LONGEST_VERSION = 32
"""Characters of a version: each stored decision keeps it."""


class ProtocolError(ValueError):
    """A protocol file that must not be used. The message names file, place and reason."""


def read_toml(path: Path) -> dict[str, Any]:
    """The file's tables. Raises ProtocolError when the file is missing or is not TOML."""
    try:
        with path.open("rb") as stream:
            return tomllib.load(stream, parse_float=Decimal)
    except FileNotFoundError:
        raise ProtocolError(f"{path.name}: the file is missing from {path.parent.name}") from None
    except tomllib.TOMLDecodeError as error:
        raise ProtocolError(f"{path.name}: not valid TOML: {error}") from None


def build(kind: type[T], table: Mapping[str, Any], where: str) -> T:
    """One frozen dataclass of `kind` from a TOML table. `where` (file and place) begins every message."""
    if not isinstance(table, Mapping):
        raise ProtocolError(f"{where}: expected a table, found {table!r}")
    known: dict[str, Field[Any]] = {field.name: field for field in fields(kind)}
    named = f"{where}, id {table['id']!r}" if "id" in table and "id" in known else where
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise ProtocolError(f"{named}: unknown key {unknown[0]!r}; known keys are {', '.join(sorted(known))}")
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for name, field in known.items():
        if name in table:
            values[name] = _convert(hints[name], table[name], f"{named}, key {name!r}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ProtocolError(f"{named}: the key {name!r} is missing")
    return kind(**values)


def unique_by_id(items: tuple[N, ...], where: str) -> dict[str, N]:
    """The items by their `id`. Raises ProtocolError on a duplicate."""
    found: dict[str, N] = {}
    for item in items:
        if item.id in found:
            raise ProtocolError(f"{where}: the id {item.id!r} is used twice")
        found[item.id] = item
    return found


def check_version(version: str, where: str) -> None:
    """Raises ProtocolError when a version is empty or too long to be kept with a decision."""
    if not version.strip():
        raise ProtocolError(f"{where}: the version is empty")
    if len(version) > LONGEST_VERSION:
        raise ProtocolError(f"{where}: the version has {len(version)} characters; at most {LONGEST_VERSION} are kept")


def _convert(hint: Any, value: Any, where: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        inner = [choice for choice in get_args(hint) if choice is not type(None)]
        return _convert(inner[0], value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise ProtocolError(f"{where}: expected a list, found {value!r}")
        inner_hint = get_args(hint)[0]
        return tuple(_convert(inner_hint, entry, f"{where}[{index}]") for index, entry in enumerate(value))
    if is_dataclass(hint):
        return build(hint, value, where)  # type: ignore[arg-type]  # a dataclass, as was just asked
    return _scalar(hint, value, where)


def _scalar(hint: Any, value: Any, where: str) -> Any:
    if isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError:
            words = ", ".join(str(member.value) for member in hint)
            raise ProtocolError(f"{where}: {value!r} is not one of {words}") from None
    if hint is Decimal and isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if hint is int and isinstance(value, bool):
        raise ProtocolError(f"{where}: expected int, found {value!r}")
    if hint is date and isinstance(value, datetime):
        raise ProtocolError(f"{where}: expected a date without a time, found {value!r}")
    if not isinstance(value, hint):
        raise ProtocolError(f"{where}: expected {hint.__name__}, found {value!r}")
    return value
