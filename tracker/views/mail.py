"""The list of e-mails: what was planned, sent, failed or given up; and sending one again that was given up."""

from dataclasses import dataclass
from typing import cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from monitoring.actions.mail import retry_mail
from monitoring.models import Mail
from monitoring.rules.vocabulary import MailStatus
from monitoring.selectors.mail import counts_by_mail_status, mails_for
from patients.errors import Refused
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.seen import seen
from patients.selectors import clinics_of
from tracker import display
from tracker.views.refusals import refusals_as_pages

PAGE_SIZE = 50
_TAGS = {
    MailStatus.PLANNED: "plain",
    MailStatus.CLAIMED: "info",
    MailStatus.SENT: "good",
    MailStatus.FAILED: "caution",
    MailStatus.GIVEN_UP: "danger",
    MailStatus.CANCELLED: "plain",
}


@dataclass(frozen=True, slots=True)
class StatusTab:
    """One list, with how many e-mails it holds; "" for all."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class MailShown:
    """One e-mail as the list shows it. `when` is when it was sent, or else when it may go next."""

    mail: Mail
    status: MailStatus
    tag: str
    when: str
    can_retry: bool


@never_cache
@require_safe
def mail_page(request: HttpRequest) -> HttpResponse:
    """One page of the list; those who lead or administer a clinic see all of its e-mails, others their own."""
    staff = cast(Staff, request.user)
    chosen = request.GET.get("status", "")
    chosen = chosen if chosen in set(MailStatus) else ""
    counts = counts_by_mail_status(staff)
    rows = mails_for(staff)
    page = Paginator(rows.filter(status=chosen) if chosen else rows, PAGE_SIZE).get_page(request.GET.get("page"))
    seen(mail.contact_details.patient_id for mail in page.object_list if mail.contact_details is not None)
    managed = {clinic.pk for clinic in clinics_of(staff, Permission.MANAGE_CLINIC)}
    tabs = [StatusTab("", "All", sum(counts.values()), chosen == "")]
    tabs += [StatusTab(word, word.label.capitalize(), counts[word], word == chosen) for word in MailStatus]
    context = {
        "page": page,
        "rows": [_shown(mail, managed) for mail in page.object_list],
        "tabs": tabs,
        "manages": bool(managed),
        "mail_is_sent": settings.MAIL_IS_SENT,
    }
    return render(request, "monitoring/mail.html", context)


@require_POST
@refusals_as_pages()
def retry_mail_page(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Sends an e-mail again that was given up."""
    try:
        retry_mail(by=cast(Staff, request.user), mail_id=mail_id)
    except Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The e-mail is planned again and goes out within a minute or two."))
    return redirect("mail")


def _shown(mail: Mail, managed: set[int]) -> MailShown:
    status = MailStatus(mail.status)
    moment = mail.sent_at or mail.not_before
    local = moment.astimezone(ZoneInfo(mail.clinic.time_zone))
    ended = status in (MailStatus.CANCELLED, MailStatus.GIVEN_UP)
    when = "" if ended else f"{display.day(local.date())} at {local:%H:%M}"
    can_retry = status is MailStatus.GIVEN_UP and mail.clinic_id in managed
    return MailShown(mail, status, _TAGS[status], when, can_retry)
