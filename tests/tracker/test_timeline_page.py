"""The timeline page and its files: who may see them, what an address chooses, and that no record is markup."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any, cast
from xml.etree import ElementTree

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.long_record import long_record
from monitoring.actions import withdraw_result
from patients.models import Patient, Staff
from patients.rules.vocabulary import DatePrecision, Role
from regimens.rules.vocabulary import CourseRole, MilestoneKind, OutcomeKind
from tests.factories import rows
from tests.tracker.pages import a_full_record, query_budget, text_of, weight_of
from tracker.access_log import KIND_OF_ROUTE
from tracker.audit.words import AccessKind
from tracker.cohort.people import CohortPatient, Identity
from tracker.cohort.store import store_patients
from tracker.presenters.timeline_table import COLUMNS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]
FILES = ("timeline_svg", "timeline_png", "timeline_csv")
HOSTILE = '</title><script>alert("1")</script><a href="javascript:alert(2)" onload=x>'
TEN_YEARS = {"from": "2016-10-01", "until": "2027-02-01"}
LIGHT = 90_000  # bytes that travel; no page may take more than 100,000 (design/test_weight.py)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def member(client: Client) -> Staff:
    member = rows.a_member()
    client.force_login(member)
    return member


class Markup(HTMLParser):
    """The elements and attributes that a browser would see."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def page_of(client: Client, patient: Patient, route: str = "timeline", **query: Any) -> HttpResponse:
    response = client.get(reverse(route, args=[patient.pk]), query)
    assert response.status_code == 200
    return cast(HttpResponse, response)


def markup_of(client: Client, patient: Patient, **query: Any) -> str:
    return page_of(client, patient, **query).content.decode()


def lanes_of(markup: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'<g class="lane" role="group" aria-label="([^"]*)"', markup)]


def links_of(markup: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'<a class="mark[^"]*" href="([^"]*)"', markup)]


def csv_of(client: Client, patient: Patient, **query: Any) -> list[dict[str, str]]:
    text = page_of(client, patient, "timeline_csv", **query).content.decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_it_shows_what_was_taken_how_it_went_and_what_was_looked_at(client: Client, member: Staff) -> None:
    patient = a_full_record(member)
    lanes = lanes_of(markup_of(client, patient))
    assert lanes[0] == "phase and line"
    for lane in (
        "prednisolone",
        "methotrexate",
        "azathioprine",
        "CK",
        "muscle strength",
        "globals",
        "full blood count",
    ):
        assert lane in lanes
    assert lanes.index("azathioprine") < lanes.index("CK") < lanes.index("full blood count")


def test_the_day_is_in_sight_without_anything_being_asked_for(client: Client, member: Staff) -> None:
    markup = markup_of(client, a_full_record(member))
    assert '<line class="t-now"' in markup
    assert ">01-Jun-2026</text>" in markup


def test_a_long_record_opens_at_its_last_three_years(client: Client, member: Staff) -> None:
    patient = rows.a_patient(member)
    rows.a_course(patient, "prednisolone", date(2010, 3, 1))
    markup = markup_of(client, patient)
    assert 'data-from="2023-06-02"' in markup
    assert '<line class="t-now"' in markup


def test_each_mark_leads_to_the_entry_it_comes_from(client: Client, member: Staff) -> None:
    patient = a_full_record(member)
    outcome = patient.courses.get(drug="methotrexate").outcomes.get()
    links = links_of(markup_of(client, patient))
    assert f"/patients/{patient.pk}/treatment/#outcome-{outcome.pk}" in links
    assessment = patient.assessments.get()
    assert f"/patients/{patient.pk}/assessments/#assessment-{assessment.pk}" in links
    assert any(link.endswith("#due") for link in links)


def test_looking_back_goes_along_with_every_link(client: Client, member: Staff) -> None:
    patient = a_full_record(member)
    markup = markup_of(client, patient, as_of="2026-05-01")
    assert all("as_of=2026-05-01" in link for link in links_of(markup))
    assert "as_of=2026-05-01&amp;from=" in markup
    assert "azathioprine" not in lanes_of(markup)


