"""What staff did about one patient's due items: contacts, samples, what was put off or not needed, whose work it is."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.selectors import missed_visits_of
from patients.clock import today_in
from patients.models import Staff
from patients.selectors import patient_for, permissions_in
from tracker.journal import history_of
from tracker.presenters.monitoring_plan import history_shown
from tracker.views.refusals import refusals_as_pages

WORK_KINDS = ("contact", "sample", "snooze", "not_needed", "assignment")


@never_cache
@require_safe
@refusals_as_pages()
def patient_work_page(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Everything that was ever entered, the latest first, with what became of it."""
    staff = cast(Staff, request.user)
    patient = patient_for(staff, patient_id)
    today, permissions = today_in(patient.clinic), permissions_in(staff, patient.clinic_id)
    told = history_of(staff, patient, WORK_KINDS)
    context = {
        "patient": patient,
        "as_of": today,
        "history": [history_shown(each, patient, frozenset(permissions)) for each in told],
        "missed": missed_visits_of(staff, [patient], today).get(patient.pk),
        "permissions": permissions,
        "record_url": reverse("record", args=[patient_id]),
    }
    return render(request, "monitoring/patient_work.html", context)
