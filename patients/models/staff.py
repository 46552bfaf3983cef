from django.contrib.auth.models import AbstractUser
from django.db import models

from patients.models.clinic import Clinic
from patients.rules.vocabulary import Role, Theme


class Staff(AbstractUser):
    """A member of staff who signs in. What they may see follows from their memberships, never from a global flag."""

    clinics = models.ManyToManyField(Clinic, through="Membership", related_name="staff")
    theme = models.CharField("look of the pages", max_length=8, choices=Theme.choices(), default=Theme.DEVICE.value)
    toured_at = models.DateTimeField("when the first tour was finished or left out", null=True, blank=True)

    class Meta(AbstractUser.Meta):
        verbose_name = "member of staff"
        verbose_name_plural = "staff"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(theme__in=[theme.value for theme in Theme]),
                name="%(app_label)s_%(class)s_theme_known",
            ),
        )


class Membership(models.Model):
    """The role that a member of staff has in one clinic, whether they lead it, and what they are told by e-mail."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="memberships")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices())
    is_lead = models.BooleanField("clinic lead", default=False)
    wants_digest = models.BooleanField("daily digest by e-mail", default=True)
    wants_alerts = models.BooleanField("alerts by e-mail", default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("staff", "clinic"), name="%(app_label)s_%(class)s_once_per_clinic"),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]),
                name="%(app_label)s_%(class)s_role_known",
            ),
        )

    def __str__(self) -> str:
        return f"membership {self.pk}"