def test_one_mark_only_is_a_stop_of_the_tab_key(client: Client, member: Staff) -> None:
    markup = markup_of(client, a_full_record(member))
    stops = re.findall(r'<a class="mark[^>]* tabindex="(-?\d)"', markup)
    assert stops.count("0") == 1
    assert len(stops) == len(links_of(markup)) > 10
    assert len(re.findall(r'<a class="mark[^>]*><title>[^<]+</title>', markup)) == len(stops)  # each has its words


def test_the_days_can_be_chosen(client: Client, member: Staff) -> None:
    patient = a_full_record(member)
    markup = markup_of(client, patient, **{"from": "01-Feb-2026", "until": "2026-03-31"})
    assert 'data-from="2026-02-01" data-until="2026-03-31"' in markup
    assert "assessments" not in lanes_of(markup)  # the one assessment lies before these days
    assert "the day that all this stands for, lies outside these days" in markup


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"from": "yesterday"}, "“yesterday” is no day, and was left out"),
        ({"from": "2026-03-01", "until": "2026-02-01"}, "The last day lies before the first one"),
        ({"lanes": "secrets"}, "Not a lane here, and left out: secrets."),
    ],
)
def test_what_cannot_be_read_is_said(client: Client, member: Staff, query: dict[str, str], words: str) -> None:
    patient = a_full_record(member)
    response = page_of(client, patient, **query)
    assert words in text_of(response)
    assert words in text_of(page_of(client, patient, "timeline_table", **query))
    assert "prednisolone" in lanes_of(response.content.decode())


def test_a_span_too_short_to_be_read_is_widened(client: Client, member: Staff) -> None:
    markup = markup_of(client, a_full_record(member), **{"from": "2026-05-01", "until": "2026-05-01"})
    assert 'data-from="2026-05-01" data-until="2026-05-15"' in markup


def test_the_lanes_can_be_chosen_and_stay_chosen(client: Client, member: Staff) -> None:
    markup = markup_of(client, a_full_record(member), lanes=["phase", "drugs"])
    lanes = lanes_of(markup)
    assert "prednisolone" in lanes
    assert "CK" not in lanes
    assert "full blood count" not in lanes
    presets = re.findall(r'class="chip" href="([^"]*)" data-timeline-step', markup)
    assert len(presets) == 4
    assert all("lanes=phase&amp;lanes=drugs" in address for address in presets)


def test_the_table_says_the_same_and_leads_to_the_same_places(client: Client, member: Staff) -> None:
    patient = a_full_record(member)
    text = text_of(page_of(client, patient, **{"from": "2026-01-01", "until": "2026-08-01"}))
    for words in ("15 mg once a week, on Monday", "ineffective (still weak at 15 mg)", "planned: 10 mg a day"):
        assert words in text


def test_a_day_known_only_in_part_is_drawn_so(client: Client, member: Staff) -> None:
    patient = rows.a_patient(member)
    rows.a_course(patient, "prednisolone", date(2026, 2, 10), start_precision=DatePrecision.MONTH.value)
    markup = markup_of(client, patient)
    assert "mark t-unsure" in markup
    assert "since about Feb-2026" in markup
    assert "day not known exactly" in markup


def test_nothing_recorded_says_what_was_looked_for(client: Client, member: Staff) -> None:
    patient = rows.a_patient(member)
    text = text_of(page_of(client, patient))
    assert "Nothing dated is recorded up to this day." in text
    assert "Looked for: courses, results" in text
    assert "Looked for: courses, results" in text_of(page_of(client, patient, "timeline_table"))
    assert client.get(reverse("timeline_svg", args=[patient.pk])).status_code == 404
    assert csv_of(client, patient) == []


@pytest.mark.parametrize("route", ["timeline", "timeline_table", *FILES])
def test_another_clinics_patient_is_not_there(client: Client, member: Staff, route: str) -> None:
    patient = a_full_record(rows.a_member())
    assert client.get(reverse(route, args=[patient.pk])).status_code == 404


@pytest.mark.parametrize("route", ["timeline", "timeline_table", *FILES])
def test_it_asks_to_sign_in(client: Client, member: Staff, route: str) -> None:
    patient = a_full_record(member)
    client.logout()
    assert client.get(reverse(route, args=[patient.pk])).status_code == 302


def test_a_file_is_an_export_in_the_access_log() -> None:
    assert {KIND_OF_ROUTE[route] for route in FILES} == {AccessKind.EXPORT}
    assert "timeline" not in KIND_OF_ROUTE  # the page is a view of one record


