"""The one-page summary: one page whatever is recorded, with who, when, page and what was left out."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from patients.models import Patient, Staff
from patients.rules.vocabulary import AntibodyFinding, ConditionKind
from regimens.rules.vocabulary import OutcomeKind
from tests.factories import rows
from tests.tracker.pages import TODAY, a_full_record, query_budget
from tracker.cohort.published import published_cohort
from tracker.cohort.store import store_patients
from tracker.cohort.synthetic import synthetic_cohort

pytestmark = pytest.mark.django_db
HOSTILE = '#import "x": * $1/0$ \\ *bold* [link] @cite <label> // gone /* too */ `raw` = head'


@pytest.fixture(autouse=True)
def on_the_day() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def doctor(client: Client) -> Staff:
    member = rows.a_member(first_name="Dora", last_name="Doctor")
    client.force_login(member)
    return member


def asked(client: Client, patient_id: int, **query: str) -> Any:
    return client.get(reverse("record_summary", args=[patient_id]), query)


def pages(answer: Any) -> list[str]:
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    return [" ".join(page.extract_text().replace("\u00a0", " ").split()) for page in reader.pages]


def test_what_stands_on_it(client: Client, doctor: Staff) -> None:
    patient = a_full_record(doctor, family_name="Okafor", given_names="Ada", born=date(1968, 4, 5))
    (page,) = pages(asked(client, patient.pk))
    for words in (
        "OKAFOR, Ada (58 years, ",
        f"Hospital no. {patient.hospital_number}",
        "As of 01-Jun-2026, from what is known now",
        "anti-Jo-1 positive",
        "interstitial lung disease",
        "Severity: non-severe",
        "azathioprine 50 mg",
        "prednisolone 20 mg",
        "methotrexate: ineffective, 28-Apr-2026",
        "CK: 4200 U/L, 05-Jan-2026",
        "20-May-2026 ALT 120 U/L",
        "Printed by Dora Doctor on 01-Jun-2026 at 10:00",
        "Myoline advises; clinicians decide.",
        "Page 1 of 1",
        "treatment pathway",
    ):
        assert words in page, words


def test_it_is_tagged_says_its_language_and_shows_the_course(client: Client, doctor: Staff) -> None:
    reader = PdfReader(io.BytesIO(asked(client, a_full_record(doctor).pk).content))
    root = reader.trailer["/Root"].get_object()
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert reader.metadata is not None
    assert reader.metadata.title == "Summary of one patient"
    assert "phase and line" in reader.pages[0].extract_text()


def test_as_of_an_earlier_day_it_knows_nothing_later(client: Client, doctor: Staff) -> None:
    (page,) = pages(asked(client, a_full_record(doctor).pk, as_of="2026-02-01"))
    assert "As of 01-Feb-2026" in page
    assert "azathioprine 50 mg" not in page
    assert "methotrexate 15 mg once a week, on Monday" in page


def test_what_is_warned_of_stands_at_its_top(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    rows.a_condition(patient, ConditionKind.PREGNANCY)
    rows.an_outcome(rows.a_course(patient, "azathioprine"), OutcomeKind.INTOLERANT, date(2026, 4, 1))
    (page,) = pages(asked(client, patient.pk))
    assert "Warnings: pregnancy; not tolerated or contraindicated: azathioprine" in page
    assert page.index("Warnings") < page.index("Diagnosis")


def test_on_a_past_day_it_warns_of_what_stood_then(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    rows.a_condition(patient, ConditionKind.PREGNANCY, date(2026, 5, 1))
    rows.a_condition(patient, ConditionKind.INFECTION, date(2026, 1, 5), to_on=date(2026, 3, 1))
    rows.an_outcome(rows.a_course(patient, "azathioprine"), OutcomeKind.INTOLERANT, date(2026, 4, 1))
    (page,) = pages(asked(client, patient.pk, as_of="2026-02-01"))
    warned = page[page.index("Warnings:") : page.index("Diagnosis")]
    assert "infection" in warned
    assert "pregnancy" not in warned
    assert "azathioprine" not in warned


def test_nothing_recorded_is_said_in_words(client: Client, doctor: Staff) -> None:
    (page,) = pages(asked(client, rows.a_patient(doctor, born=None).pk))
    for words in (
        "born not recorded",
        "No active course is recorded.",
        "No assessment is recorded.",
        "Nothing is due.",
    ):
        assert words in page
    assert "None of the newest results" in page
    assert "Left out" not in page


def test_mark_up_in_names_and_notes_stays_text(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor, family_name=HOSTILE[:60], given_names="]#panic()", subtype_note=HOSTILE)
    rows.a_condition(patient, ConditionKind.OTHER, description='#image("/etc/passwd") 😀 \u202e')
    rows.a_course(patient, "", date(2026, 1, 5), drug_text="<svg onload=x> & #emoji")
    (page,) = pages(asked(client, patient.pk))
    assert "]#panic()" in page
    assert '#import "x": * $1/0$' in page
    assert '#image("/etc/passwd") [U+1F600]' in page


def test_a_record_too_full_for_one_page_says_what_was_left_out(client: Client, doctor: Staff) -> None:
    patient = a_full_record(doctor)
    for number in range(30):
        start = date(2020, 1, 6) + timedelta(days=60 * number)
        course = rows.a_course(
            patient, "", start, drug_text=f"Remedy {number} with a rather long name", stop_on=start + timedelta(40)
        )
        rows.an_outcome(course, OutcomeKind.INTOLERANT, start + timedelta(30), reason="nausea " * 20)
        rows.a_condition(patient, ConditionKind.OTHER, start, description=f"complaint number {number} of very many")
        rows.an_autoantibody(patient, f"anti-{number}", finding=AntibodyFinding.POSITIVE.value)
    (page,) = pages(asked(client, patient.pk))
    assert "Left out for want of room:" in page
    assert "They stand in the record." in page
    assert "azathioprine 50 mg" in page
    assert "prednisolone 20 mg" in page


def test_one_page_for_every_patient_of_the_demonstration(client: Client, doctor: Staff) -> None:
    today = date(2026, 6, 1)
    cohort = [*published_cohort(today), *islice(synthetic_cohort(7, 40, today), 8)]
    for patient_id in store_patients(cohort, clinic=rows.clinic_of(doctor), by=doctor, today=today):
        patient = Patient.objects.get(pk=patient_id)
        (page,) = pages(asked(client, patient_id))
        assert patient.hospital_number in page
        assert "Page 1 of 1" in page


def test_the_file_name_and_the_answer_give_nothing_away(client: Client, doctor: Staff) -> None:
    patient = a_full_record(doctor)
    answer = asked(client, patient.pk)
    assert answer["Content-Disposition"] == f'inline; filename="summary-{patient.pk}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert answer.content.startswith(b"%PDF-")


def test_another_clinics_patient_is_not_found(client: Client, doctor: Staff) -> None:
    assert asked(client, rows.a_patient(rows.a_member()).pk).status_code == 404


@pytest.mark.parametrize("patients", [1, 50])
def test_queries_do_not_grow_with_the_clinic(
    client: Client, doctor: Staff, django_assert_num_queries: object, patients: int
) -> None:
    for _ in range(patients):
        patient = a_full_record(doctor)
    with django_assert_num_queries(query_budget("record_summary")):  # type: ignore[operator]
        asked(client, patient.pk)
