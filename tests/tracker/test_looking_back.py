"""The record page as it was known on an earlier day: what it shows, says and hides, and what was entered since."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from patients.models import Patient, Staff
from patients.rules.vocabulary import PatientStatus, Role
from regimens.rules.vocabulary import OutcomeKind
from tests.factories import rows
from tests.tracker.pages import a_full_record, every_tab, query_budget, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

FEBRUARY = datetime(2026, 2, 1, 9, tzinfo=UTC)
MARCH = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)


@pytest.fixture
def doctor(client: Client) -> Staff:
    member = rows.a_member(Role.DOCTOR, password=None, first_name="Dora", last_name="Doctor")
    client.force_login(member)
    return member


@pytest.fixture
def patient(doctor: Staff) -> Patient:
    """Methotrexate started in January and entered then; judged ineffective on 20-Feb, entered on 02-Mar."""
    patient = rows.a_patient(doctor, recorded_at=datetime(2026, 1, 5, 9, tzinfo=UTC))
    then = {"recorded_at": datetime(2026, 1, 12, 9, tzinfo=UTC)}
    rows.an_assessment(patient, date(2026, 1, 12), non_severe_confirmed=True, **then)
    course = rows.a_course(patient, "methotrexate", date(2026, 1, 12), **then)
    rows.a_dose(course, "15", **then)
    rows.an_outcome(course, OutcomeKind.INEFFECTIVE, date(2026, 2, 20), reason="still weak", recorded_at=MARCH)
    return patient


def get(client: Client, patient: Patient, **query: str) -> Any:
    return client.get(reverse("record", args=[patient.pk]), query)


def get_treatment(client: Client, patient: Patient, **query: str) -> Any:
    return client.get(reverse("record_treatment", args=[patient.pk]), query)


def test_what_was_entered_later_is_not_there_and_is_listed(client: Client, patient: Patient) -> None:
    page = text_of(get(client, patient, as_of="2026-02-25", known_on="2026-02-28"))
    assert (
        "This page stands for 25-Feb-2026, as the record was known on 28-Feb-2026. "
        "Entered since: 1 entry, 1 of them about 25-Feb-2026 or earlier." in page
    )
    assert (
        "Judgement methotrexate: ineffective: still weak 20-Feb-2026 entered 02-Mar-2026 at 14:05 by Dora Doctor"
        in page
    )
    assert "Judged to have failed no line no drug either" in page
    assert "methotrexate: ineffective" in text_of(get(client, patient, as_of="2026-02-25"))


def test_the_answers_that_differ_are_set_side_by_side(client: Client, patient: Patient) -> None:
    page = get(client, patient, as_of="2026-02-25", known_on="2026-02-28").content.decode()
    differing = re.findall(r'data-differs="([^"]+)"', page)
    assert "Judged to have failed" in differing or "Next step" in differing
    assert "Severity" not in differing


def test_after_the_last_entry_nothing_differs(client: Client, patient: Patient) -> None:
    page = text_of(get(client, patient, as_of="2026-03-10", known_on="2026-03-10"))
    assert "Entered since: 0 entries" in page
    assert "From what is known now, the answers for this day are the same." in page


def test_without_as_of_the_page_stands_for_the_day_of_the_knowledge(client: Client, patient: Patient) -> None:
    assert "This page stands for 28-Feb-2026, as the record was known on 28-Feb-2026" in text_of(
        get(client, patient, known_on="28-Feb-2026")
    )


def test_the_protocols_read_with_are_those_in_force(client: Client, patient: Patient) -> None:
    page = text_of(get(client, patient, known_on="28-Feb-2026"))
    assert re.search(r"protocols in force today: treatment pathway \S+, monitoring \S+\.", page)


def test_nothing_can_be_entered_while_looking_back(client: Client, patient: Patient) -> None:
    course = get_treatment(client, patient, correct="1").content.decode()
    assert "Entered in error" in course
    assert "Change the dose" in course
    for query in (
        {"known_on": "2026-02-28"},
        {"as_of": "2026-02-28"},
        {"as_of": "2026-06-01", "known_on": "2026-02-28"},
    ):
        pages = every_tab(client, patient, correct="1", **query)
        for words in ("Entered in error", "Add an assessment", "Change the dose", "Record an outcome"):
            assert words not in pages


def test_links_to_the_patients_other_pages_carry_the_days(client: Client, patient: Patient) -> None:
    page = get(client, patient, as_of="2026-02-25", known_on="2026-02-28").context["page"]
    assert page.days_query == "?as_of=2026-02-25&known_on=2026-02-28"
    assert get(client, patient, as_of="2026-02-25").context["page"].days_query == "?as_of=2026-02-25"
    assert get(client, patient).context["page"].days_query == ""


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("31-Feb-2026", "“31-Feb-2026” is no day"),
        ("02-Jun-2026", "02-Jun-2026 has not come yet"),
        ("04-Jan-2026", "This patient was registered on 05-Jan-2026: nothing was known of them on 04-Jan-2026."),
    ],
)
def test_a_day_that_cannot_be_shown_is_said_and_today_is_shown(
    client: Client, patient: Patient, asked: str, words: str
) -> None:
    response = get(client, patient, known_on=asked)
    assert response.status_code == 200
    page = text_of(response)
    assert words in page
    assert "What is known now is shown." in page
    assert response.context["page"].is_today
    assert f'value="{asked}"' in response.content.decode()


def test_known_by_the_end_of_today_is_known_now(client: Client, patient: Patient) -> None:
    assert get(client, patient, known_on="2026-06-01").context["page"].is_today
    assert get(client, patient, known_on="2026-05-31").context["page"].known_on == date(2026, 5, 31)


def test_another_clinics_patient_is_not_found(client: Client, doctor: Staff) -> None:
    other = rows.a_patient(rows.a_member(password=None))
    assert get(client, other, known_on="2026-02-28").status_code == 404


def test_a_status_entered_later_is_not_shown_then(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient_no_longer_under_care(
        doctor, PatientStatus.TRANSFERRED, recorded_at=FEBRUARY, status_recorded_at=MARCH
    )
    assert "Nothing is due any more." in text_of(get(client, patient))
    assert "Nothing is due any more." not in text_of(get(client, patient, known_on="2026-03-01"))
    assert "Nothing is due any more." in text_of(get(client, patient, known_on="2026-03-02"))


def test_queries_stay_within_the_budget(client: Client, doctor: Staff, django_assert_num_queries: Any) -> None:
    for number in (1, 4):
        for _ in range(number):
            patient = a_full_record(doctor, recorded_at=FEBRUARY)
        with django_assert_num_queries(query_budget("record_as_known")):
            get(client, patient, known_on="2026-03-10")


def test_changes_are_told_apart_by_the_day_that_they_are_about(client: Client, patient: Patient) -> None:
    rows.a_weight(patient, "64", date(2026, 4, 6), recorded_at=datetime(2026, 4, 6, 9, tzinfo=UTC))
    back = get(client, patient, known_on="2026-02-28").context["looking_back"]
    assert [(change.kind, change.what) for change in back.late] == [
        ("judgement", "methotrexate: ineffective: still weak")
    ]
    assert [(change.kind, change.on) for change in back.ahead] == [("weight", date(2026, 4, 6))]
