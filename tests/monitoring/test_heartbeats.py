"""Signs of life: written by the jobs when they end, read by every page, and never made up."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from redis import RedisError

from monitoring import tasks
from monitoring.actions.heartbeat import heartbeat
from monitoring.actions.mail_plans import PlanReport
from monitoring.delivery import SendReport
from monitoring.models import Heartbeat
from monitoring.rules.heartbeats import Pulse
from monitoring.selectors import heartbeats, job_standings, late_jobs, scheduler_is_seen
from monitoring.selectors.heartbeats import ALERTS, MAILS, RECONCILE, SCHEDULER, SILENCE, jobs
from tracker.celery import BEAT_SCHEDULE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    cache.delete("heartbeats")
    yield
    cache.delete("heartbeats")


def seen(name: str, **ago: float) -> None:
    Heartbeat.objects.update_or_create(name=name, defaults={"last_at": timezone.now() - timedelta(**ago)})


def all_seen(**ago: float) -> None:
    for job in jobs():
        seen(job.name, **ago)


def pulses() -> dict[str, Pulse]:
    return {found.job.name: found.pulse for found in job_standings()}


def test_a_heartbeat_is_one_row_that_moves_on() -> None:
    seen(SCHEDULER, hours=3)
    before = timezone.now()
    heartbeat(SCHEDULER)
    heartbeat(SCHEDULER)
    row = Heartbeat.objects.get()
    assert (row.name, row.last_at >= before) == (SCHEDULER, True)


def test_a_fresh_installation_waits_for_its_jobs() -> None:
    now = heartbeats.read_pulses().since
    assert now is not None
    assert late_jobs(now) == ()
    assert late_jobs(now + timedelta(minutes=10)) == ()
    (late,) = late_jobs(now + timedelta(minutes=11))
    assert (late.job.name, late.pulse) == (SCHEDULER, Pulse.NEVER)


@pytest.mark.parametrize(("minutes", "late"), [(9, []), (11, [SCHEDULER]), (-5, [SCHEDULER])])
def test_the_scheduler_is_late_or_ahead(minutes: int, late: list[str]) -> None:
    all_seen()
    seen(SCHEDULER, minutes=minutes)
    assert [found.job.name for found in late_jobs()] == late
    assert scheduler_is_seen() is (not late)


@pytest.mark.parametrize(
    ("name", "ago", "late"),
    [
        (RECONCILE, {"hours": 25.9}, False),
        (RECONCILE, {"hours": 26.1}, True),
        (SILENCE, {"hours": 25.9}, False),
        (SILENCE, {"hours": 26.1}, True),
        (MAILS, {"minutes": 9}, False),
        (MAILS, {"minutes": 11}, True),
        (ALERTS, {"minutes": 29}, False),
        (ALERTS, {"minutes": 31}, True),
    ],
)
def test_each_job_has_its_own_time(name: str, ago: dict[str, float], late: bool) -> None:
    all_seen()
    seen(name, **ago)
    assert [found.job.name for found in late_jobs()] == ([name] if late else [])


def test_without_the_scheduler_nothing_else_is_said() -> None:
    all_seen(days=3)
    assert [found.job.name for found in late_jobs()] == [SCHEDULER]


def test_a_scheduler_never_seen_does_not_run_whatever_was_installed() -> None:
    assert scheduler_is_seen() is False


def test_pages_ask_the_database_only_when_nothing_is_remembered(
    django_assert_num_queries: Callable[..., Any], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_assert_num_queries(1):
        late_jobs()
    with django_capture_on_commit_callbacks(execute=True):
        heartbeat(SCHEDULER)
    with django_assert_num_queries(0):
        assert pulses()[SCHEDULER] is Pulse.ON_TIME


def test_what_is_remembered_grows_old_like_the_row(django_capture_on_commit_callbacks: Callable[..., Any]) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        heartbeat(SCHEDULER)
    (late,) = late_jobs(timezone.now() + timedelta(minutes=11))
    assert late.pulse is Pulse.LATE


def test_a_silent_cache_costs_a_query_and_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RedisError

    monkeypatch.setattr("monitoring.selectors.heartbeats.cache.get", fail)
    monkeypatch.setattr("monitoring.selectors.heartbeats.cache.set", fail)
    seen(SCHEDULER)
    heartbeats.remember()
    assert pulses()[SCHEDULER] is Pulse.ON_TIME


def test_the_tasks_say_that_they_came_to_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[tuple[object, str]] = []
    monkeypatch.setattr(tasks.beat, "apply_async", lambda args, *, queue: queued.append((args, queue)))
    tasks.reconcile_all()
    assert queued == [((RECONCILE,), "myoline")]  # where the chunks are, not where beats else go
    tasks.beat(RECONCILE)
    tasks.beat()
    tasks.send_planned_mail()
    tasks.climb_alerts()
    tasks.check_silence()
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {RECONCILE, SCHEDULER, MAILS, ALERTS, SILENCE}


def test_a_task_that_fails_gives_no_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError

    monkeypatch.setattr(tasks, "keep_reminders", fail)
    with pytest.raises(RuntimeError):
        tasks.check_silence()
    assert not Heartbeat.objects.exists()


@pytest.mark.parametrize(
    ("failed_clinics", "sent", "away", "beats"),
    [(0, 0, False, True), (0, 3, True, True), (0, 0, True, False), (1, 3, False, False)],
)
def test_mails_are_well_only_when_every_clinic_is_planned_and_something_can_leave(
    monkeypatch: pytest.MonkeyPatch, failed_clinics: int, sent: int, away: bool, beats: bool
) -> None:
    sending: list[SendReport] = []

    def send(_: object) -> SendReport:
        sending.append(SendReport(sent=sent, server_is_away=away))
        return sending[0]

    monkeypatch.setattr(tasks, "plan_mails", lambda _: PlanReport(failed_clinics=failed_clinics))
    monkeypatch.setattr(tasks, "send_mails", send)
    tasks.send_planned_mail()
    assert len(sending) == 1, "what is planned goes, whatever failed"
    assert Heartbeat.objects.filter(name=MAILS).exists() is beats


def test_beat_asks_for_a_sign_of_life_each_minute_and_for_the_check_each_day() -> None:
    by_task = {entry["task"]: entry["schedule"] for entry in BEAT_SCHEDULE.values()}
    assert len(by_task["monitoring.tasks.beat"].minute) == 60
    assert by_task["monitoring.tasks.check_silence"].hour == {5}
