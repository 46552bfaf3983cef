"""The API's page draws itself under the site's strict Content-Security-Policy."""

from dataclasses import dataclass

import pytest
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, expect
from pytest_django.live_server_helper import LiveServer

from patients.rules.vocabulary import Role
from tests.factories.rows import a_member, a_patient

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class SignedIn:
    session: str
    patient: int
    family_name: str


@pytest.fixture
def signed_in(live_server: LiveServer) -> SignedIn:
    staff = a_member(Role.DOCTOR, password=None)
    patient = a_patient(staff)
    client = Client()
    client.force_login(staff)
    return SignedIn(client.cookies["sessionid"].value, patient.pk, patient.family_name)


def test_the_schema_is_drawn_and_can_be_tried(live_server: LiveServer, signed_in: SignedIn, browser: Browser) -> None:
    context = browser.new_context(base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": signed_in.session, "url": live_server.url}])
    page = context.new_page()
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/api/v1/docs/")
    expect(page.get_by_text("/api/v1/patients/{id}/pathway/")).to_be_visible()
    reading = page.locator("#operations-patients-patients_retrieve")
    reading.locator(".opblock-summary").click()
    reading.get_by_role("button", name="Try it out").click()
    reading.get_by_placeholder("id").fill(str(signed_in.patient))
    reading.get_by_role("button", name="Execute").click()
    expect(reading.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("200")
    expect(reading.locator(".live-responses-table")).to_contain_text(signed_in.family_name)
    assert complaints == []


def test_signed_out_one_is_sent_to_sign_in(live_server: LiveServer, browser: Browser) -> None:
    page = browser.new_context(base_url=live_server.url).new_page()
    page.goto("/api/v1/docs/")
    expect(page).to_have_url(f"{live_server.url}/sign-in/?next=/api/v1/docs/")
