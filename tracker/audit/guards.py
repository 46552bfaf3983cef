"""Whether what writes and guards the audit trail still stands: tables, triggers and the functions behind them."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps

from tracker.audit.canonical import GUARDS, in_place
from tracker.audit.exempt import EXEMPT

Connection = psycopg.Connection[tuple[Any, ...]]

_SQL = Path(__file__).resolve().parent / "sql"
_BODY = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION audit\.(\w+)\(.*?\bAS (\$\w*\$)(.*?)\2", re.DOTALL)
_TABLES = ("event", "seal", "link")
_BEFORE_EACH_CHANGE = 2 + 8 + 16 + 32  # pg_trigger.tgtype: before, delete, update, truncate; for each statement
_OF_A_TABLE = ("audit_insert", "audit_update", "audit_delete", "audit_truncate")

_PLAIN = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = %s::regnamespace AND c.relname = ANY(%s) AND c.relkind = 'r' AND NOT c.relrowsecurity
    AND NOT EXISTS (SELECT FROM pg_rewrite w WHERE w.ev_class = c.oid)
    AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid)
"""
_TRIGGERS = """
SELECT n.nspname, c.relname, t.tgname, t.tgtype::int, p.proname
FROM pg_trigger t
JOIN pg_proc p ON p.oid = t.tgfoid AND p.pronamespace = 'audit'::regnamespace
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL
"""
_BODIES = "SELECT p.proname, p.prosrc FROM pg_proc p WHERE p.pronamespace = 'audit'::regnamespace"


def guards_now(connection: Connection) -> bytes:
    """What the next seal will say of the trail's functions and triggers."""
    row = connection.execute(f"SELECT {GUARDS}").fetchone()
    return bytes(row[0]) if row and row[0] else b""


def missing_guards(connection: Connection) -> Iterator[str]:
    """What should stand and does not, or not as this software has it; each in words."""
    for table in _not_plain(connection, "audit", _TABLES):
        yield f"audit.{table} is not a plain table any more: it may show other rows than it holds"
    triggers = {(row[0], row[1], row[2]): (row[3], row[4]) for row in connection.execute(_TRIGGERS)}
    for table in _TABLES:
        if triggers.get(("audit", table, "only_added_to")) != (_BEFORE_EACH_CHANGE, "refuse"):
            yield f"nothing guards the table audit.{table}: its trigger is gone, another one or switched off"
    watched = sorted(_watched_tables())
    for table in watched:
        gone = [name for name in _OF_A_TABLE if triggers.get(("public", table, name), (0, ""))[1] != f"capture_{table}"]
        if gone:
            yield f"not every change of the table {table} is recorded: {', '.join(gone)} gone, replaced or switched off"
    for table in _not_plain(connection, "public", watched):
        yield f"{table} is not a plain table any more: its rows may change past the triggers that record them"
    bodies: dict[str, str] = dict(connection.execute(_BODIES).fetchall())
    for name, body in _bodies().items():
        if bodies.get(name) != body:
            yield f"the function audit.{name} is not the one that came with this software"


def _not_plain(connection: Connection, schema: str, tables: Sequence[str]) -> list[str]:
    """Those of the tables that have a rule, rows of another table or a policy, or are none."""
    plain = {name for (name,) in connection.execute(_PLAIN, [schema, list(tables)])}
    return [table for table in tables if table not in plain]


def _bodies() -> dict[str, str]:
    """The body of each function in sql/, by name; the later of two wins, as it does in the database."""
    texts = (in_place(path.read_text()) for path in sorted(_SQL.glob("*.sql"), reverse=True))
    return {name: body for text in texts for name, _, body in _BODY.findall(text)}


def _watched_tables() -> set[str]:
    """Every table of a model that is not exempt from the trail."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy} - EXEMPT.keys()
