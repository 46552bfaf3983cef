"""The timeline: everything about one patient on one axis of days, to look closer at, and as files."""

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.clock import now_in
from patients.models import Staff
from tracker.presenters.timeline import LANE_LABELS, LANE_PRESETS, TimelineShown, heading, timeline_shown
from tracker.presenters.timeline_table import MOST_IN_DRAWING, as_csv
from tracker.selectors import RecordPage
from tracker.timeline.marks import LaneKind, Timeline
from tracker.timeline.sheet import Heading, as_png, as_svg
from tracker.views.days import page_asked_for
from tracker.views.timeline_asked import Addresses, asked_in


@never_cache
@require_safe
def timeline_page(request: HttpRequest, patient_id: int) -> HttpResponse:
    """`?from=` and `?until=` choose the days, `?lanes=` the lanes; `?as_of=` and `?known_on=` as on the record."""
    page, context = page_asked_for(request, patient_id)
    asked, problems = asked_in(request)
    shown = timeline_shown(page.standing, asked, page.coming)
    address = Addresses(page, asked)
    context |= {
        "tab": "timeline",
        "shown": shown,
        "timeline_problems": problems,
        "timeline_keeps": {"lanes": [lane.value for lane in asked.lanes]} if asked.lanes else {},
        "presets": [(link.label, address.of(link.span), link.here) for link in shown.presets],
        "steps": [(link.label, address.of(link.span)) for link in shown.steps],
        "lane_presets": [
            (label, address.of(shown.span, lanes), set(lanes) == set(asked.lanes or LaneKind))
            for label, lanes in LANE_PRESETS
        ],
        "lanes": [(lane.value, label, not asked.lanes or lane in asked.lanes) for lane, label in LANE_LABELS.items()],
        "downloads": [
            (_("Picture (SVG)"), address.of(shown.span, route="timeline_svg")),
            (_("Picture (PNG)"), address.of(shown.span, route="timeline_png")),
            (_("Table (CSV)"), address.of(shown.span, route="timeline_csv")),
        ],
        "table_address": address.of(shown.span, route="timeline_table") if _is_long(shown) else "",
        "record_url": reverse("record", args=[patient_id]) + page.days_query,
    }
    return render(request, "tracker/timeline.html", context)


@never_cache
@require_safe
def timeline_svg(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The drawing of the same address as a picture that can be enlarged."""
    return _picture(request, patient_id, as_svg, "image/svg+xml", "svg")


@never_cache
@require_safe
def timeline_png(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The drawing of the same address as a picture for slides and letters."""
    return _picture(request, patient_id, as_png, "image/png", "png")


@never_cache
@require_safe
def timeline_csv(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The table of the same address."""
    page, shown = _file_of(request, patient_id)
    rows = shown.timeline.rows if shown.timeline is not None else ()
    found = as_csv(page.standing.patient, page.standing.as_of, rows)
    return _file(found, "text/csv; charset=utf-8", page, "csv")


def _is_long(shown: TimelineShown) -> bool:
    """Whether the table would weigh more than the drawing, and so is fetched when it is asked for."""
    return shown.timeline is not None and len(shown.timeline.rows) > MOST_IN_DRAWING


def _file_of(request: HttpRequest, patient_id: int) -> tuple[RecordPage, TimelineShown]:
    page, _context = page_asked_for(request, patient_id)
    asked, _problems = asked_in(request)
    return page, timeline_shown(page.standing, asked, page.coming)


def _picture(
    request: HttpRequest, patient_id: int, drawn: Callable[[Timeline, Heading], bytes], media: str, ending: str
) -> HttpResponse:
    """The drawing as a file, with whose it is over it. A drawing of nothing is no file; the words say so."""
    page, shown = _file_of(request, patient_id)
    if shown.timeline is None:
        words = _("Nothing dated is recorded of this patient up to that day, so there is nothing to draw.")
        return HttpResponse(words, status=404, content_type="text/plain; charset=utf-8")
    patient, staff = page.standing.patient, cast(Staff, request.user)
    titled = heading(page.standing, patient, shown.span, printed_by=staff, printed_at=now_in(patient.clinic))
    return _file(drawn(shown.timeline, titled), media, page, ending)


def _file(content: bytes, media: str, page: RecordPage, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media)
    name = f"timeline-{page.standing.patient.pk}-{page.standing.as_of.isoformat()}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
