"""The pages that are read, in a real browser: no accessibility violation, no refused resource, no sideways scroll."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from monitoring.actions import reconcile
from patients.clock import today_in
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.pages import a_full_record

pytestmark = pytest.mark.django_db(transaction=True)

WIDE, TELEPHONE, NARROWEST = (1280, 900), (390, 844), (320, 640)


@pytest.fixture
def member(request: pytest.FixtureRequest) -> Staff:
    """A doctor, unless the test asks for another role."""
    return rows.a_member(getattr(request, "param", Role.DOCTOR), first_name="Ada", last_name="Example")


@pytest.fixture
def patient(member: Staff) -> Patient:
    patient = a_full_record(member)
    reconcile(patient_ids=[patient.pk], as_of=today_in(patient.clinic))
    return patient


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console complained about: refused scripts and styles, missing files, errors."""
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
    opened = context.new_page()
    opened.on("console", note)
    yield opened
    context.close()


def sign_in(page: Page, address: str, member: Staff) -> None:
    page.goto(f"{address}/sign-in/")
    page.get_by_label("Username").fill(member.username)
    page.get_by_label("Password").fill(rows.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()  # a click does not wait for the next page


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds wrong with the page, by all its rules or only by these."""
    options: dict[str, object] = {"resultTypes": ["violations"]}  # what passes need not be described in full
    if rules:
        options["runOnly"] = {"type": "rule", "values": rules}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


def sideways(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def open_everything(page: Page) -> None:
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")


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
    expect(page.get_by_role("heading", level=1)).to_have_text("Patients")
    assert complaints == []


@pytest.mark.parametrize(
    ("member", "size"),
    [(Role.DOCTOR, WIDE), (Role.NURSE, TELEPHONE), (Role.ADMIN, NARROWEST)],
    indirect=["member"],
    ids=["doctor-wide", "nurse-telephone", "admin-narrowest"],
)
def test_every_page_in_every_role(
    page: Page, live_server: object, member: Staff, patient: Patient, size: tuple[int, int], complaints: list[str]
) -> None:
    address = str(live_server)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    sign_in(page, address, member)
    for path in (
        "/patients/",
        "/patients/?found=yes",
        f"/patients/{patient.pk}/",
        f"/patients/{patient.pk}/?as_of=2026-02-01",
        "/worklist/",
        "/protocol/",
        "/protocol/?kind=safety_rule",
    ):
        response = page.goto(f"{address}{path}")
        assert response is not None
        assert response.status == 200, path
        open_everything(page)
        assert violations(page) == [], path
        assert sideways(page) == 0, path
    assert complaints == []


def test_contrast_holds_in_the_dark(browser: Browser, live_server: object, patient: Patient, member: Staff) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    sign_in(page, str(live_server), member)
    for path in ("/patients/", f"/patients/{patient.pk}/", "/worklist/"):
        page.goto(f"{live_server}{path}")
        open_everything(page)
        assert violations(page, "color-contrast") == [], path
    context.close()


def test_the_banner_stays_in_sight(page: Page, live_server: object, patient: Patient, member: Staff) -> None:
    sign_in(page, str(live_server), member)
    page.goto(f"{live_server}/patients/{patient.pk}/#results")
    banner = page.get_by_role("region", name="Patient", exact=True)
    box = banner.bounding_box()
    assert box is not None
    assert box["y"] == pytest.approx(0, abs=1)
    heading = page.get_by_role("heading", name="Results").bounding_box()
    assert heading is not None
    assert heading["y"] >= box["height"]


def test_from_the_list_to_a_reason_by_keyboard(
    page: Page, live_server: object, patient: Patient, member: Staff
) -> None:
    sign_in(page, str(live_server), member)
    page.get_by_label("Name, hospital number").fill(patient.family_name)
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
    page.get_by_role("textbox", name="As of").fill(yesterday.isoformat())
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Not today's record")).to_be_visible()
    page.locator("#standing summary").first.click()
    expect(page.locator("#standing .reason").first).to_be_visible()
    assert page.locator("svg.timeline__plot").is_visible()
    context.close()
