"""The taper of one corticosteroid course: planned against taken dose, the next checkpoint, and what was decided."""

from datetime import date
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.clock import today_in
from patients.models import Patient, Staff
from patients.selectors import permissions_in
from regimens.rules.vocabulary import CourseRole
from regimens.selectors import course_for, plan_versions, taper_decisions_for
from tracker.presenters.taper import present_taper
from tracker.selectors import RecordPage, standings_of
from tracker.views.days import day_asked_for
from tracker.views.refusals import refusals_as_pages


@never_cache
@require_safe
@refusals_as_pages()
def taper_page(request: HttpRequest, course_id: int) -> HttpResponse:
    """As of today or of `?as_of=`, from what is known now."""
    staff = cast(Staff, request.user)
    asked, as_of = day_asked_for(request)
    course = course_for(staff, course_id)
    page = _page(staff, course.patient, as_of)
    if course.role != CourseRole.CORTICOSTEROID:
        raise Http404("Only a corticosteroid course has a taper.")
    decisions = taper_decisions_for(staff, course.patient).filter(course=course)
    context = {
        "page": page,
        "patient": page.standing.patient,
        "permissions": page.permissions,
        "correcting": page.is_today and request.GET.get("correct") == "1",
        "as_of": page.standing.as_of,
        "unreadable_day": asked if asked and as_of is None else "",
        "course": course,
        "shown": present_taper(page.standing, course, plan_versions(course), decisions),
        "record_url": reverse("record", args=[course.patient_id]) + page.days_query,
    }
    return render(request, "regimens/taper.html", context)


def _page(staff: Staff, patient: Patient, as_of: date | None) -> RecordPage:
    """The patient as of the day, without what only the record itself shows."""
    (standing,) = standings_of(staff, [patient], as_of)
    return RecordPage(standing, today_in(patient.clinic), permissions_in(staff, patient.clinic_id))
