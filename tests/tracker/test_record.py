"""The patient record: what it shows, as of which day, to whom, and what it lets whom do."""

import re
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from monitoring.rules.vocabulary import AlertStatus
from patients.models import Patient, Staff
from patients.rules.vocabulary import PatientStatus, Role, Subtype
from regimens.rules.vocabulary import MilestoneKind, OutcomeKind, Route
from tests.factories import rows
from tests.tracker.pages import a_full_record, anchors_that_lead_nowhere, every_tab, query_budget, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

DOCTORS_WORDS = ("Declare remission or relapse", "Rule a drug out", "Record an outcome", "Plan a taper")
NURSES_WORDS = (
    "Add an assessment",
    "Record results",
    "Start a course",
    "Change the dose",
    "Record an infusion",
    "Stop ",
)


def shown(client: Client, patient: Patient, as_of: str = "") -> str:
    response = client.get(reverse("record", args=[patient.pk]), {"as_of": as_of} if as_of else {})
    assert response.status_code == 200
    return text_of(response)


def signed_in(client: Client, role: Role = Role.DOCTOR) -> Staff:
    member = rows.a_member(role)
    client.force_login(member)
    return member


def test_the_banner_names_the_patient(client: Client) -> None:
    member = signed_in(client)
    patient = rows.a_patient(
        member, family_name="Okafor", given_names="Ada", born=date(1968, 4, 5), nhs_number="9990000018"
    )
    words = "OKAFOR, Ada (58 years, female, born 05-Apr-1968, NHS no. 999 000 0018) Hospital no. H"
    assert words in shown(client, patient)


def test_another_clinics_patient_is_not_found(client: Client) -> None:
    signed_in(client)
    patient = rows.a_patient(rows.a_member())
    response = client.get(reverse("record", args=[patient.pk]))
    assert response.status_code == 404
    assert client.get(reverse("record", args=[patient.pk + 999])).content == response.content
    assert client.get(reverse("record", args=[10**30])).status_code == 404


def test_where_the_patient_stands(client: Client) -> None:
    page = shown(client, a_full_record(signed_in(client)))
    for words in (
        "Severity non-severe decided on 05-Jan-2026",
        "Phase induction",
        "Line of therapy reached line 1",
        "methotrexate: ineffective, 28-Apr-2026: still weak at 15 mg",
        "Line 1, non-severe",
        "What the algorithm says next",
    ):
        assert words in page


def test_every_reason_names_its_rule_source_and_kind(client: Client) -> None:
    page = client.get(reverse("record", args=[a_full_record(signed_in(client)).pk])).content.decode()
    reasons = page.split('<div class="reason">')[1:]
    explained = [reason for reason in reasons if 'class="reason__source"' in reason.split("</div>")[0]]
    assert len(explained) > 20
    for reason in explained:
        assert re.search(r'tag--outline">[^<]+</span><span>[^<]+</span><span>rule (<a [^>]+>)?<code>', reason)


def test_every_link_to_an_entry_leads_to_where_it_stands(client: Client) -> None:
    pages = every_tab(client, a_full_record(signed_in(client)))
    assert len(set(re.findall(r'href="(/patients/\d+/[^"]*#[a-z_]+-\d+)"', pages))) >= 6
    assert anchors_that_lead_nowhere(client, pages) == []


def test_no_anchor_stands_twice_on_a_page(client: Client) -> None:
    ids = re.findall(
        r'id="([^"]+)"', client.get(reverse("record", args=[a_full_record(signed_in(client)).pk])).content.decode()
    )
    assert sorted({found for found in ids if ids.count(found) > 1}) == []


def test_weekly_methotrexate_says_once_a_week_on_its_day(client: Client) -> None:
    assert "15 mg once a week, on Monday" in shown(client, a_full_record(signed_in(client)))


def test_what_is_due_says_how_late_for_which_drug_and_why(client: Client) -> None:
    page = shown(client, a_full_record(signed_in(client)))
    due = page[page.index("What is due") :]
    assert re.search(r"overdue by \d+ days, \d\d-[A-Z][a-z]{2}-2026, for (prednisolone|azathioprine)", due)
    assert "Last done: never recorded" in due


