"""What differs between two versions of a protocol file, entry by entry and key by key.

Works on what the files were read into. An entry is known by its id; one without (a phase, an option, a reading) by the
value of its first key, within the entry that holds it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from patients.protocol.tables import ADataclass
from patients.rules.vocabulary import Vocabulary
from patients.rules.wording import display_date, display_number

NOT_GIVEN = "not given"


class ChangeKind(Vocabulary):
    ADDED = "added", "added"
    REMOVED = "removed", "removed"
    CHANGED = "changed", "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `entry` is the list it stands in, `id` the entry's id, `key` what changed of it.

    An entry that was added or removed has no key, and is told whole in `after` or `before`.
    """

    kind: ChangeKind
    entry: str
    id: str
    key: str
    before: str
    after: str


def changes(old: ADataclass, new: ADataclass, only: tuple[str, ...] = ()) -> tuple[Change, ...]:
    """Every difference between two dataclasses of one kind, each told once; `only` names the keys to look at."""
    names = only or tuple(field.name for field in fields(old))
    found = (change for name in names for change in _field("", "", name, getattr(old, name), getattr(new, name)))
    return tuple(dict.fromkeys(found))


def in_words(value: object) -> str:
    """A value of a protocol file as a person reads it."""
    if value is None or value == "" or value == ():
        return NOT_GIVEN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Vocabulary):
        return value.label
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Decimal):
        return display_number(value)
    if isinstance(value, date):
        return display_date(value)
    if isinstance(value, tuple):
        return ", ".join(in_words(entry) for entry in value)
    if is_dataclass(value):
        told = _told(value)
        return f"{_identity(value)} ({told})" if _identity(value) else told
    return str(value)


def _field(entry: str, identity: str, name: str, old: Any, new: Any) -> Iterator[Change]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _entries(name, identity, _flat(old), _flat(new))
    elif _holds_entries(old) or _holds_entries(new):
        yield from _entries(name, identity, _keyed(old, identity), _keyed(new, identity))
    elif is_dataclass(old) and is_dataclass(new):
        yield from _entry(name, _identity(old) or _within(identity, name), old, new)
    elif is_dataclass(old) or is_dataclass(new):
        known = _identity(old or new) or _within(identity, name)
        kind, before, after = _come_or_gone(old, new)
        yield Change(kind, name, known, "", before, after)
    else:
        yield Change(ChangeKind.CHANGED, entry, identity, name, in_words(old), in_words(new))


def _entry(name: str, identity: str, old: Any, new: Any) -> Iterator[Change]:
    for field in fields(old):
        if field.name != "id":
            yield from _field(name, identity, field.name, getattr(old, field.name), getattr(new, field.name))


def _entries(name: str, holder: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for identity in dict.fromkeys((*old, *new)):
        if identity in old and identity in new:
            yield from _entry(name, identity, old[identity], new[identity])
        else:
            kind, before, after = _come_or_gone(old.get(identity), new.get(identity))
            yield Change(kind, name, identity, "", before, after)
    stayed = [[identity for identity in side if identity in other] for side, other in ((old, new), (new, old))]
    if stayed[0] != stayed[1] and not any(_identity(entry) for entry in old.values()):
        before, after = (", ".join(identity.rpartition(" / ")[2] for identity in side) for side in stayed)
        yield Change(ChangeKind.CHANGED, name, holder, "order", before, after)


def _come_or_gone(old: object, new: object) -> tuple[ChangeKind, str, str]:
    return (ChangeKind.ADDED, "", _told(new)) if old is None else (ChangeKind.REMOVED, _told(old), "")


def _flat(entries: Mapping[str, Any]) -> dict[str, Any]:
    """By id; a mapping to lists of entries (the bands of each analyte) is laid out flat."""
    found: dict[str, Any] = {}
    for key, value in entries.items():
        found.update(_keyed(value, key) if isinstance(value, tuple) else {key: value})
    return found


def _keyed(entries: tuple[Any, ...], holder: str) -> dict[str, Any]:
    """Entries by id, or by the first key's value within what holds them; a second of one name is numbered."""
    found: dict[str, Any] = {}
    for entry in entries:
        name = known = _identity(entry) or _within(holder, in_words(getattr(entry, fields(entry)[0].name)))
        number = 2
        while known in found:
            known, number = f"{name} ({number})", number + 1
        found[known] = entry
    return found


def _holds_entries(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and is_dataclass(value[0])


def _identity(entry: object) -> str:
    return str(getattr(entry, "id", ""))


def _within(holder: str, name: str) -> str:
    return f"{holder} / {name}" if holder else name


def _told(entry: Any) -> str:
    """The keys that a person wrote: those at their default say nothing."""
    words = []
    for field in fields(entry):
        value = getattr(entry, field.name)
        if field.name != "id" and (field.default is MISSING or value != field.default):
            words.append(f"{field.name.replace('_', ' ')}: {in_words(value)}")
    return "; ".join(words)
