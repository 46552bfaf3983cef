"""A nurse's monitoring day in a real browser: the new pages in every role, and work done without a detour."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from monitoring.actions import raise_alerts, reconcile
from monitoring.models import Alert, Contact, DueItem
from monitoring.rules.vocabulary import AlertStatus
from patients.clock import today_in
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from regimens.models import Course
from tests.browser.test_read_pages import (  # noqa: F401 - fixtures
    NARROWEST,
    TELEPHONE,
    WIDE,
    complaints,
    member,
    open_everything,
    page,
    sideways,
    sign_in,
    violations,
)
from tests.factories import rows
from tests.tracker.pages import a_full_record

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def patient(member: Staff) -> Patient:  # noqa: F811 - the fixture
    """A full record with a fresh low blood count, which is alarming, and everything that is due."""
    patient = a_full_record(member)
    today = today_in(patient.clinic)
    rows.a_result(patient, "neutrophils", "0.4", today - timedelta(days=1), unit="10*9/L")
    reconcile(patient_ids=[patient.pk], as_of=today)
    raise_alerts([patient.pk], as_of=today)
    return patient


def addresses(patient: Patient) -> list[str]:
    course = {
        drug: Course.objects.get(patient=patient, drug=drug).pk for drug in ("prednisolone", "normal_immunoglobulin")
    }
    today = today_in(patient.clinic)
    return [
        "/worklist/?bucket=all&sort=patient",
        "/worklist/print/",
        f"/patients/{patient.pk}/contacts-and-work/",
        f"/patients/{patient.pk}/monitoring/",
        f"/courses/{course['prednisolone']}/taper/progress/",
        f"/courses/{course['normal_immunoglobulin']}/infusions/",
        "/alerts/",
        f"/alerts/{Alert.objects.filter(patient=patient, grade='urgent').get().pk}/",
        "/results/",
        "/calendar/",
        f"/calendar/{today.isoformat()}/",
        "/calendar/addresses/",
        "/safe-silence/",
        "/mail/",
        "/me/",
    ]


@pytest.mark.parametrize(
    ("member", "size"),
    [(Role.DOCTOR, WIDE), (Role.NURSE, TELEPHONE), (Role.ADMIN, NARROWEST)],
    indirect=["member"],
    ids=["doctor-wide", "nurse-telephone", "admin-narrowest"],
)
def test_every_monitoring_page_in_every_role(
    page: Page,  # noqa: F811
    live_server: object,
    member: Staff,  # noqa: F811
    patient: Patient,
    size: tuple[int, int],
    complaints: list[str],  # noqa: F811
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    sign_in(page, str(live_server), member)
    for path in addresses(patient):
        response = page.goto(f"{live_server}{path}")
        assert response is not None
        assert response.status == 200, path
        open_everything(page)
        assert violations(page) == [], path
        assert sideways(page) == 0, path
    assert complaints == []


@pytest.mark.parametrize("member", [Role.NURSE], indirect=True)
def test_the_nurse_records_a_contact_and_takes_it_back(
    browser: Browser,
    live_server: object,
    member: Staff,  # noqa: F811
    patient: Patient,
) -> None:
    """Given a late item, when the nurse records a call without JavaScript, then it stands on the list until undone."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()  # noqa: F811
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
    expect(page.get_by_role("status")).to_be_visible()
    assert not Contact.objects.filter(patient=patient, superseded_at__isnull=True).exists()
    context.close()


@pytest.mark.parametrize("member", [Role.NURSE], indirect=True)
def test_the_nurse_sees_an_alert_by_keyboard(
    page: Page,  # noqa: F811
    live_server: object,
    member: Staff,  # noqa: F811
    patient: Patient,
) -> None:
    """Given an urgent alert, when the nurse opens it and presses the button, then it no longer climbs."""
    alert = Alert.objects.get(patient=patient, grade="urgent")
    sign_in(page, str(live_server), member)
    page.goto(f"{live_server}/alerts/")
    page.get_by_role("link", name="neutrophils 0.4").first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("neutrophils")
    page.get_by_role("button", name="I have seen it").press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    alert.refresh_from_db()
    assert alert.status == AlertStatus.ACKNOWLEDGED