def test_as_of_an_earlier_day_the_page_knows_nothing_later(client: Client) -> None:
    page = shown(client, a_full_record(signed_in(client)), "2026-02-01")
    assert "Not today's record" in page
    assert "Entries from after that day are left out." in page
    for words in ("azathioprine stopped", "still weak", "02-May-2026", "20-May-2026", "Add an assessment", "Record it"):
        assert words not in page
    assert "methotrexate" in page


@pytest.mark.parametrize("name", ["record", "response", "algorithm_map"])
def test_a_day_that_has_not_come_is_said(client: Client, name: str) -> None:
    address = reverse(name, args=[a_full_record(signed_in(client)).pk])
    said = "That day has not come: it shows what would stand if nothing more were entered."
    for asked, there in (("2027-02-01", True), ("2026-02-01", False)):
        page = text_of(client.get(address, {"as_of": asked}))
        assert "Not today's record" in page
        assert (said in page) is there


@pytest.mark.parametrize("asked", ["05-Apr-2026", "2026-04-05", "05/04/2026"])
def test_the_day_can_be_written_as_on_the_forms(client: Client, asked: str) -> None:
    assert "This page stands for 05-Apr-2026" in shown(client, a_full_record(signed_in(client)), asked)


def test_what_is_no_day_is_said_and_today_is_shown(client: Client) -> None:
    page = shown(client, a_full_record(signed_in(client)), "31-Feb-2026")
    assert "“31-Feb-2026” is no day" in page
    assert "Not today's record" not in page


@pytest.mark.parametrize("asked", ["9999-12-31", "2201-01-01", "\x00", "1899-12-31"])
def test_days_that_no_rule_can_reckon_with_are_no_days(client: Client, asked: str) -> None:
    assert "is no day" in shown(client, a_full_record(signed_in(client)), asked)


@pytest.mark.parametrize("asked", ["1900-01-01", "2200-12-31"])
def test_the_first_and_the_last_day_that_can_be_asked_for(client: Client, asked: str) -> None:
    assert "Not today's record" in shown(client, a_full_record(signed_in(client)), asked)


@pytest.mark.parametrize("status", [PatientStatus.DECEASED, PatientStatus.TRANSFERRED])
def test_the_status_of_those_no_longer_under_care_is_loud(client: Client, status: PatientStatus) -> None:
    patient = rows.a_patient_no_longer_under_care(signed_in(client), status)
    page = client.get(reverse("record", args=[patient.pk])).content.decode()
    assert f'<span class="banner__status">{status.label} 05-Jan-2026</span>' in page
    assert "Nothing is due any more." in page
    assert 'role="alert"' in page


def test_inclusion_body_myositis_is_outside_the_pathway(client: Client) -> None:
    patient = rows.a_patient(signed_in(client), subtype=Subtype.INCLUSION_BODY_MYOSITIS.value)
    assert "This pathway does not apply" in shown(client, patient)


@pytest.mark.parametrize(
    ("role", "offered", "withheld"),
    [
        (Role.DOCTOR, DOCTORS_WORDS + NURSES_WORDS, ()),
        (Role.NURSE, NURSES_WORDS, DOCTORS_WORDS),
        (Role.ADMIN, ("Change status",), DOCTORS_WORDS + NURSES_WORDS),
    ],
)
def test_each_role_is_offered_what_it_may_do(
    client: Client, role: Role, offered: tuple[str, ...], withheld: tuple[str, ...]
) -> None:
    page = every_tab(client, a_full_record(signed_in(client, role)))
    links = " ".join(re.sub(r"<[^>]+>", "", link) + " " for link in re.findall(r"<a [^>]*>.*?</a>", page))
    assert [words for words in offered if words not in links] == []
    assert [words for words in withheld if words in links] == []


def test_text_from_the_record_is_escaped(client: Client) -> None:
    patient = rows.a_patient(signed_in(client), family_name="<script>alert(1)</script>")
    rows.an_assessment(patient, date(2026, 1, 5), notes="<img src=x>")
    page = client.get(reverse("record", args=[patient.pk])).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x>" not in page


