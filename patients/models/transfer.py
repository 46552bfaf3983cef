from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from patients.models.clinic import Clinic
from patients.models.patient import Patient
from patients.rules.vocabulary import TransferStatus


class PatientTransfer(models.Model):
    """A patient handed over from one clinic to another, which has to accept. Until then nothing changes."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="transfers")
    from_clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    to_clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    hospital_number_before = models.CharField(max_length=20)
    hospital_number_after = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=16, choices=TransferStatus.choices(), default=TransferStatus.WAITING.value)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decision_note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(from_clinic=F("to_clinic")), name="%(app_label)s_%(class)s_two_clinics"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="%(app_label)s_%(class)s_reason_given"),
            models.UniqueConstraint(
                fields=("patient",),
                condition=Q(status=TransferStatus.WAITING),
                name="%(app_label)s_%(class)s_one_waiting",
                violation_error_message="This patient is already being handed over.",
            ),
            models.CheckConstraint(
                condition=Q(status=TransferStatus.WAITING, decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(status=TransferStatus.WAITING) & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="%(app_label)s_%(class)s_decided_who_when",
            ),
        )

    def __str__(self) -> str:
        return f"transfer {self.pk}"
