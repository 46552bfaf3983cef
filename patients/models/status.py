from django.db import models
from django.db.models import Q

from patients.models.entry import Entry
from patients.models.patient import Patient
from patients.rules.vocabulary import PatientStatus


class StatusChange(Entry):
    """Whether the patient was under care, as entered at a moment. The patient's own row holds the newest one.

    Kept so that the record can be shown as it was known at an earlier moment.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="status_changes")
    status = models.CharField(max_length=16, choices=PatientStatus.choices())
    on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status=PatientStatus.ACTIVE, on__isnull=True, reason="")
                | (~Q(status=PatientStatus.ACTIVE) & Q(on__isnull=False) & ~Q(reason="")),
                name="%(app_label)s_%(class)s_with_date_and_reason",
                violation_error_message="A patient who is no longer under care needs the date and the reason.",
            ),
        )
        indexes = (models.Index(fields=("patient", "recorded_at"), name="patients_status_by_entry"),)
