from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from patients.models.patient import Patient
from patients.rules.vocabulary import EmergencyFinding


class EmergencyAccessQuerySet(models.QuerySet["EmergencyAccess"]):
    def open_at(self, moment: datetime) -> "EmergencyAccessQuerySet":
        """Those that let somebody read at that moment."""
        return self.filter(closed_at__isnull=True, ends_at__gt=moment)

    def waiting(self) -> "EmergencyAccessQuerySet":
        """Those that nobody has reviewed."""
        return self.filter(reviewed_at__isnull=True)


class EmergencyAccess(models.Model):
    """One person's access to one patient of another clinic ("breaking the glass"), until `ends_at` or `closed_at`.

    It lets read, not write. The patient's clinic is told, and it waits there until somebody other than whoever opened
    it has reviewed it.
    """

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="emergency_accesses")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="emergency_accesses")
    reason = models.CharField(max_length=300)
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    finding = models.CharField(max_length=16, choices=EmergencyFinding.choices(), blank=True)
    finding_note = models.CharField(max_length=300, blank=True)

    objects = EmergencyAccessQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="%(app_label)s_%(class)s_reason_given"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("opened_at")), name="%(app_label)s_%(class)s_ends"),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True, finding="")
                | (Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(finding="")),
                name="%(app_label)s_%(class)s_reviewed_who_when_what",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("staff")),
                name="%(app_label)s_%(class)s_reviewed_by_another",
                violation_error_message="Somebody else has to review this.",
            ),
        )
        indexes = (
            models.Index(fields=("staff", "patient", "ends_at"), name="patients_emergency_open"),
            models.Index(
                fields=("patient", "opened_at"), condition=Q(reviewed_at__isnull=True), name="patients_emergency_review"
            ),
        )

    def __str__(self) -> str:
        return f"emergency access {self.pk}"

    def is_open(self, moment: datetime) -> bool:
        """Whether it lets its person read at that moment: up to, and without, the moment on which it ends."""
        return self.closed_at is None and moment < self.ends_at
