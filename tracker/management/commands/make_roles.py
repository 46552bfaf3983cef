"""Makes PostgreSQL's roles beside the owner of the tables, and lets the application sign in (docs/adr/0028)."""

from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tracker.audit.rights import RIGHTS
from tracker.database.roles import APPLICATION, make_roles


class Command(BaseCommand):
    help = (
        "Makes the roles of the application and of a reader where they are missing, gives the user of DATABASE_URL its "
        "password, and grants each what it may do. Connects as DATABASE_OWNER_URL says. Run it before `migrate`, and "
        "after a change of either address; it may be run at any time."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DATABASE_OWNER_URL:
            raise CommandError("Set DATABASE_OWNER_URL: the address of the database for the role that owns its tables.")
        application = settings.DATABASES["default"]
        with psycopg.connect(settings.DATABASE_OWNER_URL) as owner:
            if application["USER"] == owner.info.user:
                raise CommandError(
                    f"DATABASE_URL and DATABASE_OWNER_URL both sign in as {owner.info.user}. Give the application a "
                    f"user of its own in DATABASE_URL, such as {APPLICATION}."
                )
            try:
                make_roles(owner, user=application["USER"], password=application["PASSWORD"])
            except psycopg.errors.InsufficientPrivilege as error:
                raise CommandError(f"The owner may make no roles (CREATEROLE): {error}") from None
            if owner.execute("SELECT to_regclass('audit.event') IS NOT NULL").fetchone() == (True,):
                owner.execute(RIGHTS)
        self.stdout.write(f"{application['USER']} may sign in as the application.")
