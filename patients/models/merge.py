from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from patients.models.patient import Patient


class PatientMerge(models.Model):
    """Two records of one person made one: what of `merged` was moved to `kept`, so that it can be moved back.

    `moved` maps each table to the ids of its rows that changed patient; `filled` holds the fields of `kept` that were
    empty and took the value of `merged`.
    """

    kept = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merged_by_merges")
    reason = models.CharField(max_length=300)
    merged_at = models.DateTimeField(default=timezone.now, editable=False)
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    moved = models.JSONField(default=dict, blank=True)
    filled = models.JSONField(default=dict, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="%(app_label)s_%(class)s_two_records"),
            models.CheckConstraint(condition=~Q(reason=""), name="%(app_label)s_%(class)s_reason_given"),
            models.UniqueConstraint(
                fields=("merged",), condition=Q(undone_at__isnull=True), name="%(app_label)s_%(class)s_merged_once"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True, undone_reason="")
                | (Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undone_reason="")),
                name="%(app_label)s_%(class)s_undone_who_when_why",
            ),
        )

    def __str__(self) -> str:
        return f"merge {self.pk}"
