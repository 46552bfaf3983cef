"""The second step of signing in."""

import time

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from patients.models import Staff
from tests.factories import rows
from tests.factories.sign_in import an_app, security_events, type_code, type_password
from tests.tracker.pages import text_of
from tracker.sign_in import factors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]
NOON = 1_790_000_010.0  # the middle of a period of 30 seconds


@pytest.fixture
def member() -> Staff:
    return rows.a_member()


def test_a_code_of_the_app_lets_in_once(client: Client, member: Staff) -> None:
    app = an_app(member)
    with time_machine.travel(NOON, tick=False):
        type_password(client, member, next="/worklist/")
        assert type_code(client, app.at(NOON))["Location"] == "/worklist/"
        assert client.get("/").status_code == 200
        again = Client()
        type_password(again, member)
        response = type_code(again, app.at(NOON))
        assert response.status_code == 422
        assert "Each code works once" in text_of(response)
        assert again.get("/").status_code == 302
    assert security_events("signed_in")[0]["by"] == ["mfa", "password"]
    assert [row["account"] for row in security_events("second_factor_failed")] == [member.pk]


@pytest.mark.parametrize(
    ("seconds", "lets_in"), [(-61, False), (-30, True), (-1, True), (0, True), (30, True), (61, False)]
)
def test_a_clock_may_be_one_period_off(client: Client, member: Staff, seconds: int, lets_in: bool) -> None:
    app = an_app(member)
    with time_machine.travel(NOON, tick=False):
        type_password(client, member)
        assert type_code(client, app.at(int(NOON) + seconds)).status_code == (302 if lets_in else 422)


def test_an_earlier_code_is_refused_after_a_later_one(client: Client, member: Staff) -> None:
    app = an_app(member)
    with time_machine.travel(NOON, tick=False):
        type_password(client, member)
        assert type_code(client, app.at(NOON)).status_code == 302
        again = Client()
        type_password(again, member)
        assert type_code(again, app.at(NOON - 30)).status_code == 422
        assert type_code(again, app.at(NOON + 30)).status_code == 302


def test_a_recovery_code_lets_in_once_however_it_is_spaced(client: Client, member: Staff) -> None:
    an_app(member)
    code = factors.recovery_codes(member)[3]
    for typed in (code, code.replace(" ", "-"), code.replace(" ", "")):
        type_password(browser := Client(), member)
        assert type_code(browser, typed).status_code == (302 if typed == code else 422)
    assert len(factors.recovery_codes(member)) == 9
    assert code not in factors.recovery_codes(member)


def test_wrong_codes_close_the_account_for_some_minutes_from_every_address(
    member: Staff, settings: LazySettings
) -> None:
    settings.SIGN_IN_FAILURES, settings.SIGN_IN_LOCKED_MINUTES = 3, 5
    app = an_app(member)
    with time_machine.travel(NOON, tick=False) as clock:
        for last in range(3):
            type_password(browser := Client(REMOTE_ADDR=f"192.0.2.{last}"), member)
            assert type_code(browser, "000000").status_code == 422
        type_password(client := Client(REMOTE_ADDR="192.0.2.9"), member)
        assert type_code(client, app.at(NOON)).status_code == 422
        clock.move_to(NOON + 299)
        assert type_code(client, app.at(NOON + 299)).status_code == 422
        clock.move_to(NOON + 301)
        assert type_code(client, app.at(NOON + 301)).status_code == 302
    assert len(security_events("locked_out")) == 1


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "①②③④⑤⑥", "{", "{}", '{"id": 1}', "[]", "{" * 500, "\x00"])
def test_whatever_is_no_code_is_refused(client: Client, member: Staff, typed: str) -> None:
    an_app(member)
    type_password(client, member)
    assert type_code(client, typed).status_code == 422


def test_nobody_comes_here_without_the_first_step(client: Client, member: Staff) -> None:
    assert client.get(reverse("sign_in_code"))["Location"] == reverse("sign_in")
    client.force_login(member)
    assert client.get(reverse("sign_in_code"))["Location"] == reverse("home")


def test_the_first_step_holds_for_fifteen_minutes(client: Client, member: Staff) -> None:
    app, start = an_app(member), time.time()
    with time_machine.travel(start, tick=False) as clock:
        type_password(client, member)
        clock.move_to(start + 15 * 60 - 1)
        assert client.get(reverse("sign_in_code")).status_code == 200
        clock.move_to(start + 15 * 60 + 1)
        assert type_code(client, app.now())["Location"] == reverse("sign_in")


def test_an_account_closed_in_between_does_not_come_in(client: Client, member: Staff) -> None:
    app = an_app(member)
    type_password(client, member)
    member.is_active = False
    member.save()
    response = type_code(client, app.now())
    assert response.status_code in (302, 422)
    assert client.get("/").status_code == 302
    assert security_events("signed_in") == []


def test_one_can_begin_anew_as_somebody_else(client: Client, member: Staff) -> None:
    an_app(member)
    type_password(client, member)
    client.post(reverse("sign_out"))
    assert client.get(reverse("sign_in_code"))["Location"] == reverse("sign_in")


@pytest.mark.parametrize(
    "answer", ['{"a":' * 3900, '{"a":[' * 3300, "{}", '{"id":"\\ud800"}', '{"id":' + "1" * 5000 + "}"]
)
def test_an_answer_that_no_passkey_gives_is_a_wrong_one_and_counts(client: Client, member: Staff, answer: str) -> None:
    an_app(member)
    type_password(client, member)
    assert type_code(client, answer).status_code == 422
    assert len(security_events("second_factor_failed")) == 1
