"""Whether the background jobs run: each leaves the moment at which it last came to its end, and has a time to do so."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from patients.rules.vocabulary import Vocabulary

_CLOCKS_APART = timedelta(minutes=2)
"""How far two machines' clocks may differ before a moment counts as lying in the future."""


class Pulse(Vocabulary):
    """How a job stands. Only `on_time` and `awaited` are well."""

    ON_TIME = "on_time", "running"
    AWAITED = "awaited", "has not run yet, and need not have"
    LATE = "late", "late"
    NEVER = "never", "never seen"
    AHEAD = "ahead", "last seen at a time that has not come yet"
    FAILED = "failed", "ran and found something wrong"


@dataclass(frozen=True, slots=True)
class Job:
    """A background job and how soon after its last end it has to come to its next. `label` says what it does."""

    name: str
    label: str
    within: timedelta


@dataclass(frozen=True, slots=True)
class JobStanding:
    """How one job stands, and when it was last seen (None: never); when it failed, since when."""

    job: Job
    pulse: Pulse
    last_at: datetime | None

    @property
    def is_well(self) -> bool:
        return self.pulse in (Pulse.ON_TIME, Pulse.AWAITED)


def standing(
    job: Job, last_at: datetime | None, since: datetime | None, now: datetime, failed_at: datetime | None = None
) -> JobStanding:
    """How the job stands at a moment. One never seen is waited for from `since`, when it was installed.

    A moment in the future is never taken for a sign of life: a clock that was set back would hide for as long that
    nothing runs. A job that says itself that something is wrong (`failed_at`) has to come to a good end first.
    """
    if failed_at is not None and (last_at is None or failed_at > last_at):
        return JobStanding(job, Pulse.FAILED, failed_at)
    if last_at is None:
        awaited = since is not None and since <= now + _CLOCKS_APART and now - since <= job.within
        return JobStanding(job, Pulse.AWAITED if awaited else Pulse.NEVER, None)
    if last_at > now + _CLOCKS_APART:
        return JobStanding(job, Pulse.AHEAD, last_at)
    return JobStanding(job, Pulse.ON_TIME if now - last_at <= job.within else Pulse.LATE, last_at)
