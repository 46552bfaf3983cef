"""Pieces of a nurse's work in a real browser: taken back, and by keyboard."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from monitoring.actions import raise_alerts, reconcile
from monitoring.models import Alert, Contact, DueItem
from monitoring.rules.vocabulary import AlertStatus
from patients.clock import today_in
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.browser.harness import message, sign_in
from tests.factories import rows
from tests.tracker.pages import a_full_record

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def patient(member: Staff) -> Patient:
    """A full record with a fresh low blood count, which is alarming, and everything that is due."""
    patient = a_full_record(member)
    today = today_in(patient.clinic)
    rows.a_result(patient, "neutrophils", "0.4", today - timedelta(days=1), unit="10*9/L")
    reconcile(patient_ids=[patient.pk], as_of=today)
    raise_alerts([patient.pk], as_of=today)
    return patient


@pytest.mark.parametrize("member", [Role.NURSE], indirect=True)
def test_the_nurse_records_a_contact_and_takes_it_back(
    scriptless: Page,
    live_server: object,
    member: Staff,
    patient: Patient,
) -> None:
    """Given a late item, when the nurse records a call without JavaScript, then it stands on the list until undone."""
    page = scriptless
    sign_in(page, str(live_server), member)
    item = DueItem.objects.filter(patient=patient, status="open").order_by("due_on")[0]
    page.goto(f"{live_server}/worklist/?item={item.item}&bucket=all")
    page.get_by_role("link", name="Contacted").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("ontact")
    page.get_by_label("How").select_option(label="telephone")
    page.get_by_label("What came of it").select_option(label="message left")
    page.locator("main button[type=submit]").first.click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert Contact.objects.filter(patient=patient, superseded_at__isnull=True).count() == 1
    page.get_by_role("button", name="Undo").click()
    expect(message(page)).to_be_visible()
    assert not Contact.objects.filter(patient=patient, superseded_at__isnull=True).exists()


@pytest.mark.parametrize("member", [Role.NURSE], indirect=True)
def test_the_nurse_sees_an_alert_by_keyboard(
    page: Page,
    live_server: object,
    member: Staff,
    patient: Patient,
) -> None:
    """Given an urgent alert, when the nurse opens it and presses the button, then it no longer climbs."""
    alert = Alert.objects.get(patient=patient, grade="urgent")
    sign_in(page, str(live_server), member)
    page.goto(f"{live_server}/alerts/")
    page.get_by_role("link", name="neutrophils 0.4").first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("neutrophils")
    page.get_by_role("button", name="I have seen it").press("Enter")
    expect(message(page)).to_be_visible()
    alert.refresh_from_db()
    assert alert.status == AlertStatus.ACKNOWLEDGED
