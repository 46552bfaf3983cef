"""Whether background jobs run: both sides of the limit, clocks that were set back, and jobs never seen."""

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.rules.heartbeats import Job, Pulse, standing

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
JOB = Job("scheduler", "reminders and schedules", timedelta(minutes=10))


@pytest.mark.parametrize(
    ("ago", "pulse"),
    [
        (timedelta(0), Pulse.ON_TIME),
        (timedelta(minutes=10), Pulse.ON_TIME),
        (timedelta(minutes=10, seconds=1), Pulse.LATE),
        (timedelta(days=300), Pulse.LATE),
        (timedelta(minutes=-2), Pulse.ON_TIME),
        (timedelta(minutes=-2, seconds=-1), Pulse.AHEAD),
        (timedelta(days=-300), Pulse.AHEAD),
    ],
)
def test_a_job_that_was_seen(ago: timedelta, pulse: Pulse) -> None:
    found = standing(JOB, NOW - ago, NOW, NOW)
    assert (found.pulse, found.is_well) == (pulse, pulse is Pulse.ON_TIME)


@pytest.mark.parametrize(
    ("installed_ago", "pulse"),
    [
        (None, Pulse.NEVER),
        (timedelta(0), Pulse.AWAITED),
        (timedelta(minutes=10), Pulse.AWAITED),
        (timedelta(minutes=10, seconds=1), Pulse.NEVER),
        (timedelta(days=-1), Pulse.NEVER),
    ],
)
def test_a_job_never_seen_is_waited_for_once(installed_ago: timedelta | None, pulse: Pulse) -> None:
    since = None if installed_ago is None else NOW - installed_ago
    found = standing(JOB, None, since, NOW)
    assert (found.pulse, found.is_well, found.last_at) == (pulse, pulse is Pulse.AWAITED, None)


def test_an_installation_is_no_sign_of_life() -> None:
    assert standing(JOB, NOW - timedelta(hours=1), NOW, NOW).pulse is Pulse.LATE


@pytest.mark.parametrize(
    ("failed_ago", "last_ago", "pulse"),
    [
        (timedelta(minutes=1), timedelta(minutes=2), Pulse.FAILED),
        (timedelta(days=9), timedelta(days=10), Pulse.FAILED),
        (timedelta(days=9), None, Pulse.FAILED),
        (timedelta(minutes=2), timedelta(minutes=1), Pulse.ON_TIME),
        (timedelta(minutes=2), timedelta(minutes=2), Pulse.ON_TIME),
    ],
)
def test_what_was_found_wrong_holds_until_the_job_comes_to_a_good_end(
    failed_ago: timedelta, last_ago: timedelta | None, pulse: Pulse
) -> None:
    last_at = None if last_ago is None else NOW - last_ago
    found = standing(JOB, last_at, NOW, NOW, NOW - failed_ago)
    assert (found.pulse, found.is_well) == (pulse, pulse is Pulse.ON_TIME)
