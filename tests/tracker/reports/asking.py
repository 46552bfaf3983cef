"""What the tests of reports share: a report asked for and read as dictionaries, and a pack read from its bytes."""

import io
import json
import zipfile
from datetime import date, timedelta
from typing import Any

from patients.clock import today_in
from patients.models import Clinic, Staff
from tests.factories.rows import clinic_of
from tracker.models import ReportRun
from tracker.reports.actions import ask_for_report, make_report
from tracker.reports.definitions import Question, Report, Value
from tracker.reports.questions import ask, count_of, rows_of
from tracker.reports.runs import pack_for, pieces_of


def the_question(by: Staff, slug: str, clinic: Clinic | None = None, **filters: str) -> tuple[Report, Question]:
    """The report of the last days, as the data stand now."""
    first, last = period(clinic or clinic_of(by))
    clinic_id = (clinic or clinic_of(by)).pk
    return ask(by, clinic_id=clinic_id, report=slug, period_from=first, period_until=last, filters=filters)


def period(clinic: Clinic) -> tuple[date, date]:
    """Two days up to today where the clinic is: what a test does near midnight is in it."""
    today = today_in(clinic)
    return today - timedelta(days=1), today


def report_rows(by: Staff, slug: str, clinic: Clinic | None = None, **filters: str) -> list[dict[str, Value]]:
    """Each row by the keys of its columns; as many as the report counts."""
    report, question = the_question(by, slug, clinic, **filters)
    keys = [column.key for column in report.columns]
    found = [dict(zip(keys, row.values, strict=True)) for row in rows_of(by, report, question)]
    assert count_of(by, report, question) == len(found)
    return found


def a_run(by: Staff, slug: str = "activity", format: str = "csv", **fields: Any) -> ReportRun:
    """Asked for and not made yet."""
    clinic = fields.pop("clinic", None) or clinic_of(by)
    first, last = period(clinic)
    return ask_for_report(
        by=by,
        clinic_id=clinic.pk,
        report=slug,
        format=format,
        **{"period_from": first, "period_until": last, **fields},
    )


def a_pack(by: Staff, slug: str = "activity", format: str = "csv", **fields: Any) -> bytes:
    """Asked for, made and fetched."""
    run = a_run(by, slug, format, **fields)
    assert make_report(run.pk)
    return b"".join(pieces_of(pack_for(by, run.pk)))


def member(pack: bytes, name: str) -> bytes:
    """One file of the pack."""
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return archive.read(name)


def manifest_of(pack: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(member(pack, "manifest.json"))
    return found
