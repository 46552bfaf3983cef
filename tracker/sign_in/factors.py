"""Every write about second factors, and the list of what a person has."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.db import transaction

from patients.acting import because
from patients.errors import NotFound, Refused
from patients.models import Staff
from tracker import second_factor, tokens
from tracker.sign_in import passkeys, sessions

_Kind = Authenticator.Type
PASSKEYS_AT_MOST = 10


@dataclass(frozen=True, slots=True)
class Factor:
    """One second factor as a page shows it."""

    id: int
    name: str
    since: datetime
    last_used: datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    app: Factor | None
    passkeys: tuple[Factor, ...]
    recovery_codes_left: int


def factors_of(staff: Staff) -> Factors:
    """What the person has."""
    rows = list(Authenticator.objects.filter(user=staff).order_by("created_at", "pk"))
    shown = {row.pk: Factor(row.pk, str(row), row.created_at, row.last_used_at) for row in rows}
    codes = next((row for row in rows if row.type == _Kind.RECOVERY_CODES), None)
    return Factors(
        app=next((shown[row.pk] for row in rows if row.type == _Kind.TOTP), None),
        passkeys=tuple(shown[row.pk] for row in rows if row.type == _Kind.WEBAUTHN),
        recovery_codes_left=len(codes.wrap().get_unused_codes()) if codes else 0,
    )


def new_secret() -> str:
    """A secret for an authenticator app, in base 32."""
    return str(generate_totp_secret())


@transaction.atomic
def add_app(*, by: Staff, secret: str, code: str, this_key: str | None) -> bool:
    """The app that knows this secret becomes the person's. Whether it is their first second factor. Raises Refused.

    With the first one recovery codes are made, and what a password alone had opened ends, but the session `this_key`.
    """
    _lock(by)
    if Authenticator.objects.filter(user=by, type=_Kind.TOTP).exists():
        raise Refused("You have an authenticator app already. Remove it before you set up another one.")
    period = second_factor.period_of(secret, "".join(code.split()))
    if period is None:
        raise Refused(
            "This is not the code that belongs to the picture above. Type the one that the app shows now.", "code"
        )
    row = TOTP.activate(by, secret).instance
    row.data["last_period"] = period
    row.save()
    return _begun(by, this_key)


@transaction.atomic
def add_passkey(*, by: Staff, name: str, answer: str, this_key: str | None) -> bool:
    """A passkey becomes the person's; otherwise as `add_app`. Raises Refused."""
    _lock(by)
    if Authenticator.objects.filter(user=by, type=_Kind.WEBAUTHN).count() >= PASSKEYS_AT_MOST:
        raise Refused(f"You have {PASSKEYS_AT_MOST} passkeys. Remove one before you add another.")
    WebAuthn.add(by, name, passkeys.accepted(answer))
    return _begun(by, this_key)


@transaction.atomic
def remove(*, by: Staff, factor_id: int) -> None:
    """Takes away an app or a passkey. Raises NotFound; Refused when it is the last and the person must have one."""
    _lock(by)
    rows = Authenticator.objects.filter(user=by).exclude(type=_Kind.RECOVERY_CODES)
    row = rows.filter(pk=factor_id).first()
    if row is None:
        raise NotFound("No such second factor of yours.")
    if not rows.exclude(pk=row.pk).exists():
        if second_factor.must_have(by):
            raise Refused("You must have a second factor. Set up another one before you remove this one.")
        Authenticator.objects.filter(user=by, type=_Kind.RECOVERY_CODES).delete()
    row.delete()


@transaction.atomic
def make_recovery_codes(*, by: Staff) -> None:
    """New recovery codes in place of the earlier ones. Raises Refused without a second factor."""
    _lock(by)
    if not second_factor.has_one(by):
        raise Refused("Set up an authenticator app or a passkey first.")
    Authenticator.objects.filter(user=by, type=_Kind.RECOVERY_CODES).delete()
    _codes_made(by)


def recovery_codes(staff: Staff) -> list[str]:
    """The unused codes in groups of four. Only for the page that shows them once."""
    row = Authenticator.objects.filter(user=staff, type=_Kind.RECOVERY_CODES).first()
    codes = row.wrap().get_unused_codes() if row else []
    return [" ".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in codes]


@transaction.atomic
def reset(*, staff: Staff, reason: str) -> None:
    """Takes every second factor from somebody who has lost theirs, and ends all that is open. Raises Refused."""
    if not reason.strip():
        raise Refused("Say why, and how the person showed who they are.", "reason")
    with because(reason.strip()):
        _lock(staff)
        Authenticator.objects.filter(user=staff).delete()
        tokens.revoke_all(staff)
        sessions.end_all(staff, why="second factor reset")


def _begun(staff: Staff, this_key: str | None) -> bool:
    if not _codes_made(staff):
        return False
    tokens.revoke_all(staff)
    sessions.end_others(by=staff, this_key=this_key, why="second factor set up")
    return True


def _codes_made(staff: Staff) -> bool:
    if Authenticator.objects.filter(user=staff, type=_Kind.RECOVERY_CODES).exists():
        return False
    RecoveryCodes.activate(staff)
    return True


def _lock(staff: Staff) -> None:
    """One change of a person's second factors at a time."""
    Staff.objects.select_for_update().only("pk").get(pk=staff.pk)
