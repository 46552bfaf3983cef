"""Everything that ever happened to one entry: what it replaced, what replaced it, and what was changed in place."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.clock import today_in
from patients.models import Staff
from patients.selectors import patient_for
from tracker.audit.history import entry_history as history_of_entry
from tracker.audit.history import entry_label
from tracker.views.history_filters import page_of
from tracker.views.refusals import refusals_as_pages


@never_cache
@require_safe
@refusals_as_pages()
def entry_history(request: HttpRequest, patient_id: int, kind: str, entry_id: int) -> HttpResponse:
    """One page of the list, the latest first."""
    staff = cast(Staff, request.user)
    patient = patient_for(staff, patient_id)
    found = history_of_entry(staff, patient, kind, entry_id)
    context = page_of(request, found, patient.clinic) | {
        "patient": patient,
        "as_of": today_in(patient.clinic),
        "record_url": reverse("record", args=[patient_id]),
        "label": entry_label(kind),
    }
    return render(request, "tracker/entry_history.html", context)
