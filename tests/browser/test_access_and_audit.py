"""Who may look, who looked, what changed and whose record it is, in a real browser."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import resolve
from playwright.sync_api import Browser, Page, expect

from monitoring.models import Result
from patients.models import Clinic, Patient, Staff
from patients.rules.vocabulary import PatientStatus, Role
from regimens.models import DosePeriod
from tests.browser.harness import Complaints, a_page, go, message, sideways, sign_in, tab_to, typed, violations
from tests.factories import rows
from tests.tracker.pages import a_full_record
from tracker.models import ReportRun
from tracker.reports import actions as reports
from tracker.tasks import make_report
from tracker.views.forms.page import FormPage

pytestmark = pytest.mark.django_db(transaction=True)

NHS_NUMBER, BORN = "9990000018", date(1970, 5, 4)
WHY = "unconscious on our ward"


@pytest.fixture
def clinic() -> Clinic:
    return rows.a_clinic(name="Eastmoor Myositis Clinic")


@pytest.fixture
def admin(clinic: Clinic) -> Staff:
    return rows.a_member(Role.ADMIN, clinic, first_name="Ada", last_name="Admin")


@pytest.fixture
def patient(admin: Staff) -> Patient:
    return a_full_record(admin, family_name="Quillfeather", nhs_number=NHS_NUMBER, born=BORN)


def fine(page: Page) -> None:
    """In good order for everybody, as it stands now."""
    assert violations(page) == [], page.url
    assert sideways(page) == 0, page.url


def heading(page: Page, words: str) -> None:
    """The page with this heading is there; a click does not wait for it."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def status(page: Page, address: str) -> int:
    response = page.goto(address)
    assert response is not None
    return response.status


def writes(page: Page) -> list[str]:
    """Whatever on the page itself would change something, or lead to where that is done."""
    found = page.evaluate("""() => [...document.querySelectorAll("main a[href], main form[method=post]")]
        .map(each => new URL(each.action || each.href.baseVal || each.href, location.href))
        .filter(each => each.origin === location.origin).map(each => each.pathname)""")
    posts = page.locator("main form[method=post]").count()
    views = {path: getattr(resolve(path).func, "view_class", object) for path in found}
    return ["a form"] * posts + [path for path, view in views.items() if issubclass(view, FormPage)]


def test_another_clinics_record_in_an_emergency_and_its_review(
    browser: Browser,
    page: Page,
    live_server: object,
    patient: Patient,
    admin: Staff,
) -> None:
    """Given a patient of another clinic, when a doctor breaks the glass, then it is short, shown and reviewed."""
    doctor = rows.a_member(Role.DOCTOR, first_name="Dora", last_name="Elsewhere")
    record = f"{live_server}/patients/{patient.pk}/"
    sign_in(page, str(live_server), doctor)
    assert status(page, record) == 404
    page.goto(f"{live_server}/")
    page.get_by_role("link", name="Emergency access to another clinic’s record").click()
    heading(page, "Emergency access to another clinic’s record")
    fine(page)
    opens_with(page, "05/05/1970")
    expect(page.locator(".error-summary")).to_contain_text("No patient of another clinic has this NHS number")
    expect(page.get_by_role("region", name="Emergency access")).to_have_count(0)
    fine(page)
    opens_with(page, "04/05/1970")
    band = page.get_by_role("region", name="Emergency access")
    expect(band).to_contain_text(f"record {patient.hospital_number} of Eastmoor Myositis Clinic")
    expect(band).to_contain_text("60 minutes left")
    expect(page).to_have_url(record)
    fine(page)
    assert writes(page) == []
    assert status(page, f"{record}weights/new/") == 403
    fine(page)
    page.goto(record)
    band.get_by_role("button", name="Close it now").click()
    expect(message(page)).to_contain_text("The emergency access is closed")
    expect(band).to_have_count(0)
    assert status(page, record) == 404

    reviewer = a_page(browser)
    sign_in(reviewer, str(live_server), admin)
    reviewer.get_by_role("link", name="1 emergency access waits for review").click()
    heading(reviewer, "Emergency access to review")
    fine(reviewer)
    reviewer.get_by_role("link", name=re.compile("^Review ?: QUILLFEATHER")).click()
    heading(reviewer, "Review an emergency access")
    looked_at = reviewer.locator("#looked-at").locator("xpath=ancestor-or-self::*[contains(@class,'panel')]")
    expect(looked_at.get_by_role("cell", name="Patient record").first).to_be_visible()
    expect(reviewer.get_by_role("main")).to_contain_text(WHY)
    fine(reviewer)
    reviewer.get_by_label("justified", exact=True).check()
    reviewer.get_by_role("button", name="Record what you find").click()
    expect(message(reviewer)).to_contain_text("The review is recorded")
    expect(reviewer.get_by_text("for review", exact=False).filter(has_text="waits")).to_have_count(0)
    reviewer.goto(f"{record}access/")
    broken = reviewer.get_by_role("row").filter(has_text=WHY)
    expect(broken.first).to_contain_text("Dora Elsewhere")
    expect(broken.first).to_contain_text("emergency access")
    fine(reviewer)


