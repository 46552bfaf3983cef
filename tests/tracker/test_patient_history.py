"""The history of a record: each change in one sentence, in words, for those who may read the record."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.acting import Acting, acting_as
from patients.models import Patient, Staff
from patients.rules.vocabulary import ConditionKind, Role
from regimens import actions as regimens
from regimens.models import DosePeriod
from regimens.rules.vocabulary import StopReason
from tests.factories import rows
from tests.tracker.pages import a_full_record, query_budget, text_of
from tracker.audit.history import HistoryFilters, history_of, told
from tracker.audit.wording import ChangeInWords

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse() -> Staff:
    return rows.a_member(Role.NURSE, first_name="Nell", last_name="Example", password=None)


@pytest.fixture
def patient(nurse: Staff) -> Patient:
    return rows.a_patient(nurse)


@contextmanager
def by(staff: Staff | None, reason: str = "", origin: str = "page change_dose") -> Iterator[None]:
    with acting_as(Acting(actor_id=staff.pk if staff else None, origin=origin, reason=reason)):
        yield


def lines(staff: Staff, patient: Patient, **filters: Any) -> list[ChangeInWords]:
    return told(history_of(staff, patient, HistoryFilters(**filters)), patient.clinic)


def last(staff: Staff, patient: Patient) -> str:
    return lines(staff, patient)[0].sentence.replace("\u00a0", " ")


def correct(row: Any, staff: Staff, reason: str, **changed: Any) -> Any:
    """As a correction is written: the old row marked, a new one in its place, in one transaction."""
    with by(staff, reason):
        type(row).objects.filter(pk=row.pk).update(
            superseded_at=row.recorded_at, superseded_by=staff, superseded_reason=reason
        )
        old = row.pk
        row.pk, row.replaces_id = None, old
        for name, value in changed.items():
            setattr(row, name, value)
        row.save(force_insert=True)
    return row


def test_a_corrected_dose_is_one_sentence_with_who_when_and_why(nurse: Staff, patient: Patient) -> None:
    course = rows.a_course(patient, "methotrexate", date(2026, 4, 5), dose="15")
    dose = DosePeriod.objects.get(course=course)
    correct(dose, nurse, "typing error", amount=Decimal("20"))
    said = last(nurse, patient)
    assert "Dose (methotrexate: 20 mg" in said
    assert "changed: dose 15 → 20 mg, by Nell Example (nurse) on " in said
    assert said.endswith(", because: typing error")
    assert not any("withdrawn" in line.sentence for line in lines(nurse, patient)), "the correction is told once"


def test_a_new_dose_is_told_against_the_one_before(patient: Patient) -> None:
    doctor = rows.a_member(Role.DOCTOR, patient.clinic, password=None)
    course = rows.a_course(patient, "azathioprine", date(2026, 1, 5), dose="50")
    dose = DosePeriod.objects.get(course=course)
    with by(doctor):
        DosePeriod.objects.create(
            course=course, from_on=date(2026, 4, 5), amount=Decimal("75"), unit=dose.unit, basis=dose.basis,
            frequency=dose.frequency, recorded_by=doctor,
        )  # fmt: skip
    assert "changed: dose 50 → 75 mg, by" in last(doctor, patient)
    assert "from 05-Apr-2026" in last(doctor, patient)


def test_a_stop_is_a_change_in_place(nurse: Staff, patient: Patient) -> None:
    course = rows.a_course(patient, "azathioprine", date(2026, 1, 5), dose="50")
    with by(nurse):
        regimens.stop_course(
            by=nurse, course_id=course.pk, on=date(2026, 2, 3), reason=StopReason.INEFFECTIVE, version=course.version
        )
    said = last(nurse, patient)
    assert "Course (azathioprine, stopped 03-Feb-2026, from 05-Jan-2026) changed:" in said
    assert "last day not recorded → 03-Feb-2026" in said
    assert "reason for stopping not recorded → ineffective" in said
    assert "version" not in said


def test_a_withdrawn_entry_and_why(nurse: Staff, patient: Patient) -> None:
    weight = rows.a_weight(patient, "70.50", date(2026, 4, 5))
    with by(nurse):
        type(weight).objects.filter(pk=weight.pk).update(
            superseded_at=weight.recorded_at, superseded_by=nurse, superseded_reason="another patient"
        )
    said = last(nurse, patient)
    assert said.startswith("Weight withdrawn: 70.5 kg, on 05-Apr-2026, by Nell Example (nurse) on ")
    assert said.endswith(", because: another patient")


def test_words_and_no_codes_or_ids(nurse: Staff, patient: Patient) -> None:
    with by(nurse):
        rows.a_condition(patient, ConditionKind.ILD, date(2026, 1, 5))
        rows.an_assessment(patient, date(2026, 1, 5), ck="4200", physician_global=6, non_severe_confirmed=True)
        rows.an_assignment(patient, nurse)
        Patient.objects.filter(pk=patient.pk).update(sex="male", born=None, nhs_number="9990000018", version=7)
    told_of_patient = lines(nurse, patient)
    said = [line.sentence.replace("\u00a0", " ") for line in told_of_patient]
    assert {each.text for each in told_of_patient[0].fields} == {
        "sex female → male",
        "date of birth 04-May-1970 → not recorded",
        "NHS number not recorded → 999\u00a0000\u00a00018",
    }
    together = " | ".join(said)
    assert "to Nell Example" in together
    assert "physician global 6 cm" in together
    assert "disease confirmed as not severe" in together
    assert "enzyme creatine kinase (CK); value 4200 U/L" in together
    for raw in ("_id", "patient_id", "True", "False", "None", "not_recorded", "interstitial_lung"):
        assert raw not in together, raw


def test_what_only_the_software_changed_is_no_line(nurse: Staff, patient: Patient) -> None:
    before = len(lines(nurse, patient))
    Patient.objects.filter(pk=patient.pk).update(version=9)
    assert len(lines(nurse, patient)) == before


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        ("command load_demo", "not known who (made by command load_demo) on "),
        ("task monitoring.tasks.reconcile_some", "by Myoline itself on "),
        ("", ", not known who on "),
    ],
)
def test_an_unknown_actor_is_said(nurse: Staff, patient: Patient, origin: str, said: str) -> None:
    with by(None, origin=origin):
        rows.a_weight(patient)
    assert said in last(nurse, patient)


def test_the_role_is_that_of_the_moment(nurse: Staff, patient: Patient) -> None:
    with by(nurse):
        rows.a_weight(patient)
    nurse.memberships.update(role=Role.ADMIN)
    assert "Nell Example (nurse)" in last(nurse, patient)


def test_the_list_is_narrowed_by_what_field_person_and_day(nurse: Staff, patient: Patient) -> None:
    other = rows.a_member(Role.DOCTOR, patient.clinic, password=None)
    course = rows.a_course(patient, "methotrexate", date(2026, 4, 5), dose="15")
    dose = DosePeriod.objects.get(course=course)
    with by(nurse):
        rows.a_weight(patient)
    correct(dose, other, "weekday", weekday="friday")
    weights = lines(nurse, patient, table="patients_weight")
    assert [line.kind for line in weights] == ["weight"]
    assert {line.row_id for line in lines(nurse, patient, field="weekday")} >= {str(dose.pk)}
    amounts = lines(nurse, patient, field="dose")
    assert [line.done for line in amounts] == ["entered"], "the correction did not touch the amount"
    assert {line.kind for line in lines(nurse, patient, person=nurse.pk)} == {"weight"}
    assert lines(nurse, patient, last_on=date(2020, 1, 1)) == []
    assert len(lines(nurse, patient, first_on=date(2020, 1, 1))) == len(lines(nurse, patient))


def test_the_page_and_its_filters(client: Client, nurse: Staff, patient: Patient) -> None:
    with by(nurse):
        rows.a_weight(patient, "70")
    client.force_login(nurse)
    address = reverse("patient_history", args=[patient.pk])
    assert address in client.get(reverse("record", args=[patient.pk])).content.decode()
    text = text_of(client.get(address))
    assert "Weight entered: 70 kg" in text
    assert "by Nell Example (nurse)" in text
    assert "Nothing was changed under these filters" in text_of(client.get(f"{address}?until=01/01/2020"))
    assert "is no day" in text_of(client.get(f"{address}?from=yesteryear"))
    assert client.get(f"{address}?what=pg_class&field=password&person=x&page=99").status_code == 200


def test_another_clinics_patient_is_not_found(client: Client, patient: Patient) -> None:
    client.force_login(rows.a_member(Role.ADMIN, password=None))
    assert client.get(reverse("patient_history", args=[patient.pk])).status_code == 404
    client.force_login(rows.a_stranger(password=None))
    assert client.get(reverse("patient_history", args=[patient.pk])).status_code == 404


@pytest.mark.parametrize("count", [1, 20])
def test_queries_do_not_grow(client: Client, nurse: Staff, count: int) -> None:
    with by(nurse):
        patient = a_full_record(nurse)
        for number in range(count):
            rows.a_weight(patient, str(60 + number), date(2026, 1, 1) + timedelta(number))
        correct(DosePeriod.objects.filter(course__patient=patient).latest("pk"), nurse, "typing error", note="seen")
    client.force_login(nurse)
    address = reverse("patient_history", args=[patient.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    assert len(queries) == query_budget("patient_history")
