"""How far a patient's disease has improved: between two assessments, over each line and over each course."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.protocol.load import load as load_activity
from regimens.protocol.load import load
from regimens.rules.response_comparison import response_findings
from tracker.presenters.response import present
from tracker.views.days import page_asked_for


@never_cache
@require_safe
def response_page(request: HttpRequest, patient_id: int) -> HttpResponse:
    """As of today or of `?as_of=`, as known now or on `?known_on=`; `?baseline=` and `?follow_up=` choose two."""
    page, context = page_asked_for(request, patient_id)
    standing, activity = page.standing, load_activity()
    findings = response_findings(
        standing.record.treatment,
        load(),
        activity,
        standing.as_of,
        standing.pathway,
        baseline=request.GET.get("baseline", "").strip(),
        follow_up=request.GET.get("follow_up", "").strip(),
    )
    context |= {
        "findings": findings,
        "shown": present(findings, activity),
        "record_url": reverse("record", args=[patient_id]) + page.days_query,
    }
    return render(request, "tracker/response.html", context)
