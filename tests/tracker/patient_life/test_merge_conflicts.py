"""What stands in the way of making two records one, and what is left behind because it says the same."""

from datetime import date, timedelta
from typing import Any

import pytest

from patients.errors import Refused
from patients.models import Patient, PatientTransfer, Staff
from patients.rules.vocabulary import PatientStatus, Role
from tests.factories.rows import (
    a_clinic,
    a_course,
    a_height,
    a_member,
    a_milestone,
    a_patient,
    a_patient_no_longer_under_care,
    a_result,
    an_alert,
    an_assessment,
    an_assignment,
    clinic_of,
    shared_care,
    some_contact_details,
)
from tests.tracker.patient_life.test_merges import merge
from tracker.patient_life.merge_preview import preview_merge

pytestmark = pytest.mark.django_db


def conflicts(by: Staff, kept: Patient, other: Patient) -> str:
    shown = preview_merge(by=by, kept_id=kept.pk, merged_id=other.pk)
    said = " ".join(" ".join((each.text, each.advice, *each.rows)) for each in shown.conflicts)
    if shown.conflicts:
        with pytest.raises(Refused) as refused:
            merge(by, kept, other)
        assert refused.value.message.startswith(shown.conflicts[0].text)
        other.refresh_from_db()
        assert other.merged_into_id is None
    return said


def test_courses_of_one_drug_at_one_time(doctor: Staff) -> None:
    kept, other = a_patient(doctor), a_patient(doctor)
    stop = date(2026, 3, 1)
    a_course(kept, start_on=date(2026, 1, 1), stop_on=stop)
    touching = a_course(other, start_on=stop)
    assert conflicts(doctor, kept, other) == ""
    overlapping = a_course(kept, "azathioprine", start_on=date(2026, 1, 1), stop_on=stop + timedelta(days=1))
    type(touching).objects.filter(pk=touching.pk).update(drug="azathioprine")
    said = conflicts(doctor, kept, other)
    assert "course of one drug at the same time" in said
    assert "azathioprine" in said
    assert overlapping.patient.hospital_number in said


@pytest.mark.parametrize(
    ("enter", "word"),
    [
        (some_contact_details, "contact details"),
        (lambda one: shared_care(one, provider=one.hospital_number), "shared care"),
        (lambda one: a_milestone(one, note=one.hospital_number), "milestone"),
    ],
)
def test_what_one_person_has_once(doctor: Staff, enter: Any, word: str) -> None:
    kept, other = a_patient(doctor), a_patient(doctor)
    enter(other)
    assert conflicts(doctor, kept, other) == ""
    enter(kept)
    assert word in conflicts(doctor, kept, other)


def test_whose_work_it_is(doctor: Staff) -> None:
    kept, other, nurse = a_patient(doctor), a_patient(doctor), a_member(Role.NURSE, clinic_of(doctor))
    an_assignment(kept, doctor)
    an_assignment(other, nurse)
    assert "assignment" in conflicts(doctor, kept, other)


def test_what_says_the_same_stays_with_the_merged_record(doctor: Staff) -> None:
    kept, other = a_patient(doctor), a_patient(doctor)
    a_height(kept, "165")
    earlier = a_height(other, "166")
    type(earlier).objects.filter(pk=earlier.pk).update(
        superseded_at=earlier.recorded_at, superseded_by=doctor, superseded_reason="typed wrong"
    )
    twin = a_height(other, "165", replaces=earlier)
    an_assessment(kept, ck="400")
    same = an_assessment(other, ck="400")
    another = an_assessment(other, ck="500")
    shown = preview_merge(by=doctor, kept_id=kept.pk, merged_id=other.pk)
    assert shown.left == {"patients.Height": [earlier.pk, twin.pk], "patients.Assessment": [same.pk]}
    merge(doctor, kept, other)
    twin.refresh_from_db()
    another.refresh_from_db()
    assert (twin.patient_id, another.patient_id) == (other.pk, kept.pk)


def test_what_says_the_same_and_is_named_elsewhere_has_to_be_settled(doctor: Staff) -> None:
    kept, other = a_patient(doctor), a_patient(doctor)
    a_result(kept)
    an_alert(other, result=a_result(other))
    assert "result" in conflicts(doctor, kept, other)


def test_a_death_in_one_record_alone(doctor: Staff) -> None:
    dead = a_patient_no_longer_under_care(doctor)
    assert "died" in conflicts(doctor, a_patient(doctor), dead)
    assert "died" in conflicts(doctor, dead, a_patient(doctor))


def test_the_record_under_care_is_the_one_that_stays(doctor: Staff) -> None:
    gone = a_patient_no_longer_under_care(doctor, PatientStatus.DISCHARGED)
    assert "not under care" in conflicts(doctor, gone, a_patient(doctor))
    assert conflicts(doctor, a_patient(doctor), gone) == ""


def test_a_record_on_its_way_to_another_clinic(doctor: Staff) -> None:
    kept, other = a_patient(doctor), a_patient(doctor)
    PatientTransfer.objects.create(
        patient=other, from_clinic=clinic_of(doctor), to_clinic=a_clinic(), reason="moved", asked_by=doctor,
        hospital_number_before=other.hospital_number,
    )  # fmt: skip
    assert "handed over" in conflicts(doctor, kept, other)


def test_a_demonstration_record(doctor: Staff) -> None:
    assert "clinical" in conflicts(doctor, a_patient(doctor), a_patient(doctor, provenance="synthetic"))
