"""Statuses that were entered before their history was kept get the row of it that says so.

When each was entered was not kept. It counts as entered when the patient was registered, or on the day from which it
holds where that is later: nothing is known before it happened.
"""

from datetime import UTC, datetime, time

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def keep(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    patients = apps.get_model("patients", "Patient").objects.using(schema_editor.connection.alias)
    history = apps.get_model("patients", "StatusChange")
    rows = [
        history(
            patient=patient,
            status=patient.status,
            on=patient.status_on,
            reason=patient.status_reason,
            recorded_at=max(patient.recorded_at, datetime.combine(patient.status_on, time.min, tzinfo=UTC)),
            recorded_by_id=patient.recorded_by_id,
        )
        for patient in patients.exclude(status="active").filter(status_changes__isnull=True)
    ]
    history.objects.using(schema_editor.connection.alias).bulk_create(rows, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("patients", "0003_status_history_and_juvenile_measures")]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
