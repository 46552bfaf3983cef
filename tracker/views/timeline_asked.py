"""What the address of a timeline asks for, and the addresses that ask for the same of another day, lane or file."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from tracker.presenters.timeline import Asked
from tracker.selectors import RecordPage
from tracker.timeline.marks import LaneKind
from tracker.timeline.view import Span
from tracker.views.days import day_asked_for


def asked_in(request: HttpRequest) -> tuple[Asked, list[str]]:
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


class Addresses:
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
