"""The response page: two assessments compared, the IMACS definitions apart, every line and course; and the API."""

import re
from datetime import date
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Assessment, Patient, Staff
from patients.rules.vocabulary import DatePrecision, Role, Subtype
from regimens.rules.vocabulary import StopReason
from tests.factories import rows
from tests.tracker.pages import a_full_record, anchors_that_lead_nowhere, query_budget, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


@pytest.fixture
def member(client: Client) -> Staff:
    member = rows.a_member()
    client.force_login(member)
    return member


def seen(patient: Patient, on: date, ck: str = "200", *, limit: str = "200", **fields: object) -> Assessment:
    """An assessment with all six measures; those given by name take the place of the usual ones."""
    usual = {
        "physician_global": "1",
        "patient_global": "1",
        "mmt": "78",
        "mmt_maximum": 80,
        "haq": "0.5",
        "extramuscular_global": "0.5",
    }
    row = rows.an_assessment(patient, on, ck, **{**usual, **fields})
    row.enzymes.update(upper_limit=limit)
    return row


def a_responder(by: Staff, **fields: object) -> Patient:
    """Active on 5 January, minimally better in February, much better in May; azathioprine and prednisolone."""
    patient = rows.a_patient(by, **fields)
    rows.a_weight(patient, "75", date(2026, 1, 5))
    active = {"physician_global": "7", "patient_global": "6.5", "mmt": "52", "haq": "1.75", "extramuscular_global": "5"}
    seen(patient, date(2026, 1, 5), "4200", **active)
    seen(patient, date(2026, 2, 9), "3000", **active | {"physician_global": "6", "mmt": "60"})
    seen(patient, date(2026, 5, 4))
    prednisolone = rows.a_course(patient, "prednisolone", date(2026, 1, 6), dose="60")
    rows.a_dose(prednisolone, "20", date(2026, 2, 10))
    stop = {"stop_on": date(2026, 2, 3), "stop_reason": StopReason.INTOLERANT.value}
    rows.a_course(patient, "methotrexate", date(2026, 1, 12), "15", **stop)
    rows.a_course(patient, "azathioprine", date(2026, 2, 10), "100")
    return patient


def shown(client: Client, patient: Patient, **query: str) -> str:
    response = client.get(reverse("response", args=[patient.pk]), query)
    assert response.status_code == 200
    return text_of(response)


