"""Due items follow the schedule rules, whatever happened and however often reconcile runs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from monitoring.actions import reconcile
from monitoring.facts import monitoring_records
from monitoring.models import DueItem, Result
from monitoring.models.due_item import DueItemStatus
from monitoring.protocol.load import load
from monitoring.rules.schedule import evaluate
from patients.acting import because
from patients.models import Membership
from patients.rules.vocabulary import PatientStatus
from regimens.rules.vocabulary import StopReason
from tests.factories.records import DAY
from tests.factories.rows import (
    a_clinic,
    a_course,
    a_dose,
    a_member,
    a_patient,
    a_result,
    a_taper,
    a_weight,
    an_assignment,
)

pytestmark = pytest.mark.django_db

FULL_BLOOD_COUNT = ("white_cells", "neutrophils", "platelets", "haemoglobin")


def after(days):
    return DAY + timedelta(days=days)


def a_full_blood_count(patient, on):
    for analyte in FULL_BLOOD_COUNT:
        a_result(patient, analyte, "5", on)


def open_item(patient, item="full_blood_count"):
    return DueItem.objects.get(patient=patient, item=item, status=DueItemStatus.OPEN)


def shown_by_rules(patient, on):
    record = monitoring_records([patient.pk])[patient.pk]
    return {(due.item, due.occasion, due.due_on, due.driver.drug) for due in evaluate(record, load(), on).due}


def kept(patient):
    rows = DueItem.objects.filter(patient=patient, status=DueItemStatus.OPEN)
    return set(rows.values_list("item", "occasion", "due_on", "drug"))


@pytest.fixture
def patient():
    patient = a_patient(a_member())
    a_course(patient, "methotrexate", DAY, "10")
    return patient


def test_opens_what_the_rules_ask_for(patient):
    report = reconcile(patient_ids=[patient.pk], as_of=DAY)

    assert report.opened == len(kept(patient)) > 5
    assert kept(patient) == shown_by_rules(patient, DAY)


def test_second_run_changes_nothing_and_writes_no_row(patient, django_assert_max_num_queries):
    reconcile(patient_ids=[patient.pk], as_of=DAY)
    before = list(DueItem.objects.values_list("pk", "changed_at"))

    with django_assert_max_num_queries(25) as captured:
        report = reconcile(patient_ids=[patient.pk], as_of=DAY)

    assert not report.changed
    assert list(DueItem.objects.values_list("pk", "changed_at")) == before
    assert not [query for query in captured if query["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]


def test_result_closes_the_item_by_its_sample_day_and_opens_the_next(patient):
    a_full_blood_count(patient, DAY)
    reconcile(patient_ids=[patient.pk], as_of=DAY)
    first = open_item(patient)
    a_full_blood_count(patient, after(12))

    reconcile(patient_ids=[patient.pk], as_of=after(15))

    first.refresh_from_db()
    assert (first.status, first.done_on) == (DueItemStatus.DONE, after(12))
    assert open_item(patient).due_on == after(26)


def test_once_only_item_is_closed_as_done_not_cancelled(patient):
    reconcile(patient_ids=[patient.pk], as_of=DAY)
    row = open_item(patient, "hepatitis_c")
    a_result(patient, "hepatitis_c_antibody", "", after(1), text="negative")

    reconcile(patient_ids=[patient.pk], as_of=after(2))

    row.refresh_from_db()
    assert (row.status, row.done_on) == (DueItemStatus.DONE, after(1))
    assert not DueItem.objects.filter(patient=patient, item="hepatitis_c", status=DueItemStatus.OPEN).exists()


def test_result_after_the_day_closes_nothing(patient):
    reconcile(patient_ids=[patient.pk], as_of=DAY)
    a_full_blood_count(patient, after(20))

    reconcile(patient_ids=[patient.pk], as_of=after(10))

    assert open_item(patient).last_done_on is None


def test_dose_increase_moves_the_item_forward(patient):
    for day in (0, 14, 28, 42, 70, 98, 126):
        a_full_blood_count(patient, after(day))
    reconcile(patient_ids=[patient.pk], as_of=after(130))
    row = open_item(patient)
    assert row.due_on == after(126 + 84)
    a_dose(patient.courses.get(), "15", after(130))

    report = reconcile(patient_ids=[patient.pk], as_of=after(131))

    row.refresh_from_db()
    assert row.due_on == after(144)
    assert (report.moved > 0, report.cancelled) == (True, 0)


def test_stop_cancels_with_the_reason(patient):
    reconcile(patient_ids=[patient.pk], as_of=DAY)
    patient.courses.update(
        stop_on=after(3),
        stop_reason=StopReason.PLANNED.value,
        stop_recorded_at=patient.recorded_at,
        stop_recorded_by=patient.recorded_by,
    )

    reconcile(patient_ids=[patient.pk], as_of=after(3))

    rows = DueItem.objects.filter(patient=patient)
    assert {row.status for row in rows} == {DueItemStatus.CANCELLED}
    assert all("methotrexate" in row.close_reason for row in rows)


@pytest.mark.parametrize("status", [PatientStatus.DECEASED, PatientStatus.TRANSFERRED, PatientStatus.DISCHARGED])
def test_patient_who_left_care_has_nothing_open(patient, status):
    reconcile(patient_ids=[patient.pk], as_of=DAY)
    patient.status, patient.status_on, patient.status_reason = status.value, after(1), "moved"
    patient.save()

    reconcile(patient_ids=[patient.pk], as_of=after(1))

    assert not kept(patient)


def test_each_taper_step_has_a_row_of_its_own(patient):
    course = a_course(patient, "prednisolone", DAY, "60")
    a_taper(course, (after(42), "50"), (after(56), "40"))

    reconcile(patient_ids=[patient.pk], as_of=after(7))

    steps = DueItem.objects.filter(patient=patient, item="taper_checkpoint").order_by("due_on")
    assert [row.due_on for row in steps] == [after(42), after(56)]


def test_other_patients_are_left_alone(patient):
    other = a_patient(a_member(clinic=a_clinic()))
    a_course(other, "methotrexate", DAY, "10")

    reconcile(patient_ids=[patient.pk], as_of=DAY)

    assert not DueItem.objects.filter(patient=other).exists()


def test_number_of_queries_does_not_grow_with_patients(patient, django_assert_num_queries):
    def cost(patient_ids):
        with connection.execute_wrapper(counter := _Counter()):
            reconcile(patient_ids=patient_ids, as_of=DAY)
        return counter.count

    one = cost([patient.pk])
    doctor = patient.recorded_by
    more = [a_patient(doctor) for _ in range(20)]
    for each in more:
        a_course(each, "methotrexate", DAY, "10")
        a_weight(each)

    assert cost([each.pk for each in more]) == one


class _Counter:
    def __init__(self):
        self.count = 0

    def __call__(self, execute, sql, params, many, context):
        self.count += 1
        return execute(sql, params, many, context)


def test_a_withdrawn_result_takes_back_what_it_closed(patient):
    reconcile(patient_ids=[patient.pk], as_of=DAY)
    first = open_item(patient)
    a_full_blood_count(patient, DAY)
    reconcile(patient_ids=[patient.pk], as_of=after(1))
    first.refresh_from_db()
    assert (first.status, first.done_on) == ("done", DAY)

    Result.objects.update(
        superseded_at=timezone.now(), superseded_by=patient.recorded_by, superseded_reason="another patient's"
    )
    reconcile(patient_ids=[patient.pk], as_of=after(2))

    first.refresh_from_db()
    assert (first.status, first.done_on) == ("cancelled", None)
    assert first.close_reason.startswith("What closed it was withdrawn or corrected")
    assert kept(patient) == shown_by_rules(patient, after(2))


@pytest.mark.parametrize("left", ["clinic", "role"])
def test_work_of_somebody_who_left_the_clinic_or_the_role_is_nobodys(patient, left):
    leaver = a_member(clinic=patient.clinic)
    an_assignment(patient, leaver)
    # In another clinic they still do such work; that is no reason to leave it with them here.
    Membership.objects.create(staff=leaver, clinic=a_clinic(), role="nurse")
    reconcile(patient_ids=[patient.pk], as_of=DAY)
    assert set(DueItem.objects.values_list("owner", flat=True)) == {leaver.pk}
    here = Membership.objects.filter(staff=leaver, clinic=patient.clinic)
    if left == "clinic":
        with because("left"):
            here.delete()
    else:
        here.update(role="auditor")
    reconcile(patient_ids=[patient.pk], as_of=DAY)
    assert set(DueItem.objects.filter(status="open").values_list("owner", flat=True)) == {None}


def test_work_of_somebody_who_left_is_nobodys(patient):
    clinic = patient.clinic
    leaver, nurse = a_member(clinic=clinic), a_member(clinic=clinic)
    an_assignment(patient, leaver)
    an_assignment(patient, nurse, item="albumin")
    reconcile(patient_ids=[patient.pk], as_of=DAY)
    assert set(DueItem.objects.values_list("owner", flat=True)) == {leaver.pk, nurse.pk}

    leaver.is_active = False
    leaver.save()
    reconcile(patient_ids=[patient.pk], as_of=DAY)

    owners = dict(DueItem.objects.filter(status="open").values_list("item", "owner"))
    assert {owner for item, owner in owners.items() if item != "albumin"} == {None}
    assert owners["albumin"] == nurse.pk
