from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from patients.models.entry import Entry
from regimens.models.course import Course
from regimens.rules.vocabulary import DoseUnit, InfusionAnchor, ReactionGrade, WeightBasis


class Infusion(Entry):
    """One infusion cycle that was given: its first day, its consecutive days and its total amount.

    A dose per kg keeps the weight that it was worked out from, and that weight's day. `product` is the brand and
    `batch_numbers` what stood on the vials, so that a batch can be traced.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="infusions")
    first_on = models.DateField()
    days = models.PositiveSmallIntegerField(default=1)
    total = models.DecimalField(max_digits=10, decimal_places=3, null=True, blank=True)
    unit = models.CharField(max_length=12, blank=True, choices=DoseUnit.choices())
    dosing_weight = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    dosing_weight_on = models.DateField(null=True, blank=True)
    product = models.CharField(max_length=80, blank=True)
    batch_numbers = models.CharField(max_length=300, blank=True)
    reaction = models.CharField(
        max_length=16, choices=ReactionGrade.choices(), default=ReactionGrade.NOT_RECORDED.value
    )
    reaction_note = models.CharField(max_length=300, blank=True)
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


class InfusionPlan(Entry):
    """How a course of infusions is meant to go on. A new plan supersedes the one before; a course has one at a time.

    Anchored on the last first-day given, the next cycle is `interval_days` later; with fixed dates they are listed.
    The dose is an amount, or an amount per kg of the weight named by `weight_basis`, rounded to whole vials of
    `vial_sizes` (in `unit`).
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="infusion_plans")
    anchor = models.CharField(max_length=16, choices=InfusionAnchor.choices())
    interval_days = models.PositiveSmallIntegerField(null=True, blank=True)
    days_per_cycle = models.PositiveSmallIntegerField(default=1)
    amount = models.DecimalField(max_digits=10, decimal_places=3, null=True, blank=True)
    amount_per_kilogram = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)
    unit = models.CharField(max_length=12, blank=True, choices=DoseUnit.choices())
    weight_basis = models.CharField(max_length=8, choices=WeightBasis.choices(), default=WeightBasis.ACTUAL.value)
    vial_sizes = ArrayField(models.DecimalField(max_digits=8, decimal_places=2), default=list, blank=True, size=6)
    review_after_cycles = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    protocol_version = models.CharField(max_length=32, blank=True, editable=False)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                fields=("course",),
                condition=Q(superseded_at__isnull=True),
                name="%(app_label)s_%(class)s_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(anchor=InfusionAnchor.LAST_GIVEN, interval_days__gte=1, interval_days__isnull=False)
                | Q(anchor=InfusionAnchor.FIXED_DATES, interval_days__isnull=True),
                name="%(app_label)s_%(class)s_interval_of_its_anchor",
                violation_error_message="Cycles counted from the last one need an interval; fixed dates have none.",
            ),
            models.CheckConstraint(
                condition=Q(days_per_cycle__gte=1, days_per_cycle__lte=10),
                name="%(app_label)s_%(class)s_days_plausible",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True, amount_per_kilogram__isnull=True, unit="")
                | (Q(amount__isnull=False, amount__gt=0, amount_per_kilogram__isnull=True) & ~Q(unit=""))
                | (Q(amount__isnull=True, amount_per_kilogram__isnull=False, amount_per_kilogram__gt=0) & ~Q(unit="")),
                name="%(app_label)s_%(class)s_one_amount_with_unit",
                violation_error_message="Give one amount, flat or per kg, with its unit.",
            ),
        )


class PlannedInfusion(models.Model):
    """The first day of one planned cycle, of a plan with fixed dates."""

    plan = models.ForeignKey(InfusionPlan, on_delete=models.PROTECT, related_name="dates")
    on = models.DateField()

    class Meta:
        ordering = ("on",)
        constraints = (models.UniqueConstraint(fields=("plan", "on"), name="%(app_label)s_%(class)s_one_a_day"),)

    def __str__(self) -> str:
        return f"planned infusion {self.pk}"
