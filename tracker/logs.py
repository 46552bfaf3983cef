"""Log lines: one JSON object each, with the request's id and the staff member's number, and without patient data.

A search term, a form field or the text of a database error can name a patient. So a request is logged without its
query string, and an exception as its types and places, without its message. A link that ends a patient's reminders,
shows a calendar or starts an account is itself the permission to do so: whoever logs its path, Django too, the token is
left out.
"""

import re
import sys
import traceback
from typing import Any

import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware
from structlog.typing import EventDict, WrappedLogger

_TOKEN = re.compile(r"(?<=/reminders/stop/)[^/\s]+|(?<=/calendar/feed/)[^/\s]+|(?<=/sign-in/start/)[^/\s]+")
_MASKED = "…"


class RequestLogMiddleware(RequestMiddleware):
    """Logs the start and the end of each request by method and path, without the token of a link."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {_TOKEN.sub(_MASKED, request.path)}"


def without_tokens(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Mask the token of a link in the text of the line, its arguments put in by now, and in every value beside it."""
    return {name: _TOKEN.sub(_MASKED, value) if isinstance(value, str) else value for name, value in event.items()}


def exception_without_values(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Replace a traceback by the chain of exception types and the places they passed.

    A database error also says which constraint refused.
    """
    event.pop("error", None)
    if isinstance(event.get("reason"), BaseException):
        event["reason"] = type(event["reason"]).__qualname__
    raised = event.pop("exception", None)
    information = event.pop("exc_info", None)
    if isinstance(information, tuple):
        raised = information[1]
    elif isinstance(information, BaseException):
        raised = information
    elif information:
        raised = sys.exc_info()[1]
    if isinstance(raised, BaseException):
        event["exception"] = [_described(each) for each in _chain(raised)]
    return event


def _chain(raised: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    current: BaseException | None = raised
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return chain


def _described(raised: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(raised.__traceback__)
    described: dict[str, Any] = {
        "type": f"{type(raised).__module__}.{type(raised).__qualname__}",
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    constraint = getattr(getattr(raised, "diag", None), "constraint_name", None)
    if constraint:
        described["constraint"] = constraint
    return described


def logging_configuration(level: int, *, readable: bool) -> dict[str, Any]:
    """Configure structlog, and give the dictionary that does the same for the standard library's loggers.

    `readable` is for development: coloured lines and whole tracebacks in place of JSON.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_tokens,
    ]
    if not readable:
        shared.append(exception_without_values)
    renderer = structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
                "foreign_pre_chain": shared,
            },
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # The request log says it already, once and without the query string.
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            # It writes the text of a failed task's error; the request log's Celery part writes the rest.
            "celery.app.trace": {"level": "CRITICAL"},
        },
    }
