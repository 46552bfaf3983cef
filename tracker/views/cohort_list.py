"""The people behind a number of the cohort pages, or everybody under care whom the filters leave."""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.models import Staff
from tracker.caseload.cohort import Cohort
from tracker.caseload.figures import parts_behind
from tracker.caseload.people import Behind, behind, listed_rows, people_lines
from tracker.views.cohort_csv import streamed
from tracker.views.cohort_page import opened, shown

PAGE_SIZE = 50


@never_cache
@require_safe
def cohort_list(request: HttpRequest) -> HttpResponse:
    """One page of the list; it has as many rows as the number that led to it."""
    found, context = opened(request, parts_behind(request.GET.get("cell", "")))
    if found is not None:
        staff = cast(Staff, request.user)
        people = _behind(request, staff, found)
        page = Paginator(people.units, PAGE_SIZE).get_page(request.GET.get("page"))
        context |= {
            "people": people,
            "page": page,
            "rows": listed_rows(staff, found, page.object_list),
            "cell": request.GET.get("cell", "") if people.cell else "",
            "with_words": any(unit.words for unit in people.units),
        }
    return shown(request, "tracker/cohort_list.html", found, context)


@never_cache
@require_safe
def cohort_list_csv(request: HttpRequest) -> HttpResponseBase:
    """The whole list as a file."""
    found, _context = opened(request, parts_behind(request.GET.get("cell", "")))
    if found is None:
        return redirect("cohort")
    staff = cast(Staff, request.user)
    people = _behind(request, staff, found)
    return streamed("cohort-people", found, people.title, people_lines(staff, found, people))


def _behind(request: HttpRequest, staff: Staff, found: Cohort) -> Behind:
    return behind(staff, found, request.GET.get("cell", ""))
