"""How long a nurse may put off, pause or wave through: one interval, or 28 days; longer is for a doctor."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from monitoring.actions import not_needed, pause_monitoring, snooze_item
from monitoring.models.due_item import DueItemStatus
from patients.errors import Refused
from patients.models import Patient, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

TODAY = date(2026, 11, 20)
FBC, LIPIDS, EVERY = "full_blood_count", "lipids", ""
Act = Callable[[Staff, Patient, int], object]


def _until(days: int) -> date:
    return TODAY + timedelta(days)


ACTS: dict[str, Act] = {
    "snooze": lambda by, patient, days: snooze_item(
        by=by, patient_id=patient.pk, item=FBC, until=_until(days), reason="away"
    ),
    "pause": lambda by, patient, days: pause_monitoring(
        by=by, patient_id=patient.pk, drug="methotrexate", until=_until(days), reason="away"
    ),
    "not needed": lambda by, patient, days: not_needed(
        by=by, patient_id=patient.pk, item=FBC, until=_until(days), reason="done elsewhere"
    ),
}
WITH_A_DOCTOR = {"snooze": 183, "pause": 183, "not needed": 364}


@pytest.fixture
def patient(nurse: Staff) -> Patient:
    patient = rows.a_patient(nurse)
    rows.a_course(patient, "methotrexate", dose="15")
    return patient


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize(("interval", "most"), [(None, 28), (14, 28), (28, 28), (29, 29), (84, 84)])
def test_a_nurse_has_28_days_or_one_interval(
    nurse: Staff, patient: Patient, act: Act, interval: int | None, most: int
) -> None:
    rows.a_due_item(patient, FBC, TODAY, interval_days=interval)
    with pytest.raises(Refused, match=f"{most} days at most.*ask a doctor for longer") as refused:
        act(nurse, patient, most + 1)
    assert refused.value.field == "until"
    assert act(nurse, patient, most)


@pytest.mark.parametrize("name", ACTS)
def test_a_doctor_has_as_long_as_ever(patient: Patient, name: str) -> None:
    doctor = rows.a_member(Role.DOCTOR, patient.clinic, password=None)
    rows.a_due_item(patient, FBC, TODAY, interval_days=14)
    with pytest.raises(Refused) as refused:
        ACTS[name](doctor, patient, WITH_A_DOCTOR[name] + 1)
    assert "ask a doctor" not in refused.value.message
    assert ACTS[name](doctor, patient, WITH_A_DOCTOR[name])


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_only_the_interval_of_the_open_item_counts(nurse: Staff, patient: Patient, act: Act) -> None:
    rows.a_due_item(
        patient, FBC, TODAY, interval_days=84, status=DueItemStatus.DONE, done_on=TODAY, closed_at="2026-11-20T12:00Z"
    )
    rows.a_due_item(rows.a_patient(nurse), FBC, TODAY, interval_days=84)
    with pytest.raises(Refused, match="28 days at most"):
        act(nurse, patient, 29)


def test_a_pause_lasts_one_interval_of_what_comes_round_soonest(nurse: Staff, patient: Patient) -> None:
    rows.a_due_item(patient, LIPIDS, TODAY, interval_days=168)
    rows.a_due_item(patient, FBC, TODAY, interval_days=84)
    rows.a_due_item(patient, "albumin", TODAY, interval_days=42, drug="azathioprine")
    with pytest.raises(Refused, match="84 days at most"):
        ACTS["pause"](nurse, patient, 85)
    said = {"by": nurse, "patient_id": patient.pk, "reason": "away"}
    with pytest.raises(Refused, match="42 days at most"):
        pause_monitoring(**said, until=_until(43))
    assert pause_monitoring(**said, until=_until(42))


def test_what_is_asked_once_may_be_waved_through_for_longer(nurse: Staff, patient: Patient) -> None:
    said = {"by": nurse, "patient_id": patient.pk, "reason": "done elsewhere"}
    assert not_needed(**said, item="hepatitis_b", until=_until(364))
    # Without a day it holds for one interval of what is repeated.
    assert not_needed(**said, item=FBC)
