"""A new password of one's own, and one given by whoever looks after the server."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from patients.models import Staff
from tests.factories import rows
from tests.factories.sign_in import security_events, type_password
from tests.tracker.pages import text_of
from tracker.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]
NEW = "seventeen green herons"


def change(client: Client, current: str = rows.PASSWORD, new: str = NEW, again: str = NEW) -> int:
    return client.post(reverse("change_password"), {"current": current, "new": new, "again": again}).status_code


def test_other_sessions_and_tokens_end_and_this_one_goes_on(client: Client) -> None:
    member = rows.a_member()
    there = Client()
    for browser in (there, client):
        type_password(browser, member)
    _, token = AuthToken.objects.create(user=member)
    before = client.cookies["sessionid"].value
    assert change(client) == 302
    assert client.cookies["sessionid"].value != before
    assert client.get("/").status_code == 200
    assert "this one" in text_of(client.get(reverse("my_sessions")))
    assert there.get("/").status_code == 302
    assert Client(headers={"authorization": f"Token {token}"}).get("/api/v1/patients/").status_code == 401
    assert type_password(Client(), member, NEW).status_code == 302
    assert type_password(Client(), member).status_code == 200
    assert "password changed" in [row["why"] for row in security_events("session_ended")]
    assert len(security_events("token_revoked")) == 1


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("xq-7", "too short"),
        ("elevenchars", "too short"),
        ("123456789012345", "entirely numeric"),
        ("q1w2e3r4t5y6", "too common"),
    ],
)
def test_the_rules_of_passwords(client: Client, new: str, said: str) -> None:
    member = rows.a_member()
    type_password(client, member)
    response = client.post(reverse("change_password"), {"current": rows.PASSWORD, "new": new, "again": new})
    assert response.status_code == 422
    assert said in text_of(response)
    assert new not in response.content.decode()


def test_twelve_characters_are_enough(client: Client) -> None:
    type_password(client, rows.a_member())
    assert change(client, new="heron-marsh1", again="heron-marsh1") == 302


def test_a_wrong_current_password_changes_nothing_and_is_counted(client: Client) -> None:
    member = rows.a_member()
    type_password(client, member)
    assert change(client, current="wrong") == 422
    assert change(client, again="something else") == 422
    for _ in range(5):
        change(client, current="wrong")
    assert change(client) == 422
    assert Staff.objects.get(pk=member.pk).check_password(rows.PASSWORD)
    assert len(security_events("locked_out")) == 1


def test_whoever_looks_after_the_server_gives_a_new_one(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    member = rows.a_member()
    type_password(client, member)
    AuthToken.objects.create(user=member)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{NEW}\n"))
    call_command("reset_password", member.username, reason="forgot it, rang back", stdout=io.StringIO())
    assert client.get("/").status_code == 302
    assert not AuthToken.objects.exists()
    assert type_password(Client(), member, NEW).status_code == 302
    assert Event.objects.filter(reason="forgot it, rang back", subject="patients_staff").exists()


@pytest.mark.parametrize(("name", "reason", "password"), [("nobody", "x", NEW), ("", "", NEW), ("", "lost", "short")])
def test_what_is_refused_at_the_server(monkeypatch: pytest.MonkeyPatch, name: str, reason: str, password: str) -> None:
    member = rows.a_member()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    with pytest.raises(CommandError):
        call_command("reset_password", name or member.username, reason=reason)
    assert Staff.objects.get(pk=member.pk).check_password(rows.PASSWORD)
