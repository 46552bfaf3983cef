"""What people do about an alert: see it, decide, close it, open it again. Each is a step that is kept.

Who may decide what is set out in docs/adr/0020. Every step needs the version that was read, so that two people cannot
act on one alert unseen by each other.
"""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from monitoring.actions.alert_reasons import held_first
from monitoring.models import Alert, AlertStep
from monitoring.rules.vocabulary import AlertAction, AlertLevel, AlertStatus, AlertStepKind
from monitoring.selectors.alerts import alerts_for, may_close, may_decide
from patients.acting import explained
from patients.clock import today_in
from patients.errors import NotAllowed, NotFound, Refused, StaleVersion
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.selectors import may, patient_to_write

LONGEST_NOTE = 500  # characters, as the column holds it
LONGEST_WAIT = timedelta(days=183)  # for a repeat; a slip of the year is caught
ALERT_NOT_FOUND = "No such alert among your patients."
_UNDECIDED: dict[str, Any] = {"action": "", "repeat_on": None}


@transaction.atomic
def acknowledge_alert(*, by: Staff, alert_id: int, version: int) -> Alert:
    """Somebody has seen it: it no longer climbs, until it comes back for want of a decision.

    Raises NotFound, NotAllowed, Refused, StaleVersion.
    """
    alert = _locked(by, alert_id)
    if alert.status != AlertStatus.OPEN:
        raise Refused("This alert was already seen. Reload the page to see what was done.")
    _write(alert, version, status=AlertStatus.ACKNOWLEDGED.value, level_since=timezone.now())
    _step(alert, AlertStepKind.ACKNOWLEDGED, by)
    return alert


@transaction.atomic
def act_on_alert(
    *,
    by: Staff,
    alert_id: int,
    version: int,
    action: AlertAction,
    note: str = "",
    repeat_on: date | None = None,
) -> Alert:
    """Records what was decided; the drugs themselves are changed on the record. It also counts as seen.

    Asking for a repeat, holding, and going on after something to look at is for whoever records monitoring; all else
    is a doctor's judgement. What somebody else holds is first aid: the alert stays open and goes to the doctors.
    Raises NotFound, NotAllowed, Refused naming the field, StaleVersion.
    """
    alert = _locked(by, alert_id)
    if alert.status == AlertStatus.CLOSED:
        raise Refused("This alert is closed. Open it again before something is decided about it.", "action")
    if not may_decide(by, alert, action):
        raise NotAllowed(f"For this alert, “{action.label}” is a doctor's decision. You can hold the drug or repeat.")
    note = _note(
        note, "note", required=action is not AlertAction.CONTINUE, ask="Say why, and what was agreed with whom."
    )
    _check_repeat(alert, action, repeat_on)
    decided = {"action": action.value, "repeat_on": repeat_on}
    if action is AlertAction.HOLD and not may(by, alert.patient.clinic_id, Permission.JUDGE_TREATMENT):
        _hold_first(alert, version, by, note, decided)
        return alert
    _write(alert, version, status=AlertStatus.ACTED.value, **decided)
    _step(alert, AlertStepKind.ACTED, by, action=action.value, note=note)
    return alert


@transaction.atomic
@explained()
def close_alert(*, by: Staff, alert_id: int, version: int, reason: str) -> Alert:
    """Nothing more is to be done. Something that needed action is closed by a doctor, or once a doctor has decided.

    Raises NotFound, NotAllowed, Refused, StaleVersion.
    """
    alert = _locked(by, alert_id)
    if alert.status == AlertStatus.CLOSED:
        raise Refused("This alert is already closed. Reload the page to see by whom.")
    if not may_close(by, alert):
        raise NotAllowed("This alert needs a doctor's decision before it can be closed.")
    reason = _note(reason, "reason", required=True, ask="Say why nothing more is to be done.")
    _write(alert, version, status=AlertStatus.CLOSED.value, closed_at=timezone.now())
    _step(alert, AlertStepKind.CLOSED, by, note=reason)
    return alert


@transaction.atomic
@explained()
def reopen_alert(*, by: Staff, alert_id: int, version: int, reason: str) -> Alert:
    """A closed alert waits again, at the level where it was, as if nobody had seen it.

    Raises NotFound, NotAllowed, Refused, StaleVersion.
    """
    alert = _locked(by, alert_id)
    if alert.status != AlertStatus.CLOSED:
        raise Refused("This alert is not closed. Reload the page to see how it stands.")
    if alert.result is not None and alert.result.superseded_at is not None:
        raise Refused("The value was corrected or withdrawn: there is nothing left to act on.", "reason")
    reason = _note(reason, "reason", required=True, ask="Say why it is opened again.")
    _write(alert, version, status=AlertStatus.OPEN.value, closed_at=None, level_since=timezone.now(), **_UNDECIDED)
    _step(alert, AlertStepKind.REOPENED, by, note=reason)
    return alert


def _locked(by: Staff, alert_id: int) -> Alert:
    """The alert with its patient locked, as every write to a record is."""
    found = alerts_for(by).filter(pk=alert_id).first()
    if found is None:
        raise NotFound(ALERT_NOT_FOUND)
    patient_to_write(by, found.patient_id, Permission.RECORD_MONITORING)
    return Alert.objects.select_related("patient__clinic", "result").select_for_update(of=("self",)).get(pk=alert_id)


def _write(alert: Alert, version: int, **changes: Any) -> None:
    """Moves the alert on when it is still as it was read."""
    if Alert.objects.filter(pk=alert.pk, version=version).update(version=F("version") + 1, **changes) != 1:
        raise StaleVersion(
            "Somebody, or the clock, moved this alert on while you were looking at it. Nothing was saved: look at how "
            "it stands now, then decide again.",
            alert.version,
        )
    alert.version += 1
    for name, value in changes.items():
        setattr(alert, name, value)


def _step(alert: Alert, kind: AlertStepKind, by: Staff | None, *, action: str = "", note: str = "") -> None:
    AlertStep.objects.create(alert=alert, kind=kind.value, level=alert.level, by=by, action=action, note=note)


def _hold_first(alert: Alert, version: int, by: Staff, note: str, decided: dict[str, Any]) -> None:
    was = alert.level
    level = AlertLevel.DOCTOR.value if was == AlertLevel.NURSE else was
    _write(alert, version, status=AlertStatus.OPEN.value, level=level, level_since=timezone.now(), **decided)
    _step(alert, AlertStepKind.ACTED, by, action=AlertAction.HOLD.value, note=note)
    if level != was:
        _step(alert, AlertStepKind.CLIMBED, None, note=held_first(by))


def _check_repeat(alert: Alert, action: AlertAction, repeat_on: date | None) -> None:
    if action is not AlertAction.REPEAT:
        if repeat_on is not None:
            raise Refused(
                "A day belongs to a repeat only. Choose “repeat the test”, or leave the day out.", "repeat_on"
            )
        return
    today = today_in(alert.patient.clinic)
    if repeat_on is None:
        raise Refused("Say on which day the test is to be repeated.", "repeat_on")
    if repeat_on < today:
        raise Refused("The repeat lies in the past. Enter today or a later day.", "repeat_on")
    if repeat_on > today + LONGEST_WAIT:
        raise Refused(f"A repeat can be {LONGEST_WAIT.days} days ahead at most. Check the year.", "repeat_on")


def _note(text: str, field: str, *, required: bool, ask: str) -> str:
    text = text.strip()
    if required and not text:
        raise Refused(ask, field)
    if len(text) > LONGEST_NOTE:
        raise Refused(f"At most {LONGEST_NOTE} characters.", field)
    return text
