"""Every error of the API as a problem document (RFC 9457, `application/problem+json`).

400: the request cannot be read; 422: it can, and breaks a rule of the record. Both list messages by field in
`errors`, nested fields with dots (`dose.amount`, `enzymes.0.value`); `guard` holds what the dose guard says where it
asks for a reason. 409: someone else was faster; `current_version` is the version to read again. 409 also where
somebody alike is registered already: `candidates` says who, and `register_because` in the body lets it through. 404
never tells another clinic's row from none.
"""

import json
import logging
from collections.abc import Mapping
from math import ceil
from typing import Any

from django.core import signals
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from patients.errors import AlreadyThere, DomainError, GuardStopped, NotAllowed, NotFound, Refused, Stale, StaleVersion
from regimens.rules.guard_findings import GuardFinding
from regimens.rules.guard_wording import as_stored

MEDIA_TYPE = "application/problem+json"
logger = logging.getLogger("tracker.api")

_TITLES = {
    "not-readable": "The request cannot be read",
    "invalid-input": "The request cannot be read",
    "not-signed-in": "Sign in first",
    "not-allowed": "Your role does not allow this",
    "second-factor-needed": "Set up a second factor first",
    "not-found": "Not found",
    "method-not-allowed": "This address does not take this method",
    "not-acceptable": "Only JSON is answered",
    "stale-version": "Someone else changed this in the meantime",
    "stale-question": "The question has changed in the meantime",
    "already-there": "Somebody who may be the same person is registered",
    "too-large": "The request is too large",
    "unsupported-media-type": "Only JSON is read",
    "guard-stopped": "The dose guard asks for a reason",
    "refused": "This breaks a rule of the record",
    "too-many-requests": "Too many requests",
    "server-error": "Something went wrong here",
}
_SLUGS = {
    400: "not-readable",
    401: "not-signed-in",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
}


def problem(status: int, slug: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """One problem document."""
    body = {"type": f"urn:myoline:problem:{slug}", "title": _TITLES[slug], "status": status, "detail": detail}
    return Response(body | more, status=status, headers=dict(headers or {}), content_type=MEDIA_TYPE)


def plain_problem(status: int, slug: str, detail: str) -> HttpResponse:
    """The same from where no view answers: middleware."""
    return HttpResponse(json.dumps(problem(status, slug, detail).data), status=status, content_type=MEDIA_TYPE)


def answer(error: Exception, context: Mapping[str, Any]) -> Response:
    """What the API answers when a view raised `error`. REST framework calls this for every exception."""
    set_rollback()
    if isinstance(error, DomainError):
        return _of_domain(error, getattr(context.get("view"), "error_paths", {}))
    if isinstance(error, Http404):
        error = exceptions.NotFound("No such row among your patients." if context["view"].kwargs else None)
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.ValidationError):
        errors = _by_field(error.detail)
        return problem(400, "invalid-input", _summary(errors), errors=errors)
    if isinstance(error, exceptions.APIException):
        slug = _SLUGS.get(error.status_code, "server-error")
        return problem(error.status_code, slug, str(error.detail), _headers(error))
    return _unexpected(error, context)


def _of_domain(error: DomainError, paths: Mapping[str, str]) -> Response:
    match error:
        case NotFound():
            return problem(404, "not-found", error.message)
        case NotAllowed():
            return problem(403, "not-allowed", error.message)
        case StaleVersion():
            return problem(409, "stale-version", error.message, current_version=error.current_version)
        case Stale():
            return problem(409, "stale-question", error.message, question=error.shown)
        case GuardStopped():
            messages = [as_stored(finding) for finding in error.findings if isinstance(finding, GuardFinding)]
            errors = {paths.get(field, field): list(said) for field, said in error.errors.items()}
            return problem(422, "guard-stopped", error.message, errors=errors, guard=messages)
        case AlreadyThere():
            return problem(409, "already-there", error.message, candidates=list(map(_candidate, error.candidates)))
        case Refused():
            errors = {paths.get(field, field): list(messages) for field, messages in error.errors.items()}
            return problem(422, "refused", error.message, errors=errors)
    field = error.field or ""
    return problem(422, "refused", error.message, errors={paths.get(field, field): [error.message]})


def _candidate(found: Any) -> dict[str, Any]:
    """Who may be the same person, and why; only ever of the caller's own clinics."""
    patient = found.patient
    return {
        "patient": patient.pk,
        "clinic": patient.clinic_id,
        "hospital_number": patient.hospital_number,
        "likeness": found.finding.likeness.value,
        "reason": found.finding.reason.text,
    }


def _unexpected(error: Exception, context: Mapping[str, Any]) -> Response:
    request = context["request"]._request
    # What Django does for an exception that nobody caught: it must reach the log, and the test client.
    signals.got_request_exception.send(sender=None, request=request)
    logger.error("api_error", exc_info=error)
    return problem(500, "server-error", "The request was not carried out. The error is in the log of the server.")


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if scheme := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(scheme)
    if seconds := getattr(error, "wait", None):
        headers["Retry-After"] = str(ceil(seconds))
    return headers


def _by_field(detail: Any, path: str = "") -> dict[str, list[str]]:
    if isinstance(detail, Mapping):
        parts = [(str(key), value) for key, value in detail.items() if value]
    elif isinstance(detail, list) and any(isinstance(entry, Mapping | list) for entry in detail):
        parts = [(str(index), value) for index, value in enumerate(detail) if value]
    else:
        return {path: [str(message) for message in (detail if isinstance(detail, list) else [detail])]}
    found: dict[str, list[str]] = {}
    for key, value in parts:
        inner = path if key == "non_field_errors" else f"{path}.{key}".lstrip(".")
        found |= _by_field(value, inner)
    return found


def _summary(errors: Mapping[str, list[str]]) -> str:
    return " ".join(f"{field}: {messages[0]}" if field else messages[0] for field, messages in errors.items())
