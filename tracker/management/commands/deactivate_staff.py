"""Ends an account: at once, with its sessions and tokens. What the person entered stays in the record."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from patients.errors import DomainError
from tracker import staffing


class Command(BaseCommand):
    help = "Ends an account at once: no sign-in, no open session, no API token. What it entered stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            staffing.deactivate(username=options["username"])
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"Account {options['username']} is deactivated.")
