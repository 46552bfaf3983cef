"""Signing in through the hospital's own provider, against a real one on loopback."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from patients.models import Staff
from tests.factories import rows
from tests.factories.sign_in import an_app, security_events, type_code
from tests.tracker.pages import text_of
from tests.tracker.sign_in.oidc_server import CLIENT_ID, CLIENT_SECRET, KID, Provider, running
from tracker.api.throttles import ProviderByAddress

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


@pytest.fixture
def provider(settings: LazySettings) -> Iterator[Provider]:
    with running() as provider:
        settings.OIDC_SERVER_URL = provider.address
        settings.OIDC_NAME = "Northern hospital"
        app = {
            "provider_id": "hospital",
            "name": "Northern hospital",
            "client_id": CLIENT_ID,
            "secret": CLIENT_SECRET,
            "settings": {"server_url": provider.address},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        yield provider


def sign_in(client: Client, provider: Provider, way_on: str = "", **claims: Any) -> Any:
    """There and back; the answer to the browser that comes back."""
    provider.claims = {"sub": "sub-1", **claims}
    there = client.get(reverse("provider_start"), {"next": way_on} if way_on else {})
    assert there.status_code == 302, there
    return client.get(provider.authorize(there["Location"]))


def is_refused(client: Client, response: Any) -> bool:
    return (
        response.status_code == 302
        and response["Location"] == reverse("sign_in")
        and "You are not signed in" in text_of(client.get(reverse("sign_in")))
        and client.get("/").status_code == 302
    )


def test_off_when_unset(client: Client) -> None:
    assert "Sign in with" not in text_of(client.get(reverse("sign_in")))
    for name in ("provider_start", "provider_callback"):
        assert client.get(reverse(name)).status_code == 404


def test_a_known_name_signs_in_and_is_bound(client: Client, provider: Provider) -> None:
    member = rows.a_member()
    assert "Sign in with Northern hospital" in text_of(client.get(reverse("sign_in")))
    response = sign_in(client, provider, "/worklist/", preferred_username=member.username, email="a@b.invalid")
    assert response["Location"] == "/worklist/"
    assert client.get("/").status_code == 200
    asked = provider.asked[0]
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://testserver/sign-in/provider/callback/"
    assert len(asked["state"]) >= 16
    assert len(asked["nonce"]) >= 32
    bound = SocialAccount.objects.get()
    uid = hashlib.sha256(f"{provider.address}\nsub-1".encode()).hexdigest()
    assert (bound.user_id, bound.uid, bound.extra_data) == (member.pk, uid, {})
    assert security_events("signed_in")[0]["by"] == ["socialaccount"]


def test_an_account_is_never_made(client: Client, provider: Provider) -> None:
    rows.a_member()
    before = Staff.objects.count()
    assert is_refused(client, sign_in(client, provider, preferred_username="nobody-here", email="n@b.invalid"))
    assert Staff.objects.count() == before
    assert not SocialAccount.objects.exists()
    for page in ("/sign-in/provider/signup/", "/accounts/signup/", "/signup/", "/accounts/login/"):
        assert client.get(page).status_code == 404
    assert security_events("sign_in_failed")[0]["why"] == "no account"


def test_a_closed_account_is_refused(client: Client, provider: Provider) -> None:
    member = rows.a_member()
    sign_in(client, provider, preferred_username=member.username)
    client.post(reverse("sign_out"))
    member.is_active = False
    member.save()
    assert is_refused(client, sign_in(client, provider, preferred_username=member.username))


def test_a_name_given_to_somebody_else_opens_nothing(client: Client, provider: Provider) -> None:
    member, other = rows.a_member(), rows.a_member()
    sign_in(client, provider, preferred_username=member.username)
    newcomer = Client()
    assert is_refused(newcomer, sign_in(newcomer, provider, sub="sub-2", preferred_username=member.username))
    renamed = Client()
    sign_in(renamed, provider, preferred_username=other.username)
    assert renamed.session["_auth_user_id"] == str(member.pk)  # the provider's lasting identifier decides


@pytest.mark.parametrize(("verified", "lets_in"), [(True, True), (False, False), (None, False), ("true", False)])
def test_an_address_counts_only_when_it_is_verified(
    client: Client, provider: Provider, settings: LazySettings, verified: object, lets_in: bool
) -> None:
    settings.OIDC_CLAIM = "email"
    rows.a_member(email="Ann@Clinic.invalid")
    response = sign_in(client, provider, email="ann@clinic.invalid", email_verified=verified)
    assert is_refused(client, response) is not lets_in


def test_an_address_of_two_accounts_is_nobodys(client: Client, provider: Provider, settings: LazySettings) -> None:
    settings.OIDC_CLAIM = "email"
    for _ in range(2):
        rows.a_member(email="team@clinic.invalid")
    assert is_refused(client, sign_in(client, provider, email="team@clinic.invalid", email_verified=True))


def test_an_address_does_not_stand_for_a_name(client: Client, provider: Provider) -> None:
    rows.a_member(email="ann@clinic.invalid")
    assert is_refused(client, sign_in(client, provider, email="ann@clinic.invalid", email_verified=True))


@pytest.mark.parametrize("trusted", [True, False])
def test_the_second_factor_of_the_provider_is_trusted_only_when_told(
    client: Client, provider: Provider, settings: LazySettings, trusted: bool
) -> None:
    settings.OIDC_SECOND_FACTOR_TRUSTED = trusted
    settings.SECOND_FACTOR = frozenset({"all"})
    member = rows.a_member()
    app = an_app(member)
    response = sign_in(client, provider, preferred_username=member.username)
    if trusted:
        assert client.get("/").status_code == 200
        return
    assert response["Location"] == reverse("sign_in_code")
    assert client.get("/").status_code == 302
    assert type_code(client, app.now()).status_code == 302
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("trusted", [True, False])
def test_without_an_own_one_it_depends_on_the_same(
    client: Client, provider: Provider, settings: LazySettings, trusted: bool
) -> None:
    settings.OIDC_SECOND_FACTOR_TRUSTED = trusted
    settings.SECOND_FACTOR = frozenset({"all"})
    sign_in(client, provider, preferred_username=rows.a_member().username)
    assert client.get("/worklist/").status_code == (200 if trusted else 302)


def signed_by_another_key(provider: Provider) -> Callable[[dict[str, Any]], str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return lambda claims: jwt.encode(claims, key, "RS256", {"kid": KID})


def unsigned(provider: Provider) -> Callable[[dict[str, Any]], str]:
    return lambda claims: jwt.encode(claims, None, "none", {"kid": KID})


def signed_with_the_shared_secret(provider: Provider) -> Callable[[dict[str, Any]], str]:
    return lambda claims: jwt.encode(claims, CLIENT_SECRET * 2, "HS256", {"kid": KID})


def of_an_unknown_key(provider: Provider) -> Callable[[dict[str, Any]], str]:
    return lambda claims: jwt.encode(claims, provider.key, "RS256", {"kid": "other"})


def no_token(provider: Provider) -> Callable[[dict[str, Any]], str]:
    return lambda claims: "not.a.token"


@pytest.mark.parametrize(
    "sign", [signed_by_another_key, unsigned, signed_with_the_shared_secret, of_an_unknown_key, no_token]
)
def test_a_token_that_the_provider_did_not_sign_opens_nothing(
    client: Client, provider: Provider, sign: Callable[[Provider], Callable[[dict[str, Any]], str]]
) -> None:
    member = rows.a_member()
    provider.sign = sign(provider)  # type: ignore[assignment]  # without the self of a method
    assert is_refused(client, sign_in(client, provider, preferred_username=member.username))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://another.invalid"},
        {"aud": "another program"},
        {"aud": [CLIENT_ID, "another program"], "azp": "another program"},
        {"exp": 1},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"nonce": "of another request"},
        {"nonce": None},
        {"sub": ""},
        {"sub": None},
        {"preferred_username": None},
        {"preferred_username": ["a", "b"]},
        {"preferred_username": "nul\x00l"},
    ],
)
def test_a_token_with_wrong_claims_opens_nothing(client: Client, provider: Provider, claims: dict[str, Any]) -> None:
    member = rows.a_member()
    assert is_refused(client, sign_in(client, provider, **{"preferred_username": member.username, **claims}))


def test_an_answer_is_taken_once_and_by_the_browser_that_asked(client: Client, provider: Provider) -> None:
    member = rows.a_member()
    provider.claims = {"sub": "sub-1", "preferred_username": member.username}
    back = provider.authorize(client.get(reverse("provider_start"))["Location"])
    victim = Client()
    assert is_refused(victim, victim.get(back))
    back = provider.authorize(client.get(reverse("provider_start"))["Location"])
    assert client.get(back).status_code == 302
    client.post(reverse("sign_out"))
    assert is_refused(client, client.get(back))


@pytest.mark.parametrize("query", ["", "?error=access_denied", "?code=x&state=y", "?state=y", "?code=x"])
def test_an_answer_to_no_question(client: Client, provider: Provider, query: str) -> None:
    assert is_refused(client, client.get(reverse("provider_callback") + query))


def test_no_other_site_begins_it(client: Client, provider: Provider) -> None:
    response = client.get(reverse("provider_start"), headers={"sec-fetch-site": "cross-site"})
    assert response["Location"] == reverse("sign_in")
    assert provider.asked == []


def test_a_provider_out_of_reach_is_said_in_the_same_words(
    client: Client, provider: Provider, settings: LazySettings
) -> None:
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    apps[0]["settings"]["server_url"] = "http://127.0.0.1:1"
    assert is_refused(client, client.get(reverse("provider_start")))


def test_the_way_on_never_leaves_this_host(client: Client, provider: Provider) -> None:
    response = sign_in(client, provider, "https://evil.invalid/", preferred_username=rows.a_member().username)
    assert response["Location"] == reverse("home")


def test_the_same_identifier_from_another_provider_is_somebody_else(client: Client, provider: Provider) -> None:
    member = rows.a_member()
    assert sign_in(client, provider, preferred_username=member.username)["Location"] == "/"
    provider.issuer = "https://another-hospital.invalid"
    stranger = Client()
    assert is_refused(stranger, sign_in(stranger, provider, preferred_username="nobody-here"))
    assert is_refused(stranger, sign_in(stranger, provider, preferred_username=member.username))  # bound already


@pytest.mark.parametrize("sub", ["s" * 255, "s" * 192, "\x00", "\ud83d", "ß" * 255])
def test_an_identifier_of_any_length_is_taken(client: Client, provider: Provider, sub: str) -> None:
    member = rows.a_member()
    assert sign_in(client, provider, sub=sub, preferred_username=member.username)["Location"] == "/"
    client.post(reverse("sign_out"))
    assert sign_in(client, provider, sub=sub)["Location"] == "/"


def test_whoever_knocks_again_and_again_is_slowed(
    client: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ProviderByAddress, "rate", "3/min", raising=False)
    statuses = [client.get(reverse("provider_callback"), {"error": "x"}).status_code for _ in range(5)]
    assert statuses == [302, 302, 302, 429, 429]
    assert len(security_events("sign_in_failed")) == 3
    assert client.get(reverse("provider_start")).status_code == 429
    assert not provider.asked
