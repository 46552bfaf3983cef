"""Every format holds the same rows, and no text in them does anything to whoever opens the file."""

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from patients.errors import Refused
from tests.tracker.reports.test_pack import an_ordinary_letterhead
from tracker.reports.cells import harmless, plain, shown
from tracker.reports.definitions import Column, ColumnType, Report, ReportFormat, Value
from tracker.reports.formats import CUT, WRITERS, XLSX_ROWS, XLSX_TEXT, Sheet, require_room

LONDON = ZoneInfo("Europe/London")
COLUMNS = (
    Column("at", "When", "A moment.", ColumnType.MOMENT),
    Column("on", "Day", "A day.", ColumnType.DAY),
    Column("text", "Text", "A text."),
    Column("number", "Number", "A number.", ColumnType.NUMBER),
    Column("flag", "Flag", "Yes or no.", ColumnType.YES_NO),
    Column("hidden", "Hidden", "Not printed.", printed=False),
)
HOSTILE = (
    "=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "\t=1", 'say "so", twice', "two\nlines", "a\r\nb", "\x00nul\x07",
    "😀 ok", "עברית", "العربية", "\u202eevil", "https://example.org", "12", "<script>alert(1)</script>", "a;=1",
    "#link(1)", "",
)  # fmt: skip


def rows_with(*texts: str) -> list[tuple[Value, ...]]:
    at = datetime(2026, 3, 29, 10, 15, 30, tzinfo=LONDON)
    return [(at, date(2026, 4, 5), text, number, number % 2 == 0, text) for number, text in enumerate(texts)]


def a_report() -> Report:
    def nothing(*_: object) -> Any:
        return iter(())

    return Report("sample", "Sample", "What is it?", "Nothing.", COLUMNS, nothing, lambda *_: 0)


def written(format: ReportFormat, rows: list[tuple[Value, ...]]) -> bytes:
    target = io.BytesIO()
    WRITERS[format](target, Sheet(a_report(), an_ordinary_letterhead), iter(rows))
    return target.getvalue()


def from_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def from_json(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.decode().splitlines()] if data else []


def from_xlsx(data: bytes) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [tuple(cell.value for cell in line) for line in book["Report"].iter_rows()]


