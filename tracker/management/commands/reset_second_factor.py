"""Takes the second factors from somebody who has lost theirs, so that they set up new ones at the next sign-in."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from patients.errors import DomainError
from tracker import staffing
from tracker.sign_in import factors, provider


class Command(BaseCommand):
    help = (
        "Takes every second factor from an account and ends its sessions and API tokens. First make sure, face to face "
        "or by a call back, that it is the person who asks."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="why, and how the person showed who they are")
        parser.add_argument(
            "--provider-too", action="store_true", help="also forget which identity at the sign-in provider it was"
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        staff = staffing.account_named(options["username"])
        if staff is None:
            raise CommandError(f"There is no account “{options['username']}”.")
        try:
            factors.reset(staff=staff, reason=options["reason"])
        except DomainError as error:
            raise CommandError(error.message) from None
        if options["provider_too"]:
            provider.unbind(staff)
        self.stdout.write(f"Account {staff.username}: no second factor any more; sessions and API tokens have ended.")
