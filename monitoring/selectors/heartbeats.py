"""When the background jobs were last seen. No patient in it: it is read for every page and without signing in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max
from django.utils import timezone
from redis import RedisError

from monitoring.models import Heartbeat
from monitoring.rules.heartbeats import Job, JobStanding, Pulse, standing

SCHEDULER, RECONCILE, MAILS, ALERTS, SILENCE = "scheduler", "reconcile", "mails", "alerts", "silence"
SEALS, TRAIL, TRAIL_HEAD, CLEARED, COHORT = "seals", "trail", "trail_head", "cleared", "cohort"

_KEY = "heartbeats"
_KEPT_FOR = 180  # seconds: the scheduler's heartbeat writes it anew each minute


@dataclass(frozen=True, slots=True)
class Pulses:
    """The last heartbeat of each job, and when the software that runs them was last installed or migrated."""

    last_at: dict[str, datetime]
    since: datetime | None


def jobs() -> tuple[Job, ...]:
    """The jobs that must run, the scheduler first: without it there is no other."""
    soon = timedelta(minutes=settings.HEARTBEAT_LATE_MINUTES)
    daily = timedelta(hours=settings.HEARTBEAT_LATE_HOURS)
    return (
        Job(SCHEDULER, "reminders and schedules", soon),
        Job(MAILS, "sending e-mails", soon),
        Job(ALERTS, "passing on alerts that nobody has seen", 3 * soon),
        Job(RECONCILE, "working out what is due", daily),
        Job(SILENCE, "the daily check for silence", daily),
        Job(SEALS, "sealing the audit trail", 3 * soon),
        Job(TRAIL, "the nightly check of the audit trail", daily),
        Job(CLEARED, "removing expired sessions, tokens and drafts of forms", daily),
        Job(COHORT, "keeping the figures of the cohort ready", daily),
        *([Job(TRAIL_HEAD, "mailing the head of the audit trail", daily)] if settings.AUDIT_HEAD_MAIL else []),
    )


def failure_of(name: str) -> str:
    """Under which name a job notes that it found something wrong."""
    return f"{name}:failed"


def job_standings(now: datetime | None = None) -> tuple[JobStanding, ...]:
    """How every job stands. No query while the scheduler runs, else one."""
    pulses = _remembered() or read_pulses()
    moment = now or timezone.now()
    last_at = pulses.last_at
    return tuple(
        standing(job, last_at.get(job.name), pulses.since, moment, last_at.get(failure_of(job.name))) for job in jobs()
    )


def late_jobs(now: datetime | None = None) -> tuple[JobStanding, ...]:
    """The jobs that should have run and have not, or found something wrong. Of the first kind the scheduler alone when
    it is among them.
    """
    late = tuple(found for found in job_standings(now) if not found.is_well)
    if late and late[0].job.name == SCHEDULER:
        return late[:1] + tuple(found for found in late[1:] if found.pulse is Pulse.FAILED)
    return late


def scheduler_is_seen(now: datetime | None = None) -> bool:
    """Whether the scheduler runs, from the database: one that was never seen does not."""
    last_at = read_pulses().last_at.get(SCHEDULER)
    return standing(jobs()[0], last_at, None, now or timezone.now()).is_well


def read_pulses() -> Pulses:
    """From the database, in one query."""
    installed = (
        MigrationRecorder.Migration.objects.filter(app="monitoring")
        .values("app")
        .annotate(at=Max("applied"))
        .values_list("app", "at")
    )
    rows = dict(Heartbeat.objects.values_list("name", "last_at").union(installed))
    return Pulses(last_at={name: at for name, at in rows.items() if name != "monitoring"}, since=rows.get("monitoring"))


def remember() -> None:
    """Keeps the heartbeats where every page finds them without a query."""
    pulses = read_pulses()
    try:
        cache.set(_KEY, {"last_at": pulses.last_at, "since": pulses.since}, _KEPT_FOR)
    except RedisError:
        return  # pages then read the database


def _remembered() -> Pulses | None:
    try:
        found = cache.get(_KEY)
    except RedisError:
        return None
    return Pulses(found["last_at"], found["since"]) if found else None
