"""What a person sees who opens an address that only takes what a form sends, or sends to one that only shows."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render


class WrongMethodMiddleware:
    """Gives a refusal of the method a page that says what to do. The API answers for itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        for_people = not request.path_info.startswith("/api/") and request.accepts("text/html")
        if not isinstance(response, HttpResponseNotAllowed) or not for_people:
            return response
        page = render(request, "405.html", {"is_read": request.method in ("GET", "HEAD")}, status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page
