"""Gives a new password to somebody who cannot sign in, and ends all that is open."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from patients.errors import DomainError
from tracker import staffing
from tracker.management.commands.add_staff import typed_password
from tracker.sign_in import passwords


class Command(BaseCommand):
    help = (
        "Gives an account a new password and ends its sessions and API tokens. First make sure that it is the person "
        "who asks. The password is asked for without being shown; without a terminal it is the first line of the input."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="why, and how the person showed who they are")

    def handle(self, *args: Any, **options: Any) -> None:
        staff = staffing.account_named(options["username"])
        if staff is None:
            raise CommandError(f"There is no account “{options['username']}”.")
        try:
            passwords.reset(staff=staff, password=typed_password(), reason=options["reason"])
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"Account {staff.username} has a new password; sessions and API tokens have ended.")
