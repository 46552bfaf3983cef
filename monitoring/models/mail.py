from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from monitoring.models.alert import Alert
from monitoring.models.due_item import DueItem
from monitoring.rules.vocabulary import MailKind, MailStatus, ReminderStatus
from patients.models.clinic import Clinic
from patients.models.contact_details import ContactDetails


class Mail(models.Model):
    """One e-mail, written once and sent once. `key` names what it says to whom and when, so that it exists once.

    Its text is written when it is sent, from the same selectors as the pages, and is not kept. `not_before` is when it
    may go next: quiet hours and, after a failure, a growing wait put it off. `message_id` is the same at every attempt.
    `last_error` never holds an address or a name.
    """

    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=20, choices=MailKind.choices())
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="mails")
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="mails"
    )
    contact_details = models.ForeignKey(
        ContactDetails, null=True, blank=True, on_delete=models.PROTECT, related_name="mails"
    )
    alert = models.ForeignKey(Alert, null=True, blank=True, on_delete=models.PROTECT, related_name="mails")
    for_day = models.DateField()
    status = models.CharField(max_length=12, choices=MailStatus.choices(), default=MailStatus.PLANNED.value)
    not_before = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=200, unique=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(staff__isnull=False, contact_details__isnull=True)
                | Q(staff__isnull=True, contact_details__isnull=False),
                name="%(app_label)s_%(class)s_one_recipient",
            ),
            models.CheckConstraint(
                condition=Q(status=MailStatus.SENT, sent_at__isnull=False)
                | (~Q(status=MailStatus.SENT) & Q(sent_at__isnull=True)),
                name="%(app_label)s_%(class)s_sent_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(status=MailStatus.CLAIMED, claimed_at__isnull=False, claimed_by__isnull=False)
                | (~Q(status=MailStatus.CLAIMED) & Q(claimed_by__isnull=True)),
                name="%(app_label)s_%(class)s_claimed_by_somebody",
            ),
        )
        indexes = (
            models.Index(
                fields=("not_before", "id"),
                condition=Q(status__in=("planned", "claimed", "failed")),
                name="monitoring_mail_to_send",
            ),
            models.Index(fields=("clinic", "-created_at"), name="monitoring_mail_of_clinic"),
        )

    def __str__(self) -> str:
        return f"mail {self.pk}"


class Reminder(models.Model):
    """That somebody must be told of an open item: exactly one live reminder for each.

    From `planned_on` it belongs into the next digest, which claims it (`mail`); it is told once that digest is sent,
    and acted on when the item closes.
    """

    due_item = models.ForeignKey(DueItem, on_delete=models.PROTECT, related_name="reminders")
    status = models.CharField(max_length=8, choices=ReminderStatus.choices(), default=ReminderStatus.PLANNED.value)
    planned_on = models.DateField()
    mail = models.ForeignKey(Mail, null=True, blank=True, on_delete=models.PROTECT, related_name="reminders")
    told_at = models.DateTimeField(null=True, blank=True)
    acted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("due_item",), condition=~Q(status="acted"), name="%(app_label)s_%(class)s_one_live"
            ),
            models.CheckConstraint(
                condition=Q(status="acted", acted_at__isnull=False) | (~Q(status="acted") & Q(acted_at__isnull=True)),
                name="%(app_label)s_%(class)s_acted_at_a_moment",
            ),
        )
        indexes = (
            models.Index(fields=("planned_on",), condition=Q(status="planned"), name="monitoring_reminder_to_tell"),
        )

    def __str__(self) -> str:
        return f"reminder {self.pk}"
