from django.db import models


class Seal(models.Model):
    """One sealed batch of the audit trail: the head of the hash chain after its last event."""

    id = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField()
    first_position = models.BigIntegerField()
    last_position = models.BigIntegerField()
    head = models.BinaryField()

    class Meta:
        managed = False
        db_table = '"audit"."seal"'

    def __str__(self) -> str:
        return f"seal {self.pk}"


class Link(models.Model):
    """One event's place in the hash chain."""

    position = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField()
    digest = models.BinaryField()

    class Meta:
        managed = False
        db_table = '"audit"."link"'

    def __str__(self) -> str:
        return f"link {self.pk}"
