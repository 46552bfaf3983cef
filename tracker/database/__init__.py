"""Django's PostgreSQL backend, which also tells the audit trail who acts (docs/adr/0026)."""
