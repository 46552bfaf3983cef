"""Alerts are opened once, closed when their value is no longer what it was, and acted on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring.actions import (
    acknowledge_alert,
    act_on_alert,
    close_alert,
    raise_alerts,
    reopen_alert,
    withdraw_result,
)
from monitoring.models import Alert, AlertStep, Result
from monitoring.rules.vocabulary import AlertAction, AlertLevel, AlertStatus, AlertStepKind
from patients.clock import today_in
from patients.errors import DomainError, NotAllowed, NotFound, Refused, StaleVersion
from patients.models import Patient, Staff
from patients.rules.vocabulary import PatientStatus, Role
from tests.factories import rows

pytestmark = pytest.mark.django_db

UNIT = "10*9/L"


@pytest.fixture
def doctor() -> Staff:
    return rows.a_member(password=None, first_name="Dora", last_name="Doctor")


@pytest.fixture
def nurse(doctor: Staff) -> Staff:
    return rows.a_member(Role.NURSE, rows.clinic_of(doctor), password=None)


@pytest.fixture
def patient(doctor: Staff) -> Patient:
    return rows.a_patient(doctor)


def today(patient: Patient) -> Any:
    return today_in(patient.clinic)


def low_platelets(patient: Patient, value: str = "40", days_ago: int = 1, **fields: Any) -> Result:
    on = today(patient) - timedelta(days=days_ago)
    return rows.a_result(patient, "platelets", value, on, unit=UNIT, **fields)


def an_alert(patient: Patient, value: str = "40") -> Alert:
    low_platelets(patient, value)
    raise_alerts([patient.pk])
    return Alert.objects.get()


def kinds(alert: Alert) -> list[str]:
    return [step.kind for step in AlertStep.objects.filter(alert=alert)]


def last_note(alert: Alert) -> str:
    return AlertStep.objects.filter(alert=alert).latest("pk").note


def closed(alert: Alert) -> bool:
    alert.refresh_from_db()
    return alert.status == AlertStatus.CLOSED and alert.closed_at is not None


def test_an_abnormal_result_opens_one_alert_with_what_was_found(patient: Patient) -> None:
    result = low_platelets(patient)
    assert raise_alerts([patient.pk]).opened == 1
    alert = Alert.objects.get()
    assert (alert.subject, alert.result, alert.rule_id) == (f"result:{result.pk}", result, "severe.platelets")
    assert (alert.grade, alert.level, alert.status) == ("urgent", AlertLevel.NURSE, AlertStatus.OPEN)
    assert alert.text == "platelets 40 ×10⁹/L: below 50 ×10⁹/L"
    assert alert.advice.startswith("Stop the drugs")
    assert alert.caveats == ["Also: platelets 40 ×10⁹/L: below 140 ×10⁹/L"]
    assert alert.source_kind == "local_reading"
    assert kinds(alert) == ["opened"]


def test_raised_twice_is_raised_once_and_writes_nothing(patient: Patient) -> None:
    an_alert(patient)
    with CaptureQueriesContext(connection) as captured:
        assert not raise_alerts([patient.pk]).changed
    assert not [query for query in captured if query["sql"].startswith(("INSERT", "UPDATE"))]
    assert Alert.objects.count() == AlertStep.objects.count() == 1


def test_a_normal_result_raises_nothing(patient: Patient) -> None:
    low_platelets(patient, "250")
    assert not raise_alerts([patient.pk]).changed


def test_the_number_of_queries_does_not_grow_with_the_patients(doctor: Staff) -> None:
    def cost(number: int) -> int:
        patients = [rows.a_patient(doctor) for _ in range(number)]
        for each in patients:
            low_platelets(each)
        with CaptureQueriesContext(connection) as captured:
            assert raise_alerts([each.pk for each in patients]).opened == number
        return len(captured)

    assert cost(1) == cost(12)


def test_a_patient_for_whom_nothing_was_entered_lately_is_not_read(patient: Patient) -> None:
    low_platelets(patient, recorded_at=datetime(2020, 1, 1, tzinfo=UTC))
    with CaptureQueriesContext(connection) as captured:
        assert not raise_alerts([patient.pk]).changed
    assert len(captured) == 4


def test_the_newest_value_entered_late_keeps_its_grade(patient: Patient) -> None:
    low_platelets(patient, days_ago=29)
    raise_alerts([patient.pk])
    assert Alert.objects.get().grade == "urgent"


def test_a_late_correction_counts_as_entered_when_the_first_value_was(patient: Patient, doctor: Staff) -> None:
    rows.a_result(patient, "platelets", "250", today(patient), unit=UNIT)
    first_entered = datetime.now(UTC) - timedelta(days=39)
    old = low_platelets(patient, "400", days_ago=40, recorded_at=first_entered)
    for value in ("300", "40"):  # corrected twice: the moment of the very first entry counts
        Result.objects.filter(pk=old.pk).update(
            superseded_at=datetime.now(UTC), superseded_by=doctor, superseded_reason="a slip"
        )
        old = low_platelets(patient, value, days_ago=40, replaces=old)
    raise_alerts([patient.pk])
    assert Alert.objects.get().grade == "urgent"


def test_a_withdrawn_result_closes_what_it_raised(patient: Patient, doctor: Staff) -> None:
    alert = an_alert(patient)
    assert alert.result is not None
    withdraw_result(by=doctor, entry_id=alert.result.pk, reason="another patient's")
    assert raise_alerts([patient.pk]).closed == 1
    assert closed(alert)
    assert "The result was withdrawn on" in last_note(alert)
    assert last_note(alert).endswith("by Dora Doctor: another patient's")


@pytest.mark.parametrize(("value", "left_open"), [("400", 0), ("45", 1)])
def test_a_corrected_value_closes_what_it_raised(patient: Patient, doctor: Staff, value: str, left_open: int) -> None:
    alert = an_alert(patient)
    old = alert.result
    assert old is not None
    Result.objects.filter(pk=old.pk).update(
        superseded_at=datetime.now(UTC), superseded_by=doctor, superseded_reason="a slip"
    )
    low_platelets(patient, value, replaces=old)
    raise_alerts([patient.pk])
    assert closed(alert)
    assert last_note(alert).startswith(f"The value was corrected to {value} ×10⁹/L on ")
    assert Alert.objects.exclude(status=AlertStatus.CLOSED).count() == left_open


def test_a_corrected_baseline_closes_what_rested_on_it(patient: Patient, doctor: Staff) -> None:
    day = today(patient)
    slip = rows.a_result(patient, "creatinine", "50", day - timedelta(days=60), unit="umol/L")
    rows.a_result(patient, "creatinine", "80", day, unit="umol/L")
    raise_alerts([patient.pk])
    alert = Alert.objects.get()
    withdraw_result(by=doctor, entry_id=slip.pk, reason="was 75")
    rows.a_result(patient, "creatinine", "75", day - timedelta(days=60), unit="umol/L")
    raise_alerts([patient.pk])
    assert closed(alert)
    assert "rested on" in last_note(alert)


def test_a_later_normal_value_does_not_close_by_itself(patient: Patient) -> None:
    alert = an_alert(patient)
    low_platelets(patient, "250", days_ago=0)
    assert not raise_alerts([patient.pk]).changed
    assert not closed(alert)


@pytest.mark.parametrize(("value", "closes"), [("250", True), ("130", False)])
def test_a_repeat_that_was_asked_for_closes_it_when_normal(
    patient: Patient, nurse: Staff, value: str, closes: bool
) -> None:
    alert = an_alert(patient)
    repeat = {"action": AlertAction.REPEAT, "note": "clotted?", "repeat_on": today(patient)}
    act_on_alert(by=nurse, alert_id=alert.pk, version=1, **repeat)
    low_platelets(patient, value, days_ago=0)
    raise_alerts([patient.pk])
    assert closed(alert) is closes
    if closes:
        assert f"was {value} ×10⁹/L and asks for nothing" in last_note(alert)


@pytest.mark.parametrize(("value", "closes"), [("68", False), ("129", False), ("131", True)])
def test_a_repeat_closes_a_trend_only_when_it_is_back(patient: Patient, nurse: Staff, value: str, closes: bool) -> None:
    day = today(patient)
    for days_ago, before in ((60, "130"), (30, "100"), (1, "70")):
        rows.a_result(patient, "haemoglobin", before, day - timedelta(days=days_ago), unit="g/L")
    raise_alerts([patient.pk])
    alert = Alert.objects.get()
    assert alert.rule_id == "trend.haemoglobin"
    repeat = {"action": AlertAction.REPEAT, "note": "bleeding?", "repeat_on": day}
    act_on_alert(by=nurse, alert_id=alert.pk, version=1, **repeat)
    rows.a_result(patient, "haemoglobin", value, day, unit="g/L")
    raise_alerts([patient.pk])
    assert closed(alert) is closes


def test_a_stricter_reading_takes_the_place_of_a_milder_one(patient: Patient) -> None:
    on = today(patient) - timedelta(days=1)
    rows.a_result(patient, "neutrophils", "1.0", on, unit=UNIT)
    rows.a_result(patient, "alt", "300", on, unit="U/L", upper_limit=40)
    raise_alerts([patient.pk])
    before = {alert.rule_id: alert.grade for alert in Alert.objects.all()}
    assert before == {"bsr_2017.neutrophils": "action", "bsr_2017.alt": "action"}
    rows.a_course(patient, "tocilizumab", on - timedelta(days=30))
    raise_alerts([patient.pk])
    raise_alerts([patient.pk])
    standing = {(alert.rule_id, alert.grade, alert.status) for alert in Alert.objects.all()}
    assert standing == {
        ("bsr_2017.neutrophils", "action", "open"),
        ("bsr_2017.alt", "action", "closed"),
        ("tocilizumab.alt_stop", "urgent", "open"),
    }


def test_what_a_person_closed_stays_closed(patient: Patient, doctor: Staff) -> None:
    alert = an_alert(patient)
    close_alert(by=doctor, alert_id=alert.pk, version=1, reason="known for years")
    assert not raise_alerts([patient.pk]).changed
    assert closed(alert)


def test_of_somebody_who_died_every_alert_is_closed(patient: Patient) -> None:
    alert = an_alert(patient)
    died = {"status": PatientStatus.DECEASED.value, "status_on": today(patient), "status_reason": "pneumonia"}
    Patient.objects.filter(pk=patient.pk).update(**died)
    raise_alerts([patient.pk])
    assert closed(alert)
    assert last_note(alert).startswith("The patient died on")


# ── What people do ──


def test_acknowledged_acted_on_closed_and_opened_again(patient: Patient, doctor: Staff) -> None:
    alert = an_alert(patient)
    acknowledge_alert(by=doctor, alert_id=alert.pk, version=1)
    act_on_alert(by=doctor, alert_id=alert.pk, version=2, action=AlertAction.STOP, note="bleeding")
    close_alert(by=doctor, alert_id=alert.pk, version=3, reason="seen in clinic")
    reopen_alert(by=doctor, alert_id=alert.pk, version=4, reason="bleeding again")
    alert.refresh_from_db()
    assert kinds(alert) == ["opened", "acknowledged", "acted", "closed", "reopened"]
    assert (alert.version, alert.status, alert.action, alert.closed_at) == (5, AlertStatus.OPEN, "", None)
    acted = AlertStep.objects.get(kind=AlertStepKind.ACTED)
    assert (acted.by, acted.action, acted.note) == (doctor, "stop", "bleeding")


@pytest.mark.parametrize(
    ("value", "action", "allowed"),
    [
        ("40", AlertAction.CONTINUE, False),
        ("130", AlertAction.CONTINUE, False),
        ("40", AlertAction.REDUCE, False),
        ("40", AlertAction.STOP, False),
        ("40", AlertAction.HOLD, True),
        ("40", AlertAction.REPEAT, True),
    ],
)
def test_what_a_nurse_may_decide(
    patient: Patient, nurse: Staff, doctor: Staff, value: str, action: AlertAction, allowed: bool
) -> None:
    alert = an_alert(patient, value)
    repeat_on = today(patient) if action is AlertAction.REPEAT else None
    decided = {"alert_id": alert.pk, "version": 1, "action": action, "note": "why", "repeat_on": repeat_on}
    if allowed:
        act_on_alert(by=nurse, **decided)
    else:
        with pytest.raises(NotAllowed):
            act_on_alert(by=nurse, **decided)
        act_on_alert(by=doctor, **decided)


def test_a_nurse_may_go_on_after_something_to_look_at(patient: Patient, nurse: Staff) -> None:
    rows.a_result(patient, "mcv", "110", today(patient), unit="fL")
    raise_alerts([patient.pk])
    alert = Alert.objects.get()
    act_on_alert(by=nurse, alert_id=alert.pk, version=1, action=AlertAction.CONTINUE)
    close_alert(by=nurse, alert_id=alert.pk, version=2, reason="B12 normal")


def test_a_nurse_who_held_a_drug_leaves_the_rest_to_a_doctor(patient: Patient, nurse: Staff, doctor: Staff) -> None:
    rows.a_result(patient, "mcv", "110", today(patient), unit="fL")
    raise_alerts([patient.pk])
    alert = Alert.objects.get()
    act_on_alert(by=nurse, alert_id=alert.pk, version=1, action=AlertAction.HOLD, note="bruising")
    with pytest.raises(NotAllowed):
        close_alert(by=nurse, alert_id=alert.pk, version=2, reason="fine")
    close_alert(by=doctor, alert_id=alert.pk, version=2, reason="B12 normal")


def test_what_a_nurse_holds_goes_to_the_doctors(patient: Patient, nurse: Staff, doctor: Staff) -> None:
    alert = an_alert(patient)
    act_on_alert(by=nurse, alert_id=alert.pk, version=1, action=AlertAction.HOLD, note="bruising")
    alert.refresh_from_db()
    assert (alert.status, alert.level, alert.action) == (AlertStatus.OPEN, AlertLevel.DOCTOR, "hold")
    assert kinds(alert) == ["opened", "acted", "climbed"]
    act_on_alert(by=doctor, alert_id=alert.pk, version=2, action=AlertAction.HOLD, note="agreed")
    alert.refresh_from_db()
    assert alert.status == AlertStatus.ACTED


def test_a_nurse_closes_what_a_doctor_has_decided_and_nothing_else(
    patient: Patient, nurse: Staff, doctor: Staff
) -> None:
    alert = an_alert(patient)
    repeat = {"action": AlertAction.REPEAT, "note": "again", "repeat_on": today(patient)}
    with pytest.raises(NotAllowed):
        close_alert(by=nurse, alert_id=alert.pk, version=1, reason="fine")
    act_on_alert(by=nurse, alert_id=alert.pk, version=1, **repeat)
    with pytest.raises(NotAllowed):
        close_alert(by=nurse, alert_id=alert.pk, version=2, reason="fine")
    act_on_alert(by=doctor, alert_id=alert.pk, version=2, action=AlertAction.CONTINUE)
    close_alert(by=nurse, alert_id=alert.pk, version=3, reason="told the patient")
    assert closed(alert)


ACTS = {
    "acknowledge": lambda **more: acknowledge_alert(**more),
    "act": lambda **more: act_on_alert(**more, action=AlertAction.STOP, note="low"),
    "close": lambda **more: close_alert(**more, reason="done"),
}


@pytest.mark.parametrize("name", ACTS)
def test_a_step_from_an_old_page_saves_nothing(patient: Patient, doctor: Staff, name: str) -> None:
    alert = an_alert(patient)
    Alert.objects.update(version=7)
    with pytest.raises(StaleVersion) as stale:
        ACTS[name](by=doctor, alert_id=alert.pk, version=6)
    assert stale.value.current_version == 7
    assert kinds(alert) == ["opened"]


@pytest.mark.parametrize("name", ACTS)
def test_another_clinics_alert_is_not_found_and_an_administrator_does_nothing(patient: Patient, name: str) -> None:
    alert = an_alert(patient)
    admin = rows.a_member(Role.ADMIN, patient.clinic, password=None)
    with pytest.raises(NotFound):
        ACTS[name](by=rows.a_member(password=None), alert_id=alert.pk, version=1)
    with pytest.raises(NotAllowed):
        ACTS[name](by=admin, alert_id=alert.pk, version=1)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"action": AlertAction.STOP, "note": " "}, "note"),
        ({"action": AlertAction.STOP, "note": "x" * 501}, "note"),
        ({"action": AlertAction.REPEAT, "note": "again"}, "repeat_on"),
        ({"action": AlertAction.REPEAT, "note": "again", "days": -1}, "repeat_on"),
        ({"action": AlertAction.REPEAT, "note": "again", "days": 184}, "repeat_on"),
        ({"action": AlertAction.STOP, "note": "low", "days": 3}, "repeat_on"),
    ],
)
def test_what_is_missing_is_named(patient: Patient, doctor: Staff, more: dict[str, Any], field: str) -> None:
    alert = an_alert(patient)
    days = more.pop("days", None)
    repeat_on = None if days is None else today(patient) + timedelta(days=days)
    with pytest.raises(Refused) as refused:
        act_on_alert(by=doctor, alert_id=alert.pk, version=1, repeat_on=repeat_on, **more)
    assert refused.value.field == field


def test_steps_that_no_longer_make_sense_are_refused(patient: Patient, doctor: Staff) -> None:
    alert = an_alert(patient)
    of = {"by": doctor, "alert_id": alert.pk}

    def refused(act: Any, **more: Any) -> bool:
        alert.refresh_from_db()
        try:
            act(**of, version=alert.version, **more)
        except DomainError as error:
            return isinstance(error, Refused)
        return False

    assert refused(reopen_alert, reason="why")
    acknowledge_alert(**of, version=1)
    assert refused(acknowledge_alert)
    assert refused(close_alert, reason=" ")
    close_alert(**of, version=2, reason="done")
    assert refused(close_alert, reason="again")
    assert refused(act_on_alert, action=AlertAction.STOP, note="low")
    assert alert.result is not None
    withdraw_result(by=doctor, entry_id=alert.result.pk, reason="another patient's")
    assert refused(reopen_alert, reason="why")
