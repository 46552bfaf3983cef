"""Patients of one clinic whose records are past their time, for a decision. Nothing is deleted."""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import clinic_for
from tracker.patient_life.retention import past_retention, to_look_through
from tracker.views.refusals import refusals_as_pages

PAGE_SIZE = 50


@never_cache
@require_safe
@refusals_as_pages()
def retention_page(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """One page of those of whom nothing was entered for the clinic's years; children may have to be kept longer."""
    staff = cast(Staff, request.user)
    clinic = clinic_for(staff, clinic_id, Permission.MANAGE_CLINIC)
    page = Paginator(to_look_through(staff, clinic_id), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = past_retention(list(page.object_list))
    context = {"clinic": clinic, "page": page, "rows": rows, "kept_longer": len(page.object_list) - len(rows)}
    return render(request, "patients/retention.html", context)
