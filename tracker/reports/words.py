"""What the trail's tables and columns are called in a report: by the words of the history (tracker/audit)."""

from functools import cache
from operator import itemgetter

from django.apps import apps

from patients.rules.vocabulary import Vocabulary
from tracker.audit.exempt import EXEMPT
from tracker.audit.field_words import field_label
from tracker.audit.wording import thing_of


class Done(Vocabulary):
    """What happened to an entry, as the trail knows it."""

    INSERT = "insert", "entered"
    UPDATE = "update", "changed"
    DELETE = "delete", "deleted"
    TRUNCATE = "truncate", "table emptied"


@cache
def watched_kinds() -> list[tuple[str, str]]:
    """Tables that the trail watches and what they hold, by name: all but those that are exempt from it."""
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models if model._meta.managed} - set(EXEMPT)
    return sorted(((table, thing_of(table)) for table in tables), key=itemgetter(1))


def fields_in_words(table: str, columns: list[str]) -> str:
    """Names of a table's columns as a person reads them: `hospital number, last day`."""
    return ", ".join(field_label(table, name) for name in columns)
