"""When an e-mail may go: the digest by the clinic's clocks, quiet hours, and the waits after a failure.

Local times are what the clocks on the wall show. On the day the clocks go forward a time of the night does not exist,
on the day they go back an hour comes twice; a digest belongs to a calendar day, and there is one of it all the same.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitoring.rules.vocabulary import AlertLevel, MailKind

# Waits after the first, second, third and fourth failure. After the fifth nobody tries again by himself.
WAITS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=12))
# The longest wait between attempts of an e-mail that is urgent.
LONGEST_URGENT_WAIT = timedelta(minutes=10)
# A claim this old, whose worker holds it no longer, is taken over. Far above the 120 s that a task may run.
TAKE_OVER_AFTER = timedelta(minutes=10)

# From whom an alert waits upwards: who is written to when nobody at a level can be.
LEVELS_UPWARDS = {
    AlertLevel.NURSE: (AlertLevel.NURSE, AlertLevel.DOCTOR, AlertLevel.LEAD),
    AlertLevel.DOCTOR: (AlertLevel.DOCTOR, AlertLevel.LEAD),
    AlertLevel.LEAD: (AlertLevel.LEAD,),
}


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begin` up to, and without, `end` by the clocks of `zone`; over midnight where `end` is the earlier one."""

    begin: time
    end: time
    zone: ZoneInfo

    def holds(self, now: datetime) -> bool:
        """Whether it is quiet at an aware moment."""
        shown = now.astimezone(self.zone).time()
        if self.begin < self.end:
            return self.begin <= shown < self.end
        return shown >= self.begin or shown < self.end

    def over(self, now: datetime) -> datetime:
        """The moment, in UTC, from which it is no longer quiet: `now` itself outside quiet hours."""
        if not self.holds(now):
            return now.astimezone(UTC)
        today = now.astimezone(self.zone).date()
        ends = (
            datetime.combine(today + timedelta(days), self.end, self.zone).replace(fold=fold).astimezone(UTC)
            for days in (0, 1)
            for fold in (0, 1)
        )
        return next(end for end in ends if end > now)


def digest_is_due(now: datetime, digest_at: time, zone: ZoneInfo) -> bool:
    """Whether the clocks have passed the day's digest time. Once passed, it can be made good until midnight."""
    return now.astimezone(zone).time() >= digest_at


def next_attempt(attempts: int, failed_at: datetime, *, urgent: bool = False) -> datetime | None:
    """When to try again after so many failed attempts (1 or more); None when they are used up."""
    if attempts > len(WAITS):
        return None
    wait = WAITS[attempts - 1]
    return failed_at + (min(wait, LONGEST_URGENT_WAIT) if urgent else wait)


def digest_key(membership_id: int, day: date) -> str:
    """One digest for each membership and calendar day of its clinic."""
    return f"digest:{membership_id}:{day.isoformat()}"


def alert_key(step_id: int, staff_id: int) -> str:
    """One e-mail for each person and each step of an alert that waits for them."""
    return f"alert:{step_id}:{staff_id}"


def emergency_key(emergency_id: int, staff_id: int) -> str:
    """One e-mail for each person who reviews, and each emergency access to a patient of their clinic."""
    return f"emergency:{emergency_id}:{staff_id}"


def emergency_of(key: str) -> int:
    """The emergency access that such a key names. Raises ValueError for another key."""
    return int(key.split(":")[1])


def patient_key(patient_id: int, kind: MailKind, visit_on: date) -> str:
    """One reminder of a kind for each patient and visit day."""
    return f"patient:{patient_id}:{kind.value}:{visit_on.isoformat()}"


def visit_of(key: str) -> date:
    """The visit day that a patient's key names. Raises ValueError for another key."""
    return date.fromisoformat(key.rpartition(":")[2])
