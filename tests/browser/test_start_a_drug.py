"""Starting a drug from the first step to the last, in a real browser: with the mouse, with Back, without a script."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from patients.clock import today_in
from patients.models import Draft, Patient, Staff
from patients.rules.vocabulary import Role
from regimens.models import Course, DoseCheck, DosePeriod
from tests.browser.harness import NARROWEST, WIDE, Complaints, cut_off, sideways, sign_in, violations
from tests.factories import rows

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = ("Drug and dose", "Before the first dose", "Monitoring it adds", "Confirm")


@pytest.fixture
def patient(member: Staff) -> Patient:
    found = rows.a_patient(member)
    rows.a_weight(found, "70")
    rows.a_course(found, "prednisolone", today_in(found.clinic))  # begun today: nothing of it is overdue yet
    return found


def open_first(page: Page, live_server: object, member: Staff, patient: Patient, query: str = "") -> None:
    sign_in(page, str(live_server), member)
    page.goto(f"{live_server}{reverse('start_course', args=[patient.pk])}{query}")


def type_azathioprine(page: Page, amount: str = "50") -> None:
    page.get_by_label("Drug", exact=True).select_option(label="azathioprine")
    page.get_by_label("Route").select_option("oral")
    page.get_by_label("Started on").fill("today")
    page.locator("#id_amount").fill(amount)
    page.locator("#id_unit").select_option("mg")
    page.locator("#id_frequency").select_option("once_daily")


def at_step(page: Page, number: int) -> None:
    expect(page.locator("[aria-current=step]")).to_contain_text(STEPS[number - 1])


def go_on(page: Page) -> None:
    page.get_by_role("link", name="Go on", exact=True).click()


def send(page: Page) -> None:
    """The first step; the guard has nothing to say of this dose that holds it up."""
    page.get_by_role("button", name="Go on").click()
    at_step(page, 2)


def in_good_order(page: Page) -> None:
    for width, height in (NARROWEST, WIDE):
        page.set_viewport_size({"width": width, "height": height})
        assert (sideways(page), cut_off(page)) == (0, []), page.url
        assert violations(page) == [], page.url


@pytest.mark.visits("start_course_baseline", "start_course_calendar", "start_course_confirm")
def test_a_drug_is_started_step_by_step(
    page: Page, complaints: Complaints, live_server: object, member: Staff, patient: Patient
) -> None:
    # given a doctor who types a dose above the printed start
    open_first(page, live_server, member, patient)
    type_azathioprine(page, "75")
    # then what it comes to stands beside the form before anything is sent
    words = page.locator(".dose-words")
    expect(words).to_contain_text("525 mg")
    expect(words).to_contain_text("75 mg a day is above the printed start of 50 mg a day")
    in_good_order(page)
    # when the person goes on, the guard is read first
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("[data-take-focus]")).to_be_focused()
    page.get_by_role("button", name="Go on all the same").click()
    for number in (2, 3):
        at_step(page, number)
        in_good_order(page)
        go_on(page)
    # then everything stands on the last page, and its button starts the course once
    at_step(page, 4)
    in_good_order(page)
    assert not Course.objects.filter(drug="azathioprine").exists()
    page.get_by_role("button", name="Start the course").click()
    expect(page.locator(".messages")).to_contain_text("The course is recorded.")
    page.reload()
    assert Course.objects.filter(drug="azathioprine").count() == 1
    assert not Draft.objects.exists()
    assert complaints == []


def test_daily_methotrexate_is_warned_about_while_it_is_typed(
    page: Page, live_server: object, member: Staff, patient: Patient
) -> None:
    open_first(page, live_server, member, patient, "?drug=methotrexate")
    page.locator("#id_amount").fill("10")
    page.locator("#id_unit").select_option("mg")
    page.locator("#id_frequency").select_option("once_daily")
    words = page.locator(".dose-words")
    expect(words).to_contain_text("It is taken once a week, never more often")
    page.locator("#id_frequency").select_option("once_weekly")
    page.locator("#id_weekday").select_option("monday")
    expect(words).to_contain_text("10 mg, once a week, on Monday.")
    expect(words).not_to_contain_text("never more often")


def test_back_and_reload_lose_nothing_and_write_nothing(
    page: Page, live_server: object, member: Staff, patient: Patient
) -> None:
    open_first(page, live_server, member, patient)
    type_azathioprine(page)
    send(page)
    go_on(page)
    at_step(page, 3)
    page.go_back()
    at_step(page, 2)
    page.go_back()
    expect(page.locator("#id_amount")).to_have_value("50")
    expect(page.get_by_label("Drug", exact=True)).to_have_value("azathioprine")
    page.go_forward()
    at_step(page, 2)
    page.reload()
    at_step(page, 2)
    page.get_by_role("link", name="Drug and dose").click()
    expect(page.locator("#id_amount")).to_have_value("50")
    page.get_by_role("link", name=re.compile("Cancel")).click()
    assert not Course.objects.filter(drug="azathioprine").exists()


def test_what_is_missing_is_recorded_and_the_flow_goes_on_where_it_was(
    page: Page, live_server: object, member: Staff, patient: Patient
) -> None:
    open_first(page, live_server, member, patient)
    type_azathioprine(page)
    send(page)
    row = page.get_by_role("row").filter(has_text="HIV")
    expect(row).to_contain_text("missing")
    row.get_by_role("link", name="Record it").click()
    page.get_by_label("Sampled on").fill("today")
    page.locator("#id_hiv_test").fill("not detected")
    page.get_by_role("button", name="Record the results").click()
    at_step(page, 2)
    expect(row).to_contain_text("done")
    expect(row).to_contain_text("not detected")


def test_without_a_script_a_stop_asks_for_its_reason_at_the_last_step(
    scriptless: Page, live_server: object, member: Staff, patient: Patient
) -> None:
    page = scriptless
    open_first(page, live_server, member, patient)
    type_azathioprine(page, "1500")
    page.get_by_role("button", name="Go on").click()
    # the same words that a script would have shown while it was typed
    expect(page.locator(".dose-words")).to_contain_text("10500 mg")
    page.get_by_role("button", name="Go on all the same").click()
    at_step(page, 2)
    go_on(page)
    go_on(page)
    at_step(page, 4)
    page.get_by_role("button", name="Start the course all the same").click()
    expect(page.get_by_role("alert").first).to_contain_text("Say why this is right all the same.")
    page.get_by_label("Reason to record this all the same").fill("the decimal point is right")
    page.get_by_role("button", name="Start the course all the same").click()
    expect(page.locator(".messages")).to_contain_text("The course is recorded.")
    assert DosePeriod.objects.get(course__drug="azathioprine").amount == 1500
    assert DoseCheck.objects.get(course__drug="azathioprine").override_reason == "the decimal point is right"


def test_a_person_who_may_not_start_a_course_reads_why(page: Page, live_server: object, patient: Patient) -> None:
    auditor = rows.a_member(Role.AUDITOR, patient.clinic)
    sign_in(page, str(live_server), auditor)
    page.goto(f"{live_server}{reverse('start_course', args=[patient.pk])}")
    expect(page.get_by_role("main")).to_contain_text(re.compile("may not|does not allow|not allowed|role"))
