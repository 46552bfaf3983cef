"""Signing in and out."""

import pytest
import redis
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import text_of
from tracker.api.throttles import SignInByAddress, SignInByName

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet() -> None:
    cache.clear()


@pytest.mark.parametrize("page", ["/", "/worklist/", "/patients/1/"])
def test_every_page_asks_for_a_sign_in(client: Client, page: str) -> None:
    response = client.get(page)
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('sign_in')}?next={page}"


def test_a_member_signs_in_and_out(client: Client) -> None:
    member = rows.a_member(Role.NURSE, first_name="Nell", last_name="Example")
    response = client.post(reverse("sign_in"), {"username": member.username, "password": rows.PASSWORD}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("patient_list")
    assert "Nell Example: my settings nurse, Clinic" in text_of(response)
    client.post(reverse("sign_out"))
    assert client.get("/").status_code == 302


def test_a_wrong_password_says_one_thing_and_keeps_no_password(client: Client) -> None:
    member = rows.a_member()
    response = client.post(reverse("sign_in"), {"username": member.username, "password": "wrong-password"})
    assert response.status_code == 200
    assert "This was not saved" not in text_of(response)
    assert "Please enter a correct" in text_of(response)
    assert "wrong-password" not in response.content.decode()


def test_signing_out_needs_a_post(client: Client) -> None:
    client.force_login(rows.a_member())
    assert client.get(reverse("sign_out")).status_code == 405
    assert client.get("/").status_code == 200


def test_no_page_carries_inline_script_or_style(client: Client) -> None:
    body = client.get(reverse("sign_in")).content.decode()
    assert "<style" not in body
    assert " style=" not in body
    assert "<script>" not in body
    assert "onclick" not in body


@pytest.mark.parametrize(("limit", "same_name"), [(SignInByName, True), (SignInByAddress, False)])
def test_guessing_is_stopped_by_name_and_by_address(
    client: Client, monkeypatch: pytest.MonkeyPatch, limit: type[SignInByName | SignInByAddress], same_name: bool
) -> None:
    monkeypatch.setattr(limit, "rate", "3/min", raising=False)
    member = rows.a_member()
    for number in range(3):
        name = member.username if same_name else f"guess-{number}"
        assert client.post(reverse("sign_in"), {"username": name, "password": "a guess"}).status_code == 200
    response = client.post(reverse("sign_in"), {"username": member.username, "password": rows.PASSWORD})
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 60
    assert "Too many attempts" in text_of(response)
    assert client.get("/").status_code == 302


def test_without_redis_people_still_sign_in(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    unreachable = redis.ConnectionPool(host="127.0.0.1", port=1)
    monkeypatch.setattr(cache._cache, "_get_connection_pool", lambda write: unreachable)
    member = rows.a_member()
    response = client.post(reverse("sign_in"), {"username": member.username, "password": rows.PASSWORD})
    assert response.status_code == 302
    assert response["Location"] == reverse("patient_list")
