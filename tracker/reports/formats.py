"""Writes the rows of a report as CSV, JSON Lines, XLSX or PDF, one row at a time where the format allows it."""

import csv
import io
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import BinaryIO, TextIO

import xlsxwriter
from django.conf import settings

from patients.errors import Refused
from tracker.reports.cells import as_text, in_csv, in_json
from tracker.reports.definitions import Report, ReportFormat, Value
from tracker.reports.paper import Letterhead, write_pdf

XLSX_ROWS = 1_048_576 - 1  # what a sheet holds, less the line of headings
XLSX_TEXT = 32_767  # characters of a cell
CUT = " … (cut: a cell of a spreadsheet holds no more)"
BOM = "\ufeff"  # by which spreadsheets know the encoding
# A file says when it was made, and then two of the same data would differ.
_ALWAYS = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)

Values = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be written: the columns of a report, and what stands around them on paper, once they are written."""

    report: Report
    letterhead: Callable[[], Letterhead]


def write_csv(target: BinaryIO, sheet: Sheet, rows: Iterable[Values]) -> None:
    """UTF-8 with a byte order mark, comma, every cell quoted, lines ended by CR LF (RFC 4180)."""
    with _text(target) as stream:
        stream.write(BOM)
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerow([column.key for column in sheet.report.columns])
        writer.writerows([in_csv(value) for value in row] for row in rows)


def write_json_lines(target: BinaryIO, sheet: Sheet, rows: Iterable[Values]) -> None:
    """One object a line, keys in the order of the columns; null where nothing is known."""
    keys = [column.key for column in sheet.report.columns]
    with _text(target) as stream:
        for row in rows:
            values = dict(zip(keys, map(in_json, row), strict=True))
            stream.write(json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n")


def write_xlsx(target: BinaryIO, sheet: Sheet, rows: Iterable[Values]) -> None:
    """One sheet. Every text is written as text, so that none is a formula, a link or a number."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/report.xlsx"
        options = {
            "constant_memory": True,
            "tmpdir": folder,
            "strings_to_numbers": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        }
        with xlsxwriter.Workbook(path, options) as book:
            book.set_properties({"title": sheet.report.title, "created": _ALWAYS})
            _fill(book, sheet, rows)
        with open(path, "rb") as made:
            shutil.copyfileobj(made, target, 1 << 20)


def _fill(book: xlsxwriter.Workbook, sheet: Sheet, rows: Iterable[Values]) -> None:
    page = book.add_worksheet("Report")
    heading, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd-mmm-yyyy"})
    page.freeze_panes(1, 0)
    page.set_column(0, len(sheet.report.columns) - 1, 22)
    for place, column in enumerate(sheet.report.columns):
        page.write_string(0, place, column.key, heading)
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, int) and not isinstance(value, bool):
                page.write_number(number, place, value)
            elif isinstance(value, date) and not isinstance(value, datetime):
                page.write_datetime(number, place, value, day)
            elif text := as_text(value):
                page.write_string(number, place, in_one_cell(text))


def in_one_cell(text: str) -> str:
    """The text, or as much of it as a cell of a spreadsheet holds, which then says that it was cut."""
    return text if len(text) <= XLSX_TEXT else text[: XLSX_TEXT - len(CUT)] + CUT


def write_paper(target: BinaryIO, sheet: Sheet, rows: Iterable[Values]) -> None:
    target.write(write_pdf(sheet.report, sheet.letterhead, rows))


WRITERS: dict[ReportFormat, Callable[[BinaryIO, Sheet, Iterable[Values]], None]] = {
    ReportFormat.CSV: write_csv,
    ReportFormat.XLSX: write_xlsx,
    ReportFormat.PDF: write_paper,
    ReportFormat.JSON_LINES: write_json_lines,
}


def most_rows(format: ReportFormat) -> int | None:
    """How many rows the format takes; None for as many as there are."""
    return {ReportFormat.XLSX: XLSX_ROWS, ReportFormat.PDF: int(settings.REPORT_PDF_ROWS)}.get(format)


def require_room(format: ReportFormat, rows: int) -> None:
    """Raises Refused where the format cannot hold so many rows."""
    most = most_rows(format)
    if most is not None and rows > most:
        where = "a sheet of a spreadsheet" if format is ReportFormat.XLSX else "a PDF made here"
        raise Refused(
            f"This report has {rows:,} rows, and {where} holds {most:,} at most. Choose CSV or JSON Lines, which hold "
            "any number, or a shorter period.",
            "format",
        )


@contextmanager
def _text(target: BinaryIO) -> Iterator[TextIO]:
    """A text stream over a binary one, which stays open afterwards."""
    stream = io.TextIOWrapper(target, encoding="utf-8", newline="")
    yield stream
    stream.detach()  # flushes first; were the stream thrown away, it would close the other one
