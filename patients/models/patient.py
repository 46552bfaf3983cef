from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from patients.models.clinic import Clinic
from patients.models.entry import date_precision_field
from patients.rules.vocabulary import PatientStatus, Sex, Subtype


class Provenance(models.TextChoices):
    """Where the record comes from; anything but CLINICAL is shown on every page of the record."""

    CLINICAL = "clinical", "clinical record"
    PUBLISHED = "published", "published case report"
    SYNTHETIC = "synthetic", "synthetic, no real person"


class Patient(models.Model):
    """A person under the care of one clinic, and what is known of who they are."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    hospital_number = models.CharField(max_length=20)
    nhs_number = models.CharField("NHS number", max_length=10, blank=True)
    given_names = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    born = models.DateField(null=True, blank=True)
    born_precision = date_precision_field()
    sex = models.CharField(max_length=16, choices=Sex.choices(), default=Sex.NOT_RECORDED.value)
    subtype = models.CharField(max_length=32, choices=Subtype.choices(), default=Subtype.NOT_RECORDED.value)
    subtype_note = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=16, choices=PatientStatus.choices(), default=PatientStatus.ACTIVE.value)
    status_on = models.DateField(null=True, blank=True)
    status_reason = models.CharField(max_length=200, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_records"
    )
    provenance = models.CharField(max_length=16, choices=Provenance.choices, default=Provenance.CLINICAL)
    provenance_title = models.CharField(max_length=500, blank=True)
    provenance_url = models.URLField(max_length=500, blank=True)
    provenance_dates = models.CharField(max_length=500, blank=True)
    provenance_outcome = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("family_name", "given_names", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("clinic", "hospital_number"),
                name="%(app_label)s_%(class)s_hospital_number_once",
                violation_error_message="This hospital number is already used in this clinic.",
            ),
            models.UniqueConstraint(
                fields=("clinic", "nhs_number"),
                condition=~Q(nhs_number=""),
                name="%(app_label)s_%(class)s_nhs_number_once",
                violation_error_message="This NHS number is already used in this clinic.",
            ),
            models.CheckConstraint(
                condition=~Q(hospital_number=""), name="%(app_label)s_%(class)s_hospital_number_given"
            ),
            models.CheckConstraint(
                condition=Q(nhs_number="") | Q(nhs_number__regex=r"^[0-9]{10}$"),
                name="%(app_label)s_%(class)s_nhs_number_ten_digits",
            ),
            models.CheckConstraint(
                condition=Q(status=PatientStatus.ACTIVE, status_on__isnull=True, status_reason="")
                | (~Q(status=PatientStatus.ACTIVE) & Q(status_on__isnull=False) & ~Q(status_reason="")),
                name="%(app_label)s_%(class)s_status_with_date_and_reason",
                violation_error_message="A patient who is no longer under care needs the date and the reason.",
            ),
            models.CheckConstraint(
                condition=Q(status=PatientStatus.MERGED, merged_into__isnull=False)
                | (~Q(status=PatientStatus.MERGED) & Q(merged_into__isnull=True)),
                name="%(app_label)s_%(class)s_merged_into_which",
            ),
            models.CheckConstraint(
                condition=Q(born__isnull=True) | Q(status_on__isnull=True) | Q(born__lte=models.F("status_on")),
                name="%(app_label)s_%(class)s_born_before_status",
            ),
        )
        indexes = (
            models.Index(fields=("clinic", "family_name", "given_names", "id"), name="patients_patient_by_name"),
            # Whom somebody may be that is being registered (patients/duplicates.py).
            models.Index(fields=("clinic", "born"), name="patients_patient_by_birth"),
            models.Index("clinic", Lower("family_name"), Lower("given_names"), name="patients_patient_by_lower_name"),
        )

    def __str__(self) -> str:
        # The hospital number stays out too: this text can end in logs and error pages.
        return f"patient {self.pk}"
