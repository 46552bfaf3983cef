from django.db import models


class Seal(models.Model):
    """One sealed batch of the audit trail (ADR 0027).

    `head` is made over the head of the seal before, the digest of the batch's last event and every other column here:
    whoever knows one head can tell whether anything up to it was changed.
    """

    id = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField()
    first_position = models.BigIntegerField()
    last_position = models.BigIntegerField(unique=True)
    cluster = models.TextField()
    until_transaction = models.BigIntegerField()  # xid8
    until_event = models.BigIntegerField()
    form = models.SmallIntegerField()
    guards = models.BinaryField()
    head = models.BinaryField()

    class Meta:
        managed = False
        db_table = '"audit"."seal"'

    def __str__(self) -> str:
        return f"seal {self.pk}"


class Link(models.Model):
    """One event's place in the hash chain."""

    position = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    digest = models.BinaryField()

    class Meta:
        managed = False
        db_table = '"audit"."link"'

    def __str__(self) -> str:
        return f"link {self.pk}"
