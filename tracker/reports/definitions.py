"""What a report is: what it answers, its columns as the data dictionary says them, and where its rows come from."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from patients.models import Clinic, Staff
from patients.rules.permissions import Permission
from patients.rules.vocabulary import Vocabulary

Value = str | int | Decimal | date | datetime | bool | None


class ReportFormat(Vocabulary):
    """How the data of a report is written."""

    CSV = "csv", "CSV (opens in every spreadsheet)"
    XLSX = "xlsx", "XLSX (Excel)"
    PDF = "pdf", "PDF (to read and print)"
    JSON_LINES = "jsonl", "JSON Lines (for programs)"


class ColumnType(Vocabulary):
    """What a column holds."""

    TEXT = "text", "text"
    NUMBER = "number", "number"
    DAY = "day", "day, written YYYY-MM-DD"
    MOMENT = "moment", "day and time by the clinic's clocks with its distance from UTC, as ISO 8601 writes it"
    YES_NO = "yes_no", "yes or no"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `allowed` lists its values where it has a closed list of them; `empty` says what an empty cell means.

    `printed` is false for what only a program reads: a page of paper is narrow.
    """

    key: str
    heading: str
    meaning: str
    type: ColumnType = ColumnType.TEXT
    allowed: tuple[str, ...] = ()
    empty: str = "is never empty"
    printed: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a report. `patient_id` is the patient whom it names, for the record of who saw what."""

    values: tuple[Value, ...]
    patient_id: int | None = None


@dataclass(frozen=True, slots=True)
class AsOf:
    """Up to what the database is read: what had been committed at one moment, and nothing later, for ever the same.

    `snapshot` is PostgreSQL's own (transactions then still open stay out for good); `transaction` the asking
    transaction itself, whose rows up to `last_event` count as well.
    """

    moment: datetime
    snapshot: str
    transaction: str
    last_event: int


@dataclass(frozen=True, slots=True)
class Question:
    """One report asked of one clinic, for days from and until which both count, with filters by name.

    `known_at` is an earlier moment whose knowledge is asked for, in reports that are `known_then`.
    """

    report: str
    clinic: Clinic
    period_from: date
    period_until: date
    as_of: AsOf
    filters: Mapping[str, str] = field(default_factory=dict)
    known_at: datetime | None = None

    @property
    def known_by(self) -> datetime:
        """The moment up to which the record is read: the one chosen, or else that at which the question was asked."""
        return self.known_at or self.as_of.moment

    @property
    def counted_until(self) -> date | None:
        """Of a period that had not ended by that moment the last day that counts; None where it had ended."""
        last = self.known_by.astimezone(self.zone).date()
        return last if last < self.period_until else None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.clinic.time_zone)

    @property
    def begins(self) -> datetime:
        """The first moment of the period by the clinic's clocks."""
        return datetime.combine(self.period_from, time.min, tzinfo=self.zone)

    @property
    def ends(self) -> datetime:
        """The first moment after the period."""
        return datetime.combine(self.period_until + timedelta(days=1), time.min, tzinfo=self.zone)


@dataclass(frozen=True, slots=True)
class Filter:
    """Something by which a report can be narrowed.

    `choices` gives what can be chosen in a clinic as pairs of value and words; None where text is typed.
    """

    name: str
    label: str
    choices: Callable[[Staff, Clinic], list[tuple[str, str]]] | None = None
    help: str = ""


class Tally(Protocol):
    """Counts rows one by one."""

    def add(self, row: Row) -> None: ...

    def said(self) -> Mapping[str, Any]:
        """The figures, by the words for each."""


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `rows` streams at constant memory, in an order that is always the same; `count` is how many.

    `left_out` says what is not in it though one might look for it there. `tally` makes what counts the rows of an
    audit as they go by, and says standard, numerator, denominator and exclusions afterwards. `known_then`: it reads the
    record, and can do so as it was known at an earlier moment.
    """

    slug: str
    title: str
    answers: str
    left_out: str
    columns: tuple[Column, ...]
    rows: Callable[[Staff, Question], Iterator[Row]]
    count: Callable[[Staff, Question], int]
    filters: tuple[Filter, ...] = ()
    tally: Callable[[Question], Tally] | None = None
    known_then: bool = False
    permission: Permission = Permission.RUN_AUDITS
    version: int = 1
