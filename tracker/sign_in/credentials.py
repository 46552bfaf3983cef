"""Checking a name and a password: one way for the page and the API."""

from typing import Any

from django.contrib.auth import authenticate
from django.http import HttpRequest

from patients.models import Staff
from tracker.audit.record import record_security
from tracker.audit.words import SecurityKind
from tracker.sign_in import limits

# What is said of a wrong name, a wrong password, a wrong code, a closed account and one locked for some minutes alike.
NOT_SIGNED_IN = (
    "The username, the password or the code is wrong, or the account is closed. After several failures nothing is "
    "accepted for some minutes."
)


def person_with(request: HttpRequest, username: str, password: str) -> Staff | None:
    """The active account with this name and password. None, after the same work, for whatever reason there is none."""
    attempt = limits.attempt_of(username, request)
    if attempt.refused:
        Staff().set_password(password)  # as long as a check takes
        note_failure(request, username, "locked")
        return None
    found = authenticate(request, username=username, password=password)
    if isinstance(found, Staff):
        attempt.succeeded()
        return found
    note_failure(request, username, "password")
    if attempt.failed():
        note_lock(request, username)
    return None


def note_failure(request: HttpRequest, username: str, why: str) -> None:
    """Into the trail; the name only where it is one, since people type passwords into the wrong field."""
    record_security(SecurityKind.SIGN_IN_FAILED, why=why, address=limits.address_of(request), **_account(username))


def note_lock(request: HttpRequest, username: str) -> None:
    """Into the trail, once for each time that it closes."""
    record_security(SecurityKind.LOCKED_OUT, address=limits.address_of(request), **_account(username))


def _account(username: str) -> dict[str, Any]:
    if "\x00" in username:  # PostgreSQL takes it in no text
        return {}
    row = Staff.objects.filter(username=username).values("pk", "username").first()
    return {"account": row["pk"], "username": row["username"]} if row else {}
