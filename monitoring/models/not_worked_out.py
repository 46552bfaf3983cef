from django.db import models
from django.utils import timezone

from patients.models import Patient


class NotWorkedOut(models.Model):
    """A patient whose due items or alerts could not be brought in step with the record, until that succeeds.

    Only the type of the error is kept: its message can repeat what is recorded.
    """

    patient = models.OneToOneField(Patient, on_delete=models.CASCADE, related_name="not_worked_out")
    since = models.DateTimeField(default=timezone.now, editable=False)
    last_at = models.DateTimeField(default=timezone.now)
    error_type = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"not worked out {self.pk}"
