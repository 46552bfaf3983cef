"""Which e-mails are wanted, by whom, and which of them a member of staff may see on the list of mails."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Q, QuerySet

from monitoring.models import Mail
from monitoring.rules.sending import LEVELS_UPWARDS, QuietHours, emergency_of, visit_of
from monitoring.rules.vocabulary import AlertGrade, AlertLevel, AlertStatus, MailKind, MailStatus
from monitoring.selectors.telling import items_to_remind_of, remindable
from patients.clock import day_in
from patients.emergencies import waiting_in
from patients.models import Clinic, Membership, Staff
from patients.rules.permissions import Permission
from patients.rules.vocabulary import Role
from patients.selectors import clinics_of

NOT_SENT_YET = (MailStatus.PLANNED, MailStatus.FAILED)
# The trend of a value is looked at on the worklist; it wakes nobody.
GRADES_TO_MAIL = (AlertGrade.URGENT, AlertGrade.ACTION)


def quiet_hours_of(clinic: Clinic) -> QuietHours:
    """When the clinic sends only what cannot wait."""
    return QuietHours(clinic.quiet_from, clinic.quiet_until, ZoneInfo(clinic.time_zone))


def readers_of_digest(clinic: Clinic) -> QuerySet[Membership]:
    """Nurses and doctors of the clinic who want the daily digest and can be written to."""
    return _reachable(clinic).filter(wants_digest=True, role__in=(Role.NURSE, Role.DOCTOR))


def readers_of_alert(clinic: Clinic, level: AlertLevel) -> list[Membership]:
    """Whom an alert at this level is written to.

    Where nobody at the level can be, those of the next level up, and in the end whoever looks after patients: an alert
    that reaches no one is the worst case.
    """
    at_level = {
        AlertLevel.NURSE: Q(role=Role.NURSE),
        AlertLevel.DOCTOR: Q(role=Role.DOCTOR),
        AlertLevel.LEAD: Q(is_lead=True),
    }
    for each in LEVELS_UPWARDS[level]:
        found = list(_reachable(clinic).filter(at_level[each], wants_alerts=True))
        if found:
            return found
    return list(any_reader_of_alerts(clinic))


def any_reader_of_alerts(clinic: Clinic | OuterRef) -> QuerySet[Membership]:
    """Everybody to whom alerts of the clinic can be written, at whatever level: none of them reaches anybody else."""
    looks_after_patients = Q(role__in=(Role.NURSE, Role.DOCTOR)) | Q(is_lead=True)
    return _reachable(clinic).filter(looks_after_patients, wants_alerts=True)


def readers_of_emergencies(clinic: Clinic) -> list[Membership]:
    """Who is told of an emergency access: those who lead or administer the clinic, else whoever can be written to.

    What somebody wants to be told by e-mail makes no difference.
    """
    found = list(_reachable(clinic).filter(Q(is_lead=True) | Q(role=Role.ADMIN)))
    return found or list(_reachable(clinic))


def a_failed_mail_waits() -> bool:
    """Whether any e-mail that failed is to be tried again."""
    # The first condition is that of the index, word for word.
    return Mail.objects.filter(status__in=("planned", "claimed", "failed")).filter(status=MailStatus.FAILED).exists()


def why_not_to_send(mail: Mail, now: datetime) -> str:
    """Why a planned e-mail has no purpose any more, in words; "" while it has.

    Asked again right before sending, since hours may lie between planning and sending.
    """
    today = day_in(mail.clinic, now)
    if mail.kind == MailKind.STAFF_DIGEST:
        if mail.for_day != today:
            return "The day it was for is over."
        wanted = readers_of_digest(mail.clinic).filter(staff=mail.staff).exists()
        return "" if wanted else "The recipient no longer wants the digest or cannot be written to."
    if mail.alert is not None:
        if mail.alert.status != AlertStatus.OPEN:
            return "Somebody has seen the alert."
        if mail.alert.patient.clinic_id != mail.clinic_id:
            return "The patient was handed over to another clinic."
        wanted = _reachable(mail.clinic).filter(staff=mail.staff, wants_alerts=True).exists()
        return "" if wanted else "The recipient no longer wants alerts or cannot be written to."
    if mail.kind == MailKind.STAFF_EMERGENCY:
        if not waiting_in(mail.clinic).filter(pk=emergency_of(mail.key)).exists():
            return "Somebody has reviewed the emergency access."
        wanted = any(member.staff_id == mail.staff_id for member in readers_of_emergencies(mail.clinic))
        return "" if wanted else "The recipient no longer leads or administers the clinic, or cannot be written to."
    return _why_not_to_remind(mail, today)


def mails_for(staff: Staff) -> QuerySet[Mail]:
    """E-mails to the person, and all of the clinics that they lead or administer; the latest first."""
    managed = clinics_of(staff, Permission.MANAGE_CLINIC).order_by().values("pk")
    return (
        Mail.objects.filter(Q(staff=staff) | Q(clinic__in=managed))
        .select_related("clinic", "staff", "contact_details__patient", "alert__patient")
        .order_by("-created_at", "-pk")
    )


def counts_by_mail_status(staff: Staff) -> dict[MailStatus, int]:
    """How many e-mails that the person may see stand where. One query."""
    rows = mails_for(staff).order_by().values_list("status").annotate(count=Count("pk"))
    counted = dict(rows)
    return {word: counted.get(word, 0) for word in MailStatus}


def _reachable(clinic: Clinic | OuterRef) -> QuerySet[Membership]:
    members = Membership.objects.filter(clinic=clinic, staff__is_active=True).exclude(staff__email="")
    return members.select_related("staff").order_by("pk")


def _why_not_to_remind(mail: Mail, today: date) -> str:
    details = remindable().filter(pk=mail.contact_details_id or 0, patient__clinic=mail.clinic_id).first()
    if details is None:
        return "The patient no longer wants reminders, or is not to have them."
    items = items_to_remind_of(MailKind(mail.kind), today, [details.patient_id])
    if mail.kind == MailKind.PATIENT_DUE_SOON:
        items = items.filter(visit_on=visit_of(mail.key))
    return "" if items.exists() else "Nothing is due any more."
