"""How the background jobs stand, in words."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitoring.rules.heartbeats import JobStanding, Pulse
from monitoring.selectors import SCHEDULER
from tracker import display

_TELL = "Tell whoever runs this server."


@dataclass(frozen=True, slots=True)
class JobShown:
    """One background job: what it does, how it stands and when it was last seen."""

    label: str
    state: str
    is_well: bool
    last_seen: str


def job_words(found: JobStanding, zone: str) -> JobShown:
    return JobShown(found.job.label, found.pulse.label, found.is_well, moment(found.last_at, zone))


def alarm_words(found: JobStanding, zone: str) -> str:
    """What the banner of every page says of a job that should have run and has not."""
    seen = moment(found.last_at, zone)
    if found.pulse is Pulse.AHEAD:
        return (
            f"A clock is wrong: {found.job.label} were last seen on {seen}, which has not come yet, so nobody can tell "
            f"whether they run. {_TELL}"
        )
    if found.pulse is Pulse.FAILED:
        label = found.job.label
        return f"{label[:1].upper()}{label[1:]} found on {seen} that something is wrong. {_TELL}"
    when = "never seen" if found.last_at is None else f"last seen {seen}"
    if found.job.name == SCHEDULER:
        return (
            f"Reminders and schedules are not running: {when}. What is due, alerts and e-mails may be out of date. "
            f"{_TELL}"
        )
    return f"Not done when it should have been: {found.job.label}, {when}. {_TELL}"


def moment(at: datetime | None, zone: str) -> str:
    """`22-Nov-2026 at 14:05` by the clinic's clocks."""
    if at is None:
        return "never"
    local = at.astimezone(ZoneInfo(zone))
    return f"{display.day(local.date())} at {local:%H:%M}"
