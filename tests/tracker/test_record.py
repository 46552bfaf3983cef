"""The patient record: what it shows, as of which day, to whom, and what it lets whom do."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from patients.models import Patient, Staff
from patients.models.patient import Provenance
from patients.rules.vocabulary import ConditionKind, DatePrecision, PatientStatus, Role, Subtype
from tests.factories import rows
from tests.tracker.pages import TODAY, a_full_record, query_budget, text_of

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


@pytest.fixture
def on_the_day() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


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
        "methotrexate: ineffective, 28-Apr-2026 still weak at 15 mg",
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


def test_linked_facts_stand_on_the_page(client: Client) -> None:
    page = client.get(reverse("record", args=[a_full_record(signed_in(client)).pk])).content.decode()
    linked = set(re.findall(r'href="#([a-z_]+-\d+)"', page))
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(linked) >= 6
    assert linked <= set(ids)
    assert sorted({found for found in ids if ids.count(found) > 1}) == []


def test_active_stopped_and_never_given_drugs_are_never_mixed(client: Client) -> None:
    page = shown(client, a_full_record(signed_in(client)))
    active = page[page.index("Taken now") : page.index(" Stopped ", page.index("Taken now"))]
    rest = page[page.index(" Stopped ", page.index("Taken now")) :]
    stopped, never = rest.split("Considered and never given")[:2]
    assert "azathioprine" in active
    assert "prednisolone" in active
    assert "methotrexate" not in active
    assert "methotrexate stopped" in stopped
    assert "mycophenolate mofetil, 02-May-2026: declined by the patient" in never


def test_weekly_methotrexate_says_once_a_week_on_its_day(client: Client) -> None:
    assert "15 mg once a week, on Monday" in shown(client, a_full_record(signed_in(client)))


def test_what_is_due_says_how_late_for_which_drug_and_why(client: Client) -> None:
    page = shown(client, a_full_record(signed_in(client)))
    due = page[page.index("What is due") :]
    assert re.search(r"overdue by \d+ days, \d\d-[A-Z][a-z]{2}-2026, for (prednisolone|azathioprine)", due)
    assert "Last done: never recorded" in due


def test_a_result_above_its_limit_says_so(client: Client) -> None:
    page = shown(client, a_full_record(signed_in(client)))
    assert "120 U/L" in page
    assert "above the upper limit" in page


def test_missing_values_are_said_in_words(client: Client) -> None:
    member = signed_in(client)
    patient = rows.a_patient(member, born=None, sex="not_recorded")
    rows.an_assessment(patient, date(2026, 1, 5))
    page = shown(client, patient)
    for words in ("age not recorded, sex not recorded, born not recorded", "HAQ", "not recorded", "No active course"):
        assert words in page
    assert "None" not in page


def test_a_day_known_only_in_part_says_so(client: Client) -> None:
    member = signed_in(client)
    patient = rows.a_patient(member)
    month = DatePrecision.MONTH.value
    course = rows.a_course(patient, "methotrexate", date(2026, 2, 15), "15", start_precision=month)
    rows.an_outcome(course, on=date(2026, 5, 15), precision=month)
    rows.a_condition(patient, ConditionKind.ILD, date(2025, 6, 30), precision=DatePrecision.YEAR.value)
    page = shown(client, patient)
    for words in ("about Feb-2026", "about May-2026", "since about 2025"):
        assert words in page


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


def test_a_published_case_says_where_it_comes_from(client: Client) -> None:
    patient = rows.a_patient(
        signed_in(client),
        provenance=Provenance.PUBLISHED,
        provenance_title="A letter on two patients",
        provenance_url="https://example.org/letter",
        provenance_dates="months only",
        provenance_outcome="improved",
    )
    page = client.get(reverse("record", args=[patient.pk])).content.decode()
    for words in ("Published case report", "A letter on two patients", "https://example.org/letter", "months only"):
        assert words in page


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
    page = client.get(reverse("record", args=[a_full_record(signed_in(client, role)).pk])).content.decode()
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
def test_queries_do_not_grow_with_the_clinic(client: Client, django_assert_num_queries: object, patients: int) -> None:
    member = signed_in(client)
    for _ in range(patients):
        patient = a_full_record(member)
    with django_assert_num_queries(query_budget("record")):  # type: ignore[operator]
        client.get(reverse("record", args=[patient.pk]))


def test_queries_do_not_grow_with_the_record(client: Client, django_assert_num_queries: object) -> None:
    patient = a_full_record(signed_in(client))
    for day in range(1, 28):
        rows.a_result(patient, "alt", "30", date(2026, 3, day))
        rows.an_assessment(patient, date(2026, 2, day), ck="300")
    with django_assert_num_queries(query_budget("record")):  # type: ignore[operator]
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


def test_juvenile_measures_are_shown_where_they_were_measured(client: Client) -> None:
    staff = rows.a_member()
    patient = rows.a_patient(staff)
    rows.an_assessment(patient, date(2026, 1, 5), haq="1")
    client.force_login(staff)
    address = f"/patients/{patient.pk}/"
    assert b"CMAS" not in client.get(address).content
    rows.an_assessment(patient, date(2026, 2, 5), cmas=38, das="7.5")
    text = client.get(address).content.decode()
    assert "CMAS 38 of 52" in text
    assert "DAS 7.5 of 20" in text


def test_a_raised_liver_enzyme_is_read_beside_the_ck_of_an_assessment(client: Client) -> None:
    patient = rows.a_patient(signed_in(client))
    assessment = rows.an_assessment(patient, date(2026, 1, 5), ck="4200")
    assessment.enzymes.update(upper_limit=200)
    rows.a_result(patient, "alt", "120", date(2026, 1, 6), unit="U/L", upper_limit=40)

    assert "May be muscle: CK 4200 U/L on 05-Jan-2026" in shown(client, patient)


def test_a_taper_step_that_has_come_is_the_dose_now(client: Client) -> None:
    patient = rows.a_patient(signed_in(client))
    prednisolone = rows.a_course(patient, "prednisolone", date(2026, 1, 6), dose="60")
    rows.a_taper(prednisolone, (date(2026, 5, 1), "20"), (date(2026, 6, 15), "10"))

    words = "20 mg a day by the planned taper, from 01-May-2026; last dose entered: 60 mg"
    assert words in shown(client, patient)
    assert words not in shown(client, patient, "2026-04-30")
    rows.a_dose(prednisolone, "30", date(2026, 5, 20))
    assert "last dose entered" not in shown(client, patient)
