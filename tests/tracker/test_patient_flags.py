"""What the banner warns of, on every page about a patient."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from monitoring.rules.vocabulary import AlertGrade, AlertStatus
from patients.models import Patient, Staff
from patients.rules.vocabulary import ConditionKind
from regimens.rules.vocabulary import OutcomeKind
from tests.factories import rows
from tests.tracker.pages import text_of
from tracker.patient_flags import PatientFlags, flags_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]


@pytest.fixture
def patient(doctor: Staff) -> Patient:
    return rows.a_patient(doctor)


def test_nothing_to_warn_of(doctor: Staff, patient: Patient) -> None:
    assert flags_of(doctor, patient) == PatientFlags()
    assert not flags_of(doctor, patient).any


@pytest.mark.parametrize(
    ("from_on", "to_on", "told"),
    [
        (date(2026, 6, 1), None, True),
        (date(2026, 6, 2), None, False),
        (date(2026, 1, 5), date(2026, 6, 1), True),
        (date(2026, 1, 5), date(2026, 5, 31), False),
    ],
)
def test_a_condition_is_told_while_it_lasts(
    doctor: Staff, patient: Patient, from_on: date, to_on: date | None, told: bool
) -> None:
    rows.a_condition(patient, ConditionKind.PREGNANCY, from_on, to_on=to_on)
    assert (flags_of(doctor, patient).conditions == (ConditionKind.PREGNANCY,)) is told


def test_only_conditions_that_change_what_may_be_given(doctor: Staff, patient: Patient) -> None:
    rows.a_condition(patient, ConditionKind.HYPERTENSION)
    assert flags_of(doctor, patient).conditions == ()


def test_drugs_not_tolerated_are_named_once_and_withdrawn_judgements_are_not(doctor: Staff, patient: Patient) -> None:
    first = rows.a_course(patient, "azathioprine", date(2026, 1, 5), stop_on=date(2026, 2, 1))
    again = rows.a_course(patient, "azathioprine", date(2026, 3, 1), stop_on=date(2026, 4, 1))
    outside = rows.a_course(patient, "", date(2026, 3, 1), drug_text="Oak bark tea")
    for course in (first, again, outside):
        rows.an_outcome(course, OutcomeKind.INTOLERANT, date(2026, 4, 1))
    rows.an_outcome(rows.a_course(patient, "methotrexate"), OutcomeKind.INEFFECTIVE, date(2026, 4, 1))
    assert flags_of(doctor, patient).not_tolerated == ("azathioprine", "Oak bark tea")


def test_urgent_alerts_are_counted_until_they_are_closed(doctor: Staff, patient: Patient) -> None:
    rows.an_alert(patient, grade=AlertGrade.URGENT.value)
    rows.an_alert(patient, grade=AlertGrade.URGENT.value, status=AlertStatus.ACKNOWLEDGED.value)
    rows.an_alert(patient, grade=AlertGrade.LOOK.value)
    assert flags_of(doctor, patient).urgent_alerts == 2


@pytest.mark.parametrize(
    ("as_of", "told"), [(date(2026, 3, 31), 0), (date(2026, 4, 1), 1), (date(2026, 4, 30), 1), (date(2026, 5, 1), 0)]
)
def test_an_alert_counts_on_the_days_on_which_it_was_open(
    doctor: Staff, patient: Patient, as_of: date, told: int
) -> None:
    closed = {"status": AlertStatus.CLOSED.value, "closed_at": datetime(2026, 5, 1, 9, tzinfo=UTC)}
    rows.an_alert(patient, grade=AlertGrade.URGENT.value, opened_at=datetime(2026, 4, 1, 9, tzinfo=UTC), **closed)
    assert flags_of(doctor, patient, as_of).urgent_alerts == told
    assert flags_of(doctor, patient).urgent_alerts == 0


@pytest.mark.parametrize(("as_of", "told"), [(date(2026, 3, 31), False), (date(2026, 4, 1), True)])
def test_conditions_and_judgements_as_of_a_past_day(doctor: Staff, patient: Patient, as_of: date, told: bool) -> None:
    rows.a_condition(patient, ConditionKind.PREGNANCY, date(2026, 4, 1))
    rows.an_outcome(rows.a_course(patient, "azathioprine"), OutcomeKind.INTOLERANT, date(2026, 4, 1))
    found = flags_of(doctor, patient, as_of)
    assert (found.conditions, found.not_tolerated) == (
        ((ConditionKind.PREGNANCY,), ("azathioprine",)) if told else ((), ())
    )


@pytest.mark.parametrize(("known_on", "told"), [(date(2026, 5, 9), False), (date(2026, 5, 10), True)])
def test_what_was_entered_later_was_not_known(doctor: Staff, patient: Patient, known_on: date, told: bool) -> None:
    entered = datetime(2026, 5, 10, 9, tzinfo=UTC)
    rows.a_condition(patient, ConditionKind.PREGNANCY, date(2026, 4, 1), recorded_at=entered)
    assert bool(flags_of(doctor, patient, date(2026, 4, 30), known_on).conditions) is told


def test_a_page_that_looks_back_says_that_the_warnings_are_todays(client: Client, patient: Patient) -> None:
    rows.a_condition(patient, ConditionKind.PREGNANCY, date(2026, 5, 1))
    words = "Today’s warnings, not those of the day shown: pregnancy"
    address = reverse("record", args=[patient.pk])
    assert words in text_of(client.get(address, {"as_of": "2026-02-01"}))
    assert words in text_of(client.get(reverse("record_letter", args=[patient.pk]), {"as_of": "2026-02-01"}))
    assert "Today’s warnings" not in text_of(client.get(address))
    assert "Today’s warnings" not in text_of(client.get(reverse("patient_history", args=[patient.pk])))


def test_whoever_may_not_read_the_record_is_told_nothing(patient: Patient) -> None:
    rows.a_condition(patient, ConditionKind.PREGNANCY)
    assert flags_of(rows.a_member(), patient) == PatientFlags()


@pytest.mark.parametrize("name", ["record", "record_flowsheet", "algorithm_map", "monitoring_plan", "start_course"])
def test_every_page_about_the_patient_says_it_in_words(client: Client, patient: Patient, name: str) -> None:
    rows.a_condition(patient, ConditionKind.PREGNANCY)
    rows.an_alert(patient, grade=AlertGrade.URGENT.value)
    rows.an_outcome(rows.a_course(patient, "methotrexate"), OutcomeKind.INTOLERANT, date(2026, 4, 1))
    page = client.get(reverse(name, args=[patient.pk]))
    banner = text_of(page).partition("NHS no.")[2][:400]
    for words in ("1 urgent alert open", "pregnancy", "not tolerated or contraindicated: methotrexate"):
        assert words in banner


def test_one_query(doctor: Staff, patient: Patient, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    flags_of(doctor, patient)
    for _ in range(5):
        rows.a_condition(patient, ConditionKind.INFECTION)
        rows.an_alert(patient, grade=AlertGrade.URGENT.value)
    with django_assert_num_queries(1):
        flags_of(doctor, patient)
