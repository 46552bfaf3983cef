"""The sandbox in a real browser: tried out and saved without any script, in good order at each step."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from patients.models import Patient, Staff
from regimens.models import Course
from tests.browser.harness import NARROWEST, WIDE, message, open_everything, sideways, sign_in, violations
from tests.tracker.pages import a_full_record

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def patient(member: Staff) -> Patient:
    return a_full_record(member)


def start(page: Page, drug: str, **typed: str) -> None:
    page.get_by_label("Drug", exact=True).select_option(drug)
    page.get_by_label("Started on").fill("today")
    page.get_by_label(re.compile("^Amount")).fill(typed["amount"])
    page.get_by_label("Unit").select_option("mg")
    page.get_by_label(re.compile("^How often(?!,)")).select_option(typed["frequency"])
    page.get_by_role("button", name="Add to the list").click()


def test_each_step_is_accessible_and_fits_the_narrowest_window(
    page: Page, live_server: object, member: Staff, patient: Patient
) -> None:
    def in_order() -> None:
        open_everything(page)
        for width, height in (NARROWEST, WIDE):
            page.set_viewport_size({"width": width, "height": height})
            assert sideways(page) == 0
        assert violations(page) == []

    sign_in(page, str(live_server), member)
    page.goto(f"{live_server}{reverse('record', args=[patient.pk])}")
    page.get_by_text("More to do", exact=True).click()
    page.get_by_role("link", name="What if").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What if")
    in_order()
    page.get_by_label("Add a change").select_option("start")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="Add to the list")).to_be_visible()  # the next page has come
    in_order()
    page.get_by_role("button", name="Add to the list").click()
    expect(page.get_by_role("alert").first).to_be_focused()
    in_order()
    start(page, "methotrexate", amount="15", frequency="once_daily")
    expect(page.get_by_text("1. Start methotrexate")).to_be_visible()
    in_order()
    page.get_by_role("button", name="Save exactly this").click()
    expect(page.get_by_text("Say why this is right all the same.")).to_be_visible()
    in_order()
    assert not Course.objects.filter(patient=patient, drug="methotrexate", stop_on=None).exists()


def test_trying_out_and_saving_without_any_script(
    scriptless: Page, live_server: object, member: Staff, patient: Patient
) -> None:
    page = scriptless
    sign_in(page, str(live_server), member)
    page.goto(f"{live_server}{reverse('what_if', args=[patient.pk])}")
    azathioprine = Course.objects.get(patient=patient, drug="azathioprine")
    page.get_by_label("Add a change").select_option(f"stop:{azathioprine.pk}")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("First day without the drug").fill("today")
    page.get_by_label("Reason", exact=True).select_option("intolerant")
    page.get_by_role("button", name="Add to the list").click()
    page.get_by_label("Add a change").select_option("start")
    page.get_by_role("button", name="Continue").click()
    start(page, "tacrolimus", amount="1", frequency="twice_daily")
    expect(page.get_by_text("2. Start tacrolimus")).to_be_visible()
    expect(page.get_by_role("heading", name="Where the patient would stand")).to_be_visible()
    expect(page.get_by_role("table", name="Month by month")).to_contain_text("tacrolimus trough level")
    assert page.url.endswith(reverse("what_if", args=[patient.pk]))
    azathioprine.refresh_from_db()
    assert azathioprine.stop_on is None
    page.get_by_role("button", name="Save exactly this").click()
    expect(message(page)).to_contain_text("exactly as they were shown")
    azathioprine.refresh_from_db()
    assert azathioprine.stop_on is not None
    assert Course.objects.filter(patient=patient, drug="tacrolimus", stop_on=None).count() == 1
