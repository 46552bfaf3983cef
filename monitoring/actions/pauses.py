"""Pausing the monitoring of a drug, and taking it up again. A pause always ends, and its end is kept in sight."""

from datetime import date, timedelta

from django.db import transaction

from monitoring.actions.plan import monitored_drug
from monitoring.actions.postponements import check_drug_put_off
from monitoring.models import Pause
from monitoring.rules.plan import EVERY_DRUG
from monitoring.schedules import protocol_of
from patients.acting import explained
from patients.clock import today_in
from patients.entries import not_before_birth, not_in_future, store, supersede
from patients.errors import NotFound, Refused
from patients.models import Patient, Staff
from patients.rules.permissions import Permission
from patients.rules.wording import display_date
from patients.selectors import patient_to_write, patients_for

LONGEST_PAUSE = timedelta(days=183)
"""Half a year, as for an item that is put off."""
ENDED_AS_PLANNED = "ended as planned"


@transaction.atomic
@explained()
def pause_monitoring(
    *, by: Staff, patient_id: int, until: date, reason: str, drug: str = EVERY_DRUG, from_on: date | None = None
) -> Pause:
    """Stops asking for a drug's tests ("" for every drug) from a day (today when None) to before `until`.

    Raises NotFound, NotAllowed, Refused.
    """
    patient = patient_to_write(by, patient_id, Permission.RECORD_MONITORING)
    today = today_in(patient.clinic)
    begins = from_on or today
    monitored_drug(patient, drug, protocol_of(patient.clinic))
    not_before_birth(patient, begins, "from_on")
    _check_length(begins, until, today)
    if not reason.strip():
        raise Refused("Say why monitoring is paused.", "reason")
    _settle_earlier(patient, drug, begins, today, by)
    check_drug_put_off(by, patient, drug, until, begins)
    return store(Pause(patient=patient, drug=drug, from_on=begins, until=until, reason=reason.strip(), recorded_by=by))


@transaction.atomic
@explained()
def resume_monitoring(*, by: Staff, pause_id: int, reason: str, on: date | None = None) -> Pause:
    """Ends a pause early: from `on` (today when None) the tests are asked for again.

    Raises NotFound, NotAllowed, Refused for a pause that is over or has not begun.
    """
    found = Pause.objects.filter(pk=pause_id, patient__in=patients_for(by)).current().first()
    if found is None:
        raise NotFound("No such pause among your patients, or it was already replaced or withdrawn.")
    patient = patient_to_write(by, found.patient_id, Permission.RECORD_MONITORING)
    today = today_in(patient.clinic)
    day = on or today
    if found.ended_on is not None or found.until <= today:
        ended = found.ended_on or found.until
        raise Refused(f"This pause ended on {display_date(ended)}. Monitoring has already been taken up again.")
    if found.from_on > today:
        raise Refused(f"This pause begins on {display_date(found.from_on)} only: withdraw it if it is not to be.")
    not_in_future(day, today, "on")
    if day < found.from_on:
        raise Refused(f"The pause began on {display_date(found.from_on)}. Enter that day or a later one.", "on")
    if not reason.strip():
        raise Refused("Say why monitoring is taken up again.", "reason")
    return _ended(found, day, reason, by)


def _check_length(begins: date, until: date, today: date) -> None:
    if until <= today:
        raise Refused("Choose a later day: a pause that is already over changes nothing.", "until")
    if until <= begins:
        raise Refused("A pause ends after it begins.", "until")
    latest = min(begins, today) + LONGEST_PAUSE
    if until > latest:
        raise Refused(
            f"Monitoring can be paused for {LONGEST_PAUSE.days} days at most, until {display_date(latest)}. Check the "
            "year; a longer pause is decided anew then.",
            "until",
        )


def _settle_earlier(patient: Patient, drug: str, begins: date, today: date, by: Staff) -> None:
    """Writes down that a pause whose time is over has ended. Raises Refused for one that runs or is planned."""
    earlier = Pause.objects.filter(patient=patient, drug=drug, ended_on__isnull=True).current().first()
    if earlier is None:
        return
    if earlier.until > today:
        raise Refused(
            f"It is already paused, {display_date(earlier.from_on)} until {display_date(earlier.until)}: "
            f"{earlier.reason}. Take monitoring up again or withdraw that pause first.",
            "drug",
        )
    if earlier.until > begins:
        raise Refused(
            f"The pause before lasted until {display_date(earlier.until)}. Let this one begin on that day or later.",
            "from_on",
        )
    _ended(earlier, earlier.until, ENDED_AS_PLANNED, by)


def _ended(pause: Pause, on: date, reason: str, by: Staff) -> Pause:
    row = Pause(
        patient=pause.patient,
        drug=pause.drug,
        from_on=pause.from_on,
        until=pause.until,
        reason=pause.reason,
        ended_on=on,
        end_reason=reason.strip(),
        replaces=pause,
        recorded_by=by,
    )
    row.recorded_at = supersede(pause, by=by, reason=reason)
    return store(row)
