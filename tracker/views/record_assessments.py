"""The assessments tab: every severity assessment, the newest first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tracker.presenters.record_background import assessments_up_to
from tracker.views.record_page import tab_asked_for


@never_cache
@require_safe
def record_assessments(request: HttpRequest, patient_id: int) -> HttpResponse:
    """As of today or of `?as_of=`, as known now or on `?known_on=`."""
    page, context = tab_asked_for(request, patient_id, "assessments")
    context["assessments"] = assessments_up_to(page.standing.record.treatment.patient, page.standing.as_of)
    return render(request, "tracker/record_assessments.html", context)
