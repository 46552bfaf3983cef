"""The emergency accesses to patients of the person's clinics, for those who review them; and ending one early."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from patients.actions import close_emergency_access
from patients.emergencies import emergencies_to_review
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.seen import seen
from patients.selectors import clinics_of
from tracker.presenters.emergencies import emergency_shown
from tracker.views.refusals import refusals_as_pages

PAGE_SIZE = 50


@never_cache
@require_safe
def emergency_reviews(request: HttpRequest) -> HttpResponse:
    """What waits first, then what was reviewed, the latest first."""
    staff = cast(Staff, request.user)
    if not clinics_of(staff, Permission.REVIEW_BREAK_GLASS).exists():
        raise PermissionDenied(_("Your role does not review emergency access."))
    page = Paginator(emergencies_to_review(staff), PAGE_SIZE).get_page(request.GET.get("page"))
    seen(row.patient_id for row in page.object_list)
    now = timezone.now()
    context = {"page": page, "rows": [emergency_shown(row, now) for row in page.object_list]}
    return render(request, "patients/emergency_reviews.html", context)


@never_cache
@require_POST
@refusals_as_pages()
def close_emergency(request: HttpRequest, emergency_id: int) -> HttpResponse:
    """One button: by whoever opened it, or by the patient's clinic."""
    staff = cast(Staff, request.user)
    row = close_emergency_access(by=staff, emergency_id=emergency_id)
    messages.success(request, _("The emergency access is closed. The record can no longer be read under it."))
    return redirect("patient_list") if row.staff_id == staff.pk else redirect("review_emergency", emergency_id=row.pk)