def test_csv_is_exact_but_for_formulas() -> None:
    rows = rows_with(*HOSTILE)
    lines = from_csv(written(ReportFormat.CSV, rows))
    assert lines[0] == [column.key for column in COLUMNS]
    assert [line[2] for line in lines[1:]] == [harmless(plain(text)) for text in HOSTILE]
    assert lines[1][0] == "2026-03-29T10:15:30+01:00"
    assert lines[1][1] == "2026-04-05"
    assert [line[3] for line in lines[1:3]] == ["0", "1"]
    assert [line[4] for line in lines[1:3]] == ["yes", "no"]
    assert not [cell for line in lines[1:] for cell in line if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


def test_json_lines_hold_what_the_csv_holds() -> None:
    rows = rows_with(*HOSTILE)
    found = from_json(written(ReportFormat.JSON_LINES, rows))
    assert [row["text"] for row in found] == [plain(text) or None for text in HOSTILE]
    assert [(row["number"], row["flag"]) for row in found[:2]] == [(0, True), (1, False)]
    assert list(found[0]) == [column.key for column in COLUMNS]


def test_a_sheet_holds_texts_as_texts() -> None:
    data = written(ReportFormat.XLSX, rows_with(*HOSTILE))
    found = from_xlsx(data)
    assert found[0] == tuple(column.key for column in COLUMNS)
    assert [line[2] for line in found[1:]] == [plain(text) or None for text in HOSTILE]
    assert {line[1] for line in found[1:]} == {datetime(2026, 4, 5)}  # noqa: DTZ001 - a sheet knows no zones
    assert [line[3] for line in found[1:3]] == [0, 1]
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Report"]
    assert {cell.data_type for line in sheet.iter_rows(min_row=2, min_col=3, max_col=3) for cell in line} <= {"s", "n"}
    assert not [cell for line in sheet.iter_rows() for cell in line if cell.hyperlink]


def test_a_cell_that_is_too_long_says_that_it_was_cut() -> None:
    (line,) = from_xlsx(written(ReportFormat.XLSX, rows_with("x" * (XLSX_TEXT + 1))))[1:]
    assert len(line[2]) == XLSX_TEXT
    assert line[2].endswith(CUT)
    (line,) = from_xlsx(written(ReportFormat.XLSX, rows_with("x" * XLSX_TEXT)))[1:]
    assert line[2] == "x" * XLSX_TEXT


def test_paper_is_tagged_and_says_what_it_cannot_show() -> None:
    reader = PdfReader(io.BytesIO(written(ReportFormat.PDF, rows_with(*HOSTILE))))
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert reader.metadata is not None
    assert reader.metadata.title == "Sample"
    text = "\n".join(page.extract_text() for page in reader.pages)
    for words in (
        "=cmd|' /C calc'!A0",
        "[U+1F600] ok",
        "[U+202E]evil",
        "<script>alert(1)</script>",
        "29-Mar-2026 10:15",
    ):
        assert words in " ".join(text.split()), words
    assert f"Page 1 of {len(reader.pages)}" in text
    assert "Hidden" not in text


def test_paper_without_rows_says_so() -> None:
    reader = PdfReader(io.BytesIO(written(ReportFormat.PDF, [])))
    assert "There are none." in reader.pages[0].extract_text()


def test_many_pages_repeat_the_headings_and_count_themselves() -> None:
    reader = PdfReader(io.BytesIO(written(ReportFormat.PDF, rows_with(*["a row of many words"] * 150))))
    assert len(reader.pages) > 2
    for number, page in enumerate(reader.pages, start=1):
        assert f"Page {number} of {len(reader.pages)}" in page.extract_text()
    assert "When" in reader.pages[1].extract_text()


@pytest.mark.parametrize("format", list(ReportFormat))
def test_the_same_rows_make_the_same_bytes(format: ReportFormat) -> None:
    rows = rows_with(*HOSTILE)
    assert written(format, rows) == written(format, rows)


@given(st.lists(st.text(max_size=40), max_size=5))
def test_what_goes_in_comes_out_of_every_data_format(texts: list[str]) -> None:
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    rows = rows_with(*texts)
    wanted = [plain(text) for text in texts]
    assert [line[2] for line in from_csv(written(ReportFormat.CSV, rows))[1:]] == list(map(harmless, wanted))
    assert [row["text"] or "" for row in from_json(written(ReportFormat.JSON_LINES, rows))] == wanted


@hypothesis.settings(max_examples=30)
@given(st.text(max_size=60))
def test_paper_takes_any_text(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    assert written(ReportFormat.PDF, rows_with(text)).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        ("", "–"),
        (True, "yes"),
        (date(2026, 4, 5), "05-Apr-2026"),
        (datetime(2026, 4, 5, 9, 7, tzinfo=LONDON), "05-Apr-2026 09:07"),
        (Decimal("1E+3"), "1000"),
    ],
)
def test_how_values_are_shown(value: Value, words: str) -> None:
    assert shown(value) == words


@pytest.mark.parametrize(
    ("format", "most"), [(ReportFormat.XLSX, XLSX_ROWS), (ReportFormat.PDF, 7), (ReportFormat.CSV, None)]
)
def test_what_a_format_cannot_hold_is_refused_in_plain_words(
    settings: Any, format: ReportFormat, most: int | None
) -> None:
    settings.REPORT_PDF_ROWS = 7
    require_room(format, most or 50_000_000)
    if most is not None:
        with pytest.raises(Refused, match="Choose CSV or JSON Lines"):
            require_room(format, most + 1)
