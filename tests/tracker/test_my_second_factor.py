"""What second factors somebody has: setting them up, taking them away, recovery codes, and the reset."""

import io
import re
import time

import pyotp
import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from patients.models import Staff
from tests.factories import rows
from tests.factories.sign_in import an_app, type_code, type_password
from tests.tracker.pages import text_of
from tracker.models import Event
from tracker.sign_in import factors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]
NOON = 1_790_000_010.0


@pytest.fixture
def member(client: Client) -> Staff:
    member = rows.a_member()
    type_password(client, member)
    return member


def secret_on(client: Client) -> str:
    body = client.get(reverse("add_app")).content.decode()
    found = re.search(r'<code class="address">([A-Z2-7 ]+)</code>', body)
    assert found
    return found[1].replace(" ", "")


def test_an_app_is_set_up_with_its_first_code(client: Client, member: Staff) -> None:
    secret = secret_on(client)
    body = client.get(reverse("add_app")).content.decode()
    assert "<svg" in body
    assert "data:" not in body
    assert " style=" not in body
    secret = secret_on(client)
    refused = client.post(reverse("add_app"), {"code": "000000"})
    assert refused.status_code == 422
    assert "not the code that belongs to the picture" in text_of(refused)
    code = pyotp.TOTP(secret).now()
    assert client.post(reverse("add_app"), {"code": code})["Location"] == reverse("recovery_codes")
    row = Authenticator.objects.get(user=member, type="totp")
    assert secret not in str(row.data)
    assert not Event.objects.filter(subject="mfa_authenticator", new__icontains="gAAAA").exists()
    type_password(browser := Client(), member)
    assert type_code(browser, code).status_code == 422  # the code that set it up is used


def test_the_picture_and_the_words_say_the_same(client: Client, member: Staff) -> None:
    secret_on(client)
    assert secret_on(client) != secret_on(client)  # each visit begins anew
    shown = secret_on(client)
    assert client.post(reverse("add_app"), {"code": pyotp.TOTP(shown).now()}).status_code == 302
    assert client.get(reverse("add_app"))["Location"] == reverse("my_second_factor")


def test_recovery_codes_are_shown_for_ten_minutes_after_they_were_made_and_never_again(
    client: Client, member: Staff
) -> None:
    secret = secret_on(client)
    with time_machine.travel(time.time(), tick=False) as clock:
        client.post(reverse("add_app"), {"code": pyotp.TOTP(secret).now()})
        codes = factors.recovery_codes(member)
        assert len(set(codes)) == 10
        page = text_of(client.get(reverse("recovery_codes")))
        assert all(code in page for code in codes)
        download = client.get(reverse("recovery_codes_file"))
        assert download["Content-Disposition"].startswith("attachment")
        assert all(code in download.content.decode() for code in codes)
        clock.shift(4 * 60)
        assert codes[0] in text_of(client.get(reverse("recovery_codes")))
        clock.shift(6 * 60)
        page = text_of(client.get(reverse("recovery_codes"), follow=True))
        assert not any(code in page for code in codes)
        client.post(reverse("confirm_identity"), {"code": codes[0]})
        page = text_of(client.get(reverse("recovery_codes")))
        assert "9 unused codes are left" in page
        assert not any(code in page for code in codes)
        assert client.get(reverse("recovery_codes_file")).status_code == 404


def test_codes_that_were_kept_leave_the_page(client: Client, member: Staff) -> None:
    client.post(reverse("add_app"), {"code": pyotp.TOTP(secret_on(client)).now()})
    codes = factors.recovery_codes(member)
    client.post(reverse("recovery_codes"), {"kept": "yes"})
    assert codes[0] not in text_of(client.get(reverse("recovery_codes")))


def test_new_codes_end_the_earlier_ones(client: Client, member: Staff) -> None:
    an_app(member)
    earlier = factors.recovery_codes(member)
    client.post(reverse("recovery_codes"))
    later = factors.recovery_codes(member)
    assert not set(earlier) & set(later)
    for code, status in ((earlier[0], 422), (later[0], 302)):
        type_password(browser := Client(), member)
        assert type_code(browser, code).status_code == status


