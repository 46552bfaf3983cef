"""Everything that was ever changed in one patient's record, each change in one sentence."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.clock import today_in
from patients.models import Staff
from patients.selectors import patient_for
from tracker.audit.history import history_of
from tracker.views.history_filters import asked_for, page_of
from tracker.views.refusals import refusals_as_pages


@never_cache
@require_safe
@refusals_as_pages()
def patient_history(request: HttpRequest, patient_id: int) -> HttpResponse:
    """One page of the list, the latest first; `?what=`, `?field=`, `?person=`, `?from=` and `?until=` narrow it."""
    staff = cast(Staff, request.user)
    patient = patient_for(staff, patient_id)
    asked = asked_for(request, history_of(staff, patient))
    found = history_of(staff, patient, asked.filters)
    context = page_of(request, found, patient.clinic) | {
        "patient": patient,
        "as_of": today_in(patient.clinic),
        "record_url": reverse("record", args=[patient_id]),
        "asked": asked,
    }
    return render(request, "tracker/patient_history.html", context)
