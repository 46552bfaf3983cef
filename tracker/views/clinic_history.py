"""Everything that was ever changed in a clinic's settings and in who belongs to it."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.models import Staff
from tracker.audit.history import clinic_history as history_of_clinic
from tracker.audit.history import clinic_managed
from tracker.views.history_filters import asked_for, page_of
from tracker.views.refusals import refusals_as_pages


@never_cache
@require_safe
@refusals_as_pages()
def clinic_history(request: HttpRequest, clinic_id: int) -> HttpResponse:
    """One page of the list, the latest first; filtered as the history of a patient is."""
    staff = cast(Staff, request.user)
    clinic = clinic_managed(staff, clinic_id)
    asked = asked_for(request, history_of_clinic(staff, clinic_id))
    found = history_of_clinic(staff, clinic_id, asked.filters)
    return render(request, "tracker/clinic_history.html", page_of(request, found, clinic) | {"asked": asked})
