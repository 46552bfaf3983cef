from django.db import models

from patients.models.entry import Entry, date_precision_field
from patients.models.patient import Patient
from regimens.rules.vocabulary import MilestoneKind


class Milestone(Entry):
    """A clinician's dated statement about the disease: remission, remission off treatment, or relapse."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="milestones")
    on = models.DateField()
    precision = date_precision_field()
    kind = models.CharField(max_length=20, choices=MilestoneKind.choices())
    note = models.CharField(max_length=300, blank=True)
    protocol_version = models.CharField(max_length=32, blank=True, editable=False)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                fields=("patient", "on", "kind"),
                condition=models.Q(superseded_at__isnull=True),
                name="%(app_label)s_%(class)s_once_a_day",
                violation_error_message="This milestone is already recorded for that day.",
            ),
        )
        indexes = (models.Index(fields=("patient", "on"), name="regimens_milestone_by_day"),)
