"""Passkeys (WebAuthn) as a second factor: what the browser is asked, and whether what it answered holds.

A challenge lives in the session and is answered once.
"""

import json
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from patients.errors import Refused
from patients.models import Staff

# What the decoders raise for an answer not theirs; the last one for brackets within brackets without end.
_UNREADABLE = (TypeError, ValueError, KeyError, AttributeError, RecursionError)


def have(staff: Staff) -> bool:
    """Whether the person has any passkey."""
    return bool(Authenticator.objects.filter(user=staff, type=Authenticator.Type.WEBAUTHN).exists())


def challenge(staff: Staff) -> str:
    """What the browser is to ask of the person's passkeys, as JSON; empty where they have none."""
    return json.dumps(auth.begin_authentication(staff)) if have(staff) else ""


def answers(request: HttpRequest, staff: Staff, answer: str) -> bool:
    """Whether this is the answer of one of the person's passkeys to the challenge of this session."""
    try:
        read = json.loads(answer)
        auth.parse_authentication_response(read)
        row = auth.complete_authentication(staff, read)
    except (ValidationError, *_UNREADABLE):
        return False
    finally:
        auth.clear_state()
    Authenticator.objects.filter(pk=row.pk).update(last_used_at=timezone.now())
    return True


def invitation(staff: Staff) -> str:
    """What the browser needs to make a new passkey, as JSON."""
    return json.dumps(auth.begin_registration(staff, False))


def accepted(answer: str) -> dict[str, Any]:
    """The new passkey that the browser made, checked against the invitation of this session. Raises Refused."""
    try:
        read = json.loads(answer)
        auth.parse_registration_response(read)
        auth.complete_registration(read)
    except (ValidationError, *_UNREADABLE):
        raise Refused("The passkey was not accepted. Start again on this page.") from None
    finally:
        auth.clear_state()
    return dict(read)
