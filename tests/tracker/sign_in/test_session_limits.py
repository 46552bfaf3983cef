"""How long a session lasts, and what browsers keep of it."""

import time

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.test import Client
from knox.models import AuthToken

from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.factories.sign_in import security_events, type_password
from tests.tracker.pages import text_of
from tracker import staffing
from tracker.sign_in import sessions
from tracker.tasks import clear_expired

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]
START = time.time()


def test_a_session_ends_after_thirty_minutes_without_use(client: Client) -> None:
    member = rows.a_member()
    with time_machine.travel(START, tick=False) as clock:
        type_password(client, member)
        clock.move_to(START + 30 * 60 - 1)
        assert client.get("/worklist/").status_code == 200
        clock.move_to(START + 60 * 60 - 2)  # the use before has begun the half hour anew
        assert client.get("/worklist/").status_code == 200
        clock.move_to(START + 90 * 60 - 2)
        response = client.get("/worklist/", follow=True)
        assert response.redirect_chain == [("/sign-in/?next=/worklist/", 302)]
        assert "You were signed out This happens after 30 minutes without use" in text_of(response)
        assert "You were signed out" not in text_of(client.get("/sign-in/"))
    (ended,) = security_events("session_ended")
    assert (ended["why"], ended["account"]) == ("idle", member.pk)
    assert not UserSession.objects.exists()


def test_a_session_ends_after_twelve_hours_however_busy(client: Client) -> None:
    member = rows.a_member()
    with time_machine.travel(START, tick=False) as clock:
        type_password(client, member)
        for minutes in range(20, 12 * 60, 20):
            clock.move_to(START + minutes * 60)
            assert client.get("/me/sessions/").status_code == 200
        clock.move_to(START + 12 * 3600 - 1)
        assert client.get("/worklist/").status_code == 200
        clock.move_to(START + 12 * 3600)
        response = client.get("/worklist/", follow=True)
        assert "A session lasts 12 hours" in text_of(response)
    assert [row["why"] for row in security_events("session_ended")] == ["absolute"]


def test_the_limits_are_settings(client: Client, settings: LazySettings) -> None:
    settings.SESSION_IDLE_MINUTES = 5
    member = rows.a_member()
    with time_machine.travel(START, tick=False) as clock:
        type_password(client, member)
        clock.move_to(START + 299)
        assert client.get("/worklist/").status_code == 200
        clock.move_to(START + 299 + 300)
        assert client.get("/worklist/").status_code == 302


def test_the_api_says_so_as_a_problem_and_tokens_go_on(client: Client) -> None:
    member = rows.a_member()
    _, token = AuthToken.objects.create(user=member)
    with time_machine.travel(START, tick=False) as clock:
        type_password(client, member)
        assert client.get("/api/v1/patients/").status_code == 200
        clock.move_to(START + 31 * 60)
        assert client.get("/api/v1/patients/").status_code == 401
        bearer = Client(headers={"authorization": f"Token {token}"})
        assert bearer.get("/api/v1/patients/").status_code == 200


def test_use_is_written_at_most_once_a_minute(client: Client, django_assert_num_queries: pytest.FixtureRequest) -> None:
    member = rows.a_member()
    with time_machine.travel(START, tick=False) as clock:
        type_password(client, member)
        first = UserSession.objects.get().last_seen_at
        clock.move_to(START + 59)
        client.get("/me/sessions/")
        assert UserSession.objects.get().last_seen_at == first
        clock.move_to(START + 61)
        client.get("/me/sessions/")
        assert UserSession.objects.get().last_seen_at > first


@pytest.mark.parametrize("page", ["/", "/worklist/", "/protocol/", "/me/", "/api/v1/patients/", "/no-such-page/"])
def test_no_browser_keeps_a_page_of_somebody_signed_in(client: Client, page: str) -> None:
    client.force_login(rows.a_member())
    assert "no-store" in client.get(page)["Cache-Control"]


def test_the_cookies_are_for_the_server_alone(client: Client, settings: LazySettings) -> None:
    client.get("/sign-in/")
    type_password(client, rows.a_member())
    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"
    assert client.cookies["sessionid"]["max-age"] == ""  # gone with the browser


def test_a_deactivated_account_and_a_new_role_end_sessions_at_once(client: Client) -> None:
    member, clinic = rows.a_member(Role.NURSE), rows.a_clinic()
    type_password(client, member)
    staffing.give_role(staff=member, clinic=clinic, role=Role.ADMIN)
    assert client.get("/").status_code == 302
    type_password(client, member)
    staffing.give_role(staff=member, clinic=clinic, role=Role.ADMIN)  # nothing new
    assert client.get("/").status_code == 200
    staffing.deactivate(username=member.username)
    assert client.get("/").status_code == 302
    assert [row["why"] for row in security_events("session_ended")] == ["role changed", "account deactivated"]


def test_what_has_ended_by_itself_leaves_the_list(client: Client) -> None:
    member = rows.a_member()
    with time_machine.travel(START, tick=False) as clock:
        type_password(client, member)
        clock.move_to(START + 13 * 3600)
        assert sessions.open_sessions(member, None) == []
        clear_expired()
    assert not UserSession.objects.exists()


def test_a_page_that_asks_for_its_list_by_itself_is_no_use(client: Client) -> None:
    """A page left open while a report waits must not keep the session of whoever has gone away."""
    member = rows.a_member(Role.ADMIN)
    with time_machine.travel(START, tick=False) as clock:
        type_password(client, member)
        for minutes in range(2, 30, 2):
            clock.move_to(START + minutes * 60)
            assert client.get("/reports/runs/", headers={"HX-Request": "true"}).status_code == 200
        clock.move_to(START + 30 * 60)
        assert client.get("/worklist/").status_code == 302
    assert [row["why"] for row in security_events("session_ended")] == ["idle"]
