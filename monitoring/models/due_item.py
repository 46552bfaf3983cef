from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from monitoring.rules.vocabulary import MonitoredBy, RiskTier
from patients.models.patient import Patient


class DueItemStatus(models.TextChoices):
    OPEN = "open", "open"
    DONE = "done", "done"
    CANCELLED = "cancelled", "no longer needed"


class DueItem(models.Model):
    """One thing to be looked at, kept in step with the schedule rules by `reconcile`.

    The row is a cache of a finding: which item, when, which drug asks for it and by which rule. How late it is comes
    from the same status rule as everywhere, never from a column. `owner`, `risk_tier` and `monitored_by` are copies of
    what is recorded about the patient, for the worklist's filters.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="due_items")
    item = models.CharField(max_length=64)
    occasion = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=10, choices=DueItemStatus.choices, default=DueItemStatus.OPEN)
    due_on = models.DateField()
    visit_on = models.DateField()
    last_done_on = models.DateField(null=True, blank=True)
    snoozed_until = models.DateField(null=True, blank=True)
    paused_until = models.DateField(null=True, blank=True)
    sample_taken_on = models.DateField(null=True, blank=True)
    waiting_until = models.DateField(null=True, blank=True)
    interval_days = models.PositiveSmallIntegerField(null=True, blank=True)
    monitored_by = models.CharField(max_length=8, choices=MonitoredBy.choices(), default=MonitoredBy.US.value)
    risk_tier = models.CharField(max_length=12, blank=True, choices=RiskTier.choices())
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="due_items"
    )
    drug = models.CharField(max_length=64)
    rule_id = models.CharField(max_length=120)
    protocol_version = models.CharField(max_length=40)
    detail = models.CharField(max_length=300, blank=True)
    done_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("patient", "item", "occasion"),
                condition=Q(status="open"),
                name="%(app_label)s_%(class)s_one_open",
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True, close_reason="", done_on__isnull=True)
                | (Q(status="done", closed_at__isnull=False, done_on__isnull=False))
                | (Q(status="cancelled", closed_at__isnull=False, done_on__isnull=True) & ~Q(close_reason="")),
                name="%(app_label)s_%(class)s_closed_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(visit_on__lte=models.F("due_on")), name="%(app_label)s_%(class)s_visit_not_late"
            ),
        )
        indexes = (
            models.Index(
                fields=("due_on", "patient", "item"), condition=Q(status="open"), name="monitoring_due_open_by_day"
            ),
            models.Index(fields=("patient", "status"), name="monitoring_due_of_patient"),
            models.Index(fields=("owner", "due_on"), condition=Q(status="open"), name="monitoring_due_of_owner"),
        )

    def __str__(self) -> str:
        return f"due item {self.pk}"
