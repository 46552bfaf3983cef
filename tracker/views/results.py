"""Results across all patients, newest sample first: what asked for something, and what asks for nothing."""

from datetime import date
from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.protocol.load import load
from monitoring.selectors import ReadingFilters, ResultList, read_rows, results_listed
from patients.clock import now_in
from patients.models import Clinic, Staff
from patients.selectors import clinics_of
from tracker.home.days import entered_from
from tracker.presenters.alerts import Asked, Tab, asked_of, clinic_filter, filter_of_tests
from tracker.views.days import day_asked_for

PAGE_SIZE = 50


@never_cache
@require_safe
def results_page(request: HttpRequest) -> HttpResponse:
    """One page of the list. Filters stand in the address; one that is not known is left out and named."""
    staff = cast(Staff, request.user)
    clinics = list(clinics_of(staff))
    if not clinics:
        return render(request, "monitoring/results.html", {"no_clinic": True})
    protocol = load()
    known = {
        "clinic": {str(clinic.pk) for clinic in clinics},
        "test": set(protocol.analytes),
        "which": {word.value for word in ResultList},
    }
    asked = asked_of(request.GET, known)
    since_asked, since = day_asked_for(request, "since")
    filters = _filters(asked, since, clinics)
    read_at = now_in(next((clinic for clinic in clinics if clinic.pk == filters.clinic), clinics[0]))
    page = Paginator(results_listed(staff, filters), PAGE_SIZE).get_page(request.GET.get("page"))
    offered = [
        clinic_filter(clinics, asked.sound["clinic"]),
        filter_of_tests(set(protocol.analytes), filters.test),
    ]
    context = {
        "as_of": read_at.date(),
        "read_at": f"{read_at:%H:%M}",  # by the clinic's clocks; a template would turn it into UTC
        "page": page,
        "rows": read_rows(page.object_list),
        "tabs": [Tab(word.value, word.label, None, word is filters.which) for word in ResultList],
        "filters": filters,
        "offered": [found for found in offered if found.name != "clinic" or len(clinics) > 1],
        "since": since,
        "narrowed": bool(filters.patient or since) or any(found.chosen for found in offered),
        "ignored": [*asked.ignored, *([f"since “{since_asked}”"] if since_asked and since is None else [])],
        "looks_back": protocol.raising.entered_within_days,
        "several_clinics": len(clinics) > 1,
    }
    return render(request, "monitoring/results.html", context)


def _filters(asked: Asked, since: date | None, clinics: list[Clinic]) -> ReadingFilters:
    return ReadingFilters(
        clinic=asked.id_of("clinic"),
        patient=asked.id_of("patient"),
        test=asked.sound["test"],
        which=ResultList(asked.sound["which"] or ResultList.ALL),
        entered=entered_from(since, clinics) if since else None,
    )
