"""Reports as the page shows them: the first rows, and how each run stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from zoneinfo import ZoneInfo

from django.utils import timezone

from patients.models import Staff
from patients.seen import seen
from tracker.models import ReportRun
from tracker.reports.cells import shown
from tracker.reports.definitions import Question, Report, ReportFormat, Row, Tally
from tracker.reports.paper import in_words, meaning_of
from tracker.reports.questions import count_of, rows_of
from tracker.reports.registry import all_reports

SHOWN = 20  # rows of the preview
_TAGS = {
    ReportRun.Status.WAITING: "plain",
    ReportRun.Status.RUNNING: "info",
    ReportRun.Status.DONE: "good",
    ReportRun.Status.FAILED: "danger",
    ReportRun.Status.CANCELLED: "plain",
    ReportRun.Status.EXPIRED: "plain",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """How many rows there are, the first of them as pairs of heading and value, and what each column means.

    `figures` of an audit: pairs of words and what they say.
    """

    count: int
    figures: tuple[tuple[str, str], ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[tuple[str, str], ...], ...]
    meanings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RunShown:
    """One run in words. `percent` while it is being made and its rows are counted."""

    run: ReportRun
    title: str
    period: str
    format: str
    status: str
    tag: str
    percent: int | None
    asked: str
    until: str
    can_download: bool
    can_cancel: bool


def preview(staff: Staff, report: Report, question: Question) -> Preview:
    """The first rows of the very report that would be made, and their number. Raises NotFound, NotAllowed."""
    printed = [place for place, column in enumerate(report.columns) if column.printed]
    headings = tuple(report.columns[place].heading for place in printed)
    rows = rows_of(staff, report, question)
    if report.tally is None:
        first = list(islice(rows, SHOWN))
        figures: tuple[tuple[str, str], ...] = ()
        count = count_of(staff, report, question)
    else:
        first, count, figures = _counted(rows, report.tally(question))
    seen(row.patient_id for row in first if row.patient_id is not None)
    return Preview(
        count=count,
        figures=figures,
        headings=headings,
        rows=tuple(tuple((report.columns[at].heading, shown(row.values[at])) for at in printed) for row in first),
        meanings=tuple((column.heading, meaning_of(column)) for column in report.columns if column.printed),
    )


def _counted(rows: Iterable[Row], tally: Tally) -> tuple[list[Row], int, tuple[tuple[str, str], ...]]:
    """The first rows, how many there are, and the figures, in one pass: an audit works each row out anew."""
    first, count = [], 0
    for row in rows:
        tally.add(row)
        count += 1
        if count <= SHOWN:
            first.append(row)
    return first, count, tuple(in_words(tally.said()))


def shown_runs(runs: Iterable[ReportRun]) -> list[RunShown]:
    return [_run(run) for run in runs]


def _run(run: ReportRun) -> RunShown:
    status, zone = ReportRun.Status(run.status), ZoneInfo(run.clinic.time_zone)
    report = all_reports().get(run.report)
    kept = status is ReportRun.Status.DONE and run.expires_at is not None and run.expires_at > timezone.now()
    running = status is ReportRun.Status.RUNNING
    return RunShown(
        run=run,
        title=report.title if report else run.report,
        period=f"{_day(run.parameters['from'])} to {_day(run.parameters['until'])}",
        format=ReportFormat(run.format).name.replace("_", " "),
        status=run.get_status_display() if kept or status is not ReportRun.Status.DONE else "no longer kept",
        tag=_TAGS[status],
        percent=min(100, 100 * run.rows_done // run.rows_expected) if running and run.rows_expected else None,
        asked=shown(run.asked_at.astimezone(zone)),
        until=shown(run.expires_at.astimezone(zone)) if kept and run.expires_at else "",
        can_download=kept,
        can_cancel=status in (ReportRun.Status.WAITING, ReportRun.Status.RUNNING),
    )


def _day(text: str) -> str:
    return shown(date.fromisoformat(text))
