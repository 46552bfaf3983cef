from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from patients.models.entry import date_precision_field
from patients.models.patient import Patient
from patients.rules.vocabulary import Sex


class IdentityCorrection(models.Model):
    """Who a patient was recorded to be until somebody corrected it. The patient's own row holds what is said now.

    Kept so that the record can be judged with the birth and the sex known at an earlier moment.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="identity_corrections")
    hospital_number = models.CharField(max_length=20)
    nhs_number = models.CharField("NHS number", max_length=10, blank=True)
    given_names = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    born = models.DateField(null=True, blank=True)
    born_precision = date_precision_field()
    sex = models.CharField(max_length=16, choices=Sex.choices())
    reason = models.CharField(max_length=300)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "correction of who the patient is"
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="%(app_label)s_%(class)s_reason_given"),)
        indexes = (models.Index(fields=("patient", "recorded_at"), name="patients_identity_by_entry"),)

    def __str__(self) -> str:
        return f"correction of who patient {self.patient_id} is"
