"""What is decided about one patient's monitoring, what the schedule makes of it, and every decision ever made."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.selectors import plan_of
from patients.clock import today_in
from patients.models import Staff
from patients.selectors import patient_for, permissions_in
from tracker.journal import history_of
from tracker.presenters.monitoring_plan import PLAN_KINDS, present
from tracker.views.refusals import refusals_as_pages


@never_cache
@require_safe
@refusals_as_pages()
def monitoring_plan(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The plan as of today, as known now."""
    staff = cast(Staff, request.user)
    patient = patient_for(staff, patient_id)
    permissions = permissions_in(staff, patient.clinic_id)
    plan = plan_of(staff, patient, today_in(patient.clinic))
    context = {
        "patient": patient,
        "as_of": plan.as_of,
        "plan": plan,
        "shown": present(plan, history_of(staff, patient, PLAN_KINDS), permissions),
        "permissions": permissions,
        "record_url": reverse("record", args=[patient_id]),
    }
    return render(request, "monitoring/monitoring_plan.html", context)
