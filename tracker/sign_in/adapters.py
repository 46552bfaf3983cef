"""Where django-allauth asks this project: who is signed in and how, where to, what is encrypted, who may come in."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from patients.acting import name_actor
from patients.models import Staff
from tracker.audit.record import record_security
from tracker.audit.words import SecurityKind
from tracker.sign_in import keys, limits, provider, refusal
from tracker.sign_in.stages import by_trusted_provider
from tracker.sign_in.store import SEEN, STARTED
from tracker.views.way_back import is_here

SHOWN = "second_factor_shown"  # in the session: "own" or "provider"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Signing in and out. Nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["tracker.sign_in.stages.SecondFactorStage"]

    def get_client_ip(self, request: HttpRequest) -> str:
        return limits.address_of(request)

    def is_safe_url(self, url: str | None) -> bool:
        return bool(url) and is_here(str(url))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The pages say themselves what was done."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No e-mail about accounts (docs/adr/0023)."""

    def respond_user_inactive(self, request: HttpRequest, user: Staff) -> HttpResponse:
        return refusal.back_to_sign_in(request)

    def login(self, request: HttpRequest, user: Staff) -> None:
        """Begins the session, under a new key, and says so to the trail."""
        methods = [record["method"] for record in get_authentication_records(request, user)]
        trusted = by_trusted_provider(request, user)
        super().login(request, user)
        request.session[STARTED] = request.session[SEEN] = time.time()
        if "mfa" in methods or trusted:
            request.session[SHOWN] = "own" if "mfa" in methods else "provider"
        name_actor(user.pk)
        where = limits.address_of(request)
        limits.remember_address(user.username, request)
        record_security(
            SecurityKind.SIGNED_IN, account=user.pk, username=user.username, address=where, by=sorted(set(methods))
        )

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:
        """Not within five minutes of signing in."""
        records = get_authentication_records(self.request, self.request.user)
        return not records or time.time() - records[-1]["at"] >= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT

    def get_reauthentication_methods(self, user: Staff | AnonymousUser) -> list[dict[str, str]]:
        return (
            [{"id": "confirm", "description": "", "url": reverse("confirm_identity")}] if user.is_authenticated else []
        )


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Secrets are encrypted before they reach the database."""

    def encrypt(self, text: str) -> str:
        return keys.sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        return keys.opened(encrypted_text)

    def get_totp_issuer(self) -> str:
        return f"Myoline {context.request.get_host()}"

    def get_totp_label(self, user: Staff) -> str:
        return user.username

    def _get_user_identifier(self, user: Staff) -> str:
        return user.username

    def _get_site_name(self) -> str:
        return "Myoline"


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Whoever the sign-in provider names must have an account here already; none is ever made."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        raise ImmediateHttpResponse(provider.let_in(request, sociallogin))

    def on_authentication_error(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        raise ImmediateHttpResponse(refusal.by_provider(request, "provider"))
