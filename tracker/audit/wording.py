"""Changes of rows as the audit trail holds them, told in words: one sentence each, and field by field.

For a stream of events, `Teller` learns what a page of them needs in a fixed number of queries; telling then asks the
database nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps

from patients.models import Clinic, Staff
from patients.rules.vocabulary import DatePrecision, Role
from regimens.models import Course
from tracker import display
from tracker.audit.field_words import (
    BEGINS,
    HIDDEN,
    PRECISION_OF,
    THINGS,
    UNIT_COLUMN,
    field_label,
)
from tracker.audit.values import Names, Row, fields_of, value_words
from tracker.entry_kinds import KINDS, EntryKind
from tracker.models import Event, EventKind
from tracker.presenters.heartbeats import moment

# What has a history of its own beside the kinds of entry.
OTHER_TABLES = {"alert": "monitoring_alert", "particulars": "patients_patient"}
# Kinds whose own words, made for a line of the record, say too little of what was entered.
_BY_FIELDS = frozenset({"assessment"})
_BY_TABLE: dict[str, EntryKind] = {kind.model._meta.db_table: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field: its name, and what it said before and after, in words. `old` None: the row is new."""

    column: str
    label: str
    old: str | None
    new: str

    @property
    def text(self) -> str:
        """`dose 15 → 20 mg`, `last day not recorded → 05-Apr-2026`."""
        if self.old is None:
            if self.new == "yes":
                return self.label
            return self.new if self.new.startswith(self.label) else f"{self.label} {self.new}"
        number, _, unit = self.old.partition(display.NO_BREAK)
        same_unit = unit and self.new.endswith(f"{display.NO_BREAK}{unit}")
        return f"{self.label} {number if same_unit else self.old} → {self.new}"


@dataclass(frozen=True, slots=True)
class ChangeInWords:
    """One change. `thing` is what kind of row it is, `what` what it says, `done` what was done to it.

    `who` names the person, or what is known of where the change came from; `role` is the person's role in that clinic
    at that moment, "" where unknown. `kind` is the word of the kind of entry, where it is one.
    """

    event_id: int
    at: datetime
    table: str
    row_id: str
    kind: str
    thing: str
    done: str
    what: str
    fields: tuple[FieldChange, ...]
    who: str
    role: str
    reason: str
    zone: str

    @property
    def entry(self) -> str:
        """Under which word the row has a history of its own; "" for one that has none."""
        return self.kind or next((word for word, table in OTHER_TABLES.items() if table == self.table), "")

    @property
    def when(self) -> str:
        """`05-Apr-2026 at 10:12`, by the clinic's clocks."""
        return moment(self.at, self.zone)

    @property
    def by(self) -> str:
        """`by Nell Example (nurse)`, `not known who (made by command load_demo)`."""
        if self.who.startswith(NOT_KNOWN):
            return self.who
        return f"by {self.who} ({self.role})" if self.role else f"by {self.who}"

    @property
    def headline(self) -> str:
        """`Weight entered`, `Dose (methotrexate: 20 mg once a week, on Monday, from 05-Apr-2026) changed`."""
        subject = f"{self.thing} ({self.what})" if self.done == CHANGED and self.what else self.thing
        return f"{subject[:1].upper()}{subject[1:]} {self.done}"

    @property
    def said(self) -> str:
        """What it says now, or for a change what differs: `dose 15 → 20 mg`."""
        return "; ".join(each.text for each in self.fields) if self.done == CHANGED else self.what

    @property
    def told(self) -> str:
        """What was done, without who, when and why."""
        return f"{self.headline}: {self.said}" if self.said else self.headline

    @property
    def sentence(self) -> str:
        """The whole in one sentence."""
        because = f", because: {self.reason}" if self.reason else ""
        return f"{self.told}, {self.by} on {self.when}{because}"


ENTERED, CHANGED, WITHDRAWN, DELETED, EMPTIED = "entered", "changed", "withdrawn", "deleted", "emptied as a whole"
NOT_KNOWN = "not known who"
_DONE = {EventKind.INSERT: ENTERED, EventKind.DELETE: DELETED, EventKind.TRUNCATE: EMPTIED, EventKind.UPDATE: CHANGED}


