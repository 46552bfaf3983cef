from django.contrib.postgres.fields import ArrayField
from django.db import models

from patients.models import Clinic, Patient, Staff


class EventKind(models.TextChoices):
    INSERT = "insert", "entered"
    UPDATE = "update", "changed"
    DELETE = "delete", "deleted"
    TRUNCATE = "truncate", "table emptied"
    ACCESS = "access", "looked at"
    SECURITY = "security", "sign-in and rights"


class Event(models.Model):
    """One row of the audit trail. PostgreSQL writes it; nothing in the application can change or remove it.

    `subject` is the table of a change, else what was done ("view", "search", "sign_in_failed"). `old` and `new` are the
    whole row before and after, secrets left out; for access and security `new` holds the particulars. `at` is
    PostgreSQL's clock.
    """

    id = models.BigIntegerField(primary_key=True)
    transaction = models.BigIntegerField()  # xid8
    at = models.DateTimeField()
    kind = models.TextField(choices=EventKind.choices)
    subject = models.TextField()
    row_id = models.TextField(null=True)  # noqa: DJ001 - no row is not a row without a name
    patient = models.ForeignKey(Patient, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    patient_ids = ArrayField(models.BigIntegerField(), null=True)
    clinic = models.ForeignKey(Clinic, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    actor = models.ForeignKey(Staff, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    roles = models.TextField()
    request_id = models.TextField()
    origin = models.TextField()
    reason = models.TextField()
    emergency_id = models.BigIntegerField(null=True)
    software = models.TextField()
    protocol = models.TextField()
    database_user = models.TextField()

    class Meta:
        managed = False
        db_table = '"audit"."event"'

    def __str__(self) -> str:
        return f"event {self.pk}"
