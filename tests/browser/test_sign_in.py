"""Signing in with more than a password, in a real browser: an app, and a passkey on a virtual security key."""

import re

import pyotp
import pytest
from playwright.sync_api import Page, expect

from patients.models import Staff
from tests.browser.harness import TELEPHONE, WIDE, Complaints, in_order, type_password
from tests.factories import rows
from tests.factories.sign_in import an_app

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def complaints() -> Complaints:
    return Complaints(422)


@pytest.fixture
def address(live_server: object) -> str:
    """The server by a name: browsers make no passkey for a bare number."""
    return str(live_server).replace("127.0.0.1", "localhost")


def with_security_key(page: Page) -> None:
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True}
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def at_the_door(page: Page, address: str, member: Staff) -> None:
    page.goto(f"{address}/sign-in/")
    type_password(page, member)


def check(page: Page, complaints: Complaints) -> None:
    """In good order for everybody, at both widths, with nothing refused by the browser."""
    in_order(page, TELEPHONE, WIDE)
    assert complaints == []


@pytest.mark.visits("sign_in_code")
def test_an_app_is_set_up_and_used(page: Page, address: str, member: Staff, complaints: Complaints) -> None:
    at_the_door(page, address, member)
    page.get_by_role("link", name="Ada Example").click()
    page.get_by_role("link", name="My second factor").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My second factor")
    check(page, complaints)
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_label("Code that the app shows")).to_be_visible()
    check(page, complaints)
    secret = page.locator("code.address").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Set up the app").click()
    expect(page.get_by_role("heading", name="Recovery codes", exact=True)).to_be_visible()
    check(page, complaints)
    code = page.locator(".codes code").first.inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as a file").click()
    assert code in download.value.path().read_text()
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_text("10 unused codes are left")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    at_the_door(page, address, member)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    check(page, complaints)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_passkey_is_set_up_and_used(page: Page, address: str, member: Staff, complaints: Complaints) -> None:
    with_security_key(page)
    at_the_door(page, address, member)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.goto(f"{address}/me/second-factor/passkey/")
    check(page, complaints)
    page.get_by_label("Your name for it").fill("blue security key")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes", exact=True)).to_be_visible()
    page.goto(f"{address}/me/second-factor/")
    expect(page.get_by_role("rowheader", name="blue security key")).to_be_visible()
    check(page, complaints)
    page.get_by_role("button", name="Sign out").click()
    at_the_door(page, address, member)
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
    check(page, complaints)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.goto(f"{address}/me/second-factor/")
    expect(page.get_by_text(re.compile("not yet"))).to_have_count(0)


def test_another_persons_passkey_opens_nothing(page: Page, address: str, member: Staff) -> None:
    with_security_key(page)
    at_the_door(page, address, member)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.goto(f"{address}/me/second-factor/passkey/")
    page.get_by_label("Your name for it").fill("key")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    other = rows.a_member()
    an_app(other)
    at_the_door(page, address, other)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)


def test_the_other_pages_are_in_good_order(page: Page, address: str, member: Staff, complaints: Complaints) -> None:
    page.goto(f"{address}/sign-in/")
    check(page, complaints)
    at_the_door(page, address, member)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    for path in ("/me/", "/me/password/", "/me/sessions/", "/me/confirm/"):
        page.goto(f"{address}{path}")
        check(page, complaints)
