from django.db import models
from django.db.models import F, Q

from patients.models.entry import Entry
from patients.models.patient import Patient


class Snooze(Entry):
    """A due item put off until a day, with a reason. It never hides how late the item is."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="snoozes")
    item = models.CharField(max_length=64)
    occasion = models.CharField(max_length=64, blank=True)
    made_on = models.DateField()
    until = models.DateField()
    reason = models.CharField(max_length=300)
    protocol_version = models.CharField(max_length=32, blank=True, editable=False)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(until__gt=F("made_on")),
                name="%(app_label)s_%(class)s_until_later",
                violation_error_message="Put off until a later day.",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="%(app_label)s_%(class)s_with_reason"),
        )
        indexes = (models.Index(fields=("patient", "item"), name="monitoring_snooze_of"),)
