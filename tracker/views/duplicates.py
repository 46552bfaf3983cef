"""Records of one clinic that may be about one person, for those who may merge them."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.duplicates import alike_pairs
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import clinic_for
from tracker.views.refusals import refusals_as_pages


@never_cache
@require_safe
@refusals_as_pages()
def duplicates_page(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """The pairs, the likeliest first, each with why and a way to compare the two."""
    staff = cast(Staff, request.user)
    clinic = clinic_for(staff, clinic_id, Permission.MERGE_PATIENTS)
    found = alike_pairs(staff, clinic_id)
    return render(request, "patients/duplicates.html", {"clinic": clinic, "found": found})
