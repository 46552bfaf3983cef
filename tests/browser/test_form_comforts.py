"""What a form does for the person who types, in a real browser: keeps, asks, counts, compares, and loses nothing."""

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Dialog, Page, expect

from patients.actions import change_status
from patients.models import Assessment, Draft, Patient, Staff, Weight
from patients.rules.vocabulary import PatientStatus
from tests.browser.harness import NARROWEST, TELEPHONE, WIDE, Complaints, in_order, keep_screenshot, resize, sign_in
from tests.factories import rows

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def patient(member: Staff) -> Patient:
    return rows.a_patient(member, family_name="Example", given_names="Pat")


@pytest.fixture
def form(page: Page, live_server: object, member: Staff, patient: Patient) -> str:
    """Signed in, on the form for a weight; its address."""
    address = f"{live_server}{reverse('add_weight', args=[patient.pk])}"
    sign_in(page, str(live_server), member)
    page.goto(address)
    return address


def kept(page: Page) -> None:
    expect(page.get_by_text("not yet in the record")).to_be_visible()


def test_what_is_typed_is_kept_offered_gone_on_with_and_saved(
    page: Page, form: str, patient: Patient, complaints: Complaints
) -> None:
    page.get_by_label("Weight in kg").fill("71.5")
    kept(page)
    assert Draft.objects.get().typed["kilograms"] == ["71.5"]
    in_order(page)
    # Everything is kept, so leaving is safe and nothing is asked.
    asked: list[Dialog] = []
    page.on("dialog", lambda dialog: (asked.append(dialog), dialog.accept()))
    page.get_by_role("link", name="Cancel").click()
    expect(page).to_have_url(form.partition("weights")[0])
    assert asked == []
    page.goto(form)
    expect(page.get_by_text("You began this form and did not save it")).to_be_visible()
    expect(page.get_by_label("Weight in kg")).to_have_value("")
    in_order(page)
    keep_screenshot(page, "draft-offered")
    page.get_by_role("link", name="Go on with it").click()
    expect(page.get_by_label("Weight in kg")).to_have_value("71.5")
    in_order(page)
    page.get_by_label("Measured on").fill("today")
    page.get_by_role("button", name="Record the measures").click()
    expect(page.locator(".messages")).to_contain_text("The measures are recorded.")
    assert Weight.objects.get().kilograms == 71.5
    assert not Draft.objects.exists()
    assert complaints == []


def test_while_an_earlier_draft_waits_nothing_is_kept_over_it(page: Page, form: str) -> None:
    page.get_by_label("Weight in kg").fill("71.5")
    kept(page)
    page.goto(form)
    page.get_by_label("Weight in kg").fill("80")
    expect(page.locator("[data-kept]")).to_contain_text("decide first")
    assert Draft.objects.get().typed["kilograms"] == ["71.5"]
    page.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_text("What you had typed is thrown away.")).to_be_visible()
    assert not Draft.objects.exists()


def test_what_is_not_kept_yet_is_asked_about_before_it_is_lost(page: Page, form: str, complaints: Complaints) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.route("**/weights/new/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.get_by_label("Weight in kg").press_sequentially("71")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_label("Weight in kg")).to_have_value("71")
    assert asked == ["beforeunload"]
    # That it could not be kept is said, and tried again.
    expect(page.locator("[data-kept]")).to_contain_text("the server did not answer")
    page.unroute("**/weights/new/")
    page.get_by_label("Weight in kg").press("End")
    page.get_by_label("Weight in kg").press_sequentially(".5")
    kept(page)
    assert Draft.objects.get().typed["kilograms"] == ["71.5"]
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_label("Weight in kg")).to_have_count(0)
    assert asked == ["beforeunload"]
    assert all("ERR_FAILED" in each for each in complaints)  # those of the aborted request itself


def test_a_second_window_is_told(page: Page, form: str) -> None:
    context: BrowserContext = page.context
    other = context.new_page()
    other.goto(form)
    page.get_by_label("Weight in kg").fill("71")
    kept(page)
    other.get_by_label("Weight in kg").fill("99")
    expect(other.locator("[data-kept]")).to_contain_text("from another window or an earlier time")
    assert Draft.objects.get().typed["kilograms"] == ["71"]
    # What the first one saves is saved; the second still shows what was typed there.
    page.get_by_label("Measured on").fill("today")
    page.get_by_role("button", name="Record the measures").click()
    expect(page.locator(".messages")).to_contain_text("recorded")
    expect(other.get_by_label("Weight in kg")).to_have_value("99")


def test_back_after_a_refusal_leads_to_the_form_with_what_was_typed(page: Page, form: str) -> None:
    page.get_by_label("Weight in kg").fill("7100")
    page.get_by_label("Measured on").fill("today")
    page.get_by_role("button", name="Record the measures").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="Worklist", exact=True).click()
    expect(page.get_by_label("Weight in kg")).to_have_count(0)
    page.go_back()
    expect(page.get_by_label("Weight in kg")).to_have_value("7100")
    page.reload()
    expect(page.get_by_label("Weight in kg")).to_have_value("7100")
    page.get_by_label("Weight in kg").fill("71")
    page.get_by_role("button", name="Record the measures").click()
    expect(page.locator(".messages")).to_contain_text("recorded")
    assert (Weight.objects.get().kilograms, Draft.objects.count()) == (71, 0)


