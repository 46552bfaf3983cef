"""The patient record: where the patient stands and why, what is due, and the course on one time axis."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.rules.missed import missed_visits
from monitoring.rules.plan import paused_drugs
from monitoring.schedules import protocol_of
from monitoring.selectors import corrections_of, open_alerts_of
from patients.models import Staff
from tracker.presenters.looking_back import changes_shown, looking_back
from tracker.presenters.record import present
from tracker.views.days import page_asked_for


@never_cache
@require_safe
def record(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The record as of today, or of `?as_of=2026-04-05` (or 05-Apr-2026), as known now or on `?known_on=`."""
    page, context = page_asked_for(request, patient_id)
    patient = page.standing.patient
    # What was corrected since a day of the past is told beside what was known then.
    corrections = corrections_of(cast(Staff, request.user), patient) if page.known_on is None else {}
    context |= {
        "pathway": page.standing.pathway,
        "monitoring": page.standing.monitoring,
        "permissions": page.permissions,
        "open_alerts": open_alerts_of(cast(Staff, request.user), patient) if page.is_today else [],
        "missed": missed_visits(page.standing.record, page.standing.protocol, page.standing.as_of),
        "paused": paused_drugs(page.standing.record, protocol_of(patient.clinic), page.standing.as_of),
        "shown": present(page, corrections),
        "person": page.standing.record.treatment.patient.person,
        "looking_back": looking_back(page),
        "withdrawn": changes_shown(page.withdrawn, page.standing.patient),
    }
    return render(request, "tracker/record.html", context)