@pytest.mark.parametrize("route", ["timeline", "timeline_table"])
@pytest.mark.parametrize("results", [1, 50])
def test_queries_do_not_grow_with_the_record(client: Client, member: Staff, results: int, route: str) -> None:
    patient = a_full_record(member)
    for number in range(results):
        rows.a_result(patient, "alt", "30", date(2026, 2, 1) + timedelta(days=number))
    with CaptureQueriesContext(connection) as captured:
        page_of(client, patient, route)
    assert len(captured) == query_budget(route)


def test_the_picture_stands_by_itself_and_says_whose_it_is(client: Client, member: Staff) -> None:
    patient = a_full_record(member, family_name="Ashe")
    response = page_of(client, patient, "timeline_svg")
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Content-Disposition"] == f'attachment; filename="timeline-{patient.pk}-2026-06-01.svg"'
    root = ElementTree.fromstring(response.content)  # noqa: S314 - our own drawing
    names = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert names <= {"svg", "title", "rect", "defs", "pattern", "path", "g", "line", "text", "circle"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in attributes if name.startswith("on") or "href" in name or name == "style"}
    words = " ".join(element.text or "" for element in root.iter(f"{SVG}text"))
    assert "ASHE" in words
    assert patient.hospital_number in words
    assert "As of 01-Jun-2026" in words
    assert f"Made by {member.get_full_name() or member.username} on 01-Jun-2026 at 10:00" in words
    assert "ineffective or not tolerated" in words


def test_the_picture_in_pixels_is_a_picture_of_a_useful_size(client: Client, member: Staff) -> None:
    response = page_of(client, a_full_record(member), "timeline_png")
    assert response.content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(response.content[place : place + 4], "big") for place in (16, 20))
    assert width > 2000
    assert height > 800


def test_the_file_for_spreadsheets_holds_the_table(client: Client, member: Staff) -> None:
    patient = a_full_record(member)
    found = csv_of(client, patient)
    assert tuple(found[0]) == COLUMNS
    assert {row["hospital_number"] for row in found} == {patient.hospital_number}
    text = text_of(page_of(client, patient))
    for row in found:
        assert re.sub(r"\s+", " ", row["words"]) in text
    assert re.findall(r"The same as a table \((\d+) entries\)", text) == [str(len(found))]
    (dose,) = (row for row in found if row["source_kind"] == "dose" and row["lane"] == "methotrexate")
    assert (dose["from"], dose["until"], dose["value"], dose["unit"]) == ("2026-01-12", "2026-05-01", "15", "mg")


def test_the_file_and_the_table_hold_every_judgement_of_a_drug_never_given(client: Client, member: Staff) -> None:
    patient = rows.a_patient(member)
    course = rows.a_course(patient, "azathioprine", date(2026, 5, 2), never_given=True)
    rows.an_outcome(course, OutcomeKind.CONTRAINDICATED, date(2026, 5, 2), reason="TPMT absent")
    rows.an_outcome(course, OutcomeKind.DECLINED, date(2026, 5, 20), reason="fears infections")
    words = [row["words"] for row in csv_of(client, patient) if row["source_kind"] == "outcome"]
    assert words == ["contraindicated (TPMT absent)", "declined by the patient (fears infections)"]
    text = text_of(page_of(client, patient))
    assert all(each in text for each in words)


def test_the_files_hold_what_the_address_chooses(client: Client, member: Staff) -> None:
    patient = a_full_record(member)
    found = csv_of(client, patient, **{"from": "2026-05-01", "until": "2026-06-15", "lanes": "drugs"})
    lanes = {row["lane"] for row in found}
    assert "azathioprine" in lanes
    assert "CK" not in lanes
    assert all(row["until"] == "" or row["until"] >= "2026-05-01" for row in found)


