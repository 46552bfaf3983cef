"""Who belongs to a clinic, for those who decide it."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.models import Staff
from tracker.staffing.listing import staff_of_clinic
from tracker.views.refusals import refusals_as_pages


@never_cache
@require_safe
@refusals_as_pages()
def clinic_staff(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """Everybody, by name, with what matters for who gets in: role, second factor, last sign-in, open sessions."""
    clinic, members = staff_of_clinic(cast(Staff, request.user), clinic_id)
    return render(request, "tracker/clinic_staff.html", {"clinic": clinic, "members": members})
