"""The questions of the pathway that wait for a clinician's decision, over all patients of the person's clinics."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import clinics_of
from tracker.home.questions import open_questions
from tracker.presenters.home import clinics_with_questions

FIRST = 6


@never_cache
@require_safe
def questions_page(request: HttpRequest) -> HttpResponse:
    """All of them, of every clinic of the person; a review is offered where their role decides."""
    staff = cast(Staff, request.user)
    clinics = list(clinics_of(staff))
    deciding = {clinic.pk for clinic in clinics_of(staff, Permission.JUDGE_TREATMENT)}
    context = {
        "found": open_questions(staff, [clinic.pk for clinic in clinics]),
        "deciding": deciding,
        "several": len(clinics) > 1,
        "no_clinic": not clinics,
    }
    return render(request, "tracker/questions.html", context)


@never_cache
@require_safe
def home_questions(request: HttpRequest) -> HttpResponse:
    """The first of them as the home page of a doctor shows them."""
    staff = cast(Staff, request.user)
    deciding = clinics_with_questions(staff)
    context = {
        "found": open_questions(staff, deciding, FIRST),
        "deciding": deciding,
        "several": len(clinics_of(staff)) > 1,
    }
    return render(request, "tracker/_questions_waiting.html", context)
