"""Pages as they stand when there is nothing to show, when something is refused, and in every theme."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from patients.rules.vocabulary import Role, Theme
from tests.browser.flows import a_ward
from tests.browser.harness import (
    Complaints,
    a_context,
    in_order,
    keep_screenshot,
    open_everything,
    signed_in,
    violations,
    visit,
)
from tests.factories import rows

pytestmark = pytest.mark.django_db(transaction=True)

LISTS = ("home", "patient_list", "worklist", "worklist_print", "alerts", "results", "calendar", "safe_silence", "mail")


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.NURSE, Role.ADMIN])
def test_a_clinic_without_patients_says_what_was_looked_at(browser: Browser, live_server: object, role: Role) -> None:
    page = signed_in(a_context(browser), str(live_server), rows.a_member(role))
    complaints = Complaints()
    complaints.listen(page)
    for name in LISTS:
        visit(page, f"{live_server}{reverse(name)}")
        in_order(page)
        keep_screenshot(page, f"{name}-{role}-empty")
    assert complaints == []


def test_somebody_in_no_clinic_is_told_so(browser: Browser, live_server: object) -> None:
    page = signed_in(a_context(browser), str(live_server), rows.a_stranger(password=None))
    for name in ("home", "patient_list", "worklist", "alerts", "calendar"):
        visit(page, f"{live_server}{reverse(name)}")
        in_order(page)


def test_every_theme_keeps_its_contrast(browser: Browser, live_server: object) -> None:
    """The walk through every page sees the theme of the device; here the pages that differ most, in each theme."""
    ward = a_ward()
    page = signed_in(a_context(browser), str(live_server), ward.doctor)
    for path in (
        *(reverse(name) for name in ("home", "patient_list", "worklist", "alerts", "calendar", "protocol")),
        reverse("record", args=[ward.patient.pk]),
        reverse("timeline", args=[ward.patient.pk]),
        reverse("monitoring_plan", args=[ward.patient.pk]),
        reverse("add_assessment", args=[ward.patient.pk]),
    ):
        visit(page, f"{live_server}{path}")
        open_everything(page)
        backgrounds = {page.evaluate(_IN_THEME, Theme.LIGHT)}  # which the walk judges: a device in a test is light
        for theme in (Theme.DARK, Theme.CONTRAST):
            backgrounds.add(page.evaluate(_IN_THEME, theme))
            assert violations(page, "color-contrast") == [], f"{path} in the theme {theme}"
            keep_screenshot(page, f"theme-{theme}-{path}")
        assert len(backgrounds) > 1, f"{path} looks the same in every theme"
    page.emulate_media(color_scheme="dark")
    by_device, by_choice = (page.evaluate(_IN_THEME, theme) for theme in (Theme.DEVICE, Theme.DARK))
    assert by_device == by_choice


# The server writes the person's theme there (tests/tracker/design); another one needs no other page.
_IN_THEME = """theme => {
  document.documentElement.dataset.theme = theme;
  return getComputedStyle(document.body).backgroundColor;
}"""


def test_what_is_refused_is_in_order(browser: Browser, live_server: object) -> None:
    """Given a wrong address, a role that may not, and a form that is not right, then each page says so."""
    ward = a_ward()
    page = signed_in(a_context(browser), str(live_server), ward.nurse)
    complaints = Complaints(403, 404, 405, 422)
    complaints.listen(page)
    course = ward.course("prednisolone")
    refused = {
        "/no/such/page/": 404,
        reverse("record", args=[999_999]): 404,
        reverse("plan_taper", args=[course.pk]): 403,
        reverse("clinic_staff", args=[ward.clinic.pk]): 403,
        reverse("sign_out"): 405,
    }
    for path, status in refused.items():
        visit(page, f"{live_server}{path}", status)
        in_order(page)
        keep_screenshot(page, f"refused-{status}-{path}")
    assert complaints == []


def test_a_form_that_somebody_else_was_faster_with_is_in_order(browser: Browser, live_server: object) -> None:
    """Given two people on one form, when both stop the course, then the second is shown how it stands now."""
    ward = a_ward()
    course = ward.course("methotrexate")
    first, second = (signed_in(a_context(browser), str(live_server), ward.doctor) for _ in range(2))
    for page in (first, second):
        visit(page, f"{live_server}{reverse('stop_course', args=[course.pk])}")
    stop(first, f"{ward.today:%d/%m/%Y}")
    expect(first.locator("main > .messages")).to_be_visible()
    stop(second, f"{ward.today - timedelta(days=1):%d/%m/%Y}")
    expect(second.get_by_role("alert").first).to_be_visible()
    in_order(second)
    keep_screenshot(second, "refused-409-stop-course")


def stop(page: Page, on: str) -> None:
    page.get_by_label("First day without the drug").fill(on)
    page.get_by_label("Reason", exact=True).select_option("intolerant")
    page.get_by_role("button", name="Stop the course").click()
