"""Writes an e-mail from its row, at the moment it is sent, from the same selectors as the pages.

What may stand in one is decided here and in templates/mail (ADR 0023): to staff no more about a patient than
MAIL_PATIENT_IDENTIFIERS allows, and no result; to patients no name, no diagnosis, no drug and no test.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse

from monitoring.models import Mail
from monitoring.rules.sending import emergency_of, visit_of
from monitoring.rules.vocabulary import AlertGrade, Bucket, MailKind
from monitoring.selectors.alerts import AlertFilters, alerts_listed
from monitoring.selectors.worklist import counts_by_bucket, rows_of, worklist
from monitoring.selectors.worklist_filters import ATTENTION_BUCKETS, WorklistFilters
from patients.emergencies import patient_then, waiting_in
from patients.models import Patient
from patients.rules.wording import display_date
from patients.stop_links import stop_token

LINES = 50  # of a digest; the list itself shows the rest
_HELD = (Bucket.WAITING, Bucket.SNOOZED, Bucket.PARKED)


def letter(mail: Mail, now: datetime, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    """The e-mail as it leaves: text and HTML, with the same Message-ID at every attempt."""
    subject, stem, context = _WRITERS[MailKind(mail.kind)](mail, now)
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    if mail.contact_details is not None:
        headers |= {
            "List-Unsubscribe": f"<{context['stop_url']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"mail/{stem}.txt", context),
        to=[_address(mail)],
        headers=headers,
        connection=connection,
    )
    message.attach_alternative(render_to_string(f"mail/{stem}.html", context), "text/html")
    return message


def identified(patient: Patient) -> str:
    """A patient as an e-mail to staff may name them, by MAIL_PATIENT_IDENTIFIERS: `H000123 (AO)`, `H000123`, or
    `a patient`."""
    if settings.MAIL_PATIENT_IDENTIFIERS == "none":
        return "a patient"
    if settings.MAIL_PATIENT_IDENTIFIERS == "hospital_number":
        return patient.hospital_number
    names = f"{patient.given_names} {patient.family_name}".split()
    return f"{patient.hospital_number} ({''.join(name[0].upper() for name in names)})"


def _digest(mail: Mail, now: datetime) -> tuple[str, str, dict[str, Any]]:
    staff, clinic, as_of = mail.staff, mail.clinic, mail.for_day
    assert staff is not None
    filters = WorklistFilters(clinic=clinic.pk)
    counts = counts_by_bucket(staff, as_of, filters)
    rows = rows_of(worklist(staff, as_of, filters)[:LINES], as_of)
    total = sum(counts[bucket] for bucket in ATTENTION_BUCKETS)
    alerts = list(alerts_listed(staff, AlertFilters(clinic=clinic.pk)))
    context = {
        "clinic": clinic,
        "as_of": as_of,
        "read_at": now.astimezone(ZoneInfo(clinic.time_zone)),
        "alerts": [(alert, identified(alert.patient), _url("alert", alert.pk)) for alert in alerts[:LINES]],
        "alert_count": len(alerts),
        "more_alerts": max(len(alerts) - LINES, 0),
        "alerts_url": f"{_url('alerts')}?clinic={clinic.pk}",
        "counts": [(bucket.label, counts[bucket]) for bucket in ATTENTION_BUCKETS],
        "held": [(bucket.label, counts[bucket]) for bucket in _HELD if counts[bucket]],
        "total": total,
        "rows": [(row, identified(row.patient), _url("record", row.patient.pk)) for row in rows],
        "more": total - len(rows),
        "worklist_url": f"{_url('worklist')}?clinic={clinic.pk}",
    }
    return f"Daily list for {display_date(as_of)}: {clinic.name}", "staff_digest", context


def _alert(mail: Mail, now: datetime) -> tuple[str, str, dict[str, Any]]:
    alert = mail.alert
    assert alert is not None
    context = {
        "clinic": mail.clinic,
        "alert": alert,
        "patient": identified(alert.patient),
        "alert_url": _url("alert", alert.pk),
    }
    urgent = alert.grade == AlertGrade.URGENT
    return f"{'Urgent alert' if urgent else 'Alert'}: {mail.clinic.name}", "staff_alert", context


def _emergency(mail: Mail, now: datetime) -> tuple[str, str, dict[str, Any]]:
    # The reason was typed by hand and can say anything of a patient: it stands behind the sign-in.
    row = waiting_in(mail.clinic).get(pk=emergency_of(mail.key))
    zone = ZoneInfo(mail.clinic.time_zone)
    opened, ends = row.opened_at.astimezone(zone), row.ends_at.astimezone(zone)
    context = {
        "clinic": mail.clinic,
        "patient": identified(patient_then(row)),
        "person": row.staff.get_full_name() or row.staff.username,
        "opened_on": display_date(opened.date()),
        "opened": f"{opened:%H:%M}",
        "ends": f"{ends:%H:%M}",
        "review_url": _url("review_emergency", row.pk),
    }
    return f"Emergency access to a record: {mail.clinic.name}", "staff_emergency", context


def _to_patient(mail: Mail, now: datetime) -> tuple[str, str, dict[str, Any]]:
    assert mail.contact_details is not None
    context = {
        "overdue": mail.kind == MailKind.PATIENT_OVERDUE,
        "visit_on": visit_of(mail.key),
        "telephone": mail.clinic.telephone,
        "stop_url": _url("stop_reminders", stop_token(mail.contact_details)),
    }
    # The clinic's name can name the disease: neither it nor anything about the test stands here.
    return "A reminder from your hospital clinic", "patient_reminder", context


_WRITERS = {
    MailKind.STAFF_DIGEST: _digest,
    MailKind.STAFF_ALERT: _alert,
    MailKind.STAFF_EMERGENCY: _emergency,
    MailKind.PATIENT_DUE_SOON: _to_patient,
    MailKind.PATIENT_OVERDUE: _to_patient,
}


def _address(mail: Mail) -> str:
    if mail.staff is not None:
        return mail.staff.email
    assert mail.contact_details is not None
    return mail.contact_details.email


def _url(name: str, *args: object) -> str:
    return settings.SITE_URL + reverse(name, args=args)
