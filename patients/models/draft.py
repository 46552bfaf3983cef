from django.conf import settings
from django.db import models
from django.db.models import Q

from patients.models.patient import Patient


class Draft(models.Model):
    """What somebody has typed into a form and not yet saved: no entry, and nobody's but theirs.

    `address` is the path of the form, which holds ids only; `typed` its fields as a browser sends them, each a list.
    `version` counts the savings, so that two windows do not overwrite one another unseen. A draft goes when the form is
    saved, when its author throws it away, and a few days after the last keystroke.
    """

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    address = models.CharField(max_length=200)
    patient = models.ForeignKey(Patient, null=True, blank=True, on_delete=models.PROTECT, related_name="drafts")
    typed = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("staff", "address"), name="%(app_label)s_%(class)s_one_a_form"),
            models.CheckConstraint(condition=~Q(address=""), name="%(app_label)s_%(class)s_of_a_form"),
        )
        indexes = (models.Index(fields=("saved_at",), name="patients_draft_saved"),)

    def __str__(self) -> str:
        return f"draft {self.pk}"
