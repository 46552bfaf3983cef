"""What happened to a patient's entries: entered, replaced, withdrawn; when, by whom and why. One query over all kinds.

A course that is withdrawn or reopened takes the rows under it along; of these only the course itself is told.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import attrgetter
from typing import Any

from django.db.models import CharField, DateField, DateTimeField, Exists, F, OuterRef, Q, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject, NullIf, Trim

from patients.errors import NotFound
from patients.models import Patient, Staff
from patients.rules.vocabulary import Vocabulary
from patients.selectors import require_reading
from tracker.entry_kinds import BY_WORD, KINDS, EntryKind

_NO_TIME = Cast(Value(None), DateTimeField())
_NO_WORD = Value("", output_field=CharField())
_NOT_GONE_WITH_ITS_COURSE = (
    Q(superseded_at__isnull=True) | Q(course__superseded_at__isnull=True) | ~Q(superseded_at=F("course__superseded_at"))
)
_NOT_COME_WITH_ITS_COURSE = Q(replaces__isnull=True) | ~Q(recorded_at=F("course__recorded_at"))


class Event(Vocabulary):
    """What can happen to an entry."""

    ENTERED = "entered", "entered"
    STOPPED = "stopped", "stop entered"
    REPLACED = "replaced", "replaced"
    WITHDRAWN = "withdrawn", "withdrawn"


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One thing that happened to one entry. `on` is the clinical day of the entry, `at` when it happened to it."""

    kind: EntryKind
    id: int
    on: date | None
    what: str
    event: Event
    at: datetime
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EntryShown:
    """A current entry in words, for a page that is about to withdraw it."""

    kind: EntryKind
    id: int
    on: date | None
    what: str
    at: datetime
    by: str


def current_entry(staff: Staff, patient: Patient, word: str, entry_id: int) -> EntryShown:
    """One current entry of a patient that can be withdrawn. Raises NotFound, NotAllowed."""
    kind = BY_WORD.get(word)
    if kind is None or kind.withdraw is None:
        raise NotFound("No such kind of entry.")
    row = next(_rows(staff, patient, Q(pk=entry_id, superseded_at__isnull=True), [kind]), None)
    if row is None:
        raise NotFound("No such entry of this patient, or it was already replaced or withdrawn.")
    return EntryShown(
        kind=kind,
        id=row["entry_id"],
        on=row["entry_day"],
        what=kind.words(row["said"]),
        at=row["entered_at"],
        by=row["entered_by"],
    )


@dataclass(frozen=True, slots=True)
class EntryTold:
    """One entry of any age in words: who entered it when, and what became of it (`gone` None: it still stands)."""

    kind: EntryKind
    id: int
    on: date | None
    what: str
    at: datetime
    by: str
    gone: Event | None
    gone_at: datetime | None
    gone_by: str
    gone_why: str


def history_of(staff: Staff, patient: Patient, words: Collection[str]) -> tuple[EntryTold, ...]:
    """Every entry of these kinds that was ever made, the latest entered first. Raises NotAllowed."""
    rows = _rows(staff, patient, Q(pk__isnull=False), [kind for kind in KINDS if kind.word in words])
    return tuple(sorted((_told(row) for row in rows), key=attrgetter("at", "kind.word", "id"), reverse=True))


def withdrawn_entries(staff: Staff, patient: Patient) -> tuple[EntryChange, ...]:
    """Entries that were withdrawn and that nothing replaced, the latest withdrawn first. Raises NotAllowed."""
    rows = _rows(staff, patient, Q(superseded_at__isnull=False), [kind for kind in KINDS if kind.withdraw])
    found = (change for row in rows for change in _events(row) if change.event is Event.WITHDRAWN)
    return tuple(sorted(found, key=attrgetter("at", "kind.word", "id"), reverse=True))


