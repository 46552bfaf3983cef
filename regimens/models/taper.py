from django.db import models

from patients.models.entry import Entry
from regimens.models.course import Course


class TaperPlan(Entry):
    """A planned corticosteroid taper. A new plan supersedes the one before it; a course has one plan at a time."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="taper_plans")
    note = models.CharField(max_length=300, blank=True)
    protocol_version = models.CharField(max_length=32, blank=True, editable=False)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                fields=("course",),
                condition=models.Q(superseded_at__isnull=True),
                name="%(app_label)s_%(class)s_one_at_a_time",
            ),
        )


class TaperStep(models.Model):
    """From a day on, this many mg of prednisolone-equivalent drug a day; 0 means stop."""

    plan = models.ForeignKey(TaperPlan, on_delete=models.PROTECT, related_name="steps")
    on = models.DateField()
    milligrams_per_day = models.DecimalField(max_digits=6, decimal_places=2)

    class Meta:
        ordering = ("on",)
        constraints = (
            models.UniqueConstraint(fields=("plan", "on"), name="%(app_label)s_%(class)s_one_a_day"),
            models.CheckConstraint(
                condition=models.Q(milligrams_per_day__gte=0), name="%(app_label)s_%(class)s_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"taper step {self.pk}"
