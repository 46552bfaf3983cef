"""`manage.py export_report activity --clinic SLUG --from DAY --until DAY --format csv --out FILE --by USERNAME`."""

import os
import tempfile
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from patients.acting import Acting, acting_as
from patients.errors import DomainError
from patients.models import Clinic, Staff
from patients.rules.days import EARLIEST, LATEST
from patients.selectors import roles_by_clinic
from tracker import staffing
from tracker.models import ReportRun
from tracker.reports.actions import ask_for_report, make_to_file, one_at_a_time
from tracker.reports.definitions import ReportFormat
from tracker.reports.registry import all_reports


class Command(BaseCommand):
    help = (
        "Makes a report's pack and writes it to a file: in the name of a member of staff, with what they may see and "
        "nothing more, and recorded in the audit trail as theirs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("report", choices=list(all_reports()), metavar="REPORT")
        parser.add_argument("--clinic", required=True, metavar="SLUG")
        parser.add_argument("--from", required=True, type=_day, metavar="YYYY-MM-DD")
        parser.add_argument("--until", required=True, type=_day, metavar="YYYY-MM-DD")
        parser.add_argument(
            "--known-at",
            type=_moment,
            metavar="MOMENT",
            help="of a service audit: from what had been recorded by then, as the manifest of an earlier pack says it",
        )
        parser.add_argument("--format", required=True, choices=[one.value for one in ReportFormat])
        parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="a ZIP file that is not there yet")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="in whose name")
        parser.add_argument(
            "--filter", action="append", default=[], metavar="NAME=VALUE", help="as the page's address has it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"]
        if out.exists():
            raise CommandError(f"{out} is there already. Name another file.")
        staff = staffing.account_named(options["by"])
        if staff is None or not staff.is_active:
            raise CommandError(f"There is no open account “{options['by']}”.")
        try:
            with acting_as(Acting(actor_id=staff.pk, origin="command export_report")), one_at_a_time(wait=True):
                run = _write(staff, out, options)
        except DomainError as error:
            raise CommandError(error.message) from None
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"{out}: {run.rows_done:,} rows, {run.size:,} bytes, SHA-256 {run.sha256}")


def _day(text: str) -> date:
    """Of the days that a page takes, so that no sum over days and time zones leaves the calendar."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is no day. Write 2026-04-05.") from None
    if not EARLIEST <= day <= LATEST:
        raise ArgumentTypeError(f"“{text}” does not lie between {EARLIEST} and {LATEST}.")
    return day


def _moment(text: str) -> datetime:
    """A moment with its distance from UTC: without it, nobody could say which moment is meant."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is no moment. Write 2026-04-05T10:15:00+01:00.") from None
    if moment.tzinfo is None:
        raise ArgumentTypeError(f"“{text}” does not say its distance from UTC. Write 2026-04-05T10:15:00+01:00.")
    return moment


def _write(staff: Staff, out: Path, options: dict[str, Any]) -> ReportRun:
    """First beside its place, so that a file of that name is always whole."""
    with tempfile.NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", delete=False) as file:
        try:
            run = ask_for_report(
                by=staff,
                clinic_id=_clinic_id(staff, options["clinic"]),
                report=options["report"],
                format=options["format"],
                period_from=options["from"],
                period_until=options["until"],
                known_at=options["known_at"],
                filters=dict(one.partition("=")[::2] for one in options["filter"]),
                status=ReportRun.Status.RUNNING,
            )
            make_to_file(run, file)  # type: ignore[arg-type]  # a file by another name
            file.flush()
            os.replace(file.name, out)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    run.refresh_from_db()
    return run


def _clinic_id(staff: Staff, slug: str) -> int:
    """The id of one of the person's clinics; 0, which is none, for any other."""
    found = Clinic.objects.filter(slug=slug, pk__in=list(roles_by_clinic(staff))).values_list("pk", flat=True).first()
    return found or 0
