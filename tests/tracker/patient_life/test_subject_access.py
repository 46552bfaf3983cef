"""Everything held about one patient: complete, theirs alone, checkable, and recorded as taken out."""

import io
import json
import zipfile
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from monitoring.models import DueItem
from patients.entries import supersede
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Draft, Patient, Staff
from patients.rules.vocabulary import Role
from regimens.models import DoseCheck
from tests.factories.rows import (
    a_course,
    a_member,
    a_patient,
    a_weight,
    an_alert,
    an_assessment,
    clinic_of,
    some_contact_details,
)
from tests.tracker.pages import a_full_record
from tests.tracker.patient_life.test_nothing_deleted import clinical_models
from tracker.audit.record import record_access
from tracker.audit.words import AccessKind
from tracker.entry_kinds import KINDS
from tracker.models import Event
from tracker.patient_life.dictionary import MEANINGS, PARTS_OF_ENTRIES
from tracker.patient_life.merge_preview import preview_merge
from tracker.patient_life.merges import merge_patients, unmerge
from tracker.patient_life.subject_access import _beside, earlier_packs, make_subject_pack
from tracker.reports.check_pack import problems

pytestmark = pytest.mark.django_db

WHY = "the patient, in person, passport seen"


@pytest.fixture
def admin() -> Staff:
    return a_member(Role.ADMIN, password=None, first_name="Ada", last_name="Admin")


