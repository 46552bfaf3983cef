from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from patients.models import Clinic


class ReportRun(models.Model):
    """One report that somebody asked for: made in the background, kept for a while for them alone.

    `parameters` says what was chosen (period, filters, as of); `heartbeat_at` moves while a worker is at it.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "waiting"
        RUNNING = "running", "being made"
        DONE = "done", "ready"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"
        EXPIRED = "expired", "no longer kept"

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    report = models.CharField(max_length=60)
    format = models.CharField(max_length=10)
    parameters = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    rows_done = models.PositiveBigIntegerField(default=0)
    rows_expected = models.PositiveBigIntegerField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    manifest = models.JSONField(default=dict, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("asked_by", "-asked_at"), name="tracker_reportrun_of_person"),
            models.Index(fields=("status", "asked_at"), name="tracker_reportrun_waiting"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(status="done")
                | (Q(finished_at__isnull=False, expires_at__isnull=False, size__isnull=False) & ~Q(sha256="")),
                name="%(app_label)s_%(class)s_done_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"report {self.pk}"


class ReportChunk(models.Model):
    """A piece of a finished report's file, so that no folder has to be shared between web server and worker."""

    run = models.ForeignKey(ReportRun, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("run", "number"), name="%(app_label)s_%(class)s_once"),)

    def __str__(self) -> str:
        return f"chunk {self.pk}"
