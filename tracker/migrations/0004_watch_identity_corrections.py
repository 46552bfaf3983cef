"""Who a patient was recorded to be until a correction is watched by the audit trail like whatever else is said of them."""

from django.db import migrations

WATCH = """
SELECT audit.watch(
    'public.patients_identitycorrection'::regclass, '(r).patient_id',
    '(SELECT p.clinic_id FROM public.patients_patient p WHERE p.id = (r).patient_id)',
    '{}'::text[], '{}'::text[], 'id', false
);
-- PostgreSQL lets everybody execute a new function; here nobody may (tracker/audit/sql/rights.sql).
REVOKE ALL ON FUNCTION audit.capture_patients_identitycorrection() FROM PUBLIC;
"""
LEAVE = "DROP FUNCTION audit.capture_patients_identitycorrection() CASCADE"


class Migration(migrations.Migration):
    dependencies = [("tracker", "0003_drafts_may_go"), ("patients", "0009_identity_corrections")]

    operations = [migrations.RunSQL(WATCH, LEAVE)]
