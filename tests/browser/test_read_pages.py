"""Signing in, the record's banner and its reasons, in a real browser, by keyboard and without JavaScript."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from monitoring.actions import reconcile
from patients.clock import today_in
from patients.models import Patient, Staff
from tests.browser.harness import sign_in, violations
from tests.tracker.pages import a_full_record

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def patient(member: Staff) -> Patient:
    patient = a_full_record(member)
    reconcile(patient_ids=[patient.pk], as_of=today_in(patient.clinic))
    return patient


def test_signing_in(page: Page, live_server: object, member: Staff, complaints: list[str]) -> None:
    address = str(live_server)
    page.goto(f"{address}/sign-in/")
    assert violations(page) == []
    page.get_by_label("Username").fill(member.username)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("You are not signed in")
    expect(page.get_by_role("alert")).to_be_focused()
    assert violations(page) == []
    sign_in(page, address, member)
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Ada Example")
    assert complaints == []


def test_the_banner_stays_in_sight(page: Page, live_server: object, patient: Patient, member: Staff) -> None:
    sign_in(page, str(live_server), member)
    page.goto(f"{live_server}/patients/{patient.pk}/#elsewhere")
    banner = page.get_by_role("region", name="Patient", exact=True)
    box = banner.bounding_box()
    assert box is not None
    assert box["y"] == pytest.approx(0, abs=1)
    heading = page.get_by_role("heading", name="Elsewhere in the record").bounding_box()
    assert heading is not None
    assert heading["y"] >= box["height"]


def test_from_the_list_to_a_reason_by_keyboard(
    page: Page, live_server: object, patient: Patient, member: Staff
) -> None:
    sign_in(page, str(live_server), member)
    page.goto(f"{live_server}/patients/")
    page.get_by_role("main").get_by_label("Name, hospital number").fill(patient.family_name)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=patient.family_name.upper()).focus()
    page.keyboard.press("Enter")
    why = page.locator("#standing summary").first
    why.focus()
    page.keyboard.press("Enter")
    assert page.locator("#standing .reason").first.is_visible()


def test_the_record_works_without_javascript(
    browser: Browser, live_server: object, patient: Patient, member: Staff
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, str(live_server), member)
    page.goto(f"{live_server}/patients/{patient.pk}/")
    yesterday = today_in(patient.clinic) - timedelta(days=1)
    page.locator(".as-of-fold > summary").click()
    page.get_by_role("textbox", name="As of").fill(yesterday.isoformat())
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Not today's record")).to_be_visible()
    page.locator("#standing summary").first.click()
    expect(page.locator("#standing .reason").first).to_be_visible()
    page.get_by_role("navigation", name="Patient record").get_by_role("link", name="Timeline").click()
    assert page.locator("svg.timeline__plot").first.is_visible()
    context.close()


@pytest.mark.visits("home_questions")
def test_the_questions_of_a_doctors_home_come_by_themselves(
    page: Page, live_server: object, member: Staff, patient: Patient, complaints: list[str]
) -> None:
    sign_in(page, str(live_server), member)
    expect(page.get_by_role("heading", name="Questions for your decision")).to_be_visible()
    expect(page.get_by_text("They are worked out from each patient’s record when you ask for them.")).to_have_count(0)
    assert violations(page) == []
    assert complaints == []
