"""Every write of a password of somebody who has an account."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from patients.acting import because
from patients.entries import store
from patients.errors import Refused
from patients.models import Staff
from tracker import tokens
from tracker.audit.record import record_security
from tracker.audit.words import SecurityKind
from tracker.sign_in import limits, sessions


def change_my_password(request: HttpRequest, *, by: Staff, current: str, new: str) -> None:
    """A person's new password. Every other session and every API token of theirs ends. Raises Refused."""
    attempt = limits.attempt_by(by.pk)
    if attempt.refused or not by.check_password(current):
        where: dict[str, Any] = {"account": by.pk, "username": by.username, "address": limits.address_of(request)}
        record_security(SecurityKind.SIGN_IN_FAILED, why="password change", **where)
        if attempt.failed():
            record_security(SecurityKind.LOCKED_OUT, **where)
        raise Refused(
            "This is not your password. After several failures nothing is accepted for some minutes.", "current"
        )
    attempt.succeeded()
    with transaction.atomic():
        by.set_password(new)
        store(by)
        tokens.revoke_all(by)
        sessions.end_others(by=by, this_key=request.session.session_key, why="password changed")
        earlier = request.session.session_key
        update_session_auth_hash(request, by)
        UserSession.objects.filter(session_key=earlier).update(session_key=request.session.session_key)


@transaction.atomic
def reset(*, staff: Staff, password: str, reason: str) -> None:
    """A new password for somebody who cannot sign in; all that is open ends. Raises Refused."""
    if not reason.strip():
        raise Refused("Say why, and how the person showed who they are.", "reason")
    try:
        validate_password(password, staff)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), "password") from None
    with because(reason.strip()):
        staff.set_password(password)
        store(staff)
        tokens.revoke_all(staff)
        sessions.end_all(staff, why="password reset")
