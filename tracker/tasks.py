"""Background housekeeping of the site, the audit trail's seals and checks, and the reports that somebody asked for."""

from functools import partial

import structlog
from celery import shared_task
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from monitoring.actions.heartbeat import found_wrong, heartbeat
from monitoring.selectors.heartbeats import CLEARED, COHORT, SEALS, TRAIL, TRAIL_HEAD
from monitoring.tasks import beat
from patients.actions.drafts import forget_drafts
from tracker import tokens
from tracker.audit import heads
from tracker.audit.nightly import check_trail_now
from tracker.audit.seal import seal_trail as seal
from tracker.audit.seal import waits_too_long
from tracker.caseload import warming
from tracker.reports import actions as reports
from tracker.sign_in import sessions

log = structlog.get_logger(__name__)
SECONDS_TO_SEAL = 50  # then the next minute's run goes on
_SECONDS = settings.REPORT_MINUTES * 60


@shared_task
def clear_expired() -> None:
    """Nightly: removes sessions and API tokens that have ended by themselves, and what was typed and never saved."""
    call_command("clearsessions")
    sessions.clear_ended()
    tokens.clear_expired()
    forget_drafts()
    heartbeat(CLEARED)


@shared_task
def keep_cohorts() -> None:
    """Each hour, so soon after midnight in each clinic: has the figures of each clinic kept ready."""
    for clinic_id in warming.clinic_ids():
        keep_cohort.delay(clinic_id)
    beat.apply_async((COHORT,), queue=settings.CELERY_TASK_DEFAULT_QUEUE)  # behind them, as in reconcile_all


@shared_task
def keep_cohort(clinic_id: int) -> None:
    """Keeps the figures of one clinic ready. Run twice or late, it does what is missing then."""
    warming.keep_ready(clinic_id)


@shared_task
def seal_trail() -> None:
    """Each minute: seals what the audit trail has taken up, and files its head.

    No sign of life while an event waits too long.
    """
    seal(seconds=SECONDS_TO_SEAL)
    heads.file_head(timezone.now())
    if not waits_too_long(timezone.now()):
        heartbeat(SEALS)


@shared_task
def check_trail() -> None:
    """Nightly: checks the last days of the audit trail. What is wrong is recorded and turns every page's banner red."""
    if check_trail_now(timezone.now()):
        heartbeat(TRAIL)
    else:
        found_wrong(TRAIL)


@shared_task
def mail_trail_head() -> None:
    """Each day: mails the head of the audit trail to where it is kept."""
    if heads.mail_head():
        heartbeat(TRAIL_HEAD)


@shared_task(soft_time_limit=_SECONDS, time_limit=_SECONDS + 60)
def make_report(run_id: int) -> None:
    """Makes one report, then hands on the next that waits. Asked for twice, the second time does nothing.

    It may run longer than the broker waits for an answer: the task then comes again, and finds its run taken.
    """
    if reports.make_report(run_id):
        _hand_on(reports.next_waiting())


@shared_task
def sweep_reports() -> None:
    """Each minute: takes up what waits or was left behind, removes what was kept long enough."""
    _hand_on(reports.sweep_reports())


def make_report_soon(run_id: int) -> None:
    """Asks for the report once the run is committed. When the broker does not answer, the sweep makes it good."""
    transaction.on_commit(partial(_hand_on, run_id), robust=True)


def _hand_on(run_id: int | None) -> None:
    if run_id is None:
        return
    try:
        make_report.apply_async((run_id,), retry=False)
    except BrokerError:
        log.warning("report_not_enqueued", run=run_id)
