"""Signing in to the API with a token."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from patients.models import Staff
from tests.factories.sign_in import an_app, security_events
from tests.tracker.api.test_access import is_problem
from tracker.api.throttles import SignInByAddress, SignInByName
from tracker.models import Event
from tracker.sign_in import factors

pytestmark = pytest.mark.usefixtures("empty_cache")

V1 = "/api/v1"
PASSWORD = "a long word for tests"


@pytest.fixture
def member(db: None) -> Staff:
    return Staff.objects.create_user("token-doctor", password=PASSWORD)


def sign_in(
    password: str = PASSWORD, username: str = "token-doctor", code: str = "", **extra: str
) -> tuple[int, dict[str, str]]:
    body = {"username": username, "password": password} | ({"code": code} if code else {})
    answer = APIClient().post(f"{V1}/auth/token/", body, format="json", **extra)
    return answer.status_code, answer.json()


def bearer(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


def test_a_token_opens_the_api_and_only_its_hash_is_kept(member: Staff) -> None:
    status, body = sign_in()
    assert status == 201
    assert bearer(body["token"]).get(f"{V1}/patients/").status_code == 200
    row = AuthToken.objects.get()
    assert row.user == member
    assert body["token"] not in (row.digest, row.token_key)
    assert bearer(body["token"][:-1] + "x").get(f"{V1}/patients/").status_code == 401


def test_a_token_ends_by_itself(member: Staff) -> None:
    _, body = sign_in()
    hours = AuthToken.objects.get().expiry - timezone.now()
    with time_machine.travel(timezone.now() + hours - timedelta(minutes=1), tick=False):
        assert bearer(body["token"]).get(f"{V1}/patients/").status_code == 200
    with time_machine.travel(timezone.now() + hours + timedelta(minutes=1), tick=False):
        assert is_problem(bearer(body["token"]).get(f"{V1}/patients/"), 401)


def test_revoking_one_token_leaves_the_others(member: Staff) -> None:
    one, other = sign_in()[1]["token"], sign_in()[1]["token"]
    assert bearer(one).delete(f"{V1}/auth/token/").status_code == 204
    assert bearer(one).get(f"{V1}/patients/").status_code == 401
    assert bearer(other).get(f"{V1}/patients/").status_code == 200
    assert bearer(other).delete(f"{V1}/auth/tokens/").status_code == 204
    assert bearer(other).get(f"{V1}/patients/").status_code == 401


def test_only_a_token_revokes_itself(member: Staff) -> None:
    client = APIClient()
    assert is_problem(client.delete(f"{V1}/auth/token/"), 401)
    client.force_login(member)
    assert is_problem(client.delete(f"{V1}/auth/token/"), 401)


def test_wrong_credentials_do_not_say_which(member: Staff) -> None:
    wrong_password, unknown_name = sign_in("wrong"), sign_in(username="nobody")
    assert wrong_password[0] == 401
    assert wrong_password == unknown_name
    member.is_active = False
    member.save()
    assert sign_in() == wrong_password


@pytest.mark.parametrize(
    "body",
    [{}, {"username": "x"}, {"username": ["x"], "password": "y"}, {"username": "\ud83d", "password": "y"}, [], "x"],
)
def test_credentials_that_cannot_be_read(db: None, body: object) -> None:
    assert is_problem(APIClient().post(f"{V1}/auth/token/", body, format="json"), 400)


def test_guessing_one_account_is_slowed_from_anywhere(member: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SignInByName, "rate", "2/min", raising=False)
    addresses = ({"REMOTE_ADDR": f"192.0.2.{last}"} for last in (1, 2, 3))
    statuses = [
        sign_in("wrong", username="Token-Doctor" if turn else "token-doctor", **address)[0]
        for turn, address in enumerate(addresses)
    ]
    assert statuses == [401, 401, 429]


def test_guessing_from_one_address_is_slowed_for_any_account(member: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SignInByAddress, "rate", "2/min", raising=False)
    forged = [{"HTTP_X_FORWARDED_FOR": f"198.51.100.{last}", "REMOTE_ADDR": "192.0.2.77"} for last in (1, 2, 3)]
    assert [sign_in("wrong", username=f"name-{turn}", **extra)[0] for turn, extra in enumerate(forged)] == [
        401,
        401,
        429,
    ]


def test_a_second_factor_is_asked_for_and_its_code_works_once(member: Staff) -> None:
    app = an_app(member)
    wrong_password = sign_in("wrong")
    assert sign_in() == wrong_password
    assert sign_in(code="000000") == wrong_password
    code = app.now()
    status, body = sign_in(code=code)
    assert status == 201
    assert bearer(body["token"]).get(f"{V1}/patients/").status_code == 200
    assert sign_in(code=code) == wrong_password


def test_a_recovery_code_will_do_once(member: Staff) -> None:
    an_app(member)
    code = factors.recovery_codes(member)[0]
    assert [sign_in(code=code)[0] for _ in range(2)] == [201, 401]


def test_who_must_have_one_gets_no_token_without(member: Staff, settings: LazySettings) -> None:
    settings.SECOND_FACTOR = frozenset({"all"})
    status, body = sign_in()
    assert (status, body["type"]) == (403, "urn:myoline:problem:second-factor-needed")
    assert sign_in("wrong")[0] == 401
    assert not AuthToken.objects.exists()


def test_page_and_api_count_together_and_are_locked_alike(member: Staff, settings: LazySettings) -> None:
    settings.SIGN_IN_FAILURES = 3
    wrong = [sign_in("wrong") for _ in range(2)]
    Client().post("/sign-in/", {"username": member.username, "password": "wrong"})
    assert sign_in() == wrong[0] == wrong[1]
    assert sign_in(REMOTE_ADDR="192.0.2.5")[0] == 201


def test_the_trail_tells_of_tokens_and_never_their_text(member: Staff) -> None:
    _, body = sign_in()
    bearer(body["token"]).delete(f"{V1}/auth/token/")
    sign_in("wrong")
    assert [row["account"] for row in security_events("token_issued")] == [member.pk]
    assert [row["account"] for row in security_events("token_revoked")] == [member.pk]
    assert [row["username"] for row in security_events("sign_in_failed")] == ["token-doctor"]
    assert not Event.objects.filter(new__icontains=body["token"]).exists()
