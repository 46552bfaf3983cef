"""By keyboard alone: from signing in to something saved, with the focus in sight at every step."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from patients.models import Weight
from tests.browser.flows import Ward, a_ward
from tests.browser.harness import (
    a_context,
    focus_is_seen,
    focused,
    go,
    message,
    signed_in,
    tab_to,
    typed,
    visit,
)
from tests.factories import rows

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ward() -> Ward:
    return a_ward()


def test_from_signing_in_to_a_saved_weight(page: Page, live_server: object, ward: Ward) -> None:
    """Given nobody at the mouse, when a nurse signs in, finds the patient and types a weight, then it is saved."""
    page.goto(f"{live_server}/sign-in/")
    typed(page, "Username", ward.nurse.username)
    typed(page, "Password", rows.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hello, Nell")
    expect(page.locator("#search-box")).to_have_role("combobox")  # its script has come
    page.keyboard.press("/")
    expect(page.locator("#search-box")).to_be_focused()
    page.keyboard.type("quillf")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Search")  # home names the patient as well
    go(page, page.get_by_role("main").get_by_role("link", name="QUILLFEATHER, Linden"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    go(page, page.get_by_role("main").get_by_text("More to do", exact=True).first)
    go(page, page.get_by_role("link", name="Add a weight", exact=True))
    expect(page.get_by_role("heading", level=1)).to_contain_text("weight")
    typed(page, re.compile("^(Measured|Weighed) on"), "today")
    typed(page, re.compile("^Weight"), "71.5")
    page.keyboard.press("Enter")
    expect(message(page)).to_contain_text("recorded")
    assert Weight.objects.filter(patient=ward.patient, on=ward.today).count() == 1


@pytest.mark.parametrize("path", ["/", "/worklist/", "/patients/{}/", "/patients/{}/assessments/new/", "/calendar/"])
def test_the_tabulator_key_goes_through_the_page_in_its_order(
    browser: Browser, live_server: object, ward: Ward, path: str
) -> None:
    """Every stop is seen and comes after the one before it; behind the last the page lets go."""
    page = signed_in(a_context(browser), str(live_server), ward.nurse)
    visit(page, f"{live_server}{path.format(ward.patient.pk)}")
    assert page.locator("[tabindex]").evaluate_all("all => all.filter(each => each.tabIndex > 0).length") == 0
    page.evaluate("document.body.dataset.last = '0'; window.before = document.body")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    for _ in range(1000):
        assert focus_is_seen(page), focused(page)
        assert page.evaluate(_COMES_AFTER), f"{focused(page)} comes before the last one"
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body || document.activeElement.matches('.skip')"):
            return
    pytest.fail("the tabulator key does not come to the end of the page")


_COMES_AFTER = """() => {
  const here = document.activeElement;
  const after = Boolean(window.before.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING) ||
    window.before.contains(here) || here.type === "radio";
  window.before = here;
  return after;
}"""


def test_the_skip_link_goes_to_the_content(browser: Browser, live_server: object, ward: Ward) -> None:
    page = signed_in(a_context(browser), str(live_server), ward.nurse)
    visit(page, f"{live_server}/worklist/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null"), focused(page)
    tab_to(page, page.get_by_role("link", name="Print").first)


def test_the_single_keys_can_be_left_out(browser: Browser, live_server: object, ward: Ward) -> None:
    """Given somebody who dictates, when help leaves the single keys out, then they do nothing until they are back."""
    page = signed_in(a_context(browser), str(live_server), ward.nurse)
    visit(page, f"{live_server}/help/")
    page.get_by_label("Leave out the keys of one letter or sign").check()
    visit(page, f"{live_server}/patients/{ward.patient.pk}/timeline/")
    expect(page.locator("#search-box")).to_have_role("combobox")  # its script has come
    table = page.locator("[data-timeline-table]")
    page.keyboard.press("/")
    page.keyboard.press("t")
    expect(page.locator("#search-box")).not_to_be_focused()
    expect(table).to_have_js_property("open", False)
    visit(page, f"{live_server}/help/")
    page.get_by_label("Leave out the keys of one letter or sign").uncheck()
    page.keyboard.press("Escape")
    visit(page, f"{live_server}/patients/{ward.patient.pk}/timeline/")
    expect(page.locator("#search-box")).to_have_role("combobox")
    page.keyboard.press("t")
    expect(table).to_have_js_property("open", True)
    page.keyboard.press("/")
    expect(page.locator("#search-box")).to_be_focused()
