from datetime import time

from django.db import models
from django.db.models import F, Q


class Clinic(models.Model):
    """A myositis clinic. Staff see the patients of the clinics that they belong to, and no others.

    `monitoring_schedule` is the id of the schedule that it monitors by ("" for the one in force for all). Between
    `quiet_from` and `quiet_until`, by the clinic's clocks, no e-mail goes out but what cannot wait. `telephone` is what
    patients are told to ring. Records are kept for `retention_years` after the last entry (facts are silent; 8 years is
    what NHS records management asks for adults); then the clinic is asked to decide, and nothing is deleted by itself.
    """

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(unique=True)
    time_zone = models.CharField(max_length=64, default="Europe/London")
    monitoring_schedule = models.CharField(max_length=40, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    digest_at = models.TimeField(default=time(7, 30))
    quiet_from = models.TimeField(default=time(20, 0))
    quiet_until = models.TimeField(default=time(7, 0))
    retention_years = models.PositiveSmallIntegerField(default=8)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(quiet_from=F("quiet_until")), name="%(app_label)s_%(class)s_quiet_hours_end"
            ),
            models.CheckConstraint(
                condition=Q(retention_years__gte=1, retention_years__lte=100),
                name="%(app_label)s_%(class)s_retention_one_to_a_hundred_years",
            ),
        )

    def __str__(self) -> str:
        return self.name
