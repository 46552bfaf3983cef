"""What must never be false about monitoring: refused by the database itself, and before it by the action in words."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from monitoring.actions import NewResult, record_results, snooze_item
from monitoring.models import DueItem, Result
from patients.models import Patient, Staff
from tests.factories.rows import a_due_item, a_member, a_result, a_snooze
from tests.refusing import action_says, database_refuses

pytestmark = pytest.mark.django_db

SAMPLED, BEFORE, AFTER = date(2026, 1, 5), date(2026, 1, 4), date(2026, 1, 6)
CLOSED = {"status": "done", "closed_at": timezone.now(), "done_on": SAMPLED}


def test_two_open_due_items_of_one_occasion(patient: Patient) -> None:
    a_due_item(patient)
    with database_refuses("monitoring_dueitem_one_open"):
        a_due_item(patient)
    a_due_item(patient, occasion="2026-02-01")
    a_due_item(patient, **CLOSED)


@pytest.mark.parametrize(
    "values",
    [
        {"status": "done"},
        {"status": "done", "closed_at": timezone.now()},
        {"status": "done", "done_on": SAMPLED},
        {"status": "cancelled", "closed_at": timezone.now()},
        {"status": "cancelled", "close_reason": "the drug was stopped"},
        {"status": "cancelled", "closed_at": timezone.now(), "close_reason": "x", "done_on": SAMPLED},
        {"status": "open", "closed_at": timezone.now()},
        {"status": "open", "done_on": SAMPLED},
        {"status": "open", "close_reason": "x"},
    ],
)
def test_a_due_item_half_closed(patient: Patient, values: dict[str, Any]) -> None:
    row = a_due_item(patient)
    with database_refuses("monitoring_dueitem_closed_with_reason"):
        DueItem.objects.filter(pk=row.pk).update(**values)


def test_a_visit_after_the_day_it_is_due(patient: Patient) -> None:
    with database_refuses("monitoring_dueitem_visit_not_late"):
        a_due_item(patient, due_on=SAMPLED, visit_on=AFTER)
    a_due_item(patient, due_on=SAMPLED, visit_on=SAMPLED)


def test_a_result_that_says_nothing(patient: Patient, nurse: Staff) -> None:
    with database_refuses("monitoring_result_says_something"):
        a_result(patient, value="")
    with action_says("enter a value or a finding", "alt"):
        record_results(by=nurse, patient_id=patient.pk, sampled_on=SAMPLED, values=[NewResult(analyte="alt", text=" ")])
    with action_says("at least one result", None):
        record_results(by=nurse, patient_id=patient.pk, sampled_on=SAMPLED, values=[])


def test_a_comparator_without_a_value(patient: Patient) -> None:
    with database_refuses("monitoring_result_comparator_of_a_value"):
        a_result(patient, value="", text="not done", comparator="<")


def test_a_result_received_before_its_sample(patient: Patient, nurse: Staff) -> None:
    with database_refuses("monitoring_result_received_after_sample"):
        a_result(patient, sampled_on=SAMPLED, received_on=BEFORE)
    values = [NewResult(analyte="alt", value=Decimal(30), unit="U/L")]
    known = {"by": nurse, "patient_id": patient.pk, "sampled_on": SAMPLED, "values": values}
    with action_says("before its sample was taken", "received_on"):
        record_results(**known, received_on=BEFORE)
    assert record_results(**known, received_on=SAMPLED)[0].received_on == SAMPLED


@pytest.mark.parametrize(("hours", "fits"), [("-0.5", False), ("0", True), ("168", True), ("168.5", False)])
def test_hours_after_the_dose_that_cannot_be(patient: Patient, nurse: Staff, hours: str, fits: bool) -> None:
    level = NewResult(analyte="tacrolimus_level", value=Decimal(6), unit="ng/mL", hours_after_dose=Decimal(hours))
    known = {"by": nurse, "patient_id": patient.pk, "sampled_on": SAMPLED, "values": [level]}
    if fits:
        assert record_results(**known)[0].hours_after_dose == Decimal(hours)
        return
    with database_refuses("monitoring_result_hours_plausible"):
        a_result(patient, "tacrolimus_level", hours_after_dose=hours)
    with action_says("0 to 168", "tacrolimus_level"):
        record_results(**known)


@time_machine.travel("2026-01-05 12:00:00+00:00", tick=False)
def test_putting_off_to_a_day_that_is_not_later(patient: Patient, nurse: Staff) -> None:
    with database_refuses("monitoring_snooze_until_later"):
        a_snooze(patient, "full_blood_count", until=SAMPLED, made_on=SAMPLED)
    known = {"by": nurse, "patient_id": patient.pk, "item": "full_blood_count", "reason": "away"}
    with action_says("later day", "until"):
        snooze_item(**known, until=SAMPLED)
    with action_says("183 days", "until"):
        snooze_item(**known, until=date(2026, 7, 8))
    doctor = a_member("doctor", patient.clinic, password=None)
    snooze_item(**{**known, "by": doctor}, until=date(2026, 7, 7))
    snooze_item(**known, until=AFTER)


@time_machine.travel("2026-01-05 12:00:00+00:00", tick=False)
def test_putting_off_without_a_reason(patient: Patient, nurse: Staff) -> None:
    with database_refuses("monitoring_snooze_with_reason"):
        a_snooze(patient, "full_blood_count", until=AFTER, made_on=SAMPLED, reason="")
    with action_says("Say why", "reason"):
        snooze_item(by=nurse, patient_id=patient.pk, item="full_blood_count", until=AFTER, reason=" ")


def test_a_correction_without_who_or_why(patient: Patient, nurse: Staff) -> None:
    row = a_result(patient)
    for values in (
        {"superseded_at": timezone.now(), "superseded_by": nurse, "superseded_reason": ""},
        {"superseded_at": None, "superseded_by": nurse, "superseded_reason": "typing error"},
    ):
        with database_refuses("monitoring_result_superseded_who_when_why"):
            Result.objects.filter(pk=row.pk).update(**values)
