from datetime import time

from django.db import models
from django.db.models import F, Q


class Clinic(models.Model):
    """A myositis clinic. Staff see the patients of the clinics that they belong to, and no others.

    `monitoring_schedule` is the id of the schedule that it monitors by ("" for the one in force for all). Between
    `quiet_from` and `quiet_until`, by the clinic's clocks, no e-mail goes out but what cannot wait. `telephone` is what
    patients are told to ring.
    """

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(unique=True)
    time_zone = models.CharField(max_length=64, default="Europe/London")
    monitoring_schedule = models.CharField(max_length=40, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    digest_at = models.TimeField(default=time(7, 30))
    quiet_from = models.TimeField(default=time(20, 0))
    quiet_until = models.TimeField(default=time(7, 0))

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(quiet_from=F("quiet_until")), name="%(app_label)s_%(class)s_quiet_hours_end"
            ),
        )

    def __str__(self) -> str:
        return self.name
