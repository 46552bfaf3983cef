"""`manage.py check_pack FILE`: whether a report's pack is as it was made."""

import hashlib
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from tracker.reports.check_pack import problems
from tracker.reports.runs import run_of_pack


class Command(BaseCommand):
    help = (
        "Checks every file of a report's pack against its manifest, the number of rows, and whether this installation "
        "made this very pack. Nothing is unpacked. The exit status is 1 when anything is wrong."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
        found = problems(str(path))
        for one in found:
            self.stdout.write(f"Not as it was made: {one}")
        if found:
            sys.exit(1)
        self.stdout.write(f"Its files and its number of rows are as its manifest says. SHA-256 {sha256}")
        try:
            run = run_of_pack(sha256)
        except DatabaseError:
            self.stdout.write("Whether this installation made it cannot be told: the database does not answer.")
            return
        if run is None:
            self.stdout.write(
                "Not made here: this installation has made no pack with this SHA-256. If it says that it comes from "
                "here, somebody has made files and manifest anew."
            )
            sys.exit(1)
        self.stdout.write(f"The pack is as it was made here, as report no. {run.pk} for {run.asked_by.username}.")
