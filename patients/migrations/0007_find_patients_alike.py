import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("patients", "0006_access_merge_and_transfer")]

    operations = [
        migrations.AlterField("patientmerge", "moved", models.JSONField(blank=True, default=dict)),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(fields=["clinic", "born"], name="patients_patient_by_birth"),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(
                "clinic",
                django.db.models.functions.text.Lower("family_name"),
                django.db.models.functions.text.Lower("given_names"),
                name="patients_patient_by_lower_name",
            ),
        ),
    ]
