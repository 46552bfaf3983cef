from django.db import models
from django.db.models import Q
from django.utils import timezone

from patients.models.entry import Entry
from patients.models.patient import Patient


class ContactDetails(Entry):
    """Where a patient can be written to, and whether they agreed to reminders, on which day."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contact_details")
    email = models.EmailField("e-mail address", blank=True)
    may_remind = models.BooleanField("agreed to reminders by e-mail", default=False)
    agreed_on = models.DateField(null=True, blank=True)

    class Meta(Entry.Meta):
        verbose_name_plural = "contact details"
        constraints = (
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                fields=("patient",),
                condition=Q(superseded_at__isnull=True),
                name="%(app_label)s_%(class)s_one_current",
                violation_error_message="This patient already has contact details.",
            ),
            models.CheckConstraint(
                condition=Q(may_remind=False) | (Q(agreed_on__isnull=False) & ~Q(email="")),
                name="%(app_label)s_%(class)s_consent_with_day_and_address",
                violation_error_message="Agreement to reminders needs the address and the day on which it was given.",
            ),
        )


class ReminderOptOut(models.Model):
    """A patient's own end to reminders, by the link in one of them. New agreement is recorded as new details."""

    details = models.OneToOneField(ContactDetails, on_delete=models.PROTECT, related_name="opt_out")
    at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"opt-out {self.pk}"