def opens_with(page: Page, born: str) -> None:
    form = page.get_by_role("main")
    form.get_by_label("NHS number").fill("999 000 0018")
    form.get_by_label("Date of birth").fill(born)
    page.get_by_label("Why you need this record now").fill(WHY)
    page.get_by_label("Your password").fill(rows.PASSWORD)
    page.get_by_role("button", name="Open the record").click()


@pytest.mark.visits("report_runs")
@pytest.mark.parametrize("scripted", [True, False], ids=["refreshing", "without-javascript"])
def test_a_report_is_asked_for_made_and_checked(
    browser: Browser,
    live_server: object,
    patient: Patient,
    admin: Staff,
    scripted: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Given a record, when an administrator asks for the activity, then the pack holds what the screen counted."""
    page = a_page(browser, java_script_enabled=scripted)
    sign_in(page, str(live_server), admin)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Reports", exact=True).click()
    heading(page, "Reports")
    page.get_by_role("link", name="Activity", exact=True).click()
    heading(page, "Activity")
    count = int(page.locator("#rows").inner_text().split()[0])
    assert count > 20, "the preview cuts the rows short"
    if scripted:
        fine(page)
    page.get_by_label("Format of the pack").select_option("csv")
    page.get_by_role("button", name="Make the pack").click()
    expect(message(page)).to_contain_text("The report is asked for")
    run = ReportRun.objects.get()
    packs = page.locator("#runs")
    expect(packs).to_contain_text("waiting")

    def look() -> None:
        if not scripted:
            page.get_by_role("link", name="Refresh").click()
        expect(packs).to_contain_text(f"{count} of {count} rows (100 %)")
        if scripted:
            fine(page)

    look_before_it_is_kept(monkeypatch, look)
    make_report(run.pk)  # as a worker would
    if not scripted:
        page.get_by_role("link", name="Refresh").click()
    link = page.get_by_role("link", name=re.compile("^Download ?: Activity"))
    expect(link).to_be_visible()
    expect(packs).to_contain_text(f"{count} rows")
    if scripted:
        fine(page)
    with page.expect_download() as download:
        link.click()
    kept = tmp_path / download.value.suggested_filename
    download.value.save_as(kept)
    said = io.StringIO()
    call_command("check_pack", kept, stdout=said)
    assert "The pack is as it was made" in said.getvalue()
    assert f"report no. {run.pk} for {admin.username}" in said.getvalue()
    with zipfile.ZipFile(kept) as pack:
        data = pack.open(json.loads(pack.read("manifest.json"))["data"])
        assert len(list(csv.reader(io.TextIOWrapper(data, "utf-8-sig")))) == count + 1  # and the headings


def look_before_it_is_kept(monkeypatch: pytest.MonkeyPatch, look: Callable[[], None]) -> None:
    """The making of a report stops once, with every row written, for somebody who looks at the page."""
    keep = reports._keep

    def looked_at(*given: Any) -> None:
        look()
        keep(*given)

    monkeypatch.setattr(reports, "_keep", looked_at)


def test_a_correction_with_its_reason_is_one_sentence_of_the_history(
    page: Page,
    live_server: object,
    patient: Patient,
    clinic: Clinic,
    complaints: Complaints,
) -> None:
    """Given a mistyped result and dose, when a nurse puts them right, then the history says what, who and why."""
    nurse = rows.a_member(Role.NURSE, clinic, first_name="Nell", last_name="Example")
    sign_in(page, str(live_server), nurse)
    result = Result.objects.get(patient=patient)
    page.goto(f"{live_server}/results/{result.pk}/correct/")
    page.locator("[name^=alt]").first.fill("12")
    page.get_by_label("What was wrong").fill("one nought too many")
    fine(page)
    page.get_by_role("button", name="Correct the result").click()
    expect(message(page)).to_contain_text("The result is corrected")
    dose = DosePeriod.objects.get(course__drug="prednisolone", amount=20)
    page.goto(f"{live_server}/patients/{patient.pk}/entries/dose/{dose.pk}/withdraw/")
    page.get_by_label("Why was this entered in error").fill("it was 25 mg")
    fine(page)
    page.get_by_role("button", name="Withdraw the entry").click()
    expect(message(page)).to_contain_text("The entry is withdrawn")
    page.get_by_role("link", name="History", exact=True).click()
    heading(page, "History of the record")
    fine(page)
    withdrawn, corrected = (" ".join(each.split()) for each in page.locator(".history > li").all_inner_texts()[:2])
    who = r"by Nell Example \(nurse\) on \d\d-\w{3}-\d{4} at [\d:]+"
    assert re.search(rf"Result \(.*\) changed: .*120 → 12.*, {who}, because: one nought too many\.", corrected)
    assert re.search(rf"Dose withdrawn: prednisolone: 20 mg .*, {who}, because: it was 25 mg\.", withdrawn)
    page.get_by_role("link", name="Its history").nth(1).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("History of one entry")
    fine(page)
    assert complaints == []


def test_a_second_record_is_warned_of_merged_and_taken_apart_by_keyboard(
    page: Page,
    live_server: object,
    patient: Patient,
    clinic: Clinic,
) -> None:
    """Given a registered patient, when a doctor registers them again, then they are warned, and can merge and undo."""
    sign_in(page, str(live_server), rows.a_member(Role.DOCTOR, clinic))
    go(page, page.get_by_role("link", name="Patients", exact=True).first)
    go(page, page.get_by_role("link", name="Register a patient"))
    heading(page, "Register a patient")
    typed(page, "Hospital number", "Q0001")
    typed(page, "Family name", patient.family_name)
    typed(page, "Given names", patient.given_names)
    typed(page, "Date of birth", "04/05/1970")
    page.keyboard.press("Enter")
    warning = page.get_by_text("This patient may be the same person")
    expect(warning).to_be_visible()
    expect(page.get_by_role("link", name="QUILLFEATHER")).to_be_visible()
    assert not Patient.objects.filter(hospital_number="Q0001").exists()
    fine(page)
    typed(page, "why is this patient registered all the same", "sure to be a namesake")
    go(page, page.get_by_role("button", name="Register the patient"))
    expect(message(page)).to_contain_text("The patient is registered")
    go(page, page.get_by_text("More to do", exact=True))
    go(page, page.get_by_role("link", name="Merge with another record"))
    heading(page, "Merge with another record")
    fine(page)
    typed(page, "Hospital number of the other record", patient.hospital_number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What comes over")).to_be_visible()
    expect(page.get_by_role("row", name="NHS number")).to_contain_text(f"from {patient.hospital_number}")
    fine(page)
    typed(page, "How do you know", "same passport, seen today")
    tab_to(page, page.get_by_label("I have compared the two"))
    page.keyboard.press("Space")
    go(page, page.get_by_role("button", name="Merge the two records"))
    expect(message(page)).to_contain_text("The two records are one now")
    patient.refresh_from_db()
    assert patient.status == PatientStatus.MERGED
    fine(page)
    go(page, page.get_by_role("link", name="Patients", exact=True).first)
    heading(page, "Patients")
    go(page, page.get_by_role("link", name="Records alike and merges"))
    heading(page, "Merges")
    go(page, page.get_by_role("link", name="Take back the merge"))
    heading(page, "Take a merge back")
    fine(page)
    typed(page, "Why are they taken apart again", "it was the sister")
    go(page, page.get_by_role("button", name="Take the two records apart"))
    expect(message(page)).to_contain_text("The two records are apart again")
    patient.refresh_from_db()
    assert patient.status == PatientStatus.ACTIVE
    assert Result.objects.get().patient_id == patient.pk
    fine(page)
