"""The patient record: where the patient stands and why, what is due, and the course on one time axis."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tracker.presenters.looking_back import changes_shown, looking_back
from tracker.presenters.record import present
from tracker.views.days import page_asked_for


@never_cache
@require_safe
def record(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The record as of today, or of `?as_of=2026-04-05` (or 05-Apr-2026), as known now or on `?known_on=`."""
    page, context = page_asked_for(request, patient_id)
    context |= {
        "pathway": page.standing.pathway,
        "monitoring": page.standing.monitoring,
        "permissions": page.permissions,
        "shown": present(page),
        "person": page.standing.record.treatment.patient.person,
        "looking_back": looking_back(page),
        "withdrawn": changes_shown(page.withdrawn, page.standing.patient),
    }
    return render(request, "tracker/record.html", context)
