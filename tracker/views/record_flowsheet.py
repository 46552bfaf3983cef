"""The results tab: a flowsheet by panel and day, and each value in full."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.panels import panel_named
from monitoring.selectors import corrections_of
from patients.models import Staff
from tracker.presenters.record_flowsheet import present_flowsheet
from tracker.presenters.record_values import corrections_told
from tracker.views.record_page import tab_asked_for


@never_cache
@require_safe
def record_flowsheet(request: HttpRequest, patient_id: int) -> HttpResponse:
    """As of today or of `?as_of=`, as known now or on `?known_on=`.

    `?panel=` narrows to the tests of one panel, `?page=` goes back in days; `?showing=` opens the page of one result.
    """
    page, context = tab_asked_for(request, patient_id, "results")
    standing = page.standing
    # What was corrected since a day of the past is told beside what was known then.
    corrections = corrections_of(cast(Staff, request.user), standing.patient) if page.known_on is None else {}
    context["sheet"] = present_flowsheet(
        standing,
        panel_named(request.GET.get("panel", "")),
        request.GET.get("page", ""),
        request.GET.get("showing", ""),
        corrections_told(corrections, standing.patient.clinic.time_zone),
    )
    return render(request, "tracker/record_flowsheet.html", context)
