"""The infusions of one course: what is planned, what has to be looked at first, what was given. One page to print."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.rules.schedule import evaluate
from monitoring.schedules import protocol_of
from monitoring.selectors import records_of
from patients.clock import today_in
from patients.models import Staff
from patients.selectors import permissions_in
from regimens.protocol.load import load
from regimens.rules.infusion_plan import is_infused
from regimens.selectors import course_for, drug_name, infusions_of
from tracker.presenters.infusions import present
from tracker.views.refusals import refusals_as_pages


@never_cache
@require_safe
@refusals_as_pages()
def infusions(request: HttpRequest, course_id: int) -> HttpResponse:
    """As of today, in the patient's clinic. A course that is not infused has no such page."""
    staff = cast(Staff, request.user)
    row = course_for(staff, course_id)
    patient, today = row.patient, today_in(row.patient.clinic)
    record = records_of(staff, [patient])[patient.pk]
    course = next(one for one in record.treatment.courses if one.id == str(row.pk))
    into_a_vein = is_infused(course.route, load().drugs.get(course.drug))
    if course.never_given or not (course.infusions or into_a_vein):
        raise Http404("Only a drug given into a vein has infusions.")
    protocol = protocol_of(patient.clinic)
    plan = next(iter(row.infusion_plans.all()), None)
    shown = present(course, record, protocol, evaluate(record, protocol, today), plan, infusions_of(staff, row), today)
    context = {
        "patient": patient,
        "today": today,
        "course": row,
        "drug_name": drug_name(row),
        "stopped": row.stop_on is not None and row.stop_on <= today,
        "can_be_planned": into_a_vein,
        "permissions": permissions_in(staff, patient.clinic_id),
        "correcting": request.GET.get("correct") == "1",
        "shown": shown,
    }
    return render(request, "regimens/infusions.html", context)
