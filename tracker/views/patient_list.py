"""The patients of the person's clinics, found by name, number or day of birth."""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import clinics_of, search_patients
from tracker.presenters.patient_list import present
from tracker.selectors import standings_of

PAGE_SIZE = 25
LONGEST_SEARCH = 100  # characters


@never_cache
@require_safe
def patient_list(request: HttpRequest) -> HttpResponse:
    """One page of the list; `?q=` searches, `?page=` turns pages and a page too far is the last one."""
    staff = cast(Staff, request.user)
    # PostgreSQL knows no character 0; nothing longer than this can be a name or a number.
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    page = Paginator(search_patients(staff, text), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "text": text,
        "page": page,
        "lines": present(standings_of(staff, list(page.object_list))),
        "may_register": clinics_of(staff, Permission.REGISTER_PATIENT).exists(),
    }
    return render(request, "patients/patient_list.html", context)