def changes_since(staff: Staff, patient: Patient, moment: datetime) -> tuple[EntryChange, ...]:
    """What was entered, replaced or withdrawn after a moment, the latest first. Raises NotAllowed."""
    rows = _rows(staff, patient, Q(recorded_at__gt=moment) | Q(superseded_at__gt=moment), list(KINDS), moment)
    found = (change for row in rows for change in _events(row) if change.at > moment)
    return tuple(sorted(found, key=attrgetter("at", "kind.word", "id"), reverse=True))


def _rows(
    staff: Staff, patient: Patient, wanted: Q, kinds: list[EntryKind], moment: datetime | None = None
) -> Iterator[dict[str, Any]]:
    require_reading(staff, patient)
    queries = [_of_kind(kind, patient, wanted, moment) for kind in kinds]
    union = reduce(lambda one, other: one.union(other, all=True), queries)
    yield from union


def _of_kind(kind: EntryKind, patient: Patient, wanted: Q, moment: datetime | None) -> Any:
    stops = kind.word == "course"
    rows: Any = kind.model._default_manager.filter(**{kind.patient: patient})
    if stops and moment is not None:
        wanted |= Q(stop_recorded_at__gt=moment)
    rows = rows.filter(wanted)
    if kind.patient != "patient":
        rows = rows.filter(_NOT_GONE_WITH_ITS_COURSE & _NOT_COME_WITH_ITS_COURSE)
    columns: dict[str, Any] = {
        "entry_kind": Value(kind.word, output_field=CharField()),
        "entry_id": F("pk"),
        "entry_day": Cast(F(kind.on) if kind.on else Value(None, output_field=DateField()), DateField()),
        "said": JSONObject(**{name: Cast(path, TextField()) for name, path in kind.said.items()}),
        "entered_at": F("recorded_at"),
        "entered_by": _name("recorded_by"),
        "gone_at": F("superseded_at"),
        "gone_by": _name("superseded_by"),
        "gone_why": F("superseded_reason"),
        "replaced": Exists(kind.model._default_manager.filter(Q(replaces=OuterRef("pk")))),
        "stop_entered_at": F("stop_recorded_at") if stops else _NO_TIME,
        "stop_entered_by": _name("stop_recorded_by") if stops else _NO_WORD,
    }
    return rows.values(**columns)


def _name(person: str) -> Combinable:
    """The full name, or the login where no name is recorded; "" for nobody."""
    full = NullIf(Trim(Concat(f"{person}__first_name", Value(" "), f"{person}__last_name")), Value(""))
    return Coalesce(full, f"{person}__username", _NO_WORD, output_field=CharField())


def _told(row: dict[str, Any]) -> EntryTold:
    kind = BY_WORD[row["entry_kind"]]
    gone = None if row["gone_at"] is None else Event.REPLACED if row["replaced"] else Event.WITHDRAWN
    return EntryTold(
        kind=kind,
        id=row["entry_id"],
        on=row["entry_day"],
        what=kind.words(row["said"]),
        at=row["entered_at"],
        by=row["entered_by"],
        gone=gone,
        gone_at=row["gone_at"],
        gone_by=row["gone_by"],
        gone_why=row["gone_why"],
    )


def _events(row: dict[str, Any]) -> Iterator[EntryChange]:
    kind = BY_WORD[row["entry_kind"]]

    def told(event: Event, at: datetime, by: str, reason: str = "") -> EntryChange:
        return EntryChange(kind, row["entry_id"], row["entry_day"], kind.words(row["said"]), event, at, by, reason)

    yield told(Event.ENTERED, row["entered_at"], row["entered_by"])
    if row["stop_entered_at"] is not None:
        yield told(Event.STOPPED, row["stop_entered_at"], row["stop_entered_by"])
    if row["gone_at"] is not None:
        event = Event.REPLACED if row["replaced"] else Event.WITHDRAWN
        yield told(event, row["gone_at"], row["gone_by"], row["gone_why"])