def test_the_page_needs_neither_inline_script_nor_inline_style(client: Client) -> None:
    page = client.get(reverse("record", args=[a_full_record(signed_in(client)).pk])).content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\son[a-z]+=", page)


def test_a_record_page_is_kept_by_no_cache(client: Client) -> None:
    response = client.get(reverse("record", args=[a_full_record(signed_in(client)).pk]))
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("patients", [1, 50])
def test_queries_do_not_grow_with_the_clinic(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, patients: int
) -> None:
    member = signed_in(client)
    for _ in range(patients):
        patient = a_full_record(member)
    with django_assert_num_queries(query_budget("record")):
        client.get(reverse("record", args=[patient.pk]))


def test_queries_do_not_grow_with_the_record(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    patient = a_full_record(signed_in(client))
    for day in range(1, 28):
        rows.a_result(patient, "alt", "30", date(2026, 3, day))
        rows.an_assessment(patient, date(2026, 2, day), ck="300")
    with django_assert_num_queries(query_budget("record")):
        client.get(reverse("record", args=[patient.pk]))


def test_a_result_that_needs_action_stands_at_the_top_until_a_newer_one_does_not(client: Client) -> None:
    patient = rows.a_patient(signed_in(client))
    rows.a_course(patient, "methotrexate", date(2026, 1, 5), "15")
    rows.a_result(patient, "neutrophils", "0.4", date(2026, 2, 2), unit="10*9/L")
    page = shown(client, patient)
    assert page.index("Results that need action") < page.index("Where the patient stands")
    assert "needs action: neutrophils" in text_of(client.get("/patients/"))

    rows.a_result(patient, "neutrophils", "2.4", date(2026, 2, 9), unit="10*9/L")
    assert "Results that need action" not in shown(client, patient)
    assert "needs action" not in text_of(client.get("/patients/"))


def test_a_taper_step_that_has_come_is_the_dose_now(client: Client) -> None:
    patient = rows.a_patient(signed_in(client))
    prednisolone = rows.a_course(patient, "prednisolone", date(2026, 1, 6), dose="60")
    rows.a_taper(prednisolone, (date(2026, 5, 1), "20"), (date(2026, 6, 15), "10"))

    words = "20 mg a day by the planned taper, from 01-May-2026; last dose entered: 60 mg"
    assert words in shown(client, patient)
    assert words not in shown(client, patient, "2026-04-30")
    rows.a_dose(prednisolone, "30", date(2026, 5, 20))
    assert "last dose entered" not in shown(client, patient)


def test_of_many_alerts_the_first_two_are_read_at_once_and_the_rest_are_counted(client: Client) -> None:
    patient = a_full_record(signed_in(client))
    for number in range(1, 6):
        rows.an_alert(patient, on=date(2026, 5, number), text=f"alert number {number}")
        before, alerts = client.get(reverse("record", args=[patient.pk])).content.decode().split('id="alerts"')
        assert 'id="taken-now"' not in before  # at every width, and to whoever is read the page aloud
        open_at_once, _more, closed = alerts.split("</section>")[0].partition("<details>")
        assert open_at_once.count("alert number") == min(number, 2)
        assert closed.count("alert number") == max(0, number - 2)
    assert "3 more alerts" in closed


def test_what_other_tabs_hold_is_one_line_each_up_to_the_pages_day(client: Client) -> None:
    patient = a_full_record(signed_in(client))
    elsewhere = shown(client, patient).split("Elsewhere in the record")[1]
    for words in (
        "Background: Dermatomyositis; Autoantibodies: anti-Jo-1 positive; Conditions: interstitial lung disease",
        "Assessments: 1, on 05-Jan-2026",
        "Results: 1, of a sample of 20-May-2026",
        "Timeline: the whole course on one axis, from 05-Jan-2026",
    ):
        assert words in elsewhere, words
    then = shown(client, patient, "2025-12-31").split("Elsewhere in the record")[1]
    assert "Assessments: none is recorded up to this day" in then
    assert "Timeline: nothing dated is recorded up to this day" in then


def a_seen_patient(by: Staff) -> Patient:
    """Seen on 04-May-2026; since then a dose was raised, a drug judged, ALT found raised, remission declared."""
    patient = rows.a_patient(by)
    for day in (date(2026, 2, 2), date(2026, 5, 4)):
        rows.an_assessment(patient, day)
    methotrexate = rows.a_course(patient, "methotrexate", date(2026, 1, 12), "15")
    azathioprine = rows.a_course(patient, "azathioprine", date(2026, 3, 2), "50")
    rows.a_dose(azathioprine, "100", date(2026, 5, 11))
    rows.an_outcome(methotrexate, OutcomeKind.INEFFECTIVE, date(2026, 5, 18))
    rows.a_milestone(patient, MilestoneKind.REMISSION, date(2026, 5, 25))
    rows.a_result(patient, "alt", "120", date(2026, 5, 20), unit="U/L", upper_limit=40)
    rows.a_result(patient, "albumin", "41", date(2026, 5, 20), unit="g/L")
    return patient


def since(client: Client, patient: Patient, **query: str) -> str:
    page = text_of(client.get(reverse("record", args=[patient.pk]), query))
    return page[page.index("Changed since the last visit") : page.index("Elsewhere in the record")]


class TestSinceTheLastVisit:
    def test_each_change_stands_with_its_day(self, client: Client) -> None:
        found = since(client, a_seen_patient(signed_in(client)))
        for words in (
            "From 04-May-2026, the last day on which the patient was assessed",
            "Phase induction → and now maintenance",
            "25-May-2026 remission",
            "Results out of range (1) 20-May-2026 ALT 120 U/L",
            "11-May-2026 azathioprine: 100 mg",
            "before 50 mg",
            "18-May-2026 methotrexate: ineffective",
            "Other new results (1) 20-May-2026 albumin 41 g/L",
        ):
            assert words in found, words

    def test_each_change_leads_to_its_source(self, client: Client) -> None:
        patient = a_seen_patient(signed_in(client))
        page = client.get(reverse("record", args=[patient.pk])).content.decode()
        changes = page[page.index('id="since"') : page.index('id="elsewhere"')]
        kinds = {found.partition("-")[0] for found in re.findall(r'href="/patients/[^"]*#([^"]+)"', changes)}
        assert {"result", "dose", "outcome", "milestone"} <= kinds
        assert anchors_that_lead_nowhere(client, changes) == []

    def test_another_day_can_be_chosen(self, client: Client) -> None:
        found = since(client, a_seen_patient(signed_in(client)), since="19-May-2026")
        assert "From 19-May-2026, the day chosen" in found
        assert "ALT 120 U/L" in found
        assert "18-May-2026 methotrexate" not in found

    @pytest.mark.parametrize("asked", ["2026-06-01", "2027-01-01", "soon"])
    def test_a_day_that_cannot_be_compared_with_is_said(self, client: Client, asked: str) -> None:
        found = since(client, a_seen_patient(signed_in(client)), since=asked)
        assert "is no day before 01-Jun-2026" in found
        assert "From 04-May-2026, the last day" in found

    def test_on_a_page_of_the_past_the_visit_before_that_day_is_taken(self, client: Client) -> None:
        found = since(client, a_seen_patient(signed_in(client)), as_of="2026-05-04")
        assert "From 02-Feb-2026, the last day" in found
        assert "ALT 120" not in found

    def test_nothing_changed_says_what_was_looked_at(self, client: Client) -> None:
        patient = rows.a_patient(signed_in(client))
        rows.an_assessment(patient, date(2026, 5, 4))
        found = since(client, patient)
        assert "Nothing changed. Looked at: results, alerts, courses and doses" in found

    def test_no_visit_is_said(self, client: Client) -> None:
        assert "No assessment before 01-Jun-2026 is recorded" in since(client, rows.a_patient(signed_in(client)))

    def test_what_was_entered_later_about_earlier_days_is_told_apart(self, client: Client) -> None:
        patient = rows.a_patient(signed_in(client))
        rows.an_assessment(patient, date(2026, 5, 4), recorded_at=datetime(2026, 5, 4, 9, tzinfo=UTC))
        then = {"recorded_at": datetime(2026, 5, 6, 9, tzinfo=UTC)}
        rows.a_result(patient, "alt", "35", date(2026, 4, 30), unit="U/L", **then)
        found = since(client, patient)
        assert "Entered or corrected later, about that day or earlier (1)" in found
        assert "30-Apr-2026 Result: ALT 35 U/L, entered 06-May-2026 at 10:00" in found

    def test_alerts_about_later_days_are_told_closed_ones_too(self, client: Client) -> None:
        patient = a_seen_patient(signed_in(client))
        closed = {"status": AlertStatus.CLOSED.value, "closed_at": datetime(2026, 5, 22, 9, tzinfo=UTC)}
        rows.an_alert(patient, on=date(2026, 5, 20), text="ALT 120 U/L: above 100", **closed)
        rows.an_alert(patient, on=date(2026, 5, 3), text="an earlier thing", **closed)
        found = since(client, patient)
        assert "Alerts (1) 20-May-2026 ALT 120 U/L: above 100 (closed) needs action" in found
        assert "an earlier thing" not in found
        assert "Alerts (1)" not in since(client, patient, as_of="2026-05-30")

    def test_an_alert_about_a_sample_of_the_visits_own_day_is_told_as_its_result_is(self, client: Client) -> None:
        patient = a_seen_patient(signed_in(client))
        closed = {"status": AlertStatus.CLOSED.value, "closed_at": datetime(2026, 5, 22, 9, tzinfo=UTC)}
        result = rows.a_result(patient, "alt", "130", date(2026, 5, 4), unit="U/L", upper_limit=40)
        rows.an_alert(patient, on=date(2026, 5, 4), text="ALT 130 U/L: above 100", result=result, **closed)
        found = since(client, patient)
        assert "04-May-2026 ALT 130 U/L" in found
        assert "Alerts (1) 04-May-2026 ALT 130 U/L: above 100 (closed)" in found

    def test_a_course_begun_since_says_with_which_dose_and_each_later_dose(self, client: Client) -> None:
        patient = a_seen_patient(signed_in(client))
        prednisolone = rows.a_course(patient, "prednisolone", date(2026, 5, 6), "40")
        rows.a_dose(prednisolone, "35", date(2026, 5, 13))
        rows.a_dose(prednisolone, "30", date(2026, 5, 27))
        rows.a_course(patient, "hydroxychloroquine", date(2026, 5, 7))
        rows.a_course(patient, "normal_immunoglobulin", date(2026, 5, 8), route=Route.INTRAVENOUS.value)
        found = since(client, patient).replace("\u00a0", " ")
        for words in (
            "06-May-2026 prednisolone: started with 40 mg",
            "13-May-2026 prednisolone: 35 mg",
            "before 40 mg",
            "27-May-2026 prednisolone: 30 mg",
            "before 35 mg",
            "07-May-2026 hydroxychloroquine: started, dose not recorded",
            "08-May-2026 normal immunoglobulin: started",
        ):
            assert words in found, words
        assert "normal immunoglobulin: started," not in found


@pytest.mark.parametrize(
    ("role", "first"),
    [
        (Role.DOCTOR, ["Add an assessment", "Start a course", "Record results"]),
        (Role.NURSE, ["Record results", "Record a contact", "Add an assessment"]),
        (Role.ADMIN, ["Contact details", "Change status"]),
        (Role.AUDITOR, []),
    ],
)
def test_what_a_role_does_most_stands_first_and_the_rest_is_listed_without_script(
    client: Client, role: Role, first: list[str]
) -> None:
    page = client.get(reverse("record", args=[a_full_record(signed_in(client, role)).pk])).content.decode()
    actions = page[page.index("record-actions") : page.index("</nav>", page.index("record-actions"))]
    buttons, _more, rest = actions.partition("<details")
    assert re.findall(r'<a class="button[^>]*>([^<]+)</a>', buttons) == first
    assert "One-page summary (PDF)" in rest
    assert [label for label in first if f">{label}</a>" in rest] == []
