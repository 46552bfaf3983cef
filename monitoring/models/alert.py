from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from monitoring.models.result import Result
from monitoring.rules.vocabulary import AlertAction, AlertGrade, AlertLevel, AlertStatus, AlertStepKind
from patients.models.patient import Patient


class Alert(models.Model):
    """Something found that a person must see: seen, acted on, closed; each step is kept in AlertStep.

    `subject` says what it is about and makes it unique for the rule: `result:<id>`, `contact:<id>` for symptoms and
    missed visits. Sentence, advice and source are as they were when it was raised. `version` rises with every step, so
    that two people cannot act on it unseen by each other.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="alerts")
    result = models.ForeignKey(Result, null=True, blank=True, on_delete=models.PROTECT, related_name="alerts")
    subject = models.CharField(max_length=64)
    rule_id = models.CharField(max_length=120)
    grade = models.CharField(max_length=8, choices=AlertGrade.choices())
    on = models.DateField()
    text = models.CharField(max_length=600)
    caveats = models.JSONField(default=list, blank=True)
    advice = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=300, blank=True)
    source_kind = models.CharField(max_length=24, blank=True)
    protocol_version = models.CharField(max_length=40)
    status = models.CharField(max_length=12, choices=AlertStatus.choices(), default=AlertStatus.OPEN.value)
    level = models.CharField(max_length=8, choices=AlertLevel.choices(), default=AlertLevel.NURSE.value)
    level_since = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(default=timezone.now)
    action = models.CharField(max_length=12, blank=True, choices=AlertAction.choices())
    repeat_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("patient", "rule_id", "subject"), name="%(app_label)s_%(class)s_once_for_its_subject"
            ),
            models.CheckConstraint(
                condition=Q(status=AlertStatus.CLOSED, closed_at__isnull=False)
                | (~Q(status=AlertStatus.CLOSED) & Q(closed_at__isnull=True)),
                name="%(app_label)s_%(class)s_closed_at_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(status=AlertStatus.ACTED) | ~Q(action=""), name="%(app_label)s_%(class)s_acted_says_how"
            ),
        )
        indexes = (
            models.Index(
                fields=("level_since", "id"), condition=~Q(status="closed"), name="monitoring_alert_open_oldest"
            ),
            models.Index(fields=("patient", "status"), name="monitoring_alert_of_patient"),
        )

    def __str__(self) -> str:
        return f"alert {self.pk}"


class AlertStep(models.Model):
    """One step in an alert's life: who (nobody: the software), when, what, and why. Never changed."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=14, choices=AlertStepKind.choices())
    level = models.CharField(max_length=8, choices=AlertLevel.choices())
    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=12, blank=True, choices=AlertAction.choices())
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("at", "pk")
        indexes = (models.Index(fields=("alert", "at"), name="monitoring_alert_step_by_time"),)

    def __str__(self) -> str:
        return f"alert step {self.pk}"
