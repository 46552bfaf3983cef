"""Signing in with more than a password, in a real browser: an app, and a passkey on a virtual security key."""

import re
from collections.abc import Iterator

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from patients.models import Staff
from tests.factories import rows
from tests.factories.sign_in import an_app

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE, TELEPHONE = (1280, 900), (390, 844)


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet() -> None:
    cache.clear()


@pytest.fixture
def member() -> Staff:
    return rows.a_member(first_name="Ada", last_name="Example")


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "422" not in message.text:
            complaints.append(message.text)

    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
    opened = context.new_page()
    opened.on("console", note)
    yield opened
    context.close()


@pytest.fixture
def address(live_server: object) -> str:
    """The server by a name: browsers make no passkey for a bare number."""
    return str(live_server).replace("127.0.0.1", "localhost")


def with_security_key(page: Page) -> None:
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True}
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def type_password(page: Page, address: str, member: Staff) -> None:
    page.goto(f"{address}/sign-in/")
    page.get_by_label("Username").fill(member.username)
    page.get_by_label("Password").fill(rows.PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def check(page: Page, complaints: list[str]) -> None:
    """In good order for everybody, at both widths, with nothing refused by the browser."""
    for width, height in (TELEPHONE, WIDE):
        page.set_viewport_size({"width": width, "height": height})
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    assert complaints == []


def test_an_app_is_set_up_and_used(page: Page, address: str, member: Staff, complaints: list[str]) -> None:
    type_password(page, address, member)
    page.get_by_role("link", name="Ada Example").click()
    page.get_by_role("link", name="My second factor").click()
    check(page, complaints)
    page.get_by_role("link", name="Set up an app").click()
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
    type_password(page, address, member)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    check(page, complaints)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_passkey_is_set_up_and_used(page: Page, address: str, member: Staff, complaints: list[str]) -> None:
    with_security_key(page)
    type_password(page, address, member)
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
    type_password(page, address, member)
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
    check(page, complaints)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.goto(f"{address}/me/second-factor/")
    expect(page.get_by_text(re.compile("not yet"))).to_have_count(0)


def test_another_persons_passkey_opens_nothing(page: Page, address: str, member: Staff) -> None:
    with_security_key(page)
    type_password(page, address, member)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.goto(f"{address}/me/second-factor/passkey/")
    page.get_by_label("Your name for it").fill("key")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    other = rows.a_member()
    an_app(other)
    type_password(page, address, other)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)


def test_the_other_pages_are_in_good_order(page: Page, address: str, member: Staff, complaints: list[str]) -> None:
    page.goto(f"{address}/sign-in/")
    check(page, complaints)
    type_password(page, address, member)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    for path in ("/me/", "/me/password/", "/me/sessions/", "/me/confirm/"):
        page.goto(f"{address}{path}")
        check(page, complaints)
