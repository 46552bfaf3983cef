"""Nothing moves under the hand while a page is loading: the browser's own measure of it, at both usual widths."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser

from patients.models import Staff
from tests.browser.harness import TELEPHONE, WIDE, Size, a_context, signed_in, visit
from tests.factories import rows
from tests.tracker.pages import a_full_record

pytestmark = pytest.mark.django_db(transaction=True)

MOST = 0.1  # the sum that counts as good (web.dev, Cumulative Layout Shift)
_WATCH = """
window.shifts = [];
new PerformanceObserver((list) => { for (const each of list.getEntries()) window.shifts.push(each.value); })
  .observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("size", [WIDE, TELEPHONE], ids=["wide", "telephone"])
def test_pages_stand_still_while_they_load(browser: Browser, live_server: object, member: Staff, size: Size) -> None:
    patient = a_full_record(member)
    for _ in range(12):
        rows.a_due_item(rows.a_patient(member))
    context = a_context(browser, size)
    context.add_init_script(_WATCH)
    page = signed_in(context, str(live_server), member)
    moved = {}
    for name, args in (("home", ()), ("patient_list", ()), ("record", (patient.pk,)), ("worklist", ())):
        visit(page, f"{live_server}{reverse(name, args=args)}")
        page.wait_for_load_state("networkidle")
        moved[name] = page.evaluate("window.shifts.reduce((sum, each) => sum + each, 0)")
    assert {name: sum_ for name, sum_ in moved.items() if sum_ >= MOST} == {}
