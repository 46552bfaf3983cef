"""What is entered for a coming day: told wherever people look, with the way to change it and to take it back."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from regimens.models import Course
from regimens.rules.vocabulary import DoseUnit, Frequency, StopReason, Weekday
from tests.factories import rows
from tests.tracker.pages import anchors_that_lead_nowhere, pdf_pages, tab_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

RAISED = "methotrexate from 08-Jun-2026: 20 mg once a week, on Monday"
STOPS = "mycophenolate mofetil stops on 14-Jun-2026, the first day without it: planned end of the course"
STARTS = "azathioprine starts on 24-Jun-2026: 50 mg once a day"
TAPERED = "prednisolone from 01-Jul-2026: 10 mg a day by the planned taper"


@pytest.fixture
def patient(doctor: Staff) -> Patient:
    """Something of every kind entered for a coming day; today is 01-Jun-2026."""
    patient = rows.a_patient(doctor)
    weekly: Any = {"unit": DoseUnit.MILLIGRAM.value, "frequency": Frequency.ONCE_WEEKLY.value}
    methotrexate = rows.a_course(patient, "methotrexate", date(2026, 1, 12), "15")
    rows.a_dose(methotrexate, "20", date(2026, 6, 8), weekday=Weekday.MONDAY.value, **weekly)
    stop = {"stop_on": date(2026, 6, 14), "stop_reason": StopReason.PLANNED.value}
    rows.a_course(patient, "mycophenolate_mofetil", date(2026, 1, 12), "500", **stop)
    rows.a_course(patient, "azathioprine", date(2026, 6, 24), "50")
    prednisolone = rows.a_course(patient, "prednisolone", date(2026, 1, 6), "20")
    rows.a_taper(prednisolone, (date(2026, 7, 1), "10"), (date(2026, 8, 1), "5"), (date(2026, 9, 1), "0"))
    return patient


def course_of(patient: Patient, drug: str) -> Course:
    return Course.objects.get(patient=patient, drug=drug)


@pytest.mark.parametrize("tab", ["record", "record_treatment"])
def test_it_stands_beside_what_is_taken_now(client: Client, patient: Patient, tab: str) -> None:
    text = tab_text(tab, client, patient)
    planned = text[text.index("Planned Entered for a coming day") :]
    assert "azathioprine" not in text[text.index("Taken now") : text.index("Planned Entered")]
    for words in (RAISED, STOPS, STARTS, f"{TAPERED}, and 2 more steps"):
        assert words in planned, words
    for later in ("01-Aug-2026", "01-Sep-2026"):
        assert later not in planned.split("Where the patient stands")[0].split(" Stopped ")[0]


@pytest.mark.parametrize("tab", ["record", "record_treatment"])
def test_without_anything_planned_there_is_no_block(client: Client, doctor: Staff, tab: str) -> None:
    patient = rows.a_patient(doctor)
    rows.a_course(patient, "azathioprine", date(2026, 1, 12), "50")
    assert "Entered for a coming day" not in tab_text(tab, client, patient)


def test_each_can_be_opened_changed_and_taken_back(client: Client, patient: Patient) -> None:
    azathioprine, methotrexate = course_of(patient, "azathioprine"), course_of(patient, "methotrexate")
    stopping, raised = course_of(patient, "mycophenolate_mofetil"), methotrexate.doses.get(from_on=date(2026, 6, 8))
    overview = client.get(reverse("record", args=[patient.pk])).content.decode()
    tab = client.get(reverse("record_treatment", args=[patient.pk])).content.decode()
    for page in (overview, tab):
        for address in (
            reverse("change_dose", args=[azathioprine.pk]),
            reverse("stop_course", args=[azathioprine.pk]),
            reverse("withdraw_entry", args=[patient.pk, "course", azathioprine.pk]),
            reverse("withdraw_entry", args=[patient.pk, "dose", raised.pk]),
            reverse("reopen_course", args=[stopping.pk]),
        ):
            assert f'href="{address}"' in page, address
    assert reverse("stop_course", args=[stopping.pk]) not in tab
    assert anchors_that_lead_nowhere(client, overview) == []
    timeline = client.get(reverse("timeline", args=[patient.pk])).content.decode()
    assert f"#course-{azathioprine.pk}" in timeline
    assert anchors_that_lead_nowhere(client, timeline) == []


def test_who_records_no_treatment_reads_it_without_those_links(client: Client, doctor: Staff, patient: Patient) -> None:
    client.force_login(rows.a_member(Role.ADMIN, rows.clinic_of(doctor)))
    text = client.get(reverse("record_treatment", args=[patient.pk])).content.decode()
    assert "24-Jun-2026" in text
    assert reverse("change_dose", args=[course_of(patient, "azathioprine").pk]) not in text


@pytest.mark.parametrize(
    ("as_of", "told"),
    [
        ("2026-05-31", False),  # read from what is known later, when nobody can tell a plan from what was done since
        ("2026-06-23", True),
        ("2026-06-24", False),
    ],
)
def test_a_past_day_tells_only_what_was_known_on_it(client: Client, patient: Patient, as_of: str, told: bool) -> None:
    text = tab_text("record_treatment", client, patient, as_of=as_of)
    assert (STARTS in text) is told
    assert TAPERED in text


def test_the_letter_lists_it_and_the_summary_has_it_in_short(client: Client, patient: Patient) -> None:
    letter = " ".join(pdf_pages(client.get(reverse("record_letter_pdf", args=[patient.pk]))))
    for words in ("Planned changes:", RAISED, STOPS, STARTS, TAPERED, "prednisolone from 01-Aug-2026: 5 mg"):
        assert words in letter, words
    assert "prednisolone stops on 01-Sep-2026 by the planned taper" in letter
    assert "goes on as above" not in letter
    (summary,) = pdf_pages(client.get(reverse("record_summary", args=[patient.pk])))
    for words in (RAISED, STARTS, f"{TAPERED}, and 2 more steps"):
        assert words in summary, words


def test_the_letter_says_that_treatment_goes_on_only_where_nothing_is_planned(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    course = rows.a_course(patient, "azathioprine", date(2026, 1, 12), "50")
    address = reverse("record_letter_pdf", args=[patient.pk])
    assert "Treatment goes on as above." in " ".join(pdf_pages(client.get(address)))
    rows.a_dose(course, "75", date(2026, 6, 2))
    assert "Treatment goes on as above." not in " ".join(pdf_pages(client.get(address)))


def test_the_timeline_draws_it_right_of_today_and_the_table_says_the_same(client: Client, patient: Patient) -> None:
    table = tab_text("timeline_table", client, patient)
    for words in (
        "planned dose: 20 mg once a week, on Monday",
        "planned stop: planned end of the course",
        "planned start: 50 mg once a day",
    ):
        assert words in table, words
    legend = tab_text("timeline", client, patient)
    assert "start, other dose or stop entered for a coming day" in legend
