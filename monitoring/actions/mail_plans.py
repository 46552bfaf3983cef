"""Plans e-mails: one row for each, under a key that says what it tells whom and when. Safe to run on several workers.

The key is unique in the database, so whatever plans twice (a second beat, a clock set back) plans nothing new.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from monitoring.models import AlertStep, Mail, Reminder
from monitoring.rules.sending import alert_key, digest_is_due, digest_key, emergency_key, patient_key
from monitoring.rules.vocabulary import (
    AlertGrade,
    AlertLevel,
    AlertStatus,
    AlertStepKind,
    MailKind,
    MailStatus,
    ReminderStatus,
)
from monitoring.selectors.mail import (
    GRADES_TO_MAIL,
    NOT_SENT_YET,
    quiet_hours_of,
    readers_of_alert,
    readers_of_digest,
    readers_of_emergencies,
)
from monitoring.selectors.telling import items_to_remind_of, remindable
from patients.clock import day_in
from patients.emergencies import waiting_in
from patients.models import Clinic

_CALLS_SOMEBODY = (AlertStepKind.OPENED, AlertStepKind.CLIMBED, AlertStepKind.REOPENED)
_TO_PATIENTS = (MailKind.PATIENT_DUE_SOON, MailKind.PATIENT_OVERDUE)
# An emergency access older than this is told by the pages alone: whoever becomes lead later reads no old news.
_TOLD_WITHIN = timedelta(days=7)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PlanReport:
    """How many e-mails a run planned and dropped because their reason went, and for how many clinics it failed."""

    planned: int = 0
    dropped: int = 0
    failed_clinics: int = 0


def plan_mails(now: datetime) -> PlanReport:
    """Plans every e-mail that is wanted at this moment and not yet planned, and drops those not wanted any more.

    A clinic for which that fails holds up no other one: it is logged, counted, and tried again by the next run. Plans
    nothing where the installation has no mail server (MAIL_IS_SENT): a queue that nobody empties helps nobody.
    """
    if not settings.MAIL_IS_SENT:
        return PlanReport()
    planned = dropped = failed_clinics = 0
    for clinic_id in Clinic.objects.order_by("pk").values_list("pk", flat=True):
        try:
            found = _plan_clinic(clinic_id, now)
        except SoftTimeLimitExceeded:
            raise  # the task's time is over, for every clinic
        except Exception:
            log.exception("mail_not_planned", clinic=clinic_id)
            failed_clinics += 1
        else:
            planned, dropped = planned + found.planned, dropped + found.dropped
    return PlanReport(planned, dropped, failed_clinics)


@transaction.atomic
def _plan_clinic(clinic_id: int, now: datetime) -> PlanReport:
    # One worker at a time: of two that read a visit day before and after it moved, both would remind of it.
    clinic = Clinic.objects.select_for_update(no_key=True).get(pk=clinic_id)
    patients = _ToRemind(clinic, day_in(clinic, now))
    dropped = _drop_pointless(clinic, now, patients)
    alerts = _alerts(clinic, now)
    dropped += _drop_overtaken(alerts)
    wanted = [*_digests(clinic, now), *alerts, *_emergencies(clinic, now), *_reminders(clinic, now, patients)]
    planned = _plan(wanted)
    return PlanReport(planned, dropped)


def _digests(clinic: Clinic, now: datetime) -> list[Mail]:
    if not digest_is_due(now, clinic.digest_at, ZoneInfo(clinic.time_zone)):
        return []
    today = day_in(clinic, now)
    # Not before quiet hours are over: a digest made good late in the evening is dropped in favour of the next one.
    return [
        _mail(clinic, now, digest_key(member.pk, today), MailKind.STAFF_DIGEST, staff=member.staff)
        for member in readers_of_digest(clinic)
    ]


def _alerts(clinic: Clinic, now: datetime) -> list[Mail]:
    """An e-mail to each reader of an unseen alert, for the newest step by which it came to wait for somebody.

    Whatever called before that is past: it was answered, or nobody answered and the alert went on.
    """
    steps = (
        AlertStep.objects.filter(
            kind__in=_CALLS_SOMEBODY,
            alert__status=AlertStatus.OPEN,
            alert__grade__in=GRADES_TO_MAIL,
            alert__patient__clinic=clinic,
        )
        .order_by("alert", "-pk")
        .distinct("alert")
        .select_related("alert")
    )
    readers = {level: readers_of_alert(clinic, level) for level in {AlertLevel(step.alert.level) for step in steps}}
    return [
        _mail(
            clinic,
            now,
            alert_key(step.pk, member.staff_id),
            MailKind.STAFF_ALERT,
            waits=step.alert.grade != AlertGrade.URGENT,
            staff=member.staff,
            alert=step.alert,
        )
        for step in steps
        for member in readers[AlertLevel(step.alert.level)]
    ]


def _emergencies(clinic: Clinic, now: datetime) -> list[Mail]:
    """An e-mail to each who reviews, about each emergency access that nobody has reviewed; by day and by night."""
    waiting = list(waiting_in(clinic, since=now - _TOLD_WITHIN))
    readers = [member.staff for member in readers_of_emergencies(clinic)] if waiting else []
    wanted = [(emergency_key(row.pk, staff.pk), staff) for row in waiting for staff in readers]
    return [_mail(clinic, now, key, MailKind.STAFF_EMERGENCY, waits=False, staff=staff) for key, staff in wanted]


def _drop_overtaken(alerts: list[Mail]) -> int:
    """What waits to be sent for an earlier step of an alert, to somebody whom the newest one is told."""
    newest = {(mail.alert_id, mail.staff_id): mail.key for mail in alerts}
    waiting = Mail.objects.filter(status__in=NOT_SENT_YET, alert__in={alert for alert, _ in newest})
    rows = waiting.values_list("pk", "alert", "staff", "key")
    overtaken = [pk for pk, alert, staff, key in rows if newest.get((alert, staff), key) != key]
    return waiting.filter(pk__in=overtaken).update(status=MailStatus.CANCELLED) if overtaken else 0


class _ToRemind:
    """The patients of a clinic who may be reminded today, and their visits that are late or coming."""

    def __init__(self, clinic: Clinic, today: date) -> None:
        self.today = today
        self.details = {row.patient_id: row for row in remindable().filter(patient__clinic=clinic)}
        # Of what is overdue the last visit day counts: one e-mail speaks of all that is late by then.
        self.late = dict(self._visits(MailKind.PATIENT_OVERDUE))
        self.coming: dict[int, list[date]] = defaultdict(list)
        for patient_id, visit_on in self._visits(MailKind.PATIENT_DUE_SOON):
            self.coming[patient_id].append(visit_on)

    def _visits(self, kind: MailKind) -> Iterable[tuple[int, date]]:
        if not self.details:
            return ()
        visits = items_to_remind_of(kind, self.today, self.details.keys()).values_list("patient", "visit_on")
        return visits.distinct().order_by("patient", "visit_on")

    def details_with_something_due(self) -> set[int]:
        """Ids of the contact details."""
        return {self.details[patient_id].pk for patient_id in self.late.keys() | self.coming.keys()}


def _reminders(clinic: Clinic, now: datetime, patients: _ToRemind) -> list[Mail]:
    """At most one e-mail to each patient on a day: about what is overdue, else about the next visit."""
    wishes = {patient_id: _wishes(patients, patient_id) for patient_id in patients.late.keys() | patients.coming.keys()}
    said = _already_said(wishes.keys(), [key for wished in wishes.values() for _, key in wished], patients.today)
    found = []
    for patient_id, wished in wishes.items():
        for kind, key in wished:
            if said[patient_id].allows(kind, key, patients.today):
                found.append(_mail(clinic, now, key, kind, contact_details=patients.details[patient_id]))
                break
    return found


def _wishes(patients: _ToRemind, patient_id: int) -> list[tuple[MailKind, str]]:
    """What could be written to a patient, each with its key; what matters most first."""
    late = [patients.late[patient_id]] if patient_id in patients.late else []
    visits = [(MailKind.PATIENT_OVERDUE, visit_on) for visit_on in late]
    visits += [(MailKind.PATIENT_DUE_SOON, visit_on) for visit_on in patients.coming.get(patient_id, ())]
    return [(kind, patient_key(patient_id, kind, visit_on)) for kind, visit_on in visits]


class _Said:
    """What one patient was already written about, or will be."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.days: dict[MailKind, set[date]] = defaultdict(set)

    def allows(self, kind: MailKind, key: str, today: date) -> bool:
        if key in self.keys or any(today in days for days in self.days.values()):
            return False
        since = today - timedelta(days=settings.MAIL_DAYS_BETWEEN_OVERDUE)
        return kind is MailKind.PATIENT_DUE_SOON or all(day <= since for day in self.days[kind])


