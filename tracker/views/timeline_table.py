"""The entries of a timeline as a table by itself: what a drawing too long to carry them leads to."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tracker.presenters.timeline import timeline_shown
from tracker.presenters.timeline_table import ROWS_ON_A_PAGE
from tracker.views.days import page_asked_for
from tracker.views.timeline_asked import Addresses, asked_in


@never_cache
@require_safe
def timeline_table(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The days and lanes of the address, as on the page of the drawing; `?page=` goes on in a long table."""
    page, context = page_asked_for(request, patient_id)
    asked, problems = asked_in(request)
    shown = timeline_shown(page.standing, asked, page.coming)
    entries = shown.timeline.rows if shown.timeline is not None else ()
    listed = Paginator(entries, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    address = Addresses(page, asked)
    context |= {
        "tab": "timeline",
        "shown": shown,
        "timeline_problems": problems,
        "entries": len(entries),
        "rows": listed.object_list,
        "rows_page": listed,
        "drawing_url": address.of(shown.span),
        "file_url": address.of(shown.span, route="timeline_csv"),
        "record_url": reverse("record", args=[patient_id]) + page.days_query,
    }
    return render(request, "tracker/timeline_table.html", context)
