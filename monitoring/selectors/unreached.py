"""Patients whom a reminder was meant for and never reached: somebody has to speak with them."""

from datetime import date, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from monitoring.models import Contact, DueItem, Mail
from monitoring.models.due_item import DueItemStatus
from monitoring.rules.vocabulary import ContactOutcome, MailKind, MailStatus
from monitoring.selectors.worklist_conditions import bucket_is
from monitoring.selectors.worklist_filters import ATTENTION
from patients.models import Patient, Staff
from patients.rules.vocabulary import PatientStatus
from patients.selectors import patients_for

REMINDERS = (MailKind.PATIENT_DUE_SOON, MailKind.PATIENT_OVERDUE)
_NOBODY_SPOKEN_WITH = (ContactOutcome.NO_ANSWER, ContactOutcome.MESSAGE_LEFT, ContactOutcome.WRONG_DETAILS)


def patients_not_reached(staff: Staff, clinic_id: int, as_of: date) -> QuerySet[Patient]:
    """Patients of the clinic under care whose last reminder was given up within GIVEN_UP_SHOWN_DAYS, by name.

    Somebody stays on the list until a reminder has gone out, nothing needs attention any more, or somebody has spoken
    with them; a call that nobody answered is no such contact.
    """
    reminders = Mail.objects.filter(contact_details__patient=OuterRef("pk"), kind__in=REMINDERS)
    given_up = reminders.filter(
        status=MailStatus.GIVEN_UP, for_day__gt=as_of - timedelta(settings.GIVEN_UP_SHOWN_DAYS), clinic=clinic_id
    )
    sent = Mail.objects.filter(
        contact_details__patient=OuterRef("contact_details__patient"),
        kind__in=REMINDERS,
        status=MailStatus.SENT,
        sent_at__gt=OuterRef("created_at"),
    )
    spoken = Contact.objects.filter(
        patient=OuterRef("contact_details__patient"), superseded_at__isnull=True, on__gte=OuterRef("for_day")
    ).exclude(outcome__in=_NOBODY_SPOKEN_WITH)
    needed = DueItem.objects.filter(bucket_is(ATTENTION, as_of), status=DueItemStatus.OPEN, patient=OuterRef("pk"))
    rows = patients_for(staff).filter(clinic=clinic_id, status=PatientStatus.ACTIVE)
    return rows.filter(Exists(given_up.filter(~Exists(sent), ~Exists(spoken))), Exists(needed))
