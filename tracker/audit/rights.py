"""What PostgreSQL lets the application's role do to the tables, and how one sees that it lets it do no more."""

from dataclasses import dataclass
from pathlib import Path

from django.db import connection

RIGHTS = (Path(__file__).resolve().parent / "sql" / "rights.sql").read_text()

_TOO_MUCH = """
SELECT
    rolsuper,
    pg_has_role(t.relowner, 'MEMBER'),
    has_table_privilege(t.oid, 'INSERT'),
    has_table_privilege(t.oid, 'UPDATE'),
    has_table_privilege(t.oid, 'DELETE'),
    has_table_privilege(t.oid, 'TRUNCATE')
FROM pg_roles, pg_class t
WHERE rolname = session_user AND t.oid = to_regclass('audit.event')
"""
_WORDS = (
    "is a superuser", "owns the audit trail", "may write into the audit trail", "may change the audit trail",
    "may delete from the audit trail", "may empty the audit trail",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rights:
    """What the user that this process is signed in as may do to the trail that it should not."""

    user: str
    too_much: tuple[str, ...]


def rights_of_this_connection() -> Rights:
    """Before the trail exists nothing is too much. Raises DatabaseError when nothing can be asked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        (user,) = cursor.fetchone()
        cursor.execute(_TOO_MUCH)
        found = cursor.fetchone() or ()
    return Rights(user, tuple(words for words, too_much in zip(_WORDS, found, strict=False) if too_much))
