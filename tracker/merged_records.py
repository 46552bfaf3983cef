"""A record that was merged into another is never simply gone: whatever page of it is asked for says where it is now."""

from collections.abc import Callable
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from patients.errors import MergedAway, NotFound
from patients.models import Staff
from tracker.patient_life.merge_log import merge_of

_SAFE = ("GET", "HEAD")


class MergedRecordsMiddleware:
    """Answers in the place of a view that found a merged record."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page about the merge, where a page was not found for that reason; what was sent to it is not done."""
        found = exception.__context__ if isinstance(exception, Http404) else None
        if not isinstance(found, MergedAway):
            return None
        try:
            shown = merge_of(cast(Staff, request.user), found.patient_id)
        except NotFound:
            return None
        response = render(
            request, "tracker/merged_record.html", {"shown": shown}, status=200 if request.method in _SAFE else 409
        )
        response["Cache-Control"] = "no-store"
        return response
