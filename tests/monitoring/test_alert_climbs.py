"""Alerts that nobody answers climb, and what was seen or put off comes back."""

from datetime import datetime, timedelta

import pytest

from monitoring.actions import acknowledge_alert, act_on_alert, climb_alerts, raise_alerts
from monitoring.models import Alert, AlertStep
from monitoring.rules.vocabulary import AlertAction, AlertLevel, AlertStatus
from patients.models import Patient, Staff
from tests.monitoring.test_alert_actions import an_alert, kinds, last_note, low_platelets, today

pytestmark = pytest.mark.django_db


def hours_later(alert: Alert, hours: float) -> datetime:
    alert.refresh_from_db()
    return alert.opened_at + timedelta(hours=hours)


def test_what_nobody_acknowledges_climbs_step_by_step(patient: Patient) -> None:
    alert = an_alert(patient)
    assert climb_alerts(hours_later(alert, 1.9)) == 0
    assert climb_alerts(hours_later(alert, 2)) == 1
    assert climb_alerts(hours_later(alert, 2)) == 0
    assert climb_alerts(hours_later(alert, 4)) == 1
    assert climb_alerts(hours_later(alert, 400)) == 0
    alert.refresh_from_db()
    assert (alert.level, alert.version) == (AlertLevel.LEAD, 3)
    assert [step.level for step in AlertStep.objects.filter(alert=alert)] == ["nurse", "doctor", "lead"]


def test_a_worker_that_was_away_makes_good_with_a_step_for_each_level(patient: Patient) -> None:
    alert = an_alert(patient)
    assert climb_alerts(hours_later(alert, 100)) == 1
    assert kinds(alert) == ["opened", "climbed", "climbed"]


def test_a_clock_that_goes_back_changes_nothing(patient: Patient) -> None:
    alert = an_alert(patient)
    climb_alerts(hours_later(alert, 3))
    assert climb_alerts(hours_later(alert, -50)) == 0
    alert.refresh_from_db()
    assert alert.level == AlertLevel.DOCTOR


def test_what_was_seen_does_not_climb_and_comes_back_undecided(patient: Patient, nurse: Staff) -> None:
    alert = an_alert(patient)
    acknowledge_alert(by=nurse, alert_id=alert.pk, version=1)
    assert climb_alerts(hours_later(alert, 3.9)) == 0
    assert climb_alerts(hours_later(alert, 4.1)) == 1
    alert.refresh_from_db()
    assert (alert.status, alert.level) == (AlertStatus.OPEN, AlertLevel.NURSE)
    assert "nothing was decided within 4 hours" in last_note(alert)
    assert climb_alerts(hours_later(alert, 6.2)) == 1


@pytest.mark.parametrize(("days", "comes_back"), [(3, False), (4, True)])
def test_a_repeat_that_never_came_brings_its_alert_back(
    patient: Patient, nurse: Staff, days: int, comes_back: bool
) -> None:
    alert = an_alert(patient)
    repeat = {"action": AlertAction.REPEAT, "note": "clotted?", "repeat_on": today(patient)}
    act_on_alert(by=nurse, alert_id=alert.pk, version=1, **repeat)
    assert climb_alerts(hours_later(alert, 24 * days)) == int(comes_back)
    alert.refresh_from_db()
    assert (alert.status == AlertStatus.OPEN) is comes_back


def test_a_repeat_that_is_here_leaves_its_alert_alone(patient: Patient, nurse: Staff) -> None:
    alert = an_alert(patient)
    repeat = {"action": AlertAction.REPEAT, "note": "clotted?", "repeat_on": today(patient)}
    act_on_alert(by=nurse, alert_id=alert.pk, version=1, **repeat)
    low_platelets(patient, "45", days_ago=0)
    assert climb_alerts(hours_later(alert, 24 * 30)) == 0


def test_more_alerts_than_one_batch_all_climb(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.actions.alert_climbs.BATCH", 2)
    for days in range(5):
        low_platelets(patient, days_ago=days)
    raise_alerts([patient.pk])
    assert climb_alerts(hours_later(Alert.objects.earliest("pk"), 3)) == 5