def _already_said(patient_ids: Collection[int], keys: Collection[str], today: date) -> dict[int, _Said]:
    """What was said under these keys at any time, and all that is young enough to put off another."""
    said: dict[int, _Said] = defaultdict(_Said)
    if not patient_ids:
        return said
    young = Q(for_day__gt=today - timedelta(days=settings.MAIL_DAYS_BETWEEN_OVERDUE))
    mails = Mail.objects.filter(
        young | Q(key__in=keys), kind__in=_TO_PATIENTS, contact_details__patient__in=patient_ids
    )
    rows = mails.exclude(status=MailStatus.CANCELLED).values_list("contact_details__patient", "kind", "key", "for_day")
    for patient_id, kind, key, for_day in rows:
        said[patient_id].keys.add(key)
        said[patient_id].days[MailKind(kind)].add(for_day)
    return said


def _mail(clinic: Clinic, now: datetime, key: str, kind: MailKind, *, waits: bool = True, **about: object) -> Mail:
    return Mail(
        key=key,
        kind=kind,
        clinic=clinic,
        for_day=day_in(clinic, now),
        not_before=quiet_hours_of(clinic).over(now) if waits else now,
        message_id=f"<{uuid4().hex}@{settings.MAIL_DOMAIN}>",
        created_at=now,
        **about,
    )


