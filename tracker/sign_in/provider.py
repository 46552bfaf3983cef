"""Signing in through the hospital's own provider (OpenID Connect), with an ID token that is checked in full.

django-allauth keeps state and PKCE and fetches the token. Its signature, issuer, audience, age and nonce are checked
here, and nothing but the ID token is believed.
"""

import hashlib
import secrets
from typing import Any

import jwt
import requests
from allauth.account.internal import flows
from allauth.account.models import Login
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from patients.models import Staff
from tracker.sign_in import refusal

PROVIDER = "hospital"  # its name in addresses and rows
SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]  # no shared key
CLOCKS_DIFFER = 60  # seconds
_UNREACHABLE = (requests.RequestException, KeyError, TypeError, ValueError)  # or it answers what no provider would


def is_configured() -> bool:
    """Whether people may sign in through a provider at all."""
    return bool(settings.OIDC_SERVER_URL)


def start(request: HttpRequest, next_url: str | None) -> HttpResponse:
    """Sends the browser to the provider, with a state, a nonce and a PKCE challenge of this session."""
    nonce = secrets.token_urlsafe(32)
    found = get_adapter().get_provider(request, PROVIDER)
    found.oauth2_adapter_class = _Tokens
    try:
        answer: HttpResponse = found.redirect(
            request, process=AuthProcess.LOGIN, next_url=next_url, nonce=nonce, auth_params={"nonce": nonce}
        )
    except _UNREACHABLE:
        return refusal.by_provider(request, "provider out of reach")
    return answer


def finish(request: HttpRequest) -> HttpResponse:
    """What the provider sends the browser back with."""
    try:
        answer: HttpResponse = _Callback.adapter_view(_Tokens(request, PROVIDER))(request)
    except _UNREACHABLE:
        return refusal.by_provider(request, "provider out of reach")
    return answer


def let_in(request: HttpRequest, sociallogin: Any) -> HttpResponse:
    """Goes on with signing in whoever the provider names: to the second factor, or in."""
    staff = account_of(sociallogin.account.uid, sociallogin.claims)
    if staff is None or not staff.is_active:
        return refusal.by_provider(request, "no account")
    flows.login.record_authentication(request, staff, "socialaccount", provider=PROVIDER)
    login = Login(user=staff, redirect_url=sociallogin.get_redirect_url(request))
    answer: HttpResponse = flows.login.perform_login(request, login)
    return answer


@transaction.atomic
def account_of(uid: str, claims: dict[str, Any]) -> Staff | None:
    """The account of whoever the provider names; None where there is none.

    The first time it is found by the claim of the setting OIDC_CLAIM, and bound to the provider's own lasting
    identifier (`sub`). From then on that alone decides: a name that the provider gives to somebody else opens nothing.
    """
    bound = SocialAccount.objects.filter(provider=PROVIDER, uid=uid).select_related("user").first()
    if bound is not None:
        return bound.user if isinstance(bound.user, Staff) else None
    staff = _named_by(claims)
    if staff is None or SocialAccount.objects.filter(provider=PROVIDER, user=staff).exists():
        return None
    try:
        with transaction.atomic():
            SocialAccount(provider=PROVIDER, uid=uid, user=staff, extra_data={}).save()
    except IntegrityError:  # bound a moment ago, in another window
        return None
    return staff


def lasting_identifier(claims: dict[str, Any]) -> str:
    """Who the provider says this is, in any length and of that provider alone: another one may give the same `sub` to
    somebody else (OpenID Connect Core, 5.7).
    """
    return hashlib.sha256(f"{claims['iss']}\n{claims['sub']}".encode(errors="backslashreplace")).hexdigest()


def unbind(staff: Staff) -> None:
    """Forgets whom the provider's identifier stood for: the next sign-in finds the account by its claim anew."""
    SocialAccount.objects.filter(provider=PROVIDER, user=staff).delete()


def _named_by(claims: dict[str, Any]) -> Staff | None:
    value = claims.get(settings.OIDC_CLAIM)
    if not isinstance(value, str) or not value.strip() or "\x00" in value:
        return None
    if settings.OIDC_CLAIM != "email":
        return Staff.objects.filter(username=value, is_active=True).first()
    if claims.get("email_verified") is not True:
        return None
    found = list(Staff.objects.filter(email__iexact=value, is_active=True)[:2])
    return found[0] if len(found) == 1 else None


class _Tokens(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    """Fetches the token and believes it only after every check."""

    nonce = ""

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> Any:
        claims = self._checked(str(kwargs["response"].get("id_token", "")), app.client_id)
        found = self.get_provider().sociallogin_from_response(
            request, {"id_token": claims | {"sub": lasting_identifier(claims)}}
        )
        found.claims = claims
        found.account.extra_data = {}  # nothing of what the provider says about a person is kept
        return found

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("provider_callback"))

    def _checked(self, token: str, audience: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key=self._key_of(token),
                algorithms=SIGNED_BY,
                audience=audience,
                issuer=self.openid_config["issuer"],
                leeway=CLOCKS_DIFFER,
                options={"require": ["exp", "iat", "aud", "iss", "sub"]},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("The ID token does not hold.") from error
        if not self.nonce or not secrets.compare_digest(str(claims.get("nonce", "")), self.nonce):
            raise OAuth2Error("The ID token answers another request.")
        if claims.get("azp", audience) != audience or not claims["sub"]:
            raise OAuth2Error("The ID token was made for another program.")
        return claims

    def _key_of(self, token: str) -> jwt.PyJWK:
        with get_adapter().get_requests_session() as web:
            answer = web.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            found = jwt.PyJWKSet.from_dict(answer.json())
        return found[jwt.get_unverified_header(token)["kid"]]


class _Callback(OAuth2CallbackView):  # type: ignore[misc]  # allauth has no types
    """Hands the nonce of the state to whoever checks the token."""

    def _get_state(self, request: HttpRequest, provider: Any) -> tuple[dict[str, Any] | None, HttpResponse | None]:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = str((state or {}).get("nonce", ""))
        return state, response
