"""What every clinical row carries: when it was entered and by whom, and what took its place."""

from datetime import datetime
from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from patients.rules.vocabulary import DatePrecision

E = TypeVar("E", bound="Entry", covariant=True)


class EntryQuerySet(models.QuerySet[E]):
    """Verbs that every entry shares."""

    def current(self) -> Self:
        """Rows that nothing has replaced or withdrawn."""
        return self.filter(superseded_at__isnull=True)

    def known_at(self, moment: datetime) -> Self:
        """Rows as they were known at a moment, whatever was corrected later."""
        return self.filter(recorded_at__lte=moment).filter(
            models.Q(superseded_at__isnull=True) | models.Q(superseded_at__gt=moment)
        )

    def as_known(self, moment: datetime | None) -> Self:
        """Rows as they were known at a moment; None for now."""
        return self.current() if moment is None else self.known_at(moment)


class Entry(models.Model):
    """A recorded clinical fact. It is never edited: a correction is a new row that supersedes this one."""

    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    superseded_at = models.DateTimeField(null=True, blank=True, editable=False)
    superseded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    superseded_reason = models.CharField(max_length=300, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                condition=models.Q(superseded_at__isnull=True, superseded_by__isnull=True, superseded_reason="")
                | (
                    models.Q(superseded_at__isnull=False, superseded_by__isnull=False) & ~models.Q(superseded_reason="")
                ),
                name="%(app_label)s_%(class)s_superseded_who_when_why",
                violation_error_message="A correction needs who, when and why together.",
            ),
        )


def date_precision_field() -> "models.CharField[str, str]":
    """How exactly the row's date is known."""
    return models.CharField(max_length=12, choices=DatePrecision.choices(), default=DatePrecision.DAY.value)
