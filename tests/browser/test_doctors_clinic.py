"""The doctor's clinic from signing in to signing out: with scripts, and without any."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from patients.models import Assessment
from regimens.models import DosePeriod, Review, TaperPlan
from tests.browser.flows import Ward, a_ward
from tests.browser.harness import Complaints, Steps, a_page, message, type_password
from tests.factories.sign_in import an_app

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ward() -> Ward:
    return a_ward()


def heading(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


@pytest.mark.visits("sign_in_code", "search")
@pytest.mark.parametrize("scripted", [True, False], ids=["scripts", "no-scripts"])
def test_the_doctors_clinic(browser: Browser, live_server: object, ward: Ward, scripted: bool) -> None:
    app = an_app(ward.doctor)
    page = a_page(browser, java_script_enabled=scripted)
    complaints = Complaints(422)
    complaints.listen(page)
    flow = Steps("doctors clinic", page, checked=scripted)
    record = f"{live_server}/patients/{ward.patient.pk}/"
    comes_in(flow, str(live_server), ward, app.now())
    finds_the_patient(flow, scripted)
    answers_a_question(flow, ward)
    examines(flow, ward)
    changes_the_treatment(flow, record, ward)
    takes_the_papers(flow, record)
    with flow.when("they sign out"):
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    with flow.then("the record is closed to whoever sits down next"):
        page.goto(record)
        expect(page).to_have_url(re.compile(r"/sign-in/\?next="))
        expect(page.get_by_text("QUILLFEATHER")).to_have_count(0)
    assert complaints == []


def comes_in(flow: Steps, address: str, ward: Ward, code: str) -> None:
    page = flow.page
    with flow.given("a doctor with a second factor types the password"):
        page.goto(f"{address}/sign-in/")
        type_password(page, ward.doctor)
        heading(page, "Second step")
    with flow.when("they type the code of their app"):
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Go on").click()
        heading(page, re.compile("Hello, Dora Example"))
    with flow.then("home says what waits for a doctor"):
        for part in ("Alerts that wait for you", "Questions for your decision", "New results", "Seen today"):
            expect(page.get_by_role("heading", name=part)).to_be_visible()


def finds_the_patient(flow: Steps, scripted: bool) -> None:
    page = flow.page
    box = page.get_by_role("banner").locator("#search-box")
    with flow.when("they look for the patient from where they are"):
        if scripted:
            page.locator("h1").click()  # wherever the reader is on the page
            expect(page.locator("#search-box")).to_have_role("combobox")  # its script has come
            page.keyboard.press("/")
            expect(box).to_be_focused()
        box.fill("quillf")
        box.press("Enter")
        heading(page, "Search")
        expect(page.get_by_role("main").get_by_role("link", name="QUILLFEATHER, Linden")).to_be_visible()
    with flow.then("the record opens and says why it says so"):
        page.get_by_role("main").get_by_role("link", name="QUILLFEATHER, Linden").click()
        heading(page, "Overview")
        expect(page.get_by_role("region", name="Patient", exact=True)).to_contain_text("QUILLFEATHER, Linden")
        page.locator("#standing summary", has_text="Why").first.click()
        expect(page.locator("#standing .reason").first).to_be_visible()


def answers_a_question(flow: Steps, ward: Ward) -> None:
    page = flow.page
    with flow.when("they open the question that only a doctor can answer"):
        page.locator("#questions").get_by_role("link", name=re.compile("^Review")).first.click()
        expect(page.locator("#question")).to_be_visible()
    with flow.then("their answer stands with its reason"):
        decline(page)
        expect(message(page)).to_be_visible()
        assert Review.objects.filter(patient=ward.patient).count() == 1


def decline(page: Page) -> None:
    """A question is accepted, put off or rejected; rejecting needs a reason."""
    answers = page.get_by_role("group", name="Your answer")
    answers.get_by_role("radio").last.check()
    page.get_by_label(re.compile("^(Reason|Why)")).first.fill("seen and examined today")
    page.get_by_role("button", name="Record the answer").click()


def examines(flow: Steps, ward: Ward) -> None:
    page = flow.page
    with flow.when("they examine the patient and mistype one score"):
        page.get_by_role("link", name="Add an assessment").first.click()
        heading(page, "Add an assessment")
        expect(page.get_by_text(re.compile("was 110 of 150"))).to_be_visible()
        page.get_by_label("Assessed on").fill("today")
        page.get_by_label("Manual muscle test (MMT) total").fill("140")
        page.get_by_label("MMT form").select_option("150")
        page.get_by_label("HAQ disability index").fill("1.1")
        page.get_by_role("group", name=re.compile("creatine kinase")).get_by_label("Value").fill("900")
        page.get_by_role("button", name="Record the assessment").click()
        expect(page.get_by_role("alert")).to_contain_text("HAQ goes in steps of 0.125.")
    with flow.then("the rest is kept, and the response is compared"):
        page.get_by_label("HAQ disability index").fill("1.125")
        page.get_by_role("button", name="Record the assessment").click()
        expect(message(page)).to_contain_text("The assessment is recorded")
        assert Assessment.objects.filter(patient=ward.patient, on=ward.today).count() == 1
        page.get_by_role("navigation", name="Patient record").get_by_role("link", name="Response").click()
        expect(page.get_by_role("main")).to_contain_text("140")


def changes_the_treatment(flow: Steps, record: str, ward: Ward) -> None:
    page = flow.page
    steroid = ward.course("prednisolone")
    with flow.when("they lower the steroid"):
        page.goto(f"{record}../../courses/{steroid.pk}/dose/")
        page.get_by_label("From", exact=True).fill("today")
        page.get_by_label(re.compile("^Amount")).fill("15")
        page.get_by_label(re.compile("^Unit")).select_option("mg")
        page.get_by_label(re.compile("^How often(?!,)")).select_option("once_daily")
        page.get_by_role("button", name="Change the dose").click()
    with flow.then("the new dose is on the record"):
        expect(message(page)).to_contain_text("The dose is changed")
        assert DosePeriod.objects.filter(course=steroid, amount=15, superseded_at=None).count() == 1
    with flow.when("they plan the taper"):
        page.goto(f"{record}../../courses/{steroid.pk}/taper/")
        for number, (days, dose) in enumerate(((28, "12.5"), (56, "10")), 1):
            step = page.get_by_role("group", name=f"Step {number}", exact=False).first
            step.get_by_label("From").fill(f"{ward.today + timedelta(days=days):%d-%b-%Y}")
            step.get_by_label("mg a day").fill(dose)
        page.get_by_role("button", name="Plan the taper").click()
    with flow.then("each checkpoint of the taper is a day"):
        expect(message(page)).to_contain_text("The taper is planned")
        assert TaperPlan.objects.get(superseded_at=None).steps.count() == 2


def takes_the_papers(flow: Steps, record: str) -> None:
    page = flow.page
    with flow.when("they go back to the overview and open all that can be done"):
        page.goto(record)
        heading(page, "Overview")
        page.get_by_text("More to do", exact=True).first.click()
        expect(page.get_by_role("link", name="Letter to the family doctor")).to_be_visible()
    with flow.then("the one-page summary is a PDF of this patient"):
        link = page.get_by_role("link", name="One-page summary (PDF)")
        answer = page.request.get(str(link.evaluate("each => each.href")))
        assert answer.headers["content-type"] == "application/pdf"
        words = "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(answer.body())).pages)
        assert "QUILLFEATHER" in words
        assert "1 of 1" in words
    with flow.when("they write the letter"):
        page.get_by_role("link", name="Letter to the family doctor").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("etter")
