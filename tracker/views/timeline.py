"""The timeline: everything about one patient on one axis of days, to look closer at, and as files."""

from datetime import date
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.clock import now_in
from patients.models import Staff
from tracker.presenters.timeline import (
    LANE_LABELS,
    LANE_PRESETS,
    Asked,
    TimelineShown,
    heading,
    timeline_shown,
)
from tracker.presenters.timeline_table import as_csv
from tracker.selectors import RecordPage
from tracker.timeline.marks import LaneKind
from tracker.timeline.sheet import Heading, as_png, as_svg
from tracker.timeline.view import Span
from tracker.views.days import day_asked_for, page_asked_for


@never_cache
@require_safe
def timeline_page(request: HttpRequest, patient_id: int) -> HttpResponse:
    """`?from=` and `?until=` choose the days, `?lanes=` the lanes; `?as_of=` and `?known_on=` as on the record."""
    page, context = page_asked_for(request, patient_id)
    asked, problems = _asked(request)
    shown = timeline_shown(page.standing, asked)
    address = _Addresses(page, asked)
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
        "record_url": reverse("record", args=[patient_id]) + page.days_query,
    }
    return render(request, "tracker/timeline.html", context)


@never_cache
@require_safe
def timeline_svg(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The drawing of the same address as a picture that can be enlarged."""
    page, shown = _file_of(request, patient_id)
    if shown.timeline is None:
        return _nothing(request, page)
    found = as_svg(shown.timeline, _heading(request, page, shown))
    return _file(found, "image/svg+xml", page, shown, "svg")


@never_cache
@require_safe
def timeline_png(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The drawing of the same address as a picture for slides and letters."""
    page, shown = _file_of(request, patient_id)
    if shown.timeline is None:
        return _nothing(request, page)
    found = as_png(shown.timeline, _heading(request, page, shown))
    return _file(found, "image/png", page, shown, "png")


@never_cache
@require_safe
def timeline_csv(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The table of the same address."""
    page, shown = _file_of(request, patient_id)
    rows = shown.timeline.rows if shown.timeline is not None else ()
    found = as_csv(page.standing.patient, page.standing.as_of, rows)
    return _file(found, "text/csv; charset=utf-8", page, shown, "csv")


def _asked(request: HttpRequest) -> tuple[Asked, list[str]]:
    """What the address asks for, and what in it could not be read."""
    problems: list[str] = []
    days: dict[str, date | None] = {}
    for name in ("from", "until"):
        typed, found = day_asked_for(request, name)
        days[name] = found
        if typed and found is None:
            problems.append(_("“%(typed)s” is no day, and was left out. Write 05-Apr-2026.") % {"typed": typed})
    first, last = days["from"], days["until"]
    if first is not None and last is not None and last < first:
        problems.append(_("The last day lies before the first one; the usual days are shown."))
        first = last = None
    known = {lane.value: lane for lane in LaneKind}
    named = request.GET.getlist("lanes")
    unknown = [name for name in named if name not in known]
    if unknown:
        problems.append(_("Not a lane here, and left out: %(names)s.") % {"names": ", ".join(unknown)})
    return Asked(first, last, tuple(dict.fromkeys(known[name] for name in named if name in known))), problems


class _Addresses:
    """Addresses of the same patient's timeline that stand for the same days and lanes, but for what is named."""

    def __init__(self, page: RecordPage, asked: Asked) -> None:
        self._page = page
        self._asked = asked

    def of(self, span: Span | None, lanes: tuple[LaneKind, ...] | None = None, route: str = "timeline") -> str:
        chosen = self._asked.lanes if lanes is None else lanes
        query: dict[str, Any] = {}
        if span is not None:
            query = {"from": span.first.isoformat(), "until": span.last.isoformat()}
        if chosen and set(chosen) != set(LaneKind):
            query["lanes"] = [lane.value for lane in chosen]
        days, patient = self._page.days_query, self._page.standing.patient
        address = reverse(route, args=[patient.pk]) + days
        return f"{address}{'&' if days else '?'}{urlencode(query, doseq=True)}" if query else address


def _file_of(request: HttpRequest, patient_id: int) -> tuple[RecordPage, TimelineShown]:
    page, _context = page_asked_for(request, patient_id)
    asked, _problems = _asked(request)
    return page, timeline_shown(page.standing, asked)


def _heading(request: HttpRequest, page: RecordPage, shown: TimelineShown) -> Heading:
    patient = page.standing.patient
    staff = cast(Staff, request.user)
    return heading(page.standing, patient, shown.span, printed_by=staff, printed_at=now_in(patient.clinic))


def _nothing(request: HttpRequest, page: RecordPage) -> HttpResponse:
    """A drawing of nothing is no file; the words say so."""
    words = _("Nothing dated is recorded of this patient up to that day, so there is nothing to draw.")
    return HttpResponse(words, status=404, content_type="text/plain; charset=utf-8")


def _file(content: bytes, media: str, page: RecordPage, shown: TimelineShown, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media)
    name = f"timeline-{page.standing.patient.pk}-{page.standing.as_of.isoformat()}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
