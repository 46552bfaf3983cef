from django.db import models
from django.db.models import F, Q

from patients.models.entry import Entry
from regimens.models.course import Course
from regimens.rules.vocabulary import TaperChoice, Trend


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


class TaperDecision(Entry):
    """A checkpoint of a corticosteroid taper: how strength, muscle enzyme and symptoms stand, and what was decided.

    `planned_on` is the day of the planned step that it decides about (None without a plan), `milligrams_per_day` the
    dose decided, `next_check_on` when to look again. Holding and raising move the rest of the plan: the plan that came
    of the decision is `plan`.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="taper_decisions")
    on = models.DateField()
    planned_on = models.DateField(null=True, blank=True)
    choice = models.CharField(max_length=8, choices=TaperChoice.choices())
    milligrams_per_day = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    strength = models.CharField(max_length=16, choices=Trend.choices(), default=Trend.NOT_ASSESSED.value)
    muscle_enzyme = models.CharField(max_length=16, choices=Trend.choices(), default=Trend.NOT_ASSESSED.value)
    symptoms = models.CharField(max_length=16, choices=Trend.choices(), default=Trend.NOT_ASSESSED.value)
    reason = models.CharField(max_length=500, blank=True)
    next_check_on = models.DateField(null=True, blank=True)
    plan = models.ForeignKey(TaperPlan, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    protocol_version = models.CharField(max_length=32, blank=True, editable=False)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(choice=TaperChoice.CUT) | ~Q(reason=""),
                name="%(app_label)s_%(class)s_reason_given",
                violation_error_message="Say why the dose is held or raised.",
            ),
            models.CheckConstraint(
                condition=Q(milligrams_per_day__isnull=True) | Q(milligrams_per_day__gte=0),
                name="%(app_label)s_%(class)s_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(next_check_on__isnull=True) | Q(next_check_on__gt=F("on")),
                name="%(app_label)s_%(class)s_next_check_later",
                violation_error_message="The next check lies after this one.",
            ),
        )
        indexes = (models.Index(fields=("course", "on"), name="regimens_taper_decision_by_day"),)
