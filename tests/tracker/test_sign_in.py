"""Signing in and out."""

import time

import pytest
import redis
import time_machine
from django.conf import LazySettings
from django.core.cache import cache, caches
from django.test import Client
from django.urls import reverse

from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.factories.sign_in import an_app, security_events, type_password
from tests.tracker.pages import text_of
from tracker.api.throttles import SignInByAddress, SignInByName
from tracker.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet() -> None:
    cache.clear()
    caches["of_this_process"].clear()


def attempt(name: str, password: str, address: str = "192.0.2.1") -> tuple[int, bytes]:
    """The answer to a browser that comes for the first time, as sent; its CSRF token aside, which is random."""
    client = Client(REMOTE_ADDR=address)
    answer = client.post(reverse("sign_in"), {"username": name, "password": password})
    token = client.cookies["csrftoken"].value if "csrftoken" in client.cookies else ""
    assert not token or token.encode() not in answer.content  # each form carries its own mask of it
    return answer.status_code, b"\n".join(
        line for line in answer.content.splitlines() if b"csrfmiddlewaretoken" not in line
    )


@pytest.mark.parametrize("page", ["/", "/worklist/", "/patients/1/", "/me/sessions/", "/me/second-factor/"])
def test_every_page_asks_for_a_sign_in(client: Client, page: str) -> None:
    response = client.get(page)
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('sign_in')}?next={page}"


def test_a_member_signs_in_and_out(client: Client) -> None:
    member = rows.a_member(Role.NURSE, first_name="Nell", last_name="Example")
    response = client.post(reverse("sign_in"), {"username": member.username, "password": rows.PASSWORD}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("home")
    assert "Nell Example: my settings nurse, Clinic" in text_of(response)
    assert "no-store" in response["Cache-Control"]
    gone = client.post(reverse("sign_out"))
    assert gone["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/").status_code == 302
    assert [row["account"] for row in security_events("signed_in")] == [member.pk]
    assert [row["account"] for row in security_events("signed_out")] == [member.pk]
    assert Event.objects.get(subject="signed_in").actor_id == member.pk


def test_whoever_has_a_second_factor_is_not_in_yet(client: Client) -> None:
    member = rows.a_member()
    an_app(member)
    response = type_password(client, member)
    assert response["Location"] == reverse("sign_in_code")
    assert client.get("/").status_code == 302
    assert security_events("signed_in") == []


def test_unknown_wrong_closed_and_locked_are_answered_byte_for_byte_alike(settings: LazySettings) -> None:
    settings.SIGN_IN_FAILURES = 2
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK}
    known, closed = rows.a_member(), rows.a_member(is_active=False)
    wrong = attempt(known.username, "wrong-password")
    assert b"You are not signed in" in wrong[1]
    assert b"wrong-password" not in wrong[1]
    echo = known.username.encode()
    unknown = attempt("nobody-here", "wrong-password")
    assert unknown[0] == wrong[0] == 200
    assert unknown[1].replace(b"nobody-here", echo) == wrong[1]
    shut = attempt(closed.username, rows.PASSWORD)
    assert shut[0] == 200
    assert shut[1].replace(closed.username.encode(), echo) == wrong[1]
    assert attempt(known.username, "wrong-password") == wrong  # the second: locked from now on
    assert attempt(known.username, rows.PASSWORD) == wrong  # locked, although right


def test_the_lock_is_for_one_name_at_one_address_and_ends(settings: LazySettings) -> None:
    settings.SIGN_IN_FAILURES, settings.SIGN_IN_LOCKED_MINUTES = 3, 5
    member, other = rows.a_member(), rows.a_member()
    start = time.time()
    with time_machine.travel(start, tick=False) as clock:
        for _ in range(3):
            assert attempt(member.username, "wrong")[0] == 200
        assert attempt(member.username, rows.PASSWORD)[0] == 200  # locked
        assert attempt(member.username, rows.PASSWORD, "198.51.100.9")[0] == 302  # the person, at their own desk
        assert attempt(other.username, rows.PASSWORD)[0] == 302
        clock.move_to(start + 5 * 60 - 1)
        assert attempt(member.username, rows.PASSWORD)[0] == 200
        clock.move_to(start + 5 * 60 + 1)
        assert attempt(member.username, rows.PASSWORD)[0] == 302
    assert [row["username"] for row in security_events("locked_out")] == [member.username]


