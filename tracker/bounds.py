"""What is sent to Myoline and what goes out, bounded before anything else looks at it.

A body is measured by what its header announces, since reading a form already takes it into memory or onto the disk,
and that before anybody is asked who they are. Without the header no body is read at all. The API's own bound is
smaller still (tracker/api/parsers.py).
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

LONGEST_ADDRESS = 4000  # characters with the query string; the longest list of filters has some 500
_TOO_LARGE = f"What was sent is larger than {settings.LARGEST_REQUEST:,} bytes."
_TOO_LONG = f"The address is longer than {LONGEST_ADDRESS:,} characters."


class BoundsMiddleware:
    """Refuses what is too large, and says of every answer that nobody keeps it and no other site may use it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = _refusal(request) or self._get_response(request)
        # Static files are answered before this. What is left is about patients and staff, or leads to it.
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


def _refusal(request: HttpRequest) -> HttpResponse | None:
    if len(request.path_info) + len(request.META.get("QUERY_STRING", "")) > LONGEST_ADDRESS:
        return _refused(request, 414, "address-too-long", "The address is too long", _TOO_LONG)
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if not (announced.isascii() and announced.isdigit()) or int(announced[:20]) > settings.LARGEST_REQUEST:
        return _refused(request, 413, "too-large", "The request is too large", _TOO_LARGE)
    return None


def _refused(request: HttpRequest, status: int, slug: str, title: str, words: str) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        problem = {"type": f"urn:myoline:problem:{slug}", "title": title, "status": status, "detail": words}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    return HttpResponse(render_to_string("bounds.html", {"title": title, "words": words}), status=status)
