"""An e-mail on its way: claimed by one worker, then sent, put off, tried again, given up or dropped.

Every step is a conditional UPDATE on the claim's token, so a worker whose claim was taken over changes nothing.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from monitoring.models import Mail, Reminder
from monitoring.models.due_item import DueItemStatus
from monitoring.rules.sending import TAKE_OVER_AFTER, WAITS, next_attempt
from monitoring.rules.vocabulary import AlertGrade, MailKind, MailStatus, ReminderStatus
from monitoring.selectors.mail import NOT_SENT_YET, mails_for, quiet_hours_of
from patients.clock import day_in
from patients.errors import NotFound, Refused
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import require


@transaction.atomic
def claim_next(now: datetime, token: UUID) -> int | None:
    """Claims the e-mail that has waited longest and gives its id; None when nothing is to be sent.

    A row that another worker holds locked is passed over. A claim whose worker holds it no longer is taken over once
    it is TAKE_OVER_AFTER old; after the last attempt it is given up, so that no e-mail can kill workers for ever.
    """
    ready = Q(status__in=NOT_SENT_YET) | Q(status=MailStatus.CLAIMED, claimed_at__lte=now - TAKE_OVER_AFTER)
    # The first condition is that of the index, word for word.
    rows = Mail.objects.filter(status__in=("planned", "claimed", "failed"), not_before__lte=now).filter(ready)
    rows = rows.select_for_update(skip_locked=True, no_key=True).order_by("not_before", "id")
    while (mail := rows.first()) is not None and mail.attempts > len(WAITS):
        _leave(mail, MailStatus.GIVEN_UP, last_error="The worker that was sending it ended, every time.")
    if mail is None:
        return None
    Mail.objects.filter(pk=mail.pk).update(
        status=MailStatus.CLAIMED, claimed_at=now, claimed_by=token, attempts=F("attempts") + 1
    )
    if mail.kind == MailKind.STAFF_DIGEST:
        _claim_reminders(mail)
    return mail.pk


def held(mail_id: int, token: UUID) -> Mail | None:
    """The claimed e-mail, locked until the transaction ends; None when the claim was taken over.

    Whoever sends it holds this lock meanwhile: as long as that worker lives, however slow, nobody takes it over.
    """
    rows = Mail.objects.filter(pk=mail_id, status=MailStatus.CLAIMED, claimed_by=token)
    return (
        rows.select_related("clinic", "staff", "contact_details__patient", "alert__patient")
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .first()
    )


def mark_sent(mail: Mail, now: datetime) -> None:
    """The server has accepted it; whoever reads it was told."""
    _leave(mail, MailStatus.SENT, sent_at=now, last_error="")


def put_off(mail: Mail, until: datetime) -> None:
    """It became quiet hours between planning and sending. The attempt does not count."""
    status = MailStatus.PLANNED if mail.attempts == 1 else MailStatus.FAILED
    _leave(mail, status, not_before=until, attempts=F("attempts") - 1)


def drop(mail: Mail, reason: str) -> None:
    """What it was to tell has gone; `reason` says so in words without a name.

    A digest that failed all its day long is given up instead, where somebody sees it.
    """
    failed_before = mail.kind == MailKind.STAFF_DIGEST and mail.attempts > 1
    _leave(mail, MailStatus.GIVEN_UP if failed_before else MailStatus.CANCELLED, last_error=reason)


@transaction.atomic
def record_failure(mail_id: int, token: UUID, error: str, now: datetime, *, server_is_away: bool = False) -> None:
    """The attempt failed: try again after a growing wait, outside quiet hours, or give up.

    What is urgent waits for minutes only, and while the server is away its attempts do not count, so that it is never
    given up for that. `error` names the kind of failure and never an address or a person.
    """
    mail = held(mail_id, token)
    if mail is None:
        return
    urgent = is_urgent(mail)
    if urgent and server_is_away:
        soon = now + WAITS[0]
        _leave(mail, MailStatus.FAILED, not_before=soon, last_error=error[:300], attempts=F("attempts") - 1)
        return
    again = next_attempt(mail.attempts, now, urgent=urgent)
    if again is None:
        _leave(mail, MailStatus.GIVEN_UP, last_error=error[:300])
        return
    if not urgent:
        again = quiet_hours_of(mail.clinic).over(again)
    _leave(mail, MailStatus.FAILED, not_before=again, last_error=error[:300])


@transaction.atomic
def retry_mail(*, by: Staff, mail_id: int, now: datetime | None = None) -> Mail:
    """Tries an e-mail again that was given up, with all its attempts. Raises NotFound, NotAllowed, Refused.

    For those who lead or administer its clinic.
    """
    moment = now or timezone.now()
    mail = mails_for(by).filter(pk=mail_id).first()
    if mail is None:
        raise NotFound("No such e-mail among yours.")
    require(by, mail.clinic_id, Permission.MANAGE_CLINIC)
    if mail.kind == MailKind.STAFF_DIGEST and mail.for_day != day_in(mail.clinic, moment):
        raise Refused("The day of this digest is over. The next one tells everything that is still open.")
    changed = Mail.objects.filter(pk=mail.pk, status=MailStatus.GIVEN_UP).update(
        status=MailStatus.PLANNED, attempts=0, not_before=moment
    )
    if changed != 1:
        raise Refused("This e-mail is not given up any more. Reload the list to see how it stands.")
    return mail


def is_urgent(mail: Mail) -> bool:
    """Whether it goes out in quiet hours too."""
    if mail.kind == MailKind.STAFF_EMERGENCY:
        return True
    return mail.alert is not None and mail.alert.grade == AlertGrade.URGENT


def _claim_reminders(mail: Mail) -> None:
    """What is to be told by this day, and nobody has told or is telling, is this digest's to tell."""
    untold = Reminder.objects.filter(
        status=ReminderStatus.PLANNED,
        planned_on__lte=mail.for_day,
        due_item__status=DueItemStatus.OPEN,
        due_item__patient__clinic=mail.clinic_id,
    )
    # The status stands outside the subquery as well: after waiting for another digest's claim it is looked at anew.
    Reminder.objects.filter(pk__in=untold.values("pk"), status=ReminderStatus.PLANNED).update(
        status=ReminderStatus.CLAIMED, mail=mail
    )


def _leave(mail: Mail, status: MailStatus, **changes: object) -> None:
    """Ends a claim. What a digest had claimed is told, or free for the next one, or could not be told."""
    claimed = Mail.objects.filter(pk=mail.pk, status=mail.status, claimed_by=mail.claimed_by)
    if claimed.update(status=status, claimed_by=None, **changes) != 1:
        raise RuntimeError("the claim of an e-mail was lost while its row was locked")
    reminders = Reminder.objects.filter(mail=mail, status=ReminderStatus.CLAIMED)
    if status is MailStatus.SENT:
        reminders.update(status=ReminderStatus.SENT, told_at=changes["sent_at"])
    elif status is MailStatus.GIVEN_UP:
        reminders.update(status=ReminderStatus.FAILED)
    else:
        reminders.update(status=ReminderStatus.PLANNED, mail=None)
