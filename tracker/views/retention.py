"""Patients of one clinic whose records are past their time, for a decision. Nothing is deleted."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.errors import NotAllowed, NotFound
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import clinic_for
from tracker.patient_life.retention import past_retention, to_look_through

PAGE_SIZE = 50


@never_cache
@require_safe
def retention_page(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """One page of those of whom nothing was entered for the clinic's years; children may have to be kept longer."""
    staff = cast(Staff, request.user)
    try:
        clinic = clinic_for(staff, clinic_id, Permission.MANAGE_CLINIC)
        page = Paginator(to_look_through(staff, clinic_id), PAGE_SIZE).get_page(request.GET.get("page"))
    except NotFound as error:
        raise Http404(error.message) from None
    except NotAllowed as error:
        raise PermissionDenied(error.message) from None
    rows = past_retention(list(page.object_list))
    context = {"clinic": clinic, "page": page, "rows": rows, "kept_longer": len(page.object_list) - len(rows)}
    return render(request, "patients/retention.html", context)
