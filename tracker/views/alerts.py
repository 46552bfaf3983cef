"""Alerts: abnormal results and other findings that a person must see, the most urgent first."""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.protocol.load import load
from monitoring.rules.vocabulary import AlertGrade, AlertLevel
from monitoring.selectors import AlertFilters, alert_counts, alerts_listed
from monitoring.selectors.alerts import NOT_CLOSED
from patients.clock import now_in
from patients.models import Staff
from patients.selectors import clinics_of
from tracker.presenters.alerts import (
    LISTS,
    Tab,
    asked_of,
    clinic_filter,
    filter_of_tests,
    grade_filter,
    level_filter,
    rows_shown,
)

PAGE_SIZE = 50


@never_cache
@require_safe
def alerts_page(request: HttpRequest) -> HttpResponse:
    """One page of the list. Filters stand in the address; one that is not known is left out and named."""
    staff = cast(Staff, request.user)
    clinics = list(clinics_of(staff))
    if not clinics:
        return render(request, "monitoring/alerts.html", {"no_clinic": True})
    tests = set(load().thresholds) | set(load().trends)
    asked = asked_of(
        request.GET,
        {
            "clinic": {str(clinic.pk) for clinic in clinics},
            "grade": {word.value for word in AlertGrade},
            "level": {word.value for word in AlertLevel},
            "test": set(load().analytes),
            "status": set(LISTS),
        },
    )
    filters = AlertFilters(
        clinic=asked.id_of("clinic"),
        patient=asked.id_of("patient"),
        grade=asked.sound["grade"],
        level=asked.sound["level"],
        test=asked.sound["test"],
        status=asked.sound["status"] or NOT_CLOSED,
    )
    read_at = now_in(next((clinic for clinic in clinics if clinic.pk == filters.clinic), clinics[0]))
    counts = alert_counts(staff, filters)
    page = Paginator(alerts_listed(staff, filters), PAGE_SIZE).get_page(request.GET.get("page"))
    offered = [
        clinic_filter(clinics, asked.sound["clinic"]),
        grade_filter(filters.grade),
        level_filter(filters.level),
        filter_of_tests(tests | {filters.test}, filters.test),
    ]
    context = {
        "as_of": read_at.date(),
        "read_at": f"{read_at:%H:%M}",  # by the clinic's clocks; a template would turn it into UTC
        "list_name": LISTS[filters.status],
        "page": page,
        "rows": rows_shown(page.object_list),
        "tabs": [Tab(value, label, counts[value], value == filters.status) for value, label in LISTS.items()],
        "filters": filters,
        "offered": [found for found in offered if found.name != "clinic" or len(clinics) > 1],
        "narrowed": filters.patient is not None or any(found.chosen for found in offered),
        "ignored": asked.ignored,
        "several_clinics": len(clinics) > 1,
    }
    return render(request, "monitoring/alerts.html", context)
