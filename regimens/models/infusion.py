from django.db import models
from django.db.models import F, Q

from patients.models.entry import Entry
from regimens.models.course import Course
from regimens.rules.vocabulary import DoseUnit


class Infusion(Entry):
    """One infusion cycle that was given: its first day, its consecutive days and its total amount.

    A dose per kg keeps the weight that it was worked out from, and that weight's day.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="infusions")
    first_on = models.DateField()
    days = models.PositiveSmallIntegerField(default=1)
    total = models.DecimalField(max_digits=10, decimal_places=3, null=True, blank=True)
    unit = models.CharField(max_length=12, blank=True, choices=DoseUnit.choices())
    dosing_weight = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    dosing_weight_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                fields=("course", "first_on"),
                condition=Q(superseded_at__isnull=True),
                name="%(app_label)s_%(class)s_one_a_day",
                violation_error_message="This infusion is already recorded.",
            ),
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=10), name="%(app_label)s_%(class)s_days_plausible"
            ),
            models.CheckConstraint(
                # Said to be there: a check that comes out as unknown, as with a NULL amount, would pass.
                condition=Q(total__isnull=True, unit="") | (Q(total__isnull=False, total__gt=0) & ~Q(unit="")),
                name="%(app_label)s_%(class)s_total_with_unit",
                violation_error_message="An amount is more than 0 and has its unit.",
            ),
            models.CheckConstraint(
                condition=Q(dosing_weight__isnull=True, dosing_weight_on__isnull=True)
                | Q(
                    dosing_weight__isnull=False,
                    dosing_weight_on__isnull=False,
                    dosing_weight__gt=0,
                    dosing_weight_on__lte=F("first_on"),
                ),
                name="%(app_label)s_%(class)s_weight_with_its_day",
                violation_error_message="A dosing weight needs its day, not later than the infusion.",
            ),
        )
        indexes = (models.Index(fields=("course", "first_on"), name="regimens_infusion_by_day"),)
