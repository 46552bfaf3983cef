"""Who acts in a request, a task or a command, as the audit trail will say it (patients/acting.py)."""

from collections.abc import Callable
from typing import Any

import structlog
from celery import Task
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from patients.acting import Acting, acting_as


class ActingMiddleware:
    """Stands behind the middleware that knows who is signed in and gives the request its id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known = Acting(
            actor_id=request.user.pk if settings.SESSION_COOKIE_NAME in request.COOKIES else None,
            request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
            origin=_origin(request.path_info),
        )
        with acting_as(known):
            return self._get_response(request)


class ActingTask(Task):  # type: ignore[type-arg]  # Celery's Task takes no parameters when the program runs
    """Every task says of its writes which task it was."""

    abstract = True

    def __call__(self, *args: Any, **options: Any) -> Any:
        with acting_as(Acting(request_id=str(self.request.id or ""), origin=f"task {self.name}")):
            return super().__call__(*args, **options)


def _origin(path: str) -> str:
    """The name of the address, never the address itself: a path can hold the token of a link."""
    try:
        found = resolve(path)
    except Resolver404:
        return "page"
    return f"{'API' if 'api' in found.namespaces else 'page'} {found.url_name or found.func.__name__}"