def test_text_of_the_record_is_never_markup(client: Client, member: Staff) -> None:
    patient = rows.a_patient(member)
    fields = {"drug_text": HOSTILE, "role": CourseRole.OUTSIDE_PATHWAY.value, "note": HOSTILE}
    rows.a_course(patient, "", date(2026, 2, 1), **fields)
    rows.a_milestone(patient, MilestoneKind.REMISSION, date(2026, 3, 1), note=HOSTILE)
    rows.an_assessment(patient, date(2026, 3, 2), notes=HOSTILE)
    markup = markup_of(client, patient)
    drawing = markup[markup.index('<figure class="timeline"') :]
    assert "alert(" in drawing
    read = Markup(drawing)
    assert "script" not in read.tags
    assert not [name for name, _ in read.attributes if name.startswith("on")]
    assert all(value.startswith(("/", "#")) for name, value in read.attributes if name == "href")
    root = ElementTree.fromstring(page_of(client, patient, "timeline_svg").content)  # noqa: S314 - our own drawing
    assert not list(root.iter(f"{SVG}script"))
    assert not list(root.iter(f"{SVG}a"))
    assert any("</title>" in (element.text or "") for element in root.iter(f"{SVG}title"))


def test_a_cell_is_never_a_formula(client: Client, member: Staff) -> None:
    patient = rows.a_patient(member)
    rows.a_milestone(patient, MilestoneKind.REMISSION, date(2026, 3, 1), note="=1+1")
    fields = {"drug_text": "=cmd()", "role": CourseRole.OUTSIDE_PATHWAY.value}
    rows.a_course(patient, "", date(2026, 2, 1), **fields)
    for row in csv_of(client, patient):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


def test_what_was_entered_in_error_is_not_drawn(client: Client, member: Staff) -> None:
    patient = a_full_record(member)
    result = rows.a_result(patient, "ferritin", "77", date(2026, 5, 5))
    assert "77" in {row["value"] for row in csv_of(client, patient)}
    withdraw_result(by=member, entry_id=result.pk, reason="of another patient")
    assert "77" not in {row["value"] for row in csv_of(client, patient)}


@pytest.fixture
def long_patient(client: Client, member: Staff) -> Iterator[Patient]:
    """Ten years with 40 courses and 2,000 results, read on the day after the last."""
    somebody = CohortPatient(Identity("LONG-1", "", "Long", "Record"), long_record())
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False):
        (pk,) = store_patients([somebody], clinic=rows.clinic_of(member), by=member, today=date(2026, 11, 22))
        client.force_login(member)
        yield Patient.objects.get(pk=pk)


def test_ten_years_with_forty_courses_and_two_thousand_results_are_shown_whole(
    client: Client, long_patient: Patient
) -> None:
    found = csv_of(client, long_patient, **TEN_YEARS)
    markup = markup_of(client, long_patient, **TEN_YEARS)
    assert len({row["source_id"] for row in found if row["source_kind"] == "result"}) == 2000
    assert len({row["source_id"] for row in found if row["lane"] != "CK" and row["source_kind"] == "course"}) > 20
    assert len(links_of(markup)) < 2000  # what falls together is one mark with a count
    assert 'data-opens="closer"' in markup
    opened = next(link for link in links_of(markup) if f"/patients/{long_patient.pk}/timeline/?from=" in link)
    assert "until=" in opened


def test_ten_years_are_light_and_lead_to_their_table(client: Client, long_patient: Patient) -> None:
    drawing = page_of(client, long_patient, **TEN_YEARS)
    (table,) = set(re.findall(r'<p id="timeline-rows" hx-get="([^"]+)"', drawing.content.decode()))
    address: str | None = unescape(table)
    assert f'<a href="{table}">The table on a page of its own</a>' in drawing.content.decode()  # without a script
    weights, entries = [weight_of(drawing)], []
    while address:
        response = client.get(address)
        weights.append(weight_of(response))
        markup = response.content.decode()
        assert 'id="timeline-rows"' in markup  # what the page of the drawing takes out of it
        entries += re.findall(r"<tr><td>.*?</td><td>.*?</td><td>(.*?)</td></tr>", markup)
        further = re.search(r'rel="next" href="([^"]+)"', markup)
        address = unescape(further.group(1)) if further else None
    assert max(weights) < LIGHT
    told = [(unescape(re.sub(r"<[^>]+>", "", words)), "<a href" in words) for words in entries]
    in_file = csv_of(client, long_patient, **TEN_YEARS)
    assert told == [(row["words"], bool(row["source_kind"])) for row in in_file]


def test_a_nurse_and_an_administrator_may_read_it(client: Client) -> None:
    for role in (Role.NURSE, Role.ADMIN):
        member = rows.a_member(role)
        client.force_login(member)
        markup_of(client, a_full_record(member))
