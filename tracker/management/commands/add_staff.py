"""Makes an account with its role in a clinic, or gives an existing account a role there."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from patients.errors import DomainError
from patients.rules.vocabulary import Role
from tracker import staffing


class Command(BaseCommand):
    help = (
        "Makes an account with its role in a clinic. An account that exists keeps its password and gets the role. "
        "The password is asked for without being shown; without a terminal it is the first line of the input."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--clinic", required=True, metavar="SLUG", help="the clinic, for example st-elsewhere")
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])
        parser.add_argument("--clinic-name", default="", metavar="NAME", help="makes the clinic when there is none")
        parser.add_argument("--time-zone", default="", help="of a clinic that is made (default: Europe/London)")
        parser.add_argument("--given-name", default="")
        parser.add_argument("--family-name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        # Asked for outside the transaction, which must not wait for a person.
        is_new = staffing.account_named(options["username"]) is None
        password = typed_password() if is_new else ""
        try:
            self.add(options, password, is_new=is_new)
        except DomainError as error:
            raise CommandError(error.message) from None
        done = "made" if is_new else "already there, its password unchanged"
        self.stdout.write(f"Account {options['username']} ({done}): {options['role']} in {options['clinic']}.")

    @transaction.atomic
    def add(self, options: dict[str, Any], password: str, *, is_new: bool) -> None:
        clinic = staffing.clinic_with(
            slug=options["clinic"], name=options["clinic_name"], time_zone=options["time_zone"]
        )
        staff = None if is_new else staffing.account_named(options["username"])
        if staff is None:
            staff = staffing.add_account(
                username=options["username"],
                password=password,
                given_name=options["given_name"],
                family_name=options["family_name"],
            )
        staffing.give_role(staff=staff, clinic=clinic, role=Role(options["role"]))


def typed_password() -> str:
    """The new account's password: typed twice at a terminal, else one line of the input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass("Password: ")
    if getpass("The same again: ") != password:
        raise CommandError("The two are not the same. Nothing was saved.")
    return password
