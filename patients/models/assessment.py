from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Floor

from patients.models.entry import Entry, date_precision_field
from patients.models.patient import Patient
from patients.rules.vocabulary import EnzymeName, MrcGrade, MuscleGroup, SevereFeature


def _global_field() -> "models.DecimalField[Decimal | None, Decimal | None]":
    return models.DecimalField(max_digits=3, decimal_places=1, null=True, blank=True)


def _between(field: str, low: int, high: int, meaning: str, message: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": low, f"{field}__lte": high}),
        name=f"%(app_label)s_%(class)s_{meaning}",
        violation_error_message=message,
    )


class Assessment(Entry):
    """One severity assessment: the IMACS core set, each measure optional, and what the clinician states.

    Scores only; the wording of the instruments is under licence and is not stored. Sources: IMACS core set (NIEHS).
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="assessments")
    on = models.DateField()
    precision = date_precision_field()
    physician_global = _global_field()
    patient_global = _global_field()
    mmt = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    mmt_maximum = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        choices=[(80, "MMT8, one side, 0-80"), (150, "MMT8, both sides, 0-150"), (260, "MMT24, 0-260")],
    )
    haq = models.DecimalField(max_digits=4, decimal_places=3, null=True, blank=True)
    extramuscular_global = _global_field()
    cmas = models.PositiveSmallIntegerField("CMAS", null=True, blank=True)
    das = models.DecimalField("DAS", max_digits=3, decimal_places=1, null=True, blank=True)
    lowest_mrc = models.CharField(max_length=2, blank=True, choices=MrcGrade.choices())
    lowest_mrc_group = models.CharField(
        max_length=16, choices=MuscleGroup.choices(), default=MuscleGroup.NOT_RECORDED.value
    )
    fvc_percent = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    dlco_percent = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    severe_features = ArrayField(
        models.CharField(max_length=32, choices=SevereFeature.choices()), default=list, blank=True
    )
    non_severe_confirmed = models.BooleanField(default=False)
    notes = models.TextField(blank=True)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            _between("physician_global", 0, 10, "physician_global_range", "Physician global is 0 to 10 cm."),
            _between("patient_global", 0, 10, "patient_global_range", "Patient global is 0 to 10 cm."),
            _between("extramuscular_global", 0, 10, "extramuscular_range", "Extramuscular global is 0 to 10 cm."),
            _between("fvc_percent", 0, 200, "fvc_range", "FVC is 0 to 200 percent of predicted."),
            _between("dlco_percent", 0, 200, "dlco_range", "DLCO is 0 to 200 percent of predicted."),
            _between("haq", 0, 3, "haq_range", "HAQ is 0 to 3."),
            _between("cmas", 0, 52, "cmas_range", "CMAS is 0 to 52."),
            _between("das", 0, 20, "das_range", "DAS is 0 to 20."),
            models.CheckConstraint(
                condition=Q(haq__isnull=True) | Q(haq=Floor(F("haq") * 8) / 8),
                name="%(app_label)s_%(class)s_haq_in_eighths",
                violation_error_message="HAQ goes in steps of 0.125.",
            ),
            models.CheckConstraint(
                condition=Q(mmt__isnull=True, mmt_maximum__isnull=True)
                # Both said to be there: a check that comes out as unknown, as with one NULL, would pass.
                | Q(
                    mmt__isnull=False,
                    mmt_maximum__isnull=False,
                    mmt__gte=0,
                    mmt__lte=F("mmt_maximum"),
                    mmt_maximum__in=(80, 150, 260),
                ),
                name="%(app_label)s_%(class)s_mmt_with_its_form",
                violation_error_message="An MMT total needs its form (80, 150 or 260) and cannot exceed it.",
            ),
            models.CheckConstraint(
                condition=Q(non_severe_confirmed=False) | Q(severe_features=[]),
                name="%(app_label)s_%(class)s_severe_or_not",
                violation_error_message="Non-severe cannot be confirmed together with a severe feature.",
            ),
        )
        indexes = (models.Index(fields=("patient", "on"), name="patients_assessment_by_day"),)


class AssessmentEnzyme(models.Model):
    """A muscle enzyme at an assessment, with its unit and the laboratory's own upper limit when given."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="enzymes")
    name = models.CharField(max_length=16, choices=EnzymeName.choices())
    value = models.DecimalField(max_digits=10, decimal_places=3)
    unit = models.CharField(max_length=8, choices=[("U/L", "U/L"), ("ukat/L", "µkat/L")], default="U/L")
    upper_limit = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("assessment", "name"), name="%(app_label)s_%(class)s_once"),
            models.CheckConstraint(
                condition=Q(value__gte=0) & (Q(upper_limit__isnull=True) | Q(upper_limit__gt=0)),
                name="%(app_label)s_%(class)s_not_negative",
            ),
        )

    def __str__(self) -> str:
        return f"enzyme {self.pk}"
