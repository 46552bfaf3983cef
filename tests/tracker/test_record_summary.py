"""The one-page summary: one page whatever is recorded, with who, when, page and what was left out."""

import io
from datetime import date
from itertools import islice
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from patients.models import Patient, Staff
from patients.rules.vocabulary import ConditionKind
from regimens.rules.vocabulary import OutcomeKind
from tests.factories import rows
from tests.tracker.pages import a_full_record, an_overfull_record, pdf_pages
from tracker.cohort.published import published_cohort
from tracker.cohort.store import store_patients
from tracker.cohort.synthetic import synthetic_cohort

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]
HOSTILE = '#import "x": * $1/0$ \\ *bold* [link] @cite <label> // gone /* too */ `raw` = head'


def asked(client: Client, patient_id: int, **query: str) -> Any:
    return client.get(reverse("record_summary", args=[patient_id]), query)


def test_what_stands_on_it(client: Client, doctor: Staff) -> None:
    patient = a_full_record(doctor, family_name="Okafor", given_names="Ada", born=date(1968, 4, 5))
    (page,) = pdf_pages(asked(client, patient.pk))
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
        "CK 4200 U/L (05-Jan-2026)",
        "ALT 120 U/L",
        "(20-May-2026)",
        "Vaccines: none recorded",
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
    (page,) = pdf_pages(asked(client, a_full_record(doctor).pk, as_of="2026-02-01"))
    assert "As of 01-Feb-2026" in page
    assert "azathioprine 50 mg" not in page
    assert "methotrexate 15 mg once a week, on Monday" in page


def test_what_is_warned_of_stands_at_its_top(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    rows.a_condition(patient, ConditionKind.PREGNANCY)
    rows.an_outcome(rows.a_course(patient, "azathioprine"), OutcomeKind.INTOLERANT, date(2026, 4, 1))
    (page,) = pdf_pages(asked(client, patient.pk))
    assert "Warnings: pregnancy; not tolerated or contraindicated: azathioprine" in page
    assert page.index("Warnings") < page.index("Diagnosis")


def test_on_a_past_day_it_warns_of_what_stood_then(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    rows.a_condition(patient, ConditionKind.PREGNANCY, date(2026, 5, 1))
    rows.a_condition(patient, ConditionKind.INFECTION, date(2026, 1, 5), to_on=date(2026, 3, 1))
    rows.an_outcome(rows.a_course(patient, "azathioprine"), OutcomeKind.INTOLERANT, date(2026, 4, 1))
    (page,) = pdf_pages(asked(client, patient.pk, as_of="2026-02-01"))
    warned = page[page.index("Warnings:") : page.index("Diagnosis")]
    assert "infection" in warned
    assert "pregnancy" not in warned
    assert "azathioprine" not in warned


def test_nothing_recorded_is_said_in_words(client: Client, doctor: Staff) -> None:
    (page,) = pdf_pages(asked(client, rows.a_patient(doctor, born=None).pk))
    for words in (
        "born not recorded",
        "No active course is recorded.",
        "No assessment is recorded.",
        "No other result is recorded.",
        "Nothing is due.",
    ):
        assert words in page
    assert "newest results" not in page
    assert "Left out" not in page


def test_mark_up_in_names_and_notes_stays_text(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor, family_name=HOSTILE[:60], given_names="]#panic()", subtype_note=HOSTILE)
    rows.a_condition(patient, ConditionKind.OTHER, description='#image("/etc/passwd") 😀 \u202e')
    rows.a_course(patient, "", date(2026, 1, 5), drug_text="<svg onload=x> & #emoji")
    (page,) = pdf_pages(asked(client, patient.pk))
    assert "]#panic()" in page
    assert '#import "x": * $1/0$' in page
    assert '#image("/etc/passwd") [U+1F600]' in page


def test_a_record_too_full_for_one_page_says_what_was_left_out(client: Client, doctor: Staff) -> None:
    patient = an_overfull_record(doctor)
    (page,) = pdf_pages(asked(client, patient.pk))
    assert "more in the record" in page
    assert "Left out for want of room:" in page
    assert "They stand in the record." in page
    assert "azathioprine 50 mg" in page
    assert "prednisolone 20 mg" in page


def test_one_page_for_every_patient_of_the_demonstration(client: Client, doctor: Staff) -> None:
    today = date(2026, 6, 1)
    cohort = [*published_cohort(today), *islice(synthetic_cohort(7, 40, today), 8)]
    for patient_id in store_patients(cohort, clinic=rows.clinic_of(doctor), by=doctor, today=today):
        patient = Patient.objects.get(pk=patient_id)
        (page,) = pdf_pages(asked(client, patient_id))
        assert patient.hospital_number in page
        assert "Page 1 of 1" in page


def test_the_file_name_and_the_answer_give_nothing_away(client: Client, doctor: Staff) -> None:
    patient = a_full_record(doctor)
    answer = asked(client, patient.pk)
    assert answer["Content-Disposition"] == f'inline; filename="summary-{patient.pk}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert answer.content.startswith(b"%PDF-")
