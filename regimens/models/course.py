from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower

from patients.models.entry import Entry, date_precision_field
from patients.models.patient import Patient
from regimens.rules.vocabulary import (
    CourseRole,
    DoseBasis,
    DoseUnit,
    Frequency,
    OutcomeKind,
    Route,
    StopReason,
    Weekday,
)


class DateRange(Func):
    """PostgreSQL's daterange: the start belongs to it, the stop does not."""

    function = "DATERANGE"
    output_field = DateRangeField()


class Course(Entry):
    """One drug taken (or considered and never given) by one patient, from a start to a stop.

    `drug` is a catalogue id; empty means a drug outside the catalogue, named in `drug_text`. The stop is the first
    day without the drug. A judgement of success or failure is an Outcome with its own date, never the stop.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="courses")
    drug = models.CharField(max_length=64, blank=True)
    drug_text = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=20, choices=CourseRole.choices())
    route = models.CharField(max_length=16, choices=Route.choices(), default=Route.NOT_RECORDED.value)
    start_on = models.DateField()
    start_precision = date_precision_field()
    stop_on = models.DateField(null=True, blank=True)
    stop_precision = date_precision_field()
    stop_reason = models.CharField(max_length=20, blank=True, choices=StopReason.choices())
    stop_note = models.CharField(max_length=300, blank=True)
    stop_recorded_at = models.DateTimeField(null=True, blank=True, editable=False)
    stop_recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    never_given = models.BooleanField(default=False)
    note = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=(~Q(drug="") & Q(drug_text="")) | (Q(drug="") & ~Q(drug_text="")),
                name="%(app_label)s_%(class)s_drug_or_text",
                violation_error_message="A course names either a drug of the catalogue or, in words, one outside it.",
            ),
            models.CheckConstraint(
                condition=~Q(drug="") | Q(role=CourseRole.OUTSIDE_PATHWAY),
                name="%(app_label)s_%(class)s_text_outside_pathway",
            ),
            models.CheckConstraint(
                condition=Q(stop_on__isnull=True) | Q(stop_on__gte=F("start_on")),
                name="%(app_label)s_%(class)s_stop_not_before_start",
                violation_error_message="A course cannot stop before it started.",
            ),
            models.CheckConstraint(
                condition=Q(
                    stop_on__isnull=True, stop_reason="", stop_recorded_at__isnull=True, stop_recorded_by__isnull=True
                )
                | (
                    Q(stop_on__isnull=False, stop_recorded_at__isnull=False, stop_recorded_by__isnull=False)
                    & ~Q(stop_reason="")
                ),
                name="%(app_label)s_%(class)s_stop_who_when_why",
            ),
            models.CheckConstraint(
                condition=Q(never_given=False) | Q(stop_on__isnull=True),
                name="%(app_label)s_%(class)s_never_given_has_no_stop",
            ),
            ExclusionConstraint(
                name="%(app_label)s_%(class)s_no_overlap",
                expressions=(
                    (F("patient"), RangeOperators.EQUAL),
                    (F("drug"), RangeOperators.EQUAL),
                    (Lower("drug_text"), RangeOperators.EQUAL),
                    (DateRange("start_on", "stop_on", RangeBoundary()), RangeOperators.OVERLAPS),
                ),
                condition=Q(superseded_at__isnull=True, never_given=False),
                violation_error_message="This patient already has a course of this drug at that time.",
            ),
        )
        indexes = (models.Index(fields=("patient", "start_on"), name="regimens_course_by_start"),)


class DosePeriod(Entry):
    """The dose from a day on. Append-only: a change is a new period. No amount means the dose is not recorded.

    `brand` is the product dispensed, where it matters: drug levels are checked again when it changes.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="doses")
    from_on = models.DateField()
    amount = models.DecimalField(max_digits=10, decimal_places=3, null=True, blank=True)
    unit = models.CharField(max_length=12, blank=True, choices=DoseUnit.choices())
    basis = models.CharField(max_length=8, choices=DoseBasis.choices(), default=DoseBasis.FLAT.value)
    frequency = models.CharField(max_length=20, choices=Frequency.choices(), default=Frequency.NOT_RECORDED.value)
    frequency_text = models.CharField(max_length=200, blank=True)
    weekday = models.CharField(max_length=10, blank=True, choices=Weekday.choices())
    brand = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                fields=("course", "from_on"),
                condition=Q(superseded_at__isnull=True),
                name="%(app_label)s_%(class)s_one_a_day",
                violation_error_message="This course already has a dose from that day.",
            ),
            models.CheckConstraint(
                # Said to be there: a check that comes out as unknown, as with a NULL amount, would pass.
                condition=Q(amount__isnull=True, unit="") | (Q(amount__isnull=False, amount__gt=0) & ~Q(unit="")),
                name="%(app_label)s_%(class)s_amount_with_unit",
                violation_error_message="A dose is more than 0 and has its unit.",
            ),
        )
        indexes = (models.Index(fields=("course", "from_on"), name="regimens_dose_by_day"),)


class Outcome(Entry):
    """A clinician's dated judgement on a course, apart from its stop: a drug can be failed and still taken."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="outcomes")
    on = models.DateField()
    precision = date_precision_field()
    kind = models.CharField(max_length=20, choices=OutcomeKind.choices())
    reaction = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    protocol_version = models.CharField(max_length=32, blank=True, editable=False)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(reaction="") | Q(kind=OutcomeKind.INTOLERANT),
                name="%(app_label)s_%(class)s_reaction_of_intolerance",
                violation_error_message="A reaction belongs to an outcome of not tolerated.",
            ),
        )
        indexes = (models.Index(fields=("course", "on"), name="regimens_outcome_by_day"),)
