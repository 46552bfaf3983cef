"""Every table is either watched by the audit trail or exempt for a stated reason."""

import pytest
from django.apps import apps
from django.db import connection

from tracker.audit.exempt import EXEMPT

pytestmark = pytest.mark.django_db

TRIGGERS = {"audit_insert", "audit_update", "audit_delete", "audit_truncate"}


def tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name for (name,) in cursor}


def triggers() -> dict[str, set[str]]:
    """The trail's triggers by table, those alone that are switched on for every session of the application."""
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.pronamespace = 'audit'::regnamespace "
            "AND c.relnamespace = 'public'::regnamespace AND t.tgenabled IN ('O', 'A')"
        )
        for table, trigger in cursor:
            found.setdefault(table, set()).add(trigger)
    return found


def test_every_table_is_watched_or_exempt_and_none_is_both() -> None:
    watched = triggers()
    assert set(watched) | set(EXEMPT) == tables()
    assert not set(watched) & set(EXEMPT)


def test_a_watched_table_is_watched_for_every_kind_of_change() -> None:
    for table, found in triggers().items():
        assert found == TRIGGERS, table


def test_every_models_table_is_among_them() -> None:
    managed = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    assert managed <= set(triggers()) | set(EXEMPT)


def test_every_exemption_says_why() -> None:
    for table, reason in EXEMPT.items():
        assert len(reason.split()) >= 4, table
