"""The roles that PostgreSQL knows beside the owner of the tables: the application's, and one that only reads.

The owner migrates. The application connects as (or takes on) `myoline_app`, which can add to the audit trail only
through its triggers and functions, and can delete nothing clinical (tracker/audit/sql/rights.sql).
"""

APPLICATION = "myoline_app"
READER = "myoline_reader"

# Making a role twice is an error, and two processes may try at the same moment.
MAKE_ROLES = "".join(
    f"""
DO $$ BEGIN
    CREATE ROLE {role} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
"""
    for role in (APPLICATION, READER)
)
