"""Where somebody is signed in."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tests.factories import rows
from tests.factories.sign_in import security_events, type_password
from tests.tracker.pages import query_budget, text_of
from tracker.sign_in.sessions import device_named

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML) Chrome/130.0 Safari/537.36 Edg/130.0"


def test_the_list_names_device_address_and_which_is_this(client: Client) -> None:
    member = rows.a_member()
    type_password(Client(headers={"user-agent": EDGE}, REMOTE_ADDR="192.0.2.7"), member)
    here = Client(headers={"user-agent": FIREFOX})
    type_password(here, member)
    type_password(Client(headers={"user-agent": EDGE}), rows.a_member())
    said = text_of(here.get(reverse("my_sessions")))
    assert "Firefox on Linux 127.0.0.1" in said
    assert "this one" in said
    assert "Edge on Windows 192.0.2.7" in said
    assert said.count("Edge on Windows") == 2  # the row and its button's words; the other person's is not shown


def test_one_is_ended_and_then_all_others() -> None:
    member = rows.a_member()
    here, there, third = (Client() for _ in range(3))
    for browser in (here, there, third):
        type_password(browser, member)
    row = UserSession.objects.get(session_key=there.cookies["sessionid"].value)
    here.post(reverse("end_session", args=[row.pk]))
    assert there.get("/").status_code == 302
    assert third.get("/").status_code == 200
    assert "Ended elsewhere: 1." in text_of(here.post(reverse("end_other_sessions"), follow=True))
    assert third.get("/").status_code == 302
    assert here.get("/").status_code == 200
    assert [row["why"] for row in security_events("session_ended")] == ["revoked", "revoked"]


def test_nobody_ends_another_persons_session(client: Client) -> None:
    other = Client()
    type_password(other, rows.a_member())
    type_password(client, rows.a_member())
    row = UserSession.objects.get(session_key=other.cookies["sessionid"].value)
    assert client.post(reverse("end_session", args=[row.pk])).status_code == 404
    assert client.post(reverse("end_session", args=[2**62])).status_code == 404
    assert other.get("/").status_code == 200
    assert client.get(reverse("end_session", args=[row.pk])).status_code == 405


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [(FIREFOX, "Firefox on Linux"), (EDGE, "Edge on Windows"), ("", "Unknown browser on an unknown system")],
)
def test_devices_are_named(user_agent: str, said: str) -> None:
    assert device_named(user_agent) == said


def test_the_pages_of_ones_own_account_keep_their_budget(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    member = rows.a_member()
    type_password(client, member)
    client.get(reverse("my_sessions"))
    for name in ("my_sessions", "my_second_factor"):
        with django_assert_max_num_queries(query_budget(name)):
            client.get(reverse(name))


def test_the_list_is_reached_from_the_settings(client: Client) -> None:
    client.force_login(rows.a_member())
    page = client.get(reverse("my_settings")).content.decode()
    for name in ("my_sessions", "my_second_factor", "change_password"):
        assert f'href="{reverse(name)}"' in page
