"""Writes down who read data of which patients: one event of the audit trail for each answer that shows any.

Whom an answer shows, the selectors say (patients/seen.py). Nothing goes out whose event could not be written. What
somebody searched for is not kept, only that they searched and whom they found. See docs/adr/0030.
"""

import logging
from collections.abc import Callable, Collection, Iterator
from typing import Any, cast

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from patients.acting import Acting, acting, acting_as
from patients.models import Staff
from patients.seen import collecting
from patients.selectors import roles_by_clinic
from tracker.audit.record import record_access
from tracker.audit.words import AccessKind

logger = logging.getLogger(__name__)

# How a patient is read through each address; one that is not named here is a page of one record.
KIND_OF_ROUTE: dict[str, AccessKind] = {
    "home": AccessKind.LIST,
    "home_questions": AccessKind.LIST,
    "questions": AccessKind.LIST,
    "search": AccessKind.LIST,
    "search_suggestions": AccessKind.SEARCH,
    "patient_list": AccessKind.LIST,
    "worklist": AccessKind.LIST,
    "worklist_bulk": AccessKind.LIST,
    "alerts": AccessKind.LIST,
    "results": AccessKind.LIST,
    "safe_silence": AccessKind.LIST,
    "mail": AccessKind.LIST,
    "duplicates": AccessKind.LIST,
    "merges": AccessKind.LIST,
    "retention": AccessKind.LIST,
    "transfers": AccessKind.LIST,
    "calendar_day": AccessKind.LIST,
    "clinic_audit": AccessKind.LIST,
    "emergency_reviews": AccessKind.LIST,
    "my_drafts": AccessKind.LIST,
    "reports": AccessKind.LIST,
    "worklist_print": AccessKind.PRINT,
    "record_summary": AccessKind.PRINT,
    "record_letter_pdf": AccessKind.PRINT,
    "worklist_export": AccessKind.EXPORT,
    "timeline_svg": AccessKind.EXPORT,
    "timeline_png": AccessKind.EXPORT,
    "timeline_csv": AccessKind.EXPORT,
    "cohort_list": AccessKind.LIST,
    "cohort_list_csv": AccessKind.EXPORT,
    "cohort_csv": AccessKind.EXPORT,
    "calendar_feed": AccessKind.FEED,
    "api:patients-search": AccessKind.SEARCH,
}
# A list that shows what was searched for once its address carries this word.
SEARCH_WORDS = {"patient_list": "found", "search": "found"}
# These are told even where they showed nobody: a search without a hit, an empty file, a feed that holds only numbers.
ALWAYS_TOLD = frozenset({AccessKind.SEARCH, AccessKind.EXPORT, AccessKind.FEED})
# Answers that show a page or rows. A form comes back with 409 or 422, and shows whom it is about.
_SHOWING = frozenset({*range(200, 300), 409, 422}) - {204}
_FORMATS = {
    "text/html": "page",
    "text/csv": "CSV",
    "text/calendar": "calendar",
    "application/json": "JSON",
    "application/problem+json": "JSON",
    "application/pdf": "PDF",
    "image/svg+xml": "SVG",
    "image/png": "PNG",
}
_NOT_RECORDED = "Who reads what could not be recorded, so nothing is shown. Try again in a minute."


class AccessLogMiddleware:
    """Stands innermost, so that whatever the view and its template read is heard."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with collecting() as patients:
            response = self._get_response(request)
        if response.status_code not in _SHOWING:
            return response
        try:
            _record(request, response, patients)
        except DatabaseError:
            logger.exception("access_not_recorded")
            response.close()
            return _refusal(request)
        if isinstance(response, StreamingHttpResponse):
            pieces = cast(Iterator[bytes], response.streaming_content)
            response.streaming_content = _told_before_sent(request, response, pieces, patients, acting())
        return response


def kind_of(request: HttpRequest) -> AccessKind:
    """How this request reads patients: by its address alone."""
    route = _route(request)
    if SEARCH_WORDS.get(route) in request.GET:
        return AccessKind.SEARCH
    return KIND_OF_ROUTE.get(route, AccessKind.API if route.startswith("api:") else AccessKind.VIEW)


def _record(request: HttpRequest, response: HttpResponseBase, patients: Collection[int]) -> None:
    kind = kind_of(request)
    if not patients and kind not in ALWAYS_TOLD:
        return
    media = response.headers.get("Content-Type", "").partition(";")[0]
    record_access(
        kind,
        patients,
        clinic_id=None if len(patients) == 1 else _only_clinic(request),  # one patient's own is found there
        page=_route(request),
        method=request.method,
        format=_FORMATS.get(media, media),
        patients=len(patients),
    )


def _told_before_sent(
    request: HttpRequest, response: HttpResponseBase, pieces: Iterator[bytes], already: Collection[int], known: Acting
) -> Iterator[bytes]:
    """The parts of an answer that is made while it is sent. Whoever turns up only now is told before their part goes.

    A client that cuts off has received nobody who was not told. If telling fails, the answer breaks off.
    """
    told = set(already)
    while True:
        with acting_as(known), collecting() as patients:
            piece = next(pieces, None)
            new = patients - told
            if new:
                _record(request, response, new)
                told |= new
        if piece is None:
            return
        yield piece


def _route(request: HttpRequest) -> str:
    """`record`, `api:patient-list`; never the address itself, which can hold the token of a link."""
    return request.resolver_match.view_name if request.resolver_match else ""


def _only_clinic(request: HttpRequest) -> int | None:
    """The clinic of whoever belongs to one alone; a list over several clinics belongs to none."""
    staff: Any = request.user
    clinics = list(roles_by_clinic(staff)) if isinstance(staff, Staff) else []
    return clinics[0] if len(clinics) == 1 else None


def _refusal(request: HttpRequest) -> HttpResponse:
    if _route(request).startswith("api:"):
        problem = {
            "type": "urn:myoline:problem:not-recorded",
            "title": "The access log cannot be written",
            "status": 503,
            "detail": _NOT_RECORDED,
        }
        return JsonResponse(
            problem, status=503, content_type="application/problem+json", headers={"Cache-Control": "no-store"}
        )
    page = render_to_string("503.html", {"words": _NOT_RECORDED})
    return HttpResponse(page, status=503, headers={"Cache-Control": "no-store", "Retry-After": "60"})
