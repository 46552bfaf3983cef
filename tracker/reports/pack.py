"""The pack: a report's data with everything that is needed to understand and check it, in one ZIP file."""

import csv
import hashlib
import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from patients.errors import DomainError
from patients.models import Staff
from tracker.models import Seal
from tracker.reports import questions
from tracker.reports.cells import shown
from tracker.reports.definitions import ColumnType, Question, Report, ReportFormat, Tally, Value
from tracker.reports.formats import WRITERS, Sheet, most_rows
from tracker.reports.paper import Letterhead, in_words
from tracker.versions import protocol_versions, software_version

CHECKER = Path(__file__).with_name("check_pack.py")
_MEMBER_DATE = (1980, 1, 1, 0, 0, 0)  # of every member, so that only what is in them makes two packs differ


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for the report when, how many rows it had then, and under which number the database knows the run."""

    by: Staff
    at: datetime
    run_id: int
    rows: int | None


@dataclass(slots=True)
class Made:
    """What was packed: the manifest, whom the rows name, and what an audit counted."""

    tally: Tally | None
    manifest: dict[str, Any] = field(default_factory=dict)
    patient_ids: set[int] = field(default_factory=set)
    rows: int = 0


def write_pack(
    target: BinaryIO,
    report: Report,
    question: Question,
    format: ReportFormat,
    asked: Asked,
    tell: Callable[[int], None],
    made_at: datetime,
) -> Made:
    """Writes the whole pack. `tell` hears how many rows are done, each so often, and may raise to end it.

    Raises DomainError where the person may not ask this any more, or the format cannot hold the rows.
    """
    made, files = Made(report.tally(question) if report.tally else None), {}
    data = f"{report.slug}.{format.value}"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        rows = _rows(report, question, format, asked.by, made, tell)
        sheet = Sheet(report, lambda: letterhead(report, question, asked, made))
        with _Member(archive, data, stored=format is ReportFormat.XLSX) as member:
            WRITERS[format](cast(BinaryIO, member), sheet, rows)
        files[data] = member.said
        for name, text in (
            ("dictionary.csv", dictionary(report)),
            ("README.txt", read_me(report, question, data)),
            ("check_pack.py", CHECKER.read_text()),
        ):
            with _Member(archive, name) as member:
                member.write(text.encode())
            files[name] = member.said
        made.manifest = manifest(report, question, asked, made, made_at) | {"data": data, "files": files}
        with _Member(archive, "manifest.json") as member:
            member.write(json.dumps(made.manifest, indent=2, ensure_ascii=False).encode() + b"\n")
    return made


def _rows(
    report: Report,
    question: Question,
    format: ReportFormat,
    by: Staff,
    made: Made,
    tell: Callable[[int], None],
) -> Iterator[tuple[Value, ...]]:
    most, told_at = most_rows(format), time.monotonic()
    for row in questions.rows_of(by, report, question):
        made.rows += 1
        if made.tally is not None:
            made.tally.add(row)
        if most is not None and made.rows > most:
            raise DomainError(f"The report has more than the {most:,} rows that this format holds. Choose CSV.")
        if row.patient_id is not None:
            made.patient_ids.add(row.patient_id)
        yield row.values
        if time.monotonic() - told_at > SECONDS:
            tell(made.rows)
            told_at = time.monotonic()


SECONDS = 1  # from one sign of life to the next


class _Member(io.RawIOBase):
    """One file of the pack, which knows its size and its SHA-256 when it is written."""

    def __init__(self, archive: zipfile.ZipFile, name: str, *, stored: bool = False) -> None:
        entry = zipfile.ZipInfo(name, _MEMBER_DATE)
        entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        self._stream = archive.open(entry, "w", force_zip64=True)
        self._digest, self._size = hashlib.sha256(), 0

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._digest.update(piece)
        self._size += len(piece)
        return self._stream.write(piece)

    def close(self) -> None:
        self._stream.close()
        super().close()

    @property
    def said(self) -> dict[str, Any]:
        return {"sha256": self._digest.hexdigest(), "size": self._size}


def manifest(report: Report, question: Question, asked: Asked, made: Made, made_at: datetime) -> dict[str, Any]:
    """Everything about the pack but its files."""
    clinic, by = question.clinic, asked.by
    said: dict[str, Any] = {
        "pack": 1,
        "run": asked.run_id,
        "report": {
            "slug": report.slug,
            "title": report.title,
            "version": report.version,
            "answers": report.answers,
            "left_out": report.left_out,
        },
        "clinic": {"slug": clinic.slug, "name": clinic.name, "time_zone": clinic.time_zone},
        "period": {"from": question.period_from.isoformat(), "until": question.period_until.isoformat()}
        | ({"counted_until": question.counted_until.isoformat()} if question.counted_until else {}),
        "filters": questions.filters_in_words(by, report, question),
        "as_of": questions.kept_as_of(question.as_of),
        "asked_by": {"id": by.pk, "login": by.username, "name": by.get_full_name()},
        "asked_at": asked.at.isoformat(),
        "made_at": made_at.isoformat(),
        "rows": made.rows,
        "rows_when_asked": asked.rows,
        "patients": len(made.patient_ids),
        "software": software_version(),
        "protocol": protocol_versions(),
        "trail": trail_head(),
    }
    if report.known_then:
        said["known_at"] = {"moment": question.known_by.isoformat(), "chosen": question.known_at is not None}
    if made.tally is not None:
        said["audit"] = made.tally.said()
    return said


def trail_head() -> Mapping[str, Any]:
    """How far the audit trail is sealed, and the head of its chain there."""
    seal = Seal.objects.order_by("-id").first()
    if seal is None:
        return {"sealed_up_to": None, "head": None, "sealed_at": None}
    return {
        "sealed_up_to": seal.last_position,
        "head": bytes(seal.head).hex(),
        "sealed_at": seal.sealed_at.isoformat(),
    }


def dictionary(report: Report) -> str:
    """What each column says, as CSV."""
    stream = io.StringIO(newline="")
    stream.write("\ufeff")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(["column", "heading", "type", "meaning", "allowed values", "an empty cell means"])
    for column in report.columns:
        empty = "" if column.empty == "is never empty" else column.empty
        allowed = ("yes", "no") if column.type is ColumnType.YES_NO else column.allowed
        meaning = column.meaning
        writer.writerow([column.key, column.heading, column.type.label, meaning, " | ".join(allowed), empty])
    return stream.getvalue()


def letterhead(report: Report, question: Question, asked: Asked, made: Made) -> Letterhead:
    """What a printed report says of itself."""
    by = asked.by.get_full_name() or asked.by.username
    at = shown(asked.at.astimezone(question.zone))
    filters = questions.filters_in_words(asked.by, report, question)
    labels = {one.name: one.label for one in report.filters}
    particulars = (
        ("Clinic", question.clinic.name),
        ("Period", f"{_days(question)}, both days included{_not_ended(question)}"),
        *((labels[name], words) for name, words in filters.items()),
        ("As of", f"{shown(question.known_by.astimezone(question.zone))} ({question.clinic.time_zone})"),
        *((("Known at", known_in_words(question)),) if report.known_then else ()),
        ("Rows", str(made.rows)),
        *(in_words(made.tally.said()) if made.tally is not None else ()),
        ("Printed for", f"{by} (login {asked.by.username}), {at}"),
        ("Software", f"Myoline {software_version()}; {protocol_versions()}"),
        ("Run", str(asked.run_id)),
    )
    foot = f"{report.title} · {question.clinic.name} · for {by}, {at}"
    return Letterhead(report.title, report.answers, report.left_out, particulars, foot)


def known_in_words(question: Question) -> str:
    """The moment whose knowledge an audit rests on, as it is asked for again, and which of the two it is."""
    whose = "when it was asked for" if question.known_at is None else "chosen: entries and corrections since left out"
    return f"{question.known_by.astimezone(question.zone).isoformat()} ({whose})"


def _days(question: Question) -> str:
    return f"{shown(question.period_from)} to {shown(question.period_until)}"


def _not_ended(question: Question) -> str:
    """What is said of a period that reaches beyond the moment of the report."""
    last = question.counted_until
    return "" if last is None else f"; it had not ended and is counted until {shown(last)}, its last day here"


def read_me(report: Report, question: Question, data: str) -> str:
    """What is in the pack and how it is checked, in plain words."""
    known = f"Known at: {known_in_words(question)}\n\n" if report.known_then else ""
    return (
        f"{report.title}: {question.clinic.name}, {_days(question)}{_not_ended(question)}\n\n"
        f"{report.answers}\n{report.left_out}\n\n"
        f"{known}"
        f"{data}: the data. A cell that a spreadsheet would take for a formula begins with ' in the CSV file.\n"
        "dictionary.csv: what each column says.\n"
        "manifest.json: which report this is, for whom and when it was made, how many rows it has, how far the audit\n"
        "trail was sealed, and the size and SHA-256 of every file.\n"
        "check_pack.py: checks all of it where Python 3 is installed, without a network:\n\n"
        "    python check_pack.py PACK.zip\n\n"
        "It finds a file that is missing, extra, changed or cut short, and a wrong number of rows. If somebody made\n"
        "files and manifest anew, the SHA-256 of the whole ZIP file is another one: the page where it was asked for\n"
        "shows it, and the audit trail holds it.\n\n"
        "The pack names patients by hospital number and staff by name. Treat it as you treat the record itself.\n"
    )
