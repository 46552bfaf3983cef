"""The treatment tab: what is taken, planned, stopped, what was never given, and what was declared of the disease."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tracker.presenters.planned import planned_in_short
from tracker.presenters.record_courses import present_treatment
from tracker.presenters.timeline import names_for
from tracker.views.record_page import tab_asked_for


@never_cache
@require_safe
def record_treatment(request: HttpRequest, patient_id: int) -> HttpResponse:
    """As of today or of `?as_of=`, as known now or on `?known_on=`."""
    page, context = tab_asked_for(request, patient_id, "treatment", dose_checks=True)
    context["shown"] = present_treatment(page, names_for(page.standing.protocol, page.standing.as_of))
    context["planned"] = planned_in_short(page)
    return render(request, "tracker/record_treatment.html", context)