def test_without_a_script_a_button_keeps_it(
    scriptless: Page, live_server: object, member: Staff, patient: Patient
) -> None:
    address = f"{live_server}{reverse('add_weight', args=[patient.pk])}"
    sign_in(scriptless, str(live_server), member)
    scriptless.goto(address)
    scriptless.get_by_label("Weight in kg").fill("71")
    scriptless.get_by_role("button", name="Keep for later").click()
    expect(scriptless.locator(".messages")).to_contain_text("What you typed is kept for you until")
    scriptless.goto(f"{live_server}{reverse('my_drafts')}")
    scriptless.get_by_role("link", name="Go on with it").click()
    expect(scriptless.get_by_label("Weight in kg")).to_have_value("71")


def an_earlier_assessment(patient: Patient) -> None:
    rows.an_assessment(
        patient, date(2026, 1, 5), ck="4200", mmt=110, mmt_maximum=150, physician_global=6, patient_global=7,
        haq="1.125", extramuscular_global=2, fvc_percent=88,
    )  # fmt: skip


@pytest.fixture
def assessment(page: Page, live_server: object, member: Staff, patient: Patient) -> str:
    an_earlier_assessment(patient)
    address = f"{live_server}{reverse('add_assessment', args=[patient.pk])}"
    sign_in(page, str(live_server), member)
    page.goto(address)
    return address


def test_the_assessment_is_one_screen_and_one_column_on_a_telephone(page: Page, assessment: str) -> None:
    resize(page, WIDE)
    lowest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.assessment :is(input, select, textarea, button)')]"
        ".filter((each) => each.type !== 'hidden').map((each) => each.getBoundingClientRect().bottom))"
    )
    assert lowest <= WIDE[1]
    keep_screenshot(page, "assessment-wide")
    in_order(page, WIDE, TELEPHONE, NARROWEST)
    resize(page, TELEPHONE)
    lefts = page.evaluate(
        "[...new Set([...document.querySelectorAll('.assessment fieldset.form__section')]"
        ".map((each) => Math.round(each.getBoundingClientRect().left)))]"
    )
    assert len(lefts) == 1
    keep_screenshot(page, "assessment-telephone")


def test_the_assessment_counts_and_compares_while_it_is_typed(page: Page, assessment: str, patient: Patient) -> None:
    meter = page.locator(".form__meter")
    expect(meter).to_contain_text("0 of 6")
    expect(page.get_by_text("was 110 of 150 on 05-Jan-2026")).to_be_visible()
    page.get_by_label("Assessed on").fill("today")
    page.get_by_label("Manual muscle test (MMT) total").fill("122.5")
    change = page.locator("#id_mmt_change")
    expect(change).to_have_text("")  # another form of the test is no comparison
    page.get_by_label("MMT form").select_option("150")
    expect(change).to_have_text("+12.5 since then")
    expect(meter).to_contain_text("1 of 6")
    page.get_by_label("Physician global").fill("5.9")
    expect(page.locator("#id_physician_global_change")).to_have_text("−0.1 since then")
    page.get_by_label("Patient global").fill("seven")
    expect(page.locator("#id_patient_global_change")).to_have_text("")
    page.get_by_label("Patient global").fill("7")
    expect(page.locator("#id_patient_global_change")).to_have_text("±0 since then")
    enzyme = page.get_by_role("group", name="creatine kinase")
    enzyme.get_by_label("Value").fill("900")
    expect(page.locator("#id_ck_0_change")).to_have_text("−3300 since then")
    enzyme.get_by_label("Unit").select_option("ukat/L")
    expect(page.locator("#id_ck_0_change")).to_have_text("")
    enzyme.get_by_label("Unit").select_option("U/L")
    expect(meter).to_contain_text("4 of 6")
    expect(meter).to_contain_text("Missing: HAQ or CHAQ, extramuscular global.")
    page.get_by_label("HAQ disability index").fill("1")
    page.get_by_label("Extramuscular global").fill("0")
    expect(meter).to_contain_text("6 of 6")
    expect(meter).to_contain_text("Nothing is missing.")
    page.get_by_role("button", name="Record the assessment").click()
    said = page.locator(".messages")
    expect(said).to_contain_text("6 of 6 measures of a review.")
    said.get_by_role("link", name="Look at the response").click()
    expect(page).to_have_url(assessment.replace("assessments/new", "response"))
    assert Assessment.objects.filter(patient=patient).count() == 2


def test_both_versions_of_a_changed_entry_side_by_side(
    page: Page, live_server: object, member: Staff, patient: Patient
) -> None:
    sign_in(page, str(live_server), member)
    page.goto(f"{live_server}{reverse('change_status', args=[patient.pk])}")
    page.get_by_label("deceased").check()
    page.get_by_label("From").fill("05/04/2026")
    page.get_by_label("Reason").fill("pneumonia")
    change_status(
        by=member, patient_id=patient.pk, status=PatientStatus.TRANSFERRED, on=date(2026, 3, 1), version=1,
        reason="moved to Leeds",
    )  # fmt: skip
    page.get_by_role("button", name="Change the status").click()
    told = page.get_by_role("table", name="What you typed beside what stands in the record now")
    expect(told.get_by_role("row", name="Reason")).to_contain_text("differs")
    expect(told.get_by_role("row", name="Reason")).to_contain_text("moved to Leeds")
    expect(page.get_by_label("Reason")).to_have_value("pneumonia")
    in_order(page)
    keep_screenshot(page, "stale-side-by-side")
    page.get_by_role("button", name="Save mine over it").click()
    expect(page.locator(".messages")).to_contain_text("The status is changed.")
    patient.refresh_from_db()
    assert patient.status == "deceased"
