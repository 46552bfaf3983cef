"""The worklist: every open due item over all patients of the person's clinics, tests first."""

from typing import cast
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.actions.bulk_work import MOST, BulkKind
from monitoring.models import DueItem
from monitoring.selectors import ATTENTION, Asked, Sort, asked_for, counts_of_list, query_of, saved_views_of, worklist
from patients.clock import now_in
from patients.models import Clinic, Staff
from patients.rules.permissions import Permission
from patients.selectors import clinics_of
from tracker.presenters.worklist import LISTS, filters_shown, shown_rows, sorts, tabs
from tracker.presenters.worklist_blocks import blocks

PAGE_SIZE = 50
_BESIDE = frozenset({"page"})


class CountedPages(Paginator):  # type: ignore[type-arg]  # takes no parameters when the program runs
    """Pages of rows that were counted already: the tabs know how many there are."""

    def __init__(self, rows: QuerySet[DueItem], size: int, count: int) -> None:
        super().__init__(rows, size)
        self.count = count


@never_cache
@require_safe
def worklist_page(request: HttpRequest) -> HttpResponse:
    """One page of the list. Filters stand in the address; one that is not known is left out and named."""
    staff = cast(Staff, request.user)
    asked = asked_for(staff, request.GET, _BESIDE)
    if not asked.clinics:
        return render(request, "monitoring/worklist.html", {"no_clinic": True})
    filters = asked.filters
    read_at = now_in(clinic_of_the_day(asked))
    as_of = read_at.date()
    by_bucket, patients = counts_of_list(staff, as_of, filters)
    shown_tabs = tabs(by_bucket, filters.bucket)
    count = next(tab.count for tab in shown_tabs if tab.chosen)
    page = CountedPages(worklist(staff, as_of, filters), PAGE_SIZE, count).get_page(request.GET.get("page"))
    offered = filters_shown(staff, asked)
    recordable = {clinic.pk for clinic in clinics_of(staff, Permission.RECORD_MONITORING)}
    context = {
        "as_of": as_of,
        "read_at": f"{read_at:%H:%M}",  # by the clinic's clocks; a template would turn it into UTC
        "list_name": LISTS[filters.bucket],
        "page": page,
        "blocks": blocks(shown_rows(staff, page.object_list, as_of)),
        "patients": patients,
        "recordable": recordable,
        "tabs": shown_tabs,
        "asked": asked,
        "filters": filters,
        "offered": offered,
        "narrowed": asked.patient is not None or any(found.chosen for found in offered),
        "more_set": filters.sort != Sort.TESTS_FIRST or any(found.chosen and not found.everyday for found in offered),
        "sorts": sorts(filters.sort),
        "query": query_of(filters),
        "back": urlencode({"next": request.get_full_path()}),
        "views": [(view, view.query == query_of(filters)) for view in saved_views_of(staff)],
        "bulk_kinds": BulkKind.choices(),
        "most_in_bulk": MOST,
        "several_clinics": len(asked.clinics) > 1,
        "attention": ATTENTION,
    }
    return render(request, "monitoring/worklist.html", context)


def clinic_of_the_day(asked: Asked) -> Clinic:
    """Whose calendar day the list stands for: the chosen clinic's, else that of the first by name."""
    return next((clinic for clinic in asked.clinics if clinic.pk == asked.filters.clinic), asked.clinics[0])
