"""Safe silence: what nobody would notice by itself, over all patients of the person's clinics."""

from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.selectors import Scope, Silence, counts_in, job_standings, scope_of, silent
from patients.clock import now_in
from patients.models import Staff
from patients.selectors import clinics_of
from tracker import display
from tracker.presenters.heartbeats import job_words
from tracker.presenters.silence import SilenceList, explained, rows_shown

FIRST_ROWS = 8
PAGE_SIZE = 50


@never_cache
@require_safe
def safe_silence(request: HttpRequest) -> HttpResponse:
    """Every list with its first rows, or with `?list=no_owner` one of them in full, page by page."""
    staff = cast(Staff, request.user)
    clinic = clinics_of(staff).first()
    if clinic is None:
        return render(request, "monitoring/safe_silence.html", {"no_clinic": True})
    read_at = now_in(clinic)
    scope = scope_of(staff, read_at.date())
    counts = counts_in(scope)
    chosen = next((kind for kind in Silence if kind.value == request.GET.get("list")), None)
    context: dict[str, Any] = {
        "checked_at": f"{display.day(read_at.date())} at {read_at:%H:%M}",
        "jobs": [job_words(found, clinic.time_zone) for found in job_standings()],
        "chosen": chosen,
        "counts": [(kind, counts[kind]) for kind in Silence],
        "total": sum(counts.values()),
    }
    if chosen is None:
        context["lists"] = [_first(scope, kind, counts[kind]) for kind in Silence]
    else:
        context["page"] = page = _page(scope, chosen, request.GET.get("page"))
        context["lists"] = [SilenceList(chosen, page.paginator.count, explained(chosen), rows_shown(page))]
    return render(request, "monitoring/safe_silence.html", context)


def _first(scope: Scope, kind: Silence, total: int) -> SilenceList:
    found = silent(scope, kind)[:FIRST_ROWS] if total else ()
    return SilenceList(kind, total, explained(kind), rows_shown(found))


def _page(scope: Scope, kind: Silence, number: str | None) -> Page[Model]:
    return Paginator(silent(scope, kind), PAGE_SIZE).get_page(number)
