from django.db import models
from django.db.models import F, Q

from patients.models.entry import Entry
from patients.models.patient import Patient


class ResultSource(models.TextChoices):
    HAND = "hand", "entered by hand"
    LABORATORY = "laboratory", "laboratory feed"
    LETTER = "letter", "letter from another service"
    PATIENT = "patient", "reported by the patient"
    CASE_REPORT = "case_report", "published case report"


class Result(Entry):
    """One measured or observed value. Sampled, received and entered are three different moments.

    A due item is satisfied by the day of the sample. `comparator` keeps `<5` apart from 5. For trough levels the time
    between the last dose and the sample decides whether the level is a trough at all; `dosed_on` and `dosed_at` are the
    day and the time by the clinic's clocks of that dose, `sampled_at` of the sample, and the hours follow from them.
    A corrected value is a new row that takes this one's place.
    """

    COMPARATORS = [("<", "less than"), ("<=", "at most"), (">", "more than"), (">=", "at least")]

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="results")
    analyte = models.CharField(max_length=64)
    value = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    comparator = models.CharField(max_length=2, blank=True, choices=COMPARATORS)
    unit = models.CharField(max_length=24, blank=True)
    text = models.CharField(max_length=200, blank=True)
    upper_limit = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    hours_after_dose = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    brand = models.CharField(max_length=60, blank=True)
    assay = models.CharField(max_length=60, blank=True)
    dosed_on = models.DateField(null=True, blank=True)
    dosed_at = models.TimeField(null=True, blank=True)
    sampled_on = models.DateField()
    sampled_at = models.TimeField(null=True, blank=True)
    received_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=16, choices=ResultSource.choices, default=ResultSource.HAND)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(value__isnull=False) | ~Q(text=""),
                name="%(app_label)s_%(class)s_says_something",
                violation_error_message="A result is a value or a finding in words.",
            ),
            models.CheckConstraint(
                condition=Q(comparator="") | Q(value__isnull=False),
                name="%(app_label)s_%(class)s_comparator_of_a_value",
            ),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True) | Q(received_on__gte=F("sampled_on")),
                name="%(app_label)s_%(class)s_received_after_sample",
                violation_error_message="A result cannot be received before its sample was taken.",
            ),
            models.CheckConstraint(
                condition=Q(hours_after_dose__isnull=True) | Q(hours_after_dose__gte=0, hours_after_dose__lte=168),
                name="%(app_label)s_%(class)s_hours_plausible",
            ),
            models.CheckConstraint(
                condition=Q(dosed_on__isnull=True, dosed_at__isnull=True)
                | Q(
                    dosed_on__isnull=False,
                    dosed_at__isnull=False,
                    sampled_at__isnull=False,
                    dosed_on__lte=F("sampled_on"),
                ),
                name="%(app_label)s_%(class)s_dose_time_with_sample_time",
                violation_error_message="The time of a dose needs its day, and the time of the sample that follows it.",
            ),
        )
        indexes = (
            models.Index(fields=("patient", "analyte", "sampled_on"), name="monitoring_result_by_day"),
            models.Index(fields=("-sampled_on", "-id"), name="monitoring_result_newest"),
        )
