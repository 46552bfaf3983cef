"""Everything that was ever changed in one patient's record, each change in one sentence."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.clock import today_in
from patients.errors import NotAllowed, NotFound
from patients.models import Staff
from patients.selectors import patient_for
from tracker.audit.history import history_of
from tracker.views.history_filters import asked_for, page_of


@never_cache
@require_safe
def patient_history(request: HttpRequest, patient_id: int) -> HttpResponse:
    """One page of the list, the latest first; `?what=`, `?field=`, `?person=`, `?from=` and `?until=` narrow it."""
    staff = cast(Staff, request.user)
    try:
        patient = patient_for(staff, patient_id)
        asked = asked_for(request, history_of(staff, patient))
        found = history_of(staff, patient, asked.filters)
    except NotFound as error:
        raise Http404(error.message) from None
    except NotAllowed as error:
        raise PermissionDenied(error.message) from None
    context = page_of(request, found, patient.clinic) | {
        "patient": patient,
        "as_of": today_in(patient.clinic),
        "record_url": reverse("record", args=[patient_id]),
        "asked": asked,
    }
    return render(request, "tracker/patient_history.html", context)
