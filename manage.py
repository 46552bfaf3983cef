#!/usr/bin/env python
"""Runs Myoline's administrative commands."""

import os
import sys

# These neither read nor write a row, so no server is started for them.
COMMANDS_WITHOUT_SERVERS = {
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "replay_cases",
    "score",
    "spectacular",
    "version",
}
# Only who owns the tables changes them; every other command connects as the application's role (docs/adr/0028).
COMMANDS_OF_THE_OWNER = {"migrate", "remove_stale_contenttypes"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    if not os.environ.get("DEBUG") and not os.environ.get("SECRET_KEY"):
        os.environ["DEBUG"] = "true"  # nothing is configured: a developer's checkout
    if os.environ.get("DEBUG", "").lower() in {"1", "true", "yes", "on"} and needs_servers(sys.argv[1:]):
        from tracker.embedded import EmbeddedServerError, use_servers

        try:
            use_servers()
        except EmbeddedServerError as error:
            sys.exit(str(error))
    if set(sys.argv[1:2]) & COMMANDS_OF_THE_OWNER and os.environ.get("DATABASE_OWNER_URL"):
        os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
    from django.core.management import execute_from_command_line

    from patients.acting import Acting, acting_as

    try:
        with acting_as(Acting(origin=f"command {' '.join(sys.argv[1:2])}")):
            execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)


def needs_servers(arguments: list[str]) -> bool:
    """Whether the command line names a command that works on the database or on Redis."""
    if not arguments or {"--help", "-h", "--version"} & set(arguments):
        return False
    if arguments[0] == "protocol_diff" and any(argument.startswith("--cohort") for argument in arguments):
        return False  # patients who do not exist are in no database
    return arguments[0] not in COMMANDS_WITHOUT_SERVERS and not arguments[0].startswith("-")


if __name__ == "__main__":
    main()
