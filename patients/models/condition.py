from django.db import models
from django.db.models import F, Q

from patients.models.entry import Entry, date_precision_field
from patients.models.patient import Patient
from patients.rules.vocabulary import AntibodyFinding, ConditionKind


class Condition(Entry):
    """A condition that the pathway or the monitoring reads, from a day to a day; no end means still present."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="conditions")
    kind = models.CharField(max_length=32, choices=ConditionKind.choices())
    description = models.CharField(max_length=200, blank=True)
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)
    precision = date_precision_field()

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")),
                name="%(app_label)s_%(class)s_dates_ordered",
                violation_error_message="A condition cannot end before it began.",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=(ConditionKind.OTHER, ConditionKind.OTHER_LIFE_THREATENING)) | ~Q(description=""),
                name="%(app_label)s_%(class)s_other_described",
                violation_error_message="Say which condition this is.",
            ),
        )
        indexes = (models.Index(fields=("patient", "from_on"), name="patients_condition_by_day"),)


class Autoantibody(Entry):
    """A myositis autoantibody finding, the name as the laboratory prints it."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="autoantibodies")
    name = models.CharField(max_length=80)
    finding = models.CharField(max_length=16, choices=AntibodyFinding.choices(), default=AntibodyFinding.POSITIVE.value)
    on = models.DateField(null=True, blank=True)

    class Meta(Entry.Meta):
        verbose_name_plural = "autoantibodies"
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(condition=~Q(name=""), name="%(app_label)s_%(class)s_named"),
        )
        indexes = (models.Index(fields=("patient",), name="patients_autoantibody_of"),)