class Teller:
    """Tells events in words. `learn` a page of them first; what another page has taught is kept."""

    def __init__(self, zone: str) -> None:
        self._names = Names()
        self._zone = ZoneInfo(zone)

    def learn(self, events: Iterable[Event]) -> None:
        """Reads the names of whoever and whatever the rows of these events point at, in three queries at most."""
        staff: set[int] = set()
        clinics: set[int] = set()
        courses: set[int] = set()
        wanted = {Staff: staff, Clinic: clinics, Course: courses}
        for event in events:
            if event.actor_id is not None:
                staff.add(event.actor_id)
            for column, known in fields_of(event.subject).items():
                ids = wanted.get(known.related_model) if known.related_model else None
                if ids is not None:
                    ids.update(row[column] for row in (event.old, event.new) if row and row.get(column) is not None)
            if event.subject == Course._meta.db_table and event.row_id:
                courses.add(int(event.row_id))
        self._read(staff, clinics, courses)

    def _read(self, staff: set[int], clinics: set[int], courses: set[int]) -> None:
        names = self._names
        if staff := staff - names.staff.keys():
            for person in Staff.objects.filter(pk__in=staff):
                names.staff[person.pk] = person.get_full_name() or person.username
        if clinics := clinics - names.clinics.keys():
            names.clinics |= dict(Clinic.objects.filter(pk__in=clinics).values_list("pk", "name"))
        if courses := courses - names.drugs.keys():
            rows = Course._base_manager.filter(pk__in=courses).values_list("pk", "drug", "drug_text")
            names.drugs |= {pk: (drug, text) for pk, drug, text in rows}

    def tell(self, event: Event, before: Row | None = None) -> ChangeInWords:
        """The event in words. `before` is the row whose place a new one takes: then what differs is told."""
        old, new = event.old or before, event.new
        done = _DONE[EventKind(event.kind)]
        if before is not None and event.kind == EventKind.INSERT:
            done = CHANGED
        elif _was_withdrawn(event):
            done = WITHDRAWN
        row = new if new is not None else old or {}
        changed = _changed_columns(old, new) if done == CHANGED else _said_columns(row)
        kind = _BY_TABLE.get(event.subject)
        return ChangeInWords(
            event_id=event.id,
            at=event.at,
            table=event.subject,
            row_id=event.row_id or "",
            kind=kind.word if kind else "",
            thing=thing_of(event.subject),
            done=done,
            what=self._what(event.subject, row, done),
            fields=tuple(
                self._field(event.subject, column, old if done == CHANGED else None, row) for column in changed
            ),
            who=self.who(event),
            role=role_then(event.roles, event.clinic_id),
            reason=event.reason or row.get("superseded_reason") or "",
            zone=self._zone.key,
        )

    def who(self, event: Event) -> str:
        """The person by name, or that nobody is known, and from where it came."""
        if event.actor_id is not None:
            return self._names.person(event.actor_id)
        if event.origin.startswith("task "):
            return "Myoline itself"
        return f"{NOT_KNOWN} (made by {event.origin})" if event.origin else NOT_KNOWN

    def _field(self, table: str, column: str, old: Row | None, new: Row) -> FieldChange:
        said = value_words(table, column, new, self._names, self._zone)
        was = value_words(table, column, old, self._names, self._zone) if old is not None else None
        return FieldChange(column, field_label(table, column), was, said)

    def _what(self, table: str, row: Row, done: str) -> str:
        """What the row says: in the words of its kind of entry, else field by field."""
        kind = _BY_TABLE.get(table)
        if kind is not None and kind.word not in _BY_FIELDS and row:
            words = kind.words(self._said(kind, row))
            return f"{words}, {_day_of(kind, row)}" if kind.on and row.get(kind.on) else words
        of_whom = [self._names.person(row["staff_id"])] if "staff_id" in row else []
        if done == CHANGED:
            return ", ".join(of_whom) or (_day_of(kind, row) if kind and row.get(kind.on) else "")
        fields = (self._field(table, column, None, row) for column in _said_columns(row))
        return "; ".join(of_whom + [each.text for each in fields if not each.new.endswith(display.NOT_RECORDED)])

    def _said(self, kind: EntryKind, row: Row) -> dict[str, str | None]:
        """What `kind.words` reads, each as the text that PostgreSQL would give."""
        said: dict[str, str | None] = {}
        for name, path in kind.said.items():
            if path.startswith("course__"):
                code, text = self._names.drugs.get(row.get("course_id") or 0, ("", ""))
                said[name] = code if path == "course__drug" else text
            elif path.startswith("owner__"):
                full = self._names.person(row.get("owner_id"))
                said[name] = full if path == "owner__username" else ""
            else:
                said[name] = _as_text(row.get(path))
        return said


def _day_of(kind: EntryKind, row: Row) -> str:
    """`from 05-Apr-2026`, `on 05-Apr-2026`, `about Apr-2026`, as exactly as it is known."""
    precision = row.get(PRECISION_OF.get(kind.on, "")) or DatePrecision.DAY
    day = display.day(date.fromisoformat(row[kind.on]), precision)
    return f"{'from ' if kind.on in BEGINS else 'on ' if precision == DatePrecision.DAY else ''}{day}"


def _was_withdrawn(event: Event) -> bool:
    return bool(
        event.kind == EventKind.UPDATE
        and (event.new or {}).get("superseded_at")
        and not (event.old or {}).get("superseded_at")
    )


def _changed_columns(old: Row | None, new: Row | None) -> list[str]:
    old, new = old or {}, new or {}
    return [column for column in new if column not in HIDDEN and _differs(column, old, new)]


def _differs(column: str, old: Row, new: Row) -> bool:
    beside = (PRECISION_OF.get(column, ""), UNIT_COLUMN.get(column, ""))
    also = any(each in new and old.get(each) != new[each] for each in (*beside, "basis" if beside[1] else ""))
    return old.get(column) != new[column] or also


def _said_columns(row: Row) -> list[str]:
    return [column for column, value in row.items() if column not in HIDDEN and value not in (None, "", [], {}, False)]


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return "{" + ",".join(map(str, value)) + "}" if isinstance(value, list) else str(value)


@cache
def thing_of(table: str) -> str:
    """What a table's rows are called: the kind of entry, a word of ours, else the model's own name."""
    if table in _BY_TABLE:
        return _BY_TABLE[table].label
    named = {
        model._meta.db_table: str(model._meta.verbose_name) for model in apps.get_models(include_auto_created=True)
    }
    return THINGS.get(table) or named.get(table) or table


def role_then(roles: str, clinic_id: int | None) -> str:
    """The role in that clinic, in words, from what the trail noted with the event ("nurse@3 doctor@4"); "" for none."""
    for word in roles.split():
        role, _, clinic = word.partition("@")
        if clinic == str(clinic_id):
            return Role(role).label if role in set(Role) else role
    return ""
