"""The page of a course's infusions: the plan, the next cycles, the dose, what goes before, what was given."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from patients.models import Staff
from patients.rules.vocabulary import Role
from regimens.actions import NewInfusionPlan, plan_infusions
from regimens.models import Course
from regimens.rules.vocabulary import DoseUnit, InfusionAnchor, ReactionGrade, Route, WeightBasis
from tests.factories import rows
from tests.tracker.pages import query_budget, text_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel("2026-11-20 12:00:00+00:00", tick=False):
        yield


@pytest.fixture
def member(client: Client) -> Staff:
    member = rows.a_member(Role.NURSE, first_name="Nell", last_name="Example")
    client.force_login(member)
    return member


@pytest.fixture
def course(member: Staff) -> Course:
    patient = rows.a_patient(member)
    rows.a_weight(patient, "100", date(2026, 11, 1))
    rows.a_height(patient, "165.1", date(2026, 1, 1))
    return rows.a_course(patient, "normal_immunoglobulin", date(2026, 9, 1), route=Route.INTRAVENOUS.value)


def page_of(client: Client, course: Course) -> str:
    response = client.get(reverse("infusions", args=[course.pk]))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return text_of(response)


def planned(member: Staff, course: Course, **changed: Any) -> None:
    usual: dict[str, Any] = {
        "anchor": InfusionAnchor.LAST_GIVEN,
        "interval_days": 28,
        "days_per_cycle": 2,
        "amount_per_kilogram": Decimal(2),
        "unit": DoseUnit.GRAM,
        "weight_basis": WeightBasis.ADJUSTED,
        "vial_sizes": (Decimal(10), Decimal(20)),
    }
    plan_infusions(by=member, course_id=course.pk, plan=NewInfusionPlan(**{**usual, **changed}))


def test_the_next_cycles_and_the_dose_step_by_step(client: Client, member: Staff, course: Course) -> None:
    rows.an_infusion(course, date(2026, 10, 29), days=2, total=140, unit="g")
    planned(member, course)
    page = page_of(client, course)
    for words in (
        "1 cycle given by 20-Nov-2026. 1 cycle so far; the review comes after 3, that is after 2 more.",
        "26-Nov-2026 to 27-Nov-2026",
        "Cycle 2. 4 weeks after the first day of the last cycle, 29-Oct-2026, by the plan.",
        "Weight 100 kg, measured 01-Nov-2026 (19 days ago).",
        "Ideal weight (Devine, female): 45.5 kg + 2.3 kg × 5 inches above 60 = 57 kg.",
        "Adjusted weight: 57 kg + 0.4 × (100 kg − 57 kg) = 74.2 kg.",
        "2 g/kg × 74.2 kg = 148.4 g.",
        "In whole vials 150 g = 7 × 20 g + 1 × 10 g, wanted 148.4 g, +1.1 %, that is 2.02 g/kg.",
        "Over 2 consecutive days: 80 g, 70 g.",
        "Cycle 2: 26-Nov-2026 (80 g), 27-Nov-2026 (70 g)",
        "Cycle 7: 15-Apr-2027 (80 g), 16-Apr-2027 (70 g)",
        "every 4 weeks from the first day of the last cycle",
        "2 g/kg by adjusted weight",
        "Planned by Nell Example on 20-Nov-2026",
    ):
        assert words in page, words


def test_an_overdue_cycle_says_so(client: Client, member: Staff, course: Course) -> None:
    rows.an_infusion(course, date(2026, 10, 1), days=2)
    page = page_of(client, course)
    assert "29-Oct-2026 overdue" in page
    assert "22 days past its day" in page
    assert "by the protocol; there is no plan of this course" in page
    assert "No dose is planned for this course." in page


def test_without_height_there_is_no_amount_and_the_page_says_why(client: Client, member: Staff, course: Course) -> None:
    course.patient.heights.update(superseded_at=timezone.now(), superseded_by=member, superseded_reason="not measured")
    planned(member, course)
    page = page_of(client, course)
    assert "No height is recorded, so this weight cannot be worked out and no amount is given." in page


def test_what_goes_before_with_value_day_and_how_it_stands(client: Client, member: Staff, course: Course) -> None:
    rows.an_infusion(course, date(2026, 10, 29), days=2)
    rows.a_result(course.patient, "creatinine", "80", date(2026, 11, 12), unit="umol/L")
    rows.a_result(course.patient, "iga", "0.05", date(2026, 1, 12), unit="g/L")
    page = page_of(client, course)
    for words in (
        "For an infusion on 26-Nov-2026. 1 to look at.",
        "creatinine 80 µmol/L 12-Nov-2026 8 days ago recent enough",
        "immunoglobulin A 0.05 g/L",
        "IgA deficiency: ask for antibodies",
        "flagged",
        "weight 100 kg 01-Nov-2026 19 days ago recent enough",
        "blood pressure not recorded never to do on the day",
    ):
        assert words in page, words


def test_what_was_given_with_batch_and_reaction(client: Client, member: Staff, course: Course) -> None:
    rows.an_infusion(
        course,
        date(2026, 10, 29),
        days=2,
        total=140,
        unit="g",
        dosing_weight=70,
        dosing_weight_on=date(2026, 10, 28),
        product="Example 10 %",
        batch_numbers="A1, A2",
        reaction=ReactionGrade.MILD.value,
        reaction_note="headache",
    )
    page = page_of(client, course)
    for words in (
        "140 g",
        "70 kg, 28-Oct-2026",
        "Example 10 %",
        "batch A1, A2",
        "mild reaction, infusion went on headache",
        "Nell Example",
    ):
        assert words in page, words


def test_rituximab_shows_both_infusions_and_pulses_say_that_nobody_said_when(client: Client, member: Staff) -> None:
    patient = rows.a_patient(member)
    rituximab = rows.a_course(patient, "rituximab", date(2026, 11, 12), route=Route.INTRAVENOUS.value)
    rows.an_infusion(rituximab)
    page = page_of(client, rituximab)
    assert "Course 1, second infusion. The second infusion of the course, 2 weeks after" in page
    assert "Course 2, first infusion: 29-Apr-2027" in page
    pulses = rows.a_course(patient, "cyclophosphamide", date(2026, 11, 12), route=Route.INTRAVENOUS.value)
    rows.an_infusion(pulses)
    page = page_of(client, pulses)
    assert "No day is planned. The sources of the protocol give no interval for this drug, so none is proposed." in page
    assert "mesna decided" in page
    assert "Due for this drug" in page
    planned(member, pulses, anchor=InfusionAnchor.FIXED_DATES, interval_days=None, dates=(date(2026, 12, 10),))
    assert "10-Dec-2026 to 11-Dec-2026" in page_of(client, pulses)


def test_dates_that_passed_without_an_infusion_are_named(client: Client, member: Staff, course: Course) -> None:
    with time_machine.travel("2026-10-01 12:00:00+00:00", tick=False):
        planned(
            member,
            course,
            anchor=InfusionAnchor.FIXED_DATES,
            interval_days=None,
            dates=(date(2026, 10, 5), date(2026, 11, 2), date(2026, 11, 30)),
        )
    rows.an_infusion(course, date(2026, 11, 3), days=2)
    page = page_of(client, course)
    assert "Planned and not given: 05-Oct-2026." in page
    assert "30-Nov-2026 to 01-Dec-2026" in page


def test_a_stopped_course_plans_nothing_more(client: Client, member: Staff) -> None:
    stopped = rows.a_course(
        rows.a_patient(member), "rituximab", date(2026, 3, 1), route=Route.INTRAVENOUS.value, stop_on=date(2026, 6, 1)
    )
    rows.an_infusion(stopped, date(2026, 3, 1))
    page = page_of(client, stopped)
    assert "This course is stopped" in page
    assert "Next infusion" not in page
    assert "Change the plan" not in page
    assert "01-Mar-2026" in page


def test_the_record_leads_there_from_the_course_and_the_due_item(client: Client, member: Staff, course: Course) -> None:
    address = reverse("infusions", args=[course.pk])
    for tab in ("record", "record_treatment"):
        text = client.get(reverse(tab, args=[course.patient_id])).content.decode()
        assert text.count(f'href="{address}"') == 1, tab
    planned(member, course)
    text = client.get(reverse("record_treatment", args=[course.patient_id])).content.decode()
    plan = course.infusion_plans.get(superseded_at=None)
    assert text.count(f'id="infusion_plan-{plan.pk}"') == 1


def test_another_clinic_and_a_drug_by_mouth_have_no_such_page(client: Client, member: Staff, course: Course) -> None:
    by_mouth = rows.a_course(course.patient, "azathioprine")
    assert client.get(reverse("infusions", args=[by_mouth.pk])).status_code == 404
    assert client.get(reverse("infusions", args=[999999])).status_code == 404
    client.force_login(rows.a_member(Role.DOCTOR))
    assert client.get(reverse("infusions", args=[course.pk])).status_code == 404


def test_an_administrator_reads_and_changes_nothing(client: Client, member: Staff, course: Course) -> None:
    planned(member, course)
    client.force_login(rows.a_member(Role.ADMIN, rows.clinic_of(member)))
    page = page_of(client, course)
    assert "Record an infusion" not in page
    assert "Change the plan" not in page
    assert "Entered in error" not in page


def test_a_post_is_not_answered(client: Client, member: Staff, course: Course) -> None:
    assert client.post(reverse("infusions", args=[course.pk])).status_code == 405


@pytest.mark.parametrize("cycles", [1, 50])
def test_the_page_asks_as_much_for_one_infusion_as_for_fifty(
    client: Client, member: Staff, course: Course, cycles: int
) -> None:
    Course.objects.filter(pk=course.pk).update(start_on=date(2020, 1, 1))
    for number in range(cycles):
        rows.an_infusion(course, TODAY - timedelta(days=28 * (number + 1)), days=2, total=140, unit="g")
    planned(member, course)
    client.get(reverse("infusions", args=[course.pk]))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("infusions", args=[course.pk])).status_code == 200
    assert len(queries) == query_budget("infusions")