def test_without_a_second_factor_there_are_no_codes(client: Client, member: Staff) -> None:
    client.post(reverse("recovery_codes"))
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("name", ["add_app", "add_passkey", "recovery_codes", "recovery_codes_file"])
def test_five_minutes_after_signing_in_it_is_asked_who_it_is(client: Client, member: Staff, name: str) -> None:
    where = reverse(name)
    signed_in = client.session["account_authentication_methods"][-1]["at"]
    with time_machine.travel(signed_in + 299, tick=False) as clock:
        assert client.get(where).status_code in (200, 404)
        clock.shift(2)
        assert client.get(where)["Location"].startswith(reverse("confirm_identity"))
        wrong = client.post(reverse("confirm_identity"), {"code": "wrong", "next": where})
        assert wrong.status_code == 422
        assert client.get(where).status_code == 302
        right = client.post(reverse("confirm_identity"), {"code": rows.PASSWORD, "next": where})
        assert right["Location"] == where
        assert client.get(where).status_code in (200, 404)


def test_confirming_leads_nowhere_else(client: Client, member: Staff) -> None:
    answer = client.post(reverse("confirm_identity"), {"code": rows.PASSWORD, "next": "https://evil.invalid/"})
    assert answer["Location"] == reverse("my_second_factor")


def test_an_app_is_removed_unless_one_is_required(client: Client, member: Staff, settings: LazySettings) -> None:
    an_app(member)
    row = Authenticator.objects.get(user=member, type="totp")
    settings.SECOND_FACTOR = frozenset({"doctor"})
    client.post(reverse("confirm_identity"), {"code": factors.recovery_codes(member)[0]})
    said = text_of(client.post(reverse("remove_factor", args=[row.pk]), follow=True))
    assert "You must have a second factor" in said
    settings.SECOND_FACTOR = frozenset()
    client.post(reverse("remove_factor", args=[row.pk]))
    assert not Authenticator.objects.exists()  # the recovery codes are gone with it
    assert type_password(Client(), member)["Location"] == reverse("home")


def test_nobody_removes_another_persons(client: Client, member: Staff) -> None:
    other = rows.a_member()
    an_app(other)
    for row in Authenticator.objects.all():
        assert client.post(reverse("remove_factor", args=[row.pk])).status_code == 404
    assert Authenticator.objects.count() == 2


def test_a_lost_second_factor_is_reset_at_the_server(client: Client, member: Staff) -> None:
    an_app(member)
    AuthToken.objects.create(user=member)
    out = io.StringIO()
    call_command("reset_second_factor", member.username, reason="phone lost, seen in person", stdout=out)
    assert member.username in out.getvalue()
    assert not Authenticator.objects.exists()
    assert not AuthToken.objects.exists()
    assert client.get("/").status_code == 302
    assert Event.objects.filter(
        subject="mfa_authenticator", kind="delete", reason="phone lost, seen in person"
    ).exists()


@pytest.mark.parametrize(("name", "reason"), [("nobody", "lost"), ("", "  ")])
def test_a_reset_needs_an_account_and_a_reason(client: Client, member: Staff, name: str, reason: str) -> None:
    an_app(member)
    with pytest.raises(CommandError):
        call_command("reset_second_factor", name or member.username, reason=reason)
    assert Authenticator.objects.count() == 2


@pytest.mark.parametrize("answer", ["", "x", "{}", "[]", "null", '{"id": "a", "rawId": "a", "response": {}}', "{" * 99])
def test_what_is_no_passkey_is_refused(client: Client, member: Staff, answer: str) -> None:
    client.get(reverse("add_passkey"))
    assert client.post(reverse("add_passkey"), {"name": "key", "answer": answer}).status_code == 422
    assert not Authenticator.objects.exists()


def test_the_first_one_ends_what_a_password_alone_had_opened(client: Client, member: Staff) -> None:
    type_password(elsewhere := Client(), member)
    AuthToken.objects.create(user=member)
    assert elsewhere.get("/worklist/").status_code == 200
    client.post(reverse("add_app"), {"code": pyotp.TOTP(secret_on(client)).now()})
    assert client.get("/worklist/").status_code == 200
    assert elsewhere.get("/worklist/").status_code == 302
    assert not AuthToken.objects.exists()


def test_a_further_one_ends_nothing(client: Client, member: Staff) -> None:
    client.post(reverse("add_app"), {"code": pyotp.TOTP(secret_on(client)).now()})
    row = Authenticator.objects.get(user=member, type="totp")
    row.type, row.data = "webauthn", {"name": "key"}  # they had a passkey before
    row.save()
    AuthToken.objects.create(user=member)
    client.post(reverse("add_app"), {"code": pyotp.TOTP(secret_on(client)).now()})
    assert AuthToken.objects.exists()
