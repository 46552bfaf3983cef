"""Who needs a second factor, who has one, and whether a code is right at this moment."""

import time
from collections.abc import Collection, Iterable
from enum import Enum
from typing import Any

import structlog
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from patients.errors import Refused
from patients.models import Staff
from patients.rules.vocabulary import Role
from patients.selectors import roles_by_clinic
from tracker.audit.record import record_security
from tracker.audit.words import SecurityKind
from tracker.sign_in import limits, passkeys
from tracker.sign_in.keys import UnreadableSecret

log = structlog.get_logger(__name__)
PERIOD = 30  # seconds for which a code of an app stands (RFC 6238)
_NEIGHBOURS = (-1, 0, 1)  # clocks of telephones are up to one period off
_Kind = Authenticator.Type


class WrongSecondFactor(Refused):
    """The code was not right, was used before, or too many were wrong; it is not said which."""

    def __init__(self) -> None:
        super().__init__(
            "This was not accepted. Type the code that your app shows now, or a recovery code that you have not used. "
            "Each code works once. After several failures nothing is accepted for some minutes.",
            "code",
        )


class Asked(Enum):
    """What a person types to show once more who they are."""

    CODE = "code"
    PASSWORD = "password"  # noqa: S105 - a word of ours
    NOTHING = "nothing"


def must_have(staff: Staff) -> bool:
    """Whether the setting SECOND_FACTOR asks this person for one."""
    if not settings.SECOND_FACTOR or "all" in settings.SECOND_FACTOR:
        return needed_in(())
    return needed_in(role for roles in roles_by_clinic(staff).values() for role in roles)


def needed_in(roles: Iterable[Role]) -> bool:
    """Whether the setting SECOND_FACTOR asks whoever has these roles for one."""
    wanted = settings.SECOND_FACTOR
    return "all" in wanted or any(role.value in wanted for role in roles)


def has_one(staff: Staff) -> bool:
    """Whether the person has an app or a passkey. Recovery codes alone are none."""
    return bool(get_adapter().is_mfa_enabled(staff, [_Kind.TOTP, _Kind.WEBAUTHN]))


def who_has_one(staff_ids: Collection[int]) -> set[int]:
    """Which of these people have an app or a passkey, in one query."""
    rows = Authenticator.objects.filter(user__in=list(staff_ids), type__in=[_Kind.TOTP, _Kind.WEBAUTHN])
    return set(rows.values_list("user_id", flat=True))


def asked_of(staff: Staff) -> Asked:
    """What `confirm` will take from this person: for forms that ask."""
    if has_one(staff):
        return Asked.CODE
    return Asked.PASSWORD if staff.has_usable_password() else Asked.NOTHING


def confirm(request: HttpRequest, staff: Staff, code: str) -> None:
    """Raises WrongSecondFactor unless the code shows, here and now, that it is this person.

    A code of their app (each once), a recovery code (each once), or the answer of a passkey to the challenge that
    `tracker.sign_in.passkeys.challenge` gave in this session; their password where they have no second factor. Wrong
    ones count, and after several nothing is accepted for some minutes. Call it before a transaction begins: what it
    uses up and records must not be rolled back.
    """
    attempt = limits.attempt_by(staff.pk)
    if not attempt.refused and _is_right(request, staff, code):
        attempt.succeeded()
        return
    where: dict[str, Any] = {"account": staff.pk, "username": staff.username, "address": limits.address_of(request)}
    record_security(SecurityKind.SECOND_FACTOR_FAILED, **where)
    if attempt.failed():
        record_security(SecurityKind.LOCKED_OUT, **where)
    raise WrongSecondFactor


def _is_right(request: HttpRequest, staff: Staff, code: str) -> bool:
    asked = asked_of(staff)
    if asked is Asked.NOTHING or not staff.is_active:
        return False
    if asked is Asked.PASSWORD:
        return staff.check_password(code)
    if code.lstrip().startswith("{"):
        return passkeys.answers(request, staff, code)
    typed = "".join(code.split()).replace("-", "")
    return _is_code_of_app(staff, typed) or _is_recovery_code(staff, typed)


@transaction.atomic
def _is_code_of_app(staff: Staff, typed: str) -> bool:
    row = Authenticator.objects.select_for_update().filter(user=staff, type=_Kind.TOTP).first()
    if row is None:
        return False
    try:
        secret = get_adapter().decrypt(row.data["secret"])
    except UnreadableSecret:
        log.error("second_factor_unreadable", account=staff.pk)
        return False
    period = period_of(secret, typed, after=row.data.get("last_period", -1))
    if period is None:
        return False
    row.data["last_period"] = period
    row.last_used_at = timezone.now()
    row.save()
    return True


def period_of(secret: str, typed: str, *, after: int = -1) -> int | None:
    """The period whose code this is, if it is one of now's and later than the last one used; else None.

    Kept beside the secret and not in a cache, so that a code is never taken twice (RFC 6238, 5.2), come what may.
    """
    now = int(time.time()) // PERIOD
    for period in (now + shift for shift in _NEIGHBOURS):
        if constant_time_compare(typed, format_hotp_value(hotp_value(secret, period))) and period > after:
            return period
    return None


def _is_recovery_code(staff: Staff, typed: str) -> bool:
    row = Authenticator.objects.filter(user=staff, type=_Kind.RECOVERY_CODES).first()
    if row is None or not typed:
        return False
    try:
        right = bool(row.wrap().validate_code(typed))
    except UnreadableSecret:
        log.error("second_factor_unreadable", account=staff.pk)
        return False
    if right:
        Authenticator.objects.filter(pk=row.pk).update(last_used_at=timezone.now())
    return right
