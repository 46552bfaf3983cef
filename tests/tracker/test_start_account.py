"""The start link: one password, once, set by whoever holds it; kept nowhere and logged nowhere."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from patients.errors import NotFound, Refused
from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.factories.sign_in import type_password
from tests.tracker.pages import text_of
from tracker.models import Event
from tracker.sign_in import start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]
PASSWORD = "seventeen green herons"
TYPED = {"new": PASSWORD, "again": PASSWORD}


@pytest.fixture
def newcomer() -> Staff:
    return rows.a_member(Role.NURSE, username="newcomer", password=None)


def address(staff: Staff) -> str:
    return reverse("start_account", args=[start.token_for(staff)])


def test_the_owner_sets_a_password_and_signs_in(client: Client, newcomer: Staff) -> None:
    link = address(newcomer)
    for _ in range(2):  # opening it uses nothing up
        assert "For the account newcomer" in text_of(client.get(link))
    assert client.post(link, TYPED, follow=True).redirect_chain == [(reverse("sign_in"), 302)]
    newcomer.refresh_from_db()
    assert newcomer.check_password(PASSWORD)
    assert type_password(Client(), newcomer, PASSWORD).status_code == 302
    event = Event.objects.filter(subject="patients_staff", kind="update", row_id=str(newcomer.pk)).latest("pk")
    assert event.actor_id == newcomer.pk
    for answer in (client.get(link), client.post(link, {"new": "other long words", "again": "other long words"})):
        assert answer.status_code == 404
        assert "This link holds no more" in text_of(answer)
        assert "newcomer" not in text_of(answer)
    newcomer.refresh_from_db()
    assert newcomer.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"new": "short", "again": "short"}, "too short"),
        ({"new": "newcomer-new", "again": "newcomer-new"}, "too similar"),
        ({"new": PASSWORD, "again": "another one altogether"}, "not the same"),
        ({}, "required"),
    ],
)
def test_what_is_refused_leaves_the_link_as_it_was(
    client: Client, newcomer: Staff, typed: dict[str, str], said: str
) -> None:
    link = address(newcomer)
    answer = client.post(link, typed)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Staff.objects.get(pk=newcomer.pk).has_usable_password()
    assert client.get(link).status_code == 200


def test_it_holds_for_its_days_only(client: Client, newcomer: Staff) -> None:
    link, now, days = address(newcomer), timezone.now(), timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    with time_machine.travel(now + days - timedelta(minutes=1)):
        assert client.get(link).status_code == 200
    with time_machine.travel(now + days + timedelta(minutes=1)):
        assert client.get(link).status_code == 404


def test_a_closed_account_is_not_started(client: Client, newcomer: Staff) -> None:
    link = address(newcomer)
    Staff.objects.filter(pk=newcomer.pk).update(is_active=False)
    assert client.post(link, TYPED).status_code == 404


def test_whoever_is_signed_in_signs_out_first(client: Client, newcomer: Staff) -> None:
    """So that an administrator who tries the link in passing sets nobody's password."""
    client.force_login(rows.a_member(Role.ADMIN))
    for answer in (client.get(address(newcomer)), client.post(address(newcomer), TYPED)):
        assert "You are signed in" in text_of(answer)
    assert not Staff.objects.get(pk=newcomer.pk).has_usable_password()


@pytest.mark.parametrize("where", ["start", "middle", "end", "other", "none", "long", "huge", "zero"])
def test_another_token_starts_nothing(client: Client, newcomer: Staff, where: str) -> None:
    token = start.token_for(newcomer)
    other = rows.a_stranger(password=None)
    number, _, rest = token.partition("-")
    changed = {
        "start": f"1{token}",
        "middle": token.replace(rest[8], "a" if rest[8] != "a" else "b"),
        "end": token[:-1] + ("0" if token[-1] != "0" else "1"),
        "other": start.token_for(other).partition("-")[0] + "-" + rest,
        "none": "x",
        "long": token + "0" * 200,
        "huge": f"zzzzzzzzzzzzz-{rest}",
        "zero": f"0-{rest}",
    }[where]
    assert client.get(reverse("start_account", args=[changed])).status_code == 404
    with pytest.raises(NotFound):
        start.set_first_password(token=changed, password=PASSWORD)


def test_the_action_checks_the_password_itself(newcomer: Staff) -> None:
    with pytest.raises(Refused, match="too short"):
        start.set_first_password(token=start.token_for(newcomer), password="short")
