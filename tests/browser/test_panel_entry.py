"""A report typed in by keyboard alone, and what is said of each value at once."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from monitoring.actions import reconcile
from monitoring.models import Result
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.browser.harness import NARROWEST, WIDE, Complaints, sideways, sign_in, violations
from tests.factories.rows import a_result
from tests.tracker.pages import a_full_record

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("member", [Role.NURSE], indirect=True)]


@pytest.fixture
def patient(member: Staff) -> Patient:
    return a_full_record(member)


def opened(page: Page, live_server: object, member: Staff, patient: Patient, query: str = "") -> None:
    sign_in(page, str(live_server), member)
    page.goto(f"{live_server}{reverse('record_results', args=[patient.pk])}{query}")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def test_a_panel_is_chosen_typed_and_saved_without_the_mouse(
    page: Page, complaints: Complaints, live_server: object, member: Staff, patient: Patient
) -> None:
    # given the page of a patient's results, the panel is found by its first letters
    opened(page, live_server, member, patient, "?next=%2Fworklist%2F")
    keys = page.keyboard
    keys.type("Liv")
    keys.press("Enter")
    expect(page.locator("#id_alt_0")).to_be_visible()
    expect(page.locator("#id_sampled_on")).to_be_focused()
    # when the day is typed, Enter leads through the sample to the first value, and from value to value
    keys.type("today")
    for _ in range(4):
        keys.press("Enter")
    assert focused(page) == "id_alt_0"
    keys.type("130")
    keys.press("Enter")
    assert focused(page) == "id_ast_0"
    keys.type("<5")
    keys.press("Enter")
    keys.type("39")
    keys.press("Shift+Enter")
    assert focused(page) == "id_ast_0"
    keys.press("ArrowUp")
    assert focused(page) == "id_alt_0"
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    assert focused(page) == "id_albumin_0"
    # and Tab leads from the sample into the grid: its frame is a stop only where it scrolls
    page.locator("#id_source").focus()
    keys.press("Tab")
    assert focused(page) == "id_alt_0"
    # then nothing was sent by Enter, and Ctrl+Enter saves from anywhere and leads back to where the person came from
    assert not Result.objects.filter(analyte="ast").exists()
    page.evaluate("document.activeElement.blur()")
    keys.press("Control+Enter")
    expect(page).to_have_url(f"{live_server}/worklist/")
    expect(page.locator(".messages")).to_contain_text("The results are recorded.")
    saved = Result.objects.get(analyte="ast")
    assert (saved.value, saved.comparator) == (5, "<")
    assert Result.objects.get(analyte="albumin", value=39).unit == "g/L"
    assert complaints == []


def test_enter_after_the_last_value_stands_on_the_button_and_sends_nothing(
    page: Page, live_server: object, member: Staff, patient: Patient
) -> None:
    opened(page, live_server, member, patient, "?panel=blood-pressure")
    page.locator("#id_diastolic_blood_pressure_0").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Record the results")).to_be_focused()
    expect(page).to_have_url(f"{live_server}{reverse('record_results', args=[patient.pk])}?panel=blood-pressure")


def test_what_is_out_of_range_or_cannot_be_right_is_said_at_once(
    page: Page, live_server: object, member: Staff, patient: Patient
) -> None:
    opened(page, live_server, member, patient, "?panel=liver")
    page.locator("#id_sampled_on").fill("today")
    page.locator("#id_alt_0").press_sequentially("900")
    expect(page.locator("#id_alt_said")).to_contain_text("ALT 900 U/L: above 100 U/L")
    page.locator("#id_albumin_0").press_sequentially("999")
    expect(page.locator("#id_albumin_said")).to_contain_text("cannot be right")
    page.locator("#id_albumin_0").fill("39")
    expect(page.locator("#id_albumin_said")).to_contain_text("Within the limits of the protocol.")
    for width, height in (NARROWEST, WIDE):
        page.set_viewport_size({"width": width, "height": height})
        assert sideways(page) == 0
        assert violations(page) == []


def test_the_last_upper_limit_is_taken_over_by_a_key_and_only_in_its_unit(
    page: Page, live_server: object, member: Staff, patient: Patient
) -> None:
    a_result(patient, "ggt", "40", unit="U/L", upper_limit="55")
    opened(page, live_server, member, patient, "?panel=liver")
    limit = page.locator("#id_ggt_2")
    expect(limit).to_have_value("")
    limit.focus()
    page.keyboard.press("=")
    expect(limit).to_have_value("55")
    limit.fill("")
    others = page.locator("#id_ggt_1 option")
    if others.count() > 1:
        page.locator("#id_ggt_1").select_option(index=1)
        limit.focus()
        page.keyboard.press("=")
        expect(limit).to_have_value("")


def test_from_the_worklist_and_back_to_it(page: Page, live_server: object, member: Staff, patient: Patient) -> None:
    reconcile(patient_ids=[patient.pk])
    sign_in(page, str(live_server), member)
    page.goto(f"{live_server}/worklist/?bucket=all")
    page.get_by_role("link", name=re.compile("Record it ?: full blood count")).first.click()
    page.get_by_role("link", name="Cancel").click()
    expect(page).to_have_url(f"{live_server}/worklist/?bucket=all")
