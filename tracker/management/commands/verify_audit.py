"""`manage.py verify_audit`: whether the audit trail is what was written."""

import re
import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from patients.rules.wording import display_date
from tracker.audit.findings import TrailReport
from tracker.audit.heads import HeadsError, head_line, read_heads
from tracker.audit.verify import verify_trail


class Command(BaseCommand):
    help = (
        "Checks the audit trail: every event against the hash chain, every seal, what was put in or taken out, and "
        "that the triggers still stand. Names the first row that does not check out. The exit status is 0 when all is "
        "well, 1 when something is not, 2 when it cannot be told."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from",
            dest="since",
            type=_day,
            metavar="DATE",
            help="begin at the last seal before this day, YYYY-MM-DD, and take that seal as it stands",
        )
        parser.add_argument(
            "--heads", type=Path, metavar="FILE", help="compare with the heads of this file, line by line"
        )
        parser.add_argument(
            "--head", type=_digest, metavar="HEX", help="compare with this head, for example from paper"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            heads = list(read_heads(options["heads"])) if options["heads"] else []
            report = verify_trail(options["since"], heads, options["head"])
        except HeadsError as error:
            raise CommandError(str(error), returncode=2) from None
        except (DatabaseError, psycopg.Error) as error:
            raise CommandError(f"The trail cannot be read: {error}", returncode=2) from error
        for line in lines(report, options["since"]):
            self.stdout.write(line)
        if not report.is_whole:
            sys.exit(1)


def lines(report: TrailReport, since: date | None) -> list[str]:
    """The report in words, what is wrong first."""
    told = [f"BROKEN: {report.broken_count:,} found. The first:"] if report.broken else []
    told += [f"  {broken.text}" for broken in report.broken]
    if report.broken_count > len(report.broken):
        told.append(f"  … and {report.broken_count - len(report.broken):,} more")
    told.append(f"Checked {report.events:,} events under {report.seals:,} seals.")
    if report.trusted:
        told.append(f"Began behind this seal, which was taken as it stands: {head_line(report.trusted)}")
    elif since:
        told.append(f"Nothing was sealed before {display_date(since)}, so everything was checked.")
    told += [_unsealed(report), *report.notes]
    if report.late:
        told.append(
            f"{report.late:,} seals hold events that say they were written more than a day before, the first one event "
            f"{report.first_late}."
        )
    if report.heads_compared:
        told.append(f"Compared with {report.heads_compared:,} heads kept elsewhere.")
    else:
        told.append("No head kept elsewhere was compared: a trail cut off or written anew as a whole would not show.")
    if report.head:
        told.append(head_line(report.head))
    told.append("The trail checks out." if report.is_whole else "The trail does NOT check out.")
    return told


def _unsealed(report: TrailReport) -> str:
    if not report.unsealed:
        return "Every event is sealed."
    since = f", the first written {report.unsealed_since:%Y-%m-%dT%H:%M:%SZ}" if report.unsealed_since else ""
    return f"{report.unsealed:,} events are not sealed yet{since}: nothing can be said about them."


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("a day as YYYY-MM-DD, for example 2026-11-22") from None


def _digest(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text.strip()):
        raise ArgumentTypeError("a head is 64 hexadecimal digits")
    return text.strip().lower()