def files_of(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        return {name: pack.read(name).decode() for name in pack.namelist()}


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_every_kind_of_entry_has_its_file_with_every_row(admin: Staff) -> None:
    patient = a_full_record(admin)
    some_contact_details(patient)
    files = files_of(make_subject_pack(by=admin, patient_id=patient.pk, reason=WHY).content)
    for kind in KINDS:
        rows = kind.model._default_manager.filter(**{kind.patient: patient})
        assert {row["id"] for row in lines(files[f"entries/{kind.word}.jsonl"])} == set(
            rows.values_list("pk", flat=True)
        ), kind.word
    (assessment,) = lines(files["entries/assessment.jsonl"])
    assert [each["value"] for each in assessment["enzymes"]] == ["4200.000"]


def test_every_table_that_holds_something_of_a_patient_has_its_place_in_it(admin: Staff) -> None:
    files = files_of(make_subject_pack(by=admin, patient_id=a_patient(admin).pk, reason=WHY).content)
    assert {f"{name}.jsonl" for name in MEANINGS if name != "entry"} == {
        name for name in files if name.endswith(".jsonl") and not name.startswith("entries/")
    }
    parts = {column.model for columns in PARTS_OF_ENTRIES.values() for column in columns.values()}
    beside = {rows.model for _, rows in _beside([])}  # type: ignore[attr-defined]  # each is a query set
    assert set(clinical_models()) == {Patient, *(kind.model for kind in KINDS), *parts, *beside} - {DueItem, Draft}


def test_what_the_dose_guard_said_stands_with_the_dose(admin: Staff) -> None:
    patient = a_patient(admin)
    course = a_course(patient, "methotrexate", date(2026, 1, 5), "25")
    said = {"course": course, "dose": course.doses.get(), "recorded_by": admin, "protocol_version": "1"}
    DoseCheck.objects.create(**said, findings=[{"sentence": "more than usual"}], override_reason="weighed with them")
    files = files_of(make_subject_pack(by=admin, patient_id=patient.pk, reason=WHY).content)
    (dose,) = lines(files["entries/dose.jsonl"])
    (check,) = dose["what_the_guard_said"]
    assert (check["findings"], check["override_reason"]) == ([{"sentence": "more than usual"}], "weighed with them")
    assert check["recorded_by"] == "Ada Admin"


def test_what_was_withdrawn_is_there_with_who_when_and_why(admin: Staff) -> None:
    patient = a_patient(admin)
    supersede(a_weight(patient, "71"), by=admin, reason="another patient’s")
    files = files_of(make_subject_pack(by=admin, patient_id=patient.pk, reason=WHY).content)
    (row,) = lines(files["entries/weight.jsonl"])
    assert (row["became"], row["became_by"], row["because"]) == ("withdrawn", "Ada Admin", "another patient’s")
    assert "another patient’s" in files["summary.html"]
    assert "71\u00a0kg" in files["summary.html"]


def test_who_looked_is_in_it(admin: Staff) -> None:
    patient = a_patient(admin)
    record_access(AccessKind.VIEW, [patient.pk], page="record")
    files = files_of(make_subject_pack(by=admin, patient_id=patient.pk, reason=WHY).content)
    assert [row["page"] for row in lines(files["access_log.jsonl"])] == ["patient record"]


def test_nobody_elses_row_is_in_it(admin: Staff) -> None:
    patient, other = a_patient(admin), a_patient(admin, family_name="Elsewise")
    for one in (patient, other):
        a_weight(one)
        an_alert(one)
        an_assessment(one, ck="100")
        some_contact_details(one, f"{one.pk}@example.org")
    files = files_of(make_subject_pack(by=admin, patient_id=patient.pk, reason=WHY).content)
    said = " ".join(files.values())
    assert "Elsewise" not in said
    assert f"{other.pk}@example.org" not in said
    for name, text in files.items():
        if name.endswith(".jsonl") and "access" not in name:
            assert {row.get("patient_id", patient.pk) for row in lines(text)} <= {patient.pk}, name


def test_a_merged_record_is_a_part_of_it(admin: Staff) -> None:
    kept, other = a_patient(admin), a_patient(admin, family_name="Maiden")
    a_weight(kept, "70")
    a_weight(other, "70")
    seen = preview_merge(by=admin, kept_id=kept.pk, merged_id=other.pk).fingerprint
    merge_patients(by=admin, kept_id=kept.pk, merged_id=other.pk, reason="same person", seen=seen)
    files = files_of(make_subject_pack(by=admin, patient_id=kept.pk, reason=WHY).content)
    assert len(lines(files["entries/weight.jsonl"])) == 2
    assert "Maiden" in files["summary.html"]


def test_the_pack_checks_out_and_a_changed_one_does_not(admin: Staff, tmp_path: Any) -> None:
    made = make_subject_pack(by=admin, patient_id=a_full_record(admin).pk, reason=WHY)
    path = tmp_path / "pack.zip"
    path.write_bytes(made.content)
    assert problems(str(path)) == []
    files = files_of(made.content)
    with zipfile.ZipFile(path, "w") as pack:
        for name, text in files.items():
            pack.writestr(name, text + ("x" if name == "entries/weight.jsonl" else ""))
    assert problems(str(path)) == ["'entries/weight.jsonl' is changed or cut short"]


def test_that_it_was_taken_out_is_recorded_with_the_reason(admin: Staff) -> None:
    patient = a_patient(admin)
    made = make_subject_pack(by=admin, patient_id=patient.pk, reason=WHY)
    event = Event.objects.get(kind="access", subject="export")
    assert (event.patient_id, event.reason, event.new["sha256"]) == (patient.pk, WHY, made.sha256)
    assert [each.reason for each in earlier_packs(admin, patient)] == [WHY]
    assert str(timezone.localdate()) in made.name
    assert patient.family_name not in made.name


@pytest.mark.parametrize(
    ("role", "may"), [(Role.ADMIN, True), (Role.DOCTOR, False), (Role.NURSE, False), (Role.AUDITOR, False)]
)
def test_by_role(admin: Staff, role: Role, may: bool) -> None:
    patient, by = a_patient(admin), a_member(role, clinic_of(admin))
    if may:
        assert make_subject_pack(by=by, patient_id=patient.pk, reason=WHY).content
    else:
        with pytest.raises(NotAllowed):
            make_subject_pack(by=by, patient_id=patient.pk, reason=WHY)


def test_another_clinics_patient_and_no_reason(admin: Staff) -> None:
    with pytest.raises(NotFound):
        make_subject_pack(by=admin, patient_id=a_patient(a_member()).pk, reason=WHY)
    with pytest.raises(Refused):
        make_subject_pack(by=admin, patient_id=a_patient(admin).pk, reason=" ")
    assert not Event.objects.filter(kind="access", subject="export").exists()


def test_after_a_wrong_merge_nothing_that_names_the_other_person_is_in_it(admin: Staff) -> None:
    patient = a_patient(admin, born=None)
    other = a_patient(admin, nhs_number="9990000018", born=date(1961, 2, 3))
    a_weight(other, "71")
    seen = preview_merge(by=admin, kept_id=patient.pk, merged_id=other.pk).fingerprint
    made = merge_patients(by=admin, kept_id=patient.pk, merged_id=other.pk, reason="thought one person", seen=seen)
    unmerge(by=admin, merge_id=made.pk, reason="two sisters")
    for one in (patient, other):
        files = files_of(make_subject_pack(by=admin, patient_id=one.pk, reason=WHY).content)
        (row,) = lines(files["merges.jsonl"])
        assert (row["reason"], row["undone_reason"]) == ("thought one person", "two sisters")
        assert not {"moved", "filled"} & set(row)
        if one == patient:
            assert "9990000018" not in "".join(files.values())
            assert "1961-02-03" not in "".join(files.values())
