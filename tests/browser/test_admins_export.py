"""The administrator's export, from home to a pack that checks itself: with scripts, and without any."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from patients.clock import today_in
from tests.browser.flows import Ward, a_ward
from tests.browser.harness import Complaints, Steps, a_page, message, sign_in
from tracker.models import ReportRun
from tracker.tasks import make_report

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ward() -> Ward:
    return a_ward()


@pytest.mark.parametrize("scripted", [True, False], ids=["scripts", "no-scripts"])
def test_the_admins_export(browser: Browser, live_server: object, ward: Ward, scripted: bool, tmp_path: Path) -> None:
    page = a_page(browser, java_script_enabled=scripted)
    complaints = Complaints(422)
    complaints.listen(page)
    flow = Steps("admins export", page, checked=scripted)
    begins(flow, str(live_server), ward)
    pack = exports(flow, ward, tmp_path, scripted)
    checks_itself(pack, tmp_path)
    looks_back(flow, ward)
    assert complaints == []


def begins(flow: Steps, address: str, ward: Ward) -> None:
    page = flow.page
    with flow.given("an administrator signs in"):
        sign_in(page, address, ward.admin)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Hello, Ada")
        expect(page.get_by_role("heading", name=ward.clinic.name)).to_be_visible()
    with flow.when("they look who belongs to the clinic"):
        page.get_by_role("contentinfo").get_by_role("link", name="Staff", exact=True).click()
        for member in ("Dora Example", "Nell Example", "Ada Example"):
            expect(page.get_by_role("main").get_by_text(member).first).to_be_visible()


def exports(flow: Steps, ward: Ward, folder: Path, scripted: bool) -> Path:
    page = flow.page
    with flow.when("they ask for the activity of the clinic"):
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Reports").click()
        page.get_by_role("link", name="Activity", exact=True).click()
        page.get_by_label("Format of the pack").select_option("csv")
        page.get_by_role("button", name="Make the pack").click()
        expect(message(page)).to_contain_text("The report is asked for")
        expect(page.locator("#runs")).to_contain_text("waiting")
    with flow.then("the pack is there once the worker has made it"):
        make_report(ReportRun.objects.get().pk)
        if not scripted:
            page.get_by_role("link", name="Refresh").click()
        link = page.get_by_role("link", name=re.compile("^Download ?: Activity"))
        expect(link).to_be_visible()
        with page.expect_download() as download:
            link.click()
        kept = folder / download.value.suggested_filename
        download.value.save_as(kept)
    return kept


def checks_itself(pack: Path, folder: Path) -> None:
    """Whoever is given the pack needs Python and nothing of ours."""
    with zipfile.ZipFile(pack) as held:
        held.extract("check_pack.py", folder)
    script = [sys.executable, "-I", str(folder / "check_pack.py"), str(pack)]
    done = subprocess.run(script, capture_output=True, text=True, timeout=60, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "It agrees with itself." in done.stdout


def looks_back(flow: Steps, ward: Ward) -> None:
    page = flow.page
    with flow.when("they run the service audits"):
        page.get_by_role("contentinfo").get_by_role("link", name="Service audits").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("udit")
        page.get_by_role("main").get_by_role("link", name=re.compile("tests? in date", re.IGNORECASE)).first.click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    with flow.then("the history of the clinic names everybody's changes"):
        page.get_by_role("contentinfo").get_by_role("link", name="History of settings and staff").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("istory")
        expect(page.get_by_role("main")).to_contain_text(f"{today_in(ward.clinic):%d-%b-%Y}")
    with flow.when("they sign out"):
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
