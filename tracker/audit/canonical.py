"""The text of a row that the chain of seals is made over, as SQL that both sides use: the function that seals, inside
the database, and the check of the trail, which sends it from here and trusts no function that lies in the database.

A text holds every column, in the table's order, as one JSON array. Moments and JSON values are turned into text first:
nothing in it depends on a session's time zone, date style or language, and no two different rows share one.

A form is never changed once rows were sealed under it. A new column of audit.event means a new form beside the old one,
and the seal says under which form its rows were sealed.
"""

FORM = 1

EVENT_TEXT = """json_build_array(
    'event', e.id, e.transaction::text, extract(epoch FROM e.at)::text, e.kind, e.subject, e.row_id, e.patient_id,
    e.patient_ids::text, e.clinic_id, e.old::text, e.new::text, e.actor_id, e.roles, e.request_id, e.origin, e.reason,
    e.emergency_id, e.software, e.protocol, e.database_user
)::text"""

EVENT_COLUMNS = (
    "id", "transaction", "at", "kind", "subject", "row_id", "patient_id", "patient_ids", "clinic_id", "old", "new",
    "actor_id", "roles", "request_id", "origin", "reason", "emergency_id", "software", "protocol", "database_user",
)  # fmt: skip

# Everything of a seal but its head, which is made over this text, the head before it and the digest of its last event.
SEAL_TEXT = """json_build_array(
    'seal', s.id, extract(epoch FROM s.sealed_at)::text, s.first_position, s.last_position, s.cluster,
    s.until_transaction::text, s.until_event, s.form, encode(s.guards, 'hex')
)::text"""

# What records and guards: each function of the trail and each trigger that calls one, with whether it is switched on.
GUARDS = """(
    SELECT sha256(convert_to(string_agg(g.line, E'\\n' ORDER BY g.line COLLATE "C"), 'UTF8')) FROM (
        SELECT json_build_array(
            'function', p.proname, pg_get_function_identity_arguments(p.oid), p.prosrc, p.prosecdef, p.proconfig::text,
            l.lanname
        )::text AS line
        FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.pronamespace = 'audit'::regnamespace
        UNION ALL
        SELECT json_build_array(
            'trigger', t.tgname, n.nspname, c.relname, p.proname, t.tgtype, t.tgenabled, t.tgoldtable, t.tgnewtable,
            pg_get_expr(t.tgqual, t.tgrelid)
        )::text
        FROM pg_trigger t
        JOIN pg_proc p ON p.oid = t.tgfoid AND p.pronamespace = 'audit'::regnamespace
        JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT t.tgisinternal
    ) AS g
)"""

SEALER_LOCK = 711_065_001
"""The advisory lock that a sealer holds until its transaction ends."""


def in_place(sql: str) -> str:
    """The statements of sql/seal.sql with these texts in the places that are left for them."""
    for name, text in {
        "lock": str(SEALER_LOCK),
        "form": str(FORM),
        "event_text": EVENT_TEXT,
        "seal_text": SEAL_TEXT,
        "guards": GUARDS,
    }.items():
        sql = sql.replace(f"{{{{{name}}}}}", text)
    return sql
