"""The background tab: who this is, conditions, autoantibodies, weight and height."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tracker.presenters.record_background import present_background
from tracker.views.record_page import tab_asked_for


@never_cache
@require_safe
def record_background(request: HttpRequest, patient_id: int) -> HttpResponse:
    """As of today or of `?as_of=`, as known now or on `?known_on=`. Who the patient is, is told as known now."""
    page, context = tab_asked_for(request, patient_id, "background")
    context["shown"] = present_background(page.standing.record.treatment.patient, page.standing.as_of)
    return render(request, "tracker/record_background.html", context)
