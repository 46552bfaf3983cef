"""Of which open items somebody is to be told: staff from a day on, patients while it concerns them."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import DateField, Exists, ExpressionWrapper, F, IntegerField, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Greatest

from monitoring.models import DueItem
from monitoring.models.due_item import DueItemStatus
from monitoring.rules.findings import DueStatus
from monitoring.rules.vocabulary import MailKind, MonitoredBy
from monitoring.selectors.worklist_conditions import status_is
from patients.models import ContactDetails, ReminderOptOut
from patients.rules.vocabulary import PatientStatus

WEEK_AHEAD = 7  # days: the worklist's attention reaches a week ahead, so that a test can still be booked


def open_items() -> QuerySet[Any]:
    """Every open due item with `tell_on`, the day on which it enters the worklist's attention.

    What is put off, waits for a result or is paused enters it when that is over: the latest of these days counts.
    """
    # Whole days are taken from a date as an integer; PostgreSQL has no other operator that gives a date.
    week_before = ExpressionWrapper(F("due_on") - Cast(Value(WEEK_AHEAD), IntegerField()), output_field=DateField())
    tell_on = Greatest(week_before, "snoozed_until", "waiting_until", "paused_until", output_field=DateField())
    return DueItem.objects.filter(status=DueItemStatus.OPEN).annotate(tell_on=tell_on)


def items_to_remind_of(kind: MailKind, as_of: date, patient_ids: Collection[int]) -> QuerySet[DueItem]:
    """Open items of these patients that a reminder of this kind is about, by the status rule of the worklist.

    What is put off, paused, waits for a result or is looked after elsewhere is none of them.
    """
    if kind is MailKind.PATIENT_OVERDUE:
        concerned = status_is(DueStatus.OVERDUE, as_of)
    else:
        concerned = status_is(DueStatus.DUE_SOON, as_of) | status_is(DueStatus.DUE, as_of)
    return DueItem.objects.filter(
        concerned, status=DueItemStatus.OPEN, monitored_by=MonitoredBy.US, patient__in=patient_ids
    )


def remindable() -> QuerySet[ContactDetails]:
    """Contact details of patients under care, with an agreement to reminders that the patient has not ended."""
    ended = ReminderOptOut.objects.filter(details=OuterRef("pk"))
    agreed = ContactDetails.objects.filter(~Exists(ended), superseded_at__isnull=True, may_remind=True)
    return agreed.filter(patient__status=PatientStatus.ACTIVE).exclude(email="")
