"""What the person who is signed in began to type and did not save: to go on with, or to throw away."""

from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from patients.actions.drafts import throw_away
from patients.drafts import drafts_of
from patients.models import Draft, Patient, Staff
from patients.selectors import may
from tracker import display
from tracker.views.forms.keeping import GO_ON, KeepsDrafts
from tracker.views.refusals import refusals_as_pages


@dataclass(frozen=True, slots=True)
class DraftShown:
    """One draft: which form, of whom, when it was kept and goes; `url` is "" where the person may not save it now."""

    id: int
    title: str
    patient: Patient | None
    kept_at: str
    until: str
    url: str


@never_cache
@require_safe
def my_drafts(request: HttpRequest) -> HttpResponse:
    staff = cast(Staff, request.user)
    shown = [draft_shown(staff, row) for row in drafts_of(staff)]
    return render(request, "patients/my_drafts.html", {"drafts": shown, "days": settings.DRAFT_DAYS})


@never_cache
@require_POST
@refusals_as_pages()
def throw_draft_away(request: HttpRequest, draft_id: int) -> HttpResponse:
    throw_away(by=cast(Staff, request.user), draft_id=draft_id)
    messages.info(request, _("What you had typed is thrown away."))
    return redirect("my_drafts")


def draft_shown(staff: Staff, row: Draft) -> DraftShown:
    """In the clocks of the patient's clinic."""
    zone = ZoneInfo(row.patient.clinic.time_zone) if row.patient else timezone.get_current_timezone()
    at = row.saved_at.astimezone(zone)
    page = _page_at(row.address)
    can_save = page is not None and (row.patient is None or may(staff, row.patient.clinic_id, page.permission))
    return DraftShown(
        id=row.pk,
        title=str(page.title) if page is not None else _("A form that there is no more"),
        patient=row.patient,
        kept_at=_("%(day)s at %(time)s") % {"day": display.day(at.date()), "time": f"{at:%H:%M}"},
        until=display.day((at + timedelta(days=settings.DRAFT_DAYS)).date()),
        url=f"{row.address}{'&' if '?' in row.address else '?'}{GO_ON}=go-on" if can_save else "",
    )


def _page_at(address: str) -> type[KeepsDrafts[Form]] | None:
    """The form page at an address that was kept; None for one that another version of the software had."""
    try:
        page = getattr(resolve(address.partition("?")[0]).func, "view_class", None)
    except Resolver404:
        return None
    return page if isinstance(page, type) and issubclass(page, KeepsDrafts) and page.keeps_drafts else None
