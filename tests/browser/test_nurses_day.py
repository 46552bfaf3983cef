"""The nurse's day from the worklist to nothing left overdue: with scripts, and without any."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from monitoring.models import Alert, Contact, Result, Snooze
from monitoring.rules.vocabulary import AlertStatus
from regimens.models import Infusion
from tests.browser.flows import Ward, a_ward
from tests.browser.harness import Complaints, Steps, a_page, message, sign_in
from tests.factories import rows

pytestmark = pytest.mark.django_db(transaction=True)

BLOODS = {"haemoglobin": "131", "white cells": "6.1", "neutrophils": "3.9", "platelets": "240", "creatinine": "70"}


@pytest.fixture
def ward() -> Ward:
    ward = a_ward()
    rows.a_result(ward.patient, "neutrophils", "0.4", ward.ago(1), unit="10*9/L")
    ward.work_out()
    return ward


@pytest.mark.visits("worklist_bulk")
@pytest.mark.parametrize("scripted", [True, False], ids=["scripts", "no-scripts"])
def test_the_nurses_day(browser: Browser, live_server: object, ward: Ward, scripted: bool) -> None:
    page = a_page(browser, java_script_enabled=scripted)
    complaints = Complaints(422)
    complaints.listen(page)
    flow = Steps("nurses day", page, checked=scripted)
    begins(flow, str(live_server), ward)
    acts_on_the_alert(flow, ward)
    records_a_contact(flow, ward)
    types_the_panel(flow, str(live_server), ward)
    records_the_infusion(flow, str(live_server), ward)
    puts_the_rest_off(flow, ward)
    ends(flow, ward)
    assert complaints == []


def begins(flow: Steps, address: str, ward: Ward) -> None:
    page = flow.page
    with flow.given("a nurse signs in to a day with overdue work"):
        sign_in(page, address, ward.nurse)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Hello, Nell")
        expect(page.get_by_role("heading", name="Today’s worklist")).to_be_visible()
    with flow.when("they open what is overdue"):
        page.locator("#worklist").get_by_role("link", name="overdue", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Worklist")
    with flow.then("each item says whose, since when and why"):
        blocks = page.locator("main tbody").filter(has_text="QUILLFEATHER")
        items = blocks.get_by_role("row").filter(has_text="rule ")
        assert items.count() > 5
        assert items.filter(has_text="overdue by").count() == items.count()


def acts_on_the_alert(flow: Steps, ward: Ward) -> None:
    page = flow.page
    with flow.when("they open the urgent alert"):
        page.get_by_role("navigation", name="Main").get_by_role("link", name=re.compile("^Alerts")).click()
        page.get_by_role("link", name=re.compile("neutrophils 0.4")).first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("neutrophils")
    with flow.then("it no longer climbs once they have seen it and said what is done"):
        page.get_by_role("button", name="I have seen it").click()
        expect(message(page)).to_be_visible()
        page.get_by_label("repeat the test").check()
        page.get_by_label("Why, and what was agreed with whom").fill("no fever; blood again in the morning")
        page.get_by_label("Repeat on").fill(f"{ward.today + timedelta(days=1):%d/%m/%Y}")
        page.get_by_role("button", name="Record the decision").click()
        expect(message(page)).to_be_visible()
        assert Alert.objects.get(patient=ward.patient, grade="urgent").status != AlertStatus.OPEN


def records_a_contact(flow: Steps, ward: Ward) -> None:
    page = flow.page
    with flow.when("they telephone the patient about what is late"):
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Worklist").click()
        page.get_by_role("link", name=re.compile("^Contacted")).first.click()
        page.get_by_label("How", exact=True).select_option(label="telephone")
        page.get_by_label("What came of it").select_option(label="message left")
        page.locator("main form[method=post] button[type=submit]").first.click()
    with flow.then("it stands on the list, and could be undone"):
        expect(page.get_by_role("button", name="Undo")).to_be_visible()
        assert Contact.objects.filter(patient=ward.patient, superseded_at=None).count() == 1


def types_the_panel(flow: Steps, address: str, ward: Ward) -> None:
    page = flow.page
    with flow.when("the report comes and they type it by keyboard alone"):
        page.goto(f"{address}/patients/{ward.patient.pk}/results/new/?panel=monitoring-bloods")
        page.get_by_label("Sampled on").focus()
        page.keyboard.type("today")
        for test, value in BLOODS.items():
            page.get_by_role("textbox", name=f"{test}: Value").focus()
            page.keyboard.type(value)
        save_by_keyboard(page)
    with flow.then("every value is on the record as of today"):
        expect(message(page)).to_contain_text("recorded")
        assert Result.objects.filter(patient=ward.patient, sampled_on=ward.today).count() == len(BLOODS)
        ward.work_out()


def save_by_keyboard(page: Page) -> None:
    save = page.get_by_role("button", name="Record the results")
    save.focus()
    page.keyboard.press("Enter")
    # What differs much from the last value is asked about once.
    again = page.get_by_role("button", name="Save all the same")
    expect(again.or_(message(page))).to_be_visible()
    if again.is_visible():
        again.focus()
        page.keyboard.press("Enter")
        expect(message(page)).to_be_visible()


def records_the_infusion(flow: Steps, address: str, ward: Ward) -> None:
    page = flow.page
    infused = ward.course("normal_immunoglobulin")
    with flow.when("the patient has been in the infusion chair"):
        page.goto(f"{address}/courses/{infused.pk}/infusions/")
        page.get_by_role("link", name="Record an infusion").click()
        page.get_by_label("First day").fill(f"{ward.ago(1):%d/%m/%Y}")
        page.get_by_label("Number of consecutive days").fill("2")
        page.get_by_label(re.compile("^Whole amount")).fill("140")
        page.get_by_role("main").get_by_label(re.compile("^Unit")).first.select_option("g")
        page.get_by_role("button", name="Record the infusion").click()
    with flow.then("the cycle is recorded and the calendar says so"):
        expect(message(page)).to_contain_text("The infusion is recorded")
        assert Infusion.objects.filter(course=infused, first_on=ward.ago(1), days=2, superseded_at=None).count() == 1
        ward.work_out()
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Calendar").click()
        expect(page.locator("[aria-current=date]")).to_contain_text("today")


def puts_the_rest_off(flow: Steps, ward: Ward) -> None:
    page = flow.page
    with flow.when("they choose all that is still overdue and put it off"):
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Worklist").click()
        page.get_by_role("navigation", name="Lists").get_by_role("link", name=re.compile("^Overdue")).click()
        page.locator("#scope_all").check()
        page.get_by_label("What to do").select_option("snooze")
        page.get_by_role("button", name="Go on: say how, then preview").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("item")
        page.get_by_label("Put off until").fill(f"{ward.today + timedelta(days=7):%d/%m/%Y}")
        page.get_by_label("Reason").fill("booked for the visit next week")
        page.get_by_role("button", name="Preview, nothing is saved yet").click()
    with flow.then("nothing is saved before they confirm what they see"):
        expect(page.get_by_role("heading", name="Will be done")).to_be_visible()
        assert not Snooze.objects.exists()
        page.get_by_role("button", name=re.compile("^Confirm:")).click()
        expect(page.get_by_text("All done")).to_be_visible()
        ward.work_out()


def ends(flow: Steps, ward: Ward) -> None:
    page = flow.page
    with flow.then("nothing is left overdue for this patient"):
        page.get_by_role("link", name="Back to the worklist").click()
        expect(page.get_by_role("row").filter(has_text="QUILLFEATHER")).to_have_count(0)
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Home").click()
        expect(page.locator("#worklist")).to_contain_text("Nothing needs attention")
    with flow.when("they sign out"):
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
