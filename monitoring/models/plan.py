"""What is decided about one patient's monitoring: risk, intervals, who looks after it, pauses, target ranges."""

from django.db import models
from django.db.models import F, Q

from monitoring.rules.vocabulary import MonitoredBy, RiskTier
from patients.models.entry import Entry
from patients.models.patient import Patient


class RiskAssessment(Entry):
    """A clinician's judgement of how likely the drugs are to harm this patient, with the risk factors in words."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="risk_assessments")
    on = models.DateField()
    tier = models.CharField(max_length=12, choices=RiskTier.choices())
    factors = models.CharField(max_length=500, blank=True)
    protocol_version = models.CharField(max_length=40, blank=True, editable=False)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                fields=("patient", "on"),
                condition=Q(superseded_at__isnull=True),
                name="%(app_label)s_%(class)s_one_a_day",
                violation_error_message="A risk assessment is already recorded for that day.",
            ),
        )


class IntervalOverride(Entry):
    """Another interval than the schedule's, for a drug ("" for all) and an item ("" for all), until a day."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="interval_overrides")
    drug = models.CharField(max_length=64, blank=True)
    item = models.CharField(max_length=64, blank=True)
    interval_days = models.PositiveSmallIntegerField()
    from_on = models.DateField()
    until = models.DateField()
    reason = models.CharField(max_length=300)
    protocol_version = models.CharField(max_length=40, blank=True, editable=False)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(interval_days__gte=1, interval_days__lte=364),
                name="%(app_label)s_%(class)s_interval_plausible",
                violation_error_message="An interval is 1 to 364 days.",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("from_on")),
                name="%(app_label)s_%(class)s_ends_later",
                violation_error_message="It ends after it begins.",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="%(app_label)s_%(class)s_with_reason"),
            models.UniqueConstraint(
                fields=("patient", "drug", "item"),
                condition=Q(superseded_at__isnull=True),
                name="%(app_label)s_%(class)s_one_current",
                violation_error_message="There is already another interval for this drug and item.",
            ),
        )


class SharedCare(Entry):
    """From a day on, who looks after the tests of a drug ("" for every drug of the patient)."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="shared_care")
    drug = models.CharField(max_length=64, blank=True)
    from_on = models.DateField()
    monitored_by = models.CharField(max_length=8, choices=MonitoredBy.choices())
    provider = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta(Entry.Meta):
        verbose_name_plural = "shared care"
        constraints = (
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                fields=("patient", "drug", "from_on"),
                condition=Q(superseded_at__isnull=True),
                name="%(app_label)s_%(class)s_one_a_day",
                violation_error_message="Who looks after this drug is already recorded from that day.",
            ),
            models.CheckConstraint(
                condition=Q(monitored_by=MonitoredBy.US) | ~Q(provider=""),
                name="%(app_label)s_%(class)s_provider_named",
                violation_error_message="Name the practice or service that looks after it.",
            ),
        )


class Pause(Entry):
    """Monitoring of a drug ("" for every drug) paused from a day to before `until`.

    Resuming early is a new row that takes this one's place, with the day and the reason.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="pauses")
    drug = models.CharField(max_length=64, blank=True)
    from_on = models.DateField()
    until = models.DateField()
    reason = models.CharField(max_length=300)
    ended_on = models.DateField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(until__gt=F("from_on")),
                name="%(app_label)s_%(class)s_ends_later",
                violation_error_message="A pause ends after it begins.",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="%(app_label)s_%(class)s_with_reason"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, end_reason="")
                | (Q(ended_on__isnull=False, ended_on__gte=F("from_on"), ended_on__lte=F("until")) & ~Q(end_reason="")),
                name="%(app_label)s_%(class)s_resumed_with_reason",
                violation_error_message="Resuming needs its day, within the pause, and the reason.",
            ),
            models.UniqueConstraint(
                fields=("patient", "drug"),
                condition=Q(superseded_at__isnull=True, ended_on__isnull=True),
                name="%(app_label)s_%(class)s_one_running",
                violation_error_message="Monitoring of this drug is already paused.",
            ),
        )


class TargetRange(Entry):
    """The range in which one patient's drug level should lie, from a day on, both ends included."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="target_ranges")
    analyte = models.CharField(max_length=64)
    from_on = models.DateField()
    low = models.DecimalField(max_digits=8, decimal_places=2)
    high = models.DecimalField(max_digits=8, decimal_places=2)
    unit = models.CharField(max_length=24)
    reason = models.CharField(max_length=300, blank=True)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(low__gte=0, high__gt=F("low")),
                name="%(app_label)s_%(class)s_low_below_high",
                violation_error_message="The upper end of the range lies above the lower one.",
            ),
            models.UniqueConstraint(
                fields=("patient", "analyte", "from_on"),
                condition=Q(superseded_at__isnull=True),
                name="%(app_label)s_%(class)s_one_a_day",
                violation_error_message="A target range is already recorded from that day.",
            ),
        )
