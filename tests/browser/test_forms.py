"""Writing to a record in a real browser: every form page in good order, and a clinic visit without any script."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from monitoring.models import Result, Snooze
from patients.clock import today_in
from patients.models import Assessment, Patient, Staff
from regimens.models import Course, DoseCheck, Infusion, TaperPlan
from tests.browser.harness import NARROWEST, WIDE, message, sideways, sign_in, violations
from tests.tracker.pages import a_full_record

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def patient(member: Staff) -> Patient:
    return a_full_record(member)


def addresses(patient: Patient) -> list[str]:
    steroid = Course.objects.get(patient=patient, drug="prednisolone")
    condition = patient.conditions.get()
    of_patient = (
        "add_assessment",
        "add_weight",
        "add_condition",
        "add_antibody",
        "change_status",
        "start_course",
        "record_never_given",
        "add_milestone",
    )
    of_course = ("change_dose", "record_outcome", "stop_course", "plan_taper", "record_infusion")
    results = reverse("record_results", args=[patient.pk])
    return [
        reverse("register_patient"),
        *(reverse(name, args=[patient.pk]) for name in of_patient),
        reverse("end_condition", args=[patient.pk, condition.pk]),
        reverse("snooze_item", args=[patient.pk, "full_blood_count"]),
        results,
        f"{results}?panel=monitoring-bloods",
        f"{results}?panel=trough",
        f"{results}?item=emergency_card",
        *(reverse(name, args=[steroid.pk]) for name in of_course),
    ]


def test_every_form_is_accessible_and_leads_to_its_errors(
    page: Page, live_server: object, member: Staff, patient: Patient
) -> None:
    sign_in(page, str(live_server), member)
    for address in addresses(patient):
        page.goto(f"{live_server}{address}")
        for width, height in (WIDE, NARROWEST):
            page.set_viewport_size({"width": width, "height": height})
            assert sideways(page) == 0, address
        send = page.locator("form.form[method=post] button[type=submit]")
        if send.count():  # refused, the page holds all that it held empty and its errors besides
            send.first.click()
            # Focus is taken to what stopped the form, and each error leads to its field.
            expect(page.get_by_role("alert").first).to_be_focused()
            for link in page.locator(".error-summary a").all():
                assert page.locator(str(link.get_attribute("href"))).count() == 1, address
        assert violations(page) == [], address
        page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


def test_what_the_dose_guard_says_is_accessible_and_takes_the_focus(
    page: Page, live_server: object, member: Staff, patient: Patient
) -> None:
    sign_in(page, str(live_server), member)
    steroid = Course.objects.get(patient=patient, drug="prednisolone")
    page.goto(f"{live_server}{reverse('change_dose', args=[steroid.pk])}")
    page.get_by_label("From", exact=True).fill("today")
    page.locator("#id_amount").fill("900")
    page.locator("#id_unit").select_option("mg")
    page.locator("#id_frequency").select_option("once_daily")
    page.get_by_role("button", name="Change the dose").click()
    expect(page.locator("[data-take-focus]")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("more than 10 times the printed maximum of 80 mg a day")
    for width, height in (WIDE, NARROWEST):
        page.set_viewport_size({"width": width, "height": height})
        assert sideways(page) == 0
        assert violations(page) == []
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    page.get_by_role("button", name="Save all the same").click()
    expect(page.get_by_role("alert").last).to_be_focused()
    page.get_by_label("Reason to record this all the same").fill("a trial")
    page.get_by_role("button", name="Save all the same").click()
    expect(page.get_by_text("The dose is changed.")).to_be_visible()
    page.goto(f"{live_server}{reverse('record_treatment', args=[patient.pk])}")
    expect(page.get_by_text("saved against the dose guard")).to_be_visible()
    assert violations(page) == []


def test_a_clinic_visit_without_any_script(
    scriptless: Page, live_server: object, member: Staff, patient: Patient
) -> None:
    page, address = scriptless, str(live_server)
    today = today_in(patient.clinic)
    sign_in(page, address, member)

    def go(name: str, *ids: object, query: str = "") -> None:
        page.goto(f"{address}{reverse(name, args=ids)}{query}")

    def send(button: str, done: str) -> None:
        page.get_by_role("button", name=button).click()
        expect(message(page)).to_contain_text(done)
        expect(page).to_have_url(f"{address}{reverse('record', args=[patient.pk])}")

    def send_all_the_same(button: str, said: str, done: str) -> None:
        page.get_by_role("button", name=button).click()
        expect(page.get_by_text(said).first).to_be_visible()
        send("Save all the same", done)

    go("add_assessment", patient.pk)
    page.get_by_label("Assessed on").fill("today")
    page.get_by_label("HAQ disability index").fill("1.1")
    page.get_by_role("group", name="creatine kinase").get_by_label("Value").fill("900")
    page.get_by_label("severe muscle weakness").check()
    page.get_by_role("button", name="Record the assessment").click()
    expect(page.get_by_role("alert")).to_contain_text("HAQ goes in steps of 0.125.")
    expect(page.get_by_label("severe muscle weakness")).to_be_checked()
    page.get_by_label("HAQ disability index").fill("1.125")
    send("Record the assessment", "The assessment is recorded.")
    assert Assessment.objects.get(on=today).enzymes.get().value == 900

    go("start_course", patient.pk)
    page.get_by_label("Drug", exact=True).select_option(label="methotrexate")
    page.get_by_label("Started on").fill("today")
    page.locator("#id_amount").fill("15")
    page.locator("#id_unit").select_option("mg")
    page.locator("#id_frequency").select_option("once_weekly")
    page.locator("#id_weekday").select_option(label="Monday")
    page.get_by_role("button", name="Go on").click()
    above = "methotrexate: 15 mg a week is above the printed start of 7.5 mg a week"
    expect(page.get_by_text(above).first).to_be_visible()
    page.get_by_role("button", name="Go on all the same").click()
    for step in ("Before the first dose", "Monitoring it adds"):
        expect(page.locator("[aria-current=step]")).to_contain_text(step)
        page.get_by_role("link", name="Go on", exact=True).click()
    send("Start the course", "The course is recorded.")
    course = Course.objects.get(patient=patient, drug="methotrexate", start_on=today)

    go("change_dose", course.pk)
    page.get_by_label("From", exact=True).fill(f"{today + timedelta(days=7):%d/%m/%Y}")
    page.locator("#id_amount").fill("20")
    page.locator("#id_unit").select_option("mg")
    page.locator("#id_frequency").select_option("once_weekly")
    page.locator("#id_weekday").select_option(label="weekday not recorded")
    send_all_the_same("Change the dose", "once a week, weekday not recorded", "The dose is changed.")

    go("change_dose", course.pk)
    page.get_by_label("From", exact=True).fill(f"{today + timedelta(days=14):%d/%m/%Y}")
    page.locator("#id_amount").fill("20")
    page.locator("#id_unit").select_option("mg")
    page.locator("#id_frequency").select_option("once_daily")
    page.get_by_role("button", name="Change the dose").click()
    expect(page.get_by_role("alert")).to_contain_text("It is taken once a week, never more often")
    page.get_by_role("button", name="Save all the same").click()
    expect(page.get_by_role("alert").last).to_contain_text("Say why this is right all the same.")
    page.get_by_label("Reason to record this all the same").fill("as the trial asks")
    send("Save all the same", "The dose is changed.")
    assert DoseCheck.objects.get(course=course, dose__frequency="once_daily").override_reason == "as the trial asks"

    go("record_outcome", course.pk)
    page.get_by_label("Judged on").fill("today")
    page.get_by_label("Outcome", exact=True).select_option("intolerant")
    page.get_by_label("Reaction").fill("nausea")
    send("Record the outcome", "The outcome is recorded.")

    go("stop_course", course.pk)
    page.get_by_label("First day without the drug").fill("today")
    page.get_by_label("Reason", exact=True).select_option("intolerant")
    send("Stop the course", "The course is stopped.")

    go("plan_taper", Course.objects.get(patient=patient, drug="prednisolone").pk)
    for number, (days, dose) in enumerate(((7, "15"), (35, "10"), (63, "0")), 1):
        step = page.get_by_role("group", name=f"Step {number}", exact=False).first
        step.get_by_label("From").fill(f"{today + timedelta(days=days):%d-%b-%Y}")
        step.get_by_label("mg a day").fill(dose)
    # From 10 mg a day straight to nothing is asked about.
    send_all_the_same("Plan the taper", "Not saved yet", "The taper is planned.")
    assert TaperPlan.objects.get(superseded_at__isnull=True).steps.count() == 3

    go("record_results", patient.pk)
    page.get_by_role("link", name="Liver function").click()
    page.get_by_label("Sampled on").fill("today")
    page.get_by_label("ALT: Value").fill("<5")
    page.get_by_label("ALT: Upper limit").fill("40")
    # It was 120 before, so far off that the page asks once.
    send_all_the_same("Record the results", "Not saved yet", "The results are recorded.")
    assert Result.objects.get(sampled_on=today).comparator == "<"

    go("record_infusion", Course.objects.get(patient=patient, drug="normal_immunoglobulin").pk)
    yesterday = today - timedelta(days=1)
    page.get_by_label("First day").fill(f"{yesterday:%d/%m/%Y}")
    page.get_by_label("Number of consecutive days").fill("2")
    page.get_by_role("button", name="Record the infusion").click()
    expect(message(page)).to_contain_text("The infusion is recorded.")  # on the page of the infusions
    assert Infusion.objects.filter(first_on=yesterday, days=2).exists()

    go("snooze_item", patient.pk, "full_blood_count")
    page.get_by_label("Put off until").fill(f"{today + timedelta(days=14):%d/%m/%Y}")
    page.get_by_label("Reason").fill("sample taken by the GP")
    send("Put it off", "The item is put off.")
    assert Snooze.objects.get().reason == "sample taken by the GP"
