"""What the tables of the trail are called in a report."""

from functools import cache
from operator import itemgetter

from django.apps import apps

from patients.rules.vocabulary import Vocabulary
from tracker.audit.exempt import EXEMPT
from tracker.entry_kinds import KINDS

# Where the model's own name says little to whoever reads a report.
_NAMES = {
    "patients_patient": "patient's particulars",
    "patients_emergencyaccess": "emergency access",
    "patients_assessmentenzyme": "muscle enzyme of an assessment",
    "patients_reminderoptout": "end of reminders",
    "patients_clinic": "clinic settings",
    "patients_membership": "role in the clinic",
    "patients_staff": "account",
    "patients_staff_groups": "group of an account",
    "patients_staff_user_permissions": "permission of an account",
    "knox_authtoken": "API token",
    "mfa_authenticator": "second factor",
    "account_emailaddress": "e-mail address of an account",
    "socialaccount_socialaccount": "sign-in through another service",
    "monitoring_mail": "e-mail",
    "tracker_reportrun": "report",
}


class Done(Vocabulary):
    """What happened to an entry, as the trail knows it."""

    INSERT = "insert", "entered"
    UPDATE = "update", "changed"
    DELETE = "delete", "deleted"
    TRUNCATE = "truncate", "table emptied"


@cache
def kind_words() -> dict[str, str]:
    """The name of what each table holds, for every table of the application."""
    of_models = {
        model._meta.db_table: str(model._meta.verbose_name) for model in apps.get_models(include_auto_created=True)
    }
    of_entries = {kind.model._meta.db_table: kind.label for kind in KINDS}
    return of_models | of_entries | _NAMES


@cache
def watched_kinds() -> list[tuple[str, str]]:
    """Tables that the trail watches and what they hold, by name: all but those that are exempt from it."""
    return sorted(((table, name) for table, name in kind_words().items() if table not in EXEMPT), key=itemgetter(1))


def kind_of(table: str) -> str:
    """What the table holds; the table's own name where nothing is known of it."""
    return kind_words().get(table, table)


def field_words(columns: list[str]) -> str:
    """Names of columns as a person reads them: `hospital number, stop on`."""
    return ", ".join(name.removesuffix("_id").replace("_", " ") for name in columns)