def test_a_right_password_in_between_begins_the_count_anew(settings: LazySettings) -> None:
    settings.SIGN_IN_FAILURES = 3
    member = rows.a_member()
    for password in ("wrong", "wrong", rows.PASSWORD, "wrong", "wrong", rows.PASSWORD):
        status, _ = attempt(member.username, password)
        assert status == (302 if password == rows.PASSWORD else 200)


def test_a_failure_names_accounts_only(client: Client) -> None:
    member = rows.a_member()
    client.post(reverse("sign_in"), {"username": member.username, "password": "wrong"})
    client.post(reverse("sign_in"), {"username": "My-Secret-Password-1", "password": "x"})
    first, second = security_events("sign_in_failed")
    assert (first["account"], first["username"], first["why"]) == (member.pk, member.username, "password")
    assert set(second) == {"why", "address"}
    assert not Event.objects.filter(new__icontains="My-Secret").exists()


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.invalid/", "//evil.invalid/", "/\\evil.invalid", "https:evil.invalid", "javascript:alert(1)",
     "http://testserver@evil.invalid/", "\x01//evil.invalid", "///evil.invalid"],
)  # fmt: skip
def test_the_way_on_never_leaves_this_host(client: Client, elsewhere: str) -> None:
    member = rows.a_member()
    shown = client.get(reverse("sign_in"), {"next": elsewhere})
    assert b"evil" not in shown.content
    assert b"javascript:" not in shown.content
    response = type_password(client, member, next=elsewhere)
    assert response["Location"] == reverse("home")


def test_the_way_on_is_kept(client: Client) -> None:
    member = rows.a_member()
    assert b'name="next" value="/worklist/?mine=on"' in client.get("/sign-in/?next=/worklist/%3Fmine%3Don").content
    assert type_password(client, member, next="/worklist/?mine=on")["Location"] == "/worklist/?mine=on"


def test_the_session_key_changes_at_each_step(client: Client) -> None:
    member = rows.a_member()
    app = an_app(member)
    client.get("/sign-in/")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["sessionid"] = session.session_key
    keys = [session.session_key]
    type_password(client, member)
    keys.append(client.cookies["sessionid"].value)
    client.post(reverse("sign_in_code"), {"code": app.now()})
    keys.append(client.cookies["sessionid"].value)
    assert len(set(keys)) == 3
    assert client.get("/").status_code == 200
    for earlier in keys[:2]:
        assert Client(headers={"cookie": f"sessionid={earlier}"}).get("/").status_code == 302


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


def test_guesses_elsewhere_never_stop_a_person_at_their_own_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SignInByName, "rate", "3/min", raising=False)
    member = rows.a_member()
    assert attempt(member.username, rows.PASSWORD, "192.0.2.1")[0] == 302
    statuses = [attempt(member.username, "a guess", f"198.51.100.{last}")[0] for last in range(1, 5)]
    assert statuses == [200, 200, 429, 429]
    assert attempt(member.username, rows.PASSWORD, "192.0.2.1")[0] == 302
    assert attempt(member.username, rows.PASSWORD, "192.0.2.2")[0] == 429


def test_spaces_around_a_name_are_no_other_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SignInByName, "rate", "3/min", raising=False)
    member = rows.a_member()
    guesses = [" " * before + member.username + " " * after for before in range(2) for after in range(2)]
    assert [attempt(name, "a guess", f"198.51.100.{at}")[0] for at, name in enumerate(guesses)] == [200, 200, 200, 429]


def test_without_redis_people_still_sign_in_and_guesses_are_still_counted(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    settings.SIGN_IN_FAILURES = 2
    unreachable = redis.ConnectionPool(host="127.0.0.1", port=1)
    monkeypatch.setattr(cache._cache, "_get_connection_pool", lambda write: unreachable)
    member, guessed = rows.a_member(), rows.a_member()
    for _ in range(2):
        assert attempt(guessed.username, "wrong")[0] == 200
    assert attempt(guessed.username, rows.PASSWORD)[0] == 200
    response = type_password(client, member)
    assert response.status_code == 302
    assert response["Location"] == reverse("home")


@pytest.mark.parametrize("name", ["", "\x00", "a" * 151, "\ud83d", "nul\x00l"])
def test_names_that_no_account_can_have(client: Client, name: str) -> None:
    response = client.post(reverse("sign_in"), {"username": name.encode("utf-8", "replace"), "password": "x"})
    assert response.status_code == 200
    assert client.get("/").status_code == 302
