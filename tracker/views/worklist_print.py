"""The worklist on paper: exactly the filtered list, compact, black on white."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.selectors import asked_for, counts_by_bucket, query_of, worklist
from patients.clock import now_in
from patients.models import Staff
from tracker.presenters.worklist import filters_shown, list_words, name_of, shown_rows, sorts, tabs
from tracker.views.worklist import clinic_of_the_day

MOST = 500  # rows on paper: some twenty pages


@never_cache
@require_safe
def worklist_print_page(request: HttpRequest) -> HttpResponse:
    """Every row up to MOST, and in words when there are more."""
    staff = cast(Staff, request.user)
    asked = asked_for(staff, request.GET)
    if not asked.clinics:
        return redirect("worklist")
    filters = asked.filters
    read_at = now_in(clinic_of_the_day(asked))
    as_of = read_at.date()
    counts = tabs(counts_by_bucket(staff, as_of, filters), filters.bucket)
    context = {
        "as_of": as_of,
        "read_at": f"{read_at:%H:%M}",
        "list_words": list_words(asked, filters_shown(staff, asked)),
        "order": next(choice.label for choice in sorts(filters.sort) if choice.chosen),
        "ignored": asked.ignored,
        "count": next(tab.count for tab in counts if tab.chosen),
        "most": MOST,
        "rows": shown_rows(staff, worklist(staff, as_of, filters)[:MOST], as_of),
        "printed_by": name_of(staff),
        "query": query_of(filters),
        "several_clinics": len(asked.clinics) > 1,
    }
    return render(request, "monitoring/worklist_print.html", context)
