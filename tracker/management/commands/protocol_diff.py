"""`manage.py protocol_diff OLD NEW`: what another protocol would change, before it is adopted."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from regimens.rules.cases import CaseError
from tracker.comparison import PatientDifferences, ProtocolPair, clinics_compared, cohort_compared
from tracker.comparison_report import write_json, write_text
from tracker.protocols import ProtocolError, WholeProtocol, protocol_in_force, read_protocol

HELP = """Compares two protocols: what changed in the files, which of the clinic's own cases (VIGNETTES_FOLDER) would be
answered otherwise, and for which patients the line, options, questions or due dates would change and how. OLD and NEW
are each a protocol folder, or the word `current` for the protocol in force, or `built-in` for the one that comes with
the software. Writes nothing. The exit status is 0 when nothing changes, 1 when something does, 2 when it cannot be
told."""
CURRENT, BUILT_IN = "current", "built-in"
LARGEST_COHORT = 100_000


class Command(BaseCommand):
    help = HELP
    # A protocol folder that must not be used is this command's own finding.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("old", metavar="OLD", help=f"a protocol folder, `{CURRENT}` or `{BUILT_IN}`")
        parser.add_argument("new", metavar="NEW", help=f"a protocol folder, `{CURRENT}` or `{BUILT_IN}`")
        parser.add_argument(
            "--as-of", type=date.fromisoformat, help="the day to judge by, YYYY-MM-DD (default: today in each clinic)"
        )
        parser.add_argument("--format", choices=("text", "json"), default="text")
        parser.add_argument(
            "--with-hospital-numbers",
            action="store_true",
            help="name patients also by hospital number, not by id alone",
        )
        parser.add_argument(
            "--cohort", type=int, metavar="N", help="compare over N synthetic patients instead; touches no database"
        )
        parser.add_argument("--seed", type=int, default=20261122, help="same seed and day, same synthetic patients")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["cohort"] is not None and not 1 <= options["cohort"] <= LARGEST_COHORT:
            raise CommandError(f"--cohort is between 1 and {LARGEST_COHORT}.", returncode=2)
        write = write_json if options["format"] == "json" else write_text
        try:
            pair = ProtocolPair(_protocol(options["old"]), _protocol(options["new"]))
            folder = settings.VIGNETTES_FOLDER
            cases = pair.of_cases(folder) if folder else ()
            summary = write(self.stdout.write, pair, cases, _patients(pair, options))
        except (ProtocolError, CaseError) as error:
            raise CommandError(str(error), returncode=2) from error
        except DatabaseError as error:
            raise CommandError(f"The database does not answer: {type(error).__name__}.", returncode=2) from error
        if summary.changed:
            sys.exit(1)


def _protocol(word: str) -> WholeProtocol:
    """Raises ProtocolError, naming the folder that was asked for."""
    if word == CURRENT:
        return protocol_in_force()
    if word == BUILT_IN:
        return read_protocol(None)
    try:
        return read_protocol(Path(word).resolve())
    except ProtocolError as error:
        raise ProtocolError(f"{word}: {error}") from error


def _patients(pair: ProtocolPair, options: dict[str, Any]) -> Iterator[PatientDifferences]:
    as_of: date | None = options["as_of"]
    if options["cohort"] is not None:
        return cohort_compared(pair, options["cohort"], options["seed"], as_of or timezone.localdate())
    return clinics_compared(pair, as_of, with_numbers=options["with_hospital_numbers"])
