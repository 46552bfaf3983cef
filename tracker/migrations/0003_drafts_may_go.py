"""Drafts of forms are the only thing typed by somebody that the application may delete: they are no entries."""

from django.db import migrations

GRANT = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'myoline_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON public.patients_draft TO myoline_app;
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO myoline_app;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("tracker", "0002_audit_trail"), ("patients", "0008_themes_tour_and_drafts")]

    operations = [migrations.RunSQL(GRANT, migrations.RunSQL.noop)]
