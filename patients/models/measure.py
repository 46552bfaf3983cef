from django.db import models
from django.db.models import Q

from patients.models.entry import Entry
from patients.models.patient import Patient


class Weight(Entry):
    """Body weight in kg on a day; every dose per kg names the weight that it used."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="weights")
    on = models.DateField()
    kilograms = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kilograms__gte=1, kilograms__lte=400),
                name="%(app_label)s_%(class)s_plausible",
                violation_error_message="A weight is between 1 and 400 kg.",
            ),
        )
        indexes = (models.Index(fields=("patient", "on"), name="patients_weight_by_day"),)


class Height(Entry):
    """Height in cm on a day."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="heights")
    on = models.DateField()
    centimetres = models.DecimalField(max_digits=4, decimal_places=1)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(centimetres__gte=30, centimetres__lte=260),
                name="%(app_label)s_%(class)s_plausible",
                violation_error_message="A height is between 30 and 260 cm.",
            ),
        )
        indexes = (models.Index(fields=("patient", "on"), name="patients_height_by_day"),)
