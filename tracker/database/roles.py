"""The roles that PostgreSQL knows beside the owner of the tables: the application's, and one that only reads.

The owner migrates. The application connects as `myoline_app` (or as a member of it), which can add to the audit trail
only through its triggers and functions, and can delete nothing clinical (tracker/audit/sql/rights.sql, docs/adr/0028).
"""

import psycopg
from psycopg import sql

APPLICATION = "myoline_app"
READER = "myoline_reader"

# Making a role twice is an error, and two processes may try at the same moment.
MAKE_ROLES = "".join(
    f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        CREATE ROLE {role} NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
END $$;
"""
    for role in (APPLICATION, READER)
)


def make_roles(owner: "psycopg.Connection[tuple[object, ...]]", *, user: str, password: str) -> None:
    """Make the roles where they are missing, and let `user` sign in with this password as the application.

    Any user but `myoline_app` becomes a member of it. Needs CREATEROLE; may be done again at any time. The password
    itself is not sent: PostgreSQL gets what it would keep of it.
    """
    owner.execute(MAKE_ROLES)
    if owner.execute("SELECT FROM pg_roles WHERE rolname = %s", [user]).fetchone() is None:
        owner.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(user)))
    kept = owner.pgconn.encrypt_password(password.encode(), user.encode(), b"scram-sha-256").decode()
    owner.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(user), sql.Literal(kept)))
    if user != APPLICATION:
        owner.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(APPLICATION), sql.Identifier(user)))
