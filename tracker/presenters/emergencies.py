"""Emergency access in words: for the band on each page of whoever opened one, and for those who review."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from patients.emergencies import emergencies_in, ended_by_handing_over, has_moved_on, patient_then, waits_too_long
from patients.models import Clinic, EmergencyAccess, Patient
from patients.rules.vocabulary import EmergencyFinding
from tracker.presenters.heartbeats import moment


@dataclass(frozen=True, slots=True)
class OpenEmergencyShown:
    """One that is open to the person. The patient is named by the hospital number alone: the band is on every page."""

    emergency: EmergencyAccess
    until: str
    minutes_left: int


@dataclass(frozen=True, slots=True)
class EmergencyShown:
    """One to review, by the clocks of the patient's clinic. The patient is named as the reviewing clinic knew them."""

    emergency: EmergencyAccess
    patient: Patient
    has_moved_on: bool
    ended_by_handing_over: bool
    person: str
    opened: str
    ended: str
    is_open: bool
    is_late: bool
    finding: str
    reviewed: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait for review in the person's clinics, and since how many days the oldest does."""

    count: int
    days: int
    is_late: bool


def open_shown(emergency: EmergencyAccess, now: datetime, zone: str) -> OpenEmergencyShown:
    """Whole minutes, rounded up: the last one still counts."""
    left = -(-(emergency.ends_at - now).total_seconds() // 60)
    return OpenEmergencyShown(emergency, f"{emergency.ends_at.astimezone(ZoneInfo(zone)):%H:%M}", int(left))


def emergency_shown(emergency: EmergencyAccess, now: datetime) -> EmergencyShown:
    zone = emergency.patient.clinic.time_zone
    by = emergency.reviewed_by
    return EmergencyShown(
        emergency=emergency,
        patient=patient_then(emergency),
        has_moved_on=has_moved_on(emergency),
        ended_by_handing_over=ended_by_handing_over(emergency),
        person=emergency.staff.get_full_name() or emergency.staff.username,
        opened=moment(emergency.opened_at, zone),
        ended=moment(emergency.closed_at or emergency.ends_at, zone),
        is_open=emergency.is_open(now),
        is_late=emergency.reviewed_at is None and waits_too_long(emergency.opened_at, now),
        finding=EmergencyFinding(emergency.finding).label if emergency.finding else "",
        reviewed="" if by is None else f"{by.get_full_name() or by.username}, {moment(emergency.reviewed_at, zone)}",
    )


def waiting(clinics: Iterable[Clinic], now: datetime) -> Waiting | None:
    """Over these clinics, as counted beside them; None when none waits."""
    found = [(count, since) for count, since in map(emergencies_in, clinics) if count and since is not None]
    if not found:
        return None
    oldest = min(since for _, since in found)
    return Waiting(sum(count for count, _ in found), (now - oldest).days, waits_too_long(oldest, now))
