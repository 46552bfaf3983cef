"""People who sign in with more than a password."""

from typing import Any

import pyotp
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from patients.models import Staff
from tests.factories import rows
from tracker.models import Event
from tracker.sign_in import factors


def an_app(staff: Staff) -> pyotp.TOTP:
    """The person has an authenticator app and recovery codes; its codes come from a second implementation."""
    secret = factors.new_secret()
    TOTP.activate(staff, secret)
    RecoveryCodes.activate(staff)
    return pyotp.TOTP(secret)


def type_password(client: Client, staff: Staff, password: str = rows.PASSWORD, **more: Any) -> HttpResponse:
    """The first step of signing in."""
    body = {"username": staff.username, "password": password, **more}
    return client.post(reverse("sign_in"), body)  # type: ignore[return-value]  # a response of the test client


def type_code(client: Client, code: str) -> HttpResponse:
    """The second step."""
    return client.post(reverse("sign_in_code"), {"code": code})  # type: ignore[return-value]  # as above


def security_events(subject: str) -> list[dict[str, Any]]:
    """Particulars of the trail's events of one kind, in order."""
    return list(Event.objects.filter(kind="security", subject=subject).order_by("id").values_list("new", flat=True))