def _plan(wanted: list[Mail]) -> int:
    """Writes those that are new, and takes up again those that were dropped before they were sent."""
    known = dict(Mail.objects.filter(key__in=[mail.key for mail in wanted]).values_list("key", "status"))
    fresh = [mail for mail in wanted if mail.key not in known]
    Mail.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=1000)
    again = [mail for mail in wanted if known.get(mail.key) == MailStatus.CANCELLED]
    for mail in again:
        Mail.objects.filter(key=mail.key, status=MailStatus.CANCELLED).update(
            status=MailStatus.PLANNED, attempts=0, not_before=mail.not_before, for_day=mail.for_day
        )
    digests = {mail.clinic_id for mail in fresh + again if mail.kind == MailKind.STAFF_DIGEST}
    # What an earlier digest could not tell, this one tells.
    Reminder.objects.filter(status=ReminderStatus.FAILED, due_item__patient__clinic__in=digests).update(
        status=ReminderStatus.PLANNED, mail=None
    )
    return len(fresh) + len(again)


def _drop_pointless(clinic: Clinic, now: datetime, patients: _ToRemind) -> int:
    """Alerts that were seen, reminders of patients that are not wanted, digests of a day that is over."""
    waiting = Mail.objects.filter(clinic=clinic, status__in=NOT_SENT_YET)
    seen = Q(alert__isnull=False) & ~Q(alert__status=AlertStatus.OPEN)
    past = Q(kind=MailKind.STAFF_DIGEST, for_day__lt=day_in(clinic, now))
    pointless = set(waiting.filter(seen | (past & Q(attempts=0))).values_list("pk", flat=True))
    reminders = waiting.filter(contact_details__isnull=False).values_list("pk", "contact_details")
    wanted = patients.details_with_something_due()
    pointless |= {pk for pk, details in reminders if details not in wanted}
    dropped = waiting.filter(pk__in=pointless).update(status=MailStatus.CANCELLED) if pointless else 0
    # One that was tried and failed all its day stays in sight.
    return dropped + waiting.filter(past, attempts__gt=0).update(status=MailStatus.GIVEN_UP)
