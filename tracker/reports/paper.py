"""The report on paper: a tagged PDF (PDF/UA) whose every page says which page of how many it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tracker.paper import pdf_of
from tracker.reports.cells import shown
from tracker.reports.definitions import Column, Report, Value

_TEMPLATE = Path(__file__).with_name("paper.typ")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands above the rows: pairs of words and what they say; and the line below every page."""

    title: str
    answers: str
    left_out: str
    particulars: tuple[tuple[str, str], ...]
    foot: str


def write_pdf(report: Report, letterhead: Callable[[], Letterhead], rows: Iterable[tuple[Value, ...]]) -> bytes:
    """The whole document, made in memory: so the number of its rows is bounded (REPORT_PDF_ROWS).

    The letterhead is asked for after the last row, since it may say what was counted.
    """
    places = [place for place, column in enumerate(report.columns) if column.printed]
    lines = [[shown(row[place]) for place in places] for row in rows]
    content = {
        **asdict(letterhead()),
        "columns": [report.columns[place].heading for place in places],
        "definitions": [(column.heading, meaning_of(column)) for column in report.columns if column.printed],
        "rows": lines,
    }
    return pdf_of(_TEMPLATE, content)


def in_words(figures: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What an audit says, for people: its numbers and sentences, with counts by reason in one line each."""
    for words, said in figures.items():
        if said is None or said in ("", [], {}):
            continue
        match said:
            case dict():
                text = "; ".join(f"{why}: {count}" for why, count in said.items())
            case list():
                text = " ".join(said)
            case _:
                text = str(said)
        yield words.capitalize(), text


def meaning_of(column: Column) -> str:
    """What the column says, which values it has, and what an empty place means."""
    allowed = f" One of: {', '.join(column.allowed)}." if column.allowed else ""
    empty = "" if column.empty.startswith("is never") else f" – means: {column.empty}."
    return f"{column.meaning}{allowed}{empty}"