class Marked(HTMLParser):
    """What the page marks with `data-finding`, in its order."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "data-finding" in given:
            self.found.append((given["data-finding"], given["data-value"]))


def marked(client: Client, patient: Patient, **query: str) -> list[tuple[str, str]]:
    return Marked(client.get(reverse("response", args=[patient.pk]), query).content.decode()).found


def test_the_usual_choice_is_the_present_lines_baseline_and_the_latest(client: Client, member: Staff) -> None:
    page = shown(client, a_responder(member))
    for words in (
        "100 of 100",
        "Major response",
        "Adult criteria: minimal from 20, moderate from 40, major from 60 points",
        "119 days",
        "physician global range 10 cm 7 cm 1 cm better by 60 % 20 20",
        "manual muscle test (MMT) range 80 52 78 better by 32.5 % 32.5 32.5",
        "HAQ or CHAQ range 3 1.75 0.5 better by 41.67 % 10 10",
        "creatine kinase (CK) range 3000 U/L 4200 U/L 200 U/L better by 133.33 % 7.5 7.5",
    ):
        assert words in page.replace("\u00a0", " "), words


def test_two_others_can_be_chosen(client: Client, member: Staff) -> None:
    patient = a_responder(member)
    first, second, _ = patient.assessments.order_by("on")
    page = shown(client, patient, baseline=str(first.pk), follow_up=str(second.pk))
    assert "35 days" in page
    assert ("score", "25 of 100") in marked(client, patient, baseline=str(first.pk), follow_up=str(second.pk))


@pytest.mark.parametrize("asked", ["999999", "x", "'; --", "9" * 500])
def test_a_choice_that_is_not_there_is_said_and_the_usual_shown(client: Client, member: Staff, asked: str) -> None:
    page = shown(client, a_responder(member), baseline=asked)
    assert "Assessment not found" in page
    assert "100 of 100" in page


def test_another_patients_assessment_is_not_there(client: Client, member: Staff) -> None:
    other = seen(rows.a_patient(member), date(2026, 1, 4))
    assert "Assessment not found" in shown(client, a_responder(member), baseline=str(other.pk))


def test_the_wrong_way_round_is_refused_with_the_reason(client: Client, member: Staff) -> None:
    patient = a_responder(member)
    first, second, _ = patient.assessments.order_by("on")
    page = shown(client, patient, baseline=str(second.pk), follow_up=str(first.pk))
    assert "These two cannot be compared" in page
    assert "The follow-up must be later than the baseline" in page


def test_different_forms_are_refused_with_the_reason(client: Client, member: Staff) -> None:
    patient = rows.a_patient(member)
    seen(patient, date(2026, 1, 5))
    seen(patient, date(2026, 2, 5), mmt="140", mmt_maximum=150)
    page = shown(client, patient)
    assert "These two cannot be compared" in page
    assert "The manual muscle test was scored on different forms, out of 80 and out of 150" in page


def test_a_partial_score_says_at_least_what_is_missing_and_its_ceiling(client: Client, member: Staff) -> None:
    patient = rows.a_patient(member)
    seen(patient, date(2026, 1, 5), physician_global="7", haq=None)
    seen(patient, date(2026, 2, 5))
    page = shown(client, patient)
    for words in (
        "at least 20 of 100",
        "At least minimal response",
        "Partial: the least that it can be",
        "Not compared: HAQ or CHAQ",
        "Ceiling: From this baseline the measures compared could have given",
    ):
        assert words in page, words


def test_a_child_is_judged_by_the_juvenile_cut_offs(client: Client, member: Staff) -> None:
    page = shown(client, a_responder(member, subtype=Subtype.JUVENILE_DERMATOMYOSITIS.value))
    assert "Juvenile criteria: minimal from 30, moderate from 45, major from 70 points" in page


def test_the_imacs_definitions_stand_apart(client: Client, member: Staff) -> None:
    patient = a_responder(member)
    page = shown(client, patient)
    assert "IMACS definitions of change Relative to the earlier value; never mixed with the score above" in page
    assert "No deterioration is confirmed up to this day" in page
    assert ("improved", "true") in marked(client, patient)


def test_deterioration_at_two_visits_is_told_from_one(client: Client, member: Staff) -> None:
    patient = rows.a_patient(member)
    seen(patient, date(2026, 1, 5))
    seen(patient, date(2026, 2, 5), extramuscular_global="4")
    page = shown(client, patient)
    assert "worse at the last visit The next visit will tell: assessment, 05-Feb-2026" in page
    seen(patient, date(2026, 3, 5), extramuscular_global="4")
    page = shown(client, patient)
    assert "worse at two visits in a row" in page
    assert "both against assessment, 05-Jan-2026" in page


def test_each_line_and_course_has_its_row(client: Client, member: Staff) -> None:
    page = shown(client, a_responder(member)).replace("\u00a0", " ")
    lines, courses = page.split("Over each line")[1].split("Over each course")
    assert "Line 1 12-Jan-2026, runs" in lines
    assert "major: 112 days" in lines
    azathioprine, methotrexate, prednisolone = (
        courses.split(name)[1] for name in ("azathioprine", "methotrexate", "prednisolone 06-Jan")
    )
    assert "09-Feb-2026" in azathioprine
    assert "06-Jan" in page
    assert "12-Jan-2026, to 03-Feb-2026" in methotrexate
    assert "25 minimal response" in methotrexate
    assert "major: 118 days" in prednisolone
    # 35 days of 60 mg and 111 of 20 mg, up to and without 1 June.
    assert "4320 mg 57.6 mg/kg (at 75 kg, 05-Jan-2026)" in prednisolone
    assert "60 mg a day, then 20 mg a day" in prednisolone


def test_a_day_known_only_in_part_says_so(client: Client, member: Staff) -> None:
    patient = rows.a_patient(member)
    rows.a_course(patient, "azathioprine", date(2026, 2, 15), start_precision=DatePrecision.MONTH.value)
    page = shown(client, patient)
    assert "Line 1 about Feb-2026, runs" in page
    assert "azathioprine about Feb-2026, runs" in page


def test_nothing_to_show_is_said(client: Client, member: Staff) -> None:
    page = shown(client, rows.a_patient(member))
    for words in ("A score needs two assessments", "No line has been begun", "No such course has been begun"):
        assert words in page
    patient = rows.a_patient(member)
    rows.a_course(patient, "azathioprine", date(2026, 2, 10))
    page = shown(client, patient)
    assert "no assessment near the start" in page
    assert "mg/kg not known: no dated weight" in page
    assert "None" not in page


def test_as_of_an_earlier_day_nothing_later_is_there(client: Client, member: Staff) -> None:
    patient = a_responder(member)
    page = shown(client, patient, as_of="2026-02-09")
    assert "Not today's record" in page
    assert "04-May-2026" not in page
    assert "azathioprine" not in page
    assert "25 of 100" in page


def test_the_record_leads_here_with_its_latest_scores(client: Client, member: Staff) -> None:
    patient = a_responder(member)
    record = client.get(reverse("record_treatment", args=[patient.pk]), {"as_of": "2026-03-01"})
    address = reverse("response", args=[patient.pk])
    assert f'href="{address}?as_of=2026-03-01"' in record.content.decode()
    assert "Total Improvement Score 25" in text_of(record)
    course = patient.courses.get(drug="prednisolone")
    assert f'href="{address}?as_of=2026-03-01#course-{course.pk}"' in record.content.decode()


def test_every_link_into_the_record_finds_its_place(client: Client, member: Staff) -> None:
    patient = a_responder(member)
    page = client.get(reverse("response", args=[patient.pk])).content.decode()
    anchors = set(re.findall(r'href="/patients/\d+/[^"#]+#([^"]+)"', page))
    assert {anchor.partition("-")[0] for anchor in anchors} >= {"assessment", "course"}
    assert anchors_that_lead_nowhere(client, page) == []


def test_another_clinics_patient_is_not_there(client: Client, member: Staff) -> None:
    patient = a_responder(rows.a_member())
    assert client.get(reverse("response", args=[patient.pk])).status_code == 404
    client.logout()
    assert client.get(reverse("response", args=[patient.pk])).status_code == 302


@pytest.mark.parametrize("role", [Role.NURSE, Role.ADMIN])
def test_everybody_of_the_clinic_may_read_it(client: Client, role: Role) -> None:
    member = rows.a_member(role)
    client.force_login(member)
    assert "100 of 100" in shown(client, a_responder(member))


@pytest.mark.parametrize("patients", [1, 50])
def test_queries_stay_within_the_budget(client: Client, member: Staff, patients: int) -> None:
    for _ in range(patients):
        patient = a_full_record(member)
    for day in range(1, patients // 2):
        seen(patient, date(2026, 2, day))
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("response", args=[patient.pk]))
    assert len(captured) == query_budget("response")


def from_api(client: Client, patient: Patient, **query: str) -> list[tuple[str, str]]:
    """What the API says, in the words and the order of the page."""
    answer = client.get(f"/api/v1/patients/{patient.pk}/response/", query).json()
    comparison = answer["comparison"]
    score = comparison["score"]
    said = [("score", score["points_words"]), ("category", score["category_words"])]
    said += [("points", each["points"].removesuffix(".0")) for each in score["components"]]
    said.append(("improved", comparison["improvement"]["met"]))
    listed = [("line", each["code"], each["response"]) for each in answer["responses"]["lines"]]
    listed += [("course", each["course"]["id"], each["response"]) for each in answer["responses"]["courses"][::-1]]
    for kind, code, response in listed:
        if response["best"]:
            said.append((kind, f"{code} {response['best']['words']} {response['latest']['words']}"))
        else:
            said.append((kind, f"{code} {response['state']['value']}"))
        said.append((f"{kind}_cumulative", f"{code} {response['cumulative']['words']}"))
    return said


@pytest.mark.parametrize("as_of", ["2026-06-01", "2026-03-01"])
def test_page_and_api_say_the_same(client: Client, member: Staff, as_of: str) -> None:
    patient = a_responder(member)
    page = marked(client, patient, as_of=as_of)
    assert page == from_api(client, patient, as_of=as_of)
    assert {"score", "line", "course", "course_cumulative"} <= {name for name, _ in page}


def test_the_api_takes_the_same_choice(client: Client, member: Staff) -> None:
    patient = a_responder(member)
    first, second, _ = patient.assessments.order_by("on")
    chosen = {"baseline": str(first.pk), "follow_up": str(second.pk)}
    assert marked(client, patient, **chosen) == from_api(client, patient, **chosen)
    address = f"/api/v1/patients/{patient.pk}/response/"
    assert client.get(address, {"baseline": "999999"}).json()["not_found"] == ["999999"]
    assert client.get(address, {"baseline": "x"}).status_code == 400
    assert client.get(address, {"base": "1"}).status_code == 400
