"""What the calendar expects on which day: late work today, put-off work when it comes back, infusions day by day."""

from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from monitoring.selectors.calendar import expected_days, expected_on
from patients.models import Patient, Staff
from regimens.models import InfusionPlan, PlannedInfusion
from regimens.rules.vocabulary import InfusionAnchor, Route
from tests.factories import rows

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 1)
SPAN = (TODAY - timedelta(days=30), TODAY + timedelta(days=120))


def expected(staff: Staff, on: date) -> tuple[int, int, int, int]:
    """Visits here, of these late, elsewhere, and in the chair."""
    day = expected_days(staff, *SPAN, TODAY).get(on)
    return (day.visits, day.late, day.elsewhere, day.chairs) if day else (0, 0, 0, 0)


@pytest.fixture
def nurse() -> Staff:
    return rows.a_member()


@pytest.fixture
def patient(nurse: Staff) -> Patient:
    return rows.a_patient(nurse)


def infused(patient: Patient, due_on: date, **plan: object) -> InfusionPlan:
    course = rows.a_course(patient, "normal_immunoglobulin", date(2026, 5, 4), route=Route.INTRAVENOUS.value)
    rows.a_due_item(patient, "immunoglobulin_infusion", due_on, drug="normal_immunoglobulin")
    fields = {"anchor": InfusionAnchor.LAST_GIVEN, "interval_days": 28, "days_per_cycle": 2, **plan}
    return InfusionPlan.objects.create(course=course, recorded_by=patient.recorded_by, **fields)


def test_a_visit_counts_patients_and_not_items(nurse: Staff, patient: Patient) -> None:
    on = TODAY + timedelta(days=5)
    for item in ("full_blood_count", "albumin"):
        rows.a_due_item(patient, item, on)
    rows.a_due_item(rows.a_patient(nurse), "albumin", on)
    assert expected(nurse, on) == (2, 0, 0, 0)


def test_what_is_late_stands_on_today(nurse: Staff, patient: Patient) -> None:
    rows.a_due_item(patient, due_on=TODAY - timedelta(days=20))
    rows.a_due_item(rows.a_patient(nurse), due_on=TODAY)
    assert expected(nurse, TODAY) == (2, 1, 0, 0)
    assert expected(nurse, TODAY - timedelta(days=20)) == (0, 0, 0, 0)


@pytest.mark.parametrize("held", ["snoozed_until", "paused_until", "waiting_until"])
def test_what_is_held_stands_on_the_day_on_which_it_comes_back(nurse: Staff, patient: Patient, held: str) -> None:
    back = TODAY + timedelta(days=9)
    taken = {"sample_taken_on": TODAY} if held == "waiting_until" else {}
    rows.a_due_item(patient, due_on=TODAY - timedelta(days=2), **{held: back}, **taken)
    assert expected(nurse, TODAY) == (0, 0, 0, 0)
    assert expected(nurse, back) == (1, 1, 0, 0)


def test_what_another_service_looks_after_is_not_expected_here(nurse: Staff, patient: Patient) -> None:
    rows.a_due_item(patient, due_on=TODAY, monitored_by="gp")
    assert expected(nurse, TODAY) == (0, 0, 1, 0)


def test_an_infusion_takes_the_chair_on_each_of_its_days(nurse: Staff, patient: Patient) -> None:
    infused(patient, TODAY + timedelta(days=3), days_per_cycle=3)
    assert [expected(nurse, TODAY + timedelta(days=on))[3] for on in range(2, 7)] == [0, 1, 1, 1, 0]


def test_planned_cycles_are_shown_ahead(nurse: Staff, patient: Patient) -> None:
    infused(patient, TODAY, days_per_cycle=1)
    assert [expected(nurse, TODAY + timedelta(days=on))[3] for on in (0, 27, 28, 56, 84, 112)] == [1, 0, 1, 1, 1, 1]


def test_fixed_dates_are_shown_as_listed(nurse: Staff, patient: Patient) -> None:
    plan = infused(patient, TODAY, anchor=InfusionAnchor.FIXED_DATES, interval_days=None, days_per_cycle=1)
    for on in (TODAY, TODAY + timedelta(days=20)):
        PlannedInfusion.objects.create(plan=plan, on=on)
    chairs = [on for on, day in expected_days(nurse, *SPAN, TODAY).items() if day.chairs]
    assert chairs == [TODAY, TODAY + timedelta(days=20)]


def test_other_clinics_and_closed_items_are_not_expected(nurse: Staff, patient: Patient) -> None:
    rows.a_due_item(rows.a_patient(rows.a_member()), due_on=TODAY)
    assert expected_days(nurse, *SPAN, TODAY) == {}
    assert not expected_on(nurse, TODAY, TODAY)


def test_the_day_lists_what_the_sheet_counts(nurse: Staff, patient: Patient) -> None:
    rows.a_due_item(patient, "albumin", TODAY - timedelta(days=3))
    rows.a_due_item(patient, "full_blood_count", TODAY)
    rows.a_due_item(rows.a_patient(nurse), "albumin", TODAY + timedelta(days=1))
    listed = expected_on(nurse, TODAY, TODAY)
    assert [row.item for row in listed] == ["albumin", "full_blood_count"]
    assert len({row.patient_id for row in listed}) == expected(nurse, TODAY)[0]


def test_the_number_of_queries_stays_the_same(
    nurse: Staff, patient: Patient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    infused(patient, TODAY)
    expected_days(nurse, *SPAN, TODAY)
    with django_assert_num_queries(QUERIES):
        expected_days(nurse, *SPAN, TODAY)
    for _ in range(10):
        infused(rows.a_patient(nurse), TODAY)
    with django_assert_num_queries(QUERIES):
        expected_days(nurse, *SPAN, TODAY)


def test_more_than_a_year_is_refused(nurse: Staff) -> None:
    expected_days(nurse, TODAY, TODAY + timedelta(days=366), TODAY)
    with pytest.raises(ValueError, match="year"):
        expected_days(nurse, TODAY, TODAY + timedelta(days=367), TODAY)


QUERIES = 9
