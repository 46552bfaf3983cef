"""The letter to the family doctor: what was chosen, what the record says, and that nothing typed is kept."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.rules.vocabulary import MonitoredBy
from patients.models import Draft, Staff
from tests.factories import rows
from tests.tracker.pages import a_full_record, an_overfull_record, pdf_pages, text_of
from tracker.letters.letter import PART_TITLES, RESULT_DAYS, LetterPart

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]
EVERY_PART = [part.value for part in LetterPart]


def sent(client: Client, patient_id: int, **typed: Any) -> Any:
    return client.post(reverse("record_letter_pdf", args=[patient_id]), {"parts": EVERY_PART, **typed})


def test_the_page_offers_every_part_and_says_that_nothing_is_kept(client: Client, doctor: Staff) -> None:
    page = client.get(reverse("record_letter", args=[a_full_record(doctor).pk]))
    assert page.status_code == 200
    text = text_of(page)
    for title in PART_TITLES.values():
        assert str(title) in text
    assert "printed and not kept" in text
    assert page.content.decode().count(" checked") == len(EVERY_PART)


def test_the_letter_tells_the_record_under_its_headings(client: Client, doctor: Staff) -> None:
    patient = a_full_record(doctor, family_name="Okafor", given_names="Ada")
    letter = " ".join(pdf_pages(client.get(reverse("record_letter_pdf", args=[patient.pk]))))
    for title in PART_TITLES.values():
        assert str(title) in letter
    for words in (
        "About Ada Okafor",
        "anti-Jo-1 positive",
        "azathioprine 50 mg",
        "Since 05-Jan-2026:",
        "04-May-2026 azathioprine: started with 50 mg",
        "methotrexate: ineffective",
        "ALT 120 U/L",
        "No test is asked of the practice",
        "prednisolone from 01-Jul-2026: 10 mg a day",
        "Yours sincerely Dora Doctor",
    ):
        assert words in letter, words


def test_what_the_practice_looks_after_is_asked_for_with_its_day(client: Client, doctor: Staff) -> None:
    patient = a_full_record(doctor)
    rows.shared_care(patient, MonitoredBy.GP.value, drug="azathioprine", provider="Oak Lane")
    letter = " ".join(pdf_pages(sent(client, patient.pk, parts=["monitoring"])))
    assert "Please see to the following" in letter
    assert "full blood count: " in letter
    assert "(azathioprine" in letter
    assert "The clinic looks after everything else." in letter
    assert "eye check" not in letter


def test_what_another_service_looks_after_is_not_said_to_be_the_clinics(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    rows.a_course(patient, "azathioprine", date(2026, 5, 4), "50")
    rows.shared_care(patient, MonitoredBy.OTHER.value, provider="Elm Hospital")
    letter = " ".join(pdf_pages(sent(client, patient.pk, parts=["monitoring"])))
    assert "No test is asked of the practice. " in letter
    assert "Elm Hospital looks after the monitoring for azathioprine." in letter
    assert "clinic looks after" not in letter


def test_the_clinic_the_practice_and_another_service_are_told_apart(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    for drug in ("azathioprine", "methotrexate", "ciclosporin"):
        rows.a_course(patient, drug, date(2026, 5, 4), "50")
    rows.shared_care(patient, MonitoredBy.OTHER.value, drug="azathioprine", provider="Elm Hospital")
    letter = " ".join(pdf_pages(sent(client, patient.pk, parts=["monitoring"])))
    assert "Elm Hospital looks after the monitoring for azathioprine." in letter
    assert "The clinic looks after everything else." in letter
    rows.shared_care(patient, MonitoredBy.GP.value, drug="methotrexate", provider="Oak Lane")
    letter = " ".join(pdf_pages(sent(client, patient.pk, parts=["monitoring"])))
    assert "Please see to the following" in letter
    assert "Elm Hospital looks after the monitoring for azathioprine." in letter


def test_nothing_due_is_said_without_naming_who_looks_after_it(client: Client, doctor: Staff) -> None:
    letter = " ".join(pdf_pages(sent(client, rows.a_patient(doctor).pk, parts=["monitoring"])))
    assert "No test is asked of the practice: no monitoring is due." in letter


def test_a_result_newly_out_of_range_is_a_change(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    rows.an_assessment(patient, date(2026, 5, 4))
    rows.a_result(patient, "albumin", "41", date(2026, 5, 20), unit="g/L")
    letter = " ".join(pdf_pages(sent(client, patient.pk, parts=["changes"])))
    assert "no result out of range is recorded since 04-May-2026" in letter
    rows.a_result(patient, "alt", "120", date(2026, 5, 20), unit="U/L", upper_limit=40)
    letter = " ".join(pdf_pages(sent(client, patient.pk, parts=["changes"])))
    assert "Since 04-May-2026: " in letter
    assert "20-May-2026 ALT 120 U/L" in letter


@pytest.mark.parametrize(("value", "above"), [("200", False), ("201", True)])
def test_ck_above_its_limit_says_so(client: Client, doctor: Staff, value: str, above: bool) -> None:
    patient = rows.a_patient(doctor)
    rows.a_result(patient, "ck", value, date(2026, 5, 20), unit="U/L", upper_limit=200)
    letter = " ".join(pdf_pages(sent(client, patient.pk, parts=["results"])))
    assert f"CK {value} U/L" in letter
    assert (f"CK {value} U/L: above the upper limit (20-May-2026)" in letter) is above


def test_only_what_was_chosen_goes_in(client: Client, doctor: Staff) -> None:
    letter = " ".join(pdf_pages(sent(client, a_full_record(doctor).pk, parts=["diagnosis", "plan"])))
    assert "Diagnosis" in letter
    assert "Plan" in letter
    assert "Current treatment" not in letter
    assert "ALT 120" not in letter


def test_own_sentences_are_printed_as_text_and_kept_nowhere(client: Client, doctor: Staff) -> None:
    patient = a_full_record(doctor)
    before = Draft.objects.count()
    typed = {"recipient": "Dr Oak\n1 Lane", "opening": "Thank you. #panic() $x$", "plan": "We *raise* the dose @soon"}
    letter = " ".join(pdf_pages(sent(client, patient.pk, **typed)))
    for words in ("Dr Oak", "Thank you. #panic() $x$", "We *raise* the dose @soon"):
        assert words in letter
    assert Draft.objects.count() == before
    assert "panic" not in " ".join(pdf_pages(client.get(reverse("record_letter_pdf", args=[patient.pk]))))


def test_every_page_says_whom_it_is_about_and_which_it_is(client: Client, doctor: Staff) -> None:
    patient = a_full_record(doctor, family_name="Okafor", given_names="Ada", nhs_number="9990000018")
    found = pdf_pages(sent(client, patient.pk, opening="A long sentence. " * 170, plan="Another one. " * 220))
    assert len(found) == 2
    for number, page in enumerate(found, start=1):
        for words in (
            "OKAFOR, Ada (",
            "born ",
            "NHS no. 999 000 0018",
            f"Hospital no. {patient.hospital_number}",
            "Printed by Dora Doctor on 01-Jun-2026 at 10:00",
            "Myoline advises; clinicians decide.",
            f"Page {number} of {len(found)}",
        ):
            assert words in page, (number, words)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"parts": []}, "Choose at least one part"),
        ({"parts": ["recipe"]}, "recipe is not one of the available choices"),
        ({"plan": "x" * 3001}, "at most 3000 characters"),
    ],
)
def test_what_cannot_be_printed_comes_back_with_what_was_typed(
    client: Client, doctor: Staff, typed: dict[str, Any], says: str
) -> None:
    answer = sent(client, a_full_record(doctor).pk, **{"opening": "Thank you.", **typed})
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert "Thank you." in text_of(answer)


def test_without_an_earlier_visit_no_change_is_made_up(client: Client, doctor: Staff) -> None:
    letter = " ".join(pdf_pages(client.get(reverse("record_letter_pdf", args=[rows.a_patient(doctor).pk]))))
    for words in ("No earlier visit is recorded.", "No active course is recorded.", "No result is recorded."):
        assert words in letter


def test_old_results_are_not_this_letters(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    rows.a_result(patient, "alt", "30", date(2025, 5, 31), unit="U/L")
    rows.a_result(patient, "albumin", "41", date(2025, 6, 1), unit="g/L")
    letter = " ".join(pdf_pages(sent(client, patient.pk, parts=["results"])))
    assert "albumin 41 g/L" in letter
    assert "ALT" not in letter


def test_that_every_result_is_too_old_is_not_said_as_that_there_is_none(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    rows.a_result(patient, "alt", "30", date(2025, 5, 31), unit="U/L")
    letter = " ".join(pdf_pages(sent(client, patient.pk, parts=["results"])))
    assert f"No result is recorded in the last {RESULT_DAYS} days." in letter
    rows.an_assessment(patient, date(2026, 5, 4), physician_global=6)
    letter = " ".join(pdf_pages(sent(client, patient.pk, parts=["results"])))
    assert f"No other result is recorded in the last {RESULT_DAYS} days." in letter


def test_the_file_name_holds_ids_alone(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    assert sent(client, patient.pk)["Content-Disposition"] == f'inline; filename="letter-{patient.pk}.pdf"'


def test_of_another_clinics_patient_nothing_is_printed(client: Client, doctor: Staff) -> None:
    assert sent(client, rows.a_patient(rows.a_member()).pk).status_code == 404


def test_a_letter_of_a_full_record_is_two_pages_at_most_and_says_how_much_more_there_is(
    client: Client, doctor: Staff
) -> None:
    own = {"opening": "A long sentence. " * 170, "plan": "Another one. " * 220}
    found = pdf_pages(sent(client, an_overfull_record(doctor).pk, **own))
    assert len(found) <= 2
    letter = " ".join(found)
    assert re.search(r"… and \d+ more in the record", letter)
    for words in ("azathioprine 50 mg", "prednisolone 20 mg", "ALT 120 U/L", "prednisolone from 01-Jul-2026"):
        assert words in letter, words


def test_a_dose_is_dated_by_its_own_day_and_not_by_the_start_of_the_drug(client: Client, doctor: Staff) -> None:
    patient = rows.a_patient(doctor)
    steroid = rows.a_course(patient, "prednisolone", date(2026, 1, 6), dose="60")
    rows.a_dose(steroid, "20", date(2026, 4, 1))
    rows.a_course(patient, "azathioprine", date(2026, 5, 4), "50")
    letter = " ".join(pdf_pages(sent(client, patient.pk, parts=["treatment"])))
    assert "this dose from 01-Apr-2026, the drug since 06-Jan-2026" in letter
    assert "since 04-May-2026" in letter


@pytest.mark.parametrize(
    ("raised", "since"),
    [
        (False, "(last dose entered: 60 mg once a day), the drug since 06-Jan-2026"),
        (True, "(last dose entered: 40 mg once a day), the dose entered from 01-Apr-2026, the drug since 06-Jan-2026"),
    ],
)
def test_the_day_of_the_dose_entered_is_not_that_of_the_step_taken(
    client: Client, doctor: Staff, raised: bool, since: str
) -> None:
    patient = rows.a_patient(doctor)
    steroid = rows.a_course(patient, "prednisolone", date(2026, 1, 6), dose="60")
    if raised:
        rows.a_dose(steroid, "40", date(2026, 4, 1))
    rows.a_taper(steroid, (date(2026, 5, 1), "20"))
    letter = " ".join(pdf_pages(sent(client, patient.pk, parts=["treatment"])))
    assert f"prednisolone 20 mg a day by the planned taper from 01-May-2026 {since}" in letter
